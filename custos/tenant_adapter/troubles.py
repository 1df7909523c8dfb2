"""Microsoft's troubles in the engine's words."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping

from custos.m365 import errors
from custos.model.live import Failure, Live, Reading
from custos.model.refusal import Code

_CODES: Mapping[type[errors.MicrosoftTrouble], str] = {
    errors.Throttled: "throttled",
    errors.Forbidden: "forbidden",
    errors.NotFound: "gone",
    errors.Gone: "gone",
    errors.Conflict: "conflict",
    errors.Precondition: "changed",
    errors.Locked: "locked",
    errors.Refused: "refused",
    errors.Unavailable: "unavailable",
    errors.Late: "late",
    errors.Malformed: "malformed",
}


async def accepted(call: Awaitable[object]) -> Failure | None:
    """The trouble of a write, None when Microsoft accepted it."""
    try:
        await call
    except errors.MicrosoftTrouble as trouble:
        return failure_of(trouble)
    return None


def unread(trouble: errors.MicrosoftTrouble) -> Reading:
    """What a reading comes to that met trouble: what is not found is not there."""
    return Live(found=False) if isinstance(trouble, errors.NotFound) else failure_of(trouble)


def failure_of(trouble: errors.MicrosoftTrouble) -> Failure:
    """A trouble of `custos.m365` as the engine knows it."""
    asked = trouble.retry_after if isinstance(trouble, errors.Throttled) else None
    # 423 `notAllowed` is a site that an administrator locked or archived; else the file is open or checked out.
    site = isinstance(trouble, errors.Locked) and trouble.code == "notAllowed"
    return Failure(
        code=Code.SITE_LOCKED if site else _CODES.get(type(trouble), "refused"),
        detail=f"{trouble}" + (f" (request {trouble.request_id})" if trouble.request_id else ""),
        maybe_done=isinstance(trouble, errors.Malformed)
        or (isinstance(trouble, errors.Unavailable) and trouble.maybe_done),
        passing=trouble.passing,
        retry_after=asked or 0.0,
    )
