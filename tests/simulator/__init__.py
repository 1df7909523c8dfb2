"""The simulated tenant's content: what Microsoft Graph says of sites, files, labels, sharing and people."""
