"""The simulated tenant's own controls, on loopback alone: clock, state, environment, deeds, troubles and what else
tests need.

| address | what it does |
|---|---|
| `GET /sim/clock`, `POST /sim/clock` | `{"now": ISO, "boundFor": ISO or null}`; move it by `{"advance": "PT2H"}` or `{"to": ISO}` |
| `GET /sim/state` | counts, planted ids, people, units and requests spent, what went wrong on request |
| `GET /sim/environment` | the environment variables that make Custos talk to this tenant |
| `POST /sim/act` | do what a person does: see `simulator.control.people_actions` |
| `GET, POST, DELETE /sim/faults` | troubles that wait or stand, what has happened: see `simulator.trouble.routes` |
| `GET, POST /sim/notifications` | the courier's diary and knobs; `reauthorize`, `forge` |
| `POST /sim/messaging-endpoint` | `{"url": …}`: where the bot listens |
| `POST /sim/people` | `{"person": …, "blocked": bool, "installable": bool, "mailbox": bool}` |
| `POST /sim/identity` | `{"client": "observer", "resource": "graph", "revoke": "Mail.Send"}` |
| `GET /sim/` and below | the pages for people's eyes: see `simulator.page.pages` |
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

import msgspec
from aiohttp import web

from simulator.app_keys import METER, TROUBLES
from simulator.control.clock_moves import wanted_moment
from simulator.control.loopback import loopback_only
from simulator.control.people_actions import Deeds
from simulator.entra.identity import AUTHORITY, GRAPH, SHAREPOINT
from simulator.entra.managed_identity import IDENTITY_HEADER
from simulator.entra.registrations import (
    ACTOR_CLIENT_ID,
    BOT_CLIENT_ID,
    OBSERVER_CLIENT_ID,
    SIGN_IN_CLIENT_ID,
    TEAMS_APP_ID,
)
from simulator.mail import MAILBOXES, service_mailbox
from simulator.refusal import Refused, bad_request, not_found
from simulator.teams.activity import FEED
from simulator.teams.client import TEAMS
from simulator.teams.conversations import CONVERSATIONS
from simulator.tenant.clock import instant
from simulator.tenant.state import Tenant
from simulator.webhooks.delivery import COURIER, Knobs
from simulator.webhooks.subscription_store import SUBSCRIPTIONS

_CLIENTS = {"observer": OBSERVER_CLIENT_ID, "actor": ACTOR_CLIENT_ID, "bot": BOT_CLIENT_ID}
_RESOURCES = {"graph": GRAPH, "sharepoint": SHAREPOINT}


def routes(tenant: Tenant) -> Iterable[web.RouteDef]:
    """The control addresses, except the pages."""
    desk = _Desk(tenant)
    return [
        web.get("/sim/clock", desk.clock),
        web.post("/sim/clock", desk.move_clock),
        web.get("/sim/state", desk.state),
        web.get("/sim/environment", desk.environment),
        web.post("/sim/act", desk.act),
        web.get("/sim/notifications", desk.notifications),
        web.post("/sim/notifications", desk.change_notifications),
        web.post("/sim/messaging-endpoint", desk.messaging_endpoint),
        web.post("/sim/people", desk.people),
        web.post("/sim/identity", desk.identity),
    ]


def environment(tenant: Tenant, app: web.Application, base: str) -> dict[str, str]:
    """The environment variables that point Custos to this tenant, served at `base` (`http://127.0.0.1:P`)."""
    return {
        "CUSTOS_TENANT_ID": tenant.id,
        "CUSTOS_GRAPH_URL": f"{base}/graph/v1.0",
        "CUSTOS_SHAREPOINT_URL": tenant.root_url,
        "CUSTOS_SHAREPOINT_ENDPOINT": f"{base}/sharepoint",
        "CUSTOS_SHAREPOINT_ADMIN_ENDPOINT": f"{base}/sharepoint-admin",
        "CUSTOS_BOT_SERVICE_URL": f"{base}/bot/teams",
        "CUSTOS_BOT_OPENID_URL": f"{base}/botframework/v1/.well-known/openidconfiguration",
        "CUSTOS_CLOCK": f"{base}/sim/clock",
        "CUSTOS_OBSERVER_CLIENT_ID": OBSERVER_CLIENT_ID,
        "CUSTOS_ACTOR_CLIENT_ID": ACTOR_CLIENT_ID,
        "CUSTOS_BOT_APP_ID": BOT_CLIENT_ID,
        "CUSTOS_TEAMS_APP_ID": TEAMS_APP_ID,
        "CUSTOS_SIGN_IN_CLIENT_ID": SIGN_IN_CLIENT_ID,
        "CUSTOS_LOGIN_URL": f"{base}/login",
        "CUSTOS_MAILBOX": service_mailbox(tenant),
        "CUSTOS_UNITS_PER_MINUTE": str(app[METER].limit),
        "CUSTOS_UNITS_SHARE": "1",
        "IDENTITY_ENDPOINT": f"{base}/msi/token",
        "IDENTITY_HEADER": IDENTITY_HEADER,
    }


class _Desk:
    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    async def clock(self, request: web.Request) -> web.Response:
        loopback_only(request)
        return self._now()

    async def move_clock(self, request: web.Request) -> web.Response:
        return await self._answered(request, self._move_clock)

    async def state(self, request: web.Request) -> web.Response:
        loopback_only(request)
        return web.json_response(self._state(request.app), dumps=_dumps)

    async def environment(self, request: web.Request) -> web.Response:
        loopback_only(request)
        return web.json_response(environment(self._tenant, request.app, f"{request.scheme}://{request.host}"))

    async def act(self, request: web.Request) -> web.Response:
        return await self._answered(request, self._act)

    async def notifications(self, request: web.Request) -> web.Response:
        loopback_only(request)
        courier = request.app[COURIER]
        return web.json_response(
            {
                "knobs": asdict(courier.knobs),
                "attempts": [asdict(each) for each in list(courier.attempts)[-200:]],
                "endpoints": {url: asdict(each) for url, each in courier.endpoints.items()},
                "lost": courier.lost,
            }
        )

    async def change_notifications(self, request: web.Request) -> web.Response:
        return await self._answered(request, self._change_notifications)

    async def messaging_endpoint(self, request: web.Request) -> web.Response:
        return await self._answered(request, self._messaging_endpoint)

    async def people(self, request: web.Request) -> web.Response:
        return await self._answered(request, self._people)

    async def identity(self, request: web.Request) -> web.Response:
        return await self._answered(request, self._identity)

    # -- what the addresses do --------------------------------------------------------------------------------------

    def _now(self) -> web.Response:
        clock = self._tenant.clock
        bound_for = clock.bound_for
        return web.json_response({"now": _iso(clock.now()), "boundFor": bound_for and _iso(bound_for)})

    async def _move_clock(self, _: web.Request, body: dict[str, Any]) -> web.Response:
        clock = self._tenant.clock
        clock.set(wanted_moment(clock, body))
        return self._now()

    async def _act(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        request.app[TEAMS].reached_at(request)
        return web.json_response(await Deeds(self._tenant, request.app).do(body), dumps=_dumps)

    async def _change_notifications(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        courier, known = request.app[COURIER], {each.name for each in fields(Knobs)}
        forged = body.pop("forge", None)
        asked = body.pop("reauthorize", None)
        if unknown := body.keys() - known:
            raise bad_request(f"There are no knobs {', '.join(sorted(unknown))}; there are {', '.join(sorted(known))}.")
        for name, value in body.items():
            setattr(courier.knobs, name, msgspec.convert(value, type(getattr(courier.knobs, name))))
        told: dict[str, Any] = {"knobs": asdict(courier.knobs)}
        if asked is not None:
            chosen = [each for each in request.app[SUBSCRIPTIONS] if asked in ("all", each.id)]
            told["reauthorize"] = sum(courier.lifecycle(each, "reauthorizationRequired") for each in chosen)
        if isinstance(forged, dict):
            wanted = str(forged.pop("subscription", ""))
            target = next((each for each in request.app[SUBSCRIPTIONS] if wanted in ("", each.id)), None)
            if target is None:
                raise not_found("The subscription")
            told["forged"] = asdict(await courier.forge(target, **forged))
        return web.json_response(told)

    async def _messaging_endpoint(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        request.app[TEAMS].endpoint = str(body.get("url", ""))
        request.app[TEAMS].reached_at(request)
        return web.json_response({"url": request.app[TEAMS].endpoint})

    async def _people(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        user = self._tenant.user(str(body.get("person", "")))
        conversations, gone = request.app[CONVERSATIONS], request.app[MAILBOXES].gone
        for name, members, member, present in (
            ("blocked", conversations.blocked, user.id, True),
            ("installable", conversations.forbidden, user.id, False),
            ("mailbox", gone, user.mail.lower(), False),
        ):
            if name in body:
                (members.add if bool(body[name]) is present else members.discard)(member)
        return web.json_response({"person": user.name, "personId": user.id})

    async def _identity(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        client, resource = _CLIENTS.get(str(body.get("client"))), _RESOURCES.get(str(body.get("resource")))
        if client is None or resource is None:
            raise bad_request("Say client observer, actor or bot and resource graph or sharepoint.")
        request.app[AUTHORITY].revoke(client, resource, str(body.get("revoke", "")))
        return web.json_response({"roles": _roles(request.app)}, dumps=_dumps)

    def _state(self, app: web.Application) -> dict[str, Any]:
        tenant, courier = self._tenant, app[COURIER]
        return {
            "now": instant(tenant.clock.seconds()),
            "tenantId": tenant.id,
            "seed": tenant.seed,
            "scale": tenant.scale,
            "counts": {
                "sites": len(tenant.sites),
                "drives": len(tenant.drives),
                "items": sum(len(drive.items) for drive in tenant.drives.values()),
                "users": len(tenant.users),
                "groups": len(tenant.groups),
                "subscriptions": sum(1 for _ in app[SUBSCRIPTIONS]),
                "chats": len(app[CONVERSATIONS].everyone()),
                "feed": len(app[FEED].notices),
                "mail": sum(len(letters) for letters in app[MAILBOXES].inbox.values()),
                "notificationPosts": len(courier.attempts),
                "notificationsLost": courier.lost,
            },
            "spent": app[METER].report(),
            "faults": app[TROUBLES].happened,
            "unanswered": tenant.unanswered,
            "planted": tenant.planted,
            "roles": _roles(app),
            "messagingEndpoint": app[TEAMS].endpoint,
            "sites": [
                {
                    "id": site.id,
                    "url": site.url,
                    "title": site.title,
                    "kind": site.kind,
                    "capability": site.capability,
                    "lock": site.lock,
                    "drives": [
                        {"id": drive.id, "name": drive.name, "url": drive.url, "items": len(drive.items)}
                        for drive in site.drives
                    ],
                }
                for site in tenant.sites.values()
            ],
            "people": [
                {
                    "id": user.id,
                    "upn": user.upn,
                    "name": user.name,
                    "mail": user.mail,
                    "jobTitle": user.job_title,
                    "enabled": user.enabled,
                    "guest": user.guest,
                    "bot": user.id in app[CONVERSATIONS].installed,
                }
                for user in tenant.users.values()
            ],
        }

    async def _answered(self, request: web.Request, doing: Any) -> web.Response:
        """Do what the JSON body of a control request asks, and say in plain words why not."""
        loopback_only(request)
        try:
            body = msgspec.json.decode(await request.read() or b"{}", type=dict[str, Any])
            response: web.Response = await doing(request, body)
        except Refused as refusal:
            error = {"code": refusal.code, "message": refusal.message}
            return web.json_response({"error": error}, status=refusal.status)
        except (msgspec.DecodeError, msgspec.ValidationError, TypeError, ValueError) as error:
            return web.json_response({"error": {"code": "invalidRequest", "message": str(error)}}, status=400)
        return response


def _roles(app: web.Application) -> dict[str, Any]:
    return {
        registration.name: {resource: sorted(roles) for resource, roles in registration.roles.items()}
        for registration in app[AUTHORITY].registrations.values()
    }


def _iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _dumps(value: object) -> str:
    return msgspec.json.encode(value).decode()
