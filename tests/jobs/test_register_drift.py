"""The registers held against tenant and directory: what was so at first is listed, what comes to be so later is an incident that ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from custos.bootstrap import Custos
from custos.jobs import discovery, incidents, register_drift
from custos.jobs.incidents import Incident
from custos.jobs.policies import in_force
from local_host.azurite import Azurite
from local_host.child_process import Child
from rehearsal.stack import get
from tests.importing.sitting import begun
from tests.importing.thornby import ASSETS, PEOPLE, SCHEDULE
from tests.running_stack import Desk, desk, typed
from tests.simulated_tenant import SimulatedTenant

HEAD = "fin.head@thornby.gov.example"
FINANCE = "https://thornby.sharepoint.example/sites/finance"


def _governed(policies: Path) -> Path:
    """Thornby's registers as its workbook has them, and an asset of a site that never was."""
    begun(policies)
    _put(policies, "people_roles", ["upn,role,department", *(f"{row[0]},{row[1]},{row[2]}" for row in PEOPLE[1:])])
    entry = "entry_id,function,record_class,trigger_kind,trigger_text,period,label_name,record_type,final_action,legal_basis,"
    entry += "basis_type,owner_upn,review_interval_months,review_due,status"
    _put(policies, "retention_schedule", [
        entry,
        f"TBC-1,Finance,{SCHEDULE[3][2]},event,End,P6Y,FIN 6 years,none,review,Limitation Act,limitation,{HEAD},12,2028-03-31,approved",
    ])  # fmt: skip
    asset = "asset_id,name,description,function,department,iao_upn,location_type,location_refs,classification,personal_data,schedule_refs,"
    asset += "vital_record,sharing_posture,status,review_interval_months,review_due"
    told = "OFFICIAL,personal,TBC-1,no,internal,active,12,2028-06-30"
    _put(policies, "information_asset_register", [
        asset,
        f"A1,{ASSETS[1][1]},Orders,Finance,Resources,{HEAD},m365,{FINANCE},{told}",
        f"A9,Nothing,None,Finance,Resources,ig@thornby.gov.example,m365,{FINANCE}-of-old,{told}",
    ])  # fmt: skip
    return policies


def _put(policies: Path, register: str, lines: list[str]) -> None:
    (policies / "register" / f"{register}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def tenant() -> Iterator[SimulatedTenant]:
    """Thornby's, of one site."""
    serve = ["serve", "--port", "0", "--council", "thornby", "--no-throttling", "--site", "sites/finance"]
    with Child("simulator", serve) as running:
        yield SimulatedTenant(running.url, get(f"{running.url}/sim/environment"))


@pytest.fixture
def environment(tenant: SimulatedTenant, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Thornby governed, with storage of its own."""
    with Azurite() as azurite:
        own = {"CUSTOS_POLICIES": str(_governed(tmp_path / "policies"))}
        yield {**tenant.environment, **azurite.environment, **own}


async def _drifted(app: Custos) -> dict[str, str]:
    return {
        one.subject: one.detail async for one in incidents.standing(app.account) if one.kind is Incident.REGISTER_DRIFT
    }


async def _compared(app: Custos) -> dict[str, str]:
    """Compare as discovery does at its end, with an Entra that is asked anew."""
    app.accounts.clear()
    await register_drift.check(app, (await in_force(app)).bundle)
    return await _drifted(app)


def test_what_came_to_differ_is_an_incident_until_it_is_mended(
    environment: dict[str, str], tenant: SimulatedTenant, tmp_path: Path
) -> None:
    """An owner who leaves and a site that falls out of its asset are told, once each; what was wrong from the beginning is not."""
    with desk(environment) as opened:
        opened.ask(discovery.discover)
        assert opened.ask(_drifted) == {}
        assert f"{FINANCE}-of-old is not in the mirror" in _validated(environment)

        tenant.act(verb="leave", person=HEAD)
        found = opened.ask(_compared)
        assert found.keys() == {"A1", "TBC-1", "Head of Finance"}
        assert found["A1"] == f"A1 names {HEAD} as Information Asset Owner, whose account is switched off."
        status = typed(environment, "status")
        assert "somebody who cannot sign in is named 3 times" in status.out
        assert opened.ask(_compared) == found

        register = tmp_path / "policies" / "register" / "information_asset_register.csv"
        register.write_text(register.read_text().replace(f",{FINANCE},", f",{FINANCE}-renamed,"))
        moved = opened.ask(_compared)
        assert f"{FINANCE}-renamed is not in the mirror" in moved["A1"]

        register.write_text(register.read_text().replace(f",{FINANCE}-renamed,", f",{FINANCE},"))
        tenant.act(verb="return", person=HEAD)
        assert opened.ask(_compared) == {}
        _doctor_says(opened, environment)


def _validated(environment: dict[str, str]) -> str:
    return typed(environment, "validate", "--online", "--json").out


def _doctor_says(opened: Desk, environment: dict[str, str]) -> None:
    told = typed(environment, "doctor").out
    assert f"{FINANCE}-of-old is not in the mirror" in " ".join(told.split())
