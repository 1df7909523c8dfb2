"""What is said of an action, once: how it is written, what it does, when it may not, how it is put back, how people read of it. Pure.

| part | read by |
|---|---|
| word, about, argument, meaning, aloud, agreed, last, check | the policy language, its schema and its reference |
| change, units, labels, depends, strictness | the plan, the ceilings, the reach of an approval |
| role | `custos doctor` |
| stopped_by, obstacle, further, removes, together | the gate and the write |
| reversibility, way_back, undone_by, faces, cannot_undo | the undo |
| name, noun, offer, done, undone, back, back_until, counted | the plan's lines, cards, mails and reports |

What it asks of Microsoft is the module of the same name in `custos.tenant_adapter`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from custos.actions.arguments import Argument
from custos.model.action import Action, TakenBack
from custos.model.action_kind import ActionKind, Reversibility
from custos.model.finding import Finding
from custos.model.live import Live
from custos.model.policy import Condition, Scope, Step
from custos.model.refusal import Code, Refused
from custos.model.subject import Fact, Kind
from custos.problems import Problems
from custos.records.model import Records

WRITES: frozenset[Code] = frozenset({Code.UNPLACED, Code.EXEMPT, Code.FREEZE, Code.VITAL})
"""What stands in the way of everything that writes."""
SHIELDS, RECORD_LABELS, KEPT_LABELS, HOLDS = "agreements that shield", "record_labels", "kept_labels", "holds"
"""What of the registers an action may hang on, besides facts of places (`custos.engine.policy_reach`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a step would do. `satisfied`: the subject is so already, and the step has nothing left to do."""

    before: Mapping[str, Fact]
    after: Mapping[str, Fact]
    reversibility: Reversibility
    satisfied: bool = False
    refused: Refused | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """When and under which registers a step is looked at. `undone`: what was put back, by `effect_key` ► by which undo, and when."""

    now: datetime
    records: Records
    holidays: Collection[date]
    undone: Mapping[str, TakenBack] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A step where it stands in its rule, and where its problems are noted. `told`: a step before it puts the finding before somebody."""

    step: Step
    when: Condition
    scope: Scope
    records: Records
    told: bool
    problems: Problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """All that is said of one action. Words for people are present-day British English; texts in braces are filled in.

    `word` is its key in a step, "" for what no policy may ask; several actions may share one, each `about` other kinds. `agreed`: only
    when the owner agrees. `last`: no step may follow. `units` are resource units: read, written, read back. `role`: the Graph
    application permission that the actor needs for it beside the usual ones. `labels`: it changes labels,
    which are counted apart from access. `removes`: the subject is gone afterwards. `together`: actions with the same text may be sent in
    one call; "" never.

    `meaning` completes a line of the reference, `noun` begins a sentence that says why it is not taken, `name` begins a plan's line.
    `done` and `undone` know {things}, {were}, {was}, {label}, {level}, {ends}; `back` says until when it can be put back, `back_until`
    the same where links end, with {ends}. `counted` names the value of `Action.after` that is worth counting in a report.
    """

    kind: ActionKind
    word: str
    about: tuple[Kind, ...]
    argument: Argument
    meaning: str
    aloud: Callable[[Step], str]
    change: Callable[[Step, Finding, Occasion], Change]
    units: int
    reversibility: Reversibility
    way_back: str
    name: str
    role: str = ""
    agreed: bool = False
    last: bool = False
    removes: bool = False
    labels: bool = False
    check: Callable[[Check], None] | None = None
    refuses: tuple[str, ...] = ()  # what `check` refuses, a line of the reference each
    depends: Callable[[Step], frozenset[str]] = lambda _: frozenset()
    strictness: Callable[[Action], float] = lambda _: 0.0  # lower is stricter
    stopped_by: frozenset[Code] = WRITES
    obstacle: Callable[[Live], Refused | None] = lambda _: None
    further: Callable[[Fact, Fact], bool] = lambda _stands, _asked: (
        False
    )  # whether what stands goes further the same way
    together: Callable[[Action], str] = lambda _: ""
    undone_by: ActionKind | None = None  # None: by itself
    faces: Callable[[Action], tuple[Mapping[str, Fact], Mapping[str, Fact]]] = lambda done: (done.after, done.before)
    cannot_undo: Callable[[Action, datetime], Refused | None] = lambda _done, _now: None
    noun: str = ""
    offer: Callable[[Step], str] = lambda _: ""
    done: str = ""
    undone: str = ""
    back: str = ""
    back_until: str = ""
    counted: str = ""


def changed(
    before: Mapping[str, Fact],
    after: Mapping[str, Fact],
    reversibility: Reversibility,
    *,
    satisfied: bool = False,
    refused: Refused | None = None,
) -> Change:
    """A change; what is refused is not satisfied either."""
    done = satisfied and refused is None
    return Change(before=before, after=after, reversibility=reversibility, satisfied=done, refused=refused)


def is_known_missing(facts: Mapping[str, Fact], name: str) -> bool:
    """True when the fact is known to be missing, as against unknown."""
    return facts.get(f"{name}__missing") is True or facts.get(name) == ""


def not_inherited(live: Live) -> Refused | None:
    """Microsoft changes a permission only where it was given."""
    if not live.inherited:
        return None
    return Refused(Code.INHERITED, "The permission belongs to a folder above; it can only be changed there.")


def never(_step: Step, finding: Finding, _occasion: Occasion) -> Change:
    """The change of an action that no policy may ask for."""
    raise ValueError(f"no step does this to {finding.subject.key}")
