"""Typed access to one mapping of a policy file. Each reader notes what is wrong and goes on, so that one run shows all."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date
from enum import StrEnum

from custos.dates import day_from, write_a_day
from custos.did_you_mean import near
from custos.errors import Mark
from custos.former_names import KEYS
from custos.model.duration import Duration, duration_from
from custos.policy.yaml_nodes import Entries, Items, Node, Text
from custos.problems import Problems

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


class Section:
    """One mapping: its keys by name, unknown ones reported with the nearest known."""

    def __init__(self, node: Node, known: Collection[str], problems: Problems, what: str) -> None:
        self.mark = node.mark
        self.problems = problems
        self._what = what
        self._entries = node.entries if isinstance(node, Entries) else {}
        if not isinstance(node, Entries):
            problems.error(node.mark, f"{what} is written as keys and values.", f"Keys: {', '.join(known)}.")
        for key, (mark, _) in self._entries.items():
            if KEYS.get(key) in known:
                problems.error(mark, f'"{key}" has another name today.', f"Write {KEYS[key]}.", code="unknown-key")
            elif key not in known:
                problems.error(mark, f'{what} has no "{key}".', near(key, known), code="unknown-key")

    def node(self, key: str, *, required: bool = False) -> Node | None:
        """The value of a key, None when it is not there."""
        if key in self._entries:
            return self._entries[key][1]
        if required:
            self.problems.error(self.mark, f'{self._what} lacks "{key}".', "Add it.", code="missing")
        return None

    def mark_of(self, key: str) -> Mark:
        """Where the value of a key stands; the section's own place when it is not there."""
        found = self._entries.get(key)
        return found[1].mark if found else self.mark

    def text(self, key: str, *, required: bool = False) -> str:
        """One text, its spaces and line ends made single spaces."""
        node = self.node(key, required=required)
        if node is None:
            return ""
        if not isinstance(node, Text):
            self.problems.error(node.mark, f'"{key}" is one text.')
            return ""
        if required and not node.text.strip():
            self.problems.error(node.mark, f'"{key}" is empty.', code="missing")
        return " ".join(node.text.split())

    def identifier(self, key: str) -> str:
        """A permanent name: lower-case words with hyphens."""
        written = self.text(key, required=True)
        if written and (not _ID.fullmatch(written) or len(written) > 60):
            self.problems.error(
                self.mark_of(key),
                f'"{written}" is not a name.',
                "Use lower-case words with hyphens: sharing-anyone-links.",
            )
        return written

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """Several texts; one alone may stand without a list."""
        return tuple(text for text, _ in self.marked_texts(key, required=required))

    def marked_texts(self, key: str, *, required: bool = False) -> tuple[tuple[str, Mark], ...]:
        """Several texts, each with its place."""
        node = self.node(key, required=required)
        if node is None:
            return ()
        found = texts_of(node)
        if found is None:
            self.problems.error(node.mark, f'"{key}" is a list of texts.', "Write [one, another].")
            return ()
        if not found and required:
            self.problems.error(node.mark, f'"{key}" is empty.', code="missing")
        return found

    def choice[E: StrEnum](self, key: str, known: type[E], default: E, *, required: bool = False) -> E:
        """One word of an enumeration."""
        written = self.text(key, required=required)
        if not written:
            return default
        if written not in tuple(known):
            self.problems.error(
                self.mark_of(key),
                f'"{written}" is not a value of "{key}".',
                near(written, tuple(known)),
                code="unknown-value",
            )
            return default
        return known(written)

    def day(self, key: str, *, required: bool = False) -> date | None:
        """A day as 2027-05-31."""
        written = self.text(key, required=required)
        if not written:
            return None
        day = day_from(written)
        if day is None:
            self.problems.error(
                self.mark_of(key),
                f'"{written}" is not a day.',
                write_a_day(written, "Write it as 2027-05-31."),
                code="date",
            )
        return day

    def flag(self, key: str, *, default: bool) -> bool:
        """yes or no; `default` when the key is not there."""
        written = self.text(key, required=key in self._entries)
        if not written:
            return default
        if written.casefold() not in ("yes", "no", "true", "false"):
            self.problems.error(self.mark_of(key), f'"{written}" is neither yes nor no.', "Write yes or no.")
        return written.casefold() in ("yes", "true")

    def number(self, key: str, default: int, *, most: int) -> int:
        """A whole number from 0 to `most`; `default` when the key is not there."""
        if key not in self._entries:
            return default
        written = self.text(key, required=True)
        if not written:
            return 0
        if not re.fullmatch(r"0|[1-9][0-9]{0,8}", written) or int(written) > most:
            self.problems.error(self.mark_of(key), f'"{written}" is not a whole number from 0 to {most:,}.')
            return 0
        return int(written)

    def duration(self, key: str, *, required: bool = False, most: Duration | None = None) -> Duration | None:
        """A span of time, not longer than `most`."""
        written = self.text(key, required=required or key in self._entries)
        if not written:
            return None
        span = duration_from(written)
        if span is None:
            self.problems.error(
                self.mark_of(key),
                f'"{written}" is not a span of time.',
                'Write a number and a unit: "30 days", "5 working days", "6 months", "2 years".',
                code="duration",
            )
        elif most is not None and span.shortest_days > most.shortest_days:
            self.problems.error(
                self.mark_of(key), f'"{written}" is too long.', f"Write at most {most}.", code="duration"
            )
        return span

    def sections(self, key: str) -> Sequence[Node]:
        """The items of a list."""
        node = self.node(key, required=True)
        if node is None:
            return ()
        if not isinstance(node, Items):
            self.problems.error(node.mark, f'"{key}" is a list.', "Begin each part with a hyphen.")
            return ()
        if not node.items:
            self.problems.error(node.mark, f'"{key}" is empty.', code="missing")
        return node.items


def texts_of(node: Node) -> tuple[tuple[str, Mark], ...] | None:
    """One text or a list of texts, with places; None for anything else."""
    if isinstance(node, Text):
        return ((node.text.strip(), node.mark),) if node.text.strip() else ()
    if isinstance(node, Items) and all(isinstance(item, Text) for item in node.items):
        return tuple((item.text.strip(), item.mark) for item in node.items if isinstance(item, Text))
    return None
