"""What owners say of their asset's entry in the register: that it is right, or what in it is wrong. Table `attestations`, a row an asset.

The register stays the one truth: an entry that was attested counts as reviewed once `custos register --proposals` has written that into its
file. Until then the head of information governance is told that it waits, and the owner is not asked again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from custos.audit.events import Event, What
from custos.dates import moved_months
from custos.notices.model import Contact
from custos.notices.wording import clean
from custos.records.model import Records
from custos.records.remark import Matter, Remark
from custos.storage.account import Account
from custos.table import Row, Table, in_parts, key_part
from custos.wording import day_words

TABLE = "attestations"
_PARTITION = "asset"
_MONTHS = 12
WRONG: Mapping[str, str] = {
    "description": "Its name or description",
    "people": "Its owner, deputy or data stewards",
    "sensitivity": "Its classification, or what personal data it holds",
    "places": "Where it is kept",
    "retention": "What the retention schedule says of it",
    "sharing": "Who it may be shared with",
    "ended": "The work has ended, or belongs to somebody else",
}
"""What can be wrong with an entry: word ► what people read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """What somebody said of an entry, in their role, on a day in council time; `wrong` are words of `WRONG`, none where it is right."""

    asset_id: str
    day: date
    at: datetime
    by: Contact
    role: str
    wrong: tuple[str, ...] = ()

    @property
    def next_review(self) -> date:
        """When the entry is to be read again: after a year."""
        return moved_months(self.at, _MONTHS).date()

    def words(self) -> str:
        """As a sentence."""
        who = f"{clean(self.by.name or self.by.upn)}, {self.role},"
        if not self.wrong:
            return f"{who} said on {day_words(self.day)} that the entry of {self.asset_id} is right."
        told = "; ".join(WRONG[word][:1].lower() + WRONG[word][1:] for word in self.wrong)
        return f"{who} said on {day_words(self.day)} that something in the entry of {self.asset_id} is wrong: {told}."

    def event(self) -> Event:
        """For the audit."""
        details: dict[str, str | bool] = {"right": not self.wrong, "wrong": ", ".join(self.wrong), "role": self.role}
        return Event(
            what=What.ENTRY_ATTESTED,
            at=self.at,
            by=self.by.upn,
            by_id=self.by.user_id,
            asset_id=self.asset_id,
            details=details,
        )


@dataclass
class AttestationStore:
    """The last word on each asset. Methods raise StorageTrouble when storage cannot be reached."""

    rows: Table

    async def all(self) -> dict[str, Attestation]:
        """By asset."""
        found = [
            msgspec.json.decode(row.long_text("attestation"), type=Attestation)
            async for row in self.rows.query(_PARTITION)
        ]
        return {one.asset_id: one for one in found}

    async def keep(self, one: Attestation) -> None:
        """Write it down in place of an earlier word."""
        values = in_parts("attestation", msgspec.json.encode(one).decode())
        await self.rows.upsert(Row(_PARTITION, key_part(one.asset_id), values))


def open_attestations(account: Account) -> AttestationStore:
    """The attestations of this installation."""
    return AttestationStore(account.rows(TABLE))


def pending(attested: Mapping[str, Attestation], records: Records) -> list[Attestation]:
    """Those that the register does not have yet, in its order: it says neither that day nor a later one as the last review."""
    return [
        attested[asset.id]
        for asset in records.assets.values()
        if asset.live and asset.id in attested and (asset.last_review or date.min) < attested[asset.id].day
    ]


def with_attestations(
    remarks: Iterable[Remark], attested: Mapping[str, Attestation], records: Records
) -> Iterator[Remark]:
    """The remarks as they are told while attestations wait: their owners have spoken, and the register does not say so yet."""
    waiting = {one.asset_id: one for one in pending(attested, records)}
    for remark in remarks:
        if remark.matter != Matter.ASSET_REVIEW or remark.asset_id not in waiting:
            yield remark
    for one in waiting.values():
        yield Remark(
            matter=Matter.ENTRY_WRONG if one.wrong else Matter.ENTRY_ATTESTED,
            reference=one.day.isoformat(),
            asset_id=one.asset_id,
            sentence=one.words(),
            mark=records.assets[one.asset_id].mark,
            day=one.day,
        )
