"""Shapes of the commands that work on files."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from custos.report.shapes.base import Shape, Version, said


class Fault(Shape, frozen=True, kw_only=True):
    """One thing that is wrong."""

    file: Annotated[str, said("path below the policies directory")]
    line: Annotated[int, said("from 1; 0 for the whole file")]
    column: Annotated[int, said("from 1; 0 for the whole line")]
    severity: Annotated[str, said("error or warning")]
    code: Annotated[str, said("a word for the kind of problem")]
    what: Annotated[str, said("what is wrong")]
    remedy: Annotated[str, said("what to write instead")]


class Validate(Shape, frozen=True, kw_only=True):
    """Of `custos validate`."""

    version: Version = 1
    directory: Annotated[str, said("what was looked at")]
    in_order: Annotated[bool, said("whether it can be used")]
    policies: Annotated[int | None, said("how many; null when they cannot be read")]
    assets: Annotated[int | None, said("how many; null when they cannot be read")]
    problems: Annotated[list[Fault], said("all of them, in order of place")]


class TestLine(Shape, frozen=True, kw_only=True):
    """One test of a policy."""

    file: Annotated[str, said("where it stands")]
    line: Annotated[int, said("from 1")]
    name: Annotated[str, said("what it shows")]
    rule: Annotated[str, said("policy/rule")]
    expected: Annotated[str, said("the outcome that it wants")]
    outcome: Annotated[str, said("what it came to")]
    reason: Annotated[str, said("the sentence of what was found, or of what protects it")]
    others: Annotated[list[str], said("rules that held and were not expected to")]
    holds: Annotated[bool, said("whether it came to what was expected")]


class Test(Shape, frozen=True, kw_only=True):
    """Of `custos test`."""

    version: Version = 1
    directory: Annotated[str, said("what was looked at")]
    tests: Annotated[list[TestLine], said("every test")]
    gaps: Annotated[list[Fault], said("policies that lack a kind of test")]


class SchemaFact(Shape, frozen=True, kw_only=True):
    """One fact of the policy language."""

    name: Annotated[str, said("as it is written in a policy")]
    words: Annotated[str, said("as people read it")]
    about: Annotated[list[str], said("kinds of subjects that have it")]
    type: Annotated[str, said("what values it has")]
    choices: Annotated[list[str], said("its values, where they are a closed list")]
    missing: Annotated[str, said('how it reads when it is known to be missing; "" when that cannot be')]
    operators: Annotated[list[str], said("what it can be asked with")]
    source: Annotated[str, said("where it comes from")]
    freshness: Annotated[str, said("how old it may be")]
    units: Annotated[int, said("resource units for each subject")]
    permission: Annotated[str, said("what the observer needs for it")]


class SchemaRight(Shape, frozen=True, kw_only=True):
    """One right."""

    right: Annotated[str, said("its name in settings.yaml")]
    may: Annotated[str, said("what it lets a person do")]
    roles: Annotated[list[str], said("who has it")]


class SchemaRole(Shape, frozen=True, kw_only=True):
    """One role."""

    role: Annotated[str, said("its name in settings.yaml")]
    words: Annotated[str, said("as people say it")]
    posts: Annotated[list[str], said("posts that carry it")]
    held_by: Annotated[list[str], said("sign-in names of today's holders")]


class SchemaWord(Shape, frozen=True, kw_only=True):
    """One word of the policy language that is no fact."""

    word: Annotated[str, said("as it is written")]
    where: Annotated[str, said("where it is written")]
    words: Annotated[str, said("what it means")]


class Schema(Shape, frozen=True, kw_only=True):
    """Of `custos schema`; what was not asked for is empty."""

    version: Version = 1
    facts: Annotated[list[SchemaFact], said("the facts")]
    language: Annotated[list[SchemaWord], said("the other words of policies, tests and settings")]
    rights: Annotated[list[SchemaRight], said("who may do what")]
    roles: Annotated[list[SchemaRole], said("who holds which role today")]


class RegisterRemark(Shape, frozen=True, kw_only=True):
    """One remark on a row of a register."""

    matter: Annotated[str, said("what kind of thing needs attention")]
    row: Annotated[str, said("id of the row")]
    asset: Annotated[str, said('id of its asset, "" for none')]
    why: Annotated[str, said("in a sentence")]
    soon: Annotated[bool, said("it needs attention within the days asked for, and not yet today")]
    file: Annotated[str, said("where it stands")]
    line: Annotated[int, said("from 1")]


class Register(Shape, frozen=True, kw_only=True):
    """Of `custos register`."""

    version: Version = 1
    directory: Annotated[str, said("what was looked at")]
    on: Annotated[date, said("as at this day")]
    remarks: Annotated[list[RegisterRemark], said("in the order of the rows")]
