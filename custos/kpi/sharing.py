"""Indicators of sharing: links that anyone can open, and people from outside."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from typing import Any

import polars as pl

from custos.engine.protection import mirrored_state, protections
from custos.kpi.inputs import Inputs
from custos.kpi.model import Counted, undecided
from custos.model.refusal import Code
from custos.model.subject import Kind, Subject


def exposed_links(inputs: Inputs) -> Iterator[Counted]:
    """A row a link that anyone can open, that has not ended and that neither its asset's class nor an exception allows; and a row an asset
    with its items. A link that sleeps, because its site lets none work now, counts: it wakes with the site."""
    ended = f"{inputs.now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    links = inputs.ask("link", "{link_scope: anonymous}", ("link_expires",))
    yield from undecided(links.unknown, "links of which it is not known who may open them")
    for row in links.rows.iter_rows(named=True):
        expires = row["link_expires"]
        if (expires and expires <= ended) or _allowed(inputs, row):
            continue
        yield Counted(
            subject=row["name"],
            asset_id=row["asset"] or "",
            url=row["url"],
            kind=Kind.LINK,
            of=0,
            met=1,
            why=_why(expires),
        )
    libraries = inputs.places.libraries.lazy().select("drive_id", "asset")
    items = inputs.facts.bare_items.filter(pl.col("parent_id").fill_null("?") != "").select("drive_id")
    counted = items.join(libraries, on="drive_id").group_by("asset").len().sort("asset").collect()
    for asset_id, number in counted.iter_rows():
        yield Counted(
            subject=f"items of {asset_id}" if asset_id else "items of no asset",
            asset_id=asset_id or "",
            of=number,
            why="The items that the rate is taken of.",
        )


def _why(expires: str | None) -> str:
    if not expires:
        return "It has no end." if expires == "" else "Whether it ends was not read."
    return f"It works until {expires[:10]}."


def _allowed(inputs: Inputs, row: dict[str, Any]) -> bool:
    """Whether what protects links from policies says that this one may stand: its class, or an exception from any of them."""
    subject = Subject(
        kind=Kind.LINK,
        site_id=row["site_id"],
        drive_id=row["drive_id"],
        item_id=row["item_id"],
        permission_id=row["permission_id"],
        url=row["url"],
    )
    return any(
        found.code in (Code.POSTURE, Code.EXEMPT)
        for policy in inputs.bundle.policies.values()
        for rule in policy.rules
        if rule.kind is Kind.LINK
        for found in protections(
            mirrored_state(subject, policy.name, rule, {"link_scope": "anonymous"}, lived=(None, None), name=rule.id),
            inputs.placed,
            inputs.now,
        )
    )


def under_agreement(inputs: Inputs) -> Iterator[Counted]:
    """A row a person from outside and asset (or site that no asset covers): whether an agreement in date names both."""
    asked = ("person", "under_agreement")
    grants = inputs.ask("grant", "{person_is_outside: yes}", asked)
    guests = inputs.ask("guest", "{person: is_present}", asked)
    yield from undecided(grants.unknown + guests.unknown, "access of which it is not known whose it is")
    columns = ("person", "under_agreement", "asset", "site_id", "site_address")
    pairs: dict[tuple[str, str], list[bool | None]] = {}
    assets: dict[tuple[str, str], str] = {}
    for row in pl.concat([grants.rows.select(columns), guests.rows.select(columns)]).iter_rows(named=True):
        place = row["asset"] or row["site_address"] or row["site_id"]
        key = (str(row["person"]).casefold(), place)
        pairs.setdefault(key, []).append(row["under_agreement"])
        assets[key] = row["asset"] or ""
    for (person, place), told in sorted(pairs.items()):
        unknown = not any(told) and None in told
        yield Counted(
            subject=f"{person} in {place}",
            asset_id=assets[person, place],
            of=int(not unknown),
            met=int(any(told)),
            unknown=int(unknown),
            why="An agreement in date names their organisation."
            if any(told)
            else "No agreement in date names their organisation.",
        )
