"""What an approval needs besides somebody who may give it, from `settings.yaml`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from custos.model.duration import Duration

_YEAR = re.compile(r"(?:19|20)\d\d")
_SOUND = re.compile(r"[\w /.:#()-]*\d[\w /.:#()-]*")


@dataclass(frozen=True, slots=True)
class ReferenceForm:
    """How a reference of the Corporate Information Group looks, told by an example: the first four digits from 1900 to 2099 stand for a
    year, other digits for at least as many, and everything else for itself. `CIG-2026-014` takes CIG-2026-001 and cig-2025-1120, and
    neither CIG-14 nor "made up"; `IGB/0042` takes IGB/0043.
    """

    example: str

    @property
    def is_sound(self) -> bool:
        """An example without a digit would take one text only, and quotation marks are not part of a reference."""
        return bool(_SOUND.fullmatch(self.example))

    def against(self, reference: str, today: date) -> str:
        """Why a text is no reference on a day, "" when it is one. A year is this one or the last."""
        written, shape, years = reference.strip(), "", 0
        for part in filter(None, re.split(r"(\d+)", self.example)):
            if years == 0 and _YEAR.fullmatch(part):
                shape, years = shape + r"(\d{4})", 1
            else:
                shape += f"\\d{{{len(part)},}}" if part.isdigit() else re.escape(part)
        found = re.fullmatch(shape, written, re.IGNORECASE | re.ASCII)
        if found is None:
            return f'"{written}" does not look like {self.example}.' if written else "None is given."
        if years and int(found[1]) not in (today.year, today.year - 1):
            return f'"{written}" is not of {today.year - 1} or {today.year}.'
        return ""


_REFERENCE = ReferenceForm("CIG-2026-014")
_SHORTEST_PILOT = Duration(10, "working day")
_PLAN_LASTS = Duration(14, "day")
_MIRROR_LASTS = Duration(3, "day")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRules:
    """`shortest_pilot` must pass before a policy may enforce; a plan and a mirror are good for deciding and doing for so long."""

    reference: ReferenceForm = _REFERENCE
    shortest_pilot: Duration = _SHORTEST_PILOT
    plan_lasts: Duration = _PLAN_LASTS
    mirror_lasts: Duration = _MIRROR_LASTS
