"""Bringing cases up to date: opened once, never twice; handed on when people go; released when nothing is left.

Meant to run after every evaluation. Running it twice, or on two instances at once, leaves the same cases.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from custos.audit.events import What
from custos.errors import RowChanged, RowExists
from custos.kinds import OF_SITES
from custos.model.finding import Finding
from custos.notices.answer_grounds import fallen
from custos.notices.assignment import Accountability, Assignment
from custos.notices.cards_behind import behind
from custos.notices.case_findings import CaseFindings, digest, store
from custos.notices.case_store import CaseStore, Stored, case_id, new_nonce, note
from custos.notices.case_subjects import Key, Place, Question, as_one, fold, place_of, questions
from custos.notices.escalation import handed_up
from custos.notices.matters import ENDED, matters
from custos.notices.model import NO_ASSIGNEE, Case, CasePlace, CaseState, Line, Note, Verb
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
    digests whose message in Teams should be brought up to date, also those that an earlier worker left behind.
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
    groups: dict[tuple[str, str], list[Stored]] = defaultdict(list)
    standing: dict[Key, list[Case]] = defaultdict(list)
    known = await book.all()
    for stored in known:
        case = stored.case
        groups[case.asset_id, case.concern].append(stored)
        for place in case.homes if _is_live(case) else ():
            standing[Key(case.asset_id, case.concern, place.key)].append(case)
    fold(asked, standing, lambda concern, site_id: situation.covered(concern, site_id, ""))
    here: dict[tuple[str, str], dict[str, Question]] = defaultdict(dict)
    for key, question in asked.items():
        here[key.asset_id, key.concern][key.subject] = question
    report = Refreshed()
    written: list[Stored] = []
    for group in sorted(groups.keys() | here.keys()):
        keeper = _Keeper(book, situation, report, group, here.get(group, {}))
        written += await keeper.bring_up_to_date(groups.get(group, []))
    await book.flush(written)
    report.stale_cards = behind(stored.case for stored in (*known, *written))
    return report


@dataclass
class _Keeper:
    """Keeps the cases about one concern of one asset. `asked`: place (key of a library or site) ► what is found there."""

    book: CaseStore
    situation: Situation
    report: Refreshed
    group: tuple[str, str]
    asked: Mapping[str, Question]
    written: list[Stored] = field(default_factory=list)

    @cached_property
    def whole(self) -> Question:
        """All that is found, as one."""
        return as_one(*self.group, self.asked.values())

    async def bring_up_to_date(self, known: list[Stored]) -> list[Stored]:
        seen = list(known)

        async def turn() -> None:
            try:
                await self._once(seen)
            except (RowChanged, RowExists):
                seen[:] = [one for one in await self.book.all() if (one.case.asset_id, one.case.concern) == self.group]
                raise

        await first_or_again(turn)
        return self.written

    async def _once(self, known: list[Stored]) -> None:
        live = [stored for stored in known if _is_live(stored.case)]
        waiting = [stored for stored in live if stored.case.state.is_open or stored.case.state is CaseState.LISTED]
        decided = [stored for stored in live if stored not in waiting]
        left = dict(self.asked)
        for stored in decided:
            answered = await self._covered_by(stored)
            left = {place: question.without(answered) for place, question in left.items()}
        settled = _homes(decided) - _homes(waiting)
        left = {
            place: question
            for place, question in left.items()
            if question.found and (question.members().of or place not in settled)
        }
        still = [stored for stored in waiting if not self._was_looked_at(stored.case)]
        for place in _homes(still):
            left.pop(place, None)  # what stands there waits until all of it is looked at
        moving = {stored.case.id: stored for stored in waiting if stored not in still}
        for matter in matters(left, [stored.case for stored in moving.values()], ended=self._is_ended()):
            if not matter.cases:
                await self._open(matter.question, known)
                continue
            first, *others = (moving.pop(case_id) for case_id in matter.cases)
            await self._refresh(first, matter.question)
            for other in others:
                await self._release(other, f"it is asked as one with “{first.case.subject_name}”")
        for stored in moving.values():
            await self._refresh(stored, None)

    def _is_ended(self) -> bool:
        asset = self.situation.records.assets.get(self.group[0])
        return asset is not None and asset.status in ENDED

    async def _covered_by(self, stored: Stored) -> CaseFindings:
        """Which of today's findings a decided case answers for; it is released when that is none of them."""
        case, homes = stored.case, _homes([stored])
        if not self._was_looked_at(case):
            return self.whole.at(homes)
        shown = await self.book.members(case.shown)
        answered: dict[str, frozenset[bytes]] = {}
        for rule, found in self.whole.found.items():
            if rule not in shown.of:
                continue
            topic = self.situation.topics[_split(rule)]
            today = frozenset(map(digest, found.entries))
            whole = case.is_kept and not topic.per_finding
            answered[rule] = today & (shown.of[rule] | found.at(homes) if whole else shown.of[rule])
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
        case = stored.case
        agreed_at = case.decided_at or case.opened_at
        ends = [self.whole.found[rule].unfinished(some, agreed_at) for rule, some in answered.items() if some]
        barred = " ".join(dict.fromkeys(words for _, words in ends if words))
        if barred and not any(goes_on for goes_on, _ in ends):
            await self._release(stored, f"What was agreed to is not done. {barred}".removesuffix("."))
            return False
        fresh = self._kept_current(replace(case, barred=barred))
        if fresh != case:
            self.written.append(await self.book.put(stored, fresh))
        return True

    def _kept_current(self, case: Case) -> Case:
        """An agreement with whoever answers for the asset today: they may take it back, too."""
        asked = asked_today(case, self.situation.accountable)
        return case if asked.in_doubt or asked.person is None else replace(case, assignee=assignee_of(asked))

    async def _refresh(self, stored: Stored, question: Question | None) -> None:
        case = stored.case
        left = question.members() if question else CaseFindings({})
        if question is None or (not left.of and self._withdrawn(case)):
            if case.mended and case.state is CaseState.FOUND:
                return
            if await self._mended(case):
                self.written.append(await self.book.put(stored, replace(case, mended=True)))
            else:
                await self._release(stored, self._why_gone(case))
            return
        notes: list[Note] = []
        new_rules = await self._new_rules(case, question, left)
        standing = case if not new_rules else replace(case, asked_at=None)
        told = await self.book.members(case.shown)
        lines = self._lines(question, standing, left, told=told)
        places = self._places(question, standing, left, told=told)
        fresh = replace(
            case,
            lines=lines,
            members=left.name,
            mended=False,
            places=places,
            drives=tuple(sorted(question.drives)),
            subject_name=places[0].name or case.subject_name,
            subject_url=places[0].url or case.subject_url,
        )
        if any(line.steps != before.steps for line in lines for before in case.lines if line.key == before.key):
            # Who has the card in hand was promised something else: a press of it counts no more.
            fresh = replace(fresh, nonce=new_nonce())
        if not left.of:
            fresh = replace(fresh, state=CaseState.LISTED)
            new_rules = set()
        elif case.state is CaseState.LISTED or new_rules:
            fresh = replace(fresh, state=untold_state(case, case.assignee), asked_at=None)
            if case.state is CaseState.LISTED:
                fresh = replace(
                    fresh, deadline=None, remind_on=()
                )  # nobody had to answer meanwhile: the time begins anew
        fresh = self._handed_on(fresh, notes)
        if fresh == case:
            return
        if fresh.members != case.members:
            await store(self.book.blobs, left)
        self.written.append(await self.book.put(stored, fresh, *notes))
        self.report.grown += bool(new_rules)
        if fresh.assignee.user_id != case.assignee.user_id:
            self.report.reassigned += 1

    async def _new_rules(self, case: Case, question: Question, left: CaseFindings) -> set[str]:
        """Rules that found what whoever is asked has not been told of: those that are new on the card, those of exposures of which there
        are more than were told, and those that ask about a place that was not listed."""
        new = left.of.keys() - {line.key for line in case.lines}
        if case.asked_at is None:
            return new
        more = left.without(await self.book.members(case.shown)).of
        listed = {place.key for place in case.homes}
        for rule in more.keys() - new:
            topic = self.situation.topics[_split(rule)]
            elsewhere = question.found[rule].by_place(more[rule]).keys() - listed
            if topic.asks and (topic.per_finding or elsewhere):
                new = new | {rule}
        return new

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
        mine = await self.book.members(members)
        for place in case.homes:
            acted = await self.situation.acted(place.drive_id or place.site_id)
            if any(found & acted.of.get(rule, frozenset()) for rule, found in mine.of.items()):
                return True
        return False

    async def _open(self, question: Question, known: Sequence[Stored]) -> None:
        """Open a case. What is found on a site is true whatever else could not be decided about it; of a library all is told at once."""
        of_site = any(found.kind in OF_SITES for found in question.found.values())
        if not of_site and not self._is_whole(question):
            return
        key, situation, left = question.key, self.situation, question.members()
        number = max((one.case.number for one in known if one.case.subject_key == key.subject), default=0) + 1
        asset = situation.records.assets.get(key.asset_id)
        places = self._places(question, None, left, told=CaseFindings({}))
        name = await store(self.book.blobs, left)
        case = Case(
            id=case_id(key.asset_id, key.concern, key.subject, number),
            asset_id=key.asset_id,
            asset_name=asset.name if asset else "",
            sensitive=asset.sensitive if asset else False,
            concern=key.concern,
            subject_kind=question.kind,
            subject_key=key.subject,
            subject_name=places[0].name,
            subject_url=places[0].url,
            site_id=question.site_id,
            drive_id=question.drive_id,
            places=places,
            drives=tuple(sorted(question.drives)),
            number=number,
            state=CaseState.FOUND if left.of else CaseState.LISTED,
            lines=self._lines(
                question, None, left, told=CaseFindings({}), sensitive=asset.sensitive if asset else False
            ),
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

    def _places(
        self, question: Question, case: Case | None, left: CaseFindings, *, told: CaseFindings
    ) -> tuple[CasePlace, ...]:
        """The libraries and sites that it is about, sites first; of what somebody has been told those that were listed."""
        frozen = case is not None and case.asked_at is not None and bool(left.of)
        shown = CaseFindings({rule: found & told.of.get(rule, frozenset()) for rule, found in left.of.items()})
        counts = question.by_place(shown if frozen else left if left.of else question.everything())
        listed = {place.key for place in case.homes} if case is not None and frozen else question.places.keys()
        before = case.homes if case is not None else ()
        known = {one.drive_id or one.site_id: Place(one.name, one.url) for one in before} | dict(self.situation.places)
        made = [
            place_of(place, known, counts[key])
            for key, place in question.places.items()
            if key in listed and counts[key]
        ]
        return tuple(made) or before

    def _lines(
        self, question: Question, case: Case | None, left: CaseFindings, *, told: CaseFindings, sensitive: bool = False
    ) -> tuple[Line, ...]:
        """One line a rule. What somebody has been told (`told`) stays in the words and numbers they were told; what follows from an answer
        is said as it stands."""
        earlier = {line.key: line for line in case.lines} if case else {}
        frozen = case is not None and case.asked_at is not None and bool(left.of)
        measured = self._measured(question)
        lines = []
        for rule, digests in (left if left.of else question.everything()).of.items():
            before = earlier.get(rule)
            shown = told.of.get(rule, frozenset()) & digests
            stays = before is not None and frozen
            if before is not None and frozen and not shown:
                lines.append(before)
                continue
            line = question.found[rule].line(
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

    def _measured(self, question: Question) -> datetime:
        """Since when nothing of it was read again: the oldest of its places."""
        places = (self.situation.places.get(one.drive_id or one.site_id) for one in question.places.values())
        return min((one.read_at for one in places if one is not None and one.read_at), default=self.situation.now)

    def _is_whole(self, question: Question) -> bool:
        families = frozenset(self.situation.topics[_split(rule)].family for rule in question.found)
        return all(
            self.situation.covered(families, one.site_id, one.drive_id) for one in question.places.values()
        ) and all(self.situation.covered(families, question.site_id, drive) for drive in question.drives)

    def _was_looked_at(self, case: Case) -> bool:
        gone, covered = self.situation.gone, self.situation.covered
        there = [place for place in case.homes if {place.drive_id, place.site_id}.isdisjoint(gone)]
        if self._withdrawn(case) or not there:
            return True
        families = frozenset(
            line.family for line in case.lines
        )  # what others could not be decided changes none of them
        inside = set(case.drives) - {place.drive_id for place in case.homes} - gone.keys()
        return all(covered(families, place.site_id, place.drive_id) for place in there) and all(
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
        gone = self.situation.gone
        why = {gone.get(place.drive_id) or gone.get(place.site_id) or "" for place in case.homes}
        return why.pop() or _NOT_FOUND if len(why) == 1 else _NOT_FOUND


_NOT_FOUND = "it is no longer found"


def _homes(cases: Iterable[Stored]) -> frozenset[str]:
    """The libraries and sites that cases are about, by key."""
    return frozenset(place.key for stored in cases for place in stored.case.homes)


def _is_live(case: Case) -> bool:
    return case.state is not CaseState.RELEASED


def _split(rule: str) -> tuple[str, str]:
    policy, _, name = rule.partition("/")
    return policy, name
