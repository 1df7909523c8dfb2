"""The audit: what Custos and its people did, as a chain of digests that shows any later change."""
