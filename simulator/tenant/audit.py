"""The unified audit log: who did what to files and their sharing, and queries that search it in their own time.

The log is what the tenant's items, entries and change logs say happened. It reaches back 180 days.
Source: https://learn.microsoft.com/graph/api/security-auditcoreroot-post-auditlogqueries
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from simulator.tenant.model import Actor, Drive, Item, Permission

if TYPE_CHECKING:
    from simulator.tenant.state import Tenant

KEPT_DAYS = 180
_STARTS_AFTER, _ENDS_AFTER = 60, 600  # seconds of the tenant's clock
_LINKS = {"anonymous": "AnonymousLinkCreated", "organization": "CompanyLinkCreated", "users": "SecureLinkCreated"}

QueryStatus = Literal["notStarted", "running", "succeeded"]


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the log. `at` is in seconds since 1970."""

    at: int
    actor: Actor
    operation: str
    record_type: str
    item: Item

    @property
    def url(self) -> str:
        """Web address of what it happened to, not percent-encoded."""
        return f"{self.item.drive.url}/{self.item.path}".rstrip("/")

    @property
    def key(self) -> str:
        """What tells it from every other line."""
        return f"{self.item.unique_id}/{self.operation}/{self.at}"


@dataclass(eq=False, slots=True)
class AuditQuery:
    """One search of the log, from `start` up to and without `end`. Empty filters let everything pass."""

    id: str
    app_id: str
    name: str
    start: int
    end: int
    asked: int
    operations: tuple[str, ...] = ()
    record_types: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    found: list[Event] | None = field(default=None, repr=False)

    def status(self, now: int) -> QueryStatus:
        """How far it is by the tenant's clock."""
        if now < self.asked + _STARTS_AFTER:
            return "notStarted"
        return "running" if now < self.asked + _ENDS_AFTER else "succeeded"

    def results(self, tenant: Tenant) -> list[Event]:
        """What it found, oldest first, as it stood when first read."""
        if self.found is None:
            self.found = sorted(filter(self._fits, events(tenant, self.start, self.end)), key=lambda each: each.at)
        return self.found

    def _fits(self, event: Event) -> bool:
        return (
            (not self.operations or event.operation.lower() in self.operations)
            and (not self.record_types or event.record_type.lower() in self.record_types)
            and (not self.people or event.actor.email.lower() in self.people)
            and (not self.objects or any(_matches(event.url.lower(), each) for each in self.objects))
        )


def _matches(url: str, pattern: str) -> bool:
    return url.startswith(pattern[:-1]) if pattern.endswith("*") else url == pattern


def events(tenant: Tenant, start: int, end: int) -> Iterator[Event]:
    """Everything in the log from `start` up to and without `end`, library by library."""
    start = max(start, tenant.now() - KEPT_DAYS * 86400)
    for drive in tenant.drives.values():
        record_type = "OneDrive" if drive.site.personal else "SharePointFileOperation"
        for item in drive.items.values():
            if item.parent is not None:
                yield from _of_item(item, record_type, start, end)
            for permission in item.own or ():
                if start <= permission.created < end:
                    yield _shared(item, permission)
        yield from _deletions(drive, record_type, start, end)


def _of_item(item: Item, record_type: str, start: int, end: int) -> Iterator[Event]:
    if start <= item.created < end:
        made = "FolderCreated" if item.is_folder else "FileUploaded"
        yield Event(item.created, item.created_by, made, record_type, item)
    if item.modified != item.created and start <= item.modified < end:
        changed = "FolderModified" if item.is_folder else "FileModified"
        yield Event(item.modified, item.modified_by, changed, record_type, item)


def _shared(item: Item, permission: Permission) -> Event:
    operation = "SharingSet" if permission.link is None else _LINKS[permission.link.scope]
    return Event(permission.created, permission.by, operation, "SharePointSharingOperation", item)


def _deletions(drive: Drive, record_type: str, start: int, end: int) -> Iterator[Event]:
    for change in drive.log:
        item = change.item
        if item.gone and item.seq == change.seq and start <= change.at < end:
            gone = "FolderDeleted" if item.is_folder else "FileDeleted"
            yield Event(change.at, item.modified_by, gone, record_type, item)
