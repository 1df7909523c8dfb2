"""Documents in HTML: one file each, that prints well and needs nothing beside it. Templates are in `custos/report/templates/`.

Every value is escaped, and characters that nobody sees are left out of it; what a template says itself is not touched.
Source: https://jinja.palletsprojects.com/en/stable/api/#autoescaping
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from custos.report.wording import when
from custos.untrusted import visible
from custos.wording import day_words, many

TEMPLATES = Path(__file__).resolve().parent / "templates"


def document(template: str, **values: object) -> str:
    """A template with its values. Raises jinja2.UndefinedError when one is missing."""
    return _environment().get_template(template).render(**values) + "\n"


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        finalize=_harmless,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["day"] = day_words
    made.filters["moment"] = _moment
    made.filters["many"] = many
    return made


def _moment(value: datetime | None) -> str:
    return when(value) if value is not None else ""


def _harmless(value: object) -> object:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
