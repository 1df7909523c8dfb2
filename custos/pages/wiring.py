"""Pages of the app: what they are made of, and what is counted of who was not let in."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from custos.audit.events import Event
from custos.errors import BadInput, RowExists
from custos.jobs import identity, named_accounts, policies, quarter
from custos.jobs.history import ItemHistory, history
from custos.jobs.holdings import counted
from custos.jobs.quarter import Pack
from custos.jobs.refused_requests import FORGED_SIGN_IN, NOBODY_SIGNED_IN, Door
from custos.jobs.trace import ClauseTrace, trace
from custos.jobs.unguarded_paths import vouches
from custos.kpi.holdings import Holdings
from custos.kpi.published import TABLE as KPIS
from custos.kpi.published import Published
from custos.kpi.quarters import quarter_of
from custos.model.policy import Bundle
from custos.notices.assignment import Accountability, Directory
from custos.notices.attestations import Attestation
from custos.pages import front
from custos.pages.http import Reply, Request
from custos.pages.tokens import Tokens
from custos.pages.visit import Figures, Sources
from custos.records.address import Address
from custos.records.rights import Person
from custos.storage.account import Account
from custos.storage.queues import NOTIFY
from custos.storage.rows import Row

if TYPE_CHECKING:
    from custos.bootstrap import Custos

_KEY = ("pages", "key")
_KEPT_SECONDS = 120.0
"""How long somebody's account and posts count as they were looked up: as long as whoever answers for an asset at a press."""
_ADVICE = "If that is wrong, ask whoever looks after accounts."


async def respond(app: Custos, request: Request) -> Reply:
    """The answer to a request for a page; who is not believed is counted, and whoever forges a sign-in is an incident."""
    settings = app.settings
    house = _House(app)
    reply = await front.respond(
        request,
        front.House(
            guarded=settings.page_is_guarded,
            tenant_id=settings.tenant_id,
            person=house.person,
            sources=house.sources,
        ),
    )
    if reply.refused:
        why = FORGED_SIGN_IN if vouches(request.headers) else NOBODY_SIGNED_IN
        if settings.page_is_guarded or why == FORGED_SIGN_IN:
            app.refused_requests.refused(Door.PAGE, why)
    elif reply.status < 500:
        await app.refused_requests.overheard()
    return reply


class _House:
    """One request's house. The policies are read once, and when they are needed."""

    def __init__(self, app: Custos) -> None:
        self._app = app
        self._bundle: Bundle | None = None

    async def bundle(self) -> Bundle:
        if self._bundle is None:
            self._bundle = (await policies.in_force(self._app)).bundle
        return self._bundle

    async def person(self, user_id: str) -> Person:
        app, now = self._app, self._app.clock.now().timestamp()
        kept = app.visitors.get(user_id)
        if kept is not None and 0 <= now - kept[0] <= _KEPT_SECONDS:
            return kept[1]
        bundle = await self.bundle()
        try:
            found = await identity.of_account(app.m365, bundle, user_id, called="whoever is signed in", how=_ADVICE)
        except BadInput as refused:
            first = refused.problems[0]
            raise front.NotLetIn(first.what, first.remedy) from refused
        app.visitors[user_id] = (now, found)
        return found

    async def sources(self) -> Sources:
        app, bundle = self._app, await self.bundle()

        async def accountable(asset_id: str) -> Accountability:
            return await named_accounts.accountable(app, bundle.records, asset_id)

        async def directory() -> Directory:
            return await named_accounts.accounts(app, bundle.records)

        async def held() -> Holdings:
            return await counted(app, bundle)

        async def published() -> Figures | None:
            return await _figures(Published(app.account.rows(KPIS)), app.today())

        async def record(event: Event) -> None:
            await app.audit.append([event])

        async def attest(said: Attestation) -> None:
            await record(said.event())
            await app.attestations.keep(said)

        async def this_quarter() -> Pack | None:
            try:
                return await quarter.pack(app, quarter_of(app.today()))
            except BadInput:
                return None  # nothing was published in it yet

        async def clauses() -> Sequence[ClauseTrace]:
            return await trace(app)

        async def of_item(item: Address | str) -> Sequence[ItemHistory]:
            return await history(app, item)

        return Sources(
            quarter=this_quarter,
            clauses=clauses,
            history=of_item,
            book=app.cases,
            queue=app.account.queue(NOTIFY),
            accountable=accountable,
            directory=directory,
            holdings=held,
            attested=app.attestations.all,
            attest=attest,
            offers=app.offers,
            record=record,
            published=published,
            bundle=bundle,
            tokens=Tokens(await _key(app.account)),
            zone=app.zone,
            now=app.clock.now(),
            machine_now=time.time(),
            login_url=app.settings.login_url,
        )


async def _figures(kept: Published, today: date) -> Figures | None:
    """The last that were published, and the first of that quarter to compare them with. Raises StorageTrouble."""
    days = [day for day in await kept.days() if day <= today]
    if not days:
        return None
    last = days[-1]
    quarter = last.replace(month=(last.month - 1) // 3 * 3 + 1, day=1)
    first = next(day for day in days if day >= quarter)
    before = {value.kpi.id: value for value in await kept.on(first)} if first < last else {}
    return Figures(day=last, values=await kept.on(last), before=before)


async def _key(account: Account) -> bytes:
    """The key of this installation's tokens, made by whoever needs it first. Raises StorageTrouble."""
    rows = account.rows("control")
    found = await rows.get(*_KEY)
    if found is None:
        try:
            await rows.insert(Row(*_KEY, {"key": secrets.token_hex(32)}))
        except RowExists:
            pass  # another instance was faster
        found = await rows.get(*_KEY)
    assert found is not None, "it was there, or was inserted"
    return bytes.fromhex(found.text("key"))
