"""`POST /sim/do`: what a form of the pages asks for, done as `POST /sim/act` does it; then back to the page.

A form carries the deed's fields as text, and `back` (a page of this server), `drive` and `item` (the place of the
deed) and `above` (the folder to which a deleted item leads back).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from simulator.app_keys import TROUBLES
from simulator.control.loopback import same_origin_only
from simulator.control.people_actions import Deeds
from simulator.page.flash import NOTES, Note
from simulator.page.html.components import item_address
from simulator.page.trouble_forms import TROUBLING
from simulator.refusal import Refused
from simulator.teams.client import TEAMS
from simulator.tenant.state import Tenant

_TICKED = frozenset({"edit", "as_link", "as_admin", "silently"})
_NUMBERS = frozenset({"size"})
_TIMES = frozenset({"expires", "modified", "to"})
_OF_THE_PAGE = frozenset({"back", "drive", "item", "above"})
_DONE = {
    "advance-clock": "{clock}",
    "delete": "Deleted: {name}.",
    "edit": "A new version of {name} was saved.",
    "label": "The label of {name} was changed.",
    "leave": "{person} has left: the account is disabled.",
    "move": "Moved: {url}.",
    "rename": "It is now called {name}.",
    "return": "{person} is back: the account is enabled.",
    "share": "{name} was shared.",
    "sign-in": "{person} is signed in; the app goes on by itself.",
    "unshare": "The access to {name} was taken back.",
    "upload": "Uploaded: {name}.",
}


async def do(tenant: Tenant, request: web.Request) -> web.Response:
    """Do the deed that a form describes, and lead back with a note of what happened."""
    same_origin_only(request)
    form = {name: str(value) for name, value in (await request.post()).items()}
    request.app[TEAMS].reached_at(request)
    back = _back(form.get("back", ""))
    try:
        if form.get("verb") in TROUBLING:
            return _led(request, back, Note(TROUBLING[form["verb"]](request.app[TROUBLES], form)))
        told = await Deeds(tenant, request.app).do(deed(form))
        note = Note(_DONE.get(str(told["verb"]), "Done.").format_map(told))
    except Refused as refusal:
        note = Note(
            f"The tenant refuses, as Microsoft 365 would: {refusal.message} ({refusal.status} {refusal.code})",
            refused=True,
        )
    except ValueError as error:
        note = Note(f"That cannot be read: {error}.", refused=True)
    else:
        back = _after(told, form, back)
    return _led(request, back, note)


def _led(request: web.Request, back: str, note: Note) -> web.Response:
    join = "&" if urlsplit(back).query else "?"
    location = f"{back}{join}note={request.app[NOTES].keep(note)}"
    return web.Response(status=303, headers={"Location": location, "Cache-Control": "no-store"})


def deed(form: Mapping[str, str]) -> dict[str, Any]:
    """The JSON of a form: what was left empty is left out. Raises ValueError for a size that is no number."""
    made: dict[str, Any] = {}
    for name, text in form.items():
        if name in _OF_THE_PAGE or (not text.strip() and name != "label"):
            continue
        if name in _TICKED:
            made[name] = True
        elif name in _NUMBERS:
            made[name] = int(text)
        elif name in _TIMES and form.get("verb") != "move":
            made[name] = f"{text}Z"
        else:
            made[name] = text
    if form.get("drive"):
        made["at"] = {"driveId": form["drive"], "itemId": form.get("item", "root")}
    return made


def _back(address: str) -> str:
    """The page to go back to; addresses elsewhere are not followed."""
    parts = urlsplit(address)
    ours = not parts.scheme and not parts.netloc and parts.path.startswith("/sim/") and "\\" not in address
    return address if ours else "/sim/"


def _after(told: Mapping[str, Any], form: Mapping[str, str], back: str) -> str:
    """Where a deed leads that leaves its own page behind."""
    if told["verb"] == "delete":
        return item_address(form["drive"], form.get("above") or "root")
    if told["verb"] == "move":
        return item_address(told["driveId"], told["itemId"])
    return back
