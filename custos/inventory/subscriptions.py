"""Subscriptions to libraries: the hints that something changed there.

Wanted is one for each governed library that can be read. What is wanted and missing is created, with a secret of its own;
what lives past half of its time is renewed; what Microsoft lost is created anew; what nobody wants any more is removed.
Notifications in a gap are lost, so the sync from the stored delta link decides; these only make it faster.
Sources: https://learn.microsoft.com/graph/api/subscription-post-subscriptions and
https://learn.microsoft.com/graph/change-notifications-lifecycle-events
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import polars as pl

from custos.clock import Clock
from custos.inventory.coalescing import Coalesced
from custos.inventory.concurrency import all_of
from custos.inventory.lakehouse import Lakehouse
from custos.m365 import Microsoft365
from custos.m365 import subscriptions as graph_subscriptions
from custos.m365.entries import is_id
from custos.m365.errors import Conflict, Forbidden, MicrosoftTrouble, NotFound, Refused, Throttled
from custos.m365.graph import Graph
from custos.m365.subscriptions import LONGEST_MINUTES, Subscription
from custos.storage.account import Account
from custos.storage.rows import Row, key_part

TABLE = "subscriptions"
LIFETIME = timedelta(minutes=LONGEST_MINUTES - 60)
_PARTITION = "subscription"
_FEW, _WHOLE_SECONDS = 28, 10.0
_SECRET_BYTES = 48  # 64 characters; Microsoft allows 128
_TOO_MANY = "Either a role is missing, or the app has as many subscriptions as Microsoft lets it have."


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One subscription as we know it. `client_state` is its secret."""

    subscription_id: str
    drive_id: str
    client_state: str
    expires: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """What a reconciliation did, and how many libraries of those `wanted` are watched now (`held`).

    `troubles`: library ► why it is not watched, or may cease to be. They are tried again next time. `odd` entries of the
    list of subscriptions could not be read; they are left as they are.
    """

    wanted: int = 0
    held: int = 0
    created: int = 0
    adopted: int = 0
    renewed: int = 0
    removed: int = 0
    odd: int = 0
    troubles: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Subscriptions:
    """The table of subscriptions. `among` is what the webhook asks at every notification."""

    account: Account
    _seen: dict[str, Known] = field(default_factory=dict, init=False)
    _whole: float = field(default=-1e9, init=False)
    """When all of them were last read, by the machine's monotonic clock."""
    _rounds: Coalesced = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._rounds = Coalesced(self._learn)

    async def known(self, subscription_id: str) -> Known | None:
        """The subscription, None when it is not ours."""
        return (await self.among([subscription_id])).get(subscription_id)

    async def among(self, subscription_ids: Collection[str]) -> dict[str, Known]:
        """Those of the subscriptions that are ours, by id. An id never changes its secret, so each is read only once.

        Ids that were never met cost two requests, however many there are: a few are asked for, many make us read the whole
        table, every ten seconds at most. Raises StorageTrouble.
        """
        await self._rounds.join({one for one in subscription_ids if one not in self._seen and is_id(one)})
        return {one: self._seen[one] for one in subscription_ids if one in self._seen}

    async def _learn(self, subscription_ids: Collection[str]) -> None:
        fresh = sorted(one for one in subscription_ids if one not in self._seen)
        if len(fresh) <= _FEW:
            rows = await self.account.rows(TABLE).pick(_PARTITION, [key_part(one) for one in fresh])
            self._seen |= {row.text("subscription_id"): _known(row) for row in rows}
        elif time.monotonic() - self._whole > _WHOLE_SECONDS:
            self._whole = time.monotonic()
            self._seen |= {one.subscription_id: one for one in await self.all()}

    async def all(self) -> list[Known]:
        """Every subscription."""
        return [_known(row) async for row in self.account.rows(TABLE).query(_PARTITION)]

    async def keep(self, known: Known) -> None:
        """Write it down."""
        values = {
            "subscription_id": known.subscription_id,
            "drive_id": known.drive_id,
            "client_state": known.client_state,
            "expires": known.expires.astimezone(UTC).isoformat(),
        }
        await self.account.rows(TABLE).upsert(Row(_PARTITION, key_part(known.subscription_id), values))

    async def forget(self, subscription_id: str) -> None:
        """Remove it: its notifications are refused from now on."""
        self._seen.pop(subscription_id, None)
        await self.account.rows(TABLE).delete(_PARTITION, key_part(subscription_id))


def _known(row: Row) -> Known:
    return Known(
        subscription_id=row.text("subscription_id"),
        drive_id=row.text("drive_id"),
        client_state=row.text("client_state"),
        expires=datetime.fromisoformat(row.text("expires")),
    )


async def reconcile_subscriptions(
    m365: Microsoft365,
    account: Account,
    lakehouse: Lakehouse,
    clock: Clock,
    notification_url: str,
    *,
    first: frozenset[str] = frozenset(),
    leaving: bool = False,
) -> Reconciled:
    """Make the subscriptions be what they should. Requests only, no resource units.

    The drives `first` are seen to before the others, which matters where Microsoft allows fewer than are wanted.
    Who is `leaving` wants none.

    Raises a MicrosoftTrouble when the list of subscriptions cannot be read or everything is throttled.
    """
    table = Subscriptions(account)
    listed = await graph_subscriptions.list_all(m365.observer)
    known = {one.subscription_id: one for one in await table.all()}
    odd = {one.subscription_id for one in listed.values if not one.is_known}
    live = {one.subscription_id: one for one in listed.values if one.is_known and one.drive_id}
    doubtful = known.keys() - live.keys() if listed.unidentified else known.keys() & odd
    live |= {one: _as_kept(known[one], notification_url) for one in doubtful}
    wanted = frozenset[str]() if leaving else await asyncio.to_thread(wanted_drives, lakehouse)
    done = await _Reconciling(
        graph=m365.observer, table=table, now=clock.now(), url=notification_url, live=live, known=known
    ).run(wanted, first)
    return replace(done, odd=len(odd) + listed.unidentified)


def _as_kept(known: Known, url: str) -> Subscription:
    """A subscription of ours of which the list tells nothing that can be read: as we wrote it down, it stands."""
    return Subscription(
        subscription_id=known.subscription_id,
        resource=f"/drives/{known.drive_id}/root",
        change_type="updated",
        notification_url=url,
        lifecycle_url=url,
        client_state="",
        expires=known.expires,
    )


def wanted_drives(lakehouse: Lakehouse) -> frozenset[str]:
    """What should be watched: the governed libraries of the sites that can be read."""
    readable = lakehouse.read("sites", columns=["site_id", "access"]).filter(pl.col("access") == "readable")
    governed = lakehouse.read("drives", columns=["drive_id", "site_id", "governed"]).filter("governed")
    return frozenset(governed.join(readable, on="site_id", how="semi")["drive_id"])


@dataclass
class _Reconciling:
    """One reconciliation. `live` is what Microsoft has, `known` what we wrote down, both by subscription id."""

    graph: Graph
    table: Subscriptions
    now: datetime
    url: str
    live: Mapping[str, Subscription]
    known: dict[str, Known]
    report: Reconciled = field(default_factory=Reconciled, init=False)

    async def run(self, wanted: frozenset[str], first: frozenset[str]) -> Reconciled:
        self.report = replace(self.report, wanted=len(wanted))
        for lost in set(self.known) - set(self.live):
            await self._forget(lost)
        by_drive: dict[str, list[Subscription]] = {}
        for one in self.live.values():
            by_drive.setdefault(one.drive_id, []).append(one)
        unwanted = by_drive.keys() - wanted
        for drives in (unwanted, wanted & first, wanted - first):
            await all_of(
                [self._drive(drive, by_drive.get(drive, []), wanted=drive in wanted) for drive in sorted(drives)]
            )
        held = {one.drive_id for one in self.known.values() if one.expires > self.now}
        return replace(self.report, held=len(wanted & held))

    async def _drive(self, drive_id: str, live: Sequence[Subscription], *, wanted: bool) -> None:
        try:
            ours = [one for one in live if wanted and await self._is_usable(one)][:1]
            for one in live:
                if one not in ours:
                    await self._remove(one)
            if ours:
                await self._keep_alive(ours[0])
            elif wanted:
                await self._create(drive_id)
        except Throttled:
            raise
        except MicrosoftTrouble as trouble:
            said = f"{trouble} {_TOO_MANY}" if isinstance(trouble, (Forbidden, Refused)) else str(trouble)
            self.report = replace(self.report, troubles={**self.report.troubles, drive_id: said})

    async def _is_usable(self, one: Subscription) -> bool:
        """Whether it leads here, lifecycle events included (their address cannot be changed later), with a known secret.

        Microsoft tells the secret of a subscription to the app that made it: one of an earlier life is taken over.
        """
        if one.notification_url != self.url or one.lifecycle_url != self.url:
            return False
        if one.subscription_id not in self.known:
            if not one.client_state:
                return False
            await self._keep(one, one.client_state, one.drive_id)
            self._count("adopted")
        return True

    async def _keep_alive(self, one: Subscription) -> None:
        if one.expires is not None and one.expires - self.now > LIFETIME / 2:
            return
        try:
            renewed = await graph_subscriptions.renew(self.graph, one.subscription_id, self.now + LIFETIME)
        except NotFound:
            await self._forget(one.subscription_id)
            await self._create(one.drive_id)
            return
        await self._keep(renewed, self.known[one.subscription_id].client_state, one.drive_id)
        self._count("renewed")

    async def _create(self, drive_id: str) -> None:
        """A new subscription; when Microsoft says that there is one, that one is taken over."""
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        try:
            made = await graph_subscriptions.create(
                self.graph,
                drive_id=drive_id,
                notification_url=self.url,
                lifecycle_url=self.url,
                client_state=secret,
                expires=self.now + LIFETIME,
            )
        except Conflict:
            await self._adopt(drive_id)
            return
        await self._keep(made, secret, drive_id)
        self._count("created")

    async def _adopt(self, drive_id: str) -> None:
        """Another instance made it just now. One that cannot be taken over is removed: the next time makes a new one."""
        for one in (await graph_subscriptions.list_all(self.graph)).values:
            if one.drive_id == drive_id and not await self._is_usable(one):
                await self._remove(one)
        if drive_id not in {one.drive_id for one in self.known.values()}:
            raise Refused("Microsoft says that there is a subscription already, but lists none that can be used.")

    async def _remove(self, one: Subscription) -> None:
        await graph_subscriptions.delete(self.graph, one.subscription_id)
        await self._forget(one.subscription_id)
        self._count("removed")

    async def _forget(self, subscription_id: str) -> None:
        self.known.pop(subscription_id, None)
        await self.table.forget(subscription_id)

    async def _keep(self, one: Subscription, secret: str, drive_id: str) -> None:
        known = Known(
            subscription_id=one.subscription_id,
            drive_id=drive_id,
            client_state=secret,
            expires=one.expires or self.now + LIFETIME,
        )
        await self.table.keep(known)
        self.known[known.subscription_id] = known

    def _count(self, what: str) -> None:
        self.report = replace(self.report, **{what: getattr(self.report, what) + 1})
