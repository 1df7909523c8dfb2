"""Rights are read and given in a person's name through the same rule of waiting and trying again as every other call."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from custos.m365.errors import Refused, Throttled, Unavailable
from custos.m365.site_grants import SiteGrants
from tests.m365.scripted_server import Wire, answer, error

_SITE = "/v1.0/sites/s/permissions"


@pytest.fixture
async def grants(wire: Wire) -> AsyncIterator[SiteGrants]:
    """Rights on sites, on the wire."""
    async with SiteGrants(f"{wire.url}/v1.0", "token", first_delay=0.01) as opened:
        yield opened


@pytest.mark.parametrize("status", [429, 503, 500, 504])
async def test_what_passes_is_waited_for(wire: Wire, grants: SiteGrants, status: int) -> None:
    """A throttled or failed answer is asked for again, after as long as Microsoft says."""
    late = error(status, headers={"Retry-After": "0.2"})
    wire.script("GET", _SITE, late, late, answer({"value": []}))
    assert await grants.held("s") == []
    first, _, last = wire.calls(_SITE)
    if status in (429, 503):
        assert last.at - first.at > 0.3


async def test_a_right_is_given_after_the_wait_and_once(wire: Wire, grants: SiteGrants) -> None:
    """What was throttled was not carried out, so it is sent again; what may have been done is not."""
    wire.script("POST", _SITE, error(429, headers={"Retry-After": "0.01"}), answer({}, 201))
    await grants.give("s", "app", "Custos observer", "read")
    assert len(wire.calls(_SITE)) == 2
    wire.script("POST", _SITE, error(500), answer({}, 201))
    with pytest.raises(Unavailable):
        await grants.give("s", "app", "Custos observer", "read")
    assert len(wire.calls(_SITE)) == 3


async def test_nobody_waits_for_an_hour_at_a_terminal(wire: Wire, grants: SiteGrants) -> None:
    """A wait that is too long is told at once, and so is a refusal."""
    wire.script("GET", _SITE, error(429, headers={"Retry-After": "900"}))
    with pytest.raises(Throttled):
        await grants.held("s")
    wire.script("GET", _SITE, error(409))
    with pytest.raises(Refused, match="answered 409"):
        await grants.held("s")
    assert len(wire.calls(_SITE)) == 2
