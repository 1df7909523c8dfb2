"""The fictional council "Wrenbridge": seventeen governed sites, a few others, and facts planted for Custos to find."""

from simulator.council.build import build_council

__all__ = ["build_council"]
