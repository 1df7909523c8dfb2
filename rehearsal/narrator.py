"""What the rehearsal says: chapters, the command a user would type, progress while it works."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.rule import Rule

_WIDE = 120


def _console() -> Console:
    """A terminal keeps its width; a file gets a wide one."""
    return Console(highlight=False) if sys.stdout.isatty() else Console(highlight=False, width=_WIDE)


@dataclass
class Narrator:
    """Speaks on the terminal. `seconds` are those since the beginning."""

    screen: Console = field(default_factory=_console)
    _began: float = field(default_factory=time.monotonic, init=False)
    _chapter: int = field(default=0, init=False)

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return time.monotonic() - self._began

    def chapter(self, title: str, words: str) -> None:
        """Begin a chapter."""
        self._chapter += 1
        self.screen.print()
        self.screen.print(Rule(f"{self._chapter}  {title}", align="left", style="bold"))
        self.screen.print(words, markup=False)

    def command(self, words: str) -> None:
        """The command that shows the same."""
        self.screen.print(f"[dim]$ custos {words}[/dim]")

    def say(self, words: str) -> None:
        """A sentence."""
        self.screen.print(words)

    @contextmanager
    def working(self, what: str, total: int | None = None) -> Iterator[Work]:
        """A bar while something is under way; it stays as one line when it ends."""
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[told]}"),
        )
        with Progress(*columns, TimeElapsedColumn(), console=self.screen, transient=True) as bar:
            work = Work(bar, bar.add_task(what, total=total, told=""))
            began = time.monotonic()
            yield work
        self.screen.print(f"{what}: {work.told + ', ' if work.told else ''}{time.monotonic() - began:.1f} s")


@dataclass
class Work:
    """Something under way."""

    bar: Progress
    task: TaskID
    told: str = ""

    def at(self, done: int, total: int, told: str) -> None:
        """How far it is."""
        self.told = told
        self.bar.update(self.task, completed=done, total=total, told=told)
