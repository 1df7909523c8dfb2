"""docs/another-council.md is a sitting that works: its commands, in order, print what the page shows, and the tenant is changed so far."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from custos.records.registers import ALL
from local_host.azurite import Azurite
from local_host.child_process import Child
from rehearsal.operators import signed_in
from rehearsal.stack import get
from tests.docs.pages import DOCS, examples
from tests.importing.thornby import workbook
from tests.queue_worker import QueueWorker, read_what_is_queued
from tests.running_stack import desk, typed
from tests.simulated_tenant import SimulatedTenant

PAGE = DOCS / "another-council.md"
FILES = ("policies", "thornby.xlsx")
SIRO, OPERATOR = "dr@thornby.gov.example", "ivaughan@thornby.gov.example"


@pytest.fixture
def tenant() -> Iterator[SimulatedTenant]:
    """Thornby's."""
    with Child("simulator", ["serve", "--port", "0", "--council", "thornby", "--no-throttling"]) as running:
        yield SimulatedTenant(running.url, get(f"{running.url}/sim/environment"))


@pytest.fixture
def environment(tenant: SimulatedTenant, tmp_path: Path) -> Iterator[dict[str, str]]:
    """What `make tenant` gives: that tenant, storage of its own, both people signed in, and somebody who does what is queued."""
    own = {"CUSTOS_POLICIES": str(tmp_path / "policies"), "CUSTOS_SIGN_IN_FOLDER": str(tmp_path / "people")}
    with Azurite() as azurite:
        made = {**tenant.environment, **azurite.environment, **own}
        with desk(made) as opened:
            opened.ask(lambda app: signed_in(app, lambda verb, **told: tenant.act(verb=verb, **told), SIRO, OPERATOR))
        worker = QueueWorker(made)
        worker.start()
        yield made
        worker.rest()


def test_the_sitting_goes_as_the_page_shows(
    environment: dict[str, str], tenant: SimulatedTenant, tmp_path: Path
) -> None:
    """Each command ends well or asks for what the page then fills in, and prints every line that is shown; a link then has an end."""
    workbook(tmp_path / "thornby.xlsx")
    (filled,) = examples("text", "mapping", page=PAGE)
    (pilot,) = examples("text", "pilot", page=PAGE)
    (confirmed,) = examples("text", "confirmed", page=PAGE)
    proposal = tmp_path / "site_map.proposal.csv"
    for example in examples("console", page=PAGE):
        told = ""
        for command in example.commands:
            if command[0] == "plan":
                _piloting(tmp_path / "policies", pilot.text)
            mapping = [f"--mapping={tmp_path / f'{command[1]}.mapping.yaml'}"] if command[0] == "import" else []
            mapping += [f"--proposal={proposal}"] if "--from-tenant" in command else []
            said = typed(
                environment,
                "--width",
                "150",
                *(str(tmp_path / word) if word in FILES else word for word in command),
                *mapping,
            )
            told += (said.out + said.err).replace(f"{tmp_path}/", "")
            asks = "Look through" in said.out and ("fill 1 blank" in said.out or "1 left out" in said.out)
            asks = asks or "--from-tenant" in command
            assert said.code == int(asks), f"{shlex.join(command)}: {said.out}{said.err}"
            if "proposed. None of it counts" in said.out:
                row = confirmed.text.strip().removeprefix("yes")
                rows = proposal.read_text(encoding="utf-8")
                assert f"\n{row}," in rows
                proposal.write_text(rows.replace(f"\n{row},", f"\nyes{row},"), encoding="utf-8")
            if command[0] == "sync":
                with desk(environment) as opened:
                    opened.ask(read_what_is_queued)
        assert [line for line in example.shown if line not in told] == [], told
        for path in tmp_path.glob("retention_schedule.mapping.yaml"):
            text = path.read_text(encoding="utf-8")
            path.write_text(re.sub(r"always:\n  record_type: ''\n", filled.text, text), encoding="utf-8")
    adoption = [link for link in tenant.state()["planted"]["anyone_links"] if link["library"] == "sites/adoption/Panel"]
    events = typed(environment, "audit", "show", "--last", "50", "--json").json()
    assert adoption[0]["permissionId"] in json.dumps(events)


def test_the_page_counts_the_registers() -> None:
    """As many as `custos init` makes."""
    assert f"| `register/` | {len(ALL)} registers, " in PAGE.read_text(encoding="utf-8")


def _piloting(policies: Path, written: str) -> None:
    """What the page has somebody write, once."""
    file = policies / "sharing-sensitive-links.yaml"
    text = file.read_text(encoding="utf-8")
    if "pilot:" not in text:
        file.write_text(text.replace("state: simulate\n", written), encoding="utf-8")
