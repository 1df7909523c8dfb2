"""The main job of Custos, cut into pieces that can be begun again and again: what happens in a round unless it is struck."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from chaos.evidence import Queues, read_tables
from chaos.stack import Ground, waited
from local_host.errors import HostError
from rehearsal.operators import APPROVER, OPERATOR
from rehearsal.stack import Executions, Stage

LIBRARY = "/sites/send-ehcp/Annual reviews"
"""New files in it get a label, and links that anyone can open an end."""

NAMES = ("upload", "apply", "undo", "digests", "discovery")
TIMERS: Mapping[str, str] = {"digests": "digests", "discovery": "discover_sites"}
TYPED = ("apply", "undo")
"""Jobs that somebody begins by typing a command."""

_UPLOADS = 8
_REST_SECONDS = 90.0


@dataclass
class Jobs:
    """The jobs, on one ground. Each is made ready by `ready`, then begun by `begin`; it has ended when all is at rest."""

    ground: Ground
    _count: int = 0
    _day: date = date(2026, 11, 23)
    _plan: str = field(default="", init=False)
    _run: str = field(default="", init=False)
    _ended_before: int = field(default=0, init=False)
    _queues: Queues = field(init=False)

    def __post_init__(self) -> None:
        self._queues = Queues(self.ground.azurite.connection_string)

    def ready(self, job: str) -> None:
        """What must be so before the job begins."""
        self.new_day()
        if job == "apply":
            self.ground.run("stop", "--why", "a plan is made first", "--as", OPERATOR)
            self._people_work()
            self.fire("backstop_sync")  # before any notification has come
            self.at_rest()
            self._plan = self.plan()
            self.ground.run("start", "--why", "the plan is made", "--as", APPROVER)
        elif job == "undo":
            self._people_work()
            self.fire("backstop_sync")  # before any notification has come
            self.at_rest()
            self._run = self._last_run()
        elif job == "digests":
            self._people_work()
            self.fire("backstop_sync")  # before any notification has come
            self.at_rest()
            self.new_day()
        elif job == "discovery":
            self._people_tidy()

    def begin(self, job: str) -> None:
        """Begin it; what follows happens by itself."""
        ground = self.ground
        match job:
            case "upload":
                self._people_work()
            case "apply":
                ground.type("apply", self._plan, "--no-wait", "--as", OPERATOR)
            case "undo":
                ground.type("undo", self._run, "--why", "chaos", "--no-wait", "--as", OPERATOR)
            case _:
                self._ended_before = _ended(ground.stage.executions(TIMERS[job]))
                ground.stage.fire(TIMERS[job])
                if job == "discovery":
                    ground.stage.fire("backstop_sync")

    def plan(self) -> str:
        """Make a plan. Its id."""
        return str(json.loads(self.ground.run("plan", "--json", "--as", OPERATOR))["id"])

    def has_begun(self, job: str) -> bool:
        """Whether it has come so far that it has ended when all is at rest."""
        if job in TYPED:
            return not self.ground.is_typing
        if job in TIMERS:
            with suppress(OSError):  # it was killed just now
                return _ended(self.ground.stage.executions(TIMERS[job])) > self._ended_before
            return False
        return bool(self.ground.host_watch.steps)

    # -- what people do

    def _people_work(self) -> None:
        """Somebody uploads files, and lets anyone open two of them."""
        names = [self._new_name() for _ in range(_UPLOADS)]
        for name in names:
            self.ground.stage.act("upload", at=LIBRARY, name=name)
        for name in names[:2]:
            self.ground.stage.act("share", at=f"{LIBRARY}/{name}", **{"with": "anyone"})

    def _people_tidy(self) -> None:
        """Somebody uploads a file, renames it, and deletes another one, and no notification tells."""
        name, other = self._new_name(), self._new_name()
        self.ground.stage.act("upload", at=LIBRARY, name=name)
        self.ground.stage.act("upload", at=LIBRARY, name=other)
        self.ground.stage.act("rename", at=f"{LIBRARY}/{name}", name=f"Renamed {name}")
        self.ground.stage.act("delete", at=f"{LIBRARY}/{other}")

    def _new_name(self) -> str:
        self._count += 1
        return f"Note {self._count}.docx"

    # -- time

    def new_day(self) -> None:
        """A quarter past nine of the next working day, when digests go out."""
        self._day += timedelta(days=1)
        while self._day.weekday() > 4:
            self._day += timedelta(days=1)
        self.ground.control("clock", {"to": f"{self._day.isoformat()}T09:15:30Z"})

    def evening(self) -> None:
        """Late on the day: whoever was not told yet what was done is told."""
        self.ground.control("clock", {"to": f"{self._day.isoformat()}T16:05:00Z"})
        for _ in range(2):
            self.fire("sweep")
            self.at_rest()

    def later(self, minutes: int) -> None:
        """Some minutes of the tenant pass, in the same day's office hours."""
        now = datetime.fromisoformat(self.ground.control("clock")["now"])
        if now.hour < 16:
            self.ground.stage.advance(f"PT{minutes}M")

    # -- rest

    def fire(self, timer: str, stage: Stage | None = None) -> None:
        """Fire a timer and wait until it has ended, well or not."""
        at = stage or self.ground.stage
        before = at.executions(timer)
        at.fire(timer)
        waited(lambda: _ended(at.executions(timer)) > _ended(before), _REST_SECONDS)

    def at_rest(self, seconds: float = _REST_SECONDS, stage: Stage | None = None) -> bool:
        """Wait until no queue holds a message, later ones too, and nothing runs; False when that does not come."""
        at = stage or self.ground.stage

        def rests() -> bool:
            with suppress(OSError):  # it was killed just now
                return not any(self._is_busy(at) for _ in range(2))
            return False

        self._queues.forget()
        return waited(rests, seconds, pause=0.3)

    def _is_busy(self, at: Stage) -> bool:
        return at.running() or not self._queues.is_empty(but=["retry-timer"])

    def _last_run(self) -> str:
        """The last run of a policy that ended and wrote something that was not put back."""
        rows = read_tables(self.ground.azurite.connection_string, ["actions"])["actions"]
        done = sorted(
            (row["ended_at"], row["run"])
            for row in rows
            if row.get("outcome") == "done" and row["run"].startswith("R-") and not row["undone_by"]
        )
        if not done:
            raise HostError("No run has done anything that could be undone.")
        return str(done[-1][1])


def _ended(executions: Executions) -> int:
    return executions.succeeded + executions.failed
