"""Who plays in a rehearsal: the engineer who runs the platform and the officer who approves, each signed in with a code as in earnest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from custos.bootstrap import Custos

OPERATOR = "platform.engineer@wrenbridge.example"
"""Plans and applies, and wrote the policies."""
APPROVER = "siro@wrenbridge.example"
"""Lets policies pilot and enforce, and runs go over their ceilings."""


async def signed_in(app: Custos, act: Callable[..., Any], *people: str) -> None:
    """Have people of the tenant sign in at this terminal, one after the other: the last one is meant where nobody is named.

    `act` does what a person does in the tenant (`Stage.act`).
    """
    for person in people:
        await app.sign_in.sign_in(lambda shown, who=person: act("sign-in", person=who, code=shown.code))  # type: ignore[misc]  # a lambda's default has no type
