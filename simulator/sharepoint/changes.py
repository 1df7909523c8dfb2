"""Changes of a site by SharePoint administration: what may be set, and operations that take effect a little later.

Source: https://learn.microsoft.com/powershell/module/microsoft.online.sharepoint.powershell/set-sposite
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.odata import scalar
from simulator.refusal import Refused, bad_request, not_found
from simulator.sharepoint.node import Collection, Resource
from simulator.sharepoint.properties import CAPABILITIES, LINKS_OFF, LINKS_ON, LOCKS, site_fields
from simulator.tenant.directory import lock_site
from simulator.tenant.model import LockState, Site
from simulator.tenant.sharing import set_site_capability
from simulator.tenant.state import Tenant

OPERATION = "Microsoft.Online.SharePoint.TenantAdministration.SpoOperation"
_SETTABLE = frozenset({"SharingCapability", "LockState", "DisableCompanyWideSharingLinks"})
_WRITABLE_IN_GROUPS = _SETTABLE | {"SensitivityLabel"}
_POLLING_MILLISECONDS = 15_000
_SECONDS_TO_TAKE_EFFECT = 0.3


@dataclass
class _Pending:
    """A change on its way: `done` is set once it took effect, `refused` if it could not."""

    site_url: str
    done: bool = False
    refused: str = ""


@dataclass
class Changes:
    """Changes of one tenant's sites."""

    tenant: Tenant
    _pending: dict[str, _Pending] = field(default_factory=dict)

    def at_once(self, site: Site, asked: Mapping[str, Any]) -> None:
        """Set properties now. Raises Refused 400 for what cannot be set, or not so."""
        self._apply(site, self._checked(site, asked))

    def begin(self, site: Site, asked: Mapping[str, Any]) -> Resource:
        """Check what is asked and let it take effect a little later; the operation can be polled."""
        wanted, operation_id, pending = self._checked(site, asked), str(uuid.uuid4()), _Pending(site.url)
        self._pending[operation_id] = pending

        def take_effect() -> None:
            try:
                self._apply(site, wanted)
            except Refused as refusal:
                pending.refused = refusal.message
            pending.done = True

        asyncio.get_running_loop().call_later(_SECONDS_TO_TAKE_EFFECT, take_effect)
        return self.operation(operation_id)

    def done(self, site: Site) -> Resource:
        """An operation that has taken effect already."""
        operation_id = str(uuid.uuid4())
        self._pending[operation_id] = _Pending(site.url, done=True)
        return self.operation(operation_id)

    def operation(self, operation_id: str) -> Resource:
        """How far an operation is. Raises Refused 404, or 400 when it could not take effect."""
        pending = self._pending.get(operation_id)
        if pending is None:
            raise not_found("The operation")
        if pending.refused:
            raise bad_request(pending.refused)
        fields = {
            "HasTimedout": False,
            "IsComplete": pending.done,
            "PollingInterval": 0 if pending.done else _POLLING_MILLISECONDS,
        }
        identity = f"SpoOperation\nSetSite\n{operation_id}\n{pending.site_url}"
        return Resource(type=OPERATION, path=f"{OPERATION}('{operation_id}')", fields=fields, identity=identity)

    def operations(self) -> Collection:
        """All of them, each at its own address."""
        found = [each for each, pending in self._pending.items() if not pending.refused]
        return Collection(
            type=OPERATION,
            path=OPERATION,
            members=lambda: [self.operation(each) for each in found],
            find=self.operation,
        )

    def _checked(self, site: Site, asked: Mapping[str, Any]) -> dict[str, Any]:
        """What is to be set, by its proper name, if it may be. What has that value already is left out."""
        has = {name: scalar(value) for name, value in site_fields(self.tenant, site, detail=True).items()}
        proper = {name.lower(): name for name in has}
        wanted = {
            proper.get(name.lower(), name): value
            for name, value in asked.items()
            if not name.startswith(("__", "odata.", "@"))
        }
        wanted = {name: value for name, value in wanted.items() if name not in has or value != has[name]}
        if site.group_id and (refused := wanted.keys() - _WRITABLE_IN_GROUPS):
            raise bad_request(f"{', '.join(sorted(refused))} cannot be set on a site of a Microsoft 365 group.")
        if unknown := wanted.keys() - _SETTABLE:
            raise bad_request(f"This simulated tenant cannot set {', '.join(sorted(unknown))}.")
        if "SharingCapability" in wanted and wanted["SharingCapability"] not in CAPABILITIES:
            raise bad_request(f"SharingCapability has no value {wanted['SharingCapability']!r}.")
        links = wanted.get("DisableCompanyWideSharingLinks", LINKS_ON)
        if links not in (LINKS_OFF, LINKS_ON):
            raise bad_request(f"DisableCompanyWideSharingLinks has no value {links!r}.")
        if "LockState" in wanted:
            wanted["LockState"] = _lock(wanted["LockState"])
        return wanted

    def _apply(self, site: Site, wanted: Mapping[str, Any]) -> None:
        if "SharingCapability" in wanted:
            set_site_capability(self.tenant, site, CAPABILITIES[wanted["SharingCapability"]])
        if "DisableCompanyWideSharingLinks" in wanted:
            site.company_links = wanted["DisableCompanyWideSharingLinks"] == LINKS_ON
        if "LockState" in wanted:
            lock_site(self.tenant, site, wanted["LockState"])


def _lock(value: object) -> LockState:
    """A lock by its name (CSOM) or number (REST)."""
    for number, name in enumerate(LOCKS):
        if value in (name, number) and not isinstance(value, bool):
            return name
    raise bad_request(f"LockState has no value {value!r}.")
