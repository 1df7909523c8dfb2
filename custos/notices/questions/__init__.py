"""Every question that a card may put, each declared in a module of its own here (`custos.notices.questions.use`).

See docs/contributor.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules

from custos.model.policy import Family
from custos.notices.model import Case
from custos.notices.questions.declaration import About, Question

_MODULES = sorted({module.name for module in iter_modules(__path__)} - {"declaration"})
DECLARED: Mapping[str, Question] = {
    question.concern: question for question in (import_module(f"{__name__}.{name}").QUESTION for name in _MODULES)
}
_OF: Mapping[str, Question] = {family.value: question for question in DECLARED.values() for family in question.about}
if unasked := sorted(set(Family) - set(_OF)):
    raise ValueError(f"no question is about {', '.join(unasked)}")


def question_of(case: Case) -> Question:
    """The question that a case puts."""
    return DECLARED[case.concern]


def concern_of(family: str) -> str:
    """What findings of a family are asked about."""
    return _OF[family].concern


def about(family: str) -> About:
    """How findings of a family are put."""
    return _OF[family].about[Family(family)]
