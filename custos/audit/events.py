"""What the audit says: one closed vocabulary, `subject:action`, and the event that carries it.

The vocabulary is append-only: a word that is no longer written stays listed, because old chains still hold it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from custos.audit.verify_audit import CHECKPOINT_EVENT, ERASED_EVENT, Broken, commitment, opened
from custos.errors import CustosError

type Detail = str | int | float | bool | datetime | None

TEXT_LIMIT = 30_000  # UTF-16 code units: a table's text column takes 32 K of them
_BESIDE = 80  # code units that a salt and its name take beside a value
_KEPT = 200  # characters of a value that is too long for the row
_PERSONAL = ("by", "by_id", "subject", "action")
"""Fields that may say who somebody is. With every text among the details they stand in the event as a hash, and beside it in words."""
_DIGEST = "checkpoint"
"""The one detail in words that says nothing about anybody: the hash of a checkpoint."""
ERASED = "(erased)"
"""What an event says where a value was erased."""


class What(StrEnum):
    """Everything that is recorded."""

    PLAN_MADE = "plan:made"

    RUN_STARTED = "run:started"  # its batches were queued
    RUN_PARKED = "run:parked"  # over a budget: it waits for a person
    RUN_RELEASED = "run:released"  # a person let a parked run go over its budgets
    RUN_CANCELLED = "run:cancelled"  # a person cancelled a parked run
    RUN_RESUMED = "run:resumed"  # it stood still; what was left of it was queued again
    RUN_FINISHED = "run:finished"

    RUN_TOLD = "run:told"  # somebody was told what it did on their asset

    ACTION_INTENDED = "action:intended"  # written down before anything is sent to Microsoft 365
    ACTION_DONE = "action:done"  # written and read back
    ACTION_ALREADY = "action:already"  # the tenant was so before
    ACTION_SKIPPED = "action:skipped"  # the item no longer qualifies
    ACTION_REFUSED = "action:refused"  # the gate said no
    ACTION_FAILED = "action:failed"  # Microsoft said no
    ACTION_UNKNOWN = "action:unknown"  # written perhaps

    POLICY_PROMOTED = "policy:promoted"
    POLICY_DEMOTED = "policy:demoted"
    POLICY_REMOVED = "policy:removed"  # its file is gone; what it had pending was closed
    POLICIES_LOADED = "policies:loaded"  # another version of the files is in force
    POLICIES_REFUSED = "policies:refused"  # the files are broken; the last good version goes on

    REGISTERS_ACCEPTED = (
        "registers:accepted"  # a person said that rows which are gone from the registers were meant to go
    )

    ENTRY_ATTESTED = "register:attested"  # an owner said that an asset's entry is right, or what is wrong with it

    DELEGATION_OFFERED = "delegation:offered"  # an owner offers to lend a steward kinds of decision
    DELEGATION_ANSWERED = "delegation:answered"  # by the steward

    PROTECTION_LOOSENED = (
        "protection:loosened"  # an edit of registers or settings protects less, or lets somebody do more
    )

    WRITES_STOPPED = "writes:stopped"
    WRITES_STARTED = "writes:started"

    STATE_RESTORED = "state:restored"  # a person put back what was lost, from a backup

    CASE_OPENED = "case:opened"
    CASE_TOLD = "case:told"  # to whoever is asked; their deadline was set
    CASE_REMINDED = "case:reminded"
    CASE_ESCALATED = "case:escalated"  # nobody answered by the deadline: whoever stands above is asked, and has another
    DEADLINE_MOVED = "case:deadline_moved"  # by a person, for a reason
    CASE_DECIDED = "case:decided"
    CASE_REASSIGNED = "case:reassigned"
    CASE_REOPENED = "case:reopened"  # an answer was taken back
    CASE_CLOSED = "case:closed"

    NOTICE_DELIVERED = "notice:delivered"
    NOTICE_UNDELIVERED = "notice:undelivered"
    ANSWER_REFUSED = "answer:refused"  # a card was pressed by somebody who may not decide

    INCIDENT_RECORDED = "incident:recorded"  # the first time; its count is in the table of incidents
    INCIDENT_CLOSED = "incident:closed"  # a person said that it was dealt with
    INCIDENT_ENDED = "incident:ended"  # its cause is gone

    INDICATOR_RESTATING = "indicator:restating"  # a person is about to put a published value right
    INDICATOR_NOT_RESTATED = "indicator:not_restated"  # somebody else was faster: nothing changed
    INDICATOR_RESTATED = (
        "indicator:restated"  # a value that was published was wrong; what it was stays beside what it is
    )

    CHECKPOINT_WRITTEN = CHECKPOINT_EVENT  # the day's, into storage that nobody can overwrite
    AUDIT_ERASED = ERASED_EVENT  # somebody's names and words were taken out of an event, as the law asks


class BrokenEvent(CustosError):
    """Text that should hold an event does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened. What does not apply is "".

    `by` is a person's UPN and `by_id` the object of the directory that they are; `custos` when nobody stood behind it.
    `subject` is the key of a `custos.model.subject.Subject`: ids, never a file's name; `details` name a file only where its asset
    allows it.
    """

    what: What
    at: datetime
    by: str = "custos"
    by_id: str = ""
    run: str = ""
    plan: str = ""
    policy: str = ""
    policy_hash: str = ""
    rule: str = ""
    asset_id: str = ""
    subject: str = ""
    action: str = ""  # key of the action
    details: Mapping[str, Detail] = field(default_factory=lambda: MappingProxyType({}))


class Written(NamedTuple):
    """An event as a row holds it: the text that is hashed, and the values that stand in it as hashes, each with its salt."""

    text: str
    values: str


def written(event: Event, *, sequence: int, event_id: str, salt: Callable[[], str]) -> Written:
    """The event as the one JSON text that is hashed: sorted names, no spaces, times in UTC with microseconds.

    Whatever may say who somebody is stands in it as the hash of the value with a salt, so that it can be erased and the rest still be
    proved. Of a value that would not fit a row stand its beginning, its length and its SHA-256; everything beside it is kept.
    Source: https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model (String: 64 KiB of UTF-16)
    """
    body: dict[str, object] = {
        name: value
        for name in ("run", "plan", "policy", "policy_hash", "rule", "asset_id")
        if (value := getattr(event, name))
    }
    body |= {"what": event.what.value, "at": _instant(event.at), "sequence": sequence, "id": event_id}
    values = {
        name: value for name in _PERSONAL if (value := getattr(event, name)) and (name, value) != ("by", "custos")
    }
    details: dict[str, object] = {}
    for name, value in event.details.items():
        if isinstance(value, str) and name != _DIGEST:
            values[f"details.{name}"] = value
        else:
            details[name] = {"at": _instant(value)} if isinstance(value, datetime) else value
    if details:
        body["details"] = details
    for name in sorted(values, key=lambda name: _size(_json(values[name])), reverse=True):
        if _size(_json(values)) + _BESIDE * len(values) <= TEXT_LIMIT:
            break
        values[name] = _shortened(values[name])
    told = {name: (salt(), value) for name, value in values.items()}
    if told:
        body["hidden"] = {name: commitment(*pair) for name, pair in told.items()}
    return Written(_json(body), _json(told) if told else "")


def values_without(values: str, names: Collection[str]) -> str:
    """A row's values with some of them taken out."""
    left = {name: pair for name, pair in json.loads(values or "{}").items() if name not in names}
    return _json(left) if left else ""


def _shortened(value: str) -> str:
    """A long text as its beginning, its length in characters and its digest."""
    if len(value) <= _KEPT:
        return value
    digest = hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{value[:_KEPT]}… ({len(value):,} characters, SHA-256 {digest})"


def _size(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def parse(row: Written) -> tuple[int, Event]:
    """Sequence and event out of a row. What was erased says so (`ERASED`).

    Raises BrokenEvent when the row holds no event, or values that are not its own.
    """
    try:
        body, values, erased = opened(*row)
        details = {
            name: datetime.fromisoformat(value["at"]) if isinstance(value, dict) else value
            for name, value in body.pop("details", {}).items()
        }
        sequence = int(body.pop("sequence"))
        body.pop("id")
        what, at = What(body.pop("what")), datetime.fromisoformat(body.pop("at"))
        for name, value in {**values, **dict.fromkeys(erased, ERASED)}.items():
            told, _, detail = name.partition(".")
            if detail or told == "details":
                details[detail] = value
            else:
                body[name] = value
        return sequence, Event(what=what, at=at, details=details, **body)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        why = str(error) if isinstance(error, Broken) else f"not an audit event: {type(error).__name__}"
        raise BrokenEvent(why) from error


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
