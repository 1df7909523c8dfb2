"""The sample council's policies, and small ones for tests."""

from __future__ import annotations

from functools import cache
from textwrap import dedent, indent

import pytest

from custos.errors import BadInput, Problem
from custos.policy import Bundle, load, load_files
from simulator.councils import policies_of

POLICIES = policies_of()


@cache
def shipped() -> Bundle:
    """The sample council's bundle."""
    return load(POLICIES)


def with_policy(text: str, name: str = "test-policy.yaml", *, alone: bool = True) -> dict[str, bytes]:
    """The shipped files with a policy: beside registers and settings only, or beside the shipped policies."""
    files = dict(shipped().files)
    if alone:
        files = {
            path: content for path, content in files.items() if path == "settings.yaml" or path.startswith("register/")
        }
        header, _, _ = files["register/exceptions.csv"].partition(b"\n")
        files["register/exceptions.csv"] = header + b"\n"
    files[name] = text.encode()
    return files


def policy(
    *,
    when: str = "label: is_missing",
    about: str = "file",
    steps: str = "- tell: owner",
    covers: str = "everything",
    more: str = "",
    because: str = "a reason",
) -> str:
    """A policy with one rule."""
    parts = {"when": when, "steps": steps}
    written = {name: "\n" + indent(dedent(text).strip(), " " * 6) for name, text in parts.items()}
    scope = covers if "\n" not in covers.strip() and ":" not in covers else "\n" + indent(dedent(covers).strip(), "  ")
    return dedent(
        f"""\
        policy: test-policy
        title: A test
        why: Because.
        family: sharing
        owner: records.manager@wrenbridge.example
        policy_ref: IMP-4.1
        state: simulate
        review_due: 2027-05-31
        covers: @scope
        @more
        rules:
          - find: something
            about: {about}
            when: @when
            because: "{because}"
            steps: @steps
        """
    ).replace("@scope", scope).replace("@more", dedent(more)).replace("@when", written["when"]).replace(
        "@steps", written["steps"]
    )  # fmt: skip


def bundle(text: str) -> Bundle:
    """A bundle with one policy."""
    return load_files(with_policy(text))


def problems(text: str, *, alone: bool = True, name: str = "test-policy.yaml") -> list[Problem]:
    """What is wrong with a policy. Fails when nothing is."""
    with pytest.raises(BadInput) as refused:
        load_files(with_policy(text, name, alone=alone))
    return list(refused.value.problems)


def only(text: str) -> Problem:
    """The one problem of a policy."""
    found = problems(text)
    assert len(found) == 1, "\n".join(str(problem) for problem in found)
    return found[0]
