"""Bringing cases up to date: opened once, never twice; handed on when people go; released when nothing is left.

Meant to run after every evaluation. Running it twice, or on two instances at once, leaves the same cases.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from custos.audit.events import What
from custos.errors import RowChanged, RowExists
from custos.model.finding import Finding
from custos.notices.answer_grounds import fallen
from custos.notices.assignment import Accountability, Assignment
from custos.notices.case_findings import CaseFindings, store
from custos.notices.case_store import CaseStore, Stored, case_id, new_nonce, note
from custos.notices.case_subjects import Key, Place, Question, fold, questions
from custos.notices.escalation import handed_up
from custos.notices.model import NO_ASSIGNEE, Case, CaseState, Line, Note, Verb
from custos.notices.question_wording import Topic
from custos.notices.reassignment import asked_today, assignee_of, handed_on, untold_state
from custos.records.model import Records
from custos.row_conflicts import first_or_again

type Covered = Callable[[Collection[str], str, str], bool]
"""Whether the findings hold all of (families of policies, site id, drive id); drive id "" asks about the site's own facts."""


type Acted = Callable[[str], Awaitable[CaseFindings]]
"""On what Custos has acted in a library or site (drive or site id) that nobody has been told of yet, by `policy/rule`."""


@dataclass(kw_only=True)
class Refreshed:
    """What a refresh changed.

    `gaps` are faults of the register for its keeper; `unasked` cases have nobody to ask; `stale_cards` are ids of
    digests whose message in Teams should be brought up to date.
    """

    opened: int = 0
    grown: int = 0
    reassigned: int = 0
    released: int = 0
    unasked: int = 0
    gaps: set[str] = field(default_factory=set)
    stale_cards: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything besides the cases that decides what becomes of them."""

    accountable: Accountability
    topics: Mapping[tuple[str, str], Topic]
    places: Mapping[str, Place]  # by drive id and by site id
    gone: Mapping[str, str] = field(
        default_factory=dict
    )  # drive or site ► why there is nothing to ask about it any more
    covered: Covered
    acted: Acted
    now: datetime
    zone: ZoneInfo

    @property
    def records(self) -> Records:
        """The registers of today."""
        return self.accountable.records


async def refresh_cases(findings: Iterable[Finding], *, book: CaseStore, situation: Situation) -> Refreshed:
    """Open, refresh, hand on and release cases so that they say what `findings` say.

    A case whose library or site was not covered by the evaluation stays as it is: what was not looked at is not gone.
    """
    asked = questions(findings, situation.topics)
    by_key: dict[Key, list[Stored]] = defaultdict(list)
    for stored in await book.all():
        by_key[key_of(stored.case)].append(stored)
    standing = {key: [each.case for each in stored if _is_live(each.case)] for key, stored in by_key.items()}
    fold(asked, standing, lambda concern, site_id: situation.covered(concern, site_id, ""))
    report = Refreshed()
    written: list[Stored] = []
    for key in sorted(asked.keys() | by_key.keys()):
        keeper = _Keeper(book, situation, report, asked.get(key))
        written += await keeper.bring_up_to_date(by_key.get(key, []))
    await book.flush(written)
    return report


def key_of(case: Case) -> Key:
    """What the case is about."""
    return Key(case.asset_id, case.concern, case.subject_key)


@dataclass
class _Keeper:
    """Keeps the cases on one key."""

    book: CaseStore
    situation: Situation
    report: Refreshed
    question: Question | None
    written: list[Stored] = field(default_factory=list)

    async def bring_up_to_date(self, known: list[Stored]) -> list[Stored]:
        seen = list(known)

        async def turn() -> None:
            try:
                await self._once(seen)
            except (RowChanged, RowExists):
                fresh = [one for old in seen if (one := await self.book.get(old.case.id))]
                seen[:] = [*fresh, *await self._opened_meanwhile(fresh)]
                raise

        await first_or_again(turn)
        return self.written

    async def _opened_meanwhile(self, known: list[Stored]) -> list[Stored]:
        if self.question is None:
            return []
        key, number = self.question.key, max((stored.case.number for stored in known), default=0) + 1
        other = await self.book.get(case_id(key.asset_id, key.concern, key.subject, number))
        return [other] if other else []

    async def _once(self, known: list[Stored]) -> None:
        live = [stored for stored in known if _is_live(stored.case)]
        left = self.question.members() if self.question else CaseFindings({})
        waiting = [stored for stored in live if stored.case.state.is_open or stored.case.state is CaseState.LISTED]
        for stored in live:
            if stored not in waiting:
                left = left.without(await self._covered_by(stored))
        for stored in waiting:
            await self._refresh(stored, left)
        question = self.question
        found = left.of or (question is not None and question.everything().of and not live)
        if not waiting and found and question and (not question.drive_id or self._is_whole(question)):
            # What is found on a site is true whatever else could not be decided about it; of a library all is told at once.
            await self._open(left, number=max((stored.case.number for stored in known), default=0) + 1)

    async def _covered_by(self, stored: Stored) -> CaseFindings:
        """Which of today's findings a decided case answers for; it is released when that is none of them."""
        case = stored.case
        found = self.question.everything() if self.question else CaseFindings({})
        if not self._was_looked_at(case):
            return found
        shown = await self.book.members(case.shown)
        answered: dict[str, frozenset[bytes]] = {}
        for rule, today in found.of.items():
            if rule not in shown.of:
                continue
            topic = self.situation.topics[_split(rule)]
            whole = case.decision is Verb.KEEP and not topic.per_finding
            answered[rule] = today if whole else today & shown.of[rule]
        if case.keep_until is not None and case.keep_until <= self.situation.now:
            await self._release(stored, "the time for which it was kept is over")
            return CaseFindings({})
        if why := fallen(case, self.situation.records, self.situation.accountable.today):
            await self._release(stored, why)
            return CaseFindings({})
        if not any(answered.values()):
            if await self._is_accounted_for(case):
                await self._release(stored, self._why_gone(case))
        elif case.decision is Verb.AGREE and not await self._carried_on(stored, answered):
            return CaseFindings({})
        return CaseFindings(answered)

    async def _carried_on(self, stored: Stored, answered: Mapping[str, frozenset[bytes]]) -> bool:
        """Whether anything may still come of an agreement; what does not is written down, and on the cards. One of which nothing can come
        is over: its card says why, and the question is asked again with what can still be done."""
        assert self.question is not None  # something of it was found
        case = stored.case
        agreed_at = case.decided_at or case.opened_at
        ends = [self.question.found[rule].unfinished(some, agreed_at) for rule, some in answered.items() if some]
        barred = " ".join(dict.fromkeys(words for _, words in ends if words))
        if barred and not any(goes_on for goes_on, _ in ends):
            await self._release(stored, f"What was agreed to is not done. {barred}".removesuffix("."))
            self.report.stale_cards.update(card.digest for card in case.cards)
            return False
        fresh = self._kept_current(replace(case, barred=barred))
        if fresh != case:
            self.written.append(await self.book.put(stored, fresh))
            self.report.stale_cards.update(card.digest for card in case.cards)
        return True

    def _kept_current(self, case: Case) -> Case:
        """An agreement with whoever answers for the asset today: they may take it back, too."""
        asked = asked_today(case, self.situation.accountable)
        return case if asked.in_doubt or asked.person is None else replace(case, assignee=assignee_of(asked))

    async def _refresh(self, stored: Stored, left: CaseFindings) -> None:
        case = stored.case
        if not self._was_looked_at(case):
            return
        alone = self.question.everything() if self.question else CaseFindings({})
        if not left.of and (not alone.of or self._withdrawn(case)):
            if case.mended and case.state is CaseState.FOUND:
                return
            if await self._mended(case):
                self.written.append(await self.book.put(stored, replace(case, mended=True)))
            else:
                await self._release(stored, self._why_gone(case))
            return
        notes: list[Note] = []
        new_rules = await self._new_rules(case, left)
        standing = case if not new_rules else replace(case, asked_at=None)
        lines = self._lines(standing, left, told=await self.book.members(case.shown))
        place = self.situation.places.get(case.drive_id or case.site_id, Place(case.subject_name, case.subject_url))
        fresh = replace(
            case,
            lines=lines,
            members=left.name,
            mended=False,
            drives=tuple(sorted(self.question.drives)) if self.question else (),
            subject_name=place.name or case.subject_name,
            subject_url=place.url or case.subject_url,
        )
        if any(line.steps != before.steps for line in lines for before in case.lines if line.key == before.key):
            # Who has the card in hand was promised something else: a press of it counts no more.
            fresh = replace(fresh, nonce=new_nonce())
            self.report.stale_cards.update(card.digest for card in case.cards)
        if not left.of:
            fresh = replace(fresh, state=CaseState.LISTED)
            new_rules = set()
            if case.state is not CaseState.LISTED:
                self.report.stale_cards.update(card.digest for card in case.cards)
        elif case.state is CaseState.LISTED or new_rules:
            fresh = replace(fresh, state=untold_state(case, case.assignee), asked_at=None)
        fresh = self._handed_on(fresh, notes)
        if fresh == case:
            return
        if fresh.members != case.members:
            await store(self.book.blobs, left)
        self.written.append(await self.book.put(stored, fresh, *notes))
        self.report.grown += bool(new_rules)
        if fresh.assignee.user_id != case.assignee.user_id:
            self.report.reassigned += 1
            self.report.stale_cards.update(card.digest for card in case.cards)

    async def _new_rules(self, case: Case, left: CaseFindings) -> set[str]:
        """Rules that found what whoever is asked has not been told of: those that are new on the card, and those of exposures of which
        there are more than were told."""
        new = left.of.keys() - {line.key for line in case.lines}
        if case.asked_at is None:
            return new
        more = left.without(await self.book.members(case.shown)).of
        topics = {rule: self.situation.topics[_split(rule)] for rule in more.keys() - new}
        return new | {rule for rule, topic in topics.items() if topic.per_finding and topic.asks}

    async def _mended(self, case: Case) -> bool:
        """Whether it is gone because Custos acted on some of it, and nobody has heard of it: then it stays until they have."""
        return case.state is CaseState.FOUND and await self._is_untold(case, case.members)

    async def _is_accounted_for(self, case: Case) -> bool:
        """Whether nothing is owed to anybody about what was done for an agreement: it was told, and the days to put it back are over."""
        if case.state is not CaseState.ACTED:
            return True
        if case.done_told_at is None:
            return not await self._is_untold(case, case.shown)
        return case.undo_until is None or case.undo_until < self.situation.now

    async def _is_untold(self, case: Case, members: str) -> bool:
        """Whether Custos acted on some of these findings, and nobody was told of it yet."""
        acted = await self.situation.acted(case.drive_id or case.site_id)
        mine = await self.book.members(members)
        return any(found & acted.of.get(rule, frozenset()) for rule, found in mine.of.items())

    async def _open(self, left: CaseFindings, *, number: int) -> None:
        question = self.question
        assert question is not None  # the caller found something
        key, situation = question.key, self.situation
        asset = situation.records.assets.get(key.asset_id)
        place = situation.places.get(question.drive_id or question.site_id, Place("", ""))
        name = await store(self.book.blobs, left)
        case = Case(
            id=case_id(key.asset_id, key.concern, key.subject, number),
            asset_id=key.asset_id,
            asset_name=asset.name if asset else "",
            sensitive=asset.sensitive if asset else False,
            concern=key.concern,
            subject_kind=question.kind,
            subject_key=key.subject,
            subject_name=place.name,
            subject_url=place.url,
            site_id=question.site_id,
            drive_id=question.drive_id,
            drives=tuple(sorted(question.drives)),
            number=number,
            state=CaseState.FOUND if left.of else CaseState.LISTED,
            lines=self._lines(None, left, told=CaseFindings({}), sensitive=asset.sensitive if asset else False),
            assignee=NO_ASSIGNEE,
            nonce=new_nonce(),
            opened_at=situation.now,
            members=name,
        )
        assignment = asked_today(case, situation.accountable)
        self._note(assignment)
        case = replace(case, assignee=assignee_of(assignment))
        opened = note(
            case,
            What.CASE_OPENED,
            at=situation.now,
            assignee=case.assignee.who.upn,
            role=case.assignee.role.value,
            findings=sum(line.count for line in case.lines),
        )
        self.written.append(await self.book.insert(case, opened))
        self.report.opened += 1

    async def _release(self, stored: Stored, why: str) -> None:
        now = self.situation.now
        fresh = replace(stored.case, state=CaseState.RELEASED, released_at=now, released_why=why)
        self.written.append(await self.book.put(stored, fresh, note(fresh, What.CASE_CLOSED, at=now, why=why)))
        self.report.released += 1
        if stored.case.state.is_open:
            self.report.stale_cards.update(card.digest for card in stored.case.cards)

    def _lines(
        self, case: Case | None, left: CaseFindings, *, told: CaseFindings, sensitive: bool = False
    ) -> tuple[Line, ...]:
        """One line a rule. What somebody has been told (`told`) stays in the words and numbers they were told; what follows from an answer
        is said as it stands."""
        assert self.question is not None  # `left` is made of it
        earlier = {line.key: line for line in case.lines} if case else {}
        frozen = case is not None and case.asked_at is not None and bool(left.of)
        place = self.situation.places.get(self.question.drive_id or self.question.site_id, Place("", ""))
        measured = place.read_at or self.situation.now
        lines = []
        for rule, digests in (left if left.of else self.question.everything()).of.items():
            before = earlier.get(rule)
            shown = told.of.get(rule, frozenset()) & digests
            stays = before is not None and frozen
            if before is not None and frozen and not shown:
                lines.append(before)
                continue
            line = self.question.found[rule].line(
                shown if stays else digests,
                sensitive=case.sensitive if case else sensitive,
                now=self.situation.now,
                measured_at=measured,
            )
            if before is not None and stays:
                line = replace(before, steps=line.steps, barred=line.barred, irreversible=line.irreversible)
            lines.append(replace(line, found_at=before.found_at) if before else line)
        return tuple(sorted(lines, key=lambda line: (line.consequence, line.key)))

    def _handed_on(self, case: Case, notes: list[Note]) -> Case:
        """The case with whoever answers for it today, by registers, Entra and clock."""
        situation = self.situation
        self._note(asked_today(case, situation.accountable))
        fresh, handed = handed_on(case, situation.accountable, situation.now)
        fresh, up = handed_up(fresh, situation.accountable, situation.now, situation.zone)
        notes += [*handed, *up]
        return fresh

    def _note(self, assignment: Assignment) -> None:
        self.report.gaps.update(assignment.gaps)
        self.report.unasked += assignment.person is None

    def _is_whole(self, question: Question) -> bool:
        families = frozenset(self.situation.topics[_split(rule)].family for rule in question.found)
        return self.situation.covered(families, question.site_id, question.drive_id)

    def _was_looked_at(self, case: Case) -> bool:
        gone, covered = self.situation.gone, self.situation.covered
        if self._withdrawn(case) or {case.drive_id, case.site_id} & gone.keys():
            return True
        inside = [drive for drive in case.drives if drive != case.drive_id and drive not in gone]
        families = frozenset(
            line.family for line in case.lines
        )  # what others could not be decided changes none of them
        return covered(families, case.site_id, case.drive_id) and all(
            covered(families, case.site_id, drive) for drive in inside
        )

    def _withdrawn(self, case: Case) -> bool:
        """True when no rule of the case may ask any more."""
        topics = (self.situation.topics.get((line.policy, line.rule)) for line in case.lines)
        return not any(topic is not None and topic.asks_about(case.asset_id) for topic in topics)

    def _why_gone(self, case: Case) -> str:
        if self._withdrawn(case):
            return "no policy in force asks about it any more"
        if case.state is CaseState.ACTED:
            back = ", and the time to put it back is over" if case.undo_until else ""
            return f"it was done in {case.run} and told{back}"
        if case.mended:
            return "Custos dealt with it, and it was told"
        return (
            self.situation.gone.get(case.drive_id) or self.situation.gone.get(case.site_id) or "it is no longer found"
        )


def _is_live(case: Case) -> bool:
    return case.state is not CaseState.RELEASED


def _split(rule: str) -> tuple[str, str]:
    policy, _, name = rule.partition("/")
    return policy, name
