"""Who does something, at the terminal or on a page: signed in, one object of the directory, enabled, with the posts of the register."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from custos.errors import BadInput, Mark, Problem
from custos.jobs import policies
from custos.m365 import Microsoft365, directory
from custos.m365.sign_in import HOW, SignIn
from custos.policy import Bundle
from custos.records.rights import WORDS, Person, Right, posts_with

if TYPE_CHECKING:
    from custos.bootstrap import Custos


async def person(sign_in: SignIn, m365: Microsoft365, bundle: Bundle, wanted: str = "") -> Person:
    """Whoever is signed in, `wanted` when several are, as the directory has them now, with their posts.

    Raises BadInput when nobody can be told or their account is no longer good, and a MicrosoftTrouble when Entra cannot be read.
    """
    account = await sign_in.account(wanted)
    return await of_account(m365, bundle, account.id, called=account.upn)


async def of_account(m365: Microsoft365, bundle: Bundle, user_id: str, *, called: str, how: str = HOW) -> Person:
    """The person behind an object of the directory, wherever they signed in; `called` is their name in a refusal, `how` what to do then.

    Raises BadInput when their account is no longer good, and a MicrosoftTrouble when Entra cannot be read.
    """
    carrying = list(posts_with(bundle.settings.rights, bundle.records))
    found = await directory.find_people(m365.observer, [user_id, *(post.upn for post in carrying)])
    known = found[user_id]
    if known is None or known.is_guest is not False:
        raise _problem(f"{called} has no account of this organisation.", how)
    if known.enabled is not True:
        raise _problem(f"The account of {called} is switched off.", how)
    theirs = [post for post in carrying if (user := found[post.upn]) is not None and user.user_id == known.user_id]
    return Person(id=known.user_id, upn=known.upn, name=known.name, posts=tuple(theirs))


async def require(app: Custos, right: Right, wanted: str = "") -> Person:
    """Whoever is signed in, when they have a right today. Raises BadInput when they have not, or nobody can be told."""
    bundle = await policies.judging(app)
    found = await person(app.sign_in, app.m365, bundle, wanted)
    check(found, bundle, right, app.today())
    return found


def check(found: Person, bundle: Bundle, right: Right, today: date) -> None:
    """Raise BadInput unless somebody has a right on a day."""
    rights = bundle.settings.rights
    if rights.may(found, right, today):
        return
    wanted = ", ".join(sorted(rights.roles[right])) or "nobody"
    held = ", ".join(sorted(rights.roles_of(found, today))) or "none of the roles in settings.yaml"
    raise _problem(
        f"{found.upn} may not {WORDS[right]}: they hold {held}.", f"It is for: {wanted}. See `custos schema roles`."
    )


async def ids_of(m365: Microsoft365, names: Sequence[str]) -> dict[str, str]:
    """Whose names these are: name as written ► id of the directory object, "" when that cannot be told. Raises a MicrosoftTrouble."""
    found = await directory.find_people(m365.observer, names)
    return {name: user.user_id if user else "" for name, user in found.items()}


def _problem(what: str, remedy: str) -> BadInput:
    return BadInput([Problem(Mark("identity"), what, remedy, code="identity")])
