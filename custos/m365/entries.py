"""The entries of a page, one by one: one that cannot be read costs itself, never its page.

A page is read strictly at first, at the price of one decoding. Only where that fails is each entry looked at by itself:
what it tells in a way that cannot be understood is left out of it and named in its `unread`. An entry without an id that
can be read is only counted: nobody knows what it was about.
Source: https://learn.microsoft.com/graph/paging
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Protocol, get_args

import msgspec

from custos.m365.errors import Malformed
from custos.m365.timestamps import moment

UNREAD = "#unread"
"""Where the name of an entry's `unread` would stand on the wire: no name of Microsoft's."""

Aware = Annotated[datetime, msgspec.Meta(tz=True)]
"""A moment that says in which zone it is told."""

type Whole = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
"""A count of bytes or pieces, as large as a column can hold."""

_LONGEST = 1_000
_ID = re.compile(rf"[!-~]{{1,{_LONGEST}}}")
_PATH = re.compile(r"[/\\?#%]")


class Entry(Protocol):
    """What a page holds: every field but `id` has a default. `unread` are the names, on the wire, of what could not be read."""

    @property
    def id(self) -> str: ...

    @property
    def unread(self) -> tuple[str, ...]: ...


class Page[T](msgspec.Struct):
    """One page. `unidentified` entries had no id that can be read."""

    value: list[T]
    next_link: str | None = msgspec.field(name="@odata.nextLink", default=None)
    delta_link: str | None = msgspec.field(name="@odata.deltaLink", default=None)
    unidentified: int = msgspec.field(name="#unidentified", default=0)


class Pages[T: Entry]:
    """Reads pages of entries of one kind."""

    def __init__(self, kind: type[T], *, fits: Callable[[object], bool] | None = None) -> None:
        """`fits` says whether something can be an entry's id; by default, `is_id`."""
        self._kind = kind
        self._fits = fits or is_id
        self._whole = msgspec.json.Decoder(Page[kind])  # type: ignore[valid-type]  # a type that is known at run time

    def read(self, raw: bytes, what: str) -> Page[T]:
        """The page in `raw`. Raises Malformed when it is cut short, is no JSON, or is no page. `what` is it in words."""
        try:
            page: Page[T] = self._whole.decode(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return self._one_by_one(raw, what)
        page.unidentified = 0
        fits, ids = self._fits, [entry.id for entry in page.value]
        if _are_plain(ids) or all(map(fits, ids)):
            return page
        fit = [entry for entry in page.value if fits(entry.id)]
        page.unidentified, page.value = len(page.value) - len(fit), fit
        return page

    def _one_by_one(self, raw: bytes, what: str) -> Page[T]:
        try:
            told = _loaded(raw)
            links = msgspec.convert(told, Page[Any])
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise Malformed(f"{what}: the answer cannot be read ({error}).") from error
        entries = [_entry(self._kind, one, self._fits) for one in links.value]
        known = [entry for entry in entries if entry is not None]
        return Page(known, links.next_link, links.delta_link, len(entries) - len(known))


def entry_from[T: Entry](kind: type[T], raw: bytes, *, fits: Callable[[object], bool] | None = None) -> T | None:
    """One entry, with what cannot be read of it named in `unread`; None when its id cannot be read."""
    try:
        return _entry(kind, _loaded(raw), fits or is_id)
    except (ValueError, RecursionError):
        return None


def _loaded(raw: bytes) -> Any:
    """What JSON says, bytes that are no UTF-8 included: they become characters that no text may have. Raises ValueError."""
    return json.loads(raw.decode("utf-8", "surrogateescape"))


def _entry[T: Entry](kind: type[T], told: object, fits: Callable[[object], bool]) -> T | None:
    if not isinstance(told, dict):
        return None
    values: dict[str, Any] = {}
    unread: list[str] = []
    make: Any = kind  # a Struct, which a Protocol cannot say
    for field in msgspec.structs.fields(make):
        if field.encode_name == UNREAD or field.encode_name not in told:
            continue
        try:
            values[field.name] = _value(field.type, told[field.encode_name])
        except (msgspec.MsgspecError, ValueError, RecursionError):
            unread.append(field.encode_name)
    entry: T | None = make(**values, unread=tuple(unread)) if fits(values.get("id")) else None
    return entry


def is_id(text: object) -> bool:
    """Whether `text` can be an id, and stand in an address as it is."""
    return is_quotable_id(text) and _PATH.search(str(text)) is None


def _are_plain(ids: list[str]) -> bool:
    """Whether all are ids of letters and digits alone, as nearly all are: a cheap way to know that any of them fits."""
    together = "".join(ids)
    return together.isascii() and together.isalnum() and all(ids) and max(map(len, ids)) <= _LONGEST


def is_quotable_id(text: object) -> bool:
    """Whether `text` can be an id that is quoted wherever it stands in an address, as those of permissions are."""
    return isinstance(text, str) and _ID.fullmatch(text) is not None


def _value(kind: Any, told: Any) -> Any:  # a type as msgspec tells it, and a value of it
    json.dumps(told, ensure_ascii=False).encode()  # raises what text cannot be stored
    if Aware in get_args(kind):
        read = moment(told)
        if told is not None and read is None:
            raise ValueError("no date")
        return read
    return msgspec.convert(told, kind)
