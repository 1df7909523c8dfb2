"""Text of queue messages: how it lies in storage, and how the Functions host makes messages of what a function sets.

An `Out[str]` whose text looks like JSON is parsed and written anew: an array becomes one message an element, which
surprises; `Out[List[str]]` passes as it is.
Source: https://github.com/Azure/azure-functions-host (ScriptHost, collector bindings)
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence

from local_host.worker import Datum


def encode(body: bytes, *, as_base64: bool) -> str:
    """`body` as it is stored. Raises ValueError when it has to be text and is not."""
    return base64.b64encode(body).decode() if as_base64 else body.decode()


def decode(stored: str, *, as_base64: bool) -> str | bytes:
    """What was stored, as text when it is UTF-8. Raises ValueError when it is not in the host's encoding."""
    if not as_base64:
        return stored
    try:
        body = base64.b64decode(stored, validate=True)
    except binascii.Error as error:
        raise ValueError("The message is not base64, which messageEncoding in host.json demands.") from error
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body


def messages_of(datum: Datum) -> list[bytes]:
    """The messages that a value set on a queue output becomes. Raises ValueError when the host could not read it."""
    if datum.type == "bytes":
        return [bytes(datum.value)]
    text = str(datum.value)
    if datum.type == "string" and not _looks_like_json(text):
        return [text.encode()]
    try:
        told = json.loads(text)
    except ValueError as error:
        raise ValueError(f"The text begins and ends as JSON does but is none: {error}.") from error
    elements: Sequence[object] = told if isinstance(told, list) else [told]
    return [
        (part if isinstance(part, str) else json.dumps(part, indent=2, ensure_ascii=False)).encode()
        for part in elements
    ]


def _looks_like_json(text: str) -> bool:
    bare = text.strip()
    return (bare[:1], bare[-1:]) in (("{", "}"), ("[", "]"))
