"""What Microsoft 365 answered when it did not do as asked. Branch on the class, then on `code`; never on the text.

    TenantTrouble
    └── MicrosoftTrouble
        ├── Throttled      429, 503, 509: wait `retry_after` seconds, all workers of the tenant together
        ├── Forbidden      401, 403: a role is missing, or policy forbids it
        ├── NotFound       404: deleted, moved, or never provisioned
        ├── Conflict       409: it exists, or somebody changed it meanwhile
        ├── Gone           410: a delta token has lapsed; begin anew at `location`
        ├── Precondition   412: not as it was when it was read
        ├── Locked         423: the site is locked or archived, or the file is checked out
        ├── Refused        400 and every other 4xx, 501, 507, and a 429 for ever: asking again changes nothing
        ├── Unavailable    5xx, 424, or no answer; `maybe_done` tells whether a write may have happened
        ├── Late           not sent: the time in which it might leave had passed
    └── Malformed      an answer that cannot be understood: cut short, not JSON, or without what it must have

Source: https://learn.microsoft.com/graph/errors
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import ClassVar

import msgspec

from custos.errors import TenantTrouble

_LAST_TICKS = datetime(9999, 1, 1, tzinfo=UTC).timestamp()
LONGEST_WAIT = 3_600.0
"""Seconds. Whoever is told to wait longer asks once an hour."""


class MicrosoftTrouble(TenantTrouble):
    """One answer that is an error.

    `status` is the HTTP status, 0 when no answer came. `code` is Microsoft's `error.code`, `inner_code` the innermost
    code below it, `request_id` what Microsoft's support asks for; each is "" when there was none. `passing` is True
    when the same request may succeed later without anybody changing anything.
    """

    passing: ClassVar[bool] = False

    def __init__(
        self, sentence: str, *, status: int = 0, code: str = "", inner_code: str = "", request_id: str = ""
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code
        self.inner_code = inner_code
        self.request_id = request_id


class Throttled(MicrosoftTrouble):
    """Too much was asked. `retry_after` is in seconds, None when Microsoft did not say.

    `from_gate` is True when Custos itself held the request back, because the wait is longer than the caller can sit
    out: nothing was sent, and the work belongs back in its queue for `retry_after` seconds.
    """

    passing = True

    def __init__(
        self,
        sentence: str,
        *,
        retry_after: float | None = None,
        from_gate: bool = False,
        status: int = 0,
        code: str = "",
        inner_code: str = "",
        request_id: str = "",
    ) -> None:
        super().__init__(sentence, status=status, code=code, inner_code=inner_code, request_id=request_id)
        self.retry_after = retry_after
        self.from_gate = from_gate


class Forbidden(MicrosoftTrouble):
    """401 or 403: a role is missing, a policy forbids it, or the item is a record."""


class NotFound(MicrosoftTrouble):
    """404: deleted, moved to another drive, or never provisioned."""


class Conflict(MicrosoftTrouble):
    """409: it exists already, or somebody changed it meanwhile."""


class Gone(MicrosoftTrouble):
    """410: the delta token has lapsed. `location` is where to begin anew, "" when Microsoft did not say."""

    def __init__(
        self,
        sentence: str,
        *,
        location: str = "",
        status: int = 410,
        code: str = "",
        inner_code: str = "",
        request_id: str = "",
    ) -> None:
        super().__init__(sentence, status=status, code=code, inner_code=inner_code, request_id=request_id)
        self.location = location


class Precondition(MicrosoftTrouble):
    """412: the thing is no longer as it was when it was read."""


class Locked(MicrosoftTrouble):
    """423: the site is locked or archived (skip it, never take it for deleted), or the file is checked out."""


class Refused(MicrosoftTrouble):
    """400 and the rest: asking again changes nothing."""


class Unavailable(MicrosoftTrouble):
    """5xx, or no answer at all. `maybe_done` is True when a write may have reached Microsoft: read back before writing
    again.
    """

    passing = True

    def __init__(
        self,
        sentence: str,
        *,
        maybe_done: bool = False,
        status: int = 0,
        code: str = "",
        inner_code: str = "",
        request_id: str = "",
    ) -> None:
        super().__init__(sentence, status=status, code=code, inner_code=inner_code, request_id=request_id)
        self.maybe_done = maybe_done


class Late(MicrosoftTrouble):
    """Not sent: the time in which it might leave had passed. Look again before it is sent after all."""

    passing = True


class Malformed(MicrosoftTrouble):
    """An answer that cannot be understood. What it was asked for is unknown, not empty."""

    passing = True


_BY_STATUS: Mapping[int, type[MicrosoftTrouble]] = {
    401: Forbidden,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    412: Precondition,
    423: Locked,
    501: Refused,
    507: Refused,
}
_THROTTLED = frozenset({429, 503, 509})
_NEVER_BEGUN = 424  # a part of a batch whose predecessor failed
_PASSING = frozenset({408, _NEVER_BEGUN})


class _Error(msgspec.Struct):
    code: str | int | None = None
    message: str | None = None
    inner: _Error | None = msgspec.field(name="innerError", default=None)
    inner_lower: _Error | None = msgspec.field(name="innererror", default=None)

    def innermost(self) -> str:
        below = self.inner or self.inner_lower
        return "" if below is None else below.innermost() or str(below.code or "")


class _ErrorBody(msgspec.Struct):
    error: _Error | None = None


_decode = msgspec.json.Decoder(_ErrorBody).decode


def trouble_from(
    status: int, headers: Mapping[str, str], body: bytes, *, what: str, is_write: bool = False
) -> MicrosoftTrouble:
    """The trouble that an answer outside 2xx stands for.

    `headers` has lower-case names; `what` is the request in words, for the sentence; `is_write` decides `maybe_done`.
    A body that is no JSON (a gateway's page in HTML, nothing at all) leaves the codes empty: the status alone decides.
    """
    try:
        error = _decode(body).error or _Error()
    except (msgspec.MsgspecError, UnicodeDecodeError):
        error = _Error()
    code, inner = str(error.code or ""), error.innermost()
    said = " ".join(part for part in (str(status), code, inner) if part)
    sentence = f"{what}: Microsoft answered {said}."
    request_id = headers.get("request-id", "") or headers.get("sprequestguid", "")
    if status in _THROTTLED and not _is_for_ever(error, headers):
        return Throttled(
            sentence,
            retry_after=seconds_to_wait(headers),
            status=status,
            code=code,
            inner_code=inner,
            request_id=request_id,
        )
    if status == 410:
        return Gone(sentence, location=headers.get("location", ""), code=code, inner_code=inner, request_id=request_id)
    kind = _BY_STATUS.get(status)
    if kind is None and (status >= 500 or status in _PASSING):
        maybe_done = is_write and status != _NEVER_BEGUN
        return Unavailable(
            sentence, maybe_done=maybe_done, status=status, code=code, inner_code=inner, request_id=request_id
        )
    return (kind or Refused)(sentence, status=status, code=code, inner_code=inner, request_id=request_id)


def _is_for_ever(error: _Error, headers: Mapping[str, str]) -> bool:
    """Whether "later" means never: a ceiling on how many there may be is reached, and Microsoft says so with a 429 until the
    last day that it can count. No wait mends that.

    Source: https://stackoverflow.com/questions/65494288 (a subscription too many: "Resource 'SubscriptionCountReached' has
    reached limit of '1000'. Please retry after '12/31/9999 11:59:59 PM'")
    """
    until = _epoch(headers.get("retry-after", ""))
    return (until is not None and until >= _LAST_TICKS) or "SubscriptionCountReached" in (error.message or "")


def seconds_to_wait(headers: Mapping[str, str], now: float | None = None) -> float | None:
    """How many seconds the answer asks to wait, None when it does not say: the larger of `Retry-After` and
    `RateLimit-Reset`, decimals allowed, `LONGEST_WAIT` at most.

    `Retry-After` may also be a moment. It is counted from the answer's own `Date`, where there is one, so that clocks
    which differ do no harm; else from `now`, in epoch seconds, by default the machine's. A moment that is past says
    nothing.
    Sources: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after and
    https://learn.microsoft.com/sharepoint/dev/general-development/how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online
    """
    told = [
        _seconds(headers.get("retry-after", "")),
        _seconds_until(headers.get("retry-after", ""), headers.get("date", ""), time.time() if now is None else now),
        _seconds(headers.get("ratelimit-reset", "")),
    ]
    return max((bounded(seconds) for seconds in told if seconds is not None), default=None)


def bounded(seconds: float) -> float:
    """A wait that Microsoft asked for, as long as Custos ever keeps it: one odd answer must not silence a tenant for days."""
    return min(seconds, LONGEST_WAIT) if seconds >= 0 else 0.0


def _seconds(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if value >= 0 else None  # nan is not


def _seconds_until(text: str, date: str, now: float) -> float | None:
    until = _epoch(text)
    if until is None:
        return None
    asked = _epoch(date)
    left = until - (now if asked is None else asked)
    return left if left > 0 else None


def _epoch(text: str) -> float | None:
    """Epoch seconds of an HTTP date in any of its forms; None for anything else."""
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
