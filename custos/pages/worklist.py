"""The worklist: questions of one kind that wait for one person, answered together, but only after they looked at a sample.

Each answer is taken by itself, by the function that takes the press of a card's button: what changed meanwhile, or is not theirs any
more, is left out and said. What cannot be undone is not answered here.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from custos.notices.answer_rights import offers
from custos.notices.answers import take, told
from custos.notices.cards import is_for
from custos.notices.case_store import urgency
from custos.notices.choices import DECLARED as CHOICES
from custos.notices.decisions import COUNTS, Press
from custos.notices.model import Case, Verb
from custos.notices.questions import question_of
from custos.pages.forms import BadForm, Form
from custos.pages.http import Reply, Request
from custos.pages.question_view import QuestionView, question_view
from custos.pages.visit import Visit
from custos.wording import many

PLACE = "worklist"
ANSWER = "worklist/answer"
SAMPLE = 10
MOST = 100  # answered at once
_TOGETHER = (Verb.AGREE, Verb.KEEP, Verb.LOOK_AGAIN)
_AGAIN = "The question has changed since. Nothing was changed."


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Questions that the same rules put about one asset, and that take the same answers. `answers`: verb ► label of those that can be
    given to all of them together; `reasons` go with the one that asks why."""

    key: str
    title: str
    asset: str
    cases: Sequence[Case]
    answers: Mapping[str, str]
    reasons: Mapping[str, str]

    @property
    def places(self) -> Sequence[str]:
        """The first of them by name."""
        return [case.subject_name for case in self.cases[:SAMPLE]]


async def show(visit: Visit, request: Request) -> Reply:
    """All groups; one of them with its sample and its buttons when `group` is in the query."""
    groups = await _groups(visit)
    wanted = next((group for group in groups if group.key == request.query.get("group")), None)
    if wanted is None:
        return visit.page("worklist.html", place=PLACE, groups=groups)
    return _sample(visit, wanted)


async def answer(visit: Visit, form: Form) -> Reply:
    """Give one answer to every question of a group whose sample was shown."""
    group = next((one for one in await _groups(visit) if one.key == form.one("g")), None)
    if group is None:
        return visit.page(
            "refused.html", place=PLACE, status=409, sentence="These questions do not wait together any more."
        )
    sources, verb = visit.sources, form.one("v")
    if not sources.tokens.holds(form.one("s"), _looked(visit, group), sources.machine_now):
        sentence = "Look at the sample first: the questions are not those that you looked at."
        return _sample(visit, group, status=409, refusal=sentence)
    if verb not in group.answers:
        raise BadForm("This answer cannot be given to all of them together.")
    outcomes: Counter[str] = Counter()
    for case in group.cases:
        press = Press(case_id=case.id, nonce=case.nonce, verb=verb, reason=form.one("r"), user_id=visit.person.id)
        verdict = await take(
            press,
            book=sources.book,
            accountable=sources.accountable,
            queue=sources.queue,
            now=sources.now,
            zone=sources.zone,
        )
        outcomes["" if verdict.outcome in COUNTS else told(verdict, again=_AGAIN)] += 1
    recorded = outcomes.pop("", 0)
    return visit.page(
        "worklist.html",
        place=PLACE,
        status=200 if recorded else 409,
        groups=await _groups(visit),
        recorded=f"{CHOICES[Verb(verb)].label}: {many(recorded, 'answer')} recorded." if recorded else "",
        left=[(sentence, many(number, "question")) for sentence, number in sorted(outcomes.items())],
    )


def _sample(visit: Visit, group: Group, *, status: int = 200, refusal: str = "") -> Reply:
    sample: list[QuestionView] = [question_view(case, visit.reader, visit.records) for case in group.cases[:SAMPLE]]
    seen = visit.sources.tokens.issue(_looked(visit, group), visit.sources.machine_now)
    return visit.page("sample.html", place=PLACE, status=status, group=group, sample=sample, seen=seen, refusal=refusal)


def _looked(visit: Visit, group: Group) -> str:
    """Whom a sample was shown to, and of exactly which questions as they stand."""
    stand = "\n".join(f"{case.id} {case.nonce} {case.shown}" for case in group.cases)
    return f"{visit.person.id}\n{hashlib.sha256(stand.encode()).hexdigest()}"


async def _groups(visit: Visit) -> list[Group]:
    """Those of two questions or more, the gravest first, each as many as are answered at once."""
    waiting = [stored.case for stored in sorted(await visit.sources.book.open_for(visit.person.id), key=urgency)]
    together: dict[tuple[str, ...], list[Case]] = defaultdict(list)
    for case in waiting:
        if is_for(case, visit.reader) and case.asked_at is not None and case.shown:
            rules = sorted(line.key for line in case.lines)
            together[case.asset_id, case.assignee.role.value, *rules].append(case)
    made = [_group(key, cases[:MOST]) for key, cases in together.items() if len(cases) > 1]
    return [group for group in made if group.answers]


def _group(key: tuple[str, ...], cases: Sequence[Case]) -> Group:
    first = cases[0]
    offered = [{offer.verb for offer in offers(case) if offer.kind is None} for case in cases]
    common = set.intersection(*offered)
    lasting = any(line.irreversible for case in cases for line in case.lines)
    given = [verb for verb in _TOGETHER if verb in common and not (verb is Verb.AGREE and lasting)]
    return Group(
        key=hashlib.sha256("\n".join(key).encode()).hexdigest()[:16],
        title="; ".join(line.title for line in first.lines),
        asset=f"{first.asset_name} ({first.asset_id})" if first.asset_id else "Not in the asset register",
        cases=cases,
        answers={verb.value: CHOICES[verb].label for verb in given},
        reasons=question_of(first).reasons,
    )
