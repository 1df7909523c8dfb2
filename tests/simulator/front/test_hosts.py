"""One port for all of Microsoft's host names."""

from __future__ import annotations

import httpx
import pytest

from simulator.entra.identity import GRAPH, SHAREPOINT, TENANT_ID
from simulator.front.hosts import Hosts
from tests.simulator.front.conftest import Front


def ask(front: Front, host: str, path: str, audience: str = GRAPH) -> httpx.Response:
    headers = {"Host": host, "Authorization": f"Bearer {front.token(audience)}", "Accept": "application/json"}
    return httpx.get(f"{front.url}{path}", headers=headers, trust_env=False)


@pytest.mark.parametrize(
    ("host", "path", "audience", "status"),
    [
        ("graph.microsoft.com", "/v1.0/sites/root", GRAPH, 200),
        ("graph.microsoft.com:443", "/v1.0/sites/root", GRAPH, 200),
        ("login.microsoftonline.com", "/common/discovery/instance?api-version=1.1", GRAPH, 200),
        ("wrenbridge.sharepoint.com", "/sites/planning-casework/_api/Web", "https://wrenbridge.sharepoint.com", 200),
        ("wrenbridge.sharepoint.example", "/sites/planning-casework/_api/Web", SHAREPOINT, 200),
        ("login.botframework.com", "/v1/.well-known/openidconfiguration", GRAPH, 200),
        ("smba.trafficmanager.net", "/teams/v3/conversations/none/activities", GRAPH, 501),
    ],
)
def test_a_host_name_leads_to_its_surface(front: Front, host: str, path: str, audience: str, status: int) -> None:
    """A request under one of Microsoft's host names is answered by what stands for it."""
    assert ask(front, host, path, audience).status_code == status


def test_administration_has_its_own_host_and_audience(front: Front) -> None:
    """The -admin host takes a token for itself alone."""
    host, path = "wrenbridge-admin.sharepoint.com", "/_api/SPO.Tenant"
    assert ask(front, host, path, f"https://{host}").status_code == 200
    assert ask(front, host, path, "https://wrenbridge.sharepoint.com").status_code == 401


def test_links_begin_with_the_address_that_was_called(front: Front) -> None:
    """A nextLink points to the host name, or to the prefix, by which the client came."""
    named = ask(front, "graph.microsoft.com", "/v1.0/sites/getAllSites?$top=1").json()["@odata.nextLink"]
    prefixed = ask(front, front.url.removeprefix("http://"), "/graph/v1.0/sites/getAllSites?$top=1").json()
    assert named.startswith("http://graph.microsoft.com/v1.0/sites/getAllSites?")
    assert prefixed["@odata.nextLink"].startswith(f"{front.url}/graph/v1.0/sites/getAllSites?")


def test_the_controls_are_behind_no_host_name(front: Front) -> None:
    """Nothing that comes in under a host name of Microsoft's reaches the tenant's own controls."""
    assert ask(front, "graph.microsoft.com", "/sim/state").status_code in (404, 501)


def test_openid_metadata_names_the_host_that_was_called(front: Front) -> None:
    """A client library that reads the metadata stays under the host name."""
    path = f"/{TENANT_ID}/v2.0/.well-known/openid-configuration"
    told = ask(front, "login.microsoftonline.com", path).json()
    assert told["token_endpoint"] == f"http://login.microsoftonline.com/{TENANT_ID}/oauth2/v2.0/token"


def test_a_tenant_of_another_name_has_its_own_hosts() -> None:
    """The SharePoint host names follow from the tenant's."""
    hosts = Hosts.of("contoso.sharepoint.com")
    assert hosts.prefix("CONTOSO-admin.sharepoint.com") == "/sharepoint-admin"
    assert hosts.prefix("wrenbridge.sharepoint.com") is None


def test_what_is_not_there_is_named_and_counted(front: Front) -> None:
    """An operation of Entra or of the bot service that the tenant lacks is 501 with its name, and is counted."""
    told = ask(front, "login.microsoftonline.com", f"/{TENANT_ID}/oauth2/v2.0/devicecode")
    name = f"GET /login/{TENANT_ID}/oauth2/v2.0/devicecode"
    assert (told.status_code, name in told.text) == (501, True)
    assert httpx.get(f"{front.url}/sim/state", trust_env=False).json()["unanswered"][name] == 1
