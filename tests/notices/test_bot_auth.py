"""The door: what Teams sends comes in, and every way to pretend is refused."""

from __future__ import annotations

import time

import jwt
import pytest

from custos.notices.bot_auth import LARGEST_BODY, LONGEST_TOKEN, BotAuthentication, Forged, KeyRing, KeysUnavailable
from tests.notices.bot_tokens import APP, OTHER, SERVICE, STRANGER, TENANT, Authority, bearer, body, jwk, token


async def test_teams_comes_in(door: BotAuthentication) -> None:
    """A true request gives the activity with the person's object id."""
    activity = await door.admit(body(), bearer(token()))

    assert (activity.type, activity.sender.aad_object_id, activity.text) == ("message", "0000", "my assets")


async def test_a_slash_at_the_end_is_no_lie(door: BotAuthentication) -> None:
    """The service address may differ in its trailing slash."""
    await door.admit(body(serviceUrl=SERVICE.rstrip("/")), bearer(token()))


async def test_clocks_may_differ_by_five_minutes(door: BotAuthentication) -> None:
    """A token that ended four minutes ago is good, one that ended six minutes ago is not."""
    now = int(time.time())
    await door.admit(body(), bearer(token(exp=now - 240)))
    with pytest.raises(Forged):
        await door.admit(body(), bearer(token(exp=now - 360)))


NOW = int(time.time())


@pytest.mark.parametrize(
    ("code", "authorization", "content"),
    [
        ("no_token", None, body()),
        ("no_token", "", body()),
        ("no_token", "Bearer ", body()),
        ("no_token", f"Basic {token()}", body()),
        ("bad_token", bearer("not.a.token"), body()),
        ("bad_token", bearer("x" * 200), body()),
        ("bad_token", bearer(token(aud=OTHER)), body()),
        ("bad_token", bearer(token(iss="https://sts.windows.net/elsewhere/")), body()),
        ("bad_token", bearer(token(nbf=NOW - 7200, exp=NOW - 3600)), body()),
        ("bad_token", bearer(token(nbf=NOW + 3600, exp=NOW + 7200)), body()),
        ("bad_token", bearer(token(without="exp")), body()),
        ("bad_token", bearer(token(without="aud")), body()),
        ("bad_token", bearer(token(without="iss")), body()),
        ("bad_token", bearer(token(key=STRANGER)), body()),
        ("bad_token", bearer(jwt.encode({"aud": APP}, "", algorithm="none", headers={"kid": "good"})), body()),
        (
            "bad_token",
            bearer(jwt.encode({"aud": APP}, jwk("good")["n"], algorithm="HS256", headers={"kid": "good"})),
            body(),
        ),
        ("unknown_key", bearer(token(header={"kid": "nobody"})), body()),
        ("malformed", bearer(token()), body(**{"from": {"aadObjectId": "0" * 3_000}})),
        ("malformed", bearer(token()), body(**{"from": {"aadObjectId": "../people/1"}})),
        ("malformed", bearer(token()), body(conversation={"id": "19:" + "x" * 70_000, "tenantId": TENANT})),
        ("unknown_key", bearer(token(header={"kid": ""})), body()),
        ("unknown_key", bearer(token(header={"kid": "curve"})), body()),
        ("not_endorsed", bearer(token(header={"kid": "other-channel"})), body()),
        ("not_endorsed", bearer(token(header={"kid": "no-endorsement"})), body()),
        ("not_endorsed", bearer(token()), body(channelId="webchat")),
        ("service_url", bearer(token(serviceurl="https://smba.example.net/teams/")), body()),
        ("service_url", bearer(token()), body(serviceUrl="https://evil.example/teams/")),
        ("service_url", bearer(token(without="serviceurl")), body(serviceUrl="")),
        ("service_url", bearer(token(serviceurl=["x"])), body()),
        ("tenant", bearer(token()), body(conversation={"id": "19:x", "tenantId": OTHER})),
        ("tenant", bearer(token()), body(channelData={"tenant": {"id": OTHER}})),
        ("tenant", bearer(token()), body(conversation={"id": "19:x"}, channelData={})),
        ("malformed", bearer(token()), b""),
        ("malformed", bearer(token()), b"<html>"),
        ("malformed", bearer(token()), b"[]"),
        ("malformed", bearer(token()), body(type=7)),
        ("malformed", bearer(token()), b'{"type":"message","from":' + b"[" * 100_000),
        ("oversized", bearer(token()), b" " * (LARGEST_BODY + 1)),
        ("oversized", bearer("x" * (LONGEST_TOKEN + 1)), body()),
    ],
)
async def test_whoever_pretends_is_refused(
    door: BotAuthentication, code: str, authorization: str | None, content: bytes
) -> None:
    """Each way to cheat is refused, under the name of what gave it away."""
    with pytest.raises(Forged) as refused:
        await door.admit(content, authorization)

    assert refused.value.code == code


async def test_an_altered_token_is_refused(door: BotAuthentication) -> None:
    """Claims exchanged under a true signature do not hold."""
    head, _, signature = token().split(".")
    other = token(exp=NOW + 86_400).split(".")[1]

    with pytest.raises(Forged):
        await door.admit(body(), bearer(f"{head}.{other}.{signature}"))


async def test_keys_are_asked_for_once(door: BotAuthentication, authority: Authority) -> None:
    """Keys are kept: a hundred messages cost one look at the metadata."""
    for _ in range(100):
        await door.admit(body(), bearer(token()))

    assert authority.asked == 1


async def test_invented_keys_do_not_make_us_a_nuisance(door: BotAuthentication, authority: Authority) -> None:
    """Tokens under invented key ids make us look once a minute and no more."""
    for number in range(20):
        with pytest.raises(Forged):
            await door.admit(body(), bearer(token(header={"kid": f"invented{number}"})))

    assert authority.asked == 1


async def test_a_new_key_is_found(authority: Authority) -> None:
    """A key that Microsoft published meanwhile is found, once the minute is over."""
    door = BotAuthentication(APP, TENANT, KeyRing(authority.url, ask_again_seconds=0))
    await door.admit(body(), bearer(token()))
    authority.keys.append(jwk("new", STRANGER, endorsements=["msteams"]))

    await door.admit(body(), bearer(token(key=STRANGER, header={"kid": "new"})))

    assert authority.asked == 2


async def test_without_keys_nothing_is_decided(door: BotAuthentication, authority: Authority) -> None:
    """While Microsoft's keys cannot be had a request is neither believed nor refused."""
    authority.broken = True

    with pytest.raises(KeysUnavailable):
        await door.admit(body(), bearer(token()))


async def test_keys_of_another_host_are_not_taken(door: BotAuthentication, authority: Authority) -> None:
    """Metadata that names keys elsewhere is not followed."""
    authority.jwks = authority.jwks.replace("127.0.0.1", "localhost")

    with pytest.raises(KeysUnavailable):
        await door.admit(body(), bearer(token()))
