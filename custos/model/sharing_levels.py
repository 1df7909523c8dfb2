"""How far a site may be shared, the tightest first.

Source: https://learn.microsoft.com/powershell/module/microsoft.online.sharepoint.powershell/set-sposite (SharingCapability)
"""

from __future__ import annotations

SHARING_LEVELS = ("disabled", "existing_guests", "new_guests", "anyone")


def rank(level: str) -> int:
    """How open a sharing level is, 0 the tightest. ValueError for a word that is no level."""
    return SHARING_LEVELS.index(level)
