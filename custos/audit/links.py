"""How one link of the chain holds to the one before it, and how a break is found. Pure: needs only the rows.

A link's digest is SHA-256 over the digest before it, a line feed, and the event's canonical JSON. So nobody can change,
remove, insert or move an event without changing every digest after it; the head and the daily anchors tell the last.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from custos.audit.events import BrokenEvent, parse

GENESIS = "0" * 64
HEAD = "head"
_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Link:
    """One row of the chain, as it is stored."""

    key: str  # the sequence number, zero-padded
    event: str  # canonical JSON
    previous: str
    digest: str


@dataclass(frozen=True, slots=True)
class Head:
    """Where the chain ends: how many links, and the digest of the last."""

    sequence: int = 0
    digest: str = GENESIS


@dataclass(frozen=True, slots=True)
class Break:
    """The first place at which the chain does not hold."""

    sequence: int
    why: str


def key_of(sequence: int) -> str:
    """The row key of link `sequence`; keys sort as numbers do."""
    return f"{sequence:0{_DIGITS}d}"


def digest_of(previous: str, event: str) -> str:
    """The digest of a link, in lower-case hexadecimal."""
    return hashlib.sha256(f"{previous}\n{event}".encode()).hexdigest()


class Verifier:
    """Reads links in order and stops at the first that does not hold. Keeps two numbers, whatever the length."""

    def __init__(self, anchors: Iterable[Head] = ()) -> None:
        self.read = Head()
        self.broken: Break | None = None
        self._anchors = {anchor.sequence: anchor.digest for anchor in anchors if anchor.sequence}

    def take(self, link: Link) -> bool:
        """Check the next link. False once the chain is broken."""
        if self.broken is None:
            sequence = self.read.sequence + 1
            why = self._fault(sequence, link)
            if why:
                self.broken = Break(sequence, why)
            else:
                self.read = Head(sequence, link.digest)
        return self.broken is None

    def close(self, head: Head | None) -> Break | None:
        """The first break, after the last link was taken; None when everything holds."""
        after = self.read.sequence + 1
        if self.broken is None:
            lost = min((sequence for sequence in self._anchors if sequence > self.read.sequence), default=0)
            if head is None and self.read.sequence:
                self.broken = Break(after, "the head is missing")
            elif head is not None and head.sequence > self.read.sequence:
                self.broken = Break(after, f"missing: the head says {head.sequence} events")
            elif head is not None and head != self.read:
                self.broken = Break(self.read.sequence, "the head does not agree with the last event")
            elif lost:
                self.broken = Break(after, f"missing: an anchor says there were {lost} events")
        return self.broken

    def _fault(self, sequence: int, link: Link) -> str:
        if link.key != key_of(sequence):
            return f"missing: the next row is {link.key}"
        if link.previous != self.read.digest:
            return "does not follow from the event before it"
        if link.digest != digest_of(link.previous, link.event):
            return "the event was changed"
        try:
            said, _ = parse(link.event)
        except BrokenEvent as error:
            return str(error)
        if said != sequence:
            return f"the event belongs to place {said}"
        anchored = self._anchors.get(sequence)
        if anchored is not None and anchored != link.digest:
            return "does not agree with that day's anchor"
        return ""
