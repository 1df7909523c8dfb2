"""Anti-forgery tokens: a form counts only when its page was made for whoever sends it, within the last hours.

Without it a page of somebody else could send a form in the name of whoever looks at it. The token holds a moment and a keyed digest of
moment and person; the key is one for the installation.
Source: https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass

LIFETIME_SECONDS = 8 * 3600
"""A working day: then the page is to be opened again."""
_TOKEN = re.compile(r"([0-9]{1,12})\.([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Tokens:
    """Made with one key. `now` is the machine's time in epoch seconds."""

    key: bytes

    def issue(self, user_id: str, now: float) -> str:
        """For the forms of a page that is shown to somebody."""
        until = int(now) + LIFETIME_SECONDS
        return f"{until}.{self._digest(user_id, until)}"

    def holds(self, token: str, user_id: str, now: float) -> bool:
        """Whether a form came from a page that was shown to this person and is not too old."""
        found = _TOKEN.fullmatch(token)
        if found is None:
            return False
        until = int(found[1])
        fresh = now <= until <= now + LIFETIME_SECONDS
        return hmac.compare_digest(found[2], self._digest(user_id, until)) and fresh

    def _digest(self, user_id: str, until: int) -> str:
        return hmac.digest(self.key, f"{user_id}\n{until}".encode(), "sha256").hex()
