"""What Azure receives is exactly what .funcignore leaves, and the app runs on nothing more."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

import pytest

from local_host.deployed_files import copy_deployed, deployed_files
from local_host.errors import AppRefused, InvocationFailed
from tests.local_host.runtime import Runtime

_REPOSITORY = Path(__file__).resolve().parents[2]
_APPS = Path(__file__).with_name("apps")


def _tree(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)


def test_rules_are_those_of_gitignore(tmp_path: Path) -> None:
    """Anchors, directories, wildcards, comments and exceptions are followed; what Core Tools never send stays too."""
    _tree(
        tmp_path,
        "a.py",
        "a.pyc",
        "docs/x.md",
        "lib/docs/y.md",
        "keep/b.log",
        "c.log",
        "local.settings.json",
        ".git/HEAD",
    )
    (tmp_path / ".funcignore").write_text("# comment\n*.pyc\n/docs/\n*.log\n!keep/*.log\n")
    assert [str(file) for file in deployed_files(tmp_path)] == ["a.py", "keep/b.log", "lib/docs/y.md"]


def test_copy_holds_the_same_bytes(tmp_path: Path) -> None:
    """A deployment is a copy of those files and of no other."""
    _tree(tmp_path / "from", "a.py", "b/c.py", "b/d.txt")
    (tmp_path / "from" / ".funcignore").write_text("*.txt\n")
    files = copy_deployed(tmp_path / "from", tmp_path / "to")
    assert files == [PurePosixPath("a.py"), PurePosixPath("b/c.py")]
    copied = [path.relative_to(tmp_path / "to").as_posix() for path in (tmp_path / "to").rglob("*") if path.is_file()]
    assert sorted(copied) == ["a.py", "b/c.py"]
    assert (tmp_path / "to" / "b/c.py").read_text() == "b/c.py"


def test_only_the_app_is_deployed_from_this_repository() -> None:
    """A new directory is deployed only when somebody wants it to be."""
    tops = {file.parts[0] for file in deployed_files(_REPOSITORY)}
    assert tops <= {"function_app.py", "handlers", "custos", "policies", "host.json", "requirements.txt"}
    assert {"custos", "host.json", "requirements.txt"} <= tops


def test_runtime_lists_functions_with_raw_bindings() -> None:
    """The functions of a directory can be asserted as Azure sees them."""
    with Runtime(_APPS / "queues", os.environ) as runtime:
        assert {function.name: function.trigger["type"] for function in runtime.functions} == {
            "work": "queueTrigger",
            "put": "httpTrigger",
        }
        work = next(function for function in runtime.functions if function.name == "work")
        assert work.trigger["queueName"] == "%IN%"


def test_runtime_invokes_each_kind_of_function() -> None:
    """One call an invocation, whatever the trigger; outputs and failures come back."""
    with Runtime(_APPS / "queues", os.environ) as runtime:
        assert runtime.invoke_queue("work", "many").outputs == {"report": ["one", '["two"]', '{"three": 3}']}
        with pytest.raises(InvocationFailed, match="bad message"):
            runtime.invoke_queue("work", "bad")
        answer = runtime.invoke_http("put", method="POST", body=b"text")
        assert (answer.status, answer.outputs) == (202, {"out": ["text"]})
    with Runtime(_APPS / "timers", os.environ) as runtime:
        assert '"past_due": true' in runtime.invoke_timer("leap_day", past_due=True).outputs["out"][0]


def test_app_that_misses_a_file_is_refused(tmp_path: Path) -> None:
    """A module of the repository that .funcignore holds back is not found, as it would not be in Azure."""
    (tmp_path / "function_app.py").write_text("import tests.simulated_tenant\n")
    with pytest.raises(AppRefused, match="No module named 'tests'"), Runtime(tmp_path, os.environ):
        pass
