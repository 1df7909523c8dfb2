"""The three questions asked of Custos: the mirror is brought up to date, then three finds.

    python -m peers.custos_script ANSWERS.json        (with the settings of an installation in the environment)

The same work that the function app's timers do: discovery, a sync of every library, eight at a time; then what `custos find` does.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from custos.bootstrap import Custos, build
from custos.inventory.discover import discover
from custos.inventory.drive_state import DriveStates
from custos.inventory.sync import sync_drive
from custos.jobs.query import ask
from custos.policy.queries import question
from custos.settings import settings_from
from peers.answers import Answers, path_of

_LIBRARIES_AT_ONCE = 8
_TURN_SECONDS = 600.0


async def bring_up_to_date(app: Custos) -> None:
    """Find sites and libraries, and read what changed in each."""
    await discover(app.m365, app.account, app.lakehouse, app.clock)
    room = asyncio.Semaphore(_LIBRARIES_AT_ONCE)

    async def one(drive_id: str) -> None:
        async with room:
            more = True
            while more:
                report = await sync_drive(
                    app.m365, app.account, app.lakehouse, app.clock, drive_id, deadline_seconds=_TURN_SECONDS
                )
                more = report.more
                if more:
                    await asyncio.sleep(report.retry_after)

    async with asyncio.TaskGroup() as group:
        async for state in DriveStates.of(app.account).all():
            group.create_task(one(state.drive_id))


async def answers(app: Custos) -> Answers:
    """Ask the mirror."""
    told: dict[str, list[str]] = {}
    looked = unknown = 0
    for name in ("without-label", "open-to-anyone", "untouched-libraries"):
        answer, _ = await ask(app, question(name, None))
        told[name] = [path_of(url) for url in answer.rows["url"]]
        looked = max(looked, answer.looked)
        unknown += answer.unknown
    return Answers(
        looked=looked,
        unlabelled=told["without-label"],
        open=told["open-to-anyone"],
        untouched=told["untouched-libraries"],
        notes={"cannot be decided": unknown},
    )


async def main(file: Path) -> None:
    """Do both, and save the answers."""
    app = build(settings_from(os.environ))
    try:
        await bring_up_to_date(app)
        (await answers(app)).save(file)
    finally:
        await app.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
