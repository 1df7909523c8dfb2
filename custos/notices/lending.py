"""What an owner offers to lend a data steward, and what the steward says to it. Table `lending`, a row an offer.

Only a row of `delegations.csv` lends anything. What was offered and accepted waits for `custos register --proposals`, which writes it
there; what nobody accepted is never written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

import msgspec

from custos.audit.events import Event, What
from custos.errors import RowChanged
from custos.notices.model import Contact
from custos.notices.wording import clean
from custos.records.delegation import KINDS
from custos.records.model import Records
from custos.records.remark import Matter, Remark
from custos.storage.account import Account
from custos.table import Row, Table, in_parts, key_part
from custos.wording import day_words

TABLE = "lending"
LONGEST_DAYS = 366
"""An owner lends for a year at most."""
_PARTITION = "offer"
_DECLINED_IS_TOLD_DAYS = 14
KIND_WORDS: Mapping[str, str] = {kind: kind.replace("_", " ") for kind in KINDS}


class OfferState(StrEnum):
    """Where an offer stands."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Kinds of decision about an asset, from a first to a last day in council time, by an owner to a steward. `at` is when it was made."""

    asset_id: str
    by: Contact
    steward: Contact
    kinds: tuple[str, ...]
    begins: date
    ends: date
    at: datetime
    state: OfferState = OfferState.OFFERED
    answered_at: datetime | None = None
    answered_on: date | None = None

    @property
    def id(self) -> str:
        """Its id in the register, another one for each offer."""
        return f"D-{self.asset_id}-{self.at:%Y%m%d%H%M%S}-{self.steward.upn.partition('@')[0]}"

    def words(self) -> str:
        """What is lent, to whom, until when."""
        kinds = ", ".join(KIND_WORDS[kind] for kind in self.kinds)
        return f"{clean(self.steward.name)} may {kinds} for {self.asset_id} until {day_words(self.ends)}"

    def stands(self, records: Records) -> bool:
        """Whether the register still names its owner and its steward for the asset."""
        asset = records.assets.get(self.asset_id)
        if asset is None or not asset.live:
            return False
        stewards = {upn.casefold() for upn in asset.stewards}
        return asset.iao.casefold() == self.by.upn.casefold() and self.steward.upn.casefold() in stewards

    def event(self) -> Event:
        """For the audit: the offer, or the answer to it."""
        who, at = (self.steward, self.answered_at) if self.answered_at else (self.by, self.at)
        details: dict[str, str] = {
            "delegation": self.id,
            "to": self.steward.upn,
            "kinds": ", ".join(self.kinds),
            "until": self.ends.isoformat(),
            "state": self.state.value,
        }
        return Event(
            what=What.DELEGATION_OFFERED if self.state is OfferState.OFFERED else What.DELEGATION_ANSWERED,
            at=at,
            by=who.upn,
            by_id=who.user_id,
            asset_id=self.asset_id,
            details=details,
        )


@dataclass
class OfferStore:
    """The offers. Methods raise StorageTrouble when storage cannot be reached."""

    rows: Table

    async def all(self) -> list[Offer]:
        """In order of assets."""
        return [_offer(row) async for row in self.rows.query(_PARTITION)]

    async def keep(self, offer: Offer) -> None:
        """Write an offer down. Harmless when it is done again."""
        await self.rows.upsert(_row(offer))

    async def answer(self, offer: Offer, state: OfferState, *, at: datetime, day: date) -> Offer:
        """Write down what the steward says to exactly this offer. Raises RowChanged when it no longer stands as it was read."""
        row = await self.rows.get(_PARTITION, key_part(offer.id))
        if row is None or _offer(row) != offer:
            raise RowChanged("the offer is another one by now")
        answered = replace(offer, state=state, answered_on=day, answered_at=at)
        await self.rows.replace(_row(answered, row.etag))
        return answered


def open_offers(account: Account) -> OfferStore:
    """The offers of this installation."""
    return OfferStore(account.rows(TABLE))


def waiting_for(offers: Iterable[Offer], user_id: str, records: Records, today: date) -> list[Offer]:
    """What somebody was offered and has not answered."""
    return [
        one
        for one in offers
        if one.state is OfferState.OFFERED
        and one.steward.user_id == user_id
        and one.ends >= today
        and one.stands(records)
    ]


def accepted(offers: Iterable[Offer], records: Records, today: date) -> list[Offer]:
    """What was accepted and the register does not have yet."""
    written = {row.id.casefold() for row in records.delegations}
    return [
        one
        for one in offers
        if one.state is OfferState.ACCEPTED
        and one.ends >= today
        and one.stands(records)
        and one.id.casefold() not in written
    ]


def lending_remarks(offers: Iterable[Offer], records: Records, today: date) -> Iterator[Remark]:
    """What the steward has to answer, what waits to be written into the register, and what was declined lately."""
    every = list(offers)
    for one in every:
        if one.ends < today or not one.stands(records):
            continue
        if one.state is OfferState.OFFERED:
            said = f"{clean(one.by.name)} offers to lend you this: {one.words()}."
            yield _remark(Matter.DELEGATION_OFFERED, one, said, records, who=one.steward.upn)
        lately = one.answered_on is not None and one.answered_on >= today - timedelta(days=_DECLINED_IS_TOLD_DAYS)
        if one.state is OfferState.DECLINED and lately:
            said = f"{clean(one.steward.name)} declined what you offered to lend: {one.words()}."
            yield _remark(Matter.DELEGATION_DECLINED, one, said, records, who=one.by.upn)
    for one in accepted(every, records, today):
        said = f"{clean(one.by.name)} lent and {clean(one.steward.name)} accepted: {one.words()}."
        yield _remark(Matter.DELEGATION_ACCEPTED, one, said, records)


def _remark(matter: Matter, one: Offer, sentence: str, records: Records, *, who: str = "") -> Remark:
    return Remark(
        matter=matter,
        reference=one.id,
        asset_id=one.asset_id,
        sentence=sentence,
        mark=records.assets[one.asset_id].mark,
        day=one.begins,
        who=who,
    )


def _row(offer: Offer, etag: str = "") -> Row:
    return Row(_PARTITION, key_part(offer.id), in_parts("offer", msgspec.json.encode(offer).decode()), etag)


def _offer(row: Row) -> Offer:
    return msgspec.json.decode(row.long_text("offer"), type=Offer)
