"""What `custos init` writes, and what it refuses."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from custos.cli.main import main
from custos.onboarding.shipped import shipped_files
from custos.onboarding.starter import TEMPLATES
from custos.policy import load
from custos.records.registers import ALL
from custos.records.registers.clauses import CLAUSES
from custos.records.registers.posts import POSTS
from custos.settings import REPOSITORY
from simulator.councils import policies_of
from tests.importing.sitting import INIT, begun

SAMPLE = load(policies_of())
OF_WRENBRIDGE = ("wrenbridge", "IA-0", "RS-", "IMP-", "svc.migration")


def test_what_is_made_validates_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No error, every policy in simulate, every register there; empty but for the people who were named, each once, and the clauses
    that the policies carry out."""
    council = begun(tmp_path / "new" / "policies")
    assert main(["validate", str(council)], {}) == 0
    assert "error" not in capsys.readouterr().out
    bundle = load(council)
    assert {policy.state for policy in bundle.policies.values()} == {"simulate"}
    assert list(bundle.records.posts) == [f"{who}@thornby.gov.example" for who in ("dr", "ig", "ivaughan")]
    assert bundle.settings.rights.titles["records_manager"] == {"head of records"}
    for name in ALL:
        lines = (council / "register" / name).read_text(encoding="utf-8").splitlines()
        assert len(lines) == {POSTS.file: 4, CLAUSES.file: 5}.get(name, 1)
        assert name in (council / "register" / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["policies"]


def test_each_policy_comes_with_cases_that_hold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Beside each policy lies a file of tests, `custos test` passes at once, and the number of policies that is told counts no tests."""
    council = begun(tmp_path / "p")
    assert "11 policies that simulate" in " ".join(capsys.readouterr().out.split())
    policies = {path.stem for path in council.glob("*.yaml")} - {"settings"}
    cases = {name.removesuffix(".tests") for name in policies if name.endswith(".tests")}
    assert cases == {name for name in policies if not name.endswith(".tests")}
    assert main(["test", str(council)], {}) == 0
    said = capsys.readouterr().out
    assert "of 11 policies hold" in said
    assert "No test of" not in said


def test_nothing_of_the_sample_council_is_in_it(tmp_path: Path) -> None:
    """Neither its people, places, assets, entries, clauses nor its labels."""
    labels = {entry.label for entry in SAMPLE.records.schedule.values()}
    for path in begun(tmp_path / "p").rglob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        assert [word for word in (*OF_WRENBRIDGE, *labels) if word.casefold() in text.casefold()] == [], path.name
        assert "$" not in text.replace("$schema", ""), path.name


def test_nothing_of_it_is_shipped() -> None:
    """`policies/`, which lies in the repository and goes out with it, has none of it either, and is of no other council."""
    labels = {entry.label for entry in SAMPLE.records.schedule.values()}
    for name, content in shipped_files().items():
        if name.endswith((".yaml", ".csv")):
            text = content.decode().casefold()
            found = [word for word in (*OF_WRENBRIDGE, *labels, *SAMPLE.records.posts) if word.casefold() in text]
            assert found == [], name
    assert load(REPOSITORY / "policies").records.assets == {}


def test_the_first_policies_find_what_the_sample_ones_find(tmp_path: Path) -> None:
    """The rules are the sample's to the letter; the one policy that names labels of its own is another."""
    made = load(begun(tmp_path / "p")).policies

    assert made.keys() ^ SAMPLE.policies.keys() == {"labels-of-another-class", "labels-replace"}
    for name in made.keys() & SAMPLE.policies.keys():
        first, shipped = made[name], SAMPLE.policies[name]
        assert _unplaced(dataclasses.asdict(first)["rules"]) == _unplaced(dataclasses.asdict(shipped)["rules"])
        assert dataclasses.replace(first.limits, mark=shipped.limits.mark) == shipped.limits
        assert (first.title, first.scope.chosen) == (shipped.title, shipped.scope.chosen)


def _unplaced(value: object) -> object:
    """A record without its places in a file."""
    if isinstance(value, dict):
        return {key: _unplaced(one) for key, one in value.items() if key != "mark"}
    return [_unplaced(one) for one in value] if isinstance(value, list | tuple) else value


def test_bad_arguments_are_told_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each argument that is wrong or missing is one sentence, all at once, and no directory is made."""
    said = [
        "--sharepoint",
        "https://t-my.sharepoint.com/x",
        "--siro",
        "bob",
        "--timezone",
        "Europe/Lundon",
        "--name",
        "=cmd()",
    ]
    assert main(["init", str(tmp_path / "p"), *said], {}) == 2
    told = capsys.readouterr().err.splitlines()
    assert [line.split("  ")[0] for line in told[:-1]] == [
        "--governance", "--name", "--not-people", "--records-manager", "--sharepoint", "--siro", "--timezone",
    ]  # fmt: skip
    assert 'Did you mean "Europe/London"?' in told[6]
    assert told[-1] == "7 problems. Nothing was changed."
    assert list(tmp_path.iterdir()) == []


def test_one_person_has_one_post(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two titles for one account cannot both stand in people_roles.csv."""
    said = [*INIT, "--data-protection", "DPO <dr@thornby.gov.example>"]
    assert main(["init", str(tmp_path / "p"), *said], {}) == 2
    assert 'dr@thornby.gov.example is "Director of Resources" already' in capsys.readouterr().err


@pytest.mark.parametrize("there", ["file", "full"])
def test_what_is_there_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str], there: str) -> None:
    """A directory with anything in it, or a file of that name, is refused and left alone."""
    target = tmp_path / "p"
    if there == "file":
        target.write_text("mine", encoding="utf-8")
    else:
        target.mkdir()
        (target / ".git").write_text("mine", encoding="utf-8")
    assert main(["init", str(target), *INIT], {}) == 2
    assert "1 problem. Nothing was changed." in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.rglob("*")) == (["p"] if there == "file" else [".git", "p"])


def test_an_empty_directory_is_used(tmp_path: Path) -> None:
    """A folder that somebody made for it is no obstacle."""
    (tmp_path / "p").mkdir()
    assert load(begun(tmp_path / "p")).policies


def test_every_template_is_used(tmp_path: Path) -> None:
    """What lies among the templates is written."""
    council = begun(tmp_path / "p")
    assert {path.name for path in TEMPLATES.iterdir()} <= {path.name for path in council.iterdir()}
