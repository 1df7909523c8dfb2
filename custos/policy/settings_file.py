"""Reads `policies/settings.yaml`: who is not a person, which posts carry which role, what each sharing class allows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from custos.audit.verify_audit import Broken, Witness
from custos.did_you_mean import near
from custos.errors import Mark
from custos.model.approval_rules import ApprovalRules, ReferenceForm
from custos.model.duration import Duration
from custos.model.policy import REMEMBERED, Freeze, HouseLimits, PolicySettings, SharingClass, Wave
from custos.model.sharing_levels import SHARING_LEVELS
from custos.policy.loader import MOST_ACTIONS, MOST_PERCENT
from custos.policy.policy_files import SETTINGS as FILE
from custos.policy.scope import addresses_of
from custos.policy.yaml_nodes import Node, read_yaml
from custos.policy.yaml_section import Section
from custos.problems import Problems
from custos.records.model import USUAL_TITLES, Posture
from custos.records.rights import USUAL, Right, Rights
from custos.records.roles import NEEDED, ROLE_NAMES, same_title
from custos.records.sign_in_name import is_sign_in_name, meant

KEYS = (
    "not_people",
    "not_governed",
    "classes",
    "limits",
    "roles",
    "rights",
    "approval",
    "freezes",
    "waves",
    "history",
    "witnesses",
)
APPROVAL_KEYS = ("reference", "shortest_pilot", "plan_lasts", "mirror_lasts")
FREEZE_KEYS = ("from", "to", "why", "assets")
WAVE_KEYS = ("from", "departments", "assets")
CLASS_KEYS = ("site_sharing", "anyone_links", "organisation_links", "guests", "public_teams")
LIMIT_KEYS = {
    "actions_per_run": "per_run",
    "actions_per_day": "per_day",
    "actions_per_site_per_day": "per_site_per_day",
    "actions_per_owner_per_day": "per_owner_per_day",
    "actions_per_asset_per_day": "per_asset_per_day",
    "percent_of_asset_per_day": "percent_of_asset_per_day",
    "irreversible_per_day": "irreversible_per_day",
    "undo_per_day": "undo_per_day",
}
UNREGISTERED = "unregistered"
_TIGHTEST = SharingClass(
    site_sharing="disabled", anyone_links=False, organisation_links=False, guests=False, public_teams=False
)
_OBJECT_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NOTHING = PolicySettings(not_people=frozenset(), not_governed=frozenset(), classes={})


def read_settings(files: Mapping[str, bytes], problems: Problems) -> PolicySettings:
    """The settings; a class that is not written gets the tightest values and a problem."""
    if FILE not in files:
        problems.error(
            Mark(FILE), "This file is missing.", f"Make it with the keys {', '.join(KEYS)}.", code="missing-file"
        )
        return _NOTHING
    node, faults = read_yaml(FILE, files[FILE])
    problems.extend(faults)
    if node is None:
        return _NOTHING
    section = Section(node, KEYS, problems, "settings.yaml")
    written = section.node("classes", required=True)
    return PolicySettings(
        not_people=_not_people(section, problems),
        not_governed=frozenset(addresses_of(section.marked_texts("not_governed"), problems)),
        classes=_classes(written, problems) if written else {},
        house=_house(section.node("limits"), problems),
        rights=Rights(titles=_titles(section.node("roles"), problems), roles=_rights(section.node("rights"), problems)),
        approval=_approval(section.node("approval"), problems),
        freezes=_freezes(section, problems),
        waves=_waves(section, problems),
        history=_history(section, problems),
        witnesses=_witnesses(section, problems),
    )


def _not_people(section: Section, problems: Problems) -> frozenset[str]:
    """Accounts by their sign-in names or object ids, lower case: nothing else is ever equal to one."""
    section.texts("not_people", required=True)
    for name, mark in section.marked_texts("not_people"):
        if not is_sign_in_name(name) and not _OBJECT_ID.fullmatch(name):
            what = f'"{name}" is neither a sign-in name nor an object id, and no account is ever equal to it.'
            problems.error(mark, what, meant(name), code="sign-in-name")
    return frozenset(name.lower() for name, _ in section.marked_texts("not_people"))


def _titles(node: Node | None, problems: Problems) -> Mapping[str, frozenset[str]]:
    """Role ► the posts of people_roles.csv that carry it."""
    if node is None:
        return USUAL_TITLES
    section = Section(node, tuple(ROLE_NAMES), problems, "roles")
    titles = {role: frozenset(map(same_title, section.texts(role, required=role in NEEDED))) for role in ROLE_NAMES}
    for role, named in titles.items():
        if not named and section.node(role) is not None:
            problems.error(section.mark_of(role), f'The role "{role}" names no post.', "Write the posts that carry it.")
    return titles


def _rights(node: Node | None, problems: Problems) -> Mapping[Right, frozenset[str]]:
    """Right ► the roles that have it."""
    if node is None:
        return USUAL
    section = Section(node, tuple(Right), problems, "rights")
    rights = dict(USUAL)
    for right in Right:
        if section.node(right) is None:
            continue
        named = section.marked_texts(right)
        for role, mark in named:
            if role not in ROLE_NAMES:
                problems.error(mark, f'There is no role "{role}".', near(role, ROLE_NAMES), code="unknown-role")
        rights[right] = frozenset(role for role, _ in named if role in ROLE_NAMES)
    return rights


def _approval(node: Node | None, problems: Problems) -> ApprovalRules:
    usual = ApprovalRules()
    if node is None:
        return usual
    section = Section(node, APPROVAL_KEYS, problems, "approval")
    form = ReferenceForm(section.text("reference") or usual.reference.example)
    if not form.is_sound:
        problems.error(
            section.mark_of("reference"),
            f'"{form.example}" is no example of a reference.',
            "Write one with its digits:  reference: CIG-2026-014",
        )
    shortest = section.duration("shortest_pilot") or usual.shortest_pilot
    if not shortest.amount:
        problems.warning(
            section.mark_of("shortest_pilot"),
            "A policy may enforce the moment it pilots: nobody sees first what it does.",
            f"Write how long a pilot lasts at least:  shortest_pilot: {usual.shortest_pilot}",
            code="no-pilot",
        )
    lasts = {key: section.duration(key) or getattr(usual, key) for key in ("plan_lasts", "mirror_lasts")}
    for key, span in lasts.items():
        if span.amount == 0:
            what = f'With "{key}: {span}" nothing could ever be approved or applied.'
            problems.error(section.mark_of(key), what, f"Write {getattr(usual, key)}, for instance.", code="duration")
    return ApprovalRules(reference=form, shortest_pilot=shortest, **lasts)


def _freezes(section: Section, problems: Problems) -> tuple[Freeze, ...]:
    if section.node("freezes") is None:
        return ()
    found = []
    for node in section.sections("freezes"):
        part = Section(node, FREEZE_KEYS, problems, "A freeze")
        begins, ends = part.day("from", required=True), part.day("to", required=True)
        why = part.text("why", required=True)
        if begins is None or ends is None:
            continue
        if ends < begins:
            problems.error(part.mark_of("to"), "The freeze ends before it begins.", "Correct one of its days.")
        found.append(Freeze(begins=begins, ends=ends, why=why, assets=frozenset(part.texts("assets")), mark=node.mark))
    return tuple(found)


def _waves(section: Section, problems: Problems) -> tuple[Wave, ...]:
    """In the order of their days."""
    if section.node("waves") is None:
        return ()
    found = []
    for node in section.sections("waves"):
        part = Section(node, WAVE_KEYS, problems, "A wave")
        begins = part.day("from", required=True)
        departments, assets = frozenset(part.texts("departments")), frozenset(part.texts("assets"))
        if not departments and not assets:
            problems.error(node.mark, "The wave is of nobody.", "Write its departments, its assets, or both.")
        if begins is not None:
            found.append(Wave(begins=begins, departments=departments, assets=assets, mark=node.mark))
    return tuple(sorted(found, key=lambda wave: wave.begins))


def _history(section: Section, problems: Problems) -> Duration:
    """How long what is known of an item that is gone is kept."""
    written = section.duration("history")
    if written is not None and not written.amount:
        what = "With this nothing would be remembered."
        problems.error(section.mark_of("history"), what, f"Write {REMEMBERED}, for instance.", code="duration")
    return written or REMEMBERED


def _witnesses(section: Section, problems: Problems) -> tuple[str, ...]:
    """The public keys of those who co-sign the audit's checkpoints."""
    found = []
    for text, mark in section.marked_texts("witnesses"):
        try:
            found.append(Witness.read(text).text)
        except Broken as error:
            problems.error(mark, f"{error}.", "Copy the line that verify_audit.py --new-key printed.", code="witness")
    return tuple(found)


def _house(node: Node | None, problems: Problems) -> HouseLimits:
    if node is None:
        return HouseLimits()
    section = Section(node, tuple(LIMIT_KEYS), problems, "limits")
    usual = HouseLimits()
    written = {
        field: section.number(key, getattr(usual, field), most=MOST_PERCENT if "percent" in key else MOST_ACTIONS)
        for key, field in LIMIT_KEYS.items()
    }
    return replace(usual, **written)


def _classes(node: Node, problems: Problems) -> Mapping[Posture | None, SharingClass]:
    section = Section(node, (*Posture, UNREGISTERED), problems, "classes")
    classes: dict[Posture | None, SharingClass] = {}
    for name, posture in (*((posture.value, posture) for posture in Posture), (UNREGISTERED, None)):
        part = section.node(name, required=True)
        classes[posture] = _class(part, problems) if part else _TIGHTEST
    return classes


def _class(node: Node, problems: Problems) -> SharingClass:
    section = Section(node, CLASS_KEYS, problems, "A class")
    level = section.text("site_sharing", required=True)
    if level not in SHARING_LEVELS:
        problems.error(
            section.mark_of("site_sharing"), f'"{level}" is not a sharing level.', near(level, SHARING_LEVELS)
        )
        level = _TIGHTEST.site_sharing
    return SharingClass(
        site_sharing=level,
        anyone_links=section.flag("anyone_links", default=False),
        organisation_links=section.flag("organisation_links", default=False),
        guests=section.flag("guests", default=False),
        public_teams=section.flag("public_teams", default=False),
    )
