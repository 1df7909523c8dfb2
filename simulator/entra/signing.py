"""The keys with which the simulated Microsoft signs tokens."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa


@dataclass
class SigningKey:
    """An RSA key, with its public half as a JSON Web Key. Its key id begins with its purpose."""

    purpose: str
    kid: str = field(init=False)
    private: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    def __post_init__(self) -> None:
        self.kid = f"{self.purpose}-{uuid.uuid4().hex[:16]}"

    def sign(self, claims: Mapping[str, Any], *, kid: str | None = None) -> str:
        """`claims` as a JWT, RS256."""
        return jwt.encode(dict(claims), self.private, algorithm="RS256", headers={"kid": kid or self.kid})

    def jwk(self, **extra: Any) -> dict[str, Any]:
        """The public key as it stands in a keys document; `extra` adds members such as `endorsements`."""
        numbers = self.private.public_key().public_numbers()
        return {
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": self.kid,
            "x5t": self.kid,
            "n": _big_endian(numbers.n),
            "e": _big_endian(numbers.e),
        } | extra


@cache
def signing_key(purpose: str) -> SigningKey:
    """The key of this process for a purpose, made when it is first wanted: a token of another run is refused."""
    return SigningKey(purpose)


def _big_endian(number: int) -> str:
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
