"""Who may do what: one table. Everything that a person decides at the terminal asks here.

A person holds the roles that their posts carry today (`custos.records.roles`); `settings.yaml` says which roles have which right
(`rights:`). What somebody has to do with the matter itself (they own the policy, wrote it, made the plan, started the run) is asked
beside this, where the matter is known (`custos.engine.separation_of_duties`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from custos.records.model import Post, Records
from custos.records.roles import DATA_PROTECTION, GOVERNANCE, OPERATOR, RECORDS_MANAGER, SIRO, holders, same_title


class Right(StrEnum):
    """What a person may do at the terminal. Looking is nobody's right: whoever reaches the storage may look."""

    PILOT = "pilot"
    ENFORCE = "enforce"
    RELEASE = "release"
    START = "start"
    UNDO = "undo"
    CLOSE_INCIDENTS = "close_incidents"
    ACCEPT_REGISTERS = "accept_registers"
    MOVE_DEADLINES = "move_deadlines"
    ERASE = "erase"
    RESTATE = "restate"
    OPERATE = "operate"
    STOP = "stop"


WORDS: Mapping[Right, str] = {
    Right.PILOT: "let a policy pilot",
    Right.ENFORCE: "let a policy enforce",
    Right.RELEASE: "let a run go over its ceilings",
    Right.START: "let writes go on after a stop",
    Right.UNDO: "put back what was done",
    Right.CLOSE_INCIDENTS: "close incidents",
    Right.ACCEPT_REGISTERS: "let registers count that lost their rows",
    Right.MOVE_DEADLINES: "give somebody longer to answer a question",
    Right.ERASE: "take somebody's names and words out of the audit",
    Right.RESTATE: "restate an indicator that was published",
    Right.OPERATE: "apply plans; cancel and resume runs",
    Right.STOP: "end all writes; take a policy back to simulate",
}
"""Each right in words that complete "may …"."""

USUAL: Mapping[Right, frozenset[str]] = {
    Right.PILOT: frozenset({RECORDS_MANAGER, GOVERNANCE, SIRO}),
    Right.ENFORCE: frozenset({SIRO}),
    Right.RELEASE: frozenset({GOVERNANCE, SIRO}),
    Right.START: frozenset({RECORDS_MANAGER, GOVERNANCE, DATA_PROTECTION, SIRO}),
    Right.UNDO: frozenset({OPERATOR, RECORDS_MANAGER, GOVERNANCE}),
    Right.CLOSE_INCIDENTS: frozenset({OPERATOR, RECORDS_MANAGER, GOVERNANCE}),
    Right.ACCEPT_REGISTERS: frozenset({RECORDS_MANAGER, GOVERNANCE, SIRO}),
    Right.MOVE_DEADLINES: frozenset({RECORDS_MANAGER, GOVERNANCE, SIRO}),
    Right.ERASE: frozenset({DATA_PROTECTION, SIRO}),
    Right.RESTATE: frozenset({RECORDS_MANAGER, GOVERNANCE, SIRO}),
    Right.OPERATE: frozenset({OPERATOR, RECORDS_MANAGER}),
    Right.STOP: frozenset({OPERATOR, RECORDS_MANAGER, GOVERNANCE, DATA_PROTECTION, SIRO}),
}
"""The roles that have each right where `settings.yaml` does not say. Operators of the platform approve nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who is signed in: one object of the directory, whatever their name is spelt like. `posts` are theirs in
    people_roles.csv, found by the object and not by the spelling. `id` is "" for Custos itself.
    """

    id: str
    upn: str
    name: str = ""
    posts: tuple[Post, ...] = ()

    def is_same(self, other: str) -> bool:
        """Whether an object id is theirs. Nobody's id is nobody's."""
        return bool(self.id) and self.id.casefold() == other.casefold()


CUSTOS = Person(id="", upn="custos", name="Custos")
"""Nobody: what timers and webhooks start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """The table: right ► roles, and role ► titles of posts."""

    roles: Mapping[Right, frozenset[str]] = field(default_factory=lambda: USUAL)
    titles: Mapping[str, frozenset[str]]

    def may(self, person: Person, right: Right, today: date) -> bool:
        """Whether somebody may do it today."""
        return not self.roles[right].isdisjoint(self.roles_of(person, today))

    def roles_of(self, person: Person, today: date) -> frozenset[str]:
        """The roles that somebody holds today."""
        return self.roles_of_posts(person.posts, today)

    def roles_of_posts(self, posts: Iterable[Post], day: date) -> frozenset[str]:
        """The roles that posts carry on a day."""
        carried = {same_title(post.role) for post in posts if post.holds(day)}
        return frozenset(role for role, titles in self.titles.items() if not carried.isdisjoint(titles))

    def of(self, person: Person, today: date) -> frozenset[Right]:
        """All that somebody may do today."""
        return frozenset(right for right in Right if self.may(person, right, today))


def posts_with(rights: Rights, records: Records) -> Iterable[Post]:
    """The posts that carry a role at all: theirs are the accounts that have to be known."""
    carrying = frozenset[str]().union(*rights.titles.values())
    return (post for post in records.posts.values() if same_title(post.role) in carrying)


def vacant(rights: Rights, records: Records, today: date) -> Iterator[tuple[Right, frozenset[str]]]:
    """The rights that nobody has on a day, each with the roles that would have it."""
    for right in Right:
        roles = rights.roles[right]
        if not any(holders(records, role, today) for role in roles):
            yield right, roles
