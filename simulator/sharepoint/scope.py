"""On whose behalf a request to SharePoint runs, and where: what every node of one request knows."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.entra.identity import Caller
from simulator.refusal import Refused
from simulator.sharepoint.forms import ACCESS_DENIED
from simulator.sharepoint.node import FULL_CONTROL
from simulator.sharepoint.principal_ids import Numbers
from simulator.tenant.model import Actor
from simulator.tenant.state import Tenant


@dataclass(frozen=True, slots=True)
class RequestScope:
    """One request's view. `asset_ids` are the compliance asset ids by list item unique id."""

    tenant: Tenant
    caller: Caller
    numbers: Numbers
    asset_ids: dict[str, str]

    @property
    def actor(self) -> Actor:
        """The calling app as author of a change."""
        return Actor(self.caller.client_id, self.caller.name, application=True)

    @property
    def full_control(self) -> bool:
        """Whether the caller counts as a site collection administrator."""
        return not self.caller.roles.isdisjoint(FULL_CONTROL)

    def need(self, roles: tuple[str, ...]) -> None:
        """Refuse as SharePoint does, with 401, a caller without any of the roles."""
        if self.caller.roles.isdisjoint(roles):
            raise Refused(401, ACCESS_DENIED, "Access is denied. (Exception from HRESULT: 0x80070005)")
