"""What is said of a question on a card, once: what it is about, which answers it takes and for which reasons, what silence does. Pure.

| part | read by |
|---|---|
| concern, about | which findings are one question (`custos.notices.case_subjects`), its place on a card, who may be lent it |
| choices, reasons | the buttons of a card, the press of one, what is told afterwards |
| unanswered | what a card says of silence |

What each answer does is declared with the answer (`custos.notices.choices`); what is found and proposed, by the policy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from custos.model.policy import Family
from custos.notices.choices.declaration import Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """How findings of one family of policies are put. `rank` is their place on a card, the lowest first, where their kind has none of its
    own. `lent_as`: the kind of delegation that a steward needs to answer, "" for that of the kind. `accepts_risk`: leaving it as it is
    accepts a risk. `across`: found by one rule in several places of an asset, it is one matter.
    `agreements`: an answer rests on the asset's sharing agreements, too. `settles_all`: found of a site as a whole, it
    is one matter with everything that is found in its libraries, whatever the family.
    """

    rank: int
    lent_as: str = ""
    accepts_risk: bool = False
    agreements: bool = False
    settles_all: bool = False
    across: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """All that is said of one question; `concern` is its word in a case.

    `choices` are its answers in the order of their buttons, `reasons` why something may stay as it is: word ► what people read.
    `unanswered` says what silence does to content where no step is taken by itself, and where one is.
    """

    concern: str
    about: Mapping[Family, About]
    choices: tuple[Choice, ...]
    reasons: Mapping[str, str]
    unanswered: tuple[str, str] = ("nothing is deleted or changed", "nothing is deleted")
