"""A rule that holds for a subject, what protects the subject, and what bars the rule's steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from custos.errors import Mark
from custos.model.action_kind import ActionKind
from custos.model.subject import Fact, Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """Why nothing may be written to a subject although a rule holds for it. The person accountable is still told.

    `code` is a word of `custos.model.refusal.Code`; `reference` names the row (H-001). Which actions it stands in the way of is for
    `custos.engine.protection` to say.
    """

    code: str
    reference: str
    sentence: str
    mark: Mark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """Why one step of a rule is not taken on a subject, however long one waits (`custos.engine.remaining_steps`).

    `code` is a word of `custos.model.refusal.Code`, "" where the subject is so already. `unless_agreed`: an agreement lifts it. `since` is
    when somebody took the step back, None when nobody did.
    """

    kind: ActionKind
    code: str
    sentence: str
    unless_agreed: bool = False
    since: datetime | None = None

    @property
    def done(self) -> bool:
        """True when nothing is left to do, and nothing stands in the way either."""
        return not self.code


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A rule that holds for a subject, and why.

    `facts` are the observed values that decided it, by their names in the catalogue; `because` is the sentence made of
    them. `created` and `modified` are the file's, for holds on a span of time; None is unknown. `bars` stand against steps of the
    rule, where somebody looked (`custos.engine.remaining_steps.with_bars`).
    """

    id: str
    policy: str
    rule: str
    where: Mark
    subject: Subject
    asset_id: str  # "" when no asset of the register covers the subject
    facts: Mapping[str, Fact]
    because: str
    protections: tuple[Protection, ...] = ()
    created: datetime | None = None
    modified: datetime | None = None
    bars: tuple[Bar, ...] = ()
