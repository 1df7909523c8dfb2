"""A tenant in memory behind the engine's port."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from custos.engine.writes import LATE
from custos.model.action import Action
from custos.model.action_kind import ActionKind
from custos.model.live import Failure, Live, Reading
from custos.model.subject import Fact, Subject
from tests.engine.planned import file_subject, grant_subject, link_subject


@dataclass
class MemoryTenant:
    """A tenant behind the engine's port. `answers` are troubles to give, once each; `machine` is the time it goes by.

    `before_write` is called before each write arrives, whatever comes of it.
    """

    lives: dict[str, Live] = field(default_factory=dict)
    writes: list[tuple[str, str]] = field(default_factory=list)
    answers: list[Failure] = field(default_factory=list)
    unreadable: dict[str, Failure] = field(default_factory=dict)
    longest_link: datetime | None = None  # a later end of a link is shortened to this
    lost: bool = False  # answers are lost: the write happens, the caller hears of trouble
    machine: Callable[[], float] = time.time
    before_write: Callable[[], Awaitable[None]] | None = None

    def file(self, number: int = 1, label: str = "", **changes: Any) -> Subject:
        subject = file_subject(number)
        plain = Live(
            found=True,
            values={"label": label},
            path=(subject.name,),
            created=datetime(2024, 1, 1, tzinfo=UTC),
            modified=datetime(2024, 2, 1, tzinfo=UTC),
            is_folder=False,
            is_record=False,
            is_regulatory=False,
            label_explicit=False,
            list_item_id=number,
        )
        self.lives[subject.key] = replace(plain, **changes)
        return subject

    def link(self, number: int = 1, expires: datetime | None = None, **changes: Any) -> Subject:
        subject = link_subject(number)
        plain = Live(
            found=True, values={"link": "anonymous", "expires": expires}, path=(subject.name,), inherited=False
        )
        self.lives[subject.key] = replace(plain, **changes)
        return subject

    def grant(self, number: int = 1, person: str = "nurse@eastvale-nhs.example") -> Subject:
        subject = grant_subject(number)
        values = {"access": "read", "person": person, "through": "grant"}
        self.lives[subject.key] = Live(found=True, values=values, path=(subject.name,), inherited=False)
        return subject

    def label_of(self, number: int = 1) -> object:
        return self.lives[file_subject(number).key].values["label"]

    async def read(self, actions: Sequence[Action]) -> Mapping[str, Reading]:
        return {action.key: self._reading(action) for action in actions}

    def _reading(self, action: Action) -> Reading:
        key = action.finding.subject.key
        if key in self.unreadable:
            return self.unreadable[key]
        if action.kind is ActionKind.RESTORE_GRANT and key not in self.lives:
            return Live(found=True, values={"access": "", "person": action.after["person"]}, inherited=None)
        return self.lives.get(key, Live(found=False))

    async def write_actions(
        self, actions: Sequence[Action], _looks: Mapping[str, Live], *, until: float
    ) -> Mapping[str, Failure | None]:
        if self.before_write is not None:
            await self.before_write()
        return {action.key: self._one(action, until) for action in actions}

    def _one(self, action: Action, until: float) -> Failure | None:
        subject, before, after = action.finding.subject, action.before, action.after
        match action.kind:
            case ActionKind.APPLY_LABEL:
                return self._write(subject, f"label {after['label']}", after, until)
            case ActionKind.SET_EXPIRY:
                expires = after["expires"]
                if isinstance(expires, datetime) and self.longest_link is not None:
                    expires = min(expires, self.longest_link)
                return self._write(subject, "expiry", {"expires": expires}, until)
            case ActionKind.REMOVE_LINK:
                return self._write(subject, "remove", None, until)
            case ActionKind.REMOVE_GRANT:
                return self._write(subject, f"remove {before.get('person') or ''} {before['through']}", None, until)
            case ActionKind.RESTORE_GRANT:
                self.lives[subject.key] = Live(found=True, values={})
                return self._write(subject, f"invite {after['person']}", after, until)
            case _:
                [(name, value)] = after.items()
                return self._write(subject, f"{name} {value}", after, until)

    def _write(self, subject: Subject, what: str, values: Mapping[str, Fact] | None, until: float) -> Failure | None:
        if self.machine() >= until:
            return Failure(code=LATE, detail="too late", passing=True)
        trouble = self.answers.pop(0) if self.answers else None
        if trouble is not None and not self.lost:
            return trouble
        self.writes.append((subject.key, what))
        if values is None:
            self.lives.pop(subject.key, None)
        else:
            live = self.lives[subject.key]
            self.lives[subject.key] = replace(live, values={**live.values, **values})
        return trouble


def with_files(tenant: MemoryTenant, count: int) -> MemoryTenant:
    for number in range(1, count + 1):
        tenant.file(number)
    return tenant
