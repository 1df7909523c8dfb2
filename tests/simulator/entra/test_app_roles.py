"""App roles are listed, given and taken as Entra does it: by whom, in which words, and seen in which tokens."""

from __future__ import annotations

from typing import Any

import jwt
import pytest

from simulator.entra.app_roles import GRAPH_APP_ID
from simulator.entra.identity import AUTHORITY, GRAPH
from simulator.entra.registrations import BOT, OBSERVER, SIGN_IN_CLIENT_ID
from tests.simulator.served_tenant import PRIYA, SAM, ServedTenant

GIVE = "AppRoleAssignment.ReadWrite.All Application.Read.All"
MAIL_SEND = "b633e1c5-b582-4048-a93e-9f11b44c7e96"
HELD = f"/servicePrincipals/{BOT.object_id}/appRoleAssignments"


def person(served: ServedTenant, name: str, scope: str = GIVE) -> str:
    """A token in a person's name; Priya is Privileged Role Administrator."""
    user = served.person(name)
    served.tenant.directory_roles[served.person(PRIYA).id] = frozenset({"Privileged Role Administrator"})
    return served.app[AUTHORITY].issue_for(user, SIGN_IN_CLIENT_ID, GRAPH, scope, seconds=3600)


async def resource(served: ServedTenant) -> dict[str, Any]:
    """Microsoft Graph's service principal."""
    query = f"/servicePrincipals?$filter=appId eq '{GRAPH_APP_ID}'&$select=id,appId,appRoles"
    status, told = await served.graph("GET", query, token=person(served, SAM))
    assert status == 200
    (found,) = told["value"]
    return dict(found)


async def asked(served: ServedTenant, role: str = MAIL_SEND) -> dict[str, str]:
    return {"principalId": BOT.object_id, "resourceId": (await resource(served))["id"], "appRoleId": role}


async def test_role_is_given_by_its_id_and_found_by_its_name(served: ServedTenant) -> None:
    """A role of the resource, found by value, is given: it is listed on both sides and in the next token, not in one from before."""
    graph, priya = await resource(served), person(served, PRIYA)
    assert {each["id"] for each in graph["appRoles"] if each["value"] == "Mail.Send"} == {MAIL_SEND}
    before = served.app[AUTHORITY].issue(BOT.client_id, GRAPH)
    status, given = await served.graph("POST", HELD, await asked(served), token=priya)
    assert (status, given["resourceDisplayName"], given["appRoleId"]) == (201, "Microsoft Graph", MAIL_SEND)
    for path in (HELD, f"/servicePrincipals/{graph['id']}/appRoleAssignedTo"):
        assert given in (await served.graph("GET", path, token=priya))[1]["value"]
    after = served.app[AUTHORITY].issue(BOT.client_id, GRAPH)
    told = [jwt.decode(token, options={"verify_signature": False})["roles"] for token in (before, after)]
    assert told == [[], ["Mail.Send"]]


async def test_role_is_taken(served: ServedTenant) -> None:
    """A role that was taken is gone from the list; taken again it is not found."""
    path, priya = f"/servicePrincipals/{OBSERVER.object_id}/appRoleAssignments", person(served, PRIYA)
    listed = (await served.graph("GET", path, token=priya))[1]["value"]
    mail = next(each["id"] for each in listed if each["appRoleId"] == MAIL_SEND)
    assert (await served.graph("DELETE", f"{path}/{mail}", token=priya))[0] == 204
    status, told = await served.graph("DELETE", f"{path}/{mail}", token=priya)
    assert (status, told["error"]["code"]) == (404, "Request_ResourceNotFound")


@pytest.mark.parametrize(
    ("who", "scope", "change", "answer"),
    [
        (SAM, GIVE, {}, (403, "Insufficient privileges")),
        (PRIYA, "User.Read", {}, (403, "Insufficient privileges")),
        (PRIYA, GIVE, {"appRoleId": "00000000-0000-0000-0000-00000000abcd"}, (400, "was not found on application")),
        (PRIYA, GIVE, {"resourceId": "nothing"}, (404, "does not exist")),
    ],
)
async def test_refusals(
    served: ServedTenant, who: str, scope: str, change: dict[str, str], answer: tuple[int, str]
) -> None:
    """Without the directory role, without the scope, for a role or a resource that is not there: Entra's own words."""
    body = {**await asked(served), **change}
    found, told = await served.graph("POST", HELD, body, token=person(served, who, scope))
    assert found == answer[0]
    assert answer[1] in told["error"]["message"]


async def test_what_is_held_cannot_be_given_again(served: ServedTenant) -> None:
    """A second time is refused as an error of the request, in the words by which a script knows it."""
    body, priya = await asked(served), person(served, PRIYA)
    await served.graph("POST", HELD, body, token=priya)
    status, told = await served.graph("POST", HELD, body, token=priya)
    assert (status, told["error"]["message"]) == (400, "Permission being assigned already exists on the object")
