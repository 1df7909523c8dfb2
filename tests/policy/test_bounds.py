"""Whatever its size, a directory is judged cheaply and within memory; and of one fault with many effects the fault is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from custos.did_you_mean import nearest
from custos.errors import BadInput, Problem
from custos.policy import load_files
from custos.problems import MOST_A_FILE, Problems
from tests.policy.policies import policy, shipped, with_policy
from tests.yardstick import cheaply

YARDSTICKS, MEGABYTES = 150, 200
HOLDS = shipped().files["register/holds.csv"].decode()
CALENDAR, SCHEDULE, PEOPLE = (
    shipped().files[f"register/{name}.csv"].decode() for name in ("calendar", "retention_schedule", "people_roles")
)
HEADER = HOLDS.splitlines()[0]
ASSETS = shipped().files["register/information_asset_register.csv"].decode()


@contextmanager
def bounded() -> Iterator[None]:
    """Fails when what is inside takes more memory than is allowed."""
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    held = _kilobytes("VmRSS")
    yield
    assert _kilobytes("VmHWM") - held < MEGABYTES * 1000


def _kilobytes(what: str) -> int:
    """Of this process's memory. Source: https://man7.org/linux/man-pages/man5/proc_pid_status.5.html"""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what))


def found(files: dict[str, bytes]) -> list[Problem]:
    """What is wrong with some files, found out within the bounds. Each time they are others: what was read already costs nothing."""
    calendar = "register/calendar.csv"

    def judge() -> list[Problem]:
        files[calendar] += b"\n"
        try:
            load_files(files)
        except BadInput as refused:
            return list(refused.problems)
        return []

    with bounded():
        return cheaply(judge, YARDSTICKS)


def files_with(**registers: bytes) -> dict[str, bytes]:
    """The shipped files with some registers written anew."""
    return dict(shipped().files) | {f"register/{name}.csv": content for name, content in registers.items()}


def assets_are(content: bytes) -> dict[str, bytes]:
    """The shipped files with another asset register."""
    return files_with(information_asset_register=content)


def _many_wrong_ids() -> dict[str, bytes]:
    header, first, *_ = ASSETS.splitlines()
    assets = "\n".join([header, *(first.replace("IA-001", f"IA-{number:05}") for number in range(1_000))])
    holds = "\n".join([HEADER, *(f"H-{number},foi,F,XA-{number:05},,,,,2026-01-01,,," for number in range(1_000))])
    return files_with(information_asset_register=assets.encode(), holds=holds.encode())


def _many_policies() -> dict[str, bytes]:
    keys = "".join(f"key{number}: 1\n" for number in range(9_000))
    return with_policy(policy()) | {f"p{number}.yaml": keys.encode() for number in range(100)}


def _full_register() -> dict[str, bytes]:
    row = "H-{},foi,F,IA-006,,,,,2026-01-01,,,"
    return files_with(holds="\n".join([HEADER, *(row.format(number) for number in range(9_999))]).encode())


LARGE: dict[str, Callable[[], dict[str, bytes]]] = {
    "blank lines": lambda: files_with(holds=HEADER.encode() + b"\n" * 4_900_000),
    "a header of 100,000 columns": lambda: files_with(holds=",".join(f"c{n}" for n in range(100_000)).encode()),
    "one line of commas": lambda: files_with(holds=HEADER.encode() + b"\n" + b"," * 4_900_000),
    "lines of commas": lambda: files_with(holds=HEADER.encode() + (b"\n" + b"," * 11) * 99_000, calendar=b"x"),
    "a register full of cells": lambda: files_with(holds=HEADER.encode() + (b"\n" + b",x" * 11) * 90_000),
    "registers full of cells": lambda: _full_register() | files_with(calendar=b"date,kind,name" + b"\n,x," * 9_999),
    "one long quoted cell": lambda: files_with(holds=HEADER.encode() + b'\n"' + b'""x' * 1_600_000),
    "wrong ids": _many_wrong_ids,
    "unknown keys": _many_policies,
    "unknown keys in one file": lambda: with_policy("".join(f"key{n}: 1\n" for n in range(9_000))),
    "a list of unknown assets": lambda: with_policy(policy(covers=f"assets: [{', '.join(f'XA-{n}' for n in range(9_000))}]")),
    "a full register": lambda: _full_register() | {"x.yaml": b"policy: x"},
    "many alternatives": lambda: with_policy(
        policy(when="all:\n" + "".join(f"- any: [{{size: {n}}}, {{size: {n + 1}}}]\n" for n in range(300)) + "- labl: x")
    ),
}  # fmt: skip


@pytest.mark.parametrize("large", LARGE)
def test_large_input_is_judged_at_once(large: str) -> None:
    """Each costs little, and ends with a number of problems that a person can read."""
    told = found(LARGE[large]())
    assert len(told) <= 10 * MOST_A_FILE


def test_a_register_that_is_too_large_is_told_alone() -> None:
    """Of a register with more rows than one may have nobody hears what is wrong with each of them."""
    told = found(LARGE["a register full of cells"]())
    assert [problem.what for problem in told] == ["The register has more than 10,000 rows."]


def test_what_is_not_listed_is_counted() -> None:
    """A file with too many problems says how many more it has."""
    told = found(with_policy("".join(f"key{number}: 1\n" for number in range(500))))
    assert len(told) == MOST_A_FILE + 1
    assert any("more problems of this file are not listed" in problem.what for problem in told)


def test_a_suggestion_has_a_price_that_is_bounded() -> None:
    """The nearest of a hundred thousand words, to a very long one, takes no time to speak of."""
    known = [f"word-{number:06}" for number in range(100_000)]
    with bounded():
        cheaply(lambda: [nearest(f"wrod-{number:06}" + "x" * 100_000, known) for number in range(50)], YARDSTICKS)


def test_the_nearest_word_is_found_through_slips_of_every_kind() -> None:
    """Letters left out, doubled, swapped and in another case lead to the word."""
    known = ["label", "library_name", "scheduled_label", "is_record"]
    for written, meant in (
        ("lable", "label"),
        ("LABEL ", "label"),
        ("libary_name", "library_name"),
        ("schedule_label", "scheduled_label"),
    ):
        assert nearest(written, known) == f'Did you mean "{meant}"?'
    assert nearest("zzz", known) == "Known: is_record, label, library_name, scheduled_label."


ROOT_CAUSES: dict[str, tuple[Callable[[], dict[str, bytes]], str]] = {
    "UTF-16": (lambda: assets_are(ASSETS.encode("utf-16")), "not a CSV file in UTF-8"),
    "a misspelt header": (lambda: assets_are(ASSETS.replace("asset_id", "aset_id", 1).encode()), 'Did you mean "asset_id"?'),
    "an open quote": (lambda: assets_are(ASSETS.replace("IA-002,", 'IA-002,"', 1).encode()), "never closed"),
    "bars": (lambda: assets_are(ASSETS.replace(",", "|").encode()), 'separated by "|"'),
    "sep=^": (lambda: assets_are(b"sep=^\n" + ASSETS.replace(",", "^").encode()), 'separated by "^"'),
    "a schedule in UTF-16": (lambda: files_with(retention_schedule=SCHEDULE.encode("utf-16")), "not a CSV"),
    "people in UTF-16": (lambda: files_with(people_roles=PEOPLE.encode("utf-16")), "not a CSV"),
    "settings that are no YAML": (lambda: dict(shipped().files) | {"settings.yaml": b"clauses: [a"}, "not YAML"),
    "a missing register": (lambda: {name: content for name, content in shipped().files.items() if "asset_register" not in name}, "missing"),
    "an anchor bomb": (lambda: with_policy("a: &a [x]\nb: [*a, *a]\nc: [*a]\n"), "anchor"),
    "one wrong cell": (lambda: assets_are(ASSETS.replace("OFFICIAL-SENSITIVE", "SECRET", 1).encode()), '"SECRET"'),
    "a formula in a mandatory cell": (lambda: files_with(holds=HOLDS.replace("H-001,inquiry,", "H-001,=A1,", 1).encode()), "formula"),
}  # fmt: skip


@pytest.mark.parametrize("cause", ROOT_CAUSES)
def test_one_cause_is_one_problem(cause: str) -> None:
    """What makes everything else seem wrong is told, and told alone."""
    make, said = ROOT_CAUSES[cause]
    told = found(make())
    assert len(told) == 1, "\n".join(map(str, told))
    assert said in str(told[0])


def test_a_quoted_separator_line_is_understood() -> None:
    """Some programs put the first line of Excel in quotation marks."""
    content = b'"sep=;"\r\n' + HOLDS.replace(",", ";").encode()
    assert [hold.id for hold in load_files(files_with(holds=content)).records.holds] == [
        hold.id for hold in shipped().records.holds
    ]


def test_problems_of_other_files_are_told_beside_a_root_cause() -> None:
    """A register that cannot be read hides nothing that is wrong elsewhere by itself."""
    files = files_with(
        information_asset_register=ASSETS.encode("utf-16"), calendar=b"date,kind,name\n2026-13-01,closure,x\n"
    )
    assert {problem.mark.file for problem in found(files)} == {
        "register/information_asset_register.csv",
        "register/calendar.csv",
    }


def test_the_bound_on_problems_is_for_each_file() -> None:
    """One noisy file does not hide another's only problem."""
    from custos.errors import Mark

    problems = Problems()
    for number in range(MOST_A_FILE * 3):
        problems.error(Mark("noisy.yaml", number + 1), "wrong")
    problems.error(Mark("quiet.yaml", 1), "wrong too")
    assert [problem.what for problem in problems.all if problem.mark.file == "quiet.yaml"] == ["wrong too"]
