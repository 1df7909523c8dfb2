"""The case whose question is answered: nothing more can be pressed but taking it back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from custos.audit.events import What
from custos.notices.case_store import new_nonce
from custos.notices.choices.declaration import Given
from custos.notices.model import Case, CaseState


def settled(given: Given, *, keep_until: datetime | None = None) -> tuple[Case, What]:
    """Decided by the answer that was given; `keep_until` is when it is asked again."""
    case = given.case
    decided = replace(
        case,
        state=CaseState.DECIDED,
        decision=case.answers[-1].verb,
        decided_at=given.now,
        keep_until=keep_until,
        grounds=given.rests_on,
        nonce=new_nonce(),
        used=(*case.used, case.nonce),
    )
    return decided, What.CASE_DECIDED
