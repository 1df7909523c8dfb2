"""What administrators write: the policy language, its loader, its catalogue of facts."""

from custos.model.policy import Bundle
from custos.policy.bundle import load, load_files

__all__ = ["Bundle", "load", "load_files"]
