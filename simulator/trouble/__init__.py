"""Everything that goes wrong on request, and the throttling that goes on always."""
