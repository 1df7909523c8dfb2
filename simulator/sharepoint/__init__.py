"""SharePoint's own API: sites, lists, sharing, administration."""
