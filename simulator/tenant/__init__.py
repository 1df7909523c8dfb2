"""What the tenant holds, and what its people do to it."""
