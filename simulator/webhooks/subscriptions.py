"""Change-notification subscriptions: create, list, renew, reauthorise, delete.

Notification addresses must be https, as Graph demands; because this is a simulator, `http://127.0.0.1…` and
`http://localhost…` are accepted too.

Sources: https://learn.microsoft.com/graph/api/subscription-post-subscriptions, subscription-update,
subscription-reauthorize, https://learn.microsoft.com/graph/change-notifications-overview
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import msgspec
from aiohttp import web

from simulator.entra.identity import AUTHORITY, GRAPH, Caller, require
from simulator.graph.skip import position, skip_token
from simulator.refusal import Refused, bad_request, too_many
from simulator.teams.conversations import Allowance
from simulator.tenant.clock import moment
from simulator.tenant.state import Tenant
from simulator.webhooks.delivery import COURIER
from simulator.webhooks.subscription_store import KINDS, SUBSCRIPTIONS, Kind, Subscription

_SHORTEST_SECONDS = 45 * 60
_GROUPS_MOST = 100
_TLS = frozenset({"v1_0", "v1_1", "v1_2", "v1_3"})
_PAGE = 50


class _New(msgspec.Struct, rename="camel", kw_only=True):
    change_type: str
    notification_url: str
    resource: str
    expiration_date_time: str
    client_state: str | None = None
    lifecycle_notification_url: str | None = None
    include_resource_data: bool | None = None
    latest_supported_tls_version: str | None = None


class _Renewal(msgspec.Struct, rename="camel", kw_only=True):
    expiration_date_time: str | None = None
    notification_url: str | None = None
    lifecycle_notification_url: str | None = None


def routes(tenant: Tenant) -> Iterable[web.RouteDef]:
    """`/subscriptions` of Microsoft Graph."""
    desk = _Desk(tenant)
    base = "/graph/v1.0/subscriptions"
    return [
        web.post(base, desk.create),
        web.get(base, desk.list),
        web.get(f"{base}/{{id}}", desk.get),
        web.patch(f"{base}/{{id}}", desk.renew),
        web.post(f"{base}/{{id}}/reauthorize", desk.reauthorise),
        web.delete(f"{base}/{{id}}", desk.delete),
    ]


class _Desk:
    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._writes = Allowance((1000, 20.0))

    async def create(self, request: web.Request) -> web.Response:
        """201 once both addresses have passed the validation handshake."""
        caller = require(request, GRAPH)
        self._count_write()
        new = await _read(request, _New)
        kind, key = self._resource(new.resource)
        _allow(caller, kind)
        changes = {each.strip() for each in new.change_type.split(",") if each.strip()}
        if not changes or not changes <= kind.changes:
            raise bad_request(f"changeType {new.change_type!r} is not supported for {new.resource}.")
        if len(new.client_state or "") > 128:
            raise bad_request("clientState may have at most 128 characters.")
        if new.include_resource_data:
            raise bad_request("Resource data is not offered for this resource.")
        tls = new.latest_supported_tls_version or "v1_2"
        if tls not in _TLS:
            raise bad_request(f"latestSupportedTlsVersion {tls!r} is none of {', '.join(sorted(_TLS))}.")
        self._check_room(request, caller, new, kind)
        expires = self._expiry(new.expiration_date_time, kind)
        lifecycle = new.lifecycle_notification_url or ""
        for url in filter(None, (new.notification_url, lifecycle)):
            _check_url(url)
            await _handshake(request, url)
        self._check_room(request, caller, new, kind)  # somebody else may have come first meanwhile
        subscription = Subscription(
            id=str(uuid.uuid4()),
            app_id=caller.client_id,
            resource=new.resource,
            change_type=",".join(sorted(changes)),
            family=kind.family,
            key=key,
            notification_url=new.notification_url,
            lifecycle_url=lifecycle,
            client_state=new.client_state or "",
            expires=expires,
            tls=tls,
            security="includesecuritywebhooks" in ",".join(request.headers.getall("Prefer", ())).lower(),
        )
        request.app[SUBSCRIPTIONS].add(subscription)
        return _answer(request, subscription, status=201)

    async def list(self, request: web.Request) -> web.Response:
        """The caller's own subscriptions, in pages."""
        caller = require(request, GRAPH)
        own = [each for each in request.app[SUBSCRIPTIONS] if each.app_id == caller.client_id]
        start = position(request.query.get("$skiptoken", ""))
        page = own[start : start + _PAGE]
        answer: dict[str, Any] = {
            "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#subscriptions",
            "value": [each.body(_creator(request, each)) for each in page],
        }
        if start + _PAGE < len(own):
            answer["@odata.nextLink"] = str(request.url.with_query({"$skiptoken": skip_token(start + _PAGE)}))
        return web.json_response(answer)

    async def get(self, request: web.Request) -> web.Response:
        return _answer(request, self._own(request))

    async def renew(self, request: web.Request) -> web.Response:
        """200 with a new expiry, a new address or both; counts as reauthorisation."""
        subscription = self._own(request)
        self._count_write()
        renewal = await _read(request, _Renewal)
        if renewal.lifecycle_notification_url not in (None, subscription.lifecycle_url):
            raise bad_request("lifecycleNotificationUrl is set when a subscription is created, and never after.")
        kind, _ = self._resource(subscription.resource)
        expires = self._expiry(renewal.expiration_date_time, kind) if renewal.expiration_date_time else 0
        if renewal.notification_url:
            _check_url(renewal.notification_url)
            await _handshake(request, renewal.notification_url)
            subscription.notification_url = renewal.notification_url
        subscription.expires = expires or subscription.expires
        request.app[COURIER].reauthorised(subscription)
        return _answer(request, subscription)

    async def reauthorise(self, request: web.Request) -> web.Response:
        """204; the expiry stays."""
        request.app[COURIER].reauthorised(self._own(request))
        return web.Response(status=204)

    async def delete(self, request: web.Request) -> web.Response:
        subscription = self._own(request)
        self._count_write()
        request.app[SUBSCRIPTIONS].remove(subscription)
        return web.Response(status=204)

    def _own(self, request: web.Request) -> Subscription:
        caller = require(request, GRAPH)
        found = request.app[SUBSCRIPTIONS].find(request.match_info["id"])
        if found is None or found.app_id != caller.client_id:
            raise Refused(404, "ResourceNotFound", "The object was not found.")
        _allow(caller, self._resource(found.resource)[0])
        return found

    def _count_write(self) -> None:
        if not self._writes.take():
            raise too_many("Too many subscription requests.", retry_after=20)

    def _resource(self, resource: str) -> tuple[Kind, str]:
        path = resource.strip("/")
        owner = re.fullmatch(r"users/([^/]+)/drive/root", path, re.IGNORECASE)
        if owner is not None:
            user = self._tenant.user(owner[1])
            personal = next(
                (site for site in self._tenant.sites.values() if site.personal and user.id in site.owners), None
            )
            if personal is None or not personal.drives:
                raise Refused(404, "itemNotFound", "The user has no drive.")
            path = f"drives/{personal.drives[0].id}/root"
        for kind in KINDS:
            match = kind.pattern.fullmatch(path)
            if match is not None:
                return kind, self._key(kind, match)
        raise bad_request(f"Resource '{resource}' cannot be subscribed to.")

    def _key(self, kind: Kind, match: re.Match[str]) -> str:
        """The subscribed thing's id, after a look whether it exists."""
        if kind.family == "drive":
            return self._tenant.drive(match[1]).id
        if kind.family == "list":
            drive = self._tenant.drives_by_list.get(match[2].lower())
            if drive is None or drive.site is not self._tenant.site(match[1]):
                raise Refused(404, "itemNotFound", "The list could not be found.")
            return drive.list_id
        group_id = next((each for each in match.groups() if each), "")
        return self._tenant.group(group_id).id if group_id else ""

    def _check_room(self, request: web.Request, caller: Caller, new: _New, kind: Kind) -> None:
        wanted = new.resource.strip("/").lower(), {each.strip() for each in new.change_type.split(",")}
        own = [each for each in request.app[SUBSCRIPTIONS] if each.app_id == caller.client_id]
        if any((each.resource.strip("/").lower(), set(each.change_type.split(","))) == wanted for each in own):
            raise Refused(409, "Conflict", "A subscription with this resource and changeType exists already.")
        if kind.family == "group" and sum(each.family == "group" for each in own) >= _GROUPS_MOST:
            raise Refused(403, "Forbidden", "Subscription quota exceeded: 100 on groups for one app and tenant.")

    def _expiry(self, text: str, kind: Kind) -> int:
        try:
            asked = moment(text)
        except ValueError as error:
            raise bad_request("expirationDateTime is no date and time.") from error
        now = self._tenant.now()
        if asked <= now:
            raise bad_request("Subscription expiration must lie in the future.")
        if asked > now + kind.longest * 60 + 60:
            raise bad_request(f"Subscription expiration can only be {kind.longest} minutes in the future.")
        return max(asked, now + _SHORTEST_SECONDS)


def _allow(caller: Caller, kind: Kind) -> None:
    if caller.roles.isdisjoint(kind.roles):
        raise Refused(403, "accessDenied", f"Insufficient privileges: {kind.roles[0]} is needed.")


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    loopback = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")
    if not parts.hostname or not (parts.scheme == "https" or loopback):
        raise bad_request(f"The notification address must begin with https://, not {parts.scheme}://.")


async def _handshake(request: web.Request, url: str) -> None:
    trouble = await request.app[COURIER].validate(url)
    if trouble:
        raise Refused(400, "ValidationError", f"Subscription validation request failed. {trouble}")


async def _read[T](request: web.Request, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(await request.read(), type=shape)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise bad_request(str(error)) from error


def _creator(request: web.Request, subscription: Subscription) -> str:
    return request.app[AUTHORITY].registrations[subscription.app_id].object_id


def _answer(request: web.Request, subscription: Subscription, *, status: int = 200) -> web.Response:
    context = {"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#subscriptions/$entity"}
    return web.json_response(context | subscription.body(_creator(request, subscription)), status=status)
