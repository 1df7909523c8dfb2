"""Assets without a valid Information Asset Owner: looked for every morning in registers and Entra, and kept for who asks later.

Table `vacancies`: asset ► the last day that it had one, as far as anybody knows, and who stands in. A row goes with its cause.
"""

from __future__ import annotations

from datetime import date, timedelta

from custos.notices.assignment import Accountability, Role
from custos.records.vacancies import Vacancy, last_day_of
from custos.storage.account import Account
from custos.storage.rows import Row
from custos.table import Write, key_part

_TABLE, _PARTITION = "vacancies", "asset"


async def look(account: Account, accountable: Accountability) -> list[Vacancy]:
    """Compare every live asset with registers and Entra, and keep what is found. While an account cannot be read, what was known of
    its asset counts on. Raises StorageTrouble."""
    rows, today = account.rows(_TABLE), accountable.today
    known = {one.asset_id: one for one in await standing(account)}
    found: list[Vacancy] = []
    for asset in accountable.records.assets.values():
        asked = accountable.of(asset.id)
        before = known.pop(asset.id, None)
        if not asset.live or asked.role is Role.IAO or asked.stands_in_for:  # who is away is in post all the same
            if before is not None:
                await rows.transact([Write("delete", Row(_PARTITION, key_part(asset.id)))])
            continue
        if asked.in_doubt:
            found += [before] if before is not None else []
            continue
        why = next(
            (gap.rpartition(": ")[2] for gap in asked.gaps if "no Information Asset Owner" in gap), "nobody is named"
        )
        last = last_day_of(accountable.records, asset.id, today)
        seen = last or (before.last_day if before is not None else None) or today - timedelta(days=1)
        one = Vacancy(asset_id=asset.id, last_day=seen, why=why, stands_in=asked.person.name if asked.person else "")
        if one != before:
            await rows.upsert(_row(one))
        found.append(one)
    for gone in known:
        await rows.transact([Write("delete", Row(_PARTITION, key_part(gone)))])
    return found


async def standing(account: Account) -> list[Vacancy]:
    """What the last look found, by asset. Raises StorageTrouble."""
    return [_vacancy(row) async for row in account.rows(_TABLE).query(_PARTITION)]


def _row(one: Vacancy) -> Row:
    last = one.last_day.isoformat() if one.last_day else ""
    return Row(
        _PARTITION,
        key_part(one.asset_id),
        {"asset": one.asset_id, "last_day": last, "why": one.why, "stands_in": one.stands_in},
    )


def _vacancy(row: Row) -> Vacancy:
    last = row.text("last_day")
    return Vacancy(
        asset_id=row.text("asset"),
        last_day=date.fromisoformat(last) if last else None,
        why=row.text("why"),
        stands_in=row.text("stands_in"),
    )
