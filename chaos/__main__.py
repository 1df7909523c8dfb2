"""`python -m chaos`: what `make chaos` does. Ends with 0 when nothing was lost, stuck or doubled, 1 when something was."""

from __future__ import annotations

import argparse
import random
import signal
import sys
import time
from collections import Counter
from pathlib import Path

from chaos.campaign import Round, campaign, rounds
from chaos.faults import Planned, planned
from chaos.workloads import NAMES
from custos.errors import CustosError
from custos.settings import REPOSITORY
from local_host.errors import HostError

FOLDER = REPOSITORY / "build" / "chaos"
_SHOWN = 12


def main() -> int:
    """Read the command line, play the rounds, say how it ended."""
    parser = argparse.ArgumentParser(prog="python -m chaos", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20, help="how many (default: %(default)s)")
    parser.add_argument("--seed", type=int, help="the same seed draws the same rounds (default: a new one)")
    parser.add_argument("--round", action="append", default=[], type=_planned, metavar="LINE", help="this round alone")
    parser.add_argument(
        "--lease", type=int, default=6, help="CUSTOS_LEASE_SECONDS; 90 is as shipped (default: %(default)s)"
    )
    parser.add_argument(
        "--folder", type=Path, default=FOLDER, help="where evidence and logs are left (default: build/chaos)"
    )
    wanted = parser.parse_args()
    seed = wanted.seed if wanted.seed is not None else random.SystemRandom().randrange(10_000)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return play(wanted.folder, seed=seed, count=wanted.rounds, only=wanted.round, lease_seconds=wanted.lease)
    except (HostError, CustosError) as trouble:
        print(f"\n{trouble}", file=sys.stderr)
        return 2


def play(folder: Path, *, seed: int, count: int, only: list[Planned], lease_seconds: int) -> int:
    """A whole campaign; its exit code."""
    began = time.monotonic()
    size = f"{len(only) or count} rounds" if (len(only) or count) != 1 else "1 round"
    say(f"Chaos, seed {seed}, {size}: a worker that died is taken over from after {lease_seconds} s.")
    say(
        "Making ready: a council is mirrored and governed"
        + ("." if only else ", and each job is done once undisturbed.")
    )
    with campaign(folder, seed=seed, lease_seconds=lease_seconds, jobs=() if only else NAMES) as made:
        say(f"Ready after {time.monotonic() - began:.0f} s.")
        played: list[Round] = []
        for one in rounds(made, seed=seed, count=count, only=only):
            played.append(one)
            tell(one)
    return verdict(played, folder, seed)


def tell(one: Round) -> None:
    """What was done in a round, where, and what came of it."""
    fell = "" if one.struck or not one.planned.step else " (the job ended before that step came)"
    say(f"{one.number:3}  {one.planned}{fell}")
    sweeps = "1 sweep" if one.sweeps == 1 else f"{one.sweeps} sweeps"
    if not one.faults:
        say(f"     recovered after {one.seconds:.0f} s and {sweeps}: nothing lost, stuck or doubled")
        return
    say(f"     after {one.seconds:.0f} s and {sweeps}:")
    for fault in one.faults[:_SHOWN]:
        say(f"     {fault}")
    if len(one.faults) > _SHOWN:
        say(f"     and {len(one.faults) - _SHOWN} more")
    say(f"     again: make chaos ROUND='{one.planned}'")


def verdict(played: list[Round], folder: Path, seed: int) -> int:
    """One sentence, and the exit code."""
    faults = Counter(fault.kind for one in played for fault in one.faults)
    struck = sum(one.struck for one in played)
    if not faults:
        say(f"Nothing was lost, stuck or doubled in {len(played)} rounds, {struck} of them struck (seed {seed}).")
        return 0
    counts = ", ".join(f"{kind} {number}" for kind, number in sorted(faults.items()))
    bad = sum(bool(one.faults) for one in played)
    say(f"FAULTS in {bad} of {len(played)} rounds: {counts} (seed {seed}). The evidence is in {folder}.")
    return 1


def say(text: str) -> None:
    """A line, at once."""
    print(text, flush=True)


def _planned(text: str) -> Planned:
    try:
        found = planned(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    if found.job not in NAMES:
        raise argparse.ArgumentTypeError(f"There is no job {found.job!r}; there are {', '.join(NAMES)}.")
    return found


if __name__ == "__main__":
    sys.exit(main())
