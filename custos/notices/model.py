"""The words of the owners' loop: cases, their lines, answers and assignees. Pure records; storage is in `cases`.

A case is one question to one person about one matter: what the rules of one concern find on a library or site of one asset, or on
several that one answer settles (`custos.notices.matters`).

    found ► told ► reminded ► escalated ► due ► decided ► acted ► released
    listed: everything found is held or exempt; there is nothing to decide, and nobody is asked

What a case waits for at a moment is said in `case_progress`, when answers are due in `deadlines`, who is asked next in `escalation`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from custos.audit.events import Event, What
from custos.model.action_kind import ActionKind
from custos.model.policy import Family
from custos.model.subject import Kind
from custos.notices.assignment import Role
from custos.wording import many

TAKEN_BACK = "its answer was taken back"
"""Why a case ended whose question is asked again."""


class CaseState(StrEnum):
    """Where a case stands."""

    FOUND = "found"  # nobody has been told yet
    TOLD = "told"
    REMINDED = "reminded"
    ESCALATED = "escalated"  # a deadline passed; somebody higher is asked
    DUE = "due"  # nobody above answered either: on the SIRO's list for the Corporate Information Group
    DECIDED = "decided"
    ACTED = "acted"  # what was decided has been done
    RELEASED = "released"  # nothing is left to ask: the case is history
    LISTED = "listed"  # what is found is held or exempt: shown, not asked

    @property
    def is_open(self) -> bool:
        """True while an answer is awaited."""
        return self not in (CaseState.DECIDED, CaseState.ACTED, CaseState.RELEASED, CaseState.LISTED)


class Verb(StrEnum):
    """What a person can answer. An answer's declaration is the module of its word in `custos.notices.choices`."""

    KEEP = "keep"  # leave it as it is, for a reason
    AGREE = "agree"  # do what the rule proposes
    LOOK_AGAIN = "look_again"  # leave it as it is for half a year
    DISPOSAL_REVIEW = "disposal_review"  # the records manager looks at it; meanwhile it stays
    ASK_STEWARD = "ask_steward"  # let the data steward look first
    NOT_MINE = "not_mine"  # the register names the wrong person
    TAKE_BACK = "take_back"  # what was answered before no longer counts


KEEPS = frozenset({Verb.KEEP, Verb.LOOK_AGAIN, Verb.DISPOSAL_REVIEW})
"""The answers after which everything stays as it is until the question comes again."""


class KeepReason(StrEnum):
    """Why something usually stays as it is (`custos.notices.choices.keep`)."""

    IN_USE = "in_use"
    LAW = "law"
    MATTER = "matter"
    HISTORY = "history"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """One writing step of a rule as a card tells it: "each link is removed", the notice it owes ("20 working days", "" for none),
    whether it is taken without an answer, and whether and how it can be undone.

    Of a line's findings it may still be taken on `of` where the owner agrees, and on `of_unanswered` where nobody answers; None: on all.
    """

    kind: ActionKind
    words: str
    after: str
    silent: bool
    undo: str
    of: int | None = None
    of_unanswered: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What one rule found on the case's subject, in the words it was told with.

    `count` findings (1 when the rule is about the library or site itself), `sample` some of their names, uncleaned.
    `because` is their sentence, "" where they have different ones; `seen` says then what each of the most frequent ones is said of, and of
    whom (`custos.notices.finding_sentences`). `steps` are what can still follow from an agreement, and from silence, in their order;
    `barred` says what cannot any more, and why. What is held or exempt is not among the findings; `protected` says how much of it
    there is and why. The lower `consequence` stands higher on a card. `ask` is who answers first, `lent_as` the kind of delegation
    that a steward needs for it (`custos.records.delegation`), `accepts_risk` whether leaving it as it is accepts one.
    """

    policy: str
    rule: str
    kind: Kind
    title: str
    count: int
    sample: tuple[str, ...]
    because: str
    seen: tuple[str, ...]
    clause: str
    steps: tuple[Proposed, ...]
    barred: str
    irreversible: bool
    protected: str  # what is left alone besides, and why; "" when nothing is
    per_finding: bool  # a `keep` covers the findings shown, and not the rule on the whole library
    consequence: int
    within: str  # time to answer, as a Duration is written
    ask: Role
    lent_as: str
    accepts_risk: bool
    protected_by: tuple[str, ...]  # rows of the registers that protect some of it: EX-02, H-001
    found_at: datetime
    measured_at: datetime
    family: str = ""  # of its policy
    asks: bool = True  # an answer is awaited; a rule that only tells waits for none
    remind: tuple[int, ...] = ()  # working days after the word on which people are reminded; () for the usual ones

    @property
    def key(self) -> str:
        """`policy/rule`."""
        return f"{self.policy}/{self.rule}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePlace:
    """A library or site (`drive_id` "") that a case is about, by its key as a subject; `count` findings there were put before people."""

    key: str
    site_id: str
    drive_id: str
    name: str
    url: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person as a case remembers them. `user_id` is the Entra object id."""

    user_id: str
    upn: str
    name: str
    mail: str


NOBODY = Contact(user_id="", upn="", name="", mail="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignee:
    """Who is asked, in which role and why; who can look first, and who finds the right owner when it is not theirs."""

    who: Contact
    role: Role
    because: str
    next_words: str
    steward: Contact = NOBODY
    governance: Contact = NOBODY
    stands_in_for: str = ""  # object id of who is away

    @property
    def user_id(self) -> str:
        """Of who is asked; "" for nobody."""
        return self.who.user_id


NO_ASSIGNEE = Assignee(who=NOBODY, role=Role.NOBODY, because="", next_words="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Something that an answer rests on: a row of a register with its last day, or an asset with what the register says of it."""

    reference: str
    until: date | None = None
    facts: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One press of a button: who, in which role, for whom, on what facts, when."""

    verb: Verb
    reason: str
    who: Contact
    role: Role
    on_behalf_of: str  # UPN of the owner who asked the steward; "" for oneself
    shown: Mapping[str, int]  # what it covers: rule ► number of findings on the card
    members: str  # name of the blob with the findings shown
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """Somebody who was asked and did not answer: since when, and by when they should have. Days of the council."""

    who: Contact
    role: Role
    asked_on: date
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreached:
    """Somebody whom no channel reached: on which day of the council, and how each channel went."""

    who: Contact
    on: date
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardSent:
    """A message that shows a case, so that it can be brought up to date."""

    user_id: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something that happened to a case, on its way to the audit chain. Details are ids, counts and states."""

    what: What
    at: datetime
    by: str  # UPN of a person, or `custos`
    asset_id: str
    subject: str
    details: Mapping[str, str | int] = field(default_factory=dict)

    def event(self) -> Event:
        """As the chain takes it."""
        return Event(
            what=self.what,
            at=self.at,
            by=self.by,
            asset_id=self.asset_id,
            subject=self.subject,
            details=dict(self.details),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One question. `number` counts the cases that there were on this subject; `members` and `shown` name blobs.

    `subject_key` is the library or site under which it was opened; `places` are all that it is about by now, the first of which
    `subject_name` and `subject_url` tell. An answer covers the places that were listed, and none that came after.

    `members` holds what is found now, `shown` what the assignee was last told: a decision covers `shown`, no more. An answer about
    some of its lines makes of them a decided case by itself, one of `parts`; the rest stays open. `mended`: Custos did away with all
    that was found before anybody was told of it, so there is nothing to ask; it stays until they are told. `waits` says what an
    answer that is agreed waits for, "" when for nothing but its notice; `barred` what of it is not done at all, and why; `run` is what
    carries it out.
    `drives` are the libraries in which something of it lies.
    `done_told_at`: when it was told that what was agreed to is done, and `undo_until` the end of the days in which it can be put back.
    `told_at` is the first word to a person about it, `asked_at` that to whoever is asked now (None: they have not been told yet), from
    which `deadline` and `remind_on` are counted, once. `unanswered` are those who let it pass, the first one first; `unreached` those to
    whom no word of it could be delivered.
    `nonce` belongs to the present assignee, or to taking the answer back, and is used up by a press; `used` are earlier ones. `behind` are
    the digests whose cards do not say yet how it stands (`custos.notices.cards_behind`). `outbox` are notes not yet in the audit chain.
    """

    id: str
    asset_id: str
    asset_name: str
    sensitive: bool
    concern: str
    subject_kind: Kind
    subject_key: str
    subject_name: str
    subject_url: str
    site_id: str
    drive_id: str
    number: int
    state: CaseState
    lines: tuple[Line, ...]
    assignee: Assignee
    nonce: str
    opened_at: datetime
    members: str
    shown: str = ""
    told_at: datetime | None = None
    asked_at: datetime | None = None
    deadline: datetime | None = None
    remind_on: tuple[date, ...] = ()
    reminded_at: datetime | None = None
    unanswered: tuple[Unanswered, ...] = ()
    unreached: tuple[Unreached, ...] = ()
    places: tuple[CasePlace, ...] = ()
    drives: tuple[str, ...] = ()
    decision: Verb | None = None
    decided_at: datetime | None = None
    keep_until: datetime | None = None
    grounds: tuple[Ground, ...] = ()  # of the decision
    done_told_at: datetime | None = None
    undo_until: datetime | None = None
    released_at: datetime | None = None
    released_why: str = ""
    asked_by: Assignee | None = None  # the owner who asked the steward, in whose hands it is now
    disputed_by: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    mended: bool = False
    run: str = ""
    waits: str = ""
    used: tuple[str, ...] = ()
    barred: str = ""
    answers: tuple[Answer, ...] = ()
    cards: tuple[CardSent, ...] = ()
    behind: tuple[str, ...] = ()
    outbox: tuple[Note, ...] = ()

    @property
    def is_to_tell(self) -> bool:
        """Whether whoever is asked has still to be told of it."""
        return self.state.is_open and not self.mended and self.asked_at is None and bool(self.assignee.user_id)

    @property
    def is_kept(self) -> bool:
        """Whether somebody decided that it stays as it is for a time."""
        return self.decision in KEEPS

    @property
    def is_stale(self) -> bool:
        """Whether it is about content that nobody works with, beside whatever else was found."""
        return any(line.family == Family.STALE for line in self.lines)

    @property
    def homes(self) -> tuple[CasePlace, ...]:
        """The libraries and sites that it is about, one at least."""
        here = CasePlace(
            key=self.subject_key,
            site_id=self.site_id,
            drive_id=self.drive_id,
            name=self.subject_name,
            url=self.subject_url,
            count=sum(line.count for line in self.lines),
        )
        return self.places or (here,)

    @property
    def about(self) -> str:
        """What it is about, in a few words: "Canalside Quarter and 3 more places"."""
        more = len(self.homes) - 1
        return f"{self.subject_name} and {many(more, 'more place')}" if more else self.subject_name

    @property
    def consequence(self) -> int:
        """Of its gravest line."""
        return min((line.consequence for line in self.lines), default=999)
