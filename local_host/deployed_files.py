"""Which files of the repository Azure receives: all that `.funcignore` leaves.

`func pack`, `func azure functionapp publish` and azd read .funcignore with the rules of .gitignore; Core Tools leave
out some more files of their own accord.
Source: https://learn.microsoft.com/azure/azure-functions/functions-core-tools-reference#func-pack
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from pathspec import GitIgnoreSpec

_NEVER = (".git/", ".vscode/", ".funcignore", ".gitignore", "local.settings.json", "project.lock.json")


def deployed_files(repository: Path) -> list[PurePosixPath]:
    """The files that a deployment of `repository` holds, relative to it, in order of name."""
    rules = repository / ".funcignore"
    lines = rules.read_text(encoding="utf-8").splitlines() if rules.exists() else []
    return sorted(_walk(repository, GitIgnoreSpec.from_lines([*lines, *_NEVER])))


def copy_deployed(repository: Path, destination: Path) -> list[PurePosixPath]:
    """Copy those files into `destination`, which is made, and return them."""
    files = deployed_files(repository)
    for file in files:
        target = destination / file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(repository / file, target)
    return files


def _walk(repository: Path, left_out: GitIgnoreSpec) -> Iterator[PurePosixPath]:
    for directory, below, names in os.walk(repository):
        here = PurePosixPath(Path(directory).relative_to(repository).as_posix())
        # As git has it, nothing below a directory that is left out can come back; so node_modules is not even opened.
        below[:] = [name for name in below if not left_out.match_file(f"{here / name}/")]
        yield from (here / name for name in names if not left_out.match_file(str(here / name)))
