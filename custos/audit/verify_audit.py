"""Verifies the audit of Custos without Custos: this file alone, on any Python from 3.10 on. Keep your own copy of it.

    python verify_audit.py FOLDER                              is what was exported whole and unchanged?
    python verify_audit.py FOLDER --since CHECKPOINT           … and does it go on from a checkpoint that you kept?
    python verify_audit.py FOLDER --witness KEY                … and did this witness sign it? (as often as there are witnesses)
    python verify_audit.py --proof FILE [--checkpoint FILE]    is this event in the audit that the checkpoint is of?
    python verify_audit.py --new-key NAME --key FILE           a witness's key pair; prints the public one
    python verify_audit.py FOLDER --cosign NAME --key FILE     verify, then sign the newest checkpoint: prints the line to hand back

Three things are checked against each other: the hash chain from event to event, a Merkle tree over the events whose root stands in the
checkpoint of every day, and the hashes of what people's names and words were when they were recorded. A name or a word can be erased
when the law asks: its hash stays, so that everything else still verifies, and an event says that it was erased.

It ends with 0 when all of it holds, with 1 when something does not, which is then named, and with 2 when it cannot be read.

Custos itself verifies with this file.
Sources: https://www.rfc-editor.org/rfc/rfc9162#section-2.1 (Merkle trees and their proofs), https://www.rfc-editor.org/rfc/rfc8032#section-5.1
(Ed25519), https://c2sp.org/tlog-checkpoint, https://c2sp.org/tlog-cosignature, https://c2sp.org/signed-note, https://c2sp.org/tlog-proof
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import json
import os
import re
import secrets
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

GENESIS = "0" * 64
CHECKPOINT_EVENT, ERASED_EVENT = "audit:checkpoint", "audit:erased"
EVENTS, INDEX, CHECKPOINTS, COSIGNATURES = "events.jsonl", "index.json", "checkpoints", "cosignatures"
PROOF, CONSISTENCY = "c2sp.org/tlog-proof@v1", "custos/consistency-proof@v1"
_LARGEST = 4_000_000  # bytes of a proof, a checkpoint or a line
_ED25519_COSIGNATURE = b"\x04"


class Broken(ValueError):
    """What was read does not hold; the message says what."""


# -- the Merkle tree, RFC 9162 section 2.1


def leaf_hash(event: str) -> bytes:
    """Of one event."""
    return hashlib.sha256(b"\x00" + event.encode("utf-8", "surrogatepass")).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Of two parts of the tree."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True)
class Tree:
    """A tree of `size` leaves, as the hashes of its full parts, the largest first: as much as is needed to go on and to tell the root."""

    size: int = 0
    parts: tuple[bytes, ...] = ()

    def add(self, leaf: bytes) -> Tree:
        """The tree with one leaf more."""
        parts, last, size = self.parts, leaf, self.size
        while size & 1:
            last, parts, size = node_hash(parts[-1], last), parts[:-1], size >> 1
        return Tree(self.size + 1, (*parts, last))

    def root(self) -> bytes:
        """The hash of the whole; of nothing when it is empty."""
        if not self.parts:
            return hashlib.sha256().digest()
        found = self.parts[-1]
        for part in reversed(self.parts[:-1]):
            found = node_hash(part, found)
        return found


def root_by_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root of a tree that holds `leaf` at `index`, by an inclusion proof (2.1.3.2). Raises Broken for a path of the wrong length."""
    if not 0 <= index < size:
        raise Broken(f"a tree of {size} has no place {index}")
    position, last, found, left = index, size - 1, leaf, list(path)
    while last:
        if position & 1 or position < last:
            if not left:
                raise Broken("the proof is too short")
            other = left.pop(0)
            found = node_hash(other, found) if position & 1 else node_hash(found, other)
        position, last = position >> 1, last >> 1
    if left:
        raise Broken("the proof is too long")
    return found


def consistent(first: tuple[int, bytes], second: tuple[int, bytes], path: Sequence[bytes]) -> bool:
    """Whether a tree (size, root) is the beginning of a later one, by a consistency proof (2.1.4.2)."""
    (size, root), (later_size, later_root) = first, second
    if size > later_size:
        return False
    if size in (0, later_size):
        return not path and (size == 0 or root == later_root)
    hashes = list(path)
    if size & (size - 1) == 0:
        hashes.insert(0, root)
    position, last = size - 1, later_size - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    if not hashes:
        return False
    older = newer = hashes.pop(0)
    for other in hashes:
        if not last:
            return False
        if position & 1 or position == last:
            older, newer = node_hash(other, older), node_hash(other, newer)
            while position and not position & 1:
                position, last = position >> 1, last >> 1
        else:
            newer = node_hash(newer, other)
        position, last = position >> 1, last >> 1
    return last == 0 and (older, newer) == (root, later_root)


# -- Ed25519, RFC 8032 section 5.1

_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_Point = tuple[int, int, int, int]


def _plus(one: _Point, other: _Point) -> _Point:
    a, b = (one[1] - one[0]) * (other[1] - other[0]) % _P, (one[1] + one[0]) * (other[1] + other[0]) % _P
    c, d = 2 * one[3] * other[3] * _D % _P, 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(factor: int, point: _Point) -> _Point:
    found: _Point = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            found = _plus(found, point)
        point, factor = _plus(point, point), factor >> 1
    return found


def _same(one: _Point, other: _Point) -> bool:
    return (one[0] * other[2] - other[0] * one[2]) % _P == 0 == (one[1] * other[2] - other[1] * one[2]) % _P


def _point(encoded: bytes) -> _Point:
    number = int.from_bytes(encoded, "little")
    odd, y = number >> 255, number & (1 << 255) - 1
    if y >= _P:
        raise Broken("this is no public key")
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * pow(2, (_P - 1) // 4, _P) % _P
    if (x * x - square) % _P or (x == 0 and odd):
        raise Broken("this is no public key")
    x = _P - x if x & 1 != odd else x
    return x, y, 1, x * y % _P


def _encoded(point: _Point) -> bytes:
    inverse = pow(point[2], -1, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


_BASE = _point((4 * pow(5, -1, _P) % _P).to_bytes(32, "little"))


def _hashed(*parts: bytes) -> int:
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little")


def _expanded(secret: bytes) -> tuple[int, bytes]:
    digest = hashlib.sha512(secret).digest()
    return int.from_bytes(digest[:32], "little") & (1 << 254) - 8 | 1 << 254, digest[32:]


def public_key(secret: bytes) -> bytes:
    """The 32 bytes that belong to 32 secret ones."""
    return _encoded(_times(_expanded(secret)[0], _BASE))


def sign(secret: bytes, message: bytes) -> bytes:
    """64 bytes. For a witness at their own desk: how long it takes depends on the key, so never where others could measure it."""
    scalar, prefix = _expanded(secret)
    once = _hashed(prefix, message) % _ORDER
    start = _encoded(_times(once, _BASE))
    challenge = _hashed(start, public_key(secret), message) % _ORDER
    return start + ((once + challenge * scalar) % _ORDER).to_bytes(32, "little")


def signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the holder of a key signed a message."""
    if len(public) != 32 or len(signature) != 64:
        return False
    scalar = int.from_bytes(signature[32:], "little")
    if scalar >= _ORDER:
        return False
    try:
        start, key = _point(signature[:32]), _point(public)
    except Broken:
        return False
    challenge = _hashed(signature[:32], public, message) % _ORDER
    return _same(_times(scalar, _BASE), _plus(start, _times(challenge, key)))


# -- witnesses and checkpoints, c2sp.org


def is_witness_name(name: str) -> bool:
    """Whether a witness can be called so: letters, digits and `.@_-`, for the name is part of a file's."""
    return re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.@_-]{0,99}", name) is not None


class Witness(NamedTuple):
    """Whoever co-signs checkpoints: their name, and an Ed25519 key."""

    name: str
    key: bytes

    @property
    def id(self) -> bytes:
        """The four bytes by which signatures name the key."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519_COSIGNATURE + self.key).digest()[:4]

    @property
    def text(self) -> str:
        """NAME+ID+KEY, to be handed out."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(_ED25519_COSIGNATURE + self.key).decode()}"

    @classmethod
    def read(cls, text: str) -> Witness:
        """Out of that text. Raises Broken."""
        name, _, rest = text.strip().partition("+")
        identity, _, key = rest.partition("+")
        raw = _decoded(key)
        found = cls(name, raw[1:])
        if not is_witness_name(name) or raw[:1] != _ED25519_COSIGNATURE or len(raw) != 33:
            raise Broken(
                "a witness's key is written NAME+ID+KEY, as --new-key prints it, the name of letters, digits and .@_-"
            )
        if found.id.hex() != identity:
            raise Broken(f"the key of {name} has a typing mistake: its id does not fit")
        return found


class Checkpoint(NamedTuple):
    """How far the audit reached on a day: so many events, the tree's root, the chain's digest, and the hash of the checkpoint before."""

    origin: str
    size: int
    root: bytes
    at: str
    digest: str
    previous: str

    @property
    def text(self) -> str:
        """The note, as it is stored and signed."""
        more = f"at {self.at}\nchain {self.digest}\nprevious {self.previous}\n"
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n{more}"

    @property
    def hash(self) -> str:
        """SHA-256 of the note, which the next one names."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @classmethod
    def read(cls, text: str) -> Checkpoint:
        """Out of a note, without its signatures. Raises Broken for anything that is not written as `text` writes it."""
        lines = text.split("\n")
        if len(lines) == 7 and re.fullmatch(r"0|[1-9][0-9]{0,17}", lines[1]):
            found = cls(lines[0], int(lines[1]), _decoded(lines[2]), *(line.partition(" ")[2] for line in lines[3:6]))
            if found.text == text and lines[0]:
                return found
        raise Broken("this is not a checkpoint of Custos")


def cosignature(checkpoint: Checkpoint, name: str, secret: bytes, at: int) -> str:
    """The line that says: the witness saw this checkpoint at a moment (seconds since 1970) and it follows from those before."""
    message = f"cosignature/v1\ntime {at}\n{checkpoint.text}".encode()
    raw = Witness(name, public_key(secret)).id + at.to_bytes(8, "big") + sign(secret, message)
    return f"\u2014 {name} {base64.b64encode(raw).decode()}\n"


def cosigned(checkpoint: Checkpoint, line: str, witness: Witness) -> bool:
    """Whether a line is that witness's cosignature of a checkpoint."""
    parts = line.rstrip("\n").split(" ")
    if len(parts) != 3 or parts[:2] != ["\u2014", witness.name]:
        return False
    raw = _decoded(parts[2])
    if len(raw) != 76 or raw[:4] != witness.id:
        return False
    message = f"cosignature/v1\ntime {int.from_bytes(raw[4:12], 'big')}\n{checkpoint.text}".encode()
    return signed(witness.key, message, raw[12:])


def _decoded(text: str) -> bytes:
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Broken("this is not base64") from error
    if base64.b64encode(found).decode() != text:
        raise Broken("this is not base64")
    return found


# -- the chain


class Link(NamedTuple):
    """One event as it is stored. `values` is JSON: name ► [salt, value] of what stands in `event` as a hash alone."""

    number: int
    event: str
    previous: str
    digest: str
    values: str


class Head(NamedTuple):
    """Where the chain ends: how many events, the digest of the last, and the tree of all."""

    sequence: int = 0
    digest: str = GENESIS
    tree: Tree = Tree()


class Break(NamedTuple):
    """The first place that does not hold."""

    sequence: int
    why: str

    def __str__(self) -> str:
        return f"event {self.sequence:,}: {self.why}"


class Opened(NamedTuple):
    """An event with its values in their places, and the names of those that were erased."""

    body: dict[str, Any]
    values: dict[str, Any]
    erased: frozenset[str]


def digest_of(previous: str, event: str) -> str:
    """What the next event names."""
    return hashlib.sha256(f"{previous}\n{event}".encode("utf-8", "surrogatepass")).hexdigest()


def commitment(salt: str, value: object) -> str:
    """What stands in an event instead of a value: nobody can find the value by trying, for the salt is not there."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


def opened(event: str, values: str) -> Opened:
    """An event's text and its values. Raises Broken when they are not of one event."""
    try:
        body, told = json.loads(event), json.loads(values or "{}")
        hidden = body.pop("hidden", {})
        if not isinstance(body["what"], str) or not isinstance(body["sequence"], int):
            raise Broken("this is not an event")
        for name, (salt, value) in told.items():
            if name not in hidden:
                raise Broken(f'the value "{name}" was added')
            if commitment(salt, value) != hidden[name]:
                raise Broken(f'the value "{name}" was changed')
    except Broken:
        raise
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Broken("this is not an event") from error
    return Opened(body, {name: value for name, (_, value) in told.items()}, frozenset(hidden) - told.keys())


@dataclass
class Verifier:
    """Reads the chain in order and stops at the first event that does not hold. Keeps little, whatever the length.

    `hidden`: the values were left out on purpose, so nothing is said about those that are missing.
    """

    checkpoints: Sequence[Checkpoint] = ()
    hidden: bool = False
    read: Head = field(default_factory=Head)
    broken: Break | None = None
    _due: list[Checkpoint] = field(default_factory=list, init=False)
    _erased: set[int] = field(default_factory=set, init=False)
    _told: set[int] = field(default_factory=set, init=False)
    _named: list[tuple[int, str]] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self._due = sorted(self.checkpoints, key=lambda one: one.size)
        before = GENESIS
        for one in self.checkpoints:
            if one.previous != before:
                self.broken = Break(one.size, f"the checkpoint of {one.at} does not follow from the one before it")
                return
            before = one.hash
        self._pass_checkpoints()

    def take(self, link: Link) -> bool:
        """Check the next event. False once the chain is broken."""
        if self.broken is None:
            try:
                self._take(link)
            except (ValueError, AttributeError, TypeError) as error:
                what = str(error) if isinstance(error, Broken) else "this is not an event"
                self.broken = Break(self.read.sequence + 1, what)
        return self.broken is None

    def close(self, head: Head | None) -> Break | None:
        """The first break after the last event was taken; None when everything holds. `head`: where the chain says that it ends."""
        if self.broken is None:
            after = self.read.sequence + 1
            if head is None and self.read.sequence:
                self.broken = Break(after, "the head is missing")
            elif head is not None and head.sequence > self.read.sequence:
                self.broken = Break(after, f"missing: the head says {head.sequence} events")
            elif head is not None and head != self.read:
                self.broken = Break(self.read.sequence, "the head does not agree with the last event")
            elif self._due:
                self.broken = Break(after, f"missing: a checkpoint says there were {self._due[0].size} events")
            elif unsaid := sorted(self._erased - self._told):
                self.broken = Break(unsaid[0], "a value was taken out, and no event says so")
            else:
                self._close_checkpoints()
        return self.broken

    def _close_checkpoints(self) -> None:
        known = {one.hash for one in self.checkpoints}
        for number, name in self._named:
            if name not in known:
                self.broken = Break(number, "the checkpoint that this event names is missing or was changed")
                return

    def _take(self, link: Link) -> None:
        number = self.read.sequence + 1
        if link.number != number:
            raise Broken(f"missing: the next is {link.number}")
        if link.previous != self.read.digest:
            raise Broken("does not follow from the event before it")
        if link.digest != digest_of(link.previous, link.event):
            raise Broken("the event was changed")
        found = opened(link.event, link.values)
        if found.body["sequence"] != number:
            raise Broken(f"the event belongs to place {found.body['sequence']}")
        details = found.body.get("details", {})
        if found.erased and not self.hidden:
            self._erased.add(number)
        if found.body["what"] == ERASED_EVENT:
            self._told.add(int(details.get("erased", 0)))
        if found.body["what"] == CHECKPOINT_EVENT:
            self._named.append((number, str(details.get("checkpoint"))))
        self.read = Head(number, link.digest, self.read.tree.add(leaf_hash(link.event)))
        self._pass_checkpoints()

    def _pass_checkpoints(self) -> None:
        while self._due and self._due[0].size == self.read.sequence:
            one = self._due.pop(0)
            if (one.root, one.digest) != (self.read.tree.root(), self.read.digest):
                self.broken = Break(self.read.sequence, f"does not agree with the checkpoint of {one.at}")
                return


# -- proofs of one event, and of a beginning


def proof_text(link: Link, index: int, path: Sequence[bytes], note: str) -> str:
    """An event's proof after c2sp.org/tlog-proof: the event itself is its extra data. `note`: a checkpoint with its cosignatures."""
    extra = json.dumps({"event": link.event, "values": link.values}, sort_keys=True)
    lines = [PROOF, f"extra {base64.b64encode(extra.encode()).decode()}", f"index {index}"]
    lines += [base64.b64encode(one).decode() for one in path]
    return "".join(f"{line}\n" for line in lines) + "\n" + note


def consistency_text(earlier: Checkpoint, path: Sequence[bytes], note: str) -> str:
    """The proof that an earlier checkpoint is of the beginning of what a later one is of."""
    lines = [CONSISTENCY, *(base64.b64encode(one).decode() for one in path)]
    return "".join(f"{line}\n" for line in lines) + "\n" + earlier.text + "\n" + note


class Proven(NamedTuple):
    """What a proof shows: of which checkpoint, and the event, None when it is about a beginning."""

    checkpoint: Checkpoint
    cosignatures: tuple[str, ...]
    event: Opened | None
    earlier: Checkpoint | None = None


def proven(text: str) -> Proven:
    """Check a proof. Raises Broken."""
    head, _, note = text.partition("\n\n")
    first, *lines = head.split("\n")
    if first == CONSISTENCY:
        before, _, note = note.partition("\n\n")
        checkpoint, signatures = _note(note)
        earlier = Checkpoint.read(before + "\n")
        path = [_decoded(line) for line in lines]
        if not consistent((earlier.size, earlier.root), (checkpoint.size, checkpoint.root), path):
            raise Broken("the later checkpoint does not go on from the earlier one")
        return Proven(checkpoint, signatures, None, earlier)
    checkpoint, signatures = _note(note)
    if first != PROOF or len(lines) < 2 or not re.fullmatch(r"index (0|[1-9][0-9]{0,17})", lines[1]):
        raise Broken("this is not a proof")
    try:
        extra = json.loads(_decoded(lines[0].removeprefix("extra ")))
        event, values = str(extra["event"]), str(extra["values"])
    except (ValueError, KeyError, TypeError) as error:
        raise Broken("this is not a proof") from error
    index, path = int(lines[1].removeprefix("index ")), [_decoded(line) for line in lines[2:]]
    if root_by_inclusion(leaf_hash(event), index, checkpoint.size, path) != checkpoint.root:
        raise Broken("the event is not in the audit that the checkpoint is of")
    found = opened(event, values)
    if found.body["sequence"] != index + 1:
        raise Broken("the event stands at another place")
    return Proven(checkpoint, signatures, found)


def _note(text: str) -> tuple[Checkpoint, tuple[str, ...]]:
    body, _, signatures = text.partition("\n\n")
    lines = tuple(line for line in signatures.split("\n") if line)
    return Checkpoint.read(body if body.endswith("\n") else body + "\n"), lines


# -- a folder


class Found(NamedTuple):
    """What a folder holds."""

    head: Head
    checkpoints: dict[str, Checkpoint]
    cosignatures: dict[str, list[str]]
    hidden: bool


def index_of(files: Mapping[str, tuple[int, str]], head: Head, *, hidden: bool) -> bytes:
    """The index of a folder: size and SHA-256 of each file, where the audit ends, and whether its values were left out (`hidden`)."""
    body = {
        "hidden": hidden,
        "files": {name: {"bytes": size, "sha256": digest} for name, (size, digest) in sorted(files.items())},
        "events": head.sequence,
        "chain": head.digest,
        "root": base64.b64encode(head.tree.root()).decode(),
    }
    return (json.dumps(body, indent=1, sort_keys=True) + "\n").encode()


def verify_folder(folder: Path) -> Found:
    """Check all of a folder. Raises Broken, or OSError when it cannot be read."""
    files = dict(_files(folder))
    for name in (EVENTS, INDEX):
        if name not in files:
            raise Broken(f"{name} is missing")
    index = (folder / INDEX).read_bytes()
    try:
        named = json.loads(index)
        listed, hidden = set(named["files"]), named["hidden"] is True
    except (ValueError, KeyError, TypeError) as error:
        raise Broken(f"{INDEX} cannot be read") from error
    for name in sorted(listed ^ (files.keys() - {INDEX})):
        raise Broken(f"{name} is {'missing' if name in listed else 'not in the index'}")
    checkpoints = {
        Path(name).stem: Checkpoint.read(_text(folder / name))
        for name in sorted(files)
        if name.startswith(f"{CHECKPOINTS}/")
    }
    for day, one in checkpoints.items():
        if not one.at.startswith(day):
            raise Broken(f"the checkpoint of {day} says that it is of {one.at}")
    verifier = Verifier(tuple(checkpoints.values()), hidden=hidden)
    for link in _links(folder / EVENTS):
        if not verifier.take(link):
            break
    if broken := verifier.close(None if verifier.read.sequence == 0 else verifier.read):
        raise Broken(str(broken))
    if index != index_of({name: told for name, told in files.items() if name != INDEX}, verifier.read, hidden=hidden):
        raise Broken(f"{INDEX} does not agree with what lies in the folder")
    lines: dict[str, list[str]] = {}
    for name in sorted(files):
        if name.startswith(f"{COSIGNATURES}/"):
            lines.setdefault(Path(name).name[: len("2026-01-01")], []).append(_text(folder / name))
    return Found(verifier.read, checkpoints, lines, hidden)


def _files(folder: Path) -> Iterator[tuple[str, tuple[int, str]]]:
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise Broken(f"{path.relative_to(folder)} is not an ordinary file")
        if path.is_file() and "__pycache__" not in path.parts:
            digest, size = hashlib.sha256(), 0
            with path.open("rb") as content:
                while piece := content.read(1 << 20):
                    digest.update(piece)
                    size += len(piece)
            yield path.relative_to(folder).as_posix(), (size, digest.hexdigest())


def link_line(link: Link) -> bytes:
    """One line of events.jsonl."""
    return (json.dumps(link._asdict(), sort_keys=True) + "\n").encode()


def _links(path: Path) -> Iterator[Link]:
    with path.open("rb") as lines:
        number = 0
        while line := lines.readline(_LARGEST):
            number += 1
            try:
                link = Link(**json.loads(line))
            except (ValueError, TypeError) as error:
                raise Broken(f"{EVENTS}, line {number}, is not an event") from error
            if link_line(link) != line:
                raise Broken(f"{EVENTS}, line {number}, is not written as Custos writes it")
            yield link


def _text(path: Path) -> str:
    if path.stat().st_size > _LARGEST:
        raise Broken(f"{path.name} is too large")
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise Broken(f"{path.name} is not text") from error


# -- the command


def main(arguments: Sequence[str] | None = None) -> int:
    """What somebody asked for at the command line."""
    parser = argparse.ArgumentParser(description="Verifies the audit of Custos without Custos.")
    parser.add_argument("folder", nargs="?", type=Path, help="what `custos audit export` wrote")
    parser.add_argument(
        "--since", type=Path, metavar="CHECKPOINT", help="a checkpoint that you kept: the audit must go on from it"
    )
    parser.add_argument(
        "--witness", action="append", default=[], metavar="KEY", help="NAME+ID+KEY of a witness who must have signed"
    )
    parser.add_argument("--proof", type=Path, metavar="FILE", help="check the proof of one event, or of a beginning")
    parser.add_argument(
        "--checkpoint", type=Path, metavar="FILE", help="the checkpoint that the proof must be of: your own copy"
    )
    parser.add_argument("--cosign", metavar="NAME", help="sign the newest checkpoint as this witness")
    parser.add_argument("--new-key", metavar="NAME", help="make a key pair for this witness")
    parser.add_argument("--key", type=Path, metavar="FILE", help="the witness's secret key")
    args = parser.parse_args(arguments)
    try:
        return _asked(args, parser)
    except Broken as error:
        print(f"It does not hold: {_plain(str(error))}.")
        return 1
    except FileExistsError as error:
        print(f"{error.filename} exists already, and no key is ever overwritten.", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"It cannot be read: {error.strerror}: {error.filename}", file=sys.stderr)
        return 2


def _asked(args: argparse.Namespace, parser: argparse.ArgumentParser) -> int:
    witnesses = [Witness.read(text) for text in args.witness]
    if args.new_key:
        return _new_key(args.new_key, args.key or parser.error("--new-key needs --key FILE"))
    if args.proof:
        found = proven(_text(args.proof))
        if (
            args.checkpoint
            and Checkpoint.read(_text(args.checkpoint).partition("\n\n")[0].rstrip("\n") + "\n") != found.checkpoint
        ):
            raise Broken("the proof is of another checkpoint than yours")
        _cosigned_by(witnesses, found.checkpoint, found.cosignatures)
        if found.earlier:
            print(f"It holds: {found.earlier.size:,} events are the beginning of {found.checkpoint.size:,}.")
        elif found.event:
            print(f"It holds: event {found.event.body['sequence']:,} of {found.checkpoint.size:,}.")
            print(_plain(json.dumps({**found.event.body, "values": found.event.values}, indent=1, sort_keys=True)))
        return 0
    if not args.folder:
        parser.error("say which folder, or --proof FILE")
    found_folder = verify_folder(args.folder)
    newest = list(found_folder.checkpoints.items())[-1:]
    if args.since:
        kept = Checkpoint.read(_text(args.since).partition("\n\n")[0].rstrip("\n") + "\n")
        if kept not in found_folder.checkpoints.values():
            raise Broken(f"the checkpoint of {kept.at} that you kept is not in the folder")
    for day, checkpoint in newest:
        _cosigned_by(witnesses, checkpoint, found_folder.cosignatures.get(day, ()))
    if args.cosign:
        secret = _secret(args.key or parser.error("--cosign needs --key FILE"))
        if not newest:
            raise Broken("there is no checkpoint to sign")
        print(cosignature(newest[0][1], args.cosign, secret, int(time.time())), end="")
        return 0
    said = f"the newest of {newest[0][0]}" if newest else "none yet"
    left_out = " Names and words were left out of it." if found_folder.hidden else ""
    print(
        f"It holds: {found_folder.head.sequence:,} events, {len(found_folder.checkpoints):,} checkpoints, {said}.{left_out}"
    )
    return 0


def _cosigned_by(witnesses: Iterable[Witness], checkpoint: Checkpoint, lines: Iterable[str]) -> None:
    lines = list(lines)
    for witness in witnesses:
        if not any(cosigned(checkpoint, line, witness) for line in lines):
            raise Broken(f"{witness.name} did not sign the checkpoint of {checkpoint.at}")


def _secret(path: Path) -> bytes:
    written = _text(path).strip()
    if not re.fullmatch(r"[0-9a-f]{64}", written):
        raise Broken(f"{path.name} holds no secret key, as --new-key writes one")
    return bytes.fromhex(written)


def _new_key(name: str, path: Path) -> int:
    secret = secrets.token_bytes(32)
    witness = Witness.read(Witness(name, public_key(secret)).text)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secret.hex() + "\n")
    print(witness.text)
    return 0


def _plain(text: str) -> str:
    return "".join(one if one.isprintable() or one == "\n" else "\N{REPLACEMENT CHARACTER}" for one in text)


if __name__ == "__main__":
    sys.exit(main())
