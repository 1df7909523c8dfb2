"""Signing in: with a certificate, and as a managed identity in both of its forms."""

from __future__ import annotations

import base64
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from azure.identity import CertificateCredential
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from simulator.entra.identity import GRAPH, SHAREPOINT, TENANT_ID
from simulator.entra.managed_identity import IDENTITY_HEADER
from simulator.entra.registrations import ACTOR_CLIENT_ID, OBSERVER, TOOLS, TOOLS_CLIENT_ID
from simulator.front.certificates import app_certificate
from simulator.tenant.clock import machine_now
from tests.simulator.front.conftest import Front

AUTHORITY = f"https://login.microsoftonline.com/{TENANT_ID}"


def assertion(pem: bytes, **claims: Any) -> str:
    """A client assertion as MSAL makes it, by default in order."""
    certificate, now = x509.load_pem_x509_certificate(pem), int(time.time())
    name = base64.urlsafe_b64encode(certificate.fingerprint(hashes.SHA1())).rstrip(b"=").decode()  # noqa: S303  # a name
    made = {
        "aud": f"{AUTHORITY}/oauth2/v2.0/token", "iss": TOOLS_CLIENT_ID, "sub": TOOLS_CLIENT_ID, "jti": "1",
        "nbf": now, "exp": now + 600,
    } | claims  # fmt: skip
    return jwt.encode(made, pem[: pem.index(b"-----BEGIN CERTIFICATE")], algorithm="RS256", headers={"x5t": name})


def sign_in(front: Front, signed: str, resource: str = GRAPH) -> httpx.Response:
    form = {
        "grant_type": "client_credentials",
        "client_id": TOOLS_CLIENT_ID,
        "scope": f"{resource}/.default",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": signed,
    }
    return httpx.post(f"{front.url}/login/{TENANT_ID}/oauth2/v2.0/token", data=form, trust_env=False)


def test_a_certificate_opens_sharepoint(front: Front) -> None:
    """A token bought with a certificate is good for SharePoint, and its audience is the host that was asked for."""
    host = "https://wrenbridge.sharepoint.com"
    token = sign_in(front, assertion(front.key), host).json()["access_token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    headers = {"Authorization": f"Bearer {token}", "Host": "wrenbridge.sharepoint.com"}
    answered = httpx.post(f"{front.url}/sites/planning-casework/_api/contextinfo", headers=headers, trust_env=False)
    assert (claims["aud"], claims["appidacr"], answered.status_code) == (host, "2", 200)


@pytest.mark.parametrize(
    ("wrong", "number"),
    [
        ({"exp": 1_600_000_000}, 700024),
        ({"aud": f"https://login.microsoftonline.com/{ACTOR_CLIENT_ID}/oauth2/v2.0/token"}, 700023),
        ({"sub": ACTOR_CLIENT_ID}, 700021),
    ],
    ids=["ended", "audience", "another app"],
)
def test_a_wrong_claim_is_refused(front: Front, wrong: dict[str, Any], number: int) -> None:
    """An assertion that has ended, is made out to another endpoint or speaks for another app is 401 invalid_client."""
    told = sign_in(front, assertion(front.key, **wrong))
    assert (told.status_code, told.json()["error"], told.json()["error_codes"]) == (401, "invalid_client", [number])


def test_a_key_that_was_not_uploaded_is_refused(front: Front) -> None:
    """A certificate of somebody else's, and another key under the uploaded one's name, are refused."""
    stranger, _ = app_certificate("tools", machine_now())
    certificate = front.key[front.key.index(b"-----BEGIN CERTIFICATE") :]
    forged = stranger[: stranger.index(b"-----BEGIN CERTIFICATE")] + certificate
    for key in (stranger, forged):
        told = sign_in(front, assertion(key)).json()
        assert told["error_codes"] == [700027]
        assert "not registered on application" in told["error_description"]


def test_an_expired_certificate_is_refused(front: Front) -> None:
    """A certificate that was uploaded and has expired opens nothing."""
    assert "The key used is expired" in sign_in(front, assertion(front.expired_key)).json()["error_description"]


def test_words_that_are_no_assertion_are_refused(front: Front) -> None:
    """What is no token at all is 401 invalid_client."""
    assert sign_in(front, "x.y").json()["error_codes"] == [50027]


def test_microsofts_library_signs_in_with_a_made_certificate(front: Front, tmp_path: Path) -> None:
    """`python -m simulator certificate` makes a file with which azure-identity gets a token through the proxy."""
    out = tmp_path / "app.pem"
    command = [sys.executable, "-m", "simulator", "certificate", "--at", front.url, "--out", str(out)]
    subprocess.run(command, capture_output=True, check=True)
    proxied = {"proxies": {"https": front.url}, "connection_verify": str(front.trust)}
    with CertificateCredential(TENANT_ID, TOOLS_CLIENT_ID, str(out), **proxied) as credential:
        token = credential.get_token(f"{SHAREPOINT}/.default").token
    assert jwt.decode(token, options={"verify_signature": False})["appid"] == TOOLS_CLIENT_ID
    assert out.stat().st_mode & 0o077 == 0


def test_a_certificate_for_nobody_is_refused_in_a_sentence(front: Front, tmp_path: Path) -> None:
    """An app registration that does not exist is named, and no file is left."""
    out = tmp_path / "app.pem"
    command = [sys.executable, "-m", "simulator", "certificate", "--at", front.url, "--out", str(out), "--client", "me"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (1, "Say as client one of observer, actor, bot, tools.\n")
    assert not out.exists()


@pytest.mark.parametrize(
    ("version", "header"),
    [("2019-08-01", "X-IDENTITY-HEADER"), ("2017-09-01", "secret")],
    ids=["IDENTITY_ENDPOINT", "MSI_ENDPOINT"],
)
def test_app_service_gives_tokens_under_both_variables(front: Front, version: str, header: str) -> None:
    """The present and the former endpoint of App Service want their own header and give a token of the system's identity."""
    query = {"resource": "https://wrenbridge-admin.sharepoint.com", "api-version": version}
    told = httpx.get(f"{front.url}/msi/token", params=query, headers={header: IDENTITY_HEADER}, trust_env=False)
    assert told.json()["client_id"] == TOOLS_CLIENT_ID.upper()
    assert httpx.get(f"{front.url}/msi/token", params=query, trust_env=False).status_code == 401


def test_a_virtual_machine_gives_tokens_through_the_proxy(front: Front) -> None:
    """The address of a virtual machine's identity is answered to whoever sends `Metadata: true` through HTTP_PROXY."""
    url = "http://169.254.169.254/metadata/identity/oauth2/token"
    query = {"resource": GRAPH, "api-version": "2018-02-01"}
    with front.client() as client:
        named = client.get(url, params={**query, "object_id": OBSERVER.object_id}, headers={"Metadata": "true"})
        own = client.get(url, params=query, headers={"Metadata": "true"})
        nobody = client.get(url, params={**query, "client_id": "nobody"}, headers={"Metadata": "true"})
        bare = client.get(url, params=query)
    assert (named.json()["client_id"], own.json()["client_id"]) == (OBSERVER.client_id, TOOLS.client_id)
    assert (nobody.json()["error_description"], bare.status_code) == ("Identity not found", 400)
