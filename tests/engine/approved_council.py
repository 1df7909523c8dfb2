"""A small council whose registers, settings and policy change at random, in a tenant that stays as it is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from itertools import combinations, product
from textwrap import dedent

from hypothesis import strategies as st

from custos.engine.facts import Facts
from custos.model.policy import Bundle, Policy, PolicySettings, SharingClass
from custos.policy.loader import read_policy
from custos.problems import Problems
from custos.records.address import read_address
from custos.records.model import Asset, Post, Posture, Records, SiteMapping
from custos.records.registers.clauses import CLAUSES, Clause
from tests.engine.inventory_builder import HOST, MIGRATION, Inventory, day
from tests.engine.planned import MARK, agreement, asset, entry

SITES = ("sites/one", "sites/two", "sites/three")
LIBRARIES = ("A", "B")
ASSETS = ("IA-001", "IA-002", "IA-003")
LABELS = ("PLN-02 Keep 7y", "PLN-03 Keep 3y", "GEN-01 Keep 1y")
PARTNER, STRANGER = "partner.example", "stranger.example"
MIGRATOR = "svc.migration@wrenbridge.example"
POLICY = "labels"
OWNER = "head.infogov@wrenbridge.example"


@dataclass(frozen=True, kw_only=True)
class Said:
    """What the registers say of an asset."""

    department: str = "Place"
    personal_data: str = "personal"
    posture: Posture = Posture.AGREEMENTS_ONLY
    vital: bool = False
    status: str = "active"
    entry: str = "RS-1"


_CLAUSE = Clause(
    id="IMP-4.1",
    document="",
    asks="",
    kpis=(),
    registers=(),
    reminders=(),
    records=(),
    commands=(),
    people="",
    mark=MARK,
    commands_at=MARK,
)


@dataclass(frozen=True, kw_only=True)
class Council:
    """Registers and settings. `homes`: site ► its asset; `mapped`: site/library ► its asset and entry; `labels`: entry ► its label,
    whether it declares a record and what it ends in.
    """

    assets: Mapping[str, Said] = field(default_factory=lambda: dict.fromkeys(ASSETS, Said()))
    homes: Mapping[str, str] = field(default_factory=lambda: dict(zip(SITES, ASSETS, strict=True)))
    mapped: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    labels: Mapping[str, tuple[str, bool, str]] = field(
        default_factory=lambda: {"RS-1": (LABELS[0], False, "review"), "RS-2": (LABELS[1], False, "destroy")}
    )
    partners: frozenset[str] = frozenset({ASSETS[0]})
    partners_until: date = date(2027, 6, 30)
    classes: Mapping[Posture | None, SharingClass] = field(
        default_factory=lambda: dict.fromkeys((None, *Posture), sharing_class(0))
    )
    not_governed: frozenset[str] = frozenset()
    not_people: frozenset[str] = frozenset()

    @property
    def records(self) -> Records:
        return Records(
            assets={name: self._asset(name) for name in self.assets},
            schedule={
                name: replace(entry(name, label, is_record=is_record), final_action=ends)
                for name, (label, is_record, ends) in self.labels.items()
            },
            site_map=tuple(
                SiteMapping(location=read_address(f"{HOST}/{place}"), asset_id=owner, schedule_ref=ref, mark=MARK)
                for place, (owner, ref) in self.mapped.items()
            ),
            holds=(),
            agreements={
                "SA-01": agreement(domains=(PARTNER,), assets=tuple(sorted(self.partners)), ends=self.partners_until)
            },
            exemptions=(),
            posts={
                OWNER: Post(
                    upn=OWNER, role="Head", department="", manager="", valid_from=None, valid_to=None, mark=MARK
                )
            },
            holidays=frozenset(),
            further={CLAUSES.file: (_CLAUSE,)},
        )

    def _asset(self, name: str) -> Asset:
        said = self.assets[name]
        return asset(
            id=name,
            name=name,
            department=said.department,
            personal_data=said.personal_data,
            posture=said.posture,
            vital=said.vital,
            status=said.status,
            schedule_refs=(said.entry,),
            locations=tuple(read_address(f"{HOST}/{site}") for site, owner in self.homes.items() if owner == name),
        )

    @property
    def settings(self) -> PolicySettings:
        return PolicySettings(
            not_people=self.not_people,
            not_governed=frozenset(read_address(f"{HOST}/{site}") for site in self.not_governed),
            classes=self.classes,
        )

    def bundle(self, text: str) -> Bundle | None:
        """The bundle with a policy, None when these registers refuse its file."""
        records, settings, policy = self.records, self.settings, read(text, self)
        if policy is None:
            return None
        version = hashlib.sha256(repr((records, settings, text)).encode()).hexdigest()
        return Bundle(
            policies={policy.id: policy},
            records=records,
            settings=settings,
            version=version,
            files={policy.mark.file: text.encode()},
        )


def read(text: str, council: Council) -> Policy | None:
    """A policy under a council's registers, None when they refuse it."""
    return read_policy(f"{POLICY}.yaml", text.encode(), council.records, Problems())


def sharing_class(bits: int) -> SharingClass:
    """One of the eight classes that matter: its sharing level, links for anyone, links for the organisation."""
    return SharingClass(
        site_sharing="new_guests" if bits & 4 else "disabled",
        anyone_links=bool(bits & 1),
        organisation_links=bool(bits & 2),
        guests=False,
        public_teams=False,
    )


# the tenant


@cache
def mirror() -> Facts:
    """Each library with files old and new, without label and with each, with links and people from outside on them."""
    inventory = Inventory()
    for place in SITES:
        site = inventory.site(place, sharing_capability="anyone")
        for name in LIBRARIES:
            library = inventory.library(site, name)
            _fill(inventory, library)
    return inventory.facts()


def _fill(inventory: Inventory, library: str) -> None:
    long_ago = {"modified": day("2015-03-01"), "client_modified": day("2015-03-01")}
    inventory.file(library, "new")
    inventory.file(library, "old", **long_ago)
    inventory.file(library, "moved", modified_by=MIGRATION, client_modified=day("2026-11-01"))
    for number, label in enumerate(LABELS):
        inventory.file(library, f"labelled {number}", label=label)
    shared = {"shared_scope": "anonymous", "permissions_read_at": day("2026-11-22")}
    inventory.file(library, "shared", **shared)
    inventory.link(library, "shared", "anyone")
    inventory.link(library, "shared", "everybody", scope="organization")
    for domain in (PARTNER, STRANGER):
        inventory.grant(library, "shared", f"of {domain}", f"somebody@{domain}")


# the policy

RULES: Mapping[str, str] = {
    "scheduled": """\
        about: file
        when: {label: is_missing, scheduled_label: is_present, scheduled_label_is_record: no}
        steps:
          - apply_label: from_schedule
        """,
    "replaced": f"""\
        about: file
        when: {{label: [{LABELS[1]}, {LABELS[2]}], label_fits_schedule: no, scheduled_label: is_present}}
        steps:
          - apply_label: from_schedule
        """,
    "of a department": f"""\
        about: file
        when: {{label: is_missing, asset_department: Place}}
        steps:
          - apply_label: {LABELS[0]}
        """,
    "quiet": f"""\
        about: file
        when: {{label: is_missing, last_human_activity: {{older_than: 5 years}}}}
        steps:
          - apply_label: {LABELS[1]}
        """,
    "open links": """\
        about: link
        when: {link_scope: anonymous, link_expires: is_missing, anyone_links_allowed: no}
        steps:
          - ask: owner
            within: 5 working days
          - set_expiry: 5 working days
            only_if: owner_agrees
        """,
    "links": """\
        about: link
        when: {link_scope: [anonymous, organization]}
        steps:
          - ask: owner
            within: 5 working days
          - remove: link
            only_if: owner_agrees
        """,
    "strangers": """\
        about: grant
        when: {person_is_outside: yes, under_agreement: no}
        steps:
          - ask: owner
            within: 5 working days
          - remove: grant
            only_if: owner_agrees
        """,
    "after an agreement": """\
        about: grant
        when: {person_is_outside: yes, agreement: [ended, none]}
        steps:
          - ask: owner
            within: 5 working days
          - remove: grant
            only_if: owner_agrees
        """,
    "sites": """\
        about: site
        when: {site_sharing: {looser_than: its class}}
        steps:
          - ask: owner
            within: 5 working days
          - restrict_site: its class
            only_if: owner_agrees
        """,
}
SCOPES = (
    "everything",
    "{assets: all}",
    "{assets: {status: active}}",
    "{assets: {department: Place}}",
    "{assets: {personal_data: [none, personal]}}",
    "{assets: {sharing_posture: agreements_only}}",
    "{assets: [IA-001, IA-002]}",
    "{assets: [IA-001], unregistered: yes}",
    f"{{assets: [IA-001], sites: [{HOST}/sites/two]}}",
    f"{{assets: all, except: {{assets: [IA-002], libraries: [{HOST}/sites/one/B]}}}}",
)


def policy_text(rules: Sequence[str], scope: str, state: str = "enforce") -> str:
    """A policy file with some of the rules."""
    head = dedent(
        f"""\
        policy: {POLICY}
        title: A test
        why: Because.
        family: retention
        owner: {OWNER}
        policy_ref: IMP-4.1
        state: {state}
        pilot: [{ASSETS[0]}]
        review_due: 2027-05-31
        covers: {scope}
        limits: {{irreversible_per_day: 100, percent_of_scope: 100}}
        rules:
        """
    )
    return head + "".join(_rule_text(name) for name in rules)


def _rule_text(name: str) -> str:
    said = dedent(RULES[name]).replace("\n", "\n    ").rstrip()
    return f"  - find: {name.replace(' ', '-')}\n    because: It is so.\n    {said}\n"


# what changes


def signature(council: Council, site: str) -> object:
    """All that registers and settings say about a site, told without the product: while it is the same, nothing changed there."""
    mapped = {place: row for place, row in council.mapped.items() if place.startswith(f"{site}/")}
    owners = {council.homes.get(site, ""), *(owner for owner, _ in mapped.values())}
    said = {name: council.assets[name] for name in owners if name}
    entries = {one.entry for one in said.values()} | {ref for _, ref in mapped.values() if ref}
    postures = {one.posture for one in said.values()} | ({None} if "" in owners or mapped else set())
    return (
        council.homes.get(site, ""),
        sorted(mapped.items()),
        said,
        {name: council.labels[name] for name in entries},
        {posture: council.classes[posture] for posture in postures},
        {name for name in owners if name in council.partners} and (council.partners & owners, council.partners_until),
        site in council.not_governed,
        council.not_people,
        sorted((label, is_record, ends) for label, is_record, ends in council.labels.values()),
    )


@st.composite
def edited(draw: st.DrawFn, council: Council) -> Council:
    """The council after one edit of a register or of the settings that changes something."""
    match draw(st.sampled_from(("asset", "home", "map", "label", "partners", "class", "governed", "people"))):
        case "asset":
            name = draw(st.sampled_from(ASSETS))
            return replace(council, assets={**council.assets, name: draw(_asset_edit(council.assets[name]))})
        case "home":
            site = draw(st.sampled_from(SITES))
            return replace(council, homes={**council.homes, site: draw(another(council.homes[site], ("", *ASSETS)))})
        case "map":
            place = f"{draw(st.sampled_from(SITES))}/{draw(st.sampled_from(LIBRARIES))}"
            rest = {key: row for key, row in council.mapped.items() if key != place}
            rows = [None, *((owner, ref) for owner in ASSETS for ref in ("", *council.labels))]
            row = draw(another(council.mapped.get(place), rows))
            return replace(council, mapped={**rest, place: row} if row else rest)
        case "label":
            name = draw(st.sampled_from(sorted(council.labels)))
            rows = [*product(LABELS, (False, True), ("review", "destroy"))]
            return replace(council, labels={**council.labels, name: draw(another(council.labels[name], rows))})
        case "partners":
            was = council.partners, council.partners_until
            some = [frozenset(names) for size in range(3) for names in combinations(ASSETS, size)]
            partners, until = draw(another(was, [*product(some, (date(2026, 6, 30), date(2027, 6, 30)))]))
            return replace(council, partners=partners, partners_until=until)
        case "class":
            posture = draw(st.sampled_from((Posture.AGREEMENTS_ONLY, None, *Posture)))
            allowed = draw(another(council.classes[posture], [sharing_class(bits) for bits in range(8)]))
            return replace(council, classes={**council.classes, posture: allowed})
        case "governed":
            left_out = [frozenset[str](), *(frozenset({site}) for site in SITES)]
            return replace(council, not_governed=draw(another(council.not_governed, left_out)))
        case _:
            return replace(council, not_people=frozenset({MIGRATOR}) - council.not_people)


def another[T](now: T, values: Iterable[T]) -> st.SearchStrategy[T]:
    """One of some values, and not the present one."""
    return st.sampled_from([value for value in values if value != now])


def _asset_edit(said: Said) -> st.SearchStrategy[Said]:
    return st.one_of(
        another(said.department, ("Place", "Children")).map(lambda to: replace(said, department=to)),
        another(said.personal_data, ("none", "personal", "special_category")).map(
            lambda to: replace(said, personal_data=to)
        ),
        another(said.posture, Posture).map(lambda to: replace(said, posture=to)),
        st.just(replace(said, vital=not said.vital)),
        another(said.status, ("active", "closed")).map(lambda to: replace(said, status=to)),
        another(said.entry, ("RS-1", "RS-2")).map(lambda to: replace(said, entry=to)),
    )
