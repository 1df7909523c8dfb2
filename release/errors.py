"""What can go wrong while something is made for a tenant. Each text is one sentence for the person at the keyboard."""

from __future__ import annotations


class CannotRelease(Exception):
    """Nothing was made, or what was there before is left as it was. The text says why and what to do."""
