"""The audit as an auditor gets it: a folder that verifies without Custos, and proofs of single events. Reads the chain once.

Costs no call of Microsoft 365; of storage, one request for a thousand events.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from custos.audit import verify_audit
from custos.audit.chain import Chain
from custos.audit.merkle_paths import consistency_path, inclusion_path
from custos.audit.verify_audit import (
    CHECKPOINTS,
    COSIGNATURES,
    EVENTS,
    INDEX,
    Broken,
    Checkpoint,
    Head,
    Verifier,
    consistency_text,
    index_of,
    leaf_hash,
    link_line,
    proof_text,
)

_VERIFIER = "verify_audit.py"
_README = """# The audit of {origin}

Everything that Custos did, asked and was told, as it was written down: {events:,} events to {at}.{hidden}

Check it with a Python of your own, without Custos and without any right in the tenant:

    python verify_audit.py .

Better than the copy of `verify_audit.py` in this folder is one that you kept from an earlier export, or have from Custos' repository:
whoever could change the folder could change that file. Keep the newest file of `checkpoints/` somewhere else, and give it to the next
check with `--since`.

| file | what it is |
|---|---|
| `events.jsonl` | one event a line: `event` is what is hashed; `values` are the names and words that stand in it as salted hashes |
| `checkpoints/` | how far the audit reached on each day, as written into storage that nobody can overwrite |
| `cosignatures/` | the checkpoints that a witness signed |
| `index.json` | size and SHA-256 of each file |
"""


async def export(chain: Chain, folder: Path, *, hidden: bool = False) -> Verifier:
    """Write the folder, which must be empty or not there yet, and say what it holds.

    `hidden`: names and words stay away, so that nothing can be read but that it is all there. Raises Broken when the chain does not
    hold: what is exported then shows where.
    """
    checkpoints, ends = await chain.snapshot()
    _make(folder)
    for day, checkpoint in checkpoints.items():
        (folder / CHECKPOINTS / f"{day}.txt").write_text(checkpoint.text, "utf-8")
        for name, line in (await chain.cosignatures(day)).items():
            (folder / COSIGNATURES / f"{day}.{name}.txt").write_text(line, "utf-8")
    verifier, head = Verifier(tuple(checkpoints.values()), hidden=hidden), ends or Head()
    with (folder / EVENTS).open("wb") as lines:
        async for link in chain.links(last=max(head.sequence, 1)):
            told = link._replace(values="") if hidden else link
            lines.write(link_line(told))
            verifier.take(told)
    broken = verifier.close(head if head.sequence else None)
    said = " Names and words were left out." if hidden else ""
    at = chain.clock.now().strftime("%Y-%m-%d %H:%M UTC")
    readme = _README.format(origin=chain.origin, events=verifier.read.sequence, at=at, hidden=said)
    _finish(folder, readme, verifier)
    if broken:
        raise Broken(str(broken))
    return verifier


async def prove(chain: Chain, number: int) -> str:
    """The proof that an event is in the audit, by the newest checkpoint that knows it, co-signed as far as it is. Raises Broken."""
    day, checkpoint = await _newest(chain)
    if not 1 <= number <= checkpoint.size:
        raise Broken(f"the checkpoint of {day} knows the events 1 to {checkpoint.size:,}")
    links = [link async for link in chain.links(last=checkpoint.size)]
    path = inclusion_path([leaf_hash(link.event) for link in links], number - 1)
    return proof_text(links[number - 1], number - 1, path, await _note(chain, day, checkpoint))


async def prove_since(chain: Chain, since: str) -> str:
    """The proof that the audit of an earlier day is the beginning of that of the newest checkpoint. Raises Broken."""
    day, checkpoint = await _newest(chain)
    earlier = (await chain.checkpoints()).get(since)
    if earlier is None:
        raise Broken(f"there is no checkpoint of {since}")
    leaves = [leaf_hash(link.event) async for link in chain.links(last=max(checkpoint.size, 1))]
    path = consistency_path(leaves, earlier.size) if earlier.size else []
    return consistency_text(earlier, path, await _note(chain, day, checkpoint))


async def _newest(chain: Chain) -> tuple[str, Checkpoint]:
    checkpoints = await chain.checkpoints()
    if not checkpoints:
        raise Broken("there is no checkpoint yet")
    return list(checkpoints.items())[-1]


async def _note(chain: Chain, day: str, checkpoint: Checkpoint) -> str:
    lines = (await chain.cosignatures(day)).values()
    return checkpoint.text + ("\n" + "".join(lines) if lines else "")


def _make(folder: Path) -> None:
    for part in (CHECKPOINTS, COSIGNATURES):
        (folder / part).mkdir(parents=True, exist_ok=True)


def _finish(folder: Path, readme: str, verifier: Verifier) -> None:
    (folder / "README.md").write_text(readme, "utf-8")
    (folder / _VERIFIER).write_bytes(Path(verify_audit.__file__).read_bytes())
    (folder / INDEX).write_bytes(index_of(dict(_hashed(folder)), verifier.read, hidden=verifier.hidden))


def _hashed(folder: Path) -> Iterator[tuple[str, tuple[int, str]]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            yield path.relative_to(folder).as_posix(), (len(content), hashlib.sha256(content).hexdigest())
