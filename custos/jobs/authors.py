"""Who wrote a policy: the authors that git names for the commits since the version that was approved last.

Git takes an author's word for who they are. It is asked because it cannot be forgotten in a hurry, and because it is reviewed; an
approval is only as good as the repository that the files are deployed from.
Source: https://git-scm.com/docs/git-log (pretty formats, trailers; addresses as .mailmap has them)
"""

from __future__ import annotations

import asyncio
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_MOST_COMMITS = 200
_FIELDS = "%H%x1f%aE%x1f%cE%x1f%(trailers:key=Co-authored-by,valueonly,separator=%x1d)%x1e"
_MACHINES = frozenset({"noreply@github.com"})  # commits that a web page made: the author stands beside it
_MAIL = re.compile(r"<([^<>\s]+)>")
_TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Authors:
    """Mail addresses of those who wrote a file. `untold`: why git says nothing, as the end of a sentence. `first`: what has to be done
    before git can be believed, with the reason.
    """

    mails: tuple[str, ...] = ()
    untold: str = ""
    first: tuple[str, str] | None = None


async def authors_of(
    directory: Path, file: str, content: bytes, meaning: Callable[[bytes], str], approved: str
) -> Authors:
    """Who wrote a file since the newest committed version that means what was `approved`; everybody when none does.

    `content` is the file as it is now, `meaning` says what a version means, "" when that cannot be read.
    """
    return await asyncio.to_thread(_authors, directory, file, content, meaning, approved)


def _authors(directory: Path, file: str, content: bytes, meaning: Callable[[bytes], str], approved: str) -> Authors:
    try:
        if _git(directory, "rev-parse", "--is-inside-work-tree").strip() != b"true":
            return Authors(untold="the policies lie in no git repository")
        if not _git(directory, "ls-files", "--", file).strip():
            return Authors(untold="git does not know the file")
        committed = _git(directory, "show", f"HEAD:./{file}", missing=b"")
        if committed != content and meaning(committed) != meaning(content):
            return Authors(
                first=(f"{file} was edited, and the edit is not committed.", "Commit it: then git says who did.")
            )
        commits = _git(directory, "log", f"--max-count={_MOST_COMMITS + 1}", f"--format={_FIELDS}", "--", file)
        shallow = _git(directory, "rev-parse", "--is-shallow-repository").strip() == b"true"
        return _since(directory, file, commits, lambda version: meaning(version) == approved != "", whole=not shallow)
    except FileNotFoundError:
        return Authors(untold="git is not installed here")
    except (subprocess.SubprocessError, OSError):
        return Authors(untold="the policies lie in no git repository")


def _since(directory: Path, file: str, told: bytes, approved: Callable[[bytes], bool], *, whole: bool) -> Authors:
    mails: dict[str, None] = {}
    entries = [entry.strip("\n") for entry in told.decode("utf-8", "replace").split("\x1e") if entry.strip()]
    for entry in entries[:_MOST_COMMITS]:
        commit, author, committer, others = entry.split("\x1f")
        if approved(_git(directory, "show", f"{commit}:./{file}", missing=b"")):
            return Authors(tuple(mails))
        mails |= dict.fromkeys([author, *([] if committer in _MACHINES else [committer]), *_MAIL.findall(others)])
    if len(entries) > _MOST_COMMITS:
        return Authors(tuple(mails), untold=f"only the last {_MOST_COMMITS} commits of it were looked at")
    if not whole:
        what = f"This copy of the repository has no whole history: nobody can tell who wrote {file}."
        return Authors(first=(what, "Fetch it with `git fetch --unshallow`."))
    return Authors(tuple(mails))


def _git(directory: Path, *words: str, missing: bytes | None = None) -> bytes:
    """What git says. Raises CalledProcessError when it refuses, unless there is something to say instead."""
    command = ["git", "--no-pager", "-c", "core.quotepath=false", *words]
    ran = subprocess.run(command, cwd=directory, capture_output=True, check=False, timeout=_TIMEOUT_SECONDS)
    if ran.returncode and missing is not None:
        return missing
    ran.check_returncode()
    return ran.stdout
