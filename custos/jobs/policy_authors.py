"""Who wrote a policy: whom git names for every commit that is not contained in the one at which it was approved.

A commit counts when it changed what the file means, against each of its parents; a comment, a line end and the word behind `state:`
mean nothing. Both sides of a merge count, in whatever order their dates stand, and what the file was called before.

Git takes an author's word for who they are. It is asked because it cannot be forgotten in a hurry, and because it is reviewed; an
approval is only as good as the repository that the files are deployed from.
Source: https://git-scm.com/docs/git-log (History Simplification, pretty formats, trailers; addresses as the committed .mailmap has them),
https://git-scm.com/docs/gitmailmap (mailmap.file and mailmap.blob, which somebody sets for themselves, are passed over),
https://git-scm.com/docs/git-cat-file (--batch)
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

_MOST_COMMITS = 500
"""Of more commits nobody reads what they mean: all of them count."""
_FIELDS = "%H%x1f%P%x1f%aE%x1f%cE%x1f%(trailers:key=Co-authored-by,valueonly,separator=%x1d)%x1e"
_MACHINES = frozenset({"noreply@github.com"})  # commits that a web page made: the author stands beside it
_MAIL = re.compile(r"<([^<>\s]+)>")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_TIMEOUT_SECONDS = 60.0

type _Meaning = Callable[[bytes], str]


@dataclass(frozen=True, slots=True)
class Authors:
    """Mail addresses of those who wrote a file, and the commit that has it as it is now. `untold`: why git says nothing, as the end of a
    sentence. `first`: what has to be done before git can be believed, with the reason.
    """

    mails: tuple[str, ...] = ()
    commit: str = ""
    untold: str = ""
    first: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class _Commit:
    id: str
    parents: tuple[str, ...]
    mails: tuple[str, ...]


async def authors_of(directory: Path, file: str, content: bytes, meaning: _Meaning, approved: str) -> Authors:
    """Who wrote a file since the commit at which it was `approved`; everybody when that is "", or no commit that git knows.

    `content` is the file as it is now, `meaning` says what a version means, "" when that cannot be read.
    """
    return await asyncio.to_thread(_authors, directory, file, content, cache(_certain(meaning)), approved)


def _certain(meaning: _Meaning) -> _Meaning:
    """What a version means; its very bytes when nobody can read them."""
    return lambda version: meaning(version) or f"bytes {hashlib.sha256(version).hexdigest()}"


def _authors(directory: Path, file: str, content: bytes, meaning: _Meaning, approved: str) -> Authors:
    try:
        if _git(directory, "rev-parse", "--is-inside-work-tree").strip() != b"true":
            return Authors(untold="the policies are not in a git repository")
        if not _git(directory, "ls-files", "--", file).strip():
            return Authors(untold="git does not know the file")
        committed = _git(directory, "show", f"HEAD:./{file}", missing=b"")
        if committed != content and meaning(committed) != meaning(content):
            return Authors(
                first=(f"{file} was edited, and the edit is not committed.", "Commit it: then git says who did.")
            )
        if _git(directory, "status", "--porcelain", "--ignored", "--", ":(top).mailmap").strip():
            return Authors(
                first=(
                    "The .mailmap beside the files has changes that are not committed.",
                    "Commit it, or put it back.",
                )
            )
        head = _git(directory, "rev-parse", "HEAD").decode().strip()
        return replace(_since(directory, file, meaning, _known(directory, approved)), commit=head)
    except FileNotFoundError:
        return Authors(untold="git is not installed here")
    except (subprocess.SubprocessError, OSError):
        return Authors(untold="the policies are not in a git repository")


def _known(directory: Path, approved: str) -> tuple[str, ...]:
    """The commit to leave out, with all that it contains; nothing when git does not have it."""
    if not _COMMIT.fullmatch(approved):
        return ()
    found = _git(directory, "rev-parse", "--verify", "--quiet", f"{approved}^{{commit}}", missing=b"").strip()
    return (f"^{approved}",) if found else ()


def _since(directory: Path, file: str, meaning: _Meaning, left_out: tuple[str, ...]) -> Authors:
    if _is_cut(directory, left_out):
        what = f"This copy of the repository does not have its whole history, so it is not known who wrote {file}."
        return Authors(first=(what, "Fetch it with `git fetch --unshallow`."))
    range_ = ("HEAD", *left_out, "--", file)
    commits = list(_commits(_git(directory, "log", "--full-history", f"--format={_FIELDS}", *range_)))
    here = {commit.id for commit in commits}
    followed = _commits(_git(directory, "log", "--follow", f"--format={_FIELDS}", *range_))
    before = [commit for commit in followed if commit.id not in here]  # it had another name then
    if len(commits) <= _MOST_COMMITS:
        versions = _versions(directory, file, commits)
        commits = [commit for commit in commits if _changed(commit, versions, meaning)]
    return Authors(tuple(dict.fromkeys(mail for commit in (*commits, *before) for mail in commit.mails)))


def _is_cut(directory: Path, left_out: tuple[str, ...]) -> bool:
    """Whether one of the commits that count is the end of a shallow copy, behind which there is more."""
    if _git(directory, "rev-parse", "--is-shallow-repository").strip() != b"true":
        return False
    path = _git(directory, "rev-parse", "--git-path", "shallow").decode().strip()
    ends = (directory / path).read_text().split()
    return not set(ends).isdisjoint(_git(directory, "rev-list", "HEAD", *left_out).decode().split())


def _commits(told: bytes) -> Iterator[_Commit]:
    for entry in told.decode("utf-8", "replace").split("\x1e"):
        if entry.strip():
            commit, parents, author, committer, others = entry.strip("\n").split("\x1f")
            hands = [author, *([] if committer in _MACHINES else [committer]), *_MAIL.findall(others)]
            yield _Commit(commit, tuple(parents.split()), tuple(dict.fromkeys(hands)))


def _changed(commit: _Commit, versions: Mapping[str, bytes], meaning: _Meaning) -> bool:
    """Whether a commit says something that none of its parents said."""
    now = meaning(versions[commit.id])
    return not commit.parents or all(meaning(versions[parent]) != now for parent in commit.parents)


def _versions(directory: Path, file: str, commits: Iterable[_Commit]) -> dict[str, bytes]:
    """Commit ► the file in it, empty where it is not there; of all commits and their parents, by one process."""
    wanted = list(dict.fromkeys(each for commit in commits for each in (commit.id, *commit.parents)))
    prefix = _git(directory, "rev-parse", "--show-prefix").decode().strip("\n")
    asked = "".join(f"{commit}:{prefix}{file}\n" for commit in wanted).encode()
    told = _git(directory, "cat-file", "--batch", asked=asked)
    versions: dict[str, bytes] = {}
    for commit in wanted:
        head, _, told = told.partition(b"\n")
        size = int(head.rpartition(b" ")[2]) if not head.endswith(b" missing") else None
        versions[commit] = told[:size] if size is not None else b""
        told = told[size + 1 :] if size is not None else told
    return versions


def _git(directory: Path, *words: str, missing: bytes | None = None, asked: bytes = b"") -> bytes:
    """What git says. Raises CalledProcessError when it refuses, unless there is something to say instead."""
    settings = ("core.quotepath=false", f"mailmap.file={os.devnull}", "mailmap.blob=")
    command = ["git", "--no-pager", "--no-replace-objects", *(part for one in settings for part in ("-c", one)), *words]
    ran = subprocess.run(
        command, cwd=directory, input=asked, capture_output=True, check=False, timeout=_TIMEOUT_SECONDS
    )
    if ran.returncode and missing is not None:
        return missing
    ran.check_returncode()
    return ran.stdout
