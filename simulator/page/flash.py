"""What the last deed did, told once on the page to which it led."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass, field

from aiohttp import web

_KEPT = 100


@dataclass(frozen=True, slots=True)
class Note:
    """What happened, in words; `refused` when the tenant said no."""

    text: str
    refused: bool = False


@dataclass(slots=True)
class Notes:
    """The newest notes. They go by random keys, so that no address can put words into the page."""

    _notes: OrderedDict[str, Note] = field(default_factory=OrderedDict)

    def keep(self, note: Note) -> str:
        """Keep a note; returns its key."""
        key = secrets.token_urlsafe(9)
        self._notes[key] = note
        while len(self._notes) > _KEPT:
            self._notes.popitem(last=False)
        return key

    def find(self, key: str) -> Note | None:
        """The note with this key, if it is still kept."""
        return self._notes.get(key)


NOTES = web.AppKey("notes", Notes)
