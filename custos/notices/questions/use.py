"""Who uses it and shares it, and who answers for it: one question to the owner, whichever rules found it."""

from __future__ import annotations

from custos.model.policy import Family
from custos.notices.choices import agree, ask_steward, disposal_review, keep, look_again, not_mine
from custos.notices.questions.declaration import About, Question

QUESTION = Question(
    concern="use",
    about={
        Family.SHARING: About(rank=50, accepts_risk=True, agreements=True, across=True),
        Family.OWNERSHIP: About(rank=60, across=True),
        Family.STALE: About(rank=80, settles_all=True),
    },
    choices=(
        agree.CHOICE,
        keep.CHOICE,
        look_again.CHOICE,
        disposal_review.CHOICE,
        ask_steward.CHOICE,
        not_mine.CHOICE,
    ),
    reasons=keep.REASONS,
)
