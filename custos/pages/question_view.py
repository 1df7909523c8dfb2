"""One question as a page shows it: the very words and buttons of the card (`custos.notices`), set out for reading."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from custos.notices.answer_rights import may_take_back, offers
from custos.notices.cards import (
    Reader,
    agree_words,
    asked_before_words,
    found_words,
    is_for,
    outcome,
    places_words,
    seen_words,
    silence_words,
    undo_words,
    where,
)
from custos.notices.choices import DECLARED as CHOICES
from custos.notices.choices.agree import may_agree
from custos.notices.model import Case, CaseState, Line
from custos.notices.questions import question_of
from custos.notices.take_back_words import take_back_words
from custos.notices.wording import clean
from custos.pages.markdown import from_card
from custos.records.model import Records
from custos.records.registers.training import training_for
from custos.wording import capital, day_words

_LONGEST_ADDRESS = 2_000
_NAME = re.compile(r"^\*\*[^*]+\*\*: ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One button: what it sends, what it says, what it does. `reasons` is empty unless one of them goes with it."""

    verb: str
    kind: str
    label: str
    does: Markup
    undo: str
    reasons: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one rule found: the fact, what it says of some of it, and what belongs to it in pairs of name and words."""

    fact: str
    seen: Sequence[str]
    pairs: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionView:
    """A question. `answers` is empty where this person cannot answer (any more); `stands` says then how it stands. `rules` are
    (rule, title, clause); `learn` is where one learns how it comes about: (title, address)."""

    id: str
    nonce: str
    asset: str
    heading: str
    url: str
    why: Sequence[str]
    due: str
    told: Sequence[Told]
    shared: Sequence[tuple[str, str]]
    rules: Sequence[tuple[str, str, str]]
    learn: Sequence[tuple[str, str]]
    answers: Sequence[Answer]
    stands: Markup
    takes_back: bool


def question_view(case: Case, reader: Reader, records: Records) -> QuestionView:
    """A case for whoever looks."""
    mine = is_for(case, reader)
    pairs = [_pairs(case, line, reader) for line in case.lines] if mine else []
    shared = [pair for pair in pairs[0] if all(pair in each for each in pairs)] if pairs else []
    return QuestionView(
        id=case.id,
        nonce=case.nonce,
        asset=asset_words(case),
        heading=where(case, plain=True),
        url=case.subject_url if _is_address(case.subject_url) else "",
        why=_why(case, reader) if mine else [],
        due=_due(case, reader),
        told=[
            Told(
                fact=found_words(case, line, plain=True),
                seen=seen_words(line, plain=True),
                pairs=[pair for pair in own if pair not in shared],
            )
            for line, own in zip(case.lines, pairs, strict=True)
        ]
        if mine
        else [],
        shared=shared,
        rules=[(clean(line.key, 160), clean(line.title, 160), clean(line.clause, 160)) for line in case.lines],
        learn=list(_learn(case, records)),
        answers=_answers(case, reader) if mine and case.asked_at is not None else [],
        stands=Markup("") if mine else from_card(outcome(case, reader)),
        takes_back=may_take_back(case, reader.user_id) and not mine,
    )


def _learn(case: Case, records: Records) -> Iterator[tuple[str, str]]:
    """The training links of its rules, each once."""
    found = (training_for(records, line.policy, line.rule, line.family) for line in case.lines)
    yield from dict.fromkeys((clean(one.title, 160), one.url) for one in found if one is not None)


def _why(case: Case, reader: Reader) -> list[str]:
    """Why this reader is asked, who was asked before, and about which places, where it is about several."""
    said = [clean(case.assignee.because, 400), *asked_before_words(case, reader, plain=True)]
    return [*said, *filter(None, [places_words(case, plain=True)])]


def asset_words(case: Case) -> str:
    """The asset with its id."""
    return f"{clean(case.asset_name)} ({clean(case.asset_id, 20)})" if case.asset_id else "Not in the asset register"


def _pairs(case: Case, line: Line, reader: Reader) -> list[tuple[str, str]]:
    pairs = []
    if line.steps:
        proposed = f"{capital(agree_words(case, line, reader))}. {capital(undo_words(line))}."
        agrees = may_agree(line, case.assignee.role)
        pairs.append(("If you agree" if agrees else "Proposed, for the owner to agree to", clean(proposed, 400)))
    if line.barred:
        pairs.append(("Not done any more", clean(line.barred, 400)))
    if line.protected:
        pairs.append(("Left alone", clean(line.protected, 400)))
    pairs.append(("Measured", f"{day_words(line.measured_at, reader.zone)}, and again just before anything is done"))
    pairs.append(("If nobody answers", capital(clean(silence_words(case, line, reader), 400))))
    return pairs


def _answers(case: Case, reader: Reader) -> list[Answer]:
    made = []
    for offer in offers(case):
        choice = CHOICES[offer.verb]
        made.append(
            Answer(
                verb=offer.verb.value,
                kind=offer.kind.value if offer.kind else "",
                label=choice.button(case, offer) if choice.button else choice.label,
                does=_does(choice.legend(case)),
                undo=take_back_words(case, offer, reader.now, reader.zone, reader.holidays),
                reasons=question_of(case).reasons if choice.asks_why else {},
            )
        )
    return made


def _does(legend: str) -> Markup:
    """What a button does, without the button's name: it stands beside the button."""
    return from_card(capital(_NAME.sub("", legend)))


def _due(case: Case, reader: Reader) -> str:
    if case.state is CaseState.DUE or case.deadline is None or not case.state.is_open:
        return ""
    return day_words(case.deadline, reader.zone, weekday=True)


def _is_address(url: str) -> bool:
    return url.startswith("https://") and len(url) <= _LONGEST_ADDRESS
