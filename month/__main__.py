"""`python -m month`: what `make month` does. Ends with 0 when every promise was kept, 1 when one was not, 2 when it could not be played."""

from __future__ import annotations

import argparse
import random
import signal
import sys
import time
from pathlib import Path

from custos.errors import CustosError
from custos.settings import REPOSITORY
from local_host.errors import HostError
from month.checker import check, counted
from month.walk import SCALE, Month, kept, play
from rehearsal.narrator import Narrator
from rehearsal.waiting import TookTooLong

FOLDER = REPOSITORY / "build" / "month"
_DAYS = 26
_SHOWN = 20


def main() -> int:
    """Read the command line, play the months, say how it ended."""
    parser = argparse.ArgumentParser(prog="python -m month", description=__doc__)
    parser.add_argument(
        "--seeds", type=int, default=1, help="how many months, each with another seed (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, help="this month alone (default: new ones)")
    parser.add_argument("--days", type=int, default=_DAYS, help="working days (default: %(default)s)")
    parser.add_argument("--scale", type=float, default=SCALE, help="1.0 is 602,400 items (default: %(default)s)")
    parser.add_argument("--site", action="append", default=[], metavar="PATH", help="this site alone; may be repeated")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where evidence and logs are left")
    wanted = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    first = random.SystemRandom().randrange(10_000)
    seeds = [wanted.seed] if wanted.seed is not None else range(first, first + wanted.seeds)
    try:
        return max(
            one(Month(seed=seed, days=wanted.days, scale=wanted.scale, sites=wanted.site), wanted.folder)
            for seed in seeds
        )
    except (HostError, CustosError, TookTooLong) as trouble:
        print(f"\n{trouble}", file=sys.stderr)
        return 2


def one(month: Month, folder: Path) -> int:
    """One month; its exit code."""
    narrator, began = Narrator(), time.monotonic()
    narrator.say(f"A month of {month.days} working days, seed {month.seed}.")
    evidence = play(month, folder / f"stage-{month.seed}", narrator)
    for sentence in counted(evidence):
        narrator.say(sentence)
    faults = check(evidence)
    if not faults:
        narrator.say(f"Every promise was kept (seed {month.seed}, {time.monotonic() - began:.0f} s).\n")
        return 0
    file = folder / f"month-{month.seed}.json"
    kept(evidence, file)
    for fault in faults[:_SHOWN]:
        narrator.screen.print(str(fault), markup=False, soft_wrap=True)
    if len(faults) > _SHOWN:
        narrator.say(f"and {len(faults) - _SHOWN} more")
    narrator.say(f"FAULTS: {len(faults)}. The evidence is {file}.")
    narrator.screen.print(f"again: {again(month)}\n", markup=False, soft_wrap=True)
    return 1


def again(month: Month) -> str:
    """The command that plays the same month."""
    sites = "".join(f" --site {site}" for site in month.sites)
    if sites or month.days != _DAYS or month.scale != SCALE:
        return f".venv/bin/python -m month --seed {month.seed} --days {month.days} --scale {month.scale}{sites}"
    return f"make month SEED={month.seed}"


if __name__ == "__main__":
    sys.exit(main())
