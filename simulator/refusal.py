"""What the tenant says no to, before it is dressed as a Graph or a SharePoint answer."""

from __future__ import annotations


class Refused(Exception):
    """A request that the tenant refuses.

    `status` is the HTTP status, `code` Graph's `error.code`, `inner` the code of `innerError` ("" for none), `headers`
    what goes along (Retry-After, Location).
    Source: https://learn.microsoft.com/graph/errors
    """

    def __init__(self, status: int, code: str, message: str, *, inner: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.inner = inner
        self.headers: dict[str, str] = {}


def not_found(what: str) -> Refused:
    """404 `itemNotFound`: there is no such thing, or it has gone."""
    return Refused(404, "itemNotFound", f"{what} could not be found.")


def bad_request(message: str) -> Refused:
    """400 `invalidRequest`: the caller's mistake."""
    return Refused(400, "invalidRequest", message)


def too_many(message: str, *, retry_after: int) -> Refused:
    """429 `TooManyRequests`, with the seconds to wait."""
    refusal = Refused(429, "TooManyRequests", message)
    refusal.headers["Retry-After"] = str(retry_after)
    return refusal
