"""The HTTPS proxy: any client that is given HTTPS_PROXY and the certificate to trust."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import sys
from urllib.parse import urlsplit

import httpx
import pytest
from cryptography import x509

from simulator.entra.identity import SHAREPOINT
from tests.simulator.front.conftest import Front


def test_a_client_reads_graph_through_the_tunnel(front: Front) -> None:
    """Through the proxy a client speaks TLS with graph.microsoft.com, and links stay there."""
    with front.client() as client:
        told = client.get("https://graph.microsoft.com/v1.0/sites/getAllSites?$top=1").json()
        following = client.get(told["@odata.nextLink"])
    assert told["@odata.nextLink"].startswith("https://graph.microsoft.com/v1.0/")
    assert following.status_code == 200


def test_one_tunnel_carries_many_requests(front: Front) -> None:
    """A tunnel stays open between requests, bodies large and small."""
    with front.client(SHAREPOINT) as client:
        for size in (1, 400_000):
            answered = client.post("https://wrenbridge.sharepoint.com/_api/contextinfo", content=b"{}" + b" " * size)
            assert answered.status_code == 200


def test_environment_variables_are_enough(front: Front) -> None:
    """What `python -m simulator environment` prints sends Python's own urllib here, without another word."""
    told = subprocess.run(
        [sys.executable, "-m", "simulator", "environment", "--at", front.url],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    variables = dict(line.removeprefix("export ").split("=", 1) for line in told.splitlines())
    script = "import urllib.request as u; print(u.urlopen('https://login.microsoftonline.com/common/discovery/instance').read().decode())"
    ran = subprocess.run([sys.executable, "-c", script], env=variables, capture_output=True, text=True, check=True)
    assert "metadata" in json.loads(ran.stdout)


@pytest.mark.parametrize(
    "host", ["example.com:443", "graph.microsoft.com:80", "contoso.sharepoint.com:443", "127.0.0.1:22"]
)
def test_no_tunnel_leads_elsewhere(front: Front, host: str) -> None:
    """A tunnel to any other host or port is refused with 403 and a sentence."""
    address = urlsplit(front.url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as caller:
        caller.sendall(f"CONNECT {host} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        told = b"".join(iter(lambda: caller.recv(4096), b"")).decode()
    assert told.startswith("HTTP/1.1 403 ")
    assert told.endswith(f"{host} is not part of the simulated tenant, and nothing leaves this machine.\n")


def test_a_plain_request_for_a_stranger_is_refused(front: Front) -> None:
    """An http:// address of another host is refused by the proxy, not fetched."""
    with front.client() as client:
        told = client.get("http://example.com/")
    assert (told.status_code, "nothing leaves this machine" in told.text) == (403, True)


def test_a_stranger_inside_a_tunnel_is_refused(front: Front) -> None:
    """Naming another host inside a tunnel for Graph leads nowhere."""
    with front.client() as client:
        assert client.get("https://graph.microsoft.com/v1.0/sites/root", headers={"Host": "x.test"}).status_code == 403


def test_a_client_that_does_not_trust_the_authority_gets_nothing(front: Front) -> None:
    """Without the authority's certificate the handshake fails, and the tenant goes on."""
    with httpx.Client(proxy=front.url, trust_env=False) as client, pytest.raises(httpx.ConnectError):
        client.get("https://graph.microsoft.com/v1.0/sites/root")
    with front.client() as client:
        assert client.get("https://graph.microsoft.com/v1.0/sites/root").status_code == 200


def test_the_authority_is_good_for_the_tenants_names_alone(front: Front) -> None:
    """The certificate to trust is limited to the tenant's host names, and no key lies beside it."""
    certificate = x509.load_pem_x509_certificate(front.trust.read_bytes())
    limits = certificate.extensions.get_extension_for_class(x509.NameConstraints)
    permitted = {name.value for name in limits.value.permitted_subtrees or ()}
    assert limits.critical
    assert "graph.microsoft.com" in permitted
    assert not any(name in ("com", "microsoft.com") for name in permitted)
    assert [each.name for each in front.trust.parent.iterdir()] == ["ca.pem"]


def test_half_a_greeting_and_silence_harm_nobody(front: Front) -> None:
    """Callers that hang up in the middle of a word leave the port open for others."""
    address = urlsplit(front.url)
    for words in (b"CON", b"CONNECT graph.microsoft.com:443 HTTP/1.1\r\n", b""):
        with socket.create_connection((address.hostname, address.port), timeout=10) as caller:
            caller.sendall(words)
    context = ssl.create_default_context(cafile=str(front.trust))
    with socket.create_connection((address.hostname, address.port), timeout=10) as caller:
        caller.sendall(b"CONN")
        caller.sendall(b"ECT graph.microsoft.com:443 HTTP/1.1\r\n\r\n")
        assert caller.recv(4096).startswith(b"HTTP/1.1 200 ")
        with context.wrap_socket(caller, server_hostname="graph.microsoft.com") as secured:
            secured.sendall(b"GET /v1.0/sites/root HTTP/1.1\r\nHost: graph.microsoft.com\r\nConnection: close\r\n\r\n")
            told = b"".join(iter(lambda: secured.recv(4096), b""))
            assert told.startswith(b"HTTP/1.1 401 ")
            assert secured.unwrap().recv(1) == b"", "the door hangs up in good order"
