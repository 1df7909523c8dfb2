"""What administrators write: the policy language, its loader, its catalogue of facts."""

from custos.policy.bundle import load, load_files
from custos.policy.model import Bundle

__all__ = ["Bundle", "load", "load_files"]
