"""Which app roles an identity holds, as its own token says: known without asking anybody.

Source: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference (`roles`)
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from custos.m365.credentials import Identity


async def roles_held(identity: Identity, audience: str) -> frozenset[str]:
    """The app roles on a resource. Raises what getting a token raises."""
    payload = (await identity.token(audience)).token.split(".")[1]
    claims = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return frozenset(claims.get("roles", ()))
