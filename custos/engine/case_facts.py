"""What people were told and decided about a finding, and what a step therefore waits for: one answer for plan and gate. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from custos.engine.notice_period import due, runs_from
from custos.model.policy import OnlyIf, Step
from custos.model.refusal import Code, Refused
from custos.wording import day_words


class Decision(StrEnum):
    """What the accountable person decided about a finding."""

    AGREE = "agree"
    KEEP = "keep"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """What the cases know of one finding. `told_at` is the first word to a person about it; notices run from the later of that and
    of `decided_at` (`custos.engine.notice_period`).

    `decision` covers this very finding (it was among what the person was shown); KEEP holds until `keep_until`. `case_id` names
    the case that knows it.
    """

    opened_at: datetime
    told_at: datetime | None = None
    asked_at: datetime | None = None
    decision: Decision | None = None
    decided_by: str = ""
    decided_at: datetime | None = None
    case_id: str = ""
    keep_until: datetime | None = None

    @property
    def agreed_at(self) -> datetime | None:
        """When the owner agreed; None when not."""
        return (self.decided_at or self.opened_at) if self.decision is Decision.AGREE else None


type CaseKey = tuple[str, str, str]  # policy, rule, Subject.key
type Cases = Mapping[CaseKey, CaseFacts]


def waits(step: Step, case: CaseFacts | None, now: datetime, holidays: Collection[date]) -> Refused | None:
    """What a step waits for, None when it is due: the owner's agreement, the end of a decision to keep, a notice."""
    if step.writes and case and case.decision is Decision.KEEP and (case.keep_until is None or now < case.keep_until):
        until = f" until {day_words(case.keep_until)}" if case.keep_until else ""
        return Refused(Code.KEEP, f"{case.decided_by or 'The owner'} decided to leave it{until}.")
    if step.only_if is OnlyIf.OWNER_AGREES and not (case and case.decision is Decision.AGREE):
        return Refused(Code.AGREEMENT, "The owner must agree first.")
    if step.after is None:
        return None
    told_at, decided_at = (case.told_at, case.decided_at) if case else (None, None)
    day = due(step.after, told_at, decided_at, holidays)
    if day is None:
        return Refused(Code.NOTICE, f"Nobody has been told yet: {step.after} must pass first.")
    begin = "answer" if runs_from(told_at, decided_at) == decided_at else "notice"
    return (
        None if now >= day else Refused(Code.NOTICE, f"It is due on {day_words(day)}, {step.after} after the {begin}.")
    )
