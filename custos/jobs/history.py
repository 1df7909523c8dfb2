"""The history of one item: since when it is known, what was done with it and asked about it, and what is known of its end.

Reads the mirror, what left its place, the audit and the questions; asks Microsoft nothing. What is gone is found by its id, or by the
address at which it lay when it left. What a sync never saw, or what left before Custos looked, is told as not known.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

from custos.audit.chain import Recorded
from custos.engine.locate import Locator
from custos.engine.register_locations import place_registers
from custos.engine.site_facts import site_facts
from custos.inventory.schema import DEPARTURES
from custos.jobs.facts import facts_at_rest
from custos.jobs.policies import in_force
from custos.kinds import ATTACHED, CONTENT
from custos.masking import Names, masked_url
from custos.model.policy import Bundle
from custos.model.subject import Kind
from custos.notices.case_findings import digest
from custos.notices.model import Case
from custos.records.address import Address, folded

if TYPE_CHECKING:
    from custos.bootstrap import Custos
    from custos.engine.facts import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A place that the item left: its address ("" when it is not known), and when a sync saw that it was no longer there."""

    url: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemHistory:
    """What is known of one item. `url` is where it lies now, "" when the mirror has it no more; `complete` False: its library was not read
    to its end, so it may be there all the same. `created`, `label` as last known; None: not known. `events` in their order.
    """

    kind: Kind | None
    item_id: str
    drive_id: str
    library: str
    url: str
    here: bool
    complete: bool
    asset_id: str
    created: datetime | None
    label: str | None
    left: tuple[Left, ...]
    events: tuple[Recorded, ...]


async def history(app: Custos, item: Address | str) -> list[ItemHistory]:
    """The histories of what lies or lay at an address, or of an id; none when neither the mirror nor what left knows of it.

    Names of sensitive assets' files are masked. Costs a look at the mirror and one reading of the audit.
    Raises StorageTrouble.
    """
    bundle = (await in_force(app)).bundle
    facts = await facts_at_rest(app, bundle)
    ended = await asyncio.to_thread(app.lakehouse.read, "ended_items")
    found = await asyncio.to_thread(_found, facts, ended, item)
    audited = [recorded async for recorded in app.audit.read()] if found else []
    cases = [stored.case for stored in await app.cases.all()] if found else []
    look = _Look(bundle, facts, Locator(facts), ended, Names(bundle.records), app.clock.now())
    told = []
    for drive, one in found:
        keys = await asyncio.to_thread(look.keys, drive, one, audited)
        asked = [case for case in cases if await _covers(app, case, drive, keys)]
        told.append(await asyncio.to_thread(look.history, drive, one, _events(audited, one, asked)))
    return told


@dataclass(frozen=True)
class _Look:
    bundle: Bundle
    facts: Facts
    locator: Locator
    ended: pl.DataFrame
    names: Names
    now: datetime

    def keys(self, drive: str, item: str, audited: Iterable[Recorded]) -> frozenset[str]:
        """The keys of subjects that the item is or has: itself, its links and grants, those of the audit too."""
        site = next((one for one, library in _sites(self.facts) if library == drive), "")
        shared = self.facts.permissions.filter((pl.col("drive_id") == drive) & (pl.col("item_id") == item))
        permissions = shared.select("permission_id").collect()["permission_id"]
        own = {f"{kind}|{site}|{drive}|{item}" for kind in CONTENT}
        own |= {f"{kind}|{site}|{drive}|{item}|{one}" for kind in ATTACHED for one in permissions}
        return frozenset(own | {one.event.subject for one in audited if item in one.event.subject.split("|")})

    def history(self, drive: str, item: str, events: Sequence[Recorded]) -> ItemHistory:
        """What is known of it."""
        of_item = (pl.col("drive_id") == drive) & (pl.col("item_id") == item)
        now = self.facts.bare_items.filter(of_item).collect().to_dicts()
        left = _away(self.facts, self.ended).filter(of_item).unique().sort("left_at")
        row = now[0] if now else left.to_dicts()[-1] if left.height else {}
        kind = None if row.get("is_folder") is None else Kind.FOLDER if row["is_folder"] else Kind.FILE
        states = self.facts.states.filter(pl.col("drive_id") == drive).collect()["state"].to_list()
        asset = self._asset(drive)
        home = self.locator.libraries.get(drive)
        at = self.locator.address_of(drive, row.get("parent_id"), row.get("name")) if now else None
        hidden = self.names.hides(kind or Kind.FILE, asset)

        def told(address: Address | None) -> str:
            return "" if address is None else masked_url(address.text) if hidden else address.text

        return ItemHistory(
            kind=kind,
            item_id=item,
            drive_id=drive,
            library=home.text if home else "",
            url=told(at),
            here=bool(now),
            complete=states == ["complete"],
            asset_id=asset,
            created=row.get("created"),
            label=row.get("label") if now else None,
            left=tuple(
                Left(url=told(home.below(path) if home and path else None), at=when)
                for path, when in left.select("path", "left_at").iter_rows()
            ),
            events=tuple(events),
        )

    def _asset(self, drive: str) -> str:
        placed = place_registers(self.bundle, self.facts)
        libraries = site_facts(placed, self.facts, self.now).libraries
        found = libraries.filter(pl.col("drive_id") == drive)["asset"].to_list()
        return found[0] or "" if found else ""


def _found(facts: Facts, ended: pl.DataFrame, item: Address | str) -> list[tuple[str, str]]:
    """Library and id of what is asked about: what lies there now first, then what lay there."""
    away = _away(facts, ended)
    if isinstance(item, str):
        known = pl.concat(
            [facts.every_item.select("drive_id", "item_id").collect(), away.select("drive_id", "item_id")]
        )
        return sorted(set(known.filter(pl.col("item_id") == item).iter_rows()))
    locator = Locator(facts)
    located = locator.find(item)
    found = [(located.drive_id, located.item_id)] if located.item_id else []
    home = locator.libraries.get(located.drive_id)
    names = item.segments[len(home.segments) :] if home else ()
    lay = away.filter(pl.col("drive_id") == located.drive_id).sort("left_at", descending=True)
    for one, path in lay.select("item_id", "path").iter_rows():
        if path and tuple(map(folded, path)) == tuple(names) and (located.drive_id, one) not in found:
            found.append((located.drive_id, one))
    return found


def _away(facts: Facts, ended: pl.DataFrame) -> pl.DataFrame:
    """What left its place: lately, and long ago."""
    return pl.concat([ended.select(*DEPARTURES), facts.moved_items.select(*DEPARTURES).collect()])


def _sites(facts: Facts) -> Iterable[tuple[str, str]]:
    return facts.drives.select("site_id", "drive_id").collect().iter_rows()


async def _covers(app: Custos, case: Case, drive: str, keys: frozenset[str]) -> bool:
    """Whether a question was about the item: found now, or when somebody was shown it."""
    if drive not in (case.drive_id, *case.drives):
        return False
    wanted = set(map(digest, keys))
    for name in {case.members, case.shown} - {""}:
        members = await app.cases.members(name)
        if any(wanted & found for found in members.of.values()):
            return True
    return False


def _events(audited: Iterable[Recorded], item: str, cases: Sequence[Case]) -> list[Recorded]:
    """The events of the item, and those of the questions about it while they were open."""

    def asked(recorded: Recorded) -> bool:
        event = recorded.event
        return any(
            event.subject == case.subject_key
            and event.what.value.startswith(("case:", "answer:"))
            and case.opened_at <= event.at
            and (case.released_at is None or event.at <= case.released_at)
            for case in cases
        )

    return [one for one in audited if item in one.event.subject.split("|") or asked(one)]
