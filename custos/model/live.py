"""One subject as it stands in the tenant at this moment, or why that cannot be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from custos.model.subject import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Microsoft did not do as asked, seen from here.

    `maybe_done` is True when a write may have happened although no answer says so; `passing` when the same request may
    succeed later without anybody changing anything, then after `retry_after` seconds.
    """

    # gone | locked | site locked | forbidden | refused | label refused | conflict | changed | throttled | unavailable | malformed
    # | late
    code: str
    detail: str
    maybe_done: bool = False
    passing: bool = False
    retry_after: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """One subject as it stands in the tenant at this moment.

    `values` has the names of `Action.before`: `label` of a file; `link` (its scope) and `expires` of a link; `access`
    (roles, comma-separated), `person` and `through` of a grant; `sharing` of a site. A name that is absent was not
    read. `found` False: the file, link, grant or site is not there. Where a grant would be restored, `found` speaks of
    the file, and `access` is "" while the person has none.
    """

    found: bool
    values: Mapping[str, Fact] = field(default_factory=dict)
    path: tuple[str, ...] | None = (
        None  # names from the library down to the item; () is the library itself, None not known
    )
    created: datetime | None = None
    modified: datetime | None = None
    is_folder: bool | None = None
    is_record: bool | None = None
    is_regulatory: bool | None = None
    label_explicit: bool | None = None  # a person or an application set the label on the item itself
    label_locked: bool | None = None  # Microsoft says that the label may not be changed
    inherited: bool | None = None  # the permission belongs to an ancestor
    list_item_id: int = 0  # 0 when unknown: then the label is written through Graph


type Reading = Live | Failure
