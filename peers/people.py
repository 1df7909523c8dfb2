"""A day's work of people between the two rounds: `python -m peers.people COUNT`, on the settings of an installation."""

from __future__ import annotations

import asyncio
import os
import sys

from custos.bootstrap import build
from custos.settings import settings_from
from rehearsal.people import changes_by_people


async def main(count: int) -> None:
    """Make so many changes. Raises RuntimeError when the tenant is too small for them."""
    app = build(settings_from(os.environ))
    try:
        await changes_by_people(app, count, lambda _: None)
    finally:
        await app.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
