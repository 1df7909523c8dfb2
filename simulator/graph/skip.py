"""Opaque `$skiptoken`s: a position that only a nextLink gives out."""

from __future__ import annotations

import base64
import binascii

from simulator.graph.calls import Call
from simulator.refusal import bad_request

_MARK = "Paged=TRUE&p_ID="


def skip_token(position: int) -> str:
    """The token for a position."""
    return base64.urlsafe_b64encode(f"{_MARK}{position}".encode()).decode().rstrip("=")


def skipped(call: Call) -> int:
    """The position that the call's `$skiptoken` holds, 0 without one. Raises Refused 400 for one never given out."""
    return position(call.query.get("$skiptoken", ""))


def position(text: str) -> int:
    """The position that a token holds, 0 for "". Raises Refused 400 for one never given out."""
    if not text:
        return 0
    try:
        mark, _, at = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().rpartition("=")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise bad_request("The skip token is not valid.") from error
    if mark + "=" != _MARK or not at.isdecimal():
        raise bad_request("The skip token is not valid.")
    return int(at)
