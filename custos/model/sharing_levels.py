"""How far a site may be shared, the tightest first.

Source: https://learn.microsoft.com/powershell/module/microsoft.online.sharepoint.powershell/set-sposite (SharingCapability)
"""

from __future__ import annotations

from collections.abc import Mapping

LEVEL_WORDS: Mapping[str, str] = {
    "disabled": "nobody from outside",
    "existing_guests": "guests who are in the directory already",
    "new_guests": "new guests too, who sign in",
    "anyone": "everybody, also without sign-in",
}
SHARING_LEVELS = tuple(LEVEL_WORDS)


def rank(level: str) -> int:
    """How open a sharing level is, 0 the tightest. ValueError for a word that is no level."""
    return SHARING_LEVELS.index(level)
