"""Which app roles each identity needs, in tiers that can be given one by one, against what it holds.

| tier | without it |
|---|---|
| observe | nothing is known |
| notices | nobody is asked and nobody is told; findings are plans alone |
| absences | who is away is known from the register of people alone |
| licences | whether the tenant's licences carry retention labels is unknown |
| labels | labels are proposed and never written |
| sharing | links and access are proposed for an end and never ended |
| site-administration | how far a site may share is unknown, and never set |
| further-actions | what only single actions need: they are proposed and never done (`custos.actions`) |
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from custos.actions import DECLARED
from custos.errors import BadInput, Mark, Problem
from custos.m365.app_roles import GRAPH_APP_ID, SHAREPOINT_APP_ID, AppRoles, Principal
from custos.settings import Settings


class Tier(StrEnum):
    """What can be given by itself."""

    OBSERVE = "observe"
    NOTICES = "notices"
    ABSENCES = "absences"
    LICENCES = "licences"
    LABELS = "labels"
    SHARING = "sharing"
    SITE_ADMINISTRATION = "site-administration"
    FURTHER_ACTIONS = "further-actions"


TAKE = "`custos grant TIER --take` takes away what no tier needs, and TIER's own roles with it: name a tier that is not in use"


class Who(StrEnum):
    """An identity of Custos that holds app roles; the bot needs none."""

    OBSERVER = "observer"
    ACTOR = "actor"


class Api(StrEnum):
    """On what a role is held. The value is what people call it."""

    GRAPH = "Microsoft Graph"
    SHAREPOINT = "SharePoint"


APP_IDS = {Api.GRAPH: GRAPH_APP_ID, Api.SHAREPOINT: SHAREPOINT_APP_ID}


@dataclass(frozen=True, slots=True)
class Need:
    """A role that an identity needs for a tier, and what it does with it."""

    tier: Tier
    who: Who
    api: Api
    role: str
    purpose: str


_GRAPH, _SHAREPOINT, _OBSERVER, _ACTOR = Api.GRAPH, Api.SHAREPOINT, Who.OBSERVER, Who.ACTOR
NEEDS = (
    Need(Tier.OBSERVE, _OBSERVER, _GRAPH, "Sites.Read.All", "finds sites and libraries"),
    Need(Tier.OBSERVE, _OBSERVER, _GRAPH, "Files.Read.All", "reads names, dates, labels, sharing; watches libraries"),
    Need(Tier.OBSERVE, _OBSERVER, _GRAPH, "Group.Read.All", "reads who owns a team"),
    Need(Tier.OBSERVE, _OBSERVER, _GRAPH, "GroupMember.Read.All", "reads who is a member, and who a guest"),
    Need(Tier.OBSERVE, _OBSERVER, _GRAPH, "User.Read.All", "finds who is accountable, and who has left"),
    Need(Tier.OBSERVE, _OBSERVER, _GRAPH, "Team.ReadBasic.All", "tells a team from a group"),
    Need(Tier.OBSERVE, _OBSERVER, _GRAPH, "Channel.ReadBasic.All", "finds channels that have a site of their own"),
    Need(Tier.OBSERVE, _OBSERVER, _GRAPH, "ChannelMember.Read.All", "reads who is in them"),
    Need(Tier.OBSERVE, _OBSERVER, _SHAREPOINT, "Sites.Read.All", "reads which labels a site offers"),
    Need(Tier.NOTICES, _OBSERVER, _GRAPH, "TeamsActivity.Send", "puts a notice into the activity feed"),
    Need(
        Tier.NOTICES,
        _OBSERVER,
        _GRAPH,
        "TeamsAppInstallation.ReadWriteSelfForUser.All",
        "installs its app for the asked",
    ),
    Need(Tier.NOTICES, _OBSERVER, _GRAPH, "Mail.Send", "mails whom Teams does not reach; narrow it to one mailbox"),
    Need(
        Tier.LICENCES, _OBSERVER, _GRAPH, "LicenseAssignment.Read.All", "sees whether licences carry retention labels"
    ),
    Need(Tier.ABSENCES, _OBSERVER, _GRAPH, "MailboxSettings.Read", "sees who is away, so that the deputy is asked"),
    Need(Tier.LABELS, _ACTOR, _GRAPH, "Files.ReadWrite.All", "sets and clears retention labels"),
    Need(Tier.LABELS, _ACTOR, _GRAPH, "Sites.ReadWrite.All", "the same, where Microsoft asks for it"),
    Need(Tier.LABELS, _ACTOR, _SHAREPOINT, "Sites.ReadWrite.All", "labels a hundred files in one call"),
    Need(Tier.SHARING, _ACTOR, _GRAPH, "Files.ReadWrite.All", "sets an end to links, and removes access"),
    Need(Tier.SHARING, _ACTOR, _GRAPH, "Sites.ReadWrite.All", "the same, on what lists hold"),
    Need(
        Tier.SITE_ADMINISTRATION,
        _ACTOR,
        _SHAREPOINT,
        "Sites.FullControl.All",
        "reads and sets how far a site may share",
    ),
    *(
        Need(Tier.FURTHER_ACTIONS, _ACTOR, _GRAPH, one.role, f"{one.name}: {one.word} in a policy")
        for one in DECLARED.values()
        if one.role
    ),
)
_BROADER = {"Sites.Read.All": {"Sites.ReadWrite.All"}, "Sites.ReadWrite.All": {"Sites.FullControl.All"}}
"""Role ► roles that carry it, of those that some tier needs."""


SELECTED = "Sites.Selected"
_OF_ALL_SITES = frozenset({"Sites.Read.All", "Files.Read.All", "Sites.ReadWrite.All", "Files.ReadWrite.All"})


def needs(*, only_named_sites: bool) -> tuple[Need, ...]:
    """What each tier needs. Where only the sites of the registers are to be seen, one role stands for every role that opens all of them;
    what it opens is granted site by site (`custos.jobs.site_rights`).

    Source: https://learn.microsoft.com/graph/permissions-selected-overview
    """
    if not only_named_sites:
        return NEEDS
    narrow = (replace(each, role=SELECTED, purpose=_NARROW) if each.role in _OF_ALL_SITES else each for each in NEEDS)
    return tuple(dict.fromkeys(narrow))


_NARROW = "opens the sites that are granted one by one: `custos grant --sites`"


def needed(who: Who, api: Api, tiers: Collection[Tier], *, only_named_sites: bool = False) -> frozenset[str]:
    """The roles that an identity needs on an API for these tiers."""
    wanted = needs(only_named_sites=only_named_sites)
    return frozenset(each.role for each in wanted if (each.who, each.api) == (who, api) and each.tier in tiers)


class State(StrEnum):
    """How a role stands."""

    HELD = "held"
    MISSING = "missing"
    TOO_MUCH = "too much"  # held, and no tier needs it
    UNKNOWN = "not offered"  # the API has no such role in this tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A role of an identity. `purpose` says what for, of the first tier that needs it."""

    who: Who
    api: Api
    role: str
    state: State
    tiers: tuple[Tier, ...]
    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A role that is to be given: to which principal, on which, by which id."""

    standing: Standing
    principal: Principal
    resource: Principal
    role_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A role that an identity holds and no tier needs but those that were asked about: it can be taken away with them."""

    standing: Standing
    principal: Principal
    assignment_id: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Every role that is needed or held, those that are to be given, and those that could be taken away."""

    standings: tuple[Standing, ...]
    missing: tuple[Missing, ...]
    held: tuple[Held, ...]


async def compare(directory: AppRoles, settings: Settings, tiers: Collection[Tier]) -> Comparison:
    """What the identities hold against what these tiers need. Raises BadInput for an identity that is not there."""
    declared = needs(only_named_sites=settings.only_named_sites)
    resources = {api: await _principal(directory, app_id, api.value) for api, app_id in APP_IDS.items()}
    standings: list[Standing] = []
    missing: list[Missing] = []
    takeable: list[Held] = []
    for who, client_id in ((Who.OBSERVER, settings.observer_client_id), (Who.ACTOR, settings.actor_client_id)):
        wanted = [each for each in declared if each.who is who and each.tier in tiers]
        if not client_id and wanted:
            what = f"No actor is set, and {wanted[0].tier} is for it."
            raise BadInput([Problem(Mark("settings"), what, "Set CUSTOS_ACTOR_CLIENT_ID.", code="settings")])
        if not client_id:
            continue
        principal = await _principal(directory, client_id, f"the {who}")
        held = await directory.held(principal)
        for api, resource in resources.items():
            ids = {role_id: one for (resource_id, role_id), one in held.items() if resource_id == resource.id}
            mine = [each for each in declared if (each.who, each.api) == (who, api)]
            for standing in _standings(who, api, resource, ids, mine=mine, tiers=tiers):
                standings.append(standing)
                if standing.state is State.MISSING:
                    role_id = resource.roles[standing.role]
                    missing.append(Missing(standing=standing, principal=principal, resource=resource, role_id=role_id))
                elif standing.state is not State.UNKNOWN and set(standing.tiers) <= set(tiers):
                    one = ids[resource.roles.get(standing.role, standing.role)]
                    takeable.append(Held(standing=standing, principal=principal, assignment_id=one))
    return Comparison(tuple(standings), tuple(missing), tuple(takeable))


def _standings(
    who: Who, api: Api, resource: Principal, held: Collection[str], *, mine: Collection[Need], tiers: Collection[Tier]
) -> Iterator[Standing]:
    names = {role_id: value for value, role_id in resource.roles.items()}
    holds = {names.get(role_id, role_id) for role_id in held}
    wanted, ever = {each.role for each in mine if each.tier in tiers}, {each.role for each in mine}
    covered = {role for role in wanted - holds if _BROADER.get(role, set()) & holds & ever}
    for role in sorted((wanted - covered) | holds):
        needs_ = [each for each in mine if each.role == role]
        state = (
            State.TOO_MUCH if not needs_
            else State.HELD if role in holds
            else State.MISSING if role in resource.roles
            else State.UNKNOWN
        )  # fmt: skip
        yield Standing(
            who=who,
            api=api,
            role=role,
            state=state,
            tiers=tuple(each.tier for each in needs_),
            purpose=needs_[0].purpose if needs_ else "",
        )


async def _principal(directory: AppRoles, app_id: str, name: str) -> Principal:
    found = await directory.principal(app_id)
    if found is None:
        what = f"The directory has no service principal of {name} ({app_id})."
        remedy = "A new identity may take minutes to appear; check its client id."
        raise BadInput([Problem(Mark("settings"), what, remedy, code="settings")])
    return found
