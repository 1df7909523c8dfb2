"""The sample council's registers as files, and how a test changes them."""

from __future__ import annotations

from custos.errors import Problem
from custos.records.load import load_records
from simulator.councils import policies_of

POLICIES = policies_of()


def shipped() -> dict[str, bytes]:
    """The council's registers, by their path below the policies directory."""
    return {path.relative_to(POLICIES).as_posix(): path.read_bytes() for path in POLICIES.glob("register/*.csv")}


def changed(register: str, old: str, new: str) -> dict[str, bytes]:
    """The registers with a text replaced once in one of them."""
    files = shipped()
    name = f"register/{register}.csv"
    text = files[name].decode()
    assert old in text, f"{old} is not in {register}"
    files[name] = text.replace(old, new, 1).encode()
    return files


def replaced(register: str, content: bytes) -> dict[str, bytes]:
    """The registers with one of them written anew."""
    return shipped() | {f"register/{register}.csv": content}


def problems(files: dict[str, bytes]) -> list[Problem]:
    """What is wrong with some registers."""
    return load_records(files)[1]


def only(files: dict[str, bytes]) -> Problem:
    """The one problem of some registers."""
    found = problems(files)
    assert len(found) == 1, "\n".join(str(problem) for problem in found)
    return found[0]
