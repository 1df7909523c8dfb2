"""Broken policies: everything that is wrong at once, and the last good version goes on."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from custos.jobs.incidents import Incident
from tests.running_stack import APPROVER, Council, Said

pytestmark = pytest.mark.timeout(600)
_PLACE = re.compile(r"^error: \S+:\d+:\d+:? ", re.MULTILINE)


@pytest.fixture
def broken(council: Council) -> Iterator[Council]:
    """The council, whose policy files somebody has just broken in three places; they are mended afterwards."""
    policies = council.stage.policies
    kept = policies.with_name("kept")
    shutil.copytree(policies, kept)
    links = policies / "sharing-anyone-links.yaml"
    links.write_text(links.read_text().replace("link_scope:", "link_scoop:", 1))
    (policies / "ownership.yaml").write_text("policy: [ownership\n")
    register = policies / "register" / "information_asset_register.csv"
    register.write_text(register.read_text().replace("OFFICIAL-SENSITIVE", "SECRET", 1))
    _load(council)
    try:
        yield council
    finally:
        _mend(policies, kept)
        shutil.rmtree(kept)
        _load(council)


def _load(council: Council) -> None:
    """Have the function app load the files as they are now."""
    council.post("/api/health", method="GET")


def _mend(policies: Path, kept: Path) -> None:
    shutil.rmtree(policies)
    shutil.copytree(kept, policies)


def _validated(council: Council) -> Said:
    return council.custos("validate", str(council.stage.policies))


def test_every_problem_is_told_at_once(broken: Council) -> None:
    """All three files are named, each with line and column and a remedy, and the exit code says bad input."""
    told = _validated(broken)
    assert told.code == 2
    assert "Traceback" not in told.out + told.err
    for file in ("sharing-anyone-links.yaml", "ownership.yaml", "register/information_asset_register.csv"):
        assert file in told.out
    assert len(_PLACE.findall(told.out)) >= 3, told.out
    assert "link_scope" in told.out  # what was meant


def test_problems_for_machines(broken: Council) -> None:
    """The same problems come as JSON with file, line, column and code."""
    found = broken.custos("validate", str(broken.stage.policies), "--json").json()["problems"]
    assert len(found) >= 3
    assert all(
        problem["line"] > 0 and problem["column"] > 0 and problem["code"]
        for problem in found
        if problem["severity"] == "error"
    )


@pytest.mark.parametrize(
    "words",
    [
        ("plan", "sharing-anyone-links", "--json"),
        ("promote", "sharing-sites", "--to", "pilot", "--plan", "P-2026-1123-01"),
    ],
)
def test_nobody_plans_or_approves_files_that_cannot_be_used(broken: Council, words: tuple[str, ...]) -> None:
    """Whoever plans or promotes hears what is wrong with the files, not of the version that still counts elsewhere."""
    told = broken.custos(*words)
    assert told.code == 2
    assert told.out == ""
    for file in ("sharing-anyone-links.yaml", "ownership.yaml", "register/information_asset_register.csv"):
        assert file in told.err


def test_evaluation_in_the_app_goes_on(broken: Council) -> None:
    """The timer evaluates with the last good version instead of failing."""
    broken.fire("evaluate_all", 120)
    assert (Incident.POLICIES, str(broken.stage.policies)) in broken.incidents()
    broken.quiet()


def test_health_says_so(broken: Council) -> None:
    """A monitor sees that the policies cannot be used."""
    answer = broken.post("/api/health", method="GET")
    assert answer.status == 503
    assert "The policies cannot be used; the last good version counts." in answer.json()["troubles"]


def test_a_refused_version_is_audited_once(broken: Council) -> None:
    """The audit says that newer files were refused, and how many problems they have; looking again adds nothing."""

    def told() -> list[str]:
        shown = broken.custos("audit", "show", "--last", "500").out
        return [line for line in shown.splitlines() if "policies:refused" in line]

    once = told()
    assert "problems" in once[-1]
    _load(broken)
    _load(broken)
    assert told() == once


def test_broken_policies_are_an_incident_until_they_are_mended(broken: Council) -> None:
    """The status says that the policies are refused; as soon as the same files are back, it does not."""
    subject = (Incident.POLICIES, str(broken.stage.policies))
    told = broken.custos("status")
    assert told.code == 1
    assert "the last good version counts" in told.out
    assert subject in broken.incidents()
    _mend(broken.stage.policies, broken.stage.policies.with_name("kept"))
    _load(broken)
    assert "policies refused" not in broken.custos("status").out
    assert subject not in broken.incidents()


def test_a_removed_policy_is_audited(council: Council) -> None:
    """Whoever takes a policy's file away finds in the audit which version is gone, and that another one was loaded."""
    policies = council.stage.policies
    files = {path: path.read_bytes() for path in policies.glob("stale-content*")}

    def told(what: str, about: str = "") -> bool:
        shown = council.custos("audit", "show", "--last", "500").out
        return any(what in line and about in line for line in shown.splitlines())

    for path in files:
        path.unlink()
    try:
        _load(council)
        council.until(lambda: told("policy:removed", "stale-content"), what="the word about the policy")
        assert told("policies:loaded")
    finally:
        for path, content in files.items():
            path.write_bytes(content)
        _load(council)


def test_a_register_that_lost_its_rows_counts_when_somebody_said_so(council: Council) -> None:
    """The holds, cut to their header, end nothing: the version in force goes on, nobody plans on the others, and what is gone is named.
    Whoever says that it was meant lets them count, and stands in the audit."""
    holds = council.stage.policies / "register" / "holds.csv"
    whole = holds.read_bytes()
    holds.write_bytes(whole.split(b"\n")[0] + b"\n")
    subject = (Incident.POLICIES, str(council.stage.policies))
    try:
        _load(council)
        assert subject in council.incidents()
        for words in (
            ("plan", "sharing-anyone-links"),
            ("status",),
            ("validate", str(council.stage.policies), "--online"),
        ):
            told = council.custos(*words)
            said = " ".join((told.out + told.err).split())
            assert "rows that counted protect less" in said or (words == ("status",) and told.code == 1)
        refused = council.custos("register", str(council.stage.policies), "--accept")
        assert (refused.code, "A reason is needed." in refused.err) == (2, True)
        accepted = council.custos(
            "register", str(council.stage.policies), "--accept", "--why", "all inquiries are closed", "--as", APPROVER
        )
        assert (accepted.code, "H-001" in accepted.out) == (0, True)
        _load(council)
        assert subject not in council.incidents()
        shown = " ".join(council.custos("audit", "show", "--last", "500").out.split())
        assert "registers:accepted" in shown
    finally:
        holds.write_bytes(whole)
        _load(council)


def test_a_person_whom_the_directory_does_not_have_is_told(council: Council, tmp_path: Path) -> None:
    """The register of another council, or a slip in a sign-in name: whoever looks online hears of each row."""
    copy = tmp_path / "policies"
    shutil.copytree(council.stage.policies, copy)
    register = copy / "register" / "information_asset_register.csv"
    register.write_text(register.read_text().replace("head.hr@", "haed.hr@", 1))
    said = "IA-007 names haed.hr@wrenbridge.example as Information Asset Owner, which the directory does not have."
    for command in ("validate", "register"):
        told = " ".join(council.custos("--width", "400", command, str(copy), "--online").out.split())
        assert said in told, command


def test_a_command_works_on_its_own_files_and_changes_nothing_for_others(council: Council, tmp_path: Path) -> None:
    """An admin's plan of a copy with a policy taken out does not make that copy the one in force, nor does a broken copy."""
    _load(council)
    before = council.custos("audit", "show", "--last", "500").out
    copy = tmp_path / "policies"
    shutil.copytree(council.stage.policies, copy)
    for path in copy.glob("stale-content*"):
        path.unlink()
    environment = {**council.stage.environment, "CUSTOS_POLICIES": str(copy)}
    admin = replace(council, stage=replace(council.stage, environment=environment))
    assert "stale-content" not in admin.custos("status").out
    (copy / "ownership.yaml").write_text("policy: [ownership\n")
    told = admin.custos("status").out
    assert "the last good version counts" in told
    assert "stale-content" in told  # the last good version is the function app's
    assert council.custos("audit", "show", "--last", "500").out == before
    assert (Incident.POLICIES, str(copy)) not in council.incidents()


def test_directory_without_policies(council: Council, tmp_path: Path) -> None:
    """An empty or missing directory is one problem in words."""
    for directory in (tmp_path, tmp_path / "nowhere"):
        told = council.custos("validate", str(directory))
        assert told.code == 2
        assert "Traceback" not in told.out + told.err
