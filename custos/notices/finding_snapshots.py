"""What was last found in each library and put before people, so that looking at what changed in it tells what it holds now.

Cases are about whole libraries. An evaluation of a few changed files finds what they are; what the others were is read here:
one Parquet blob a library, with what a case says of each finding. A row names the blob's content and under which policies,
register and address it was found; when those differ, or the blob is not what the row says, nothing is remembered and the whole
library has to be looked at. It is written before the cases are: a case never knows more than is remembered.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
import polars as pl

from custos.engine.protection import stopping
from custos.errors import Mark
from custos.model.action_kind import ActionKind
from custos.model.finding import Bar, Finding, Protection
from custos.model.subject import Kind, Subject
from custos.notices.question_wording import Topic
from custos.storage.account import Account
from custos.storage.blobs import Container
from custos.storage.rows import Row, Rows, key_part

TABLE = "findingsnapshots"
CONTAINER = "finding-snapshots"
_PARTITION = "library"
_SUBJECT = ("site_id", "drive_id", "item_id", "permission_id", "user_id", "name")
_COLUMNS = (
    "policy",
    "rule",
    "asset_id",
    "kind",
    *_SUBJECT,
    "because",
    "code",
    "reference",
    "protection",
    "bars",
    "person",
)
_ELSEWHERE = Mark("remembered")


@dataclass
class FindingSnapshots:
    """All libraries. Methods raise StorageTrouble when storage cannot be reached."""

    rows: Rows
    blobs: Container

    @classmethod
    def of(cls, account: Account) -> FindingSnapshots:
        return cls(account.rows(TABLE), account.container(CONTAINER))

    async def recall(self, basis: Mapping[str, str]) -> dict[str, list[Finding]]:
        """What was found in each library of `basis` (its id ► what it must have been found under); none that is not known.

        The findings say what cases need: subject, sentence, first protection, bars. Of the facts they hold the person.
        """
        known = {row.key: row for row in await self.rows.pick(_PARTITION, [key_part(drive) for drive in basis])}
        found: dict[str, list[Finding]] = {}
        for drive, under in basis.items():
            row = known.get(key_part(drive))
            if row is None or row.text("basis") != under:
                continue
            content = b""
            if row.text("content"):
                content = await self.blobs.get(_blob(drive)) or b""
                if _digest(content) != row.text("content"):
                    continue
            found[drive] = await asyncio.to_thread(_decoded, content)
        return found

    async def keep(self, found: Mapping[str, Sequence[Finding]], basis: Mapping[str, str]) -> int:
        """Remember all that is found in each of these libraries. Returns how many had to be written: those that differ."""
        known = {row.key: row for row in await self.rows.pick(_PARTITION, [key_part(drive) for drive in found])}
        written = 0
        for drive, findings in found.items():
            content = await asyncio.to_thread(_encoded, findings)
            values = {"basis": basis[drive], "content": _digest(content)}
            row = known.get(key_part(drive))
            if row is not None and (row.text("basis"), row.text("content")) == tuple(values.values()):
                continue
            if content:
                await self.blobs.put(_blob(drive), content)
            await self.rows.upsert(Row(_PARTITION, key_part(drive), values))
            written += 1
        return written


def basis_of(version: str, topics: Iterable[Topic], *place: str) -> str:
    """Under what something was found: the version of policies and registers, what is put before whom, name and address."""
    asked = sorted(f"{topic.policy}/{topic.rule}/{sorted(topic.pilot or ())}" for topic in topics)
    return _digest("\n".join((version, *asked, *place)).encode())


def _blob(drive: str) -> str:
    return f"{key_part(drive)}.parquet"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest() if content else ""


def _encoded(findings: Sequence[Finding]) -> bytes:
    """The same bytes for the same findings."""
    if not findings:
        return b""
    frame = (
        pl.DataFrame(
            [
                (
                    one.policy,
                    one.rule,
                    one.asset_id,
                    one.subject.kind.value,
                    *(getattr(one.subject, name) for name in _SUBJECT),
                    one.because,
                    *_protection(one),
                    msgspec.json.encode(one.bars).decode() if one.bars else "",
                    str(one.facts.get("person") or ""),
                )
                for one in findings
            ],
            schema=dict.fromkeys(_COLUMNS, pl.String),
            orient="row",
        )
        .unique()
        .sort(_COLUMNS)
    )
    target = io.BytesIO()
    frame.write_parquet(target, compression="zstd")
    return target.getvalue()


def _decoded(content: bytes) -> list[Finding]:
    if not content:
        return []
    return [
        Finding(
            id="",
            policy=row["policy"],
            rule=row["rule"],
            where=_ELSEWHERE,
            subject=Subject(kind=Kind(row["kind"]), **{name: row[name] for name in _SUBJECT}),
            asset_id=row["asset_id"],
            facts={"person": row["person"]} if row["person"] else {},
            because=row["because"],
            protections=(Protection(code=row["code"], reference=row["reference"], sentence=row["protection"]),)
            if row["protection"]
            else (),
            bars=msgspec.json.decode(row["bars"], type=tuple[Bar, ...]) if row["bars"] else (),
        )
        for row in pl.read_parquet(io.BytesIO(content)).iter_rows(named=True)
    ]


def _protection(finding: Finding) -> tuple[str, str, str]:
    """What leaves nothing to decide: code, reference, sentence."""
    first = stopping(finding.protections, ActionKind.ASK)
    return (first.code, first.reference, first.sentence) if first else ("", "", "")
