"""Indicators of the registers: coverage, accountability, reviews in date."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import polars as pl

from custos.kpi.inputs import Inputs
from custos.kpi.model import Counted
from custos.model.state import State
from custos.model.subject import Kind
from custos.records.delegation import delegations
from custos.records.model import Asset
from custos.records.registers.documents import DOCUMENTS
from custos.records.remark import Matter
from custos.wording import day_words

_UNACCOUNTED = (Matter.OWNER_IS_STEWARD, Matter.NO_STEWARD, Matter.DELEGATION_ENDED)


def register_coverage(inputs: Inputs) -> Iterator[Counted]:
    """A row a site: whether an asset of the register that is no mere proposal covers it. A channel's site counts with its team."""
    rows = inputs.places.sites.filter(pl.col("site_kind").fill_null("") != "channel").select(
        "site_title", "site_address", "asset", "asset_status"
    )
    for title, url, asset_id, status in rows.sort("site_address").iter_rows():
        covered = bool(asset_id) and status != "proposed"
        yield Counted(
            subject=title or url or "",
            asset_id=asset_id or "",
            url=url or "",
            kind=Kind.SITE,
            of=int(asset_id is not None),
            met=int(covered),
            unknown=int(asset_id is None),
            why=f"It belongs to {asset_id}." if covered else "No asset of the register covers it.",
        )


def accountability(inputs: Inputs) -> Iterator[Counted]:
    """A row an asset: whether its owner and a steward of its own are in post, can sign in, and the steward's delegation is in date."""
    vacant, unfit = inputs.remarked(Matter.NO_OWNER), inputs.remarked(*_UNACCOUNTED)
    for asset in inputs.assets:
        said = vacant.get(asset.id) or inputs.barred(asset.id, asset.iao)
        if not said and not any(_serves(inputs, asset, steward) for steward in asset.stewards):
            barred = (inputs.barred(asset.id, steward) for steward in asset.stewards)
            said = unfit.get(asset.id) or next(filter(None, barred), "")
        untold = not said and inputs.strangers is None
        yield Counted(
            subject=f"{asset.id} {asset.name}",
            asset_id=asset.id,
            of=int(not untold),
            met=int(not said and not untold),
            unknown=int(untold),
            why=said
            or ("It is not known at present who can sign in." if untold else "Owner and steward are in place."),
        )


def _serves(inputs: Inputs, asset: Asset, steward: str) -> bool:
    """Whether a steward is somebody else than the owner, can sign in, and has a delegation in date."""
    lent = any(delegations(inputs.records, asset.id, steward, inputs.today))
    return steward != asset.iao and lent and not inputs.barred(asset.id, steward)


def register_reviews(inputs: Inputs) -> Iterator[Counted]:
    """A row an asset: whether its review is in date."""
    for asset in inputs.assets:
        yield _in_date(f"{asset.id} {asset.name}", asset.review_due, inputs.today, asset_id=asset.id)


def schedule_reviews(inputs: Inputs) -> Iterator[Counted]:
    """A row an approved entry of the retention schedule: whether its review is in date."""
    for entry in inputs.records.schedule.values():
        if entry.status == "approved":
            yield _in_date(f"{entry.id} {entry.record_class}", entry.review_due, inputs.today)


def governance_in_date(inputs: Inputs) -> Iterator[Counted]:
    """A row a governing document, a policy that is enforced and an exception: whether they are in date."""
    for document in DOCUMENTS.of(inputs.records):
        yield _in_date(f"document {document.id} {document.title}", document.review_due, inputs.today)
    for policy in inputs.bundle.policies.values():
        if policy.state is State.ENFORCE:
            yield _in_date(f"policy {policy.name}", policy.review_due, inputs.today)
    for row in inputs.records.exemptions:
        yield _in_date(f"exception {row.id}", row.expires, inputs.today, asset_id=row.asset_id, what="It expires")


def _in_date(
    subject: str, due: date | None, today: date, *, asset_id: str = "", what: str = "Its review is due"
) -> Counted:
    met = due is not None and due >= today
    said = f"{what} on {day_words(due)}." if due else "No date is written down."
    return Counted(subject=subject, asset_id=asset_id, met=int(met), why=said if met or due is None else _was(said))


def _was(said: str) -> str:
    return said.replace("It expires", "It expired").replace("is due", "was due")
