"""How long it is kept: a question about retention labels, which a steward may answer."""

from __future__ import annotations

from custos.model.policy import Family
from custos.notices.choices import agree, ask_steward, keep, not_mine
from custos.notices.questions.declaration import About, Question
from custos.records.delegation import LABELS

QUESTION = Question(
    concern="labels",
    about={Family.RETENTION: About(rank=70, lent_as=LABELS, across=True)},
    choices=(agree.CHOICE, keep.CHOICE, ask_steward.CHOICE, not_mine.CHOICE),
    reasons=keep.REASONS,
)
