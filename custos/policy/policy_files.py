"""Reads the files of a policies directory, and nothing that is not a file of moderate size.

Whoever can write the directory, or a copy that went wrong, may leave anything under a policy's name: a directory, a link that
leads nowhere or in a circle, a pipe that never ends, a device that never stops. Each entry is looked at before it is opened, and
again when it is open; what cannot be read is a problem with its name, never an exception and never a wait.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from custos.errors import BadInput, Mark, Problem, Severity
from custos.former_names import renamed_file
from custos.records.load import FOLDER as REGISTER
from custos.records.registers import ALL
from custos.untrusted import plain

TESTS = ".tests.yaml"
SETTINGS = "settings.yaml"
MOST_FILES = 500
MOST_ENTRIES = 10_000
MOST_BYTES = 5_000_000
NOT_READ = frozenset({"examples"})
"""Folders that are there for people: policies in them are never in force, and nobody is told so."""
_YAML = (".yaml", ".yml")
_KINDS = (
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISCHR, "a device"),
)


@dataclass(frozen=True, slots=True)
class Directory:
    """What a policies directory holds: path below it ► bytes, and what is wrong with what could not be read.

    Files of tests are no part of what is in force, and so are told apart.
    """

    files: Mapping[str, bytes]
    problems: tuple[Problem, ...]
    tests: Mapping[str, bytes]
    test_problems: tuple[Problem, ...]


def read_directory(directory: Path) -> Directory:
    """Every file that Custos reads there. Raises BadInput when there is no such directory, or far too much in it."""
    if not directory.is_dir():
        what = "There is no such directory."
        remedy = "Name the directory of the policies, or set CUSTOS_POLICIES; `custos init` makes a first one."
        if directory.exists():
            what, remedy = (
                "This is not a directory.",
                "Name the directory that it is in: its files are checked together.",
            )
        raise BadInput([Problem(Mark(plain(str(directory))), what, remedy)])
    problems: list[Problem] = []
    read: dict[str, bytes] = {}
    for name in _wanted(directory, problems):
        if len(read) == MOST_FILES:
            what = f"The directory holds more than {MOST_FILES} files."
            raise BadInput([Problem(Mark(plain(str(directory))), what, "Is this the right directory?")])
        found = read_file(directory / name, name)
        if isinstance(found, Problem):
            problems.append(found)
        else:
            read[name] = found
    return Directory(
        files={name: content for name, content in read.items() if not is_tests(name)},
        problems=tuple(problem for problem in problems if not is_tests(problem.mark.file)),
        tests={name: content for name, content in read.items() if is_tests(name)},
        test_problems=tuple(problem for problem in problems if is_tests(problem.mark.file)),
    )


def read_file(path: Path, name: str, *, most: int = MOST_BYTES) -> bytes | Problem:
    """The bytes of a regular file, or why it cannot be read. Never waits, and never reads more than `most` bytes."""
    mark = Mark(plain(name))
    try:
        refused = _refused(path.stat(), mark, most)
        if refused:
            return refused
        # What was a file a moment ago may be a pipe now: opening one without O_NONBLOCK waits for somebody to write.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            refused = _refused(os.fstat(descriptor), mark, most)
            return refused or file.read(most)
    except OSError as error:
        return _unreadable(path, error, mark)


def is_tests(name: str) -> bool:
    """True for a file of tests."""
    return name.casefold().endswith((TESTS, TESTS.replace("yaml", "yml")))


def is_policy(name: str) -> bool:
    """True for the path of a policy below the policies directory."""
    return "/" not in name and name.casefold().endswith(_YAML) and name != SETTINGS and not is_tests(name)


def _refused(looked: os.stat_result, mark: Mark, most: int) -> Problem | None:
    for is_kind, words in _KINDS:
        if is_kind(looked.st_mode):
            return Problem(
                mark, f"This is {words}, not a file.", "Take it away, or give it another name.", code="no-file"
            )
    if looked.st_size > most:
        return Problem(
            mark, f"The file has {looked.st_size:,} bytes; {most:,} are read at most.", "Split it.", code="size"
        )
    return None


def _unreadable(path: Path, error: OSError, mark: Mark) -> Problem:
    if path.is_symlink():
        why = "This is a link that leads in a circle or nowhere."
        return Problem(mark, why, "Put the file itself here, or take the link away.", code="no-file")
    why = (error.strerror or type(error).__name__).lower()
    return Problem(mark, f"The file cannot be read: {why}.", "Check who may read it.", code="unreadable")


def _wanted(directory: Path, problems: list[Problem]) -> Iterator[str]:
    """The paths that are read, in order; what looks as if it were meant to be read and is not is noted."""
    for name in _listed(directory, "", problems):
        if name == REGISTER:
            for register in _listed(directory, f"{REGISTER}/", problems):
                yield from _register(f"{REGISTER}/{register}", problems)
        elif (directory / name).is_dir() and not name.casefold().endswith(_YAML):
            _folder(directory, name, problems)
        elif name.casefold().endswith(_YAML):
            yield from _yaml(name, problems)
        elif any(ending in name.casefold() for ending in _YAML):
            problems.append(_ignored(name, "Policies end in .yaml: rename it, or take it away."))
        elif name.casefold().endswith(".csv"):
            problems.append(_ignored(name, f"Registers lie in the folder {REGISTER}."))


def _listed(directory: Path, folder: str, problems: list[Problem]) -> list[str]:
    """The names in a folder, hidden ones left out."""
    mark = Mark(folder.rstrip("/") or plain(str(directory)))
    names: list[str] = []
    try:
        with os.scandir(directory / folder) as entries:
            for entry in entries:
                if plain(entry.name) != entry.name:
                    what = "Its name holds characters that cannot be seen, or too many spaces."
                    problems.append(Problem(Mark(folder + plain(entry.name)), what, "Rename it.", code="file-name"))
                elif not entry.name.startswith((".", "~$")):
                    names.append(entry.name)
                if len(names) > MOST_ENTRIES:
                    problem = Problem(
                        mark, f"It holds more than {MOST_ENTRIES:,} entries.", "Is this the right directory?"
                    )
                    raise BadInput([problem])
    except OSError as error:
        what = f"The folder cannot be read: {(error.strerror or type(error).__name__).lower()}."
        problems.append(Problem(mark, what, "Put a folder there that Custos may read.", code="unreadable"))
    return sorted(names)


def _yaml(name: str, problems: list[Problem]) -> Iterator[str]:
    lower = name.casefold()
    if today := renamed_file(name):
        what = "Files of this kind have another name today."
        remedy = f"Name it {plain(today)}."
        problems.append(Problem(Mark(plain(name)), what, remedy, code="file-name"))
        return
    for right, ending in ((SETTINGS, SETTINGS), ("", TESTS), ("", TESTS.replace("yaml", "yml"))):
        whole = right or f"{name[: -len(ending)]}{TESTS}"
        if lower.endswith(ending) and (not right or lower == right) and name != whole:
            problems.append(
                Problem(Mark(plain(name)), f"Is {whole} meant?", f"Name it {plain(whole)}.", code="file-name")
            )
            return
    yield name


def _register(path: str, problems: list[Problem]) -> Iterator[str]:
    name = path.rpartition("/")[2]
    if name.casefold().endswith(".csv"):
        yield path
    elif not name.casefold().startswith("readme"):
        known = any(register.removesuffix(".csv") in name.casefold() for register in ALL)
        remedy = "Save it as CSV UTF-8." if known else "Registers end in .csv."
        problems.append(_ignored(path, remedy))


def _folder(directory: Path, name: str, problems: list[Problem]) -> None:
    if name.casefold() == REGISTER:
        problems.append(Problem(Mark(plain(name)), f"Is the folder {REGISTER} meant?", f"Name it {REGISTER}."))
    if name in NOT_READ:
        return
    inside = [
        entry for entry in _listed(directory, f"{name}/", problems) if entry.casefold().endswith((*_YAML, ".csv"))
    ]
    if inside:
        remedy = f"Only the directory itself and {REGISTER}/ are read: move it, or take it away."
        problems.append(_ignored(f"{name}/{inside[0]}", remedy))


def _ignored(name: str, remedy: str) -> Problem:
    return Problem(Mark(plain(name)), "This file is not read.", remedy, code="not-read", severity=Severity.WARNING)
