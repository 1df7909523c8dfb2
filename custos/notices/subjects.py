"""From findings to questions: what the rules of one family find on one library or site becomes one subject."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from custos.engine.model import ActionKind, Finding, Kind, Subject
from custos.engine.protection import stopping
from custos.notices.members import Members, digest
from custos.notices.model import Line
from custos.notices.topics import Topic
from custos.policy.model import Family

_PLACES = frozenset({Kind.LIBRARY, Kind.SITE, Kind.TEAM})
SAMPLE = 3  # names kept of a rule's findings
_FOLDED = frozenset({Family.STALE.value})  # a quiet site is quiet in its libraries
_NAME_LIMIT = 400  # SharePoint's longest name


@dataclass(frozen=True, slots=True)
class Place:
    """A site or library as people know it. `read_at` is when its facts were last read; None when that is not known."""

    name: str
    url: str
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """What a case is about: an asset ("" when none covers the subject), a family of rules, a library or site."""

    asset_id: str
    family: str
    subject: str


@dataclass(slots=True)
class _Entry:
    name: str
    because: str
    protection: str  # why it is left alone; "" when it is asked about
    reference: str


@dataclass
class Found:
    """What one rule finds on one subject, by subject key."""

    topic: Topic
    kind: Kind
    entries: dict[str, _Entry] = field(default_factory=dict)

    def add(self, finding: Finding) -> None:
        """Count a finding; the same one twice counts once. What is held or exempt is left alone: there is nothing to decide."""
        keeps = stopping(finding.protections, ActionKind.ASK)
        entry = _Entry(
            finding.subject.name[:_NAME_LIMIT],
            finding.because,
            keeps.sentence if keeps else "",
            keeps.reference if keeps else "",
        )
        self.entries.setdefault(finding.subject.key, entry)

    def asked(self) -> list[str]:
        """The keys of what there is to decide about."""
        return [key for key, entry in self.entries.items() if not entry.protection]

    def line(self, only: Collection[bytes], *, sensitive: bool, now: datetime, measured_at: datetime) -> Line:
        """The findings whose digests are in `only`, in the words of a case. Of a sensitive asset no file's name is kept."""
        entries = [entry for key, entry in self.entries.items() if digest(key) in only]
        alone = [entry for entry in self.entries.values() if entry.protection]
        masked = sensitive and self.kind not in _PLACES
        acts = any(not entry.protection for entry in entries)
        return Line(
            policy=self.topic.policy,
            rule=self.topic.rule,
            kind=self.kind,
            title=self.topic.title,
            count=len(entries),
            sample=() if masked else tuple(entry.name for entry in entries if entry.name)[:SAMPLE],
            because=_common(entries, masked=masked),
            clause=self.topic.clause,
            steps=self.topic.steps if acts else (),
            irreversible=self.topic.irreversible and acts,
            protected=_left_alone_words(alone),
            protected_by=tuple(sorted({entry.reference for entry in alone if entry.reference})),
            per_finding=self.topic.per_finding,
            consequence=self.topic.consequence(sensitive=sensitive),
            within=str(self.topic.within),
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

    def members(self) -> Members:
        """Which findings there is something to decide about."""
        asked = {rule: found.asked() for rule, found in self.found.items()}
        return Members.from_keys({rule: keys for rule, keys in asked.items() if keys})

    def everything(self) -> Members:
        """Which findings these are, with what is left alone."""
        return Members.from_keys({rule: found.entries for rule, found in self.found.items()})


def home(subject: Subject) -> Subject:
    """The library that a subject lies in, or its site."""
    if subject.drive_id:
        return Subject(kind=Kind.LIBRARY, site_id=subject.site_id, drive_id=subject.drive_id)
    return Subject(kind=Kind.SITE, site_id=subject.site_id)


def questions(findings: Iterable[Finding], topics: Mapping[tuple[str, str], Topic]) -> dict[Key, Question]:
    """Group findings into questions. Findings of rules that ask nobody, or not about this asset, are left out."""
    asked: dict[Key, Question] = {}
    for finding in findings:
        topic = topics.get((finding.policy, finding.rule))
        if topic is None or not topic.asks_about(finding.asset_id):
            continue
        place = home(finding.subject)
        key = Key(finding.asset_id, topic.family, place.key)
        question = asked.get(key)
        if question is None:
            question = asked[key] = Question(key, place.kind, place.site_id, place.drive_id)
        rule = f"{finding.policy}/{finding.rule}"
        found = question.found.get(rule)
        if found is None:
            found = question.found[rule] = Found(topic, finding.subject.kind)
        found.add(finding)
    return asked


def fold(asked: dict[Key, Question], known: Collection[Key]) -> None:
    """Make what is found on a site and on its libraries one question, in families where one answer settles both.

    `known` are keys of cases that exist: a site that is asked about already answers for its libraries too.
    """
    for key, question in list(asked.items()):
        if not question.drive_id or key.family not in _FOLDED:
            continue
        site = home(Subject(kind=Kind.SITE, site_id=question.site_id))
        whole = Key(key.asset_id, key.family, site.key)
        if whole in asked:
            for rule, found in question.found.items():
                there = asked[whole].found.setdefault(rule, Found(found.topic, found.kind))
                there.entries.update(found.entries)
        if whole in asked or whole in known:
            del asked[key]


def _common(entries: list[_Entry], *, masked: bool) -> str:
    """The sentence, when it is the same of all. What is said of things with different names holds none of the names."""
    sentences = {entry.because for entry in entries}
    if masked and len({entry.name for entry in entries}) < 2:
        return ""
    return sentences.pop() if len(sentences) == 1 else ""


def _left_alone_words(entries: list[_Entry]) -> str:
    """How many findings are left alone for which reason, the most frequent first."""
    counts = Counter(entry.protection for entry in entries)
    return " ".join(f"{count:,} left alone: {sentence}" for sentence, count in counts.most_common())
