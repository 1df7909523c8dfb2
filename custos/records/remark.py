"""One thing in the registers that needs attention, or soon will."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from custos.errors import Mark


class Matter(StrEnum):
    """What kind of thing needs attention."""

    DOCUMENT_REVIEW = "governing document overdue"
    NO_OWNER = "no owner"
    OWNER_IS_STEWARD = "owner is own steward"
    NO_STEWARD = "no steward"
    OUT_OF_POST = "deputy, escalation or steward out of post"
    NO_HOLDER = "role without holder"
    DELEGATION_ENDED = "delegation ended"
    ASSET_REVIEW = "register review overdue"
    SCHEDULE_REVIEW = "schedule review overdue"
    RESTORE_TEST = "restore test overdue"
    CONTRACT_ENDS = "contract ends"
    NOT_IN_SCHEME = "not in classification scheme"
    AGREEMENT_ENDED = "agreement ended"
    EXEMPTION_EXPIRED = "exception expired"
    ADDRESS = "address to correct"
    BEGINS_LATER = "begins later"
    HOLD_ENDED = "hold ended"
    HOLD_COVERS_MORE = "hold covers more"
    NOT_PUBLIC = "public library of another asset"
    NO_ACCOUNT = "no account"
    DISPOSAL_REVIEW = "disposal review asked for"
    NOBODY_TO_ASK = "nobody to ask"
    ENTRY_ATTESTED = "entry attested"
    ENTRY_WRONG = "entry wrong"
    DELEGATION_OFFERED = "delegation offered"
    DELEGATION_ACCEPTED = "delegation accepted"
    DELEGATION_DECLINED = "delegation declined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One remark about one row: an asset, a schedule entry, an agreement or an exception. `asset_id` "" when about none.

    `matter` is a word of `Matter`, or of a register's own. `soon`: it is well today, and will not be when the days ahead have passed.
    `day` is the one that it is about: when a review is due, an agreement ends, a post was left. `who` (sign-in name) is whom alone it
    concerns, "" for whoever puts it right.
    """

    matter: str
    reference: str
    asset_id: str
    sentence: str
    mark: Mark
    soon: bool = False
    day: date | None = None
    who: str = ""
