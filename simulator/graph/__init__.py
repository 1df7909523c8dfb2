"""Microsoft Graph v1.0 as far as content, sharing, labels and directory go."""

from simulator.graph.service import lifespan, routes

__all__ = ["lifespan", "routes"]
