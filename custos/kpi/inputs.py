"""What indicators are measured on: the registers, the mirror, the cases and what was done, all as at one moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from custos.engine.facts import Facts
from custos.engine.frames import Frames
from custos.engine.query import QueryResult, find
from custos.engine.register_locations import PlacedRegisters, place_registers
from custos.engine.site_facts import SiteFacts, site_facts
from custos.model.policy import Bundle
from custos.notices.model import Case
from custos.policy.queries import question
from custos.records.model import Asset, Records
from custos.records.remark import Matter, Remark
from custos.records.review import review

_MONTHS_IN_QUARTER = 3


@dataclass(frozen=True)
class Done:
    """What a run of the quarter did: how many writes of its own, and how many that it put back."""

    run: str
    written: int = 0
    undone: int = 0


@dataclass(frozen=True)
class Inputs:
    """`strangers`: whom the registers name although they cannot sign in; None while nobody can tell (Entra was not reached)."""

    bundle: Bundle
    facts: Facts
    now: datetime
    cases: Sequence[Case] = ()
    done: Sequence[Done] = ()
    strangers: Sequence[Remark] | None = ()

    @property
    def records(self) -> Records:
        """The registers."""
        return self.bundle.records

    @property
    def today(self) -> date:
        """The council's day."""
        return self.bundle.day(self.now)

    @property
    def quarter(self) -> date:
        """The first day of the calendar quarter."""
        month = (self.today.month - 1) // _MONTHS_IN_QUARTER * _MONTHS_IN_QUARTER + 1
        return self.today.replace(month=month, day=1)

    @property
    def assets(self) -> list[Asset]:
        """The assets that are active or closing."""
        return [asset for asset in self.records.assets.values() if asset.live]

    @cached_property
    def placed(self) -> PlacedRegisters:
        """The registers with their places in the mirror."""
        return place_registers(self.bundle, self.facts)

    @cached_property
    def places(self) -> SiteFacts:
        """Sites and governed libraries with what the registers say of them."""
        return site_facts(self.placed, self.facts, self.now)

    @property
    def frames(self) -> Frames:
        """The facts of every subject."""
        return Frames(self.facts, self.placed.bundle, self.places, self.now)

    @property
    def coverage(self) -> tuple[int, int]:
        """Libraries read to their end, libraries expected."""
        return int(self.places.libraries["complete"].sum()), self.places.libraries.height

    @cached_property
    def remarks(self) -> Sequence[Remark]:
        """What `custos register` says is not well today."""
        return [one for one in review(self.records, self.today, timedelta(0)) if not one.soon]

    def remarked(self, *matters: Matter) -> dict[str, str]:
        """Row ► the first sentence said of it in these matters."""
        said: dict[str, str] = {}
        for one in self.remarks:
            if one.matter in matters:
                said.setdefault(one.reference, one.sentence)
        return said

    def barred(self, asset_id: str, upn: str) -> str:
        """Why somebody whom an asset's row names as owner or steward cannot sign in, "" when they can."""
        roles = (f"names {upn} as {role}," for role in ("Information Asset Owner", "data steward"))
        wanted = tuple(roles)
        said = (one.sentence for one in self.strangers or () if one.asset_id == asset_id)
        return next((sentence for sentence in said if any(words in sentence for words in wanted)), "")

    def ask(self, what: str, condition: str | None = None, columns: Sequence[str] = ()) -> QueryResult:
        """A question to the mirror, as `custos find` asks it."""
        return find(self.bundle, self.facts, self.now, question(what, condition, columns=columns))
