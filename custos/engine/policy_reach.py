"""How far a policy reaches by registers and settings, and what of that an approval covers. Pure.

A file names its assets by attributes, its labels by the schedule, its levels by the class; registers and settings say what that comes
to. An approval therefore records, beside the file's own meaning, the *reach* that it was given for: every place that the registers
name, with its asset and the terms that decide what the policy does there; and the words of the steps. Not the files, which come and
go. `custos.engine.approval_coverage` compares it with the reach of today.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import msgspec

from custos.actions import DECLARED
from custos.actions.declaration import HOLDS, KEPT_LABELS, RECORD_LABELS, SHIELDS
from custos.engine.register_facts import facts_of_library, facts_of_site
from custos.kinds import OF_SITES
from custos.model.policy import FROM_SCHEDULE, AllOf, Bundle, Condition, Policy, Rule, Test, each_test
from custos.model.subject import Kind
from custos.policy.compile import facts_in
from custos.policy.scope import covers
from custos.policy.wording import step_words
from custos.records.address import Address
from custos.records.hold_coverage import HeldByRegisters
from custos.records.register_lookup import RegisterLookup

AGREEMENTS, NOT_PEOPLE = "agreements", "not_people"
_HANGS_ON: Mapping[str, str] = {
    "label_fits_schedule": "scheduled_label",
    "agreement": AGREEMENTS,
    "last_human_activity": NOT_PEOPLE,
    "library_last_human_activity": NOT_PEOPLE,
    "activity_confidence": NOT_PEOPLE,
}
"""Facts that the registers decide together with something else ► what of the registers."""
_SITE_SEGMENTS = 2  # sites/NAME


@dataclass(frozen=True, slots=True)
class Terms:
    """What registers and settings say of a place and of all below it that no other place is nearer to.

    `inside`: the policy covers it. `site` and `library` are the facts by name, for subjects of the site itself and for what lies in
    libraries. `agreements` are the asset's, as `domain from..until`; `holds` the ids of those that cover it or something in it.
    """

    text: str  # the address, for people
    inside: bool
    site: Mapping[str, str | bool]
    library: Mapping[str, str | bool]
    agreements: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()

    @property
    def asset(self) -> str:
        """Id of the asset, "" when none covers it."""
        return str(self.library.get("asset") or "")

    def value(self, name: str, kind: Kind) -> object:
        """A fact of the place for subjects of a kind."""
        if name in (AGREEMENTS, SHIELDS):
            return self.agreements
        return (self.site if kind in OF_SITES else self.library).get(name)


@dataclass(frozen=True, slots=True)
class RuleReach:
    """A rule as it was approved: the kind it is about, its steps in words, the labels it names, whether it may change a label that is
    there, the facts of places it depends on.
    """

    kind: Kind
    steps: tuple[str, ...]
    labels: tuple[str, ...]
    relabels: bool
    depends: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reach:
    """All of it. `policy` is the name of the file, for the approved version and the edited one alike. `places` by key of the address,
    `elsewhere` for what no register names.

    What holds everywhere: sites that are not governed, accounts that are no people, labels that declare records, labels under which
    nothing is destroyed unseen, and the ids of the holds.
    """

    policy: str
    hash: str
    rules: Mapping[str, RuleReach]
    places: Mapping[str, Terms]
    elsewhere: Terms
    not_governed: tuple[str, ...]
    not_people: tuple[str, ...]
    record_labels: tuple[str, ...]
    kept_labels: tuple[str, ...]
    holds: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 of it, in hexadecimal: two reaches that are the same have the same."""
        return hashlib.sha256(to_json(self)).hexdigest()

    @property
    def assets(self) -> Mapping[str, tuple[str, ...]]:
        """The assets that are covered ► their places, in order."""
        found: dict[str, list[str]] = {}
        for terms in self.places.values():
            if terms.inside:
                found.setdefault(terms.asset, []).append(terms.text)
        return {asset: tuple(sorted(places)) for asset, places in sorted(found.items())}


_encode = msgspec.json.Encoder(order="deterministic").encode
_decode = msgspec.json.Decoder(Reach).decode


def to_json(reach: Reach) -> bytes:
    """A reach to be kept. The same reach gives the same bytes."""
    return _encode(reach)


def from_json(content: bytes) -> Reach | None:
    """A reach that was kept; None when it cannot be read, and then nothing is covered."""
    try:
        return _decode(content)
    except msgspec.MsgspecError:
        return None


@dataclass(frozen=True, slots=True)
class Places:
    """What registers and settings say of places, looked up once for all the policies of a bundle."""

    bundle: Bundle
    _named: tuple[Address, ...]
    _known: dict[Address, Terms]
    _elsewhere: Terms
    _held: HeldByRegisters

    @classmethod
    def of(cls, bundle: Bundle) -> Places:
        """The places of a bundle."""
        records = bundle.records
        named: list[Address] = [row.location for row in records.site_map]
        for asset in records.assets.values():
            named += [*asset.locations, *asset.public_libraries]
        lookup = RegisterLookup(records)
        held = HeldByRegisters(records)
        known = {address: _terms(bundle, lookup, held, address) for address in _with_sites(named)}
        nothing = replace(records, assets={}, site_map=(), holds=())
        anywhere = Address("https://", "what no register names")
        nowhere = _terms(bundle, RegisterLookup(nothing), HeldByRegisters(nothing), anywhere)
        return cls(bundle, tuple(known), known, nowhere, held)

    def terms(self, policy: Policy) -> Mapping[str, Terms]:
        """By key of the address: every place at which something may change for a policy."""
        scope = policy.scope
        own = _with_sites([*scope.sites, *scope.libraries, *scope.excluded_addresses])
        found: dict[str, Terms] = {}
        for address in dict.fromkeys([*self._named, *own]):
            terms = self._known.get(address)
            if terms is None:
                terms = self._known[address] = _terms(
                    self.bundle, RegisterLookup(self.bundle.records), self._held, address
                )
            found[address.key] = replace(terms, inside=covers(scope, address, terms.asset))
        return found

    def elsewhere(self, policy: Policy) -> Terms:
        """What is said of what no register names."""
        return replace(self._elsewhere, inside=policy.scope.unregistered)


def reach(bundle: Bundle, policy: Policy, places: Places | None = None) -> Reach:
    """How far a policy reaches by a bundle's registers and settings. `places`: those of the bundle, where several are asked about."""
    known = places or Places.of(bundle)
    return Reach(
        policy=policy.name,
        hash=policy.hash,
        rules={rule.id: _rule(rule, policy) for rule in policy.rules},
        places=known.terms(policy),
        elsewhere=known.elsewhere(policy),
        not_governed=tuple(sorted(address.key for address in bundle.settings.not_governed)),
        not_people=tuple(sorted(bundle.settings.not_people)),
        record_labels=tuple(sorted(bundle.records.record_labels)),
        kept_labels=tuple(sorted(bundle.records.labels_that_keep)),
        holds=tuple(sorted(hold.id for hold in bundle.records.holds)),
    )


def reaches(bundle: Bundle) -> Mapping[str, str]:
    """How far each version in a bundle reaches: hash of the policy ► digest of its reach, as a plan keeps it for an approval."""
    places = Places.of(bundle)
    return {policy.hash: reach(bundle, policy, places).digest for policy in bundle.policies.values()}


def _with_sites(addresses: Iterable[Address]) -> Iterator[Address]:
    """Addresses, and the sites that they lie in."""
    for address in addresses:
        yield address
        above = [one for one in address.upwards() if len(one.segments) == _SITE_SEGMENTS]
        if above and above[0] != address:
            yield above[0]


def _terms(bundle: Bundle, lookup: RegisterLookup, held: HeldByRegisters, address: Address) -> Terms:
    library = facts_of_library(bundle, lookup, address)
    asset = str(library["asset"] or "")
    agreements = (
        f"{domain} {row.starts or ''}..{row.ends}"
        for row in bundle.records.agreements.values()
        if asset in row.assets
        for domain in row.domains
    )
    return Terms(
        text=address.text,
        inside=False,
        site=facts_of_site(bundle, lookup, address),
        library=library,
        agreements=tuple(sorted(agreements)) if asset else (),
        holds=held.at(address),
    )


def _rule(rule: Rule, policy: Policy) -> RuleReach:
    writes = [step for step in rule.steps if step.writes]
    beside = [one for one in policy.rules if one.kind is rule.kind and any(step.writes for step in one.steps)]
    together = [rule, *beside] if writes else [rule]
    known = {
        "asset",
        "registered",
        AGREEMENTS,
        SHIELDS,
        NOT_PEOPLE,
        RECORD_LABELS,
        KEPT_LABELS,
        HOLDS,
        *_REGISTER_FACTS,
    }
    labelling = any(DECLARED[step.kind].labels for step in writes)
    return RuleReach(
        kind=rule.kind,
        steps=tuple(step_words(step) for step in rule.steps),
        labels=tuple(sorted({step.label for step in writes if step.label and step.label != FROM_SCHEDULE})),
        relabels=labelling and not _surely(rule.when, _UNLABELLED),
        depends=tuple(sorted(frozenset[str]().union(*map(_depends, together)) & known)),
    )


def _depends(rule: Rule) -> set[str]:
    """The facts of places on which it hangs what a rule does. Of the rules of one policy that write on one subject one goes first, so
    that what keeps that one back lets another act: each depends on all of them.
    """
    writes = [step for step in rule.steps if step.writes]
    depends = {"asset", *(_HANGS_ON.get(name, name) for name in facts_in(rule.when))}
    if "under_agreement" in depends:
        depends.add(SHIELDS if _surely(rule.when, _WITHOUT_AGREEMENT) else AGREEMENTS)
    if writes:
        depends.add("asset_vital")
    return depends.union(*(DECLARED[step.kind].depends(step) for step in writes))


_WITHOUT_AGREEMENT = ("under_agreement", "is", False)
"""Then a longer or another agreement only makes a rule find less."""
_UNLABELLED = ("label", "is_missing", True)


def _surely(condition: Condition, wanted: tuple[str, str, object]) -> bool:
    """Whether a condition holds for nothing of which a test (fact, operator, value) does not hold, and asks the fact nothing else."""
    match condition:
        case Test(fact=fact, operator=operator, value=value):
            return (fact, operator, value) == wanted
        case AllOf(parts=parts):
            named = [part for part in parts if any(test.fact == wanted[0] for test in each_test(part))]
            return bool(named) and all(_surely(part, wanted) for part in named)
        case _:
            return False


_REGISTER_FACTS = frozenset(
    {
        "asset_department", "asset_classification", "asset_personal_data", "asset_status", "asset_vital", "posture",
        "anyone_links_allowed", "organisation_links_allowed", "guests_allowed", "public_team_allowed", "site_sharing_allowed",
        "scheduled_entry", "scheduled_label", "scheduled_label_is_record",
    }
)  # fmt: skip
"""What `custos.engine.register_facts` tells."""
