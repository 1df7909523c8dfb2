"""Who holds a role of the council today: found by the role, not by the spelling of a post.

`settings.yaml` says which posts of `people_roles.csv` carry which role (`roles:`). One person may hold several roles, and one
role may have several holders, or none: that is said in `custos register` and `custos status`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from custos.records.model import Post, Records
from custos.wording import day_words

SIRO = "siro"  # accepts the risks that nobody else may accept
GOVERNANCE = "governance"  # keeps the register, and answers for what no asset covers
RECORDS_MANAGER = "records_manager"  # answers for the retention schedule
DATA_PROTECTION = "data_protection"
OPERATOR = "operator"  # runs the platform: applies what others approved
NEEDED = (GOVERNANCE, SIRO)
"""The roles without which a question or a notice may have nobody to go to."""

ROLE_NAMES: Mapping[str, str] = {
    SIRO: "Senior Information Risk Owner",
    GOVERNANCE: "head of information governance",
    RECORDS_MANAGER: "records manager",
    DATA_PROTECTION: "data protection officer",
    OPERATOR: "platform operator",
}
"""How people say a role."""


def expected(records: Records) -> tuple[str, ...]:
    """The roles that somebody must hold: those that Custos needs, and those that the council gives to a post."""
    return tuple(role for role in ROLE_NAMES if role in NEEDED or records.titles.get(role))


def same_title(title: str) -> str:
    """A post's title as it is compared: case, spaces and underscores do not matter."""
    return " ".join(title.replace("_", " ").casefold().split())


def post_of(records: Records, upn: str) -> Post | None:
    """The row of a person, whatever the case of their sign-in name."""
    return records.posts.get(upn) or records.posts.get(upn.strip().casefold())


def out_of_post(post: Post | None, today: date, *, who: str = "") -> str:
    """Why whoever holds a post does not hold it today, "left the post on 20 November 2026"; "" while they do. Whom the register of people
    does not name has no last day. `who` begins the sentence: a name, or "you"."""
    if post is None or post.holds(today):
        return ""
    if post.valid_to is not None and post.valid_to < today:
        return f"{who} left the post on {day_words(post.valid_to)}".strip()
    assert post.valid_from is not None, "a post without a first day that has not ended is held"
    return f"{who} {'take' if who == 'you' else 'takes'} up the post on {day_words(post.valid_from)}".strip()


def holders(records: Records, role: str, today: date) -> tuple[Post, ...]:
    """The posts that carry `role` and have a holder today, in the order of the register. Whether an account is switched on is for
    Entra to say."""
    titles = records.titles.get(role, frozenset())
    return tuple(post for post in records.posts.values() if same_title(post.role) in titles and post.holds(today))
