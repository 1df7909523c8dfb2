"""How hard property tests try: enough to find, and steady on a busy machine."""

from __future__ import annotations

from hypothesis import settings

steady = settings(deadline=None, max_examples=50)
