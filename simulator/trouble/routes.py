"""The control address of troubles, on loopback alone.

| request | what it does |
|---|---|
| `GET /sim/faults` | `{"seed": number, "waiting": […], "happened": {kind: count}, "recent": […]}` |
| `GET /sim/faults/kinds` | `{"kinds": [{"kind", "words", "source", "fields": [{"name", "default"}]}]}` |
| `POST /sim/faults` | one trouble, a list of them, or a script; answers `{"waiting": how many, "ids": [id]}` |
| `DELETE /sim/faults`, `DELETE /sim/faults/{which}` | take off all, or one by its id, or those of a kind: 204 |

`waiting` are the troubles that wait or stand, as they were asked for, each with `id`, `happened` (how often) and
`standing` (whether it has begun), and `until` if it ends by itself. `recent` are the last two hundred that happened:
`{"at": ISO, "id": …, "kind": …, "on": what they fell on}`.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from aiohttp import web

from simulator.app_keys import TROUBLES
from simulator.control.loopback import loopback_only
from simulator.refusal import Refused
from simulator.tenant.state import Tenant
from simulator.trouble.kinds import KINDS, words_of
from simulator.trouble.script import script_from


def routes(tenant: Tenant) -> Iterable[web.RouteDef]:  # noqa: ARG001  # every module of the simulator has this face
    """The control addresses of troubles."""
    return [
        web.get("/sim/faults", _show),
        web.get("/sim/faults/kinds", _kinds),
        web.post("/sim/faults", _add),
        web.delete("/sim/faults", _take_off),
        web.delete("/sim/faults/{which}", _take_off),
    ]


async def _show(request: web.Request) -> web.Response:
    loopback_only(request)
    troubles = request.app[TROUBLES]
    return _json(
        {
            "seed": troubles.seed,
            "waiting": troubles.waiting(),
            "happened": troubles.happened,
            "recent": list(troubles.recent),
        }
    )


async def _kinds(request: web.Request) -> web.Response:
    loopback_only(request)
    return _json({"kinds": [_described(name) for name in KINDS]})


def _described(name: str) -> dict[str, object]:
    kind = KINDS[name]
    defaults = msgspec.to_builtins(
        {field.name: field.default for field in msgspec.structs.fields(kind) if not field.required}
    )
    fields = [{"name": each, "default": default} for each, default in defaults.items()]
    return {"kind": name, "words": words_of(kind), "source": kind.source, "fields": fields}


async def _add(request: web.Request) -> web.Response:
    loopback_only(request)
    troubles = request.app[TROUBLES]
    try:
        ids = troubles.add(script_from(msgspec.json.decode(await request.read())))
    except Refused as refusal:
        return _error(refusal.status, refusal.code, refusal.message)
    except msgspec.DecodeError as error:
        return _error(400, "invalidRequest", f"The body is no JSON: {error}.")
    return _json({"waiting": len(troubles.waiting()), "ids": ids})


async def _take_off(request: web.Request) -> web.Response:
    loopback_only(request)
    try:
        request.app[TROUBLES].take_off(request.match_info.get("which", ""))
    except Refused as refusal:
        return _error(refusal.status, refusal.code, refusal.message)
    return web.Response(status=204)


def _error(status: int, code: str, message: str) -> web.Response:
    return _json({"error": {"code": code, "message": message}}, status=status)


def _json(body: object, status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(body), status=status, content_type="application/json")
