"""Actions and facts as JSON lines, and back. Moments are kept as moments: `{"at": "2026-11-23T09:00:00Z"}`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from custos.errors import BadInput, Mark, Problem
from custos.model.action import Action
from custos.model.action_kind import ActionKind, Reversibility
from custos.model.finding import Finding, Protection
from custos.model.state import State
from custos.model.subject import Fact, Kind, Subject


class _At(msgspec.Struct):
    at: datetime


type _Wire = str | int | float | bool | _At | None


class _Line(msgspec.Struct, omit_defaults=True):
    id: str
    key: str
    kind: ActionKind
    before: dict[str, _Wire]
    after: dict[str, _Wire]
    reversibility: Reversibility
    units: int
    state: State
    finding: str
    policy: str
    rule: str
    where: tuple[str, int, int]
    subject: dict[str, str | int]
    asset_id: str
    facts: dict[str, _Wire]
    because: str
    protections: list[Protection] = []
    created: datetime | None = None
    modified: datetime | None = None
    refused: str = ""
    refusal: str = ""
    agreed: str = ""


_encode = msgspec.json.Encoder().encode
_decode_line = msgspec.json.Decoder(_Line).decode


def action_to_line(action: Action) -> bytes:
    """One action as one line of JSON, without its end."""
    finding = action.finding
    return _encode(
        _Line(
            id=action.id,
            key=action.key,
            kind=action.kind,
            before=_out(action.before),
            after=_out(action.after),
            reversibility=action.reversibility,
            units=action.units,
            state=action.state,
            finding=finding.id,
            policy=finding.policy,
            rule=finding.rule,
            where=(finding.where.file, finding.where.line, finding.where.column),
            subject=_subject_out(finding.subject),
            asset_id=finding.asset_id,
            facts=_out(finding.facts),
            because=finding.because,
            protections=list(finding.protections),
            created=finding.created,
            modified=finding.modified,
            refused=action.refused,
            refusal=action.refusal,
            agreed=action.agreed,
        )
    )


def action_from_line(line: bytes) -> Action:
    """The action of a line. Raises BadInput when the line is not one."""
    try:
        told = _decode_line(line)
        subject = _subject_in(told.subject)
    except (msgspec.MsgspecError, ValueError, TypeError, KeyError) as error:
        raise BadInput([Problem(Mark("plan"), f"A line is not an action: {error}.")]) from error
    finding = Finding(
        id=told.finding,
        policy=told.policy,
        rule=told.rule,
        where=Mark(*told.where),
        subject=subject,
        asset_id=told.asset_id,
        facts=_in(told.facts),
        because=told.because,
        protections=tuple(told.protections),
        created=told.created,
        modified=told.modified,
    )
    return Action(
        id=told.id,
        key=told.key,
        finding=finding,
        kind=told.kind,
        before=_in(told.before),
        after=_in(told.after),
        reversibility=told.reversibility,
        units=told.units,
        state=told.state,
        refused=told.refused,
        refusal=told.refusal,
        agreed=told.agreed,
    )


def facts_to_json(facts: Mapping[str, Fact]) -> bytes:
    """Facts in order of name, so that equal facts give equal bytes."""
    return _encode(_out(dict(sorted(facts.items()))))


def _subject_out(subject: Subject) -> dict[str, str | int]:
    fields = ("site_id", "drive_id", "item_id", "permission_id", "user_id", "group_id", "name", "url")
    told: dict[str, str | int] = {name: text for name in fields if (text := getattr(subject, name))}
    if subject.grantee >= 0:
        told["grantee"] = subject.grantee
    return {"kind": subject.kind.value, **told}


def _subject_in(told: dict[str, str | int]) -> Subject:
    kind, grantee = Kind(str(told.pop("kind"))), int(told.pop("grantee", -1))
    return Subject(kind=kind, grantee=grantee, **{name: str(value) for name, value in told.items()})


def _out(facts: Mapping[str, Fact]) -> dict[str, _Wire]:
    return {name: _At(value) if isinstance(value, datetime) else value for name, value in facts.items()}


def _in(facts: Mapping[str, _Wire]) -> dict[str, Fact]:
    return {name: value.at if isinstance(value, _At) else value for name, value in facts.items()}
