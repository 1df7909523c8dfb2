"""Every register of a council, each declared in a module of its own (`custos.records.registers.holds`). See docs/contributor.md."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from custos.records.register import AnyRegister

_MODULES = (
    "assets",
    "schedule",
    "site_map",
    "holds",
    "agreements",
    "exemptions",
    "posts",
    "delegations",
    "calendar",
    "documents",
    "clauses",
    "classification",
    "training",
)

_DECLARED: tuple[AnyRegister, ...] = tuple(import_module(f"{__name__}.{name}").REGISTER for name in _MODULES)
ALL: Mapping[str, AnyRegister] = {register.file: register for register in _DECLARED}
"""By file, in the order in which people read of them."""
