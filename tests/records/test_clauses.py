"""Governing documents and their clauses: rows of registers like any other, held against what there is."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from custos.cli.main import main
from custos.errors import BadInput
from custos.kpi.catalogue import BY_ID
from custos.policy import load_files
from custos.records.load import load_records
from custos.records.registers.clauses import INDICATORS, clauses
from custos.records.remark import Matter
from custos.records.review import review
from tests.policy.policies import shipped as bundle
from tests.records.registers import POLICIES, changed, only, shipped

TODAY = date(2026, 11, 22)


def test_every_clause_of_the_sample_policy_stands_there() -> None:
    """56 clauses, each of a document that there is; those of policies among them, and the rest is for people or is carried out."""
    found = clauses(load_records(shipped())[0])
    assert len(found) == 56
    named = {clause for policy in bundle().policies.values() for clause in policy.policy_ref}
    assert named <= found.keys()
    bare = [
        one.id
        for one in found.values()
        if not (one.kpis or one.registers or one.records or one.reminders or one.commands or one.id in named)
    ]
    assert all(found[name].people for name in bare)


def test_indicators_are_those_that_are_measured() -> None:
    """A clause can name every indicator of the catalogue, and none besides."""
    assert tuple(BY_ID) == INDICATORS


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("KPI-15,governing_documents", "KPI-16,governing_documents", '"KPI-16" is not a value of "kpis".'),
        ("KPI-15,governing_documents", "KPI-15,governing_docs", 'There is no register "governing_docs.csv".'),
        ("IMP-0,GD-01", "IMP-0,GD-09", 'There is no governing document "GD-09".'),
        ('governing document overdue,,,"Rev', 'governing document late,,,"Rev', "governing document late"),
        ("policies:loaded;run:finished", "policies:loaded;run:ended", '"run:ended" is not a value of "records".'),
        ("IMP-1a,GD-01", "IMP-0,GD-01", 'The clause "IMP-0" stands twice (line 2).'),
    ],
)
def test_a_name_that_does_not_exist_is_refused_where_it_stands(old: str, new: str, said: str) -> None:
    """The file, the line and the column of the cell; and what was perhaps meant."""
    problem = only(changed("policy_clauses", old, new))
    assert said in problem.what
    assert problem.mark.file == "register/policy_clauses.csv"
    assert problem.mark.line in (2, 3)
    assert problem.mark.column
    assert problem.remedy


def test_a_policy_names_no_clause_that_is_not_there() -> None:
    """The clause that its file names is looked for in the register, and the nearest is offered."""
    files = dict(bundle().files)
    gone = [line for line in files["register/policy_clauses.csv"].splitlines(True) if not line.startswith(b"IMP-4.1,")]
    with pytest.raises(BadInput) as refused:
        load_files(files | {"register/policy_clauses.csv": b"".join(gone)})
    assert {problem.code for problem in refused.value.problems} == {"unknown-clause"}
    assert 'There is no clause "IMP-4.1".' in str(refused.value)


def test_clauses_that_cannot_be_read_make_no_policy_wrong() -> None:
    """While the register of clauses is broken it alone is told, and not every policy that names one of them."""
    files = dict(bundle().files)
    with pytest.raises(BadInput) as refused:
        load_files(files | {"register/policy_clauses.csv": b"clause_id,asks\n,nothing\n"})
    assert {problem.mark.file for problem in refused.value.problems} == {"register/policy_clauses.csv"}


def test_the_councils_own_policy_is_overdue_and_told_first() -> None:
    """Its review was due in 2023: that is the first thing which the registers say."""
    first = review(load_records(shipped())[0], TODAY)[0]
    assert first.matter is Matter.DOCUMENT_REVIEW
    assert first.reference == "GD-01"
    assert "was due for review on 30 September 2023, 3 years and 1 month ago" in first.sentence


@pytest.mark.parametrize(
    ("command", "said"),
    [("kpy", 'There is no command "custos kpy". Did you mean "kpi"?'), ("kpi --bye owner", 'has no option "--bye"')],
)
def test_a_command_that_does_not_exist_is_refused(
    command: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`custos validate` names the cell, and the nearest command or option."""
    shutil.copytree(POLICIES, tmp_path / "policies")
    register = tmp_path / "policies" / "register" / "policy_clauses.csv"
    register.write_text(register.read_text("utf-8").replace(",kpi --by department,", f",{command},", 1), "utf-8")
    assert main(["validate", str(tmp_path / "policies")], {}) == 2
    told = capsys.readouterr().out
    assert said in told
    assert "register/policy_clauses.csv:" in told


def test_a_council_without_governing_documents_has_none() -> None:
    """The register may be missing; nothing is said of it then."""
    files = shipped()
    del files["register/governing_documents.csv"]
    files["register/policy_clauses.csv"] = files["register/policy_clauses.csv"].replace(b",GD-01,", b",,")
    records, problems = load_records(files)
    assert not problems
    assert not [one for one in review(records, TODAY) if one.matter is Matter.DOCUMENT_REVIEW]
