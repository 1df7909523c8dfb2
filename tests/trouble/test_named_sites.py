"""`CUSTOS_SITES=register`: only granted sites of the registers are read, and the rest is said to be unknown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from custos.bootstrap import Custos
from custos.inventory.drive_state import DriveStates, SyncState
from custos.jobs import discovery, shortfalls
from custos.jobs.shortfalls import Of
from local_host.azurite import Azurite
from simulator.entra.identity import AUTHORITY
from simulator.entra.registrations import ACTOR, OBSERVER, OBSERVER_CLIENT_ID
from simulator.tenant.model import AppGrant
from tests.running_stack import Desk, desk, typed
from tests.trouble.tiny_council import LIBRARY, SITE, World, _turns

_SELECTED = frozenset({"Sites.Selected"})
_OPEN = frozenset({"Sites.Read.All", "Files.Read.All"})


@contextmanager
def narrow(world: World) -> Iterator[tuple[Desk, dict[str, str]]]:
    """Custos with rights on one site alone, on storage of its own."""
    site, authority = world.drive(LIBRARY).site, world.server.app[AUTHORITY]
    roles = {"graph": (OBSERVER.roles["graph"] - _OPEN) | _SELECTED, "sharepoint": _SELECTED}

    def grant() -> None:
        authority.registrations[OBSERVER_CLIENT_ID] = replace(OBSERVER, roles=roles)
        site.app_grants.append(AppGrant("g", OBSERVER_CLIENT_ID, "Custos", ("read",)))

    def back() -> None:
        authority.registrations[OBSERVER_CLIENT_ID] = OBSERVER
        site.app_grants.clear()

    with Azurite() as storage:
        settings = {
            **world.environment,
            **storage.environment,
            "CUSTOS_SITES": "register",
            "CUSTOS_ACTOR_CLIENT_ID": "",
        }
        world.server.do(grant)
        try:
            with desk(settings) as own:
                yield own, settings
        finally:
            world.server.do(back)


def test_only_granted_sites_are_read(world: World) -> None:
    """The one that was granted is mirrored whole; the others are named as not granted; nothing is listed that nobody named."""
    assert ACTOR.roles
    with narrow(world) as (own, settings):
        own.ask(_queues)
        report = own.ask(discovery.discover)
        own.ask(lambda app: _turns(app, [world.drive(LIBRARY).id]))
        state = own.ask(lambda app: DriveStates.of(app.account).get(world.drive(LIBRARY).id))
        told = own.ask(lambda app: shortfalls.last(app.account, Of.DISCOVERY))
        doctor = " ".join(typed(settings, "doctor").out.split())
    assert (report.sites, report.governed > 0) == (1, True)
    assert state is not None
    assert (state.state, state.items > 0) == (SyncState.COMPLETE, True)
    assert told is not None
    others = [
        sentence for sentence in told.reasons if "nobody granted it to Custos (`custos grant --sites`)" in sentence
    ]
    assert len(others) > 3
    assert not any(SITE in sentence for sentence in told.reasons)
    assert "1 of " in doctor
    assert "sites that the registers name are open; whatever other sites there are is unknown" in doctor
    assert "lacks" not in doctor


async def _queues(app: Custos) -> None:
    from custos.storage.queues import ALL

    for name in ALL:
        await app.account.queue(name).create()
