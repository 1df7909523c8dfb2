"""`custos register --attested`: what owners said of their entries goes into the register of assets."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

from custos.bootstrap import Custos
from custos.cli.command import Exit
from custos.notices.attestations import TABLE, Attestation
from custos.notices.model import Contact
from custos.policy import load
from custos.table import Write
from tests.policy.policies import POLICIES
from tests.running_stack import Council

_AT = datetime(2026, 11, 20, 10, tzinfo=UTC)


def said(asset_id: str, *wrong: str) -> Attestation:
    by = Contact(user_id="owner", upn="owner@wrenbridge.example", name="Owner", mail="")
    return Attestation(asset_id=asset_id, day=_AT.date(), at=_AT, by=by, role="Information Asset Owner", wrong=wrong)


def test_attested_entries_are_written_into_the_register(council: Council, tmp_path: Path) -> None:
    """The day of the review and when the next is due; what is wrong is told and not written; typed again, nothing is left to write."""

    async def keep(app: Custos) -> None:
        for one in (said("IA-005"), said("IA-010", "places")):
            await app.attestations.keep(one)

    async def forget(app: Custos) -> None:
        rows = app.account.rows(TABLE)
        async for row in rows.query("asset"):
            await rows.transact([Write("delete", row)])

    shutil.copytree(POLICIES, tmp_path / "policies")
    council.ask(keep)
    try:
        first = council.custos("register", str(tmp_path / "policies"), "--attested")
        again = council.custos("register", str(tmp_path / "policies"), "--attested")
    finally:
        council.ask(forget)
    assert first.code == again.code == Exit.FINDINGS
    assert "1 entry is written into register/information_asset_register.csv. Commit it. 1 entry is wrong" in first.out
    assert "written" not in again.out
    after = load(tmp_path / "policies").records.assets["IA-005"]
    assert (after.last_review, after.review_due) == (date(2026, 11, 20), date(2027, 11, 20))
    assert load(tmp_path / "policies").records.assets["IA-010"].last_review != date(2026, 11, 20)
