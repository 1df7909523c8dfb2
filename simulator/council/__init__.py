"""A simulated council, made out of its files in `simulator/councils`."""

from simulator.council.build import build_council

__all__ = ["build_council"]
