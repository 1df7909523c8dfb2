"""Every notice with its picture, in docs/owner.md, from the fixtures of `custos preview`."""

from __future__ import annotations

import re

from custos.notices.previews import DECLARED
from custos.notices.previews.preview import Preview

PAGE = "owner.md"
_BEGIN, _END = "<!-- notices: written by `make docs` -->", "<!-- end of notices -->"
_PLACE = re.compile(rf"{re.escape(_BEGIN)}.*?{re.escape(_END)}", re.DOTALL)


def put_into(page: str) -> str:
    """The page with the notices in their place. Raises ValueError when the page has no place for them."""
    if not _PLACE.search(page):
        raise ValueError(f"docs/{PAGE} has no place for the notices: {_BEGIN} … {_END}")
    return _PLACE.sub(lambda _: f"{_BEGIN}\n\n{_pictured()}\n{_END}", page)


def picture(name: str) -> str:
    """The file of a notice's picture."""
    return f"notice-{name}.png"


def _pictured() -> str:
    return "\n".join(_one(preview) for preview in DECLARED.values())


def _one(preview: Preview) -> str:
    said = f"**{preview.name}** comes {preview.when}. It goes to {preview.made().to}."
    return f"{said}\n\n![The notice “{preview.name}”](images/{picture(preview.name)})\n"
