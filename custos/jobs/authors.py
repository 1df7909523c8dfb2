"""Who wrote a policy: the authors that git names for the commits since the version that was approved last.

Git takes an author's word for who they are. It is asked because it cannot be forgotten in a hurry, and because it is reviewed; an
approval is only as good as the repository that the files are deployed from.
Source: https://git-scm.com/docs/git-log (pretty formats, trailers)
"""

from __future__ import annotations

import asyncio
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_MOST_COMMITS = 200
_FIELDS = "%H%x1f%ae%x1f%ce%x1f%(trailers:key=Co-authored-by,valueonly,separator=%x1d)%x1e"
_MACHINES = frozenset({"noreply@github.com"})  # commits that a web page made: the author stands beside it
_MAIL = re.compile(r"<([^<>\s]+)>")
_TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Authors:
    """Mail addresses of those who wrote a file, or why git cannot tell, as the end of a sentence."""

    mails: tuple[str, ...] = ()
    untold: str = ""


async def authors_of(directory: Path, file: str, approved: Callable[[bytes], bool]) -> Authors:
    """Who wrote a file since the newest committed version that `approved` knows; everybody when it knows none."""
    return await asyncio.to_thread(_authors, directory, file, approved)


def _authors(directory: Path, file: str, approved: Callable[[bytes], bool]) -> Authors:
    try:
        if _git(directory, "rev-parse", "--is-inside-work-tree").strip() != b"true":
            return Authors(untold="the policies lie in no git repository")
        if not _git(directory, "ls-files", "--", file).strip():
            return Authors(untold="git does not know the file")
        if _git(directory, "status", "--porcelain", "--", file).strip():
            return Authors(untold="the file has changes that are not committed")
        commits = _git(directory, "log", f"--max-count={_MOST_COMMITS + 1}", f"--format={_FIELDS}", "--", file)
        shallow = _git(directory, "rev-parse", "--is-shallow-repository").strip() == b"true"
        return _since(directory, file, commits, approved, whole=not shallow)
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
    if len(entries) > _MOST_COMMITS or not whole:
        return Authors(untold="git's history of the file does not reach back to what was approved")
    return Authors(tuple(mails))


def _git(directory: Path, *words: str, missing: bytes | None = None) -> bytes:
    """What git says. Raises CalledProcessError when it refuses, unless there is something to say instead."""
    command = ["git", "--no-pager", "-c", "core.quotepath=false", *words]
    ran = subprocess.run(command, cwd=directory, capture_output=True, check=False, timeout=_TIMEOUT_SECONDS)
    if ran.returncode and missing is not None:
        return missing
    ran.check_returncode()
    return ran.stdout
