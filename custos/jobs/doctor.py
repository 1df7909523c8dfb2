"""What `custos doctor` looks at: each thing that only a real tenant can tell, tried with a harmless call.

Nothing is written. A role that an identity holds beyond its need is a finding too, and so is what no application can be told. What each
means, for which policies, and what to do, is in `custos.jobs.doctor_advice`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING

from custos.actions import DECLARED
from custos.engine.label_drift import Published, drift
from custos.engine.register_addresses import named_sites
from custos.errors import BadInput, CustosError
from custos.inventory.drive_state import DriveStates, SyncState
from custos.jobs import doctor_reach, label_drift, policies, shortfalls
from custos.jobs.app_roles import TAKE, Api, Tier, Who, needed
from custos.jobs.doctor_look import Look, Sign, reasons_of
from custos.jobs.named_accounts import strangers
from custos.jobs.shortfalls import Of
from custos.m365 import site_admin, sites
from custos.m365.credentials import graph_audience
from custos.m365.errors import Forbidden, NotFound
from custos.m365.token_roles import roles_held
from custos.records.model import Hold, Records
from custos.wording import many

if TYPE_CHECKING:
    from custos.bootstrap import Custos

_WRITING = ("ReadWrite", "FullControl", "Manage")
_HARMLESS = frozenset({"TeamsAppInstallation.ReadWriteSelfForUser.All"})


async def examine(app: Custos) -> list[Look]:
    """Look at everything, whatever fails before it."""
    looks: list[Look] = []
    for what, look in (
        ("storage", _storage),
        ("policies", _policies),
        ("registers", _registers),
        ("observer", _observer),
        ("sites", _sites),
        ("discovery", _discovery),
        ("mirror", _mirror),
        ("actor", _actor),
        ("site administration", _administration),
        ("labels", _labels),
        ("holds", _holds),
        ("priority cleanup", _priority_cleanup),
        ("licences", doctor_reach.licences_held),
        ("bot", doctor_reach.bot),
        ("people", doctor_reach.people),
        ("webhooks", doctor_reach.webhooks),
    ):
        looks += await _try(what, look, app)
    return looks


async def _try(what: str, look: Callable[[Custos], Awaitable[list[Look]]], app: Custos) -> list[Look]:
    try:
        return await look(app)
    except CustosError as error:
        return [Look(Sign.MISSING, what, str(error).splitlines()[0], must=True)]


async def _storage(app: Custos) -> list[Look]:
    head = await app.audit.head()
    return [Look(Sign.WORKS, "storage", f"tables answer; the audit chain has {head.sequence:,} events")]


async def _policies(app: Custos) -> list[Look]:
    try:
        found = await policies.in_force(app)
    except BadInput as bad:
        return [Look(Sign.MISSING, "policies", bad.summary, must=True)]
    if found.problems:
        return [Look(Sign.MISSING, "policies", f"the last good version counts; {BadInput(found.problems).summary}")]
    return [
        Look(
            Sign.WORKS, "policies", f"{len(found.bundle.policies)} policies, {len(found.bundle.records.assets)} assets"
        )
    ]


async def _registers(app: Custos) -> list[Look]:
    bundle = (await policies.in_force(app)).bundle
    placed = await app.registers.placed(bundle)
    looks = (
        []
        if placed.known
        else [Look(Sign.UNTOLD, "registers", "nothing was mirrored yet: whether their addresses exist is unknown")]
    )
    found = [str(one) for one in placed.doubts()]
    found += [
        f"{one.mark}  {one.sentence}" for one in await strangers(app, bundle.records, bundle.day(app.clock.now()))
    ]
    looks += [Look(Sign.MISSING, "registers", one) for one in found]
    return looks or [
        Look(Sign.WORKS, "registers", "every address is in the mirror, and everybody who is named can sign in")
    ]


async def _observer(app: Custos) -> list[Look]:
    return _roles_looked_at(
        "observer",
        await roles_held(app.m365.identities.observer, graph_audience(app.settings.graph_url)),
        needed(Who.OBSERVER, Api.GRAPH, [Tier.OBSERVE], only_named_sites=app.settings.only_named_sites),
        reads=True,
    )


async def _actor(app: Custos) -> list[Look]:
    actor = app.m365.identities.actor
    if actor is None:
        return [Look(Sign.OFF, "actor", "no actor identity is set: policies can only simulate")]
    bundle = (await policies.in_force(app)).bundle
    steps = (step for policy in bundle.policies.values() for rule in policy.rules for step in rule.steps)
    needs = needed(Who.ACTOR, Api.GRAPH, [Tier.LABELS], only_named_sites=app.settings.only_named_sites)
    needs |= {role for step in steps if (role := DECLARED[step.kind].role)}
    return _roles_looked_at(
        "actor", await roles_held(actor, graph_audience(app.settings.graph_url)), needs, reads=False
    )


async def _named_sites(app: Custos) -> list[Look]:
    urls = [address.url for address in named_sites((await policies.in_force(app)).bundle)]
    opened = 0
    for url in urls:
        try:
            await sites.named_site(app.m365.observer, url)
            opened += 1
        except (Forbidden, NotFound):
            continue
    said = (
        f"{opened:,} of {len(urls):,} sites that the registers name are open; whatever other sites there are is unknown"
    )
    hint = "" if opened == len(urls) else ": `custos grant --sites` shows which are not"
    return [
        Look(
            Sign.WORKS if urls and opened == len(urls) else Sign.MISSING,
            "sites",
            said + hint,
            numbers={"named": len(urls), "open": opened},
        )
    ]


async def _sites(app: Custos) -> list[Look]:
    if app.settings.only_named_sites:
        return await _named_sites(app)
    found = await sites.list_sites(app.m365.observer)
    odd = found.unidentified + sum(site.error == sites.UNREADABLE for site in found.values)
    if odd:
        said = f"{len(found.values):,} sites are listed; {odd:,} in the list cannot be read, and stay as they were"
        return [Look(Sign.UNTOLD, "sites", said, numbers={"listed": len(found.values), "unread": odd})]
    return [Look(Sign.WORKS, "sites", f"{len(found.values):,} sites are listed", numbers={"listed": len(found.values)})]


async def _administration(app: Custos) -> list[Look]:
    sharepoint = app.m365.sharepoint
    if sharepoint is None:
        return [Look(Sign.OFF, "site administration", "without an actor, how far a site may share is unknown")]
    told = await site_admin.read_sharing(sharepoint, app.settings.sharepoint_url)
    return [Look(Sign.WORKS, "site administration", f"the root site's sharing is {told.capability}")]


async def _labels(app: Custos) -> list[Look]:
    records = (await policies.in_force(app)).bundle.records
    published = await label_drift.read(app.m365, app.lakehouse, records)
    if published is None:
        return [Look(Sign.UNTOLD, "labels", "no site's labels could be read: whether they fit the schedule is unknown")]
    differing = drift(records, published, await app.refusals.wide())
    if not differing:
        return [Look(Sign.WORKS, "labels", f"{len(published.labels)} labels are published as the schedule says")]
    return [Look(Sign.MISSING, "labels", f"{name}: {sentences}") for name, sentences in differing.items()]


async def _holds(app: Custos) -> list[Look]:
    """Labels that delete by themselves where a hold of the registers stands: that hold stops Custos alone."""
    bundle = (await policies.in_force(app)).bundle
    records, today = bundle.records, bundle.day(app.clock.now())
    holds = [hold for hold in records.holds if hold.in_force(today)]
    if not holds:
        return [Look(Sign.WORKS, "holds", "no hold of the registers is in force")]
    published = await label_drift.read(app.m365, app.lakehouse, records)
    if published is None:
        return [
            Look(Sign.UNTOLD, "holds", "no site's labels could be read: whether one deletes under a hold is unknown")
        ]
    found = [Look(Sign.TOO_MUCH, "holds", said) for hold in holds for said in _deleting(hold, records, published)]
    said = f"none of the labels that are published deletes under {many(len(holds), 'hold')} of the registers"
    return found or [Look(Sign.WORKS, "holds", said, numbers={"in_force": len(holds)})]


def _deleting(hold: Hold, records: Records, published: Published) -> Iterator[str]:
    asset = records.assets.get(hold.asset_id)
    for ref in hold.schedule_refs or (asset.schedule_refs if asset else ()):
        entry = records.schedule.get(ref)
        label = published.labels.get(entry.label) if entry is not None and entry.label else None
        if label is not None and label.deletes:
            yield (
                f"{hold.id}: the label {label.name} ({ref}) of {hold.asset_id} deletes by itself at the end of its period. "
                "The hold of the registers stops Custos alone"
            )


async def _priority_cleanup(app: Custos) -> list[Look]:
    bundle = (await policies.in_force(app)).bundle
    held = sum(hold.in_force(bundle.day(app.clock.now())) for hold in bundle.records.holds)
    said = f"whether a priority-cleanup policy deletes what is held ({many(held, 'hold')} in force)"
    return [Look(Sign.UNTOLD, "priority cleanup", said, numbers={"in_force": held})]


async def _discovery(app: Custos) -> list[Look]:
    found = await shortfalls.last(app.account, Of.DISCOVERY)
    if found is None:
        return [Look(Sign.MISSING, "discovery", "it has never finished: run `custos sync --discover`")]
    if not found:
        return [Look(Sign.WORKS, "discovery", "everything that the tenant lists could be read")]
    return reasons_of("discovery", found)


async def _mirror(app: Custos) -> list[Look]:
    states = [state async for state in DriveStates.of(app.account).all()]
    odd = [state for state in states if state.odd]
    whole = sum(state.state is SyncState.COMPLETE for state in states)
    sign = Sign.WORKS if states and whole == len(states) else Sign.MISSING
    said = f"{whole:,} of {len(states):,} libraries are complete"
    return [
        Look(sign, "mirror", said, numbers={"libraries": len(states), "complete": whole}),
        *(
            Look(
                Sign.UNTOLD,
                "mirror",
                f"{one.name}: {one.odd:,} entries could not be read and stay unknown",
                numbers={"unread": one.odd},
            )
            for one in odd
        ),
    ]


def _roles_looked_at(name: str, held: frozenset[str], needed: frozenset[str], *, reads: bool) -> list[Look]:
    looks = [Look(Sign.WORKS, name, f"signs in; holds {len(held)} Graph roles", numbers={"roles": len(held)})]
    missing = sorted(needed - held)
    if missing:
        said = f"lacks {', '.join(missing)}: `custos grant` gives them"
        looks.append(Look(Sign.MISSING, name, said, must=True, roles=frozenset(missing)))
    beyond = sorted(role for role in held - _HARMLESS if any(part in role for part in _WRITING)) if reads else []
    if beyond:
        said = f"never writes, and holds {', '.join(beyond)}: {TAKE}"
        looks.append(Look(Sign.TOO_MUCH, name, said, roles=frozenset(beyond)))
    return looks
