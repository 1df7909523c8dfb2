"""A bundle's rules made ready to ask: expressions over the frames, and how a row becomes a finding."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache, reduce
from operator import and_

import polars as pl

from custos.engine.compact_facts import CompactFacts, once
from custos.engine.frames import IDS
from custos.engine.protection import expired_exemptions, mirrored_state, protections
from custos.engine.register_locations import PlacedRegisters
from custos.kinds import CATALOGUE, DECLARED
from custos.model.action_kind import ActionKind
from custos.model.finding import Finding
from custos.model.policy import EDITED, Bundle, Policy, Rule
from custos.model.state import State
from custos.model.subject import Fact, Kind, Subject
from custos.policy.compile import Moment, columns_of, compile_condition, facts_in
from custos.policy.label_conflicts import winner
from custos.policy.wording import names_in, sentence


@dataclass(frozen=True, slots=True)
class Asked:
    """A rule ready to ask: Boolean expressions over its kind's frame, null where they cannot be decided.

    `stronger` are the rules whose label stands where both would label one file.
    """

    policy: Policy
    rule: Rule
    inside: pl.Expr
    own_truth: pl.Expr
    facts: frozenset[str]
    stronger: tuple[Asked, ...] = ()

    @property
    def name(self) -> str:
        """`policy/rule`."""
        return f"{self.policy.id}/{self.rule.id}"

    @property
    def truth(self) -> pl.Expr:
        """What the rule says of a row, stronger rules considered."""
        return reduce(and_, (~(other.inside & other.own_truth) for other in self.stronger), self.own_truth)

    @property
    def verdict(self) -> pl.Expr:
        """What the rule says of a row inside the policy's scope; null also where it is not known whether it is inside."""
        return self.inside & self.truth

    @property
    def found(self) -> pl.Expr:
        """True for the rows that the rule finds; never null."""
        return self.verdict.fill_null(value=False)

    @property
    def labels(self) -> bool:
        """True when one of its steps applies a label."""
        return any(step.kind is ActionKind.APPLY_LABEL for step in self.rule.steps)


def asked_rules(bundle: Bundle, now: datetime, kinds: Iterable[Kind] = tuple(Kind)) -> list[Asked]:
    """The rules about some kinds, in the order of the policies and of their files. Drafts are left out."""
    moment = Moment.of(bundle, now)
    asked = [
        Asked(
            policy,
            rule,
            pl.col(f"in:{policy.id}"),
            pl.when(pl.col("sure")).then(compile_condition(rule.when, moment)),
            facts_in(rule.when) | names_in(rule.because) | {"asset", *DECLARED[rule.kind].always},
        )
        for policy in bundle.policies.values()
        if policy.state is not State.DRAFT
        for rule in policy.rules
        if rule.kind in kinds
    ]
    return [_yielding(one, asked, position) for position, one in enumerate(asked)]


def _yielding(one: Asked, asked: Sequence[Asked], position: int) -> Asked:
    """A labelling rule with the rules that win over it: earlier ones of its policy, and those of winning policies.

    An edited version stands for its policy in its own eyes, and for nobody else.
    """
    if not one.labels:
        return one
    stronger = tuple(
        other
        for number, other in enumerate(asked)
        if other.labels
        and number != position
        and (number < position if other.policy is one.policy else _wins(one.policy, other.policy))
    )
    facts = one.facts.union(*(other.facts for other in stronger))
    return replace(one, stronger=stronger, facts=facts)


def _wins(one: Policy, other: Policy) -> bool:
    """Whether another policy's label stands where both would label one file."""
    if other.id.endswith(EDITED) or other.name == one.name:
        return False
    return winner(replace(one, id=one.name), other) is other


def values_of(names: frozenset[str], row: Mapping[str, Fact]) -> Mapping[str, Fact]:
    """The facts in a row of a frame, with their bounds and missing flags."""
    places = _places(names)
    return CompactFacts(places, [row[column] for column in places])


@lru_cache(maxsize=1000)
def _places(names: frozenset[str]) -> Mapping[str, int]:
    columns = dict.fromkeys(column for name in sorted(names) for column in columns_of(CATALOGUE[name]))
    return {column: place for place, column in enumerate(columns)}


def subject_of(kind: Kind, row: Mapping[str, Fact], url: str) -> Subject:
    """The subject in a row of a frame."""
    ids = {name: str(row[name]) if row[name] is not None else "" for name in IDS if name != "grantee"}
    grantee = row["grantee"]
    return Subject(
        kind=kind,
        site_id=once(ids["site_id"]),
        drive_id=once(ids["drive_id"]),
        item_id=ids["item_id"],
        permission_id=ids["permission_id"],
        grantee=grantee if isinstance(grantee, int) else -1,
        user_id=ids["user_id"],
        group_id=once(ids["group_id"]),
        name=ids["name"],
        url=url,
    )


def finding_of(asked: Asked, row: Mapping[str, Fact], url: str, placed: PlacedRegisters, now: datetime) -> Finding:
    """The finding in a row that a rule found, with what protects it."""
    facts = values_of(asked.facts, row)
    subject = subject_of(asked.rule.kind, row, url)
    key = "\n".join((asked.name, subject.key, str(subject.grantee)))
    lived = (_moment(row, "created"), _moment(row, "modified"))
    state = mirrored_state(subject, asked.policy.id, asked.rule, facts, lived=lived, name=asked.rule.id)
    expired = expired_exemptions(state, placed, now)
    return Finding(
        id=hashlib.sha256(key.encode()).hexdigest()[:20],
        policy=asked.policy.id,
        rule=asked.rule.id,
        where=asked.rule.mark,
        subject=subject,
        asset_id=once(str(row["asset"] or "")),
        facts={**facts, "exemption_expired": ", ".join(expired)} if expired else facts,
        because=once(sentence(asked.rule.because, facts)),
        protections=protections(state, placed, now),
        created=lived[0],
        modified=lived[1],
    )


def _moment(row: Mapping[str, Fact], column: str) -> datetime | None:
    value = row.get(column)
    return value if isinstance(value, datetime) else None
