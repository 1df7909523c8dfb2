"""From findings to questions: what is found about one concern on one library or site becomes one subject. Which of them are one question
`custos.notices.matters` says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from custos.actions import DECLARED
from custos.engine.protection import stopping
from custos.engine.remaining_steps import left
from custos.kinds import DECLARED as KINDS
from custos.kinds import OF_SITES
from custos.model.action_kind import ActionKind, Reversibility
from custos.model.finding import Bar, Finding
from custos.model.subject import Kind, Subject
from custos.notices.case_findings import CaseFindings, digest
from custos.notices.finding_sentences import Sighting, common, sighting, told_apart
from custos.notices.model import Case, CasePlace, Line, Proposed
from custos.notices.question_wording import Topic
from custos.notices.questions import about, concern_of

SAMPLE = 3  # names kept of a rule's findings
_NAME_LIMIT = 400  # SharePoint's longest name
_LATEST = datetime.max.replace(tzinfo=UTC)  # an agreement that is given from now on is later than any undo


@dataclass(frozen=True, slots=True)
class Place:
    """A site or library as people know it. `read_at` is when its facts were last read; None when that is not known."""

    name: str
    url: str
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """What a case is about: an asset ("" when none covers the subject), a concern, a library or site."""

    asset_id: str
    concern: str
    subject: str


@dataclass(frozen=True, slots=True)
class _Entry:
    place: str  # key of the library or site in which it is asked about
    homes: frozenset[str]  # keys of its library and its site
    said: Sighting
    protection: str  # why it is left alone; "" when it is asked about
    reference: str
    bars: tuple[Bar, ...]


@dataclass
class Found:
    """What one rule finds on one subject, by subject key."""

    topic: Topic
    kind: Kind
    entries: dict[str, _Entry] = field(default_factory=dict)

    def add(self, finding: Finding, place: str) -> None:
        """Count a finding; the same one twice counts once. What is held or exempt is left alone: there is nothing to decide."""
        keeps = stopping(finding.protections, ActionKind.ASK)
        entry = _Entry(
            place,
            homes_of(finding.subject),
            sighting(finding, _NAME_LIMIT),
            keeps.sentence if keeps else "",
            keeps.reference if keeps else "",
            finding.bars,
        )
        self.entries.setdefault(finding.subject.key, entry)

    def asked(self) -> list[str]:
        """The keys of what there is to decide about."""
        return [key for key, entry in self.entries.items() if not entry.protection]

    def at(self, homes: Collection[str]) -> frozenset[bytes]:
        """What is found in these libraries and sites, as digests."""
        return frozenset(digest(key) for key, entry in self.entries.items() if not entry.homes.isdisjoint(homes))

    def by_place(self, only: Collection[bytes]) -> Counter[str]:
        """How many of the findings in `only` lie in which place."""
        return Counter(entry.place for key, entry in self.entries.items() if digest(key) in only)

    def moved(self, place: str) -> None:
        """Have all of it asked about in another place: that of its site."""
        self.entries = {key: replace(entry, place=place) for key, entry in self.entries.items()}

    def unfinished(self, only: Collection[bytes], agreed_at: datetime) -> tuple[bool, str]:
        """Of the findings in `only`, under an agreement of that moment: whether anything may still come of it, and what does not."""
        bars = [entry.bars for key, entry in self.entries.items() if digest(key) in only and not entry.protection]
        return any(_left(self.topic, one, agreed_at) or not _barred(one) for one in bars), barred_words(bars)

    def line(self, only: Collection[bytes], *, sensitive: bool, now: datetime, measured_at: datetime) -> Line:
        """The findings whose digests are in `only`, in the words of a case. Of a sensitive asset no file's name is kept."""
        entries = [entry for key, entry in self.entries.items() if digest(key) in only]
        alone = [entry for entry in self.entries.values() if entry.protection]
        masked = sensitive and not KINDS[self.kind].named
        acting = [entry.bars for entry in entries if not entry.protection]
        steps = _steps(self.topic, acting)
        said = [entry.said for entry in entries]
        return Line(
            policy=self.topic.policy,
            rule=self.topic.rule,
            kind=self.kind,
            title=self.topic.title,
            count=len(entries),
            sample=() if masked else tuple(one.name for one in said if one.name)[:SAMPLE],
            because=common(said, masked=masked),
            seen=told_apart(said, masked=masked),
            clause=self.topic.clause,
            steps=steps,
            barred=barred_words(acting),
            irreversible=any(DECLARED[step.kind].reversibility is Reversibility.IRREVERSIBLE for step in steps),
            protected=_left_alone_words(alone),
            protected_by=tuple(sorted({entry.reference for entry in alone if entry.reference})),
            per_finding=self.topic.per_finding,
            consequence=self.topic.consequence(sensitive=sensitive),
            within=str(self.topic.within),
            family=self.topic.family,
            asks=self.topic.asks,
            remind=self.topic.remind,
            ask=self.topic.ask,
            lent_as=self.topic.lent_as,
            accepts_risk=self.topic.accepts_risk,
            found_at=now,
            measured_at=measured_at,
        )


@dataclass
class Question:
    """Everything that is found about one key, by `policy/rule`."""

    key: Key
    kind: Kind
    site_id: str
    drive_id: str
    found: dict[str, Found] = field(default_factory=dict)
    drives: set[str] = field(default_factory=set)  # the libraries in which something of it lies
    places: dict[str, Subject] = field(default_factory=dict)  # the libraries and sites that it is about, by key

    def members(self) -> CaseFindings:
        """Which findings there is something to decide about."""
        asked = {rule: found.asked() for rule, found in self.found.items()}
        return CaseFindings.from_keys({rule: keys for rule, keys in asked.items() if keys})

    def everything(self) -> CaseFindings:
        """Which findings these are, with what is left alone."""
        return CaseFindings.from_keys({rule: found.entries for rule, found in self.found.items()})

    def take(self, other: Question) -> None:
        """Become one question with another place's."""
        for rule, there in other.found.items():
            self.found.setdefault(rule, Found(there.topic, there.kind)).entries.update(there.entries)
        self.drives |= other.drives
        self.places |= other.places

    def without(self, answered: CaseFindings) -> Question:
        """The question with what is left of it."""
        left = replace(self, found={}, drives=set(self.drives), places=dict(self.places))
        for rule, found in self.found.items():
            over = answered.of.get(rule, frozenset())
            entries = {key: entry for key, entry in found.entries.items() if digest(key) not in over}
            if entries:
                left.found[rule] = Found(found.topic, found.kind, entries)
        return left

    def at(self, homes: Collection[str]) -> CaseFindings:
        """What is found in these libraries and sites."""
        found = {rule: one.at(homes) for rule, one in self.found.items()}
        return CaseFindings({rule: some for rule, some in found.items() if some})

    def by_place(self, members: CaseFindings) -> Counter[str]:
        """How many of these findings lie in which of its places."""
        counts: Counter[str] = Counter()
        for rule, only in members.of.items():
            if rule in self.found:
                counts.update(self.found[rule].by_place(only))
        return counts


def home(subject: Subject) -> Subject:
    """The library that a subject lies in, or its site."""
    if subject.drive_id:
        return Subject(kind=Kind.LIBRARY, site_id=subject.site_id, drive_id=subject.drive_id)
    return Subject(kind=Kind.SITE, site_id=subject.site_id)


def as_one(asset_id: str, concern: str, found: Iterable[Question]) -> Question:
    """All that is found about one concern of one asset, whichever questions it is put in."""
    whole = Question(Key(asset_id, concern, ""), Kind.SITE, "", "")
    for question in found:
        whole.take(question)
    return whole


def place_of(subject: Subject, known: Mapping[str, Place], count: int) -> CasePlace:
    """A library or site as a case remembers it, by what is `known` of places (drive or site id)."""
    place = known.get(subject.drive_id or subject.site_id, Place("", ""))
    return CasePlace(
        key=subject.key,
        site_id=subject.site_id,
        drive_id=subject.drive_id,
        name=place.name,
        url=place.url,
        count=count,
    )


def homes_of(subject: Subject) -> frozenset[str]:
    """The keys of a subject's library and site, under either of which a case may be about it."""
    return frozenset({home(subject).key, Subject(kind=Kind.SITE, site_id=subject.site_id).key})


def asked_in(finding: Finding) -> Subject:
    """The library or site in which a finding is asked about: of a site that no asset covers all is one matter, whose it is."""
    return home(finding.subject) if finding.asset_id else Subject(kind=Kind.SITE, site_id=finding.subject.site_id)


def questions(findings: Iterable[Finding], topics: Mapping[tuple[str, str], Topic]) -> dict[Key, Question]:
    """Group findings into questions. Findings of rules that ask nobody, or not about this asset, are left out."""
    asked: dict[Key, Question] = {}
    for finding in findings:
        topic = topics.get((finding.policy, finding.rule))
        if topic is None or not topic.asks_about(finding.asset_id):
            continue
        place = asked_in(finding)
        key = Key(finding.asset_id, concern_of(topic.family), place.key)
        question = asked.get(key)
        if question is None:
            question = asked[key] = Question(key, place.kind, place.site_id, place.drive_id)
            question.places[place.key] = place
        question.drives |= {finding.subject.drive_id} - {""}
        rule = f"{finding.policy}/{finding.rule}"
        found = question.found.get(rule)
        if found is None:
            found = question.found[rule] = Found(topic, finding.subject.kind)
        found.add(finding, place.key)
    return asked


def fold(
    asked: dict[Key, Question], known: Mapping[Key, Sequence[Case]], looked_at: Callable[[str, str], bool]
) -> None:
    """Make what is found on a site and on its libraries one question where one answer settles both.

    A site that is quiet as a whole is one matter with everything that is found in its libraries: work that has ended. What is found about
    the sharing of a site as a whole is one with the sharing of its libraries: an agreement that ran out. `known` are the cases that stand:
    one about a site answers for its libraries too, also where the site (concern, site id) was not `looked_at` now.
    """
    for key, question in list(asked.items()):
        if not question.drive_id:
            continue
        site = home(Subject(kind=Kind.SITE, site_id=question.site_id))
        whole = Key(key.asset_id, key.concern, site.key)
        if whole not in asked and looked_at(key.concern, question.site_id):
            continue
        found = asked[whole].found.values() if whole in asked else ()
        families = {one.topic.family for one in found if one.kind in OF_SITES}
        families |= {line.family for case in known.get(whole, ()) for line in case.lines if line.kind in OF_SITES}
        for rule, here in list(question.found.items()):
            if here.topic.family not in families and not any(about(family).settles_all for family in families):
                continue
            if whole in asked:
                here.moved(site.key)
                there = asked[whole].found.setdefault(rule, Found(here.topic, here.kind))
                there.entries.update(here.entries)
                asked[whole].drives.add(question.drive_id)
            del question.found[rule]
        if not question.found:
            del asked[key]


def _steps(topic: Topic, findings: Sequence[tuple[Bar, ...]]) -> tuple[Proposed, ...]:
    """What may still follow for these findings (each with its bars), and for how many of them."""
    agreed = Counter(kind for bars in findings for kind in _left(topic, bars, _LATEST))
    silent = Counter(kind for bars in findings for kind in _left(topic, bars, None))
    every = len(findings)
    return tuple(
        replace(
            step,
            silent=step.silent and bool(silent[step.kind]),
            of=agreed[step.kind] if agreed[step.kind] < every else None,
            of_unanswered=silent[step.kind] if silent[step.kind] < every else None,
        )
        for step in topic.steps
        if agreed[step.kind]
    )


def _left(topic: Topic, bars: Sequence[Bar], agreed_at: datetime | None) -> tuple[ActionKind, ...]:
    return left([(step.kind, not step.silent) for step in topic.steps], bars, agreed_at)


def _barred(bars: Iterable[Bar]) -> list[Bar]:
    return [bar for bar in bars if not bar.done and not bar.unless_agreed]


def barred_words(findings: Sequence[tuple[Bar, ...]]) -> str:
    """What is not done any more to findings (each with its bars), and why; "" when nothing is barred."""
    counts = Counter((bar.kind, bar.sentence) for bars in findings for bar in _barred(bars))
    return " ".join(
        f"{DECLARED[kind].noun}{f' ({number:,} of {len(findings):,})' if number < len(findings) else ''}: {sentence}"
        for (kind, sentence), number in counts.most_common()
    )


def _left_alone_words(entries: list[_Entry]) -> str:
    """How many findings are left alone for which reason, the most frequent first."""
    counts = Counter(entry.protection for entry in entries)
    return " ".join(f"{count:,} left alone: {sentence}" for sentence, count in counts.most_common())
