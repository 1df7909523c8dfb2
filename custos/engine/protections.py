"""Holds and exemptions of the registers, asked again just before a write. Pure.

When a register's row might cover a subject and it cannot be known (its class, its address or its dates are unknown), a
hold covers it: what must be kept is kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from custos.engine.model import Finding, Kind
from custos.engine.ports import Live
from custos.records.model import Exemption, Hold, Records
from custos.records.places import Gazetteer, address, lies_in

_HELD = (Kind.FOLDER, Kind.FILE, Kind.LINK, Kind.GRANT)


@dataclass
class Protections:
    """Looks up what the registers say today about one finding."""

    records: Records
    today: date
    _places: Gazetteer = field(init=False)

    def __post_init__(self) -> None:
        self._places = Gazetteer(self.records)

    def hold(self, finding: Finding, live: Live | None) -> str:
        """Id of the first hold in force that covers it, "" for none. `live` None: its dates are not known yet.

        Holds cover folders and files and how they are shared; a site's settings keep nothing and destroy nothing.
        """
        if finding.subject.kind not in _HELD:
            return ""
        return next((hold.id for hold in self._holds(finding) if self._covers(hold, finding, live)), "")

    def exemption(self, finding: Finding) -> str:
        """Id of the first exemption in date that covers it, "" for none."""
        return next((row.id for row in self.records.exemptions if self._exempts(row, finding)), "")

    def _holds(self, finding: Finding) -> Iterable[Hold]:
        return (
            hold
            for hold in self.records.holds
            if hold.asset_id == finding.asset_id
            and hold.since <= self.today
            and not (hold.ends and hold.ends < self.today)
        )

    def _covers(self, hold: Hold, finding: Finding, live: Live | None) -> bool:
        url = (live.url if live else "") or finding.subject.url
        if hold.locations and url and not _somewhere(url, hold.locations):
            return False
        if hold.schedule_refs and url:
            entry = self._places.place(url).entry
            if entry is not None and entry.id not in hold.schedule_refs:
                return False
        return _in_span(hold, live)

    def _exempts(self, row: Exemption, finding: Finding) -> bool:
        named = row.names(finding.policy, finding.rule)
        if not named or row.expires < self.today or (row.asset_id and row.asset_id != finding.asset_id):
            return False
        return not row.locations or not finding.subject.url or _somewhere(finding.subject.url, row.locations)


def _somewhere(url: str, locations: Iterable[str]) -> bool:
    here = address(url)
    return any(lies_in(here, address(place)) for place in locations)


def _in_span(hold: Hold, live: Live | None) -> bool:
    """Whether the item lived during the hold's span; unknown dates count as inside."""
    if live is None:
        return True
    ended_before = hold.items_from and live.modified and live.modified.date() < hold.items_from
    began_after = hold.items_to and live.created and live.created.date() > hold.items_to
    return not (ended_before or began_after)
