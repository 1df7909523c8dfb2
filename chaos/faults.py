"""What is done to Custos in a round, at which step of which job: drawn from a seed, and told in one line that can be said again.

upload/kill/host/before/table runs/1            killed when it begins to write to the table `runs` for the first time
apply/freeze/host/after/tenant labels/2         stopped once the second bulk of labels stands, until others have taken over
undo/cut/operator/after/queue act/1             the answer of storage is lost
upload/lost answer/host/after/tenant label/3/2  the simulated tenant does it, and drops the connection; twice
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Blow(StrEnum):
    """What happens."""

    NONE = "nothing"
    KILL = "kill"  # SIGKILL
    FREEZE = "freeze"  # SIGSTOP, then SIGCONT after the claims have ended
    CUT = "cut"  # storage: the connection breaks off
    LOST = "lost answer"  # the tenant did it and the answer is lost
    DROPPED = "no connection"  # the tenant drops it before
    AWAY = "503"
    BUSY = "429"


class Side(StrEnum):
    """Which process is struck."""

    HOST = "host"
    OPERATOR = "operator"


BY_TENANT: Mapping[Blow, Mapping[str, object]] = {
    Blow.LOST: {"kind": "dropped", "done": True},
    Blow.DROPPED: {"kind": "dropped", "done": False},
    Blow.AWAY: {"kind": "status", "status": 503},
    Blow.BUSY: {"kind": "throttled", "seconds": 2},
}
"""The blows that the simulated tenant deals, as `POST /sim/faults` takes them."""

REQUESTS: Mapping[str, Mapping[str, str]] = {
    "tenant labels": {"method": "POST", "path": "SetComplianceTagOnBulkItems"},
    "tenant label": {"method": "PATCH", "path": "/retentionLabel"},
    "tenant label taken off": {"method": "DELETE", "path": "/retentionLabel"},
    "tenant expiry": {"method": "PATCH", "path": "/permissions/"},
    "tenant card": {"method": "POST", "path": "/activities"},
    "tenant conversation": {"method": "POST", "path": "/v3/conversations"},
    "tenant subscription": {"method": "POST", "path": "/subscriptions"},
    "tenant batch": {"method": "POST", "path": "/$batch"},
    "tenant delta": {"method": "GET", "path": "/delta"},
    "tenant sites": {"method": "GET", "path": "getAllSites"},
}
"""The steps on the tenant, by the name that `chaos.fault_proxy` gives them."""

_DRAWN = (Blow.KILL, Blow.KILL, Blow.KILL, Blow.FREEZE, Blow.CUT, Blow.LOST, Blow.DROPPED, Blow.AWAY, Blow.BUSY)
_MOST = 3  # so many times in a row is something cut


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One round: a blow at the `nth` step of the name `step`, `times` in a row, before or after it is carried out."""

    job: str
    blow: Blow = Blow.NONE
    side: Side = Side.HOST
    before: bool = True
    step: str = ""
    nth: int = 1
    times: int = 1

    def __str__(self) -> str:
        if self.blow is Blow.NONE:
            return self.job
        when = "before" if self.before else "after"
        return "/".join((self.job, self.blow, self.side, when, self.step, str(self.nth), str(self.times)))


def planned(text: str) -> Planned:
    """A round out of its line. Raises ValueError with a sentence when it is none."""
    job, *rest = text.split("/")
    if not rest:
        return Planned(job=job)
    try:
        blow, side, when, step, nth, *times = rest
        if when not in ("before", "after") or len(times) > 1:
            raise ValueError(when)
        return Planned(
            job=job,
            blow=Blow(blow),
            side=Side(side),
            before=when == "before",
            step=step,
            nth=int(nth),
            times=int(times[0]) if times else 1,
        )
    except ValueError as error:
        form = "JOB/BLOW/SIDE/before|after/STEP/NUMBER, for instance upload/kill/host/before/table runs/1"
        raise ValueError(f"{text!r} is no round; write {form}.") from error


def draw(seed: int, number: int, jobs: Mapping[str, Mapping[Side, Sequence[str]]]) -> Planned:
    """Round `number` of the campaign `seed`. `jobs` tells the steps of each job in its undisturbed course, process by process.

    Names of steps are drawn first, so that a rare step is struck as often as a frequent one.
    """
    chance = random.Random(f"{seed}/{number}")  # noqa: S311  # it is to be said again
    job = chance.choice(sorted(jobs))
    side = chance.choice([side for side in Side if jobs[job].get(side)])
    counts = Counter(jobs[job][side])
    blow = chance.choice(_DRAWN)
    if side is Side.OPERATOR and blow is Blow.FREEZE:
        blow = Blow.KILL
    names = sorted(name for name in counts if _fits(blow, name))
    if not names:
        blow, names = Blow.KILL, sorted(counts)
    step = chance.choice(names)
    nth = chance.randint(1, counts[step])
    before = chance.random() < 0.5 if blow not in BY_TENANT else blow is not Blow.LOST
    times = chance.randint(1, _MOST) if blow in BY_TENANT or blow is Blow.CUT else 1
    return Planned(job=job, blow=blow, side=side, before=before, step=step, nth=nth, times=times)


def _fits(blow: Blow, step: str) -> bool:
    """Whether a blow can fall on a step: the tenant deals its own, storage is cut at the tap."""
    if blow in BY_TENANT:
        return step in REQUESTS
    return not step.startswith("tenant") if blow is Blow.CUT else True
