"""A Graph request and its answer, apart from HTTP: the same for a request of its own and for a part of a batch."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import msgspec

from simulator.entra.identity import Caller
from simulator.entra.registrations import ACTOR_CLIENT_ID
from simulator.graph import options
from simulator.refusal import Refused, bad_request
from simulator.tenant.model import Actor
from simulator.tenant.state import Tenant

READ_FILES = (
    "Files.Read.All",
    "Files.ReadWrite.All",
    "Sites.Read.All",
    "Sites.ReadWrite.All",
    "Sites.Manage.All",
    "Sites.FullControl.All",
)
READ_SITES = ("Sites.Read.All", "Sites.ReadWrite.All", "Sites.Manage.All", "Sites.FullControl.All")
WRITE_FILES = ("Files.ReadWrite.All", "Sites.ReadWrite.All", "Sites.Manage.All", "Sites.FullControl.All")
READ_GROUPS = ("GroupMember.Read.All", "Group.Read.All", "Group.ReadWrite.All", "Directory.Read.All")
READ_USERS = ("User.Read.All", "User.ReadWrite.All", "Directory.Read.All")
READ_TEAMS = ("Team.ReadBasic.All", "TeamSettings.Read.All", "TeamSettings.ReadWrite.All", "Group.Read.All")
FULL_CONTROL = "Sites.FullControl.All"


@dataclass(slots=True)
class Call:
    """One request. `base` is the address of Graph as the client called it, `path` the part behind `/v1.0/`."""

    tenant: Tenant
    caller: Caller
    method: str
    path: str
    base: str
    query: Mapping[str, str]
    prefer: frozenset[str]
    headers: Mapping[str, str]
    body: bytes
    arguments: dict[str, str] = field(default_factory=dict)
    names: frozenset[str] = frozenset()  # what the resource of the operation has

    def __post_init__(self) -> None:
        self.query = options.normal(self.query)

    def __getitem__(self, name: str) -> str:
        """An argument out of the path."""
        return self.arguments[name]

    def json(self) -> dict[str, Any]:
        """The body as a JSON object. Raises Refused 400."""
        try:
            body = msgspec.json.decode(self.body)
        except msgspec.DecodeError as error:
            raise bad_request("The body is not valid JSON.") from error
        if not isinstance(body, dict):
            raise bad_request("The body is no JSON object.")
        return body

    def select(self) -> frozenset[str]:
        """The properties in `$select`; empty when it was not sent. Raises Refused 400 for one that is not there."""
        text = self.query.get("$select")
        return options.selected(text, self.names) if text else frozenset()

    def expand(self, *known: str) -> dict[str, dict[str, str]]:
        """The parts of `$expand`, each with its own options. What is not `known` here is refused with 501."""
        found = options.expansions(self.query.get("$expand", ""), self.names)
        if unknown := found.keys() - set(known):
            raise self.absent(f"$expand={','.join(sorted(unknown))} of {self.method} /{self.path}")
        return found

    def header(self, name: str) -> str:
        """A request header by its name in any case; "" without it."""
        wanted = name.lower()
        return next((value for each, value in self.headers.items() if each.lower() == wanted), "")

    def absent(self, operation: str) -> Refused:
        """501 for what this tenant does not have; it is counted."""
        counts = self.tenant.unanswered
        counts[operation] = counts.get(operation, 0) + 1
        return Refused(501, "notSupported", f"The simulated tenant does not have this operation: {operation}")

    def top(self, default: int, most: int) -> int:
        """`$top` within bounds. Raises Refused 400 if it is no positive number."""
        text = self.query.get("$top")
        if text is None:
            return default
        if not text.isdecimal() or int(text) < 1:
            raise bad_request("$top must be a positive number.")
        return min(int(text), most)

    def link(self, *, without: Container[str] = (), **options: str) -> str:
        """This request's address with other query options (an underscore stands for `$`), the rest kept but some."""
        changed = {name.replace("_", "$"): value for name, value in options.items()}
        kept = {name: value for name, value in self.query.items() if name not in changed and name not in without}
        pairs = (f"{name}={quote(value, safe='(),$=;')}" for name, value in {**kept, **changed}.items())
        return f"{self.base}/{quote(self.path, safe='/!,:()')}?{'&'.join(pairs)}"

    @property
    def full_control(self) -> bool:
        """Whether the caller holds full control of all sites."""
        return FULL_CONTROL in self.caller.roles

    @property
    def actor(self) -> Actor:
        """The calling app as author of a change."""
        name = self.caller.name or ("Custos actor" if self.caller.client_id == ACTOR_CLIENT_ID else "Custos")
        return Actor(self.caller.client_id, name, application=True)


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: a status, a body in bytes (None: no content), headers, and the body's media type."""

    body: bytes | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    media: str = "application/json"


Handler = Callable[[Call], Answer]


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of Graph: who may call it (any of `roles`), what it costs, and what does it.

    `options` are the query options that it takes, `names` what its resource has.
    """

    method: str
    template: str
    handler: Handler
    roles: tuple[str, ...]
    units: int | Callable[[Call], int] = 1
    sharing: bool = False  # one of the "specific sharing APIs"
    options: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()

    def cost(self, call: Call) -> int:
        """Resource units of this call."""
        return self.units if isinstance(self.units, int) else self.units(call)


def answer(body: Mapping[str, Any] | list[Any], status: int = 200) -> Answer:
    """An answer with a JSON body."""
    return Answer(msgspec.json.encode(body), status)


def chosen(body: dict[str, Any], select: frozenset[str]) -> dict[str, Any]:
    """Of an entity what `$select` names (all without one). Annotations stay."""
    if not select:
        return body
    return {name: value for name, value in body.items() if name in select or "@" in name}
