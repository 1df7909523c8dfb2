"""What Microsoft refused for good: remembered, so that it is not asked again at every evaluation. Table `refusals`.

A refusal speaks of one action (version of the policy, subject and state observed), of a label that the tenant does not
take, or of a locked site. It is over when the same thing succeeds, when facts or policy change (then the action is
another one), when the label turns out to be published, or when its time has run: then one action is tried first, and
the others follow when it succeeds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from custos.clock import Clock
from custos.model.action import Action, Outcome, Result
from custos.model.action_kind import ActionKind
from custos.model.refusal import Code, Refused
from custos.table import TRANSACTION_ROWS, Row, Table, Value, Write, key_part
from custos.wording import day_words

_FIRST_PAUSE = timedelta(days=1)
_FIRST_PAUSE_WHEN_LOCKED = timedelta(hours=1)  # a file that somebody has open
_LONGEST_PAUSE = timedelta(days=7)
_FORGOTTEN_AFTER = timedelta(days=30)  # an action that nobody offered again


class RefusalScope(StrEnum):
    """What a refusal speaks of."""

    LABEL = "label"
    SITE = "site"
    ACTION = "action"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One refusal. `about` is the label's name, the site's id or the action's key; `again_at` when it is tried again."""

    scope: RefusalScope
    about: str
    detail: str
    code: str
    since: datetime
    times: int
    again_at: datetime


@dataclass(frozen=True, slots=True)
class KnownRefusals:
    """The refusals as they stand at a moment."""

    by_label: Mapping[str, Refusal] = field(default_factory=dict)
    by_site: Mapping[str, Refusal] = field(default_factory=dict)
    by_action: Mapping[str, Refusal] = field(default_factory=dict)

    def of(self, action: Action) -> Refusal | None:
        """The refusal that stands against an action, the widest first."""
        label = self.by_label.get(label_of(action)) if action.kind is ActionKind.APPLY_LABEL else None
        site = self.by_site.get(action.finding.subject.site_id)
        return label or site or self.by_action.get(action.key)


def refused_for_now(action: Action, refusal: Refusal, now: datetime) -> Refused | None:
    """Why an action is not offered again yet; None when its time has come."""
    if refusal.code == Code.LABEL_DELETES:
        return Refused(Code.LABEL_DELETES, _said(action, refusal))
    if now >= refusal.again_at:
        return None
    return Refused(Code.REFUSED_BEFORE, f"{_said(action, refusal)} It is tried again from {_day(refusal.again_at)}.")


def withheld(
    actions: Sequence[Action], remembered: KnownRefusals, now: datetime, acts: Callable[[Action], bool]
) -> list[Action]:
    """The actions of a plan, with those that Microsoft refuses for now saying so.

    When the time of a label or a site has come, the first action that its policy may carry out (`acts`) goes alone.
    """
    trying: set[tuple[RefusalScope, str]] = set()

    def look(action: Action) -> Action:
        refusal = remembered.of(action)
        if refusal is None or action.refused or not action.kind.writes:
            return action
        why = refused_for_now(action, refusal, now)
        if why is None and refusal.scope is not RefusalScope.ACTION:
            which = (refusal.scope, refusal.about)
            if which in trying or not acts(action):
                why = Refused(Code.REFUSED_BEFORE, f"{_said(action, refusal)} One is tried first.")
            else:
                trying.add(which)
        return action if why is None else replace(action, refused=why.sentence, refusal=why.code)

    return [look(action) for action in actions]


@dataclass
class Refusals:
    """The refusals of one tenant. Every method raises StorageTrouble when storage cannot be reached."""

    table: Table
    clock: Clock

    async def standing(self) -> KnownRefusals:
        """Everything that is remembered; what was not offered for a month is left out."""
        found = [_refusal(row) async for row in self.table.query()]
        oldest = self.clock.now() - _FORGOTTEN_AFTER
        kept = [one for one in found if one.scope is not RefusalScope.ACTION or one.again_at > oldest]
        return KnownRefusals(*({one.about: one for one in kept if one.scope is scope} for scope in RefusalScope))

    async def wide(self) -> KnownRefusals:
        """What is remembered of labels and sites, which concerns actions that were planned before it was known."""
        scopes = (RefusalScope.LABEL, RefusalScope.SITE)
        found = {scope: [_refusal(row) async for row in self.table.query(scope.value)] for scope in scopes}
        return KnownRefusals(*({one.about: one for one in found[scope]} for scope in scopes))

    async def remember(self, ends: Iterable[tuple[Action, Result]], known: KnownRefusals) -> None:
        """Learn from how actions ended: a refusal is written down, a success takes back what was `known` against it."""
        learnt: dict[tuple[RefusalScope, str], Result | None] = {}
        for action, end in ends:
            if end.outcome is Outcome.DONE:
                refusal = known.of(action)
                learnt |= {(refusal.scope, refusal.about): None} if refusal else {}
            elif _is_refusal(end):
                learnt[_scope(action, end)] = end
        for scope in RefusalScope:
            of_scope = {about: end for (one, about), end in learnt.items() if one is scope}
            await self._write(scope, of_scope)

    async def withhold_label(self, label: str) -> None:
        """Remember that a label deletes where the schedule does not say so: nobody gets it until `forget`. Harmless when done again."""
        now = self.clock.now()
        values: dict[str, Value] = {
            "about": label,
            "detail": "",
            "code": Code.LABEL_DELETES.value,
            "since": now.isoformat(),
            "times": 1,
            "again_at": now.isoformat(),
        }
        await self.table.transact([Write("upsert", Row(RefusalScope.LABEL.value, key_part(label), values))])

    async def forget(self, scope: RefusalScope, about: str) -> None:
        """Take a refusal back; harmless when there is none."""
        await self._write(scope, {about: None})

    async def _write(self, scope: RefusalScope, learnt: Mapping[str, Result | None]) -> None:
        names = list(learnt)
        for start in range(0, len(names), TRANSACTION_ROWS):
            some = names[start : start + TRANSACTION_ROWS]
            known = {row.key: row for row in await self.table.pick(scope.value, [key_part(name) for name in some])}
            writes = [
                write
                for name in some
                if (write := _change(scope, name, learnt[name], known.get(key_part(name)))) is not None
            ]
            if writes:
                await self.table.transact(writes)


def label_of(action: Action) -> str:
    """The label that an action would put on; "" for none."""
    return str(action.after.get("label") or "")


def _is_refusal(end: Result) -> bool:
    refused = end.outcome is Outcome.FAILED and end.code != Code.PASSING
    return refused or (end.outcome is Outcome.SKIPPED and end.code in (Code.LOCKED, Code.SITE_LOCKED))


def _scope(action: Action, end: Result) -> tuple[RefusalScope, str]:
    if end.code == Code.LABEL_REFUSED:
        return RefusalScope.LABEL, label_of(action)
    if end.code == Code.SITE_LOCKED:
        return RefusalScope.SITE, action.finding.subject.site_id
    return RefusalScope.ACTION, action.key


def _change(scope: RefusalScope, about: str, end: Result | None, known: Row | None) -> Write | None:
    if end is None:
        return None if known is None else Write("delete", known)
    before = None if known is None else _refusal(known)
    times = before.times + (end.at >= before.again_at) if before else 1
    first = _FIRST_PAUSE_WHEN_LOCKED if end.code == Code.LOCKED else _FIRST_PAUSE
    values: dict[str, Value] = {
        "about": about,
        "detail": end.detail[:4000],
        "code": end.code,
        "since": (before.since if before else end.at).isoformat(),
        "times": times,
        "again_at": (end.at + min(first * 2 ** min(times - 1, 10), _LONGEST_PAUSE)).isoformat(),
    }
    return Write("upsert", Row(scope.value, key_part(about), values))


def _refusal(row: Row) -> Refusal:
    return Refusal(
        scope=RefusalScope(row.partition),
        about=row.text("about"),
        detail=row.text("detail"),
        code=row.text("code"),
        since=datetime.fromisoformat(row.text("since")),
        times=row.number("times"),
        again_at=datetime.fromisoformat(row.text("again_at")),
    )


def _said(action: Action, refusal: Refusal) -> str:
    since = _day(refusal.since)
    match refusal.scope:
        case RefusalScope.LABEL if refusal.code == Code.LABEL_DELETES:
            said = "deletes at the end of its period, and the retention schedule does not say so"
            return f"The tenant's label “{label_of(action)}” {said}: nobody gets it until one of them is mended."
        case RefusalScope.LABEL:
            return f"The tenant has not taken the label “{label_of(action)}” since {since}: perhaps it has none of that name."
        case RefusalScope.SITE:
            return f"The site has been locked since {since}."
        case RefusalScope.ACTION:
            return f"Microsoft refused it on {since} ({refusal.code})."


def _day(moment: datetime) -> str:
    return day_words(moment)
