"""Everything that would be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from custos.model.action import Action
from custos.model.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that would be done, made at one moment from one version of the inventory and the policies."""

    id: str
    made_at: datetime
    policies: Mapping[str, str]  # policy ► hash of its text without its state
    states: Mapping[str, State]
    inventory: Mapping[str, int]  # table ► Delta version that was read
    actions: tuple[Action, ...]
    unknown: Mapping[str, int]  # policy/rule ► subjects that could not be decided
    coverage: tuple[int, int]  # libraries read completely, libraries expected
    notes: tuple[str, ...] = field(default=())
    reaches: Mapping[str, str] = field(default_factory=dict)  # hash of a policy ► digest of its reach
    reasons: Mapping[str, str] = field(default_factory=dict)  # policy ► why it does not go as far as its file asks
    mirror_at: datetime | None = None  # when half of the libraries had been read
    mirror_oldest: datetime | None = None  # when the library was read that was read longest ago
    made_by: str = ""  # UPN, or custos
    made_by_id: str = ""  # of the directory object; "" for Custos itself, or when nobody was signed in
