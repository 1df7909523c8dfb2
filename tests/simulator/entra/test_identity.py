"""Tokens: who gets one, for what, and what a call without the right one is told."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from typing import Any

import jwt
import pytest
from azure.core.exceptions import ClientAuthenticationError

from simulator.entra.credential import signed_in
from simulator.entra.identity import AUTHORITY, GRAPH, SHAREPOINT, SHAREPOINT_ADMIN, TENANT_ID
from simulator.entra.registrations import ACTOR_CLIENT_ID, BOT_CLIENT_ID, OBSERVER, OBSERVER_CLIENT_ID
from simulator.entra.signing import SigningKey
from tests.simulator.served_tenant import PRIYA, ServedTenant

PROBE = "/users/custos@wrenbridge.example/sendMail"


ASKING = """
import asyncio, json, sys
from azure.core.exceptions import ClientAuthenticationError
from azure.identity.aio import ManagedIdentityCredential

async def token_for(client_id, resource):
    async with ManagedIdentityCredential(client_id=client_id) as credential:
        try:
            return (await credential.get_token(f"{resource}/.default")).token
        except ClientAuthenticationError as error:
            return type(error).__name__

async def all_of(asked):
    return [await token_for(*each) for each in asked]

print(json.dumps(asyncio.run(all_of(json.loads(sys.argv[1])))))
"""
"""What a client does in a process whose environment the platform laid down: azure-identity looks there alone."""


@pytest.fixture
async def environment(served: ServedTenant) -> dict[str, str]:
    """The environment that the tenant hands out."""
    _, told = await served.control("GET", "/environment")
    return dict(told)


async def tokens_for(environment: dict[str, str], *asked: tuple[str, str]) -> list[str]:
    """What Microsoft's own ManagedIdentityCredential gets for client ids and resources."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", ASKING, json.dumps(asked),
        env={**os.environ, **environment}, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, _ = await process.communicate()
    found: list[str] = json.loads(said)
    return found


async def test_microsofts_credential_gets_tokens(environment: dict[str, str]) -> None:
    """ManagedIdentityCredential gets a token with the audience, the app and the roles that it has there; a stranger none."""
    token, sharepoint, stranger = await tokens_for(
        environment,
        (environment["CUSTOS_OBSERVER_CLIENT_ID"], GRAPH),
        (environment["CUSTOS_ACTOR_CLIENT_ID"], SHAREPOINT_ADMIN),
        ("00000000-0000-0000-0000-000000000000", GRAPH),
    )
    claims = jwt.decode(token, options={"verify_signature": False})
    assert (claims["aud"], claims["appid"], claims["tid"]) == (GRAPH, OBSERVER_CLIENT_ID, TENANT_ID)
    assert set(claims["roles"]) == OBSERVER.roles["graph"]
    assert claims["exp"] > time.time() + 3600

    claims = jwt.decode(sharepoint, options={"verify_signature": False})
    assert (claims["aud"], claims["roles"]) == (SHAREPOINT_ADMIN, ["Sites.FullControl.All"])
    assert stranger == "ClientAuthenticationError"


async def test_a_client_that_shares_its_process_gets_the_same_token(environment: dict[str, str]) -> None:
    """The credential that is told its endpoint asks in the same protocol; an unknown identity is refused as by the other."""
    async with signed_in(environment)(environment["CUSTOS_OBSERVER_CLIENT_ID"]) as credential:
        token = (await credential.get_token(f"{GRAPH}/.default")).token
    claims = jwt.decode(token, options={"verify_signature": False})
    assert (claims["aud"], claims["appid"], claims["tid"]) == (GRAPH, OBSERVER_CLIENT_ID, TENANT_ID)
    async with signed_in(environment)("00000000-0000-0000-0000-000000000000") as stranger:
        with pytest.raises(ClientAuthenticationError):
            await stranger.get_token(f"{GRAPH}/.default")


@pytest.mark.parametrize(
    ("query", "header", "status"),
    [
        ({}, "wrong", 401),
        ({"api-version": "2016-01-01"}, None, 400),
        ({"resource": "https://graph.example.net"}, None, 400),
        ({"client_id": "nobody"}, None, 400),
    ],
)
async def test_managed_identity_endpoint_checks_its_caller(
    served: ServedTenant, environment: dict[str, str], query: dict[str, str], header: str | None, status: int
) -> None:
    """The platform's endpoint wants its secret header, its version, a known identity and a known resource."""
    good = {"api-version": "2019-08-01", "resource": GRAPH, "client_id": OBSERVER_CLIENT_ID}
    headers = {"X-IDENTITY-HEADER": header or environment["IDENTITY_HEADER"]}
    async with served.http.get(environment["IDENTITY_ENDPOINT"], params=good | query, headers=headers) as answer:
        assert answer.status == status


async def test_openid_keys_verify_tokens(served: ServedTenant) -> None:
    """The published keys verify the tokens that are issued."""
    async with served.http.get(f"{served.base}/login/{TENANT_ID}/v2.0/.well-known/openid-configuration") as answer:
        metadata = await answer.json()
    async with served.http.get(metadata["jwks_uri"]) as answer:
        keys = jwt.PyJWKSet.from_dict(await answer.json())
    token = served.token(OBSERVER_CLIENT_ID, GRAPH)
    key = keys[jwt.get_unverified_header(token)["kid"]]
    assert jwt.decode(token, key, algorithms=["RS256"], audience=GRAPH)["oid"] == OBSERVER.object_id


async def fetch_token(served: ServedTenant, scope: str, **form: str) -> tuple[int, dict[str, Any]]:
    form = {"grant_type": "client_credentials", "client_id": ACTOR_CLIENT_ID, "scope": scope} | form
    async with served.http.post(f"{served.base}/login/{TENANT_ID}/oauth2/v2.0/token", data=form) as answer:
        return answer.status, await answer.json()


async def test_secret_works_for_graph_and_not_for_sharepoint(served: ServedTenant) -> None:
    """A token bought with a secret is good for Graph, and SharePoint's `_api` refuses it with 401."""
    secret = served.app[AUTHORITY].registrations[ACTOR_CLIENT_ID].secret
    _, graph = await fetch_token(served, f"{GRAPH}/.default", client_secret=secret)
    _, site = await fetch_token(served, f"{SHAREPOINT}/.default", client_secret=secret)
    status, _ = await served.graph("GET", "/sites/root", token=graph["access_token"])
    assert status == 200
    status, told = await served.call(
        "POST", "/sharepoint/sites/planning-casework/_api/contextinfo", token=site["access_token"]
    )
    assert status == 401
    assert "Unsupported app only token" in told["odata.error"]["message"]["value"]


async def test_wrong_secret_is_refused(served: ServedTenant) -> None:
    """A wrong secret answers 401 invalid_client."""
    status, told = await fetch_token(served, f"{GRAPH}/.default", client_secret="guessed")
    assert (status, told["error"]) == (401, "invalid_client")


async def test_missing_role_is_403(served: ServedTenant) -> None:
    """A call without its least role answers 403 accessDenied."""
    status, told = await served.graph("POST", PROBE, {}, client=ACTOR_CLIENT_ID)
    assert (status, told["error"]["code"]) == (403, "accessDenied")


@pytest.mark.parametrize("audience", [SHAREPOINT, SHAREPOINT_ADMIN])
async def test_token_of_another_audience_is_401(served: ServedTenant, audience: str) -> None:
    """A SharePoint token is nothing to Graph."""
    status, told = await served.graph("POST", PROBE, {}, audience=audience)
    assert (status, told["error"]["code"]) == (401, "InvalidAuthenticationToken")


async def test_forged_and_expired_tokens_are_401(served: ServedTenant) -> None:
    """A token that another key signed, or that has ended, is refused."""
    claims = jwt.decode(served.token(OBSERVER_CLIENT_ID, GRAPH), options={"verify_signature": False})
    key = served.app[AUTHORITY].key
    for token in (
        SigningKey("forger").sign(claims, kid=key.kid),
        key.sign(claims | {"exp": int(time.time()) - 3600}),
        "x.y.z",
    ):
        status, told = await served.graph("POST", PROBE, {}, token=token)
        assert (status, told["error"]["code"]) == (401, "InvalidAuthenticationToken")


async def test_sharepoint_says_401_where_graph_says_403(served: ServedTenant) -> None:
    """Without the role, SharePoint answers 401 in its own shape."""
    status, told = await served.call(
        "POST", "/sharepoint-admin/_api/contextinfo", client=OBSERVER_CLIENT_ID, audience=SHAREPOINT_ADMIN
    )
    assert status == 401
    assert told["odata.error"]["code"] == "-2147024891, System.UnauthorizedAccessException"


async def test_revoked_role_stays_in_old_tokens(served: ServedTenant) -> None:
    """A role that was taken away is missing from new tokens and still in old ones."""
    old = served.token(OBSERVER_CLIENT_ID, GRAPH)
    await served.control("POST", "/identity", {"client": "observer", "resource": "graph", "revoke": "Mail.Send"})
    new = served.app[AUTHORITY].issue(OBSERVER_CLIENT_ID, GRAPH)
    assert (await served.graph("POST", PROBE, {}, token=old))[0] == 400
    assert (await served.graph("POST", PROBE, {}, token=new))[0] == 403


async def test_bot_holds_no_graph_role(served: ServedTenant) -> None:
    """The bot's identity gets a Graph token that opens nothing."""
    status, _ = await served.graph("GET", f"/users/{served.person(PRIYA).id}", client=BOT_CLIENT_ID)
    assert status == 403
