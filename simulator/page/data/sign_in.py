"""Who may sign in to an app that shows a code, and how many codes wait."""

from __future__ import annotations

import msgspec

from simulator.entra.identity import AUTHORITY
from simulator.entra.people import SIGN_INS
from simulator.page.data.context import Context


class SignInFacts(msgspec.Struct, frozen=True, rename="camel"):
    """`waiting` codes have been shown and not been entered; `people` are (sign-in name, words), holders of posts first."""

    waiting: int
    people: list[tuple[str, str]]


async def sign_in(context: Context) -> SignInFacts:
    """The form's contents. The codes themselves are not told: whoever signs in reads theirs where it was shown."""
    now = context.app[AUTHORITY].now()
    waiting = sum(each.user is None and each.ends > now for each in context.app[SIGN_INS].waiting.values())
    able = [user for user in context.tenant.users.values() if user.enabled and not user.guest]
    able.sort(key=lambda user: (user.name.lower().replace(" ", ".") == user.upn.partition("@")[0].lower(), user.name))
    return SignInFacts(waiting, [(user.upn, f"{user.name}, {user.job_title or user.upn}") for user in able])
