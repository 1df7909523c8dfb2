"""From what a page shows to the bytes that are sent: templates that escape everything, and the headers that keep browsers in bounds.

Whatever a template prints goes through `custos.untrusted.visible` first, so that no name turns, hides or moves what stands beside it.
Sources: https://jinja.palletsprojects.com/en/stable/api/#autoescaping and
https://cheatsheetseries.owasp.org/cheatsheets/HTTP_Headers_Cheat_Sheet.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from custos.pages.http import Reply, address
from custos.untrusted import visible
from custos.wording import day_words, many, moment_words

_HERE = Path(__file__).parent
STYLE = "page.css"
_STATIC = {STYLE: "text/css", "icon.svg": "image/svg+xml"}


def page(
    template: str, shown: Mapping[str, object], *, status: int = 200, login_url: str = "", refused: str = ""
) -> Reply:
    """A page made by a template of what it shows. `login_url` is where forms may end when the session is over."""
    text = _templates().get_template(template).render(shown)
    headers = _HEADERS | {"Content-Security-Policy": _policy(login_url), "Cache-Control": "no-store"}
    return Reply(status=status, body=text.encode(), headers=headers, refused=refused)


def static(name: str) -> Reply | None:
    """The style sheet or the icon, None for anything else: they hold nothing of anybody, so browsers may keep them for a day."""
    if name not in _STATIC:
        return None
    headers = _HEADERS | {"Cache-Control": "private, max-age=86400", "Content-Security-Policy": _policy("")}
    return Reply(status=200, body=_static(name), headers=headers, mimetype=_STATIC[name])


def go_to(where: str) -> Reply:
    """After a form: the browser asks for a page of ours, so that loading it again sends nothing twice."""
    headers = _HEADERS | {"Location": where, "Cache-Control": "no-store", "Content-Security-Policy": _policy("")}
    return Reply(status=303, headers=headers)


def _policy(login_url: str) -> str:
    """No script at all, style from our own sheet alone, and no frame around it."""
    forms = f"'self' {login_url}".strip()
    return f"default-src 'none'; style-src 'self'; img-src 'self'; form-action {forms}; base-uri 'none'; frame-ancestors 'none'"


_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


@cache
def _static(name: str) -> bytes:
    return (_HERE / "static" / name).read_bytes()


@cache
def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        finalize=_cleaned,
    )
    made.globals |= {
        "address": address,
        "many": many,
        "style_address": f"{address('static', STYLE)}?v={hashlib.sha256(_static(STYLE)).hexdigest()[:12]}",
    }
    made.filters |= {"day": day_words, "moment": moment_words}
    return made


def _cleaned(value: object) -> object:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
