"""`custos trace`: from each clause of the council's policy to what there is to show for it."""

from __future__ import annotations

import hashlib
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from custos.report.evidence.standards import STANDARDS
from custos.report.shapes.trace import Trace
from tests.cli.test_json import read
from tests.running_stack import Council

pytestmark = pytest.mark.timeout(600)


def test_every_clause_says_what_there_is(council: Council, governed: str) -> None:
    """All 56, each with evidence, without any yet, for people alone, or carried out by nothing; and how many of each."""
    council.fire("measure_kpis")
    told = read(Trace, council.custos("trace", "--json").out)
    outcomes = {clause.id: clause.outcome for clause in told.clauses}
    assert len(outcomes) == 56
    assert outcomes["IMP-4.1"] == "evidence"
    assert outcomes["IMP-6.5"] == "for people alone"
    assert "nothing carries it out" not in outcomes.values()
    shown = council.custos("trace").out
    assert "56 clauses: " in shown
    assert f"{list(outcomes.values()).count('for people alone')} for people alone" in shown


def test_a_clause_with_all_that_carries_it_out(council: Council, governed: str) -> None:
    """Its policies with what they did, its indicators as they were published, its records with the number of the last."""
    council.fire("measure_kpis")
    (clause,) = read(Trace, council.custos("trace", "imp-4.1", "--json").out).clauses
    by = {(carrier.means, carrier.name): carrier for carrier in clause.carriers}
    links = by["policy", "sharing-anyone-links"]
    assert links.proves
    assert links.last is not None
    assert "question" in links.says
    assert by["indicator", "KPI-11 Exposed links"].says.endswith(".") is False
    assert by["indicator", "KPI-11 Exposed links"].proves
    assert "the last is number" in by["record", "action:done"].says
    assert not by["reminder", "restore test overdue"].proves
    shown = council.custos("trace", "IMP-4.1").out
    assert "custos kpi --explain KPI-11" in shown


def test_what_is_not_measured_is_no_evidence(council: Council) -> None:
    """An indicator without a measure proves nothing, and says what it waits for."""
    (clause,) = read(Trace, council.custos("trace", "IMP-4.5", "--json").out).clauses
    (unmeasured,) = (one for one in clause.carriers if one.name.startswith("KPI-08"))
    assert not unmeasured.proves
    assert (
        unmeasured.says == "not measured: Custos disposes of nothing, and what Purview disposes of is not in the mirror"
    )


def test_nothing_that_ran_before_counts_since_a_day_to_come(council: Council, governed: str) -> None:
    """`--since` leaves out what was written down before: registers in force are all that is left."""
    told = read(Trace, council.custos("trace", "--since", "2199-01-01", "--json").out)
    proving = {carrier.means for clause in told.clauses for carrier in clause.carriers if carrier.proves}
    assert proving == {"register"}


def test_a_clause_that_is_not_there_is_named_with_the_nearest(council: Council) -> None:
    """One sentence, and what was perhaps meant."""
    refused = council.custos("trace", "IMP-8-IAO-9")
    assert refused.code == 2
    assert 'There is no clause "IMP-8-IAO-9". Did you mean "IMP-8-IAO-' in refused.err


@pytest.mark.parametrize("standard", list(STANDARDS))
def test_the_folder_for_an_auditor_checks_itself(
    council: Council, governed: str, tmp_path: Path, standard: str
) -> None:
    """`sha256sum -c` agrees, every file is listed, every link of the index leads to a file, and the audit verifies without Custos."""
    folder = tmp_path / "evidence"
    assert council.custos("trace", "--pack", str(folder), "--standard", standard).code == 0
    listed = (folder / "SHA256SUMS").read_text("utf-8").splitlines()
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {line.split("  ", 1)[1] for line in listed} == files - {"SHA256SUMS"}
    assert subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=folder, check=False).returncode == 0
    page = (folder / "index.html").read_text("utf-8")
    links = _links(page)
    assert {link for link in links if not link.startswith("#")} <= files
    for name in sorted(files - {"SHA256SUMS", "index.html"}):
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() in page, name
    assert "was due for review on 30 September 2023" in page
    assert "not measured" in page or "KPI-08" not in page
    if (folder / "audit").exists():
        verified = subprocess.run(["python3", "audit/verify_audit.py", "audit"], cwd=folder, check=False)
        assert verified.returncode == 0


def test_a_changed_byte_in_the_folder_is_found(council: Council, tmp_path: Path) -> None:
    """Whoever changes a file of the folder is found out by `sha256sum -c`."""
    folder = tmp_path / "evidence"
    council.custos("trace", "--pack", str(folder), "--standard", "section-46")
    holds = folder / "register" / "holds.csv"
    holds.write_bytes(holds.read_bytes().replace(b"H-001", b"H-009"))
    assert subprocess.run(["sha256sum", "-c", "--status", "SHA256SUMS"], cwd=folder, check=False).returncode != 0


def test_a_folder_of_evidence_tells_no_name_of_a_sensitive_file(
    council: Council, governed: str, tmp_path: Path
) -> None:
    """In the rows behind exposed links, files of special-category assets have no name."""
    folder = tmp_path / "evidence"
    council.custos("trace", "--pack", str(folder), "--standard", "caf-local")
    rows = (folder / "indicator-rows" / "KPI-11.csv").read_text("utf-8").splitlines()
    sensitive = [row for row in rows if ",IA-010," in row and not row.startswith("items of")]
    assert sensitive
    assert all(row.startswith("(name masked),") for row in sensitive)


@pytest.mark.parametrize(
    "typed",
    [
        ("--pack", "here"),
        ("--standard", "caf-local"),
        ("IMP-4.1", "--pack", "here", "--standard", "caf-local"),
    ],
)
def test_half_of_what_a_folder_needs_writes_nothing(council: Council, typed: tuple[str, ...]) -> None:
    """A place without a standard, a standard without a place, or a single clause: one sentence."""
    refused = council.custos("trace", *typed)
    assert refused.code == 2
    assert "A folder of evidence" in refused.err


def test_a_folder_that_is_there_already_stays_as_it_is(council: Council, tmp_path: Path) -> None:
    """Nothing is written over."""
    (tmp_path / "mine.txt").write_text("mine", "utf-8")
    refused = council.custos("trace", "--pack", str(tmp_path), "--standard", "caf-local")
    assert refused.code == 2
    assert "is there already" in refused.err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def _links(page: str) -> set[str]:
    found: set[str] = set()

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.update(value or "" for name, value in attrs if tag == "a" and name == "href")

    Reader().feed(page)
    return found
