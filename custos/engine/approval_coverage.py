"""What an approval covers of what a policy reaches today: one function that gate, plan, cases, status, explain and promote ask. Pure.

A change that makes a policy do less in a place may be refused as well until it is approved: what it would do there is not what was
approved. What only time brings about (an agreement that ends, a hold that begins) is no change.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from custos.actions.declaration import HOLDS, KEPT_LABELS, RECORD_LABELS, SHIELDS
from custos.engine.policy_reach import AGREEMENTS, NOT_PEOPLE, Reach, RuleReach, Terms
from custos.records.address import Address
from custos.wording import yes_or_no

_WORDS: Mapping[str, str] = {
    "asset": "asset",
    "scheduled_label": "label by the schedule",
    "scheduled_entry": "schedule entry",
    "site_sharing_allowed": "sharing allowed by its class",
    "asset_vital": "being a vital record",
    AGREEMENTS: "sharing agreements",
    SHIELDS: "sharing agreements",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grown:
    """Something that a policy reaches and its approval does not cover: where, whose, which rules, and what has changed."""

    place: str
    asset_id: str
    rules: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Ground:
    """What the mirror knows of places. `renamed`: former ► present address of sites. `inside`: keys of what lies inside a library,
    where a row changes nothing.
    """

    renamed: Mapping[Address, Address] = field(default_factory=dict)
    inside: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Coverage:
    """What an approval covers of what a policy reaches today."""

    approved: Reach
    today: Reach
    ground: Ground = field(default_factory=Ground)

    def against(self, rule: str, home: Address | None) -> str:
        """Why an approval does not cover what a rule does in a library or site, as a sentence; "" when it does.

        `home` None: nobody knows where it lies, and so it is not covered.
        """
        if home is None:
            return "It is not known where it is now."
        if rule not in self._found:
            self._found[rule] = {}
        found = self._found[rule]
        if home.key not in found:
            found[home.key] = self._against(rule, home)
        return found[home.key]

    @cached_property
    def grown(self) -> tuple[Grown, ...]:
        """Everything that is not covered, place by place."""
        told: dict[tuple[str, str], list[str]] = {}
        places = {
            key: Address(key, terms.text)
            for key, terms in {**self._before, **self._now}.items()
            if key not in self.ground.inside
        }
        for rule in self.today.rules:
            for key, address in places.items():
                if self._at(self._now, address, self.today).inside and (sentence := self.against(rule, address)):
                    told.setdefault((key, sentence), []).append(rule)
            if self.today.elsewhere.inside and (sentence := self._against(rule, None)):
                told.setdefault(("", sentence), []).append(rule)
        return tuple(
            Grown(
                place=places[key].text if key else self.today.elsewhere.text,
                asset_id=self._at(self._now, places[key], self.today).asset if key else "",
                rules=tuple(rules),
                sentence=sentence,
            )
            for (key, sentence), rules in sorted(told.items())
        )

    @cached_property
    def _found(self) -> dict[str, dict[str, str]]:
        return {}

    @cached_property
    def _before(self) -> Mapping[str, Terms]:
        return dict(self._moved(self.approved.places))

    @cached_property
    def _now(self) -> Mapping[str, Terms]:
        return dict(self._moved(self.today.places))

    def _moved(self, places: Mapping[str, Terms]) -> Iterator[tuple[str, Terms]]:
        """Places by the keys that they have today."""
        for key, terms in places.items():
            address = Address(key, terms.text)
            former = max(
                (old for old in self.ground.renamed if address.lies_in(old)), key=lambda old: len(old.key), default=None
            )
            yield (address.moved(former, self.ground.renamed[former]).key if former else key), terms

    def _at(self, places: Mapping[str, Terms], home: Address | None, whole: Reach) -> Terms:
        """The terms of a place: those of the nearest one around it."""
        around = home.upwards() if home else ()
        return next(
            (places[up.key] for up in around if up.key in places and home and home.lies_in(up)), whole.elsewhere
        )

    def _against(self, rule: str, home: Address | None) -> str:
        """Why a place is not covered; None is everywhere that no register names."""
        approved = self.approved.rules.get(rule)
        depends = self.today.rules.get(rule)
        if approved is None or depends is None:
            return f"The rule {rule} was not there when the policy was approved."
        before, now = self._at(self._before, home, self.approved), self._at(self._now, home, self.today)
        if not now.inside:
            return "The policy does not cover it any more."
        if not before.inside:
            return f"{now.asset or 'It'} was not covered when the policy was approved."
        if home is not None and (freed := self._newly_governed(home)):
            return f"{freed} was not governed when the policy was approved."
        held = self._released(before, now) if HOLDS in depends.depends else ""
        changed = (self._changed(name, depends, before, now) for name in depends.depends if name != HOLDS)
        return " ".join(filter(None, (next(filter(None, changed), ""), held)))

    def _released(self, before: Terms, now: Terms) -> str:
        """What covered a place, and by another row than its own does not any more. A hold that ended, or whose row went, is over."""
        freed = sorted({*before.holds} & {*self.today.holds} - {*now.holds})
        if not freed:
            return ""
        verb = "covers" if len(freed) == 1 else "cover"
        return f"{', '.join(freed)} held it when the policy was approved, and by today's registers no longer {verb} it."

    def _changed(self, name: str, rule: RuleReach, before: Terms, now: Terms) -> str:
        if name == NOT_PEOPLE:
            more = set(self.today.not_people) - set(self.approved.not_people)
            return "More accounts are listed as not being people than when the policy was approved." if more else ""
        if name == RECORD_LABELS:
            return self._no_record_any_more(rule)
        if name == KEPT_LABELS:
            more = set(self.today.kept_labels) - set(self.approved.kept_labels)
            vital = now.value("asset_vital", rule.kind)
            return "It is a vital record, and fewer labels end in destruction than before." if more and vital else ""
        was, value = before.value(name, rule.kind), now.value(name, rule.kind)
        if was == value or (name == SHIELDS and _still_agreed(before.agreements, now.agreements)):
            return ""
        what = _WORDS.get(name, name.replace("_", " "))
        return f"Its {what} was {_said(was)} when the policy was approved, and is now {_said(value)}."

    def _no_record_any_more(self, rule: RuleReach) -> str:
        """What the schedule no longer calls a record may be put on, and changed where it is."""
        freed = set(self.approved.record_labels) - set(self.today.record_labels)
        mattering = freed if rule.relabels else freed & set(rule.labels)
        return f"The label {min(mattering)} declared a record when the policy was approved." if mattering else ""

    def _newly_governed(self, home: Address) -> str:
        """The place around a home that was left out of everything when the policy was approved, and is no more."""
        freed = set(self.approved.not_governed) - set(self.today.not_governed)
        return next((up.text for up in home.upwards() if up.key in freed and home.lies_in(up)), "")


def _still_agreed(was: Iterable[str], now: Collection[str]) -> bool:
    """Whether every agreement that there was stands, as long as it did."""
    return all(any(_as_wide(one, other) for other in now) for one in was)


def _as_wide(one: str, other: str) -> bool:
    domain, _, span = one.partition(" ")
    other_domain, _, other_span = other.partition(" ")
    starts, _, ends = span.partition("..")
    other_starts, _, other_ends = other_span.partition("..")
    return domain == other_domain and other_starts <= starts and other_ends >= ends


def _said(value: object) -> str:
    match value:
        case bool():
            return yes_or_no(value)
        case tuple() | list():
            return "; ".join(str(one) for one in value) or "none"
        case None | "":
            return "none"
        case _:
            return f"“{value}”"


def grown_words(policy: str, grown: Grown) -> str:
    """What an approval does not cover, as one line."""
    return f"{policy}, not approved yet: {grown.place} ({', '.join(grown.rules)}): {grown.sentence}"


def reaches_no_further(version: Reach, approved: Reach) -> bool:
    """Whether another version of a policy has no kind of subject, step, label or place that the approved one had not."""
    was = {(rule.kind, step) for rule in approved.rules.values() for step in rule.steps}
    now = {(rule.kind, step) for rule in version.rules.values() for step in rule.steps}
    labels = {label for rule in approved.rules.values() for label in rule.labels}
    return (
        now <= was
        and all(set(rule.labels) <= labels for rule in version.rules.values())
        and set(_inside(version)) <= set(_inside(approved))
        and (approved.elsewhere.inside or not version.elsewhere.inside)
    )


def _inside(one: Reach) -> Iterable[str]:
    return (key for key, terms in one.places.items() if terms.inside)
