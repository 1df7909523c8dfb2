"""What was done, to be told: one report for each run, asset and person, made of what the run did and never of what was meant. Pure.

A backlog of 2,000 labels is one line. A line counts up while its run goes on; what was told is counted beside it, so that it is told
what is left, however often somebody asks and whoever was killed in between.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from custos.actions import DECLARED
from custos.engine.gate import Purpose
from custos.engine.run import Run
from custos.engine.run_progress import Done
from custos.kinds import DECLARED as KINDS
from custos.model.action_kind import ActionKind
from custos.model.policy import Policy
from custos.model.subject import Kind
from custos.notices.finding_sentences import MOST_SENTENCES, common, sighting, told_apart
from custos.notices.model import NOBODY, Contact
from custos.records.model import Asset

MOST_NAMES = 3  # of places and of files, kept of a line
MOST_VALUES = 5
_NAME_LIMIT = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """Who agreed to what was done, and when."""

    who: Contact
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneLine:
    """What runs did by one rule to the things of one asset.

    `kind` is what was done; where `undo`, what was put back, `asked_by` who asked for that, and `reason` why. `perhaps` of them may have
    been done or not. `left` says what it leaves, most frequent first: labels, or levels of sharing. `ends` is when the first of the links
    ends that were given an end. `because` is the rule's sentence, "" where they have different ones or names must not be told; `seen`
    says then of what and whom each is said (`custos.notices.finding_sentences`). `sample` are some names of a library's
    files, none of a sensitive asset.
    """

    policy: str
    rule: str
    title: str
    clause: str
    kind: ActionKind
    undo: bool
    subject: Kind
    count: int
    perhaps: int
    left: tuple[tuple[str, int], ...]
    ends: datetime | None
    because: str
    seen: tuple[str, ...]
    places: tuple[str, ...]
    more_places: int
    sample: tuple[str, ...]
    runs: tuple[str, ...]
    asked_by: str
    reason: str
    agreed: Agreed | None
    first_at: datetime
    last_at: datetime

    @property
    def key(self) -> str:
        """The same as long as the run goes on."""
        who = self.agreed.who.user_id if self.agreed else ""
        return f"{self.policy}|{self.rule}|{self.kind.value}|{who}"

    @property
    def total(self) -> int:
        """All that was or may have been done."""
        return self.count + self.perhaps


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneOn:
    """What a message tells about one asset ("" when none covers it), and why its reader is told."""

    asset_id: str
    asset_name: str
    because: str
    lines: tuple[DoneLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionReport:
    """What one run did on one asset, for one person. `to` is NOBODY for whoever answers for the asset when it is told.

    `told`: line ► how many of it were told. `over`: the run has ended, nothing is added any more.
    """

    run: str
    asset_id: str
    asset_name: str
    to: Contact
    lines: tuple[DoneLine, ...]
    over: bool
    told: Mapping[str, int] = field(default_factory=dict)
    told_at: datetime | None = None
    told_to: str = ""

    @property
    def id(self) -> str:
        """`run|asset|person`."""
        return f"{self.run}|{self.asset_id}|{self.to.user_id}"

    @property
    def untold(self) -> tuple[DoneLine, ...]:
        """What is left to tell, with the numbers of that."""
        left = []
        for line in self.lines:
            told = self.told.get(line.key, 0)
            if not told:
                left.append(line)
            elif told < line.total:
                left.append(replace(line, count=line.total - told, perhaps=0, left=(), sample=()))
        return tuple(left)

    @property
    def since(self) -> datetime:
        """When the first of what is left to tell was done."""
        return min(line.first_at for line in self.untold)

    @property
    def count(self) -> int:
        """How many writes are left to tell."""
        return sum(line.total for line in self.untold)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the lines of a report are made of, besides what was done. `places`: library or site (id) ► its name; `agreements`: case
    (id) ► who agreed."""

    assets: Mapping[str, Asset]
    policies: Mapping[str, Policy]
    places: Mapping[str, str]
    agreements: Mapping[str, Agreed]


def reports_of(run: Run, done: Iterable[Done], known: Known, *, over: bool) -> list[ActionReport]:
    """The reports of a run: for whoever answers for each asset, and for those who agreed to what was done."""
    by_asset: dict[str, dict[tuple[str, ...], list[Done]]] = defaultdict(lambda: defaultdict(list))
    for one in done:
        finding = one.action.finding
        agreed = known.agreements.get(one.action.agreed)
        who = agreed.who.user_id if agreed else ""
        by_asset[finding.asset_id][finding.policy, finding.rule, one.action.kind.value, who].append(one)
    made = []
    for asset_id, groups in sorted(by_asset.items()):
        asset = known.assets.get(asset_id)
        lines = tuple(_line(run, group, known, asset) for _, group in sorted(groups.items()))
        whole = ActionReport(
            run=run.id,
            asset_id=asset_id,
            asset_name=asset.name if asset else "",
            to=NOBODY,
            lines=lines,
            over=over,
        )
        people = {line.agreed.who.user_id: line.agreed.who for line in lines if line.agreed}
        mine = {who: tuple(line for line in lines if line.agreed and line.agreed.who.user_id == who) for who in people}
        made += [whole, *(replace(whole, to=people[who], lines=mine[who]) for who in sorted(people))]
    return made


def joined(lines: Iterable[DoneLine]) -> list[DoneLine]:
    """Lines of one asset in which several runs did the same by the same rule, as one."""
    same: dict[tuple[str, bool], list[DoneLine]] = defaultdict(list)
    for line in lines:
        same[line.key, line.undo].append(line)
    return [_joined(group) for group in same.values()]


def _joined(group: Sequence[DoneLine]) -> DoneLine:
    if len(group) == 1:
        return group[0]
    values: Counter[str] = Counter()
    for line in group:
        values.update(dict(line.left))
    places = list(dict.fromkeys(place for line in group for place in line.places))
    ends = [line.ends for line in group if line.ends is not None]
    because = {line.because for line in group}
    said = [
        words for line in group for words in (line.seen if len(because) == 1 or not line.because else (line.because,))
    ]
    return replace(
        group[-1],
        count=sum(line.count for line in group),
        perhaps=sum(line.perhaps for line in group),
        left=tuple(values.most_common(MOST_VALUES)),
        ends=min(ends, default=None),
        because=group[0].because if len(because) == 1 else "",
        seen=tuple(dict.fromkeys(said))[:MOST_SENTENCES],
        places=tuple(places[:MOST_NAMES]),
        more_places=max(0, len(places) - MOST_NAMES) + max(line.more_places for line in group),
        sample=tuple(name for line in group for name in line.sample)[:MOST_NAMES],
        runs=tuple(dict.fromkeys(run for line in group for run in line.runs)),
        first_at=min(line.first_at for line in group),
        last_at=max(line.last_at for line in group),
    )


def _line(run: Run, group: Sequence[Done], known: Known, asset: Asset | None) -> DoneLine:
    action = group[0].action
    finding = action.finding
    policy = known.policies.get(finding.policy)
    masked = (asset is None or asset.sensitive) and not KINDS[finding.subject.kind].named
    subjects = [one.action.finding.subject for one in group]
    places = Counter(known.places.get(each.drive_id or each.site_id, "") for each in subjects)
    values = Counter(str(value) for one in group if (value := _left(one)) is not None)
    ends = [end for one in group if isinstance(end := one.action.after.get("expires"), datetime)]
    said = [sighting(one.action.finding, _NAME_LIMIT) for one in group]
    named = [place for place, _ in places.most_common() if place]
    return DoneLine(
        policy=finding.policy,
        rule=finding.rule,
        title=policy.title if policy else finding.policy,
        clause=", ".join(policy.policy_ref) if policy else "",
        kind=action.kind,
        undo=run.purpose is Purpose.UNDO,
        subject=finding.subject.kind,
        count=sum(not one.perhaps for one in group),
        perhaps=sum(one.perhaps for one in group),
        left=tuple(values.most_common(MOST_VALUES)),
        ends=min(ends, default=None),
        because=common(said, masked=masked),
        seen=told_apart(said, masked=masked),
        places=tuple(place[:_NAME_LIMIT] for place in named[:MOST_NAMES]),
        more_places=max(0, len(named) - MOST_NAMES),
        sample=() if masked else tuple(each.name[:_NAME_LIMIT] for each in subjects if each.name)[:MOST_NAMES],
        runs=(run.id,),
        asked_by=run.started_by if run.purpose is Purpose.UNDO else "",
        reason=run.reason if run.purpose is Purpose.UNDO else "",
        agreed=known.agreements.get(action.agreed),
        first_at=min(one.at for one in group),
        last_at=max(one.at for one in group),
    )


def _left(done: Done) -> str | None:
    """What a write leaves, where that is worth counting: the label, the level of sharing."""
    value = done.action.after.get(DECLARED[done.action.kind].counted)
    return value if isinstance(value, str) else None
