"""The front of the simulated tenant: one port for every host name of Microsoft's, and an HTTPS proxy for any client."""
