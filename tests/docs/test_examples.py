"""Every example of a policy, of its tests, of a register or of a command is one that Custos takes."""

from __future__ import annotations

import argparse
import csv
import io
import shlex
from pathlib import Path

import pytest

from custos.cli.parser import build_parser
from custos.errors import BadInput
from custos.policy import load, load_files
from custos.policy_tests.run import read_tests, run_test
from simulator import act
from simulator.councils import policies_of
from tests.docs.pages import DOCS, Example, examples

POLICIES = policies_of()
SHIPPED = load(POLICIES)
LANGUAGES = ("yaml", "csv", "console", "text", "sh", "json", "python", "diff")
KINDS = ("policy", "tests", "script", "settings")


def with_policy(example: Example) -> dict[str, bytes]:
    """The shipped files with the example's policy among them."""
    name = next(line.split(":")[1].strip() for line in example.text.splitlines() if line.startswith("policy:"))
    return {**SHIPPED.files, f"{name}.yaml": example.text.encode()}


def test_every_example_says_what_it_is() -> None:
    """Beside each fence stands its language, and beside YAML what of."""
    assert [str(one) for one in examples() if one.page.parent == DOCS and not _is_known(one.words)] == []


def _is_known(words: tuple[str, ...]) -> bool:
    language, kind = (*words, "", "")[:2]
    return language in LANGUAGES and (language != "yaml" or kind in KINDS or "/" in kind)


@pytest.mark.parametrize("example", [one for one in examples("yaml", "policy") if "refused" not in one.words], ids=str)
def test_policies_load(example: Example) -> None:
    """An example of a policy loads beside the shipped ones; one that is shipped is shown as it is."""
    files = with_policy(example)
    (name,) = [name for name, content in files.items() if content == example.text.encode()]
    assert load_files(files).policies[name.removesuffix(".yaml")]
    if name in SHIPPED.files:
        shipped = SHIPPED.files[name].decode().splitlines(keepends=True)
        assert example.text == "".join(line for line in shipped if not line.startswith("#"))


@pytest.mark.parametrize("example", examples("yaml", "policy", "refused"), ids=str)
def test_faulty_policies_are_refused_as_shown(example: Example) -> None:
    """A faulty example is refused with exactly the problems that the page shows after it."""
    with pytest.raises(BadInput) as refused:
        load_files(with_policy(example))
    following = next(one for one in examples("text", "problems", page=example.page) if one.line > example.line)
    assert str(refused.value).splitlines() == following.text.splitlines()


@pytest.mark.parametrize("example", examples("yaml", "settings"), ids=str)
def test_parts_of_the_settings_load(example: Example) -> None:
    """An example part of settings.yaml is accepted beside the shipped ones."""
    assert load_files({**SHIPPED.files, "settings.yaml": SHIPPED.files["settings.yaml"] + example.text.encode()})


@pytest.mark.parametrize("example", examples("yaml", "tests"), ids=str)
def test_tests_of_policies_hold(example: Example, tmp_path: Path) -> None:
    """An example of tests is read, and each of them holds."""
    (tmp_path / f"{example.words[2]}.tests.yaml").write_text(example.text, encoding="utf-8")
    tests, problems = read_tests(tmp_path, SHIPPED)
    assert not problems
    assert [test.name for test in tests if not run_test(SHIPPED, test).passed] == []


@pytest.mark.parametrize("example", [one for one in examples("csv") if "/" not in one.words[1]], ids=str)
def test_rows_of_registers_load(example: Example) -> None:
    """Example rows are accepted beside the shipped registers, in the place of rows with the same id."""
    name = f"register/{example.words[1]}"
    written = list(csv.DictReader(io.StringIO(SHIPPED.files[name].decode("utf-8-sig"))))
    shown = list(csv.DictReader(io.StringIO(example.text)))
    key = next(iter(shown[0]))
    ids = {row[key] for row in shown}
    out = io.StringIO()
    table = csv.DictWriter(out, list(written[0]), restval="")
    table.writeheader()
    table.writerows([*(row for row in written if row[key] not in ids), *shown])
    assert load_files({**SHIPPED.files, name: out.getvalue().encode()}).version != SHIPPED.version


@pytest.mark.parametrize("example", [one for one in examples("console") if one.commands], ids=str)
def test_commands_parse(example: Example) -> None:
    """Each `custos …` in an example is one that the command line takes."""
    parser = build_parser()
    for command in example.commands:
        assert parser.parse_args(command).command


@pytest.mark.parametrize("example", examples("console"), ids=str)
def test_deeds_parse(example: Example) -> None:
    """Each `python -m simulator act …` in an example is one that the simulated tenant takes."""
    parser = argparse.ArgumentParser()
    act.add_arguments(parser)
    for line in example.text.splitlines():
        words = shlex.split(line.split(" #")[0]) if "-m simulator act " in line else []
        if words:
            assert parser.parse_args(words[words.index("act") + 1 :])
