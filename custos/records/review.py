"""What the registers say about the council that is true and not well: accepted, reported, counted. Never a reason to refuse a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from custos.errors import Mark
from custos.records.model import Asset, Records

_RESTORE_TEST_DAYS = 365


class Matter(StrEnum):
    """What kind of thing is not well."""

    NO_OWNER = "no owner"
    OWNER_IS_STEWARD = "owner is own steward"
    NO_STEWARD = "no steward"
    DELEGATION_ENDED = "delegation ended"
    ASSET_REVIEW = "register review overdue"
    SCHEDULE_REVIEW = "schedule review overdue"
    RESTORE_TEST = "restore test overdue"
    AGREEMENT_ENDED = "agreement ended"
    EXEMPTION_EXPIRED = "exception expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One remark about one row: an asset, a schedule entry, an agreement or an exception. `asset_id` "" when about none."""

    matter: Matter
    reference: str
    asset_id: str
    sentence: str
    mark: Mark


def review(records: Records, today: date) -> list[Remark]:
    """Every remark on the registers as at a day, in the order of the rows."""
    return [
        *(remark for asset in records.assets.values() if asset.live for remark in _asset(asset, records, today)),
        *(
            Remark(
                matter=Matter.SCHEDULE_REVIEW,
                reference=entry.id,
                asset_id="",
                sentence=f"The review of {entry.id} was due on {entry.review_due.isoformat()}.",
                mark=entry.mark,
            )
            for entry in records.schedule.values()
            if entry.status == "approved" and entry.review_due and entry.review_due < today
        ),
        *(
            Remark(
                matter=Matter.AGREEMENT_ENDED,
                reference=agreement.id,
                asset_id=asset_id,
                sentence=f"{agreement.id} with {agreement.partner} ended on {agreement.ends.isoformat()}.",
                mark=agreement.mark,
            )
            for agreement in records.agreements.values()
            if agreement.ends < today
            for asset_id in agreement.assets
        ),
        *(
            Remark(
                matter=Matter.EXEMPTION_EXPIRED,
                reference=exemption.id,
                asset_id=exemption.asset_id,
                sentence=f"{exemption.id} expired on {exemption.expires.isoformat()}; renew it or delete it.",
                mark=exemption.mark,
            )
            for exemption in records.exemptions
            if exemption.expires < today
        ),
    ]


def _asset(asset: Asset, records: Records, today: date) -> Iterator[Remark]:
    def remark(matter: Matter, sentence: str) -> Remark:
        return Remark(matter=matter, reference=asset.id, asset_id=asset.id, sentence=sentence, mark=asset.mark)

    post = records.posts.get(asset.iao)
    if post is None or not post.holds(today):
        since = f" since {post.valid_to.isoformat()}" if post and post.valid_to else ""
        yield remark(Matter.NO_OWNER, f"Nobody holds the post of {asset.iao}{since}.")
    if asset.iao in asset.stewards:
        yield remark(Matter.OWNER_IS_STEWARD, f"{asset.iao} is Information Asset Owner and steward.")
    if not asset.stewards:
        yield remark(Matter.NO_STEWARD, "No steward is named.")
    for steward in asset.stewards:
        lent = [row for row in records.delegations if row.asset_id == asset.id and row.steward == steward]
        if not any(row.in_force(today) for row in lent):
            yield remark(Matter.DELEGATION_ENDED, f"{steward} has no delegation in date.")
    if asset.review_due and asset.review_due < today:
        yield remark(Matter.ASSET_REVIEW, f"The review was due on {asset.review_due.isoformat()}.")
    if asset.last_restore_test and (today - asset.last_restore_test).days > _RESTORE_TEST_DAYS:
        yield remark(Matter.RESTORE_TEST, f"A restore was last tested on {asset.last_restore_test.isoformat()}.")
