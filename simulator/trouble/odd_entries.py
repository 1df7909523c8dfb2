"""One entry that comes otherwise than Microsoft documents: of a page or by itself, in answers and in the parts of a batch."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from simulator.trouble.kinds import Odd
from simulator.trouble.troubles import Troubles, fits

_BATCH = "/$batch"


async def with_odd_entry(request: web.Request, response: web.StreamResponse, troubles: Troubles) -> web.StreamResponse:
    """The answer, with the entries changed on which an `odd` falls."""
    if not isinstance(response, web.Response) or not isinstance(response.body, bytes):
        return response
    try:
        told = json.loads(response.body)
    except ValueError:
        return response
    asked = await _asked(request)
    changed = False
    for method, path, page in _pages(request, told, asked):
        for each in troubles.standing(Odd):
            if fits(each.trouble, method, path) and _has(page, each.trouble) and each.hits():
                _change(page, each.trouble)
                troubles.count(each, f"{method} {path}")
                changed = True
    return web.json_response(told, status=response.status) if changed else response


async def _asked(request: web.Request) -> dict[str, tuple[str, str]]:
    """Method and path of each part, by its id, when this is a batch."""
    if not request.path.endswith(_BATCH):
        return {}
    parts = (await request.json()).get("requests", ())
    return {str(part["id"]): (str(part["method"]), str(part["url"])) for part in parts}


def _pages(request: web.Request, told: Any, asked: dict[str, tuple[str, str]]) -> list[tuple[str, str, dict[str, Any]]]:
    """Every page in an answer, with the method and path that asked for it."""
    if not asked:
        return [(request.method, request.rel_url.path_qs, page)] if (page := _page(told)) else []
    parts = told.get("responses", ()) if isinstance(told, dict) else ()
    return [(*asked[part["id"]], page) for part in parts if (page := _page(part.get("body")))]


def _page(told: Any) -> dict[str, Any] | None:
    """The answer as a page with entries; one that is an entry by itself is its page's only one."""
    if not isinstance(told, dict):
        return None
    if isinstance(told.get("value"), list):
        return told if told["value"] else None
    return {"value": [told]} if "id" in told else None


def _has(page: dict[str, Any], trouble: Odd) -> bool:
    return any(trouble.entry in json.dumps(entry, ensure_ascii=False) for entry in page["value"])


def _change(page: dict[str, Any], trouble: Odd) -> None:
    entries = page["value"]
    place = next(at for at, entry in enumerate(entries) if trouble.entry in json.dumps(entry, ensure_ascii=False))
    if not trouble.field:
        entries[place : place + 1] = [_value(trouble)] if trouble.value else []
        return
    *above, last = trouble.field.split(".")
    held = entries[place]
    for name in above:
        held = held.setdefault(name, {}) if isinstance(held, dict) else {}
    if trouble.value:
        held[last] = _value(trouble)
    else:
        held.pop(last, None)


def _value(trouble: Odd) -> Any:
    """What is to stand there: JSON, or else the text itself."""
    try:
        return json.loads(trouble.value)
    except ValueError:
        return trouble.value
