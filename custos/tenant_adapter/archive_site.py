"""Archives a site, and reactivates it. 1 unit to read, 2 by our count to write.

Microsoft offers both in `beta` alone. An archived site answers 423 to everything but the question for its archive state.
Sources: https://learn.microsoft.com/graph/api/site-archive (204), https://learn.microsoft.com/graph/api/site-unarchive (202: it goes on in
the background) and https://learn.microsoft.com/graph/api/resources/sitearchivaldetails (told only when `siteCollection` is selected)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from custos.m365 import errors
from custos.m365.batch import BatchRequest
from custos.m365.errors import Malformed
from custos.model.action import Action
from custos.model.live import Live, Reading
from custos.tenant_adapter.connections import Connections
from custos.tenant_adapter.one_by_one import one_by_one
from custos.tenant_adapter.troubles import failure_of, unread

_STATES: Mapping[str, str] = {
    "recentlyArchived": "archived",
    "fullyArchived": "archived",
    "reactivating": "reactivating",
}


class _Details(msgspec.Struct):
    status: str = msgspec.field(name="archiveStatus")


class _Collection(msgspec.Struct):
    details: _Details | None = msgspec.field(name="archivalDetails", default=None)


class _Site(msgspec.Struct):
    collection: _Collection = msgspec.field(name="siteCollection")


async def read(at: Connections, actions: Sequence[Action]) -> dict[str, Reading]:
    """Whether each site is active, archived or reactivating, by `Action.key`."""
    requests = [
        BatchRequest(id=action.key, path=f"/sites/{action.finding.subject.site_id}?$select=siteCollection", units=1)
        for action in actions
    ]
    try:
        answers = await at.observer.batch(requests)
    except errors.MicrosoftTrouble as trouble:
        return {action.key: failure_of(trouble) for action in actions}
    found: dict[str, Reading] = {}
    for key, answer in answers.items():
        try:
            found[key] = Live(found=True, values={"state": _state(answer.read())}, path=())
        except errors.MicrosoftTrouble as trouble:
            found[key] = unread(trouble)
    return found


def _state(content: bytes) -> str:
    try:
        details = msgspec.json.decode(content, type=_Site).collection.details
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Malformed(f"site: {error}.") from error
    if details is None:
        return "active"
    if details.status not in _STATES:
        raise Malformed(f'site: unknown archiveStatus "{details.status}".')
    return _STATES[details.status]


async def _send(at: Connections, action: Action, until: float) -> None:
    what = "archive" if action.after["state"] == "archived" else "unarchive"
    await at.actor.post(f"/sites/{action.finding.subject.site_id}/{what}", units=2, until=until, beta=True)


write = one_by_one(_send)
