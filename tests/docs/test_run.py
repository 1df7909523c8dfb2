"""The examples that are marked to run do what the page says, on a simulated tenant of their own."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from custos.audit.events import Event, What
from custos.cli.command import Exit
from custos.inventory.sync import sync_drive
from custos.settings import REPOSITORY
from local_host.azurite import Azurite
from rehearsal.operators import APPROVER, OPERATOR, signed_in
from simulator.councils import policies_of
from tests.docs.pages import DOCS, examples
from tests.queue_worker import QueueWorker
from tests.running_stack import typed, wired
from tests.simulated_tenant import SimulatedTenant

PATHS = frozenset({"evidence", "kept.txt", "witness.key", "signed.txt", "event.tlog-proof", "since.txt"})
"""What the page on the audit reads and writes."""

MIRRORED = "/sites/information-rights/"
"""The site whose libraries are read for these examples; the others stay unread, as they may on a first day."""


async def mirror(environment: dict[str, str]) -> None:
    """Read the libraries of one site, as the function app would of all."""
    app = wired(environment)
    try:
        drives = app.lakehouse.read("drives", columns=["drive_id", "web_url", "governed"])
        wanted = drives.filter(pl.col("governed") & pl.col("web_url").str.contains(MIRRORED, literal=True))
        for drive in wanted["drive_id"]:
            await sync_drive(app.m365, app.account, app.lakehouse, app.clock, drive, deadline_seconds=60)
    finally:
        await app.close()


async def sign_in(environment: dict[str, str], tenant: SimulatedTenant) -> None:
    """The officer and the engineer of the page sign in; the engineer is meant where nobody is named."""
    app = wired(environment)
    try:
        await signed_in(app, lambda verb, **told: tenant.act(verb=verb, **told), APPROVER, OPERATOR)
    finally:
        await app.close()


@pytest.fixture(scope="module")
def environment(tenant: SimulatedTenant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A tenant, storage that nobody else uses, and a copy of the policies that may be promoted."""
    policies = tmp_path_factory.mktemp("docs") / "policies"
    shutil.copytree(policies_of(), policies)
    with Azurite() as azurite:
        made = {
            **tenant.environment,
            **azurite.environment,
            "CUSTOS_POLICIES": str(policies),
            "CUSTOS_SIGN_IN_FOLDER": str(policies.parent / "people"),
        }
        asyncio.run(sign_in(made, tenant))
        worker = QueueWorker(made)
        worker.start()
        try:
            yield made
        finally:
            worker.rest()


def test_the_admins_morning(environment: dict[str, str]) -> None:
    """The commands of docs/admin.md, one after the other, succeed and print what the page shows."""
    for example in examples("console", "run", page=DOCS / "admin.md"):
        said = ""
        for command in example.commands:
            told = typed(environment, "--width", "150", *command)
            assert told.code in (Exit.OK, Exit.FINDINGS), (
                f"{example}: {command} ends with {told.code}: {told.err}{told.out}"
            )
            said += " ".join(told.out.split()) + "\n"
            if "--discover" in command:
                asyncio.run(mirror(environment))
        missing = [line for line in example.shown if " ".join(line.split()) not in said]
        assert missing == [], f"{example} does not say so:\n{said}"


def test_the_auditor_s_page(environment: dict[str, str], tmp_path: Path) -> None:
    """The commands of docs/audit.md, one after the other, in a folder of their own: with Custos, and with a bare Python."""
    checkpoint = asyncio.run(events_of_the_page(environment))
    verifier, settings = (
        REPOSITORY / "custos/audit/verify_audit.py",
        Path(environment["CUSTOS_POLICIES"]) / "settings.yaml",
    )
    for example in examples("console", "audit", page=DOCS / "audit.md"):
        said = ""
        for line in example.text.splitlines():
            if not line.startswith("$ "):
                assert line in said, f"{example} does not say {line!r}:\n{said}"
                continue
            program, *words = shlex.split(line.removeprefix("$ "))
            words = [str(tmp_path / word) if word in PATHS else word for word in words]
            if program == "custos":
                told = typed(
                    environment, "--width", "150", *[checkpoint if word == "2026-11-23" else word for word in words]
                )
                code, out = told.code, told.out
            else:
                bare = [sys.executable, "-I", "-S", str(verifier), *words[1:]]
                ran = subprocess.run(bare, capture_output=True, text=True, check=False)
                code, out = ran.returncode, ran.stdout + ran.stderr
            assert code == 0, f"{example}: {line} ends with {code}: {out}"
            said += out
            if "export" in words:
                shutil.copy(max((tmp_path / "evidence/checkpoints").iterdir()), tmp_path / "kept.txt")
            if "--new-key" in words:
                settings.write_text(f"{settings.read_text()}\nwitnesses:\n  - {out.strip()}\n")
            if "--cosign" in words:
                (tmp_path / "signed.txt").write_text(out)


async def events_of_the_page(environment: dict[str, str]) -> str:
    """Something that somebody decided, and the day's checkpoint after it: its day."""
    app = wired(environment)
    try:
        told = {"why": "asked by sian.roberts@wrenbridge.example"}
        someone = Event(what=What.CASE_DECIDED, at=app.clock.now(), by="sian.roberts@wrenbridge.example", details=told)
        await app.audit.append([someone, Event(what=What.PLAN_MADE, at=app.clock.now())])
        return (await app.audit.checkpoint()).at[:10]
    finally:
        await app.close()


def test_somebody_signs_in_as_the_page_says(
    environment: dict[str, str], tenant: SimulatedTenant, tmp_path: Path
) -> None:
    """The sign-in of docs/simulator.md: a code is shown, the person enters it elsewhere, and is who works at the terminal."""
    (example,) = examples("console", "sign-in", page=DOCS / "simulator.md")
    greeting = example.shown[-1]
    own = {**environment, "CUSTOS_SIGN_IN_FOLDER": str(tmp_path / "people")}

    def enter(line: str) -> None:
        page, code = re.fullmatch(r"Open (\S+) and enter the code (\w+)\.\n", line).groups()  # type: ignore[union-attr]  # the line is of that form
        assert page == f"{tenant.url}/sim/sign-in"
        words = ["act", "--at", tenant.url, "sign-in", "Elaine Whitcombe", code]
        subprocess.run([sys.executable, "-m", "simulator", *words], check=True, cwd=REPOSITORY)

    command = [sys.executable, "-m", "custos", "--width", "200", "sign-in"]
    system = {name: value for name, value in os.environ.items() if not name.startswith(("CUSTOS", "AzureWebJobs"))}
    with subprocess.Popen(
        command, env={**system, "PYTHONUNBUFFERED": "1", **own}, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    ) as waiting:
        assert waiting.stdout is not None
        enter(waiting.stdout.readline())
        assert waiting.stdout.read().strip() == greeting
    assert "may let a policy enforce" in typed(own, "whoami").out
