"""The sign-in name of an account: what may be one, and what somebody meant who wrote something else.

Source: https://learn.microsoft.com/microsoft-365/enterprise/prepare-for-directory-synchronization (userPrincipalName: letters without
accents, digits and ' . - _ ! # ^ ~)
"""

from __future__ import annotations

import re

_NAME = re.compile(r"[A-Za-z0-9'._!#^~-]*[A-Za-z0-9'_!#^~-]@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_BESIDE = re.compile(r"\([^()]*\)\s*$")
_USUAL = "Write it as name@council.example."


def is_sign_in_name(written: str) -> bool:
    """Whether an account can be called so."""
    return _NAME.fullmatch(written) is not None


def meant(written: str) -> str:
    """What to write instead of something that is no sign-in name."""
    if "?" in written:
        return "A ? stands where a letter was lost when the file was saved. Write the name as Entra has it."
    bare = re.sub("^mailto:", "", written.strip(' <>"“”‘’.,;'), flags=re.IGNORECASE)
    bare = _BESIDE.sub("", bare).strip(' <>"“”‘’.,;')
    return f"Write {bare}." if is_sign_in_name(bare) else _USUAL
