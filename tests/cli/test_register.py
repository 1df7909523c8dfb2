"""`custos register --proposals`: what owners said on their page, and stewards accepted, goes into the registers."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

from custos.bootstrap import Custos
from custos.cli.command import Exit
from custos.notices import attestations, lending
from custos.notices.attestations import Attestation
from custos.notices.lending import Offer, OfferState
from custos.notices.model import Contact
from custos.policy import load
from custos.table import Write
from tests.policy.policies import POLICIES
from tests.running_stack import Council

_AT = datetime(2026, 11, 20, 10, tzinfo=UTC)


_OWNER = Contact(user_id="owner", upn="director.planning@wrenbridge.example", name="Owner", mail="")
_STEWARD = Contact(user_id="steward", upn="planning.systems.officer@wrenbridge.example", name="Steward", mail="")
LENT = Offer(
    asset_id="IA-004",
    by=_OWNER,
    steward=_STEWARD,
    kinds=("review_labels",),
    begins=date(2026, 11, 20),
    ends=date(2027, 6, 30),
    at=_AT,
    state=OfferState.ACCEPTED,
    answered_on=date(2026, 11, 20),
)


def said(asset_id: str, *wrong: str) -> Attestation:
    return Attestation(
        asset_id=asset_id, day=_AT.date(), at=_AT, by=_OWNER, role="Information Asset Owner", wrong=wrong
    )


def test_attested_entries_are_written_into_the_register(council: Council, tmp_path: Path) -> None:
    """The day of the review and when the next is due; what is wrong is told and not written; typed again, nothing is left to write."""

    async def keep(app: Custos) -> None:
        for one in (said("IA-005"), said("IA-010", "places")):
            await app.attestations.keep(one)
        await app.offers.keep(LENT)

    async def forget(app: Custos) -> None:
        for table, partition in ((attestations.TABLE, "asset"), (lending.TABLE, "offer")):
            rows = app.account.rows(table)
            async for row in rows.query(partition):
                await rows.transact([Write("delete", row)])

    shutil.copytree(POLICIES, tmp_path / "policies")
    council.ask(keep)
    try:
        first = council.custos("register", str(tmp_path / "policies"), "--proposals")
        again = council.custos("register", str(tmp_path / "policies"), "--proposals")
    finally:
        council.ask(forget)
    assert first.code == again.code == Exit.FINDINGS
    written = [f"1 row is written into register/{name}.csv." for name in ("information_asset_register", "delegations")]
    assert f"{' '.join(written)} Commit it. 1 entry is wrong" in first.out
    assert "written" not in again.out
    after = load(tmp_path / "policies").records.assets["IA-005"]
    assert (after.last_review, after.review_due) == (date(2026, 11, 20), date(2027, 11, 20))
    (lent,) = [row for row in load(tmp_path / "policies").records.delegations if row.id == LENT.id]
    assert (lent.kinds, lent.valid_to) == (("review_labels",), LENT.ends)
    assert load(tmp_path / "policies").records.assets["IA-010"].last_review != date(2026, 11, 20)
