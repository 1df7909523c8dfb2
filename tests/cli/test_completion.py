"""`custos completion`: what a real shell completes with it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from custos.cli import commands
from custos.cli.main import main


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `custos completion bash` prints, in a file."""
    return tmp_path_factory.mktemp("completion") / "custos.bash"


def completed(script: Path, line: str, capsys: pytest.CaptureFixture[str], room: Path) -> list[str]:
    """What bash offers for the last word of `line`, in the folder `room`."""
    if not script.exists():
        assert main(["completion", "bash"], {}) == 0
        script.write_text(capsys.readouterr().out, encoding="utf-8")
    typed = line.split(" ")
    words = " ".join(f"'{word}'" for word in typed)
    asked = (
        f'source "{script}"; COMP_WORDS=({words}); COMP_CWORD={len(typed) - 1}; '
        f"how=$(complete -p custos); [[ $how =~ -F\\ ([^ ]+) ]]; ${{BASH_REMATCH[1]}} custos '{typed[-1]}' '{typed[-2]}'; "
        'printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run(
        ["bash", "--norc", "-c", asked], capture_output=True, text=True, check=True, cwd=room, timeout=30
    )
    return [word.strip() for word in done.stdout.split("\n") if word.strip()]


def test_bash_completes_commands_options_and_choices(
    script: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A command by its first letters, its options, what an option may be, and the names of folders."""
    (tmp_path / "council").mkdir()
    assert completed(script, "custos expl", capsys, tmp_path) == ["explain"]
    assert {command.name for command in commands.ALL} <= set(completed(script, "custos ", capsys, tmp_path))
    assert completed(script, "custos plan --js", capsys, tmp_path) == ["--json"]
    assert set(completed(script, "custos promote ownership --to ", capsys, tmp_path)) >= {"pilot", "enforce"}
    assert completed(script, "custos validate cou", capsys, tmp_path) == ["council"]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_the_other_shells_name_every_command(shell: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Their scripts name each command; where the shell is installed, it finds nothing wrong with its own."""
    assert main(["completion", shell], {}) == 0
    told = capsys.readouterr().out
    assert [command.name for command in commands.ALL if command.name not in told] == []
    if found := shutil.which(shell):
        (tmp_path / "script").write_text(told, encoding="utf-8")
        subprocess.run([found, "-n", str(tmp_path / "script")], check=True, timeout=30)
