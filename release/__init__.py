"""Makes what goes into a customer's tenant: the package of the function app, and the Teams app. Never deployed itself."""
