"""What an answer rests on: exceptions, agreements, delegations and the asset's row of the register. Pure.

An answer outlives none of them: it holds until the first of them ends, and no longer than it stands in the register.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from custos.notices.assignment import Role
from custos.notices.model import Case, Ground
from custos.notices.questions import about
from custos.records.delegation import delegations
from custos.records.model import Asset, Records


def grounds(case: Case, records: Records, today: date) -> tuple[Ground, ...]:
    """What an answer of the case's assignee rests on, as the registers stand today."""
    return tuple(_grounds(case, records, today))


def fallen(case: Case, records: Records, today: date) -> str:
    """Why the case's answer no longer stands, as a sentence's beginning; "" while everything it rests on does."""
    for ground in case.grounds:
        if why := _fallen(ground, case, records, today):
            return why
    return ""


def _grounds(case: Case, records: Records, today: date) -> Iterator[Ground]:
    asset = records.assets.get(case.asset_id)
    if asset is not None:
        yield Ground(reference=asset.id, facts=_facts(asset))
    for exemption in records.exemptions:
        here = exemption.asset_id == case.asset_id and not exemption.locations
        protects = any(exemption.id in line.protected_by for line in case.lines)
        named = any(exemption.names(line.policy, line.rule) for line in case.lines)
        if today <= exemption.expires and (protects or (here and named)):
            yield Ground(reference=exemption.id, until=exemption.expires)
    if any(about(line.family).agreements for line in case.lines):
        for agreement in records.agreements.values():
            if case.asset_id in agreement.assets and agreement.in_force(today):
                yield Ground(reference=agreement.id, until=agreement.ends)
    if case.assignee.role is Role.STEWARD:
        wanted = {line.lent_as for line in case.lines}
        for row in delegations(records, case.asset_id, case.assignee.who.upn, today):
            if wanted & set(row.kinds):
                yield Ground(reference=row.id, until=row.valid_to)


def _fallen(ground: Ground, case: Case, records: Records, today: date) -> str:
    if ground.until is None:
        asset = records.assets.get(ground.reference)
        same = asset is not None and _facts(asset) == ground.facts
        return "" if same else f"what the register says of {ground.reference} has changed since the answer"
    standing = (
        *((one.id, today <= one.expires) for one in records.exemptions),
        *((one.id, case.asset_id in one.assets and one.in_force(today)) for one in records.agreements.values()),
        *((one.id, one.asset_id == case.asset_id and one.in_force(today)) for one in records.delegations),
    )
    return "" if (ground.reference, True) in standing else f"{ground.reference}, on which the answer rested, has ended"


def _facts(asset: Asset) -> str:
    """What an answer about an asset takes for granted."""
    return f"{asset.personal_data}; {asset.posture.value}; {asset.status}"
