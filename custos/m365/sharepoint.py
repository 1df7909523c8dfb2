"""SharePoint REST as one identity, through office365-rest-python-client, in threads.

Web addresses are the public ones everywhere (`https://NAME.sharepoint.com/sites/x`); requests go to the endpoints of
the settings, which differ only on a simulated tenant. Sites and administration are two audiences, so they are two
contexts, each with its own token. The library's retry and rate limiter smooth short trouble; the tenant's gate stands
above them.
Source: https://learn.microsoft.com/sharepoint/dev/sp-add-ins/get-to-know-the-sharepoint-rest-service
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from custos.m365.credentials import Identity
from custos.m365.errors import Late, Malformed, MicrosoftTrouble, Refused, Unavailable, trouble_from
from custos.m365.throttle import Throttle
from custos.m365.throttled_services import Service
from custos.settings import Settings

if TYPE_CHECKING:
    from office365.runtime.http.request_options import RequestOptions
    from office365.runtime.transport.base import BaseTransport
    from office365.sharepoint.client_context import ClientContext

UNITS = 2
"""What one call is counted as. Microsoft publishes no cost for SharePoint REST; it plans with two a request on
average.
"""

_CONNECT_SECONDS, _READ_SECONDS = 10.0, 60.0
_TRIES = 3
_TOKEN_MARGIN_SECONDS = 120
_KEPT_SITES = 64
_THROTTLED = (429, 503)


@dataclass
class SharePoint:
    """SharePoint of one tenant as one identity. Calls on one site run one after another, on different sites side by
    side.

    `root_url` is the public root, `admin_url` the public root of administration; the endpoints are where they answer.
    `first_delay` in seconds is where the library's back-off after a lost connection or a 5xx begins; it tries three
    times.
    """

    identity: Identity
    throttle: Throttle
    root_url: str
    admin_url: str
    endpoint: str
    admin_endpoint: str
    first_delay: int = 1
    _contexts: dict[str, _Context] = field(default_factory=dict, init=False, repr=False)

    async def on_site[T](
        self, site_url: str, work: Callable[[ClientContext], T], *, what: str, until: float | None = None
    ) -> T:
        """Run `work` on the context of the site at `site_url`, in a thread. `what` is the request in words.

        With `until` (epoch seconds) it writes: then every request is sent once, and none after that moment.
        Costs 2 units by our count. Raises a MicrosoftTrouble; Refused, with nothing sent, for an address outside the tenant; Late.
        """
        return await self._run(self.reach(site_url), self._audience(site_url), work, what, until)

    async def on_administration[T](
        self, work: Callable[[ClientContext], T], *, what: str, until: float | None = None
    ) -> T:
        """Run `work` on the context of the tenant's administration, in a thread, as `on_site` does."""
        return await self._run(self.admin_endpoint, self.admin_url, work, what, until)

    def reach(self, site_url: str) -> str:
        """Where the site at a public web address answers. Raises Refused for an address outside the tenant."""
        site_url = site_url.rstrip("/")
        audience = self._audience(site_url)
        return self.endpoint + site_url.removeprefix(self.root_url) if audience == self.root_url else site_url

    async def close(self) -> None:
        """Forget the contexts."""
        self._contexts.clear()

    def _audience(self, site_url: str) -> str:
        parts, root = urlsplit(site_url), urlsplit(self.root_url)
        name, _, domain = root.netloc.partition(".")
        if parts.scheme == root.scheme and parts.netloc.lower() == root.netloc.lower():
            return self.root_url
        if parts.scheme == root.scheme and parts.netloc.lower() == f"{name}-my.{domain}".lower():
            return f"{root.scheme}://{parts.netloc}"
        raise Refused(f"{site_url} is not an address of this tenant ({self.root_url}).", code="foreignAddress")

    async def _run[T](
        self, base: str, audience: str, work: Callable[[ClientContext], T], what: str, until: float | None
    ) -> T:
        context = self._contexts.get(base)
        if context is None:
            if len(self._contexts) >= _KEPT_SITES:
                self._contexts.pop(next(iter(self._contexts)))
            context = self._contexts[base] = _Context(base, self.first_delay)

        async def send() -> T:
            async with context.lock:
                context.token = await self.identity.token(audience)
                return await asyncio.to_thread(_guarded, context, work, what, until)

        return await self.throttle.run(
            lambda: self.identity.renewing(send),
            service=Service.CONTENT,
            units=UNITS,
            failures=1,
            once=until is not None,
        )


@dataclass
class _Context:
    """One of the library's contexts: not safe for two threads at once, hence the lock."""

    base: str
    first_delay: int
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    token: Any = None
    client: ClientContext | None = None
    until: float | None = None
    """Of the write under way: no request leaves after it, and none is repeated. None while it only reads."""

    def open(self) -> ClientContext:
        """The library's context, made on first use, because importing the library takes a third of a second."""
        if self.client is None:
            from office365.sharepoint.client_context import ClientContext

            client = ClientContext(self.base).with_access_token(self._answer)
            client.pending_request().transport = _transport(lambda: self.until)
            self.client = client.with_auto_retry(
                max_retry=_TRIES, timeout_secs=self.first_delay, is_retriable=self._may_repeat
            ).with_rate_limit()
        return self.client

    def _may_repeat(self, error: Exception) -> bool:
        return self.until is None and _short_trouble(error)

    def _answer(self) -> dict[str, Any]:
        """The library keeps a token for exactly `expires_in` seconds, so a margin is taken off."""
        left = int(self.token.expires_on - time.time()) - _TOKEN_MARGIN_SECONDS
        return {"token_type": "Bearer", "access_token": self.token.token, "expires_in": max(1, left)}


def _transport(latest: Callable[[], float | None]) -> BaseTransport:
    """The library's transport, which lets nothing leave after its time: looked at last of all."""
    from office365.runtime.transport.requests_transport import RequestsTransport

    class Punctual(RequestsTransport):
        def execute(self, request: RequestOptions) -> Any:  # a Response of requests
            moment = latest()
            if moment is not None and time.time() >= moment:
                raise Late(f"{urlsplit(request.url).path}: it was too late to send it; nothing was sent.")
            return super().execute(request)

    return Punctual(timeout=(_CONNECT_SECONDS, _READ_SECONDS))


def _short_trouble(error: Exception) -> bool:
    """What the library may retry by itself: not a throttled answer, which is the whole tenant's matter."""
    from office365.runtime.retry import is_transient_error

    status = getattr(getattr(error, "response", None), "status_code", None)
    return status not in _THROTTLED and is_transient_error(error)


def _guarded[T](context: _Context, work: Callable[[ClientContext], T], what: str, until: float | None) -> T:
    """Run `work` and turn whatever the library raises into a MicrosoftTrouble."""
    from office365.runtime.client_request_exception import ClientRequestException
    from requests import RequestException

    context.until, writes = until, until is not None
    try:
        return work(context.open())
    except ClientRequestException as error:
        context.client = None
        raise _trouble(error, what, writes=writes) from error
    except RequestException as error:
        context.client = None
        raise Unavailable(f"{what}: no answer ({type(error).__name__}).", maybe_done=writes) from error
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
    ) as error:  # the library's way of not understanding an answer
        context.client = None
        if writes:
            raise Unavailable(f"{what}: the answer cannot be read.", maybe_done=True) from error
        raise Malformed(f"{what}: the answer cannot be read ({type(error).__name__}).") from error


def _trouble(error: Any, what: str, *, writes: bool) -> MicrosoftTrouble:  # ClientRequestException, which has no types
    answer = error.response
    if answer is None:
        return Unavailable(f"{what}: no answer ({error}).", maybe_done=writes)
    if answer.status_code < 300:  # the library's own complaint about a body that it cannot read
        if writes:
            return Unavailable(f"{what}: the answer cannot be read.", maybe_done=True, status=answer.status_code)
        return Malformed(f"{what}: the answer cannot be read.", status=answer.status_code)
    headers = {name.lower(): value for name, value in answer.headers.items()}
    trouble = trouble_from(
        answer.status_code, headers, b"", what=f"{what} ({error.message})" if error.message else what, is_write=writes
    )
    trouble.code = str(error.code or "")
    trouble.request_id = trouble.request_id or str(error.request_id or "")
    return trouble


def sharepoint_from(settings: Settings, identity: Identity, throttle: Throttle) -> SharePoint:
    """SharePoint of the tenant that the settings name, as `identity`."""
    return SharePoint(
        identity=identity,
        throttle=throttle,
        root_url=settings.sharepoint_url,
        admin_url=settings.sharepoint_admin_url,
        endpoint=settings.sharepoint_endpoint,
        admin_endpoint=settings.sharepoint_admin_endpoint or settings.sharepoint_admin_url,
    )
