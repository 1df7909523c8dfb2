"""Client assertions: how an app proves with its certificate who it is.

Source: https://learn.microsoft.com/entra/identity-platform/certificate-credentials; the numbers and words of refusals:
https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

from __future__ import annotations

import base64
import time
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa

_ALGORITHMS = ["RS256", "PS256"]
_SKEW_SECONDS = 300


class BadAssertion(Exception):
    """An assertion that Entra refuses, with the number of its error."""

    def __init__(self, number: int, message: str) -> None:
        super().__init__(message)
        self.number = number


def thumbprint(certificate: x509.Certificate) -> str:
    """The SHA-1 thumbprint in hexadecimal, as the portal shows it."""
    return certificate.fingerprint(hashes.SHA1()).hex().upper()  # noqa: S303  # names a certificate, protects nothing


def check_assertion(
    assertion: str, client_id: str, certificates: Iterable[x509.Certificate], audiences: Collection[str]
) -> None:
    """Check that `assertion` is for one of the token endpoint's `audiences`, in force, and signed with a key whose
    certificate was uploaded to the app and is in force. Raises BadAssertion.
    """
    try:
        header = jwt.get_unverified_header(assertion)
        unverified: dict[str, Any] = jwt.decode(assertion, options={"verify_signature": False})
    except jwt.InvalidTokenError as error:
        raise BadAssertion(50027, "JWT token is invalid or malformed.") from error
    if not unverified.get("sub") == unverified.get("iss") == client_id:
        raise BadAssertion(700021, "Client assertion application identifier doesn't match 'client_id' parameter.")
    certificate, named = _certificate(header, certificates)
    try:
        claims = jwt.decode(
            assertion,
            _public_key(certificate),
            algorithms=_ALGORITHMS,
            options={"verify_aud": False, "verify_exp": False, "verify_nbf": False, "verify_iat": False},
        )
    except jwt.InvalidTokenError as error:
        raise _not_registered("The key was found, but the signature does not verify.", named) from error
    now = time.time()
    if not claims.get("nbf", 0) - _SKEW_SECONDS <= now <= claims.get("exp", 0) + _SKEW_SECONDS:
        raise BadAssertion(700024, "Client assertion is not within its valid time range.")
    asked = claims.get("aud")
    if asked not in audiences and not (isinstance(asked, list) and set(asked) & set(audiences)):
        raise BadAssertion(700023, "Client assertion audience claim does not match Realm issuer.")
    if not certificate.not_valid_before_utc <= datetime.fromtimestamp(now, UTC) <= certificate.not_valid_after_utc:
        raise _not_registered("The key used is expired.", named)


def _certificate(header: dict[str, Any], certificates: Iterable[x509.Certificate]) -> tuple[x509.Certificate, str]:
    """The uploaded certificate that the header names by SHA-1 (`x5t`) or SHA-256 (`x5t#S256`), and its name."""
    named = str(header.get("x5t#S256") or header.get("x5t") or "").rstrip("=")
    for certificate in certificates:
        if named and named in (_encoded(certificate, hashes.SHA1()), _encoded(certificate, hashes.SHA256())):  # noqa: S303
            return certificate, thumbprint(certificate)
    raise _not_registered("The key was not found.", named)


def _public_key(certificate: x509.Certificate) -> rsa.RSAPublicKey:
    key = certificate.public_key()
    assert isinstance(key, rsa.RSAPublicKey), "uploads are checked"
    return key


def _encoded(certificate: x509.Certificate, algorithm: hashes.HashAlgorithm) -> str:
    return base64.urlsafe_b64encode(certificate.fingerprint(algorithm)).rstrip(b"=").decode()


def _not_registered(reason: str, named: str) -> BadAssertion:
    what = "The certificate with identifier used to sign the client assertion is not registered on application."
    return BadAssertion(700027, f"{what} [Reason - {reason}, Thumbprint of key used by client: '{named}']")
