"""Microsoft Graph in a person's name, for what whoever sets Custos up does themselves: rights that are read, given and taken away.

Not through the tenant's gate and none of the identities: whoever gives rights may have none of them, and no storage.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import ClassVar, Self

import httpx
import msgspec
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception

from custos.errors import BadInput, Mark, Problem
from custos.m365.errors import Locked, Malformed, NotFound, Refused, Throttled, Unavailable, trouble_from
from custos.m365.tls import tls
from custos.m365.trying_again import BACK_OFF, again, between_failures, enough, error_of

_TIMEOUT_SECONDS = 30.0
_PATIENCE_SECONDS = 300.0
_THERE_ALREADY = "already exists"


class _ErrorBody(msgspec.Struct):
    message: str = ""


class _Error(msgspec.Struct):
    error: _ErrorBody


@dataclass
class InPerson:
    """`graph_url` ends in the version. Use it in `async with`. `administrator` is the role of the directory that it takes, `scope` what
    the sign-in must allow. `first_delay` in seconds is where the back-off after a failure begins."""

    graph_url: str
    token: str = field(repr=False)
    administrator: ClassVar[str] = ""
    scope: ClassVar[str] = ""
    first_delay: float = 0.25

    async def __aenter__(self) -> Self:
        headers = {"Authorization": f"Bearer {self.token}"}
        self._client = httpx.AsyncClient(verify=tls(), timeout=_TIMEOUT_SECONDS, headers=headers)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def _sent(
        self,
        method: str,
        address: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
        gone_is_fine: bool = False,
    ) -> bytes:
        """The answer's body. What Microsoft asks to wait for is waited for, and what failed is tried again, as for every other call; only
        what may have been done already is not sent twice.
        """
        found: list[bytes] = []
        async for attempt in AsyncRetrying(
            retry=retry_if_exception(lambda error: _again(error, idempotent=method != "POST")),
            stop=enough,
            wait=lambda state: _pause(state, self.first_delay),
            reraise=True,
        ):
            with attempt:
                found.append(await self._sent_once(method, address, params, body, gone_is_fine=gone_is_fine))
        return found[0]

    async def _sent_once(
        self,
        method: str,
        address: str,
        params: Mapping[str, str] | None,
        body: Mapping[str, object] | None,
        *,
        gone_is_fine: bool,
    ) -> bytes:
        try:
            answer = await self._client.request(method, address, params=params, json=body)
        except httpx.HTTPError as error:
            maybe = not isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout))
            said = f"Microsoft Graph cannot be reached: {type(error).__name__}."
            raise Unavailable(said, maybe_done=maybe) from error
        if answer.status_code in (200, 201, 204) or (gone_is_fine and answer.status_code == 404):
            return answer.content
        said = _said(answer.content)
        if answer.status_code == 423:
            raise Locked(f"Microsoft Graph: {said or address}")
        if answer.status_code == 404:
            raise NotFound(f"Microsoft Graph does not find it: {said or address}")
        if answer.status_code == 400 and _THERE_ALREADY in said:
            return b""
        if answer.status_code in (401, 403):
            what = f"Microsoft refuses: {said or answer.status_code}"
            remedy = f"Sign in as somebody who is {self.administrator}; reading takes the scope {self.scope}."
            raise BadInput([Problem(Mark("sign-in"), what, remedy, code="sign-in")])
        told = trouble_from(
            answer.status_code, answer.headers, answer.content, what="Microsoft Graph", is_write=method != "GET"
        )
        raise told if told.passing else Refused(f"Microsoft Graph answered {answer.status_code}: {said or 'no reason'}")


def _again(error: BaseException, *, idempotent: bool) -> bool:
    """Nobody sits at a terminal for longer than some minutes."""
    long = isinstance(error, Throttled) and (error.retry_after or 0) > _PATIENCE_SECONDS
    return not long and again(error, idempotent=idempotent)


def _pause(state: RetryCallState, first: float) -> float:
    error = error_of(state)
    if not isinstance(error, Throttled):
        return between_failures(state, first)
    return BACK_OFF(state) if error.retry_after is None else error.retry_after


def decoded[T](kind: type[T], content: bytes) -> T:
    """An answer as records. Raises Malformed."""
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.MsgspecError as error:
        raise Malformed("Microsoft Graph's answer about rights cannot be read.") from error


def _said(content: bytes) -> str:
    try:
        return msgspec.json.decode(content, type=_Error).error.message
    except msgspec.MsgspecError:
        return ""
