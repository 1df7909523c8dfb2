"""A small council in memory with its pages: what somebody who is signed in gets, and what they send."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from custos.audit.events import Event
from custos.errors import BadInput, Mark, Problem
from custos.jobs.history import ItemHistory
from custos.jobs.quarter import Pack
from custos.jobs.trace import ClauseTrace
from custos.kpi.holdings import Holdings
from custos.model.finding import Finding
from custos.notices.assignment import Accountability, Directory
from custos.notices.assignment import Person as Account
from custos.notices.attestations import Attestation, AttestationStore
from custos.notices.case_update import refresh_cases
from custos.notices.lending import OfferStore
from custos.notices.model import Case
from custos.notices.question_wording import Topic
from custos.pages.front import House, NotLetIn, respond
from custos.pages.http import Reply, Request
from custos.pages.tokens import Tokens
from custos.pages.visit import Figures, Sources
from custos.records.address import Address
from custos.records.model import Records
from custos.records.rights import Person
from tests.engine import planned
from tests.notices import small_council
from tests.notices.memory_loop import Council

TENANT = "3f6d1c52-8a4e-4b17-9c30-5d2e7b90a611"
LOGIN = "https://login.microsoftonline.com"
_TOKEN = re.compile(r'name="t" value="([^"]+)"')
_OBJECT = "http://schemas.microsoft.com/identity/claims/objectidentifier"
_TENANT = "http://schemas.microsoft.com/identity/claims/tenantid"


def claims(*pairs: tuple[str, str], auth_typ: str = "aad") -> str:
    """The header in which Easy Auth tells who somebody is."""
    told = {"auth_typ": auth_typ, "claims": [{"typ": name, "val": value} for name, value in pairs]}
    return base64.b64encode(json.dumps(told).encode()).decode()


def signed_in(person: Account, *, tenant: str = TENANT) -> dict[str, str]:
    """The headers of somebody who is signed in."""
    return {
        "x-ms-client-principal": claims((_OBJECT, person.user_id), (_TENANT, tenant)),
        "x-ms-client-principal-id": person.user_id,
        "x-ms-client-principal-idp": "aad",
    }


def words(reply: Reply) -> str:
    """What somebody reads."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", reply.body.decode())).split())


@dataclass
class Counter:
    """The pages of one council. `machine_now` is the machine's time; `blocked` are object ids whose account is no longer good."""

    council: Council
    directory: Directory = field(default_factory=small_council.directory)
    holdings: Holdings = field(default_factory=lambda: Holdings(as_of=small_council.NOW, by_asset={}))
    figures: Figures | None = None
    quarter: Pack | None = None
    clauses: Sequence[ClauseTrace] = ()
    histories: Sequence[ItemHistory] = ()
    guarded: bool = True
    broken: bool = False  # the council's files
    machine_now: float = 1_764_000_000.0
    blocked: frozenset[str] = frozenset()

    async def get(self, path: str = "", *, by: Account = small_council.OWNER, **query: str) -> Reply:
        """Look at a page."""
        return await self.ask(Request(method="GET", path=path, query=query, headers=signed_in(by)))

    async def post(
        self,
        fields: Mapping[str, str] | Sequence[tuple[str, str]],
        *,
        path: str = "answer",
        by: Account = small_council.OWNER,
        token: str | None = None,
        **headers: str,
    ) -> Reply:
        """Send a form of a page that was shown to them, or one with another token."""
        pairs = list(fields.items()) if isinstance(fields, Mapping) else list(fields)
        pairs.append(("t", await self.token(by) if token is None else token))
        sent = {
            **signed_in(by),
            "content-type": "application/x-www-form-urlencoded",
            "sec-fetch-site": "same-origin",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        return await self.ask(Request(method="POST", path=path, headers=sent, body=urlencode(pairs).encode()))

    async def answer(
        self, case: Case, verb: str, *, by: Account = small_council.OWNER, reason: str = "", **more: str
    ) -> Reply:
        """Press a button of the page."""
        return await self.post({"c": case.id, "n": case.nonce, "v": verb, "r": reason}, by=by, **more)  # type: ignore[arg-type]

    async def token(self, by: Account) -> str:
        """The token on a page that is shown to somebody."""
        return Tokens(b"key").issue(by.user_id, self.machine_now)

    async def ask(self, request: Request) -> Reply:
        """Send a request as it is."""
        house = House(guarded=self.guarded, tenant_id=TENANT, person=self._person, sources=self._sources)
        return await respond(request, house)

    async def asked(
        self, *findings: Finding, topics: Sequence[Topic] = tuple(small_council.TOPICS.values())
    ) -> list[Case]:
        """Find it, and tell those who answer for it."""
        situation = small_council.situation(held=self.council.bundle.records, topics=topics)
        await refresh_cases(findings, book=self.council.book, situation=situation)
        await self.council.digest()
        return await self.council.cases()

    async def case(self, wanted: Case) -> Case:
        """As it stands now."""
        stored = await self.council.book.get(wanted.id)
        assert stored is not None
        return stored.case

    async def _person(self, user_id: str) -> Person:
        if self.broken:
            raise BadInput([Problem(Mark("register/holds.csv", 3), "A row is cut.")])
        known = {one.user_id: one for one in small_council.EVERYBODY}.get(user_id)
        if known is None or user_id in self.blocked:
            raise NotLetIn("The account of whoever is signed in is switched off.", "Ask somebody.")
        post = self.council.bundle.records.posts.get(known.upn)
        return Person(id=known.user_id, upn=known.upn, name=known.name, posts=(post,) if post else ())

    @property
    def attestations(self) -> AttestationStore:
        """What was said of the entries."""
        return AttestationStore(self.council.store.table("attestations"))

    @property
    def offers(self) -> OfferStore:
        """What owners offered to lend."""
        return OfferStore(self.council.store.table("lending"))

    async def _record(self, event: Event) -> None:
        await self.council.store.audit.append([event])

    async def _attest(self, said: Attestation) -> None:
        await self._record(said.event())
        await self.attestations.keep(said)

    async def _sources(self) -> Sources:
        async def accountable(_asset_id: str) -> Accountability:
            return replace(self.council.accountable, directory=self.directory)

        async def directory() -> Directory:
            return self.directory

        async def published() -> Figures | None:
            return self.figures

        async def holdings() -> Holdings:
            return self.holdings

        async def quarter() -> Pack | None:
            return self.quarter

        async def clauses() -> Sequence[ClauseTrace]:
            return self.clauses

        async def history(_item: Address | str) -> Sequence[ItemHistory]:
            return self.histories

        return Sources(
            quarter=quarter,
            clauses=clauses,
            history=history,
            book=self.council.book,
            queue=self.council.notify,
            accountable=accountable,
            directory=directory,
            holdings=holdings,
            attested=self.attestations.all,
            attest=self._attest,
            offers=self.offers,
            record=self._record,
            published=published,
            bundle=self.council.bundle,
            tokens=Tokens(b"key"),
            zone=small_council.ZONE,
            now=self.council.now,
            machine_now=self.machine_now,
            login_url=LOGIN,
        )


def counter(registers: Records | None = None) -> Counter:
    """The pages of the small council."""
    made = planned.bundle(registers=registers or small_council.records())
    return Counter(Council(made))
