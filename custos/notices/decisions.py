"""One press of a button becomes one decision: by the person who is asked, about what they were shown, and never twice.

Everything is looked up: the case by its opaque id, the nonce that belongs to its assignee, whom register and Entra name today,
the answers that are theirs to give (`custos.notices.answer_rights`). The decision is stored by compare-and-set before anybody is told
that it was taken. An answer about some of the lines makes of them a decided case by itself; the others stay open.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import count
from zoneinfo import ZoneInfo

from custos.audit.events import Event, What
from custos.errors import StorageTrouble
from custos.m365.errors import MicrosoftTrouble
from custos.notices.answer_grounds import grounds
from custos.notices.answer_rights import may_take_back, offers
from custos.notices.answer_withdrawal import take_back
from custos.notices.assignment import Accountability
from custos.notices.case_findings import CaseFindings, store
from custos.notices.case_store import CaseStore, Stored, case_id, new_nonce, note
from custos.notices.choices import DECLARED as CHOICES
from custos.notices.choices.declaration import Given, Offer
from custos.notices.model import NOBODY, Answer, Assignee, Case, CaseState, Verb
from custos.notices.questions import question_of
from custos.notices.reassignment import asked_today, assignee_of, reassigned
from custos.row_conflicts import first_or_again
from custos.telemetry import logger

_log = logger(__name__)

type Accountable = Callable[[str], Awaitable[Accountability]]
"""Who answers for an asset (id) now, from the registers in force and Entra as it was minutes ago at most. Raises a MicrosoftTrouble when
Entra cannot be read."""


class PressOutcome(StrEnum):
    """What came of a press."""

    DECIDED = "decided"
    PASSED_ON = "passed_on"  # to the steward, or to whoever finds the right owner
    TAKEN_BACK = "taken_back"  # the question stands again
    ALREADY = "already"  # it was answered before, by this or another press
    NOT_YOURS = "not_yours"  # somebody else is asked
    NO_LONGER = "no_longer"  # it was theirs, and register or Entra name somebody else today: now it is with them
    OUTDATED = "outdated"  # the card is older than the question
    NOT_OFFERED = "not_offered"  # an answer that this person was not offered
    NO_REASON = "no_reason"  # what is kept is kept for one of the reasons on the card
    UNCHECKED = "unchecked"  # whether the person may answer could not be found out
    UNKNOWN = "unknown"  # no such question


COUNTS = (PressOutcome.DECIDED, PressOutcome.PASSED_ON, PressOutcome.TAKEN_BACK)
"""An answer was taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A button that was pressed: what the card carried, and who pressed it (object id) according to the token."""

    case_id: str
    nonce: str
    verb: str
    reason: str
    user_id: str
    kind: str = ""  # of the things that are agreed to, where the card offered several


@dataclass(frozen=True, slots=True, kw_only=True)
class PressResult:
    """What came of a press, and the case as it stands now (None: unknown)."""

    outcome: PressOutcome
    case: Case | None


async def answer(
    press: Press, *, book: CaseStore, accountable: Accountable, now: datetime, zone: ZoneInfo
) -> PressResult:
    """Take an answer, or say why not. Raises StorageTrouble when it could not be stored: then it was not taken."""
    attempts = count()

    async def turn() -> PressResult:
        stored = await book.get(press.case_id) if press.case_id else None
        if stored is None:
            return PressResult(outcome=PressOutcome.UNKNOWN, case=None)
        press_of = _PressOn(press, stored.case, now, zone)
        refused = press_of.refused_at_sight()
        if refused is None:
            try:
                today = await accountable(stored.case.asset_id)
            except MicrosoftTrouble as trouble:
                _log.warning("who may answer could not be looked up", extra={"fault": type(trouble).__name__})
                return PressResult(outcome=PressOutcome.UNCHECKED, case=stored.case)
            press_of = replace(press_of, today=today)
            if asked_today(stored.case, today).in_doubt:
                return PressResult(outcome=PressOutcome.UNCHECKED, case=stored.case)
            refused = press_of.refused()
        if refused is not None:
            await _record_refusal(press, refused, stored.case, book, now)
        if refused not in (None, PressOutcome.NO_LONGER):
            return PressResult(outcome=refused, case=stored.case)
        done = await press_of.store(stored, book, next(attempts))
        try:
            await book.flush([done])
        except StorageTrouble as trouble:
            _log.warning("decision stored, its audit event waits in the case", extra={"fault": type(trouble).__name__})
        return PressResult(outcome=refused or press_of.outcome, case=done.case)

    return await first_or_again(turn)


async def _record_refusal(press: Press, refused: PressOutcome, case: Case, book: CaseStore, now: datetime) -> None:
    """Who presses what is not theirs to press is written down; an honest second press is not."""
    if refused in (PressOutcome.NOT_YOURS, PressOutcome.NO_LONGER, PressOutcome.NOT_OFFERED):
        details = {"case": case.id, "why": refused.value, "user": press.user_id}
        event = Event(
            what=What.ANSWER_REFUSED, at=now, asset_id=case.asset_id, subject=case.subject_key, details=details
        )
        await book.record([event])


@dataclass(frozen=True)
class _PressOn:
    """A press on a case as it stands; `today` once it is known who answers for the asset."""

    press: Press
    case: Case
    now: datetime
    zone: ZoneInfo
    today: Accountability | None = None

    @property
    def asked(self) -> Assignee:
        """Whom register and Entra name at this moment."""
        assert self.today is not None, "looked up before anything is taken"
        return assignee_of(asked_today(self.case, self.today))

    @property
    def offer(self) -> Offer | None:
        """The answer that was pressed, when it is one that this person may give."""
        shown, asked = self.case.assignee.steward, self.asked
        still = asked if asked.steward.user_id == shown.user_id else replace(asked, steward=NOBODY)
        for offer in offers(self.case, still):
            if (offer.verb.value, offer.kind or "") == (self.press.verb, self.press.kind):
                return offer
        return None

    @property
    def outcome(self) -> PressOutcome:
        """Of a press that counts."""
        verb = Verb(self.press.verb)
        if verb is Verb.TAKE_BACK:
            return PressOutcome.TAKEN_BACK
        return PressOutcome.DECIDED if CHOICES[verb].settles else PressOutcome.PASSED_ON

    def refused_at_sight(self) -> PressOutcome | None:
        """Why this press counts for nothing, as far as the case alone tells."""
        press, case = self.press, self.case
        taking_back = press.verb == Verb.TAKE_BACK
        if taking_back == case.state.is_open or case.state in (CaseState.RELEASED, CaseState.LISTED):
            return PressOutcome.ALREADY
        if taking_back and not may_take_back(case, press.user_id):
            return PressOutcome.ALREADY if case.state is CaseState.ACTED else PressOutcome.NOT_YOURS
        if not taking_back and (press.user_id != case.assignee.user_id or not press.user_id):
            return PressOutcome.NOT_YOURS
        if press.nonce in case.used:
            return PressOutcome.ALREADY
        if not hmac.compare_digest(press.nonce.encode("utf-8", "replace"), case.nonce.encode()) or not case.shown:
            return PressOutcome.OUTDATED
        return None

    def refused(self) -> PressOutcome | None:
        """Why it counts for nothing, as register and Entra stand; None when it counts."""
        if self.press.verb == Verb.TAKE_BACK:
            theirs = self.press.user_id in (self.case.answers[-1].who.user_id, self.asked.user_id)
            return None if theirs else PressOutcome.NOT_YOURS
        if self.asked.user_id != self.press.user_id:
            return PressOutcome.NO_LONGER
        if self.offer is None:
            return PressOutcome.NOT_OFFERED
        if CHOICES[self.offer.verb].asks_why and self.press.reason not in question_of(self.case).reasons:
            return PressOutcome.NO_REASON
        return None

    async def store(self, stored: Stored, book: CaseStore, attempt: int) -> Stored:
        """Store what came of it. Raises RowChanged or RowExists when somebody was faster."""
        assert self.today is not None, "looked up before anything is taken"
        if self.press.verb == Verb.TAKE_BACK:
            return await take_back(stored, self.press.user_id, self.today, book=book, now=self.now, zone=self.zone)
        case, offer = self.case, self.offer
        if self.asked.user_id != self.press.user_id:
            handed = reassigned(case, self.asked)
            why = {"from": case.assignee.who.upn, "to": self.asked.who.upn, "role": self.asked.role.value}
            return await book.put(stored, handed, note(handed, What.CASE_REASSIGNED, at=self.now, **why))
        assert offer is not None, "refused otherwise"
        fresh, what = self._answered(offer, await book.members(case.shown))
        taken = fresh.answers[-1]
        details = {"verb": taken.verb.value, "role": taken.role.value, "covers": ", ".join(offer.lines)} | _why(fresh)
        said = note(fresh, what, at=self.now, by=taken.who.upn, **details)
        if fresh.state is not CaseState.DECIDED or len(offer.lines) == len(case.lines):
            return await book.put(stored, fresh, said)
        part = await self._part(fresh, offer, book, attempt)
        rest = replace(
            case,
            lines=tuple(line for line in case.lines if line.key not in offer.lines),
            nonce=new_nonce(),
            used=(*case.used, case.nonce),
            parts=(*case.parts, part.id),
        )
        return await book.split(stored, rest, part, said)

    async def _part(self, decided: Case, offer: Offer, book: CaseStore, attempt: int) -> Case:
        """What was answered, as a case by itself."""
        shown = (await book.members(decided.shown)).only(offer.lines)
        number = decided.number + len(decided.parts) + 1 + attempt
        return replace(
            decided,
            id=case_id(decided.asset_id, decided.concern, decided.subject_key, number),
            number=number,
            lines=tuple(line for line in decided.lines if line.key in offer.lines),
            members=await store(book.blobs, shown),
            shown=shown.name,
            answers=decided.answers[-1:],
            parts=(),
            outbox=(),
        )

    def _answered(self, offer: Offer, shown: CaseFindings) -> tuple[Case, What]:
        """The case after the answer, and what to call it in the audit."""
        assert self.today is not None, "looked up before anything is taken"
        case, choice = replace(self.case, assignee=self._assignee()), CHOICES[offer.verb]
        taken = Answer(
            verb=offer.verb,
            reason=self.press.reason if choice.asks_why else "",
            who=case.assignee.who,
            role=case.assignee.role,
            on_behalf_of=case.asked_by.who.upn if case.asked_by else "",
            shown={rule: len(shown.of.get(rule, ())) for rule in offer.lines},
            members=case.shown,
            at=self.now,
        )
        return choice.answered(
            Given(
                case=replace(case, answers=(*case.answers, taken)),
                user_id=self.press.user_id,
                now=self.now,
                zone=self.zone,
                rests_on=grounds(case, self.today.records, self.today.today) if choice.settles else (),
            )
        )

    def _assignee(self) -> Assignee:
        """The case's assignee in the role that they have today."""
        return replace(self.case.assignee, role=self.asked.role)


def _why(case: Case) -> dict[str, str]:
    last = case.answers[-1]
    behalf = {"on_behalf_of": last.on_behalf_of} if last.on_behalf_of else {}
    passed = {"to": case.assignee.who.upn} if case.state.is_open else {}
    return {"reason": last.reason} | behalf | passed if last.reason else behalf | passed
