"""What each identity was granted on each site of the registers, against what it needs there: for `CUSTOS_SITES=register`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from custos.jobs.app_roles import Tier, Who
from custos.m365.errors import Locked, NotFound
from custos.m365.site_grants import SiteGrant, SiteGrants
from custos.settings import Settings

READ, WRITE = "read", "write"
_WRITING = (Tier.LABELS, Tier.SHARING)
_ENOUGH = {READ: {READ, WRITE, "owner", "fullcontrol"}, WRITE: {WRITE, "owner", "fullcontrol"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRight:
    """A right that an identity needs on a site. `grants` are the ids of what it holds there; `closed` says why the site cannot be asked.

    `enough`: what it holds is known to do, or Microsoft does not tell what it is.
    """

    url: str
    closed: str
    site_id: str
    who: Who
    client_id: str
    role: str
    grants: tuple[str, ...]
    enough: bool
    told: bool

    @property
    def missing(self) -> bool:
        """Whether it is to be given."""
        return not self.closed and not self.enough


async def compare(
    granting: SiteGrants, settings: Settings, urls: Sequence[str], tiers: Collection[Tier]
) -> list[SiteRight]:
    """Each site, for each identity that these tiers are for. Raises as SiteGrants does."""
    wanted = [(Who.OBSERVER, settings.observer_client_id, READ)]
    if settings.actor_client_id and set(tiers) & set(_WRITING):
        wanted.append((Who.ACTOR, settings.actor_client_id, WRITE))
    return [right for url in urls for right in await _on_site(granting, url, wanted)]


async def _on_site(granting: SiteGrants, url: str, wanted: Sequence[tuple[Who, str, str]]) -> list[SiteRight]:
    closed, site_id, held = "", "", list[SiteGrant]()
    try:
        site_id = await granting.site(url)
        held = await granting.held(site_id)
    except NotFound:
        closed = "no such site"
    except Locked:
        closed = "locked"
    found: list[SiteRight] = []
    for who, client_id, role in wanted:
        mine = [one for one in held if one.app_id == client_id]
        roles = {each for one in mine for each in one.roles}
        untold = any(not one.roles for one in mine)
        found.append(
            SiteRight(
                url=url,
                closed=closed,
                site_id=site_id,
                who=who,
                client_id=client_id,
                role=role,
                grants=tuple(one.id for one in mine),
                enough=bool(roles & _ENOUGH[role]) or untold,
                told=not untold,
            )
        )
    return found
