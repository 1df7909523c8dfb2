"""How hard tests try: enough to find, and steady on a busy machine."""

from __future__ import annotations

from hypothesis import settings

steady = settings(deadline=None, max_examples=50)

PATIENCE = 120.0
"""Seconds that a test waits for what must happen before it says that it did not. Nothing is measured by it."""
