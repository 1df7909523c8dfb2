"""Whatever lies in the policies directory, reading it ends at once, and what cannot be read is named."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from custos.errors import BadInput, Problem, Severity
from custos.former_names import KEYS as FORMER_KEYS
from custos.policy import load
from custos.policy.policy_files import MOST_FILES
from custos.policy_tests.run import read_tests
from tests.policy.policies import POLICIES, policy, shipped


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A copy of the shipped policies."""
    return shutil.copytree(POLICIES, tmp_path / "policies")


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


def _pipe_behind_a_link(path: Path) -> None:
    os.mkfifo(path.with_name("pipe"))
    path.symlink_to("pipe")


def _huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(50_000_000)


ODD: dict[str, tuple[Callable[[Path], None], str]] = {
    "directory": (Path.mkdir, "a directory"),
    "dangling link": (lambda path: path.symlink_to("nowhere"), "a link"),
    "looping link": (_loop, "a link"),
    "pipe": (os.mkfifo, "a pipe"),
    "link to a pipe": (_pipe_behind_a_link, "a pipe"),
    "link to a device": (lambda path: path.symlink_to("/dev/zero"), "a device"),
    "link to a directory": (lambda path: path.symlink_to("/tmp"), "a directory"),
    "huge file": (_huge, "50,000,000 bytes"),
}


def refused(directory: Path) -> list[Problem]:
    """What is wrong with a directory; fails when nothing is. One that waits for a pipe is ended by pytest's timeout."""
    with pytest.raises(BadInput) as found:
        load(directory)
    return list(found.value.problems)


@pytest.mark.parametrize("name", ["x.yaml", "register/x.csv", "register/holds.csv", "settings.yaml"])
@pytest.mark.parametrize("odd", ODD)
def test_what_is_no_file_is_named_and_nothing_else_is(directory: Path, odd: str, name: str) -> None:
    """Of each odd thing under the name of a policy or register there is one sentence with its name, and no wait."""
    make, said = ODD[odd]
    (directory / name).unlink(missing_ok=True)
    make(directory / name)
    found = [problem for problem in refused(directory) if problem.mark.file == name]
    assert len(found) == 1, found
    assert said in found[0].what
    assert found[0].remedy


@pytest.mark.parametrize("odd", ODD)
def test_odd_cases_cost_the_cases_alone(directory: Path, odd: str) -> None:
    """What lies under a name of cases is named by `custos test`; the policies are in force all the same."""
    make, said = ODD[odd]
    make(directory / "x.tests.yaml")
    cases, problems = read_tests(directory, load(directory))
    assert [said in problem.what for problem in problems] == [True]
    assert cases


def test_tests_under_their_former_name_are_refused(directory: Path) -> None:
    """`POLICY.cases.yaml`, as tests of a policy were called, is told its new name: it is neither read as a policy nor passed over."""
    (directory / "ownership.tests.yaml").rename(directory / "ownership.cases.yaml")
    (problem,) = refused(directory)
    assert problem.mark.file == "ownership.cases.yaml"
    assert "ownership.tests.yaml" in problem.remedy


@pytest.mark.parametrize(("former", "today"), FORMER_KEYS.items())
def test_a_word_from_before_a_rename_is_refused_with_its_new_one(directory: Path, former: str, today: str) -> None:
    """A file that has its right name and still an old word is told which word it is today, at its place."""
    changed = 0
    for path in directory.glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        if f"\n{today}:" in text:
            path.write_text(text.replace(f"\n{today}:", f"\n{former}:"), encoding="utf-8")
            changed += 1
    assert changed
    problems = [one for one in read_tests(directory, load(directory))[1] if f'"{former}"' in one.what]
    assert len(problems) == changed
    assert all(one.remedy == f"Write {today}." and one.mark.line > 1 for one in problems)


def test_an_unreadable_folder_is_a_problem(directory: Path) -> None:
    """A register folder that is a file, or a link in a circle, is named."""
    shutil.rmtree(directory / "register")
    _loop(directory / "register")
    assert any(problem.mark.file == "register" for problem in refused(directory))


def test_far_too_many_files_are_one_problem(tmp_path: Path) -> None:
    """A directory that cannot be the right one is said to be so."""
    for number in range(MOST_FILES + 1):
        (tmp_path / f"p{number}.yaml").write_bytes(b"")
    assert [problem.remedy for problem in refused(tmp_path)] == ["Is this the right directory?"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("notes/other.yaml", "not read"),
        ("other.yaml.bak", "not read"),
        ("holds.csv", "lie in the folder register"),
        ("register/holds.xlsx", "Save it as CSV UTF-8"),
    ],
)
def test_what_is_not_read_is_told(directory: Path, name: str, said: str) -> None:
    """A file that looks as if it were meant to count, and does not, is a warning with its name."""
    (directory / name).parent.mkdir(exist_ok=True)
    (directory / name).write_text(policy())
    told = [problem for problem in load(directory).warnings if problem.mark.file == name]
    assert [(one.severity, said in str(one)) for one in told] == [(Severity.WARNING, True)]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Test-Policy.YAML", "Name it test-policy.yaml."),
        ("Settings.yaml", "Name it settings.yaml."),
        ("register/Holds.CSV", 'Did you mean "holds.csv"?'),
        ("\x1b[31mred.yaml", "Rename it."),
    ],
)
def test_another_case_or_an_unprintable_name_is_refused(directory: Path, name: str, said: str) -> None:
    """A policy or register under a name that differs by case is not ignored: two of them would be, or none."""
    (directory / name).write_text(policy())
    assert any(said in problem.remedy for problem in refused(directory))


def test_a_policy_whose_ending_is_in_capitals_is_read(directory: Path) -> None:
    """The ending's case does not matter, as on Windows."""
    (directory / "test-policy.YAML").write_text(policy())
    assert "test-policy" in load(directory).policies


def test_a_link_to_a_file_is_a_file(directory: Path) -> None:
    """A link to a policy elsewhere is read: that is how some pipelines lay files out."""
    (directory.parent / "test-policy.yaml").write_text(policy())
    (directory / "test-policy.yaml").symlink_to("../test-policy.yaml")
    assert "test-policy" in load(directory).policies


def test_the_shipped_directory_has_nothing_that_is_not_read(directory: Path) -> None:
    """No warning on what is delivered."""
    assert load(directory).warnings == shipped().warnings == ()
