"""What the commands that work on files say, for machines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from custos.errors import Problem, Severity
from custos.kinds.fact import Fact
from custos.policy import Bundle
from custos.policy.language import LANGUAGE
from custos.policy.operators import operators_of
from custos.policy_tests.run import PolicyTestResult
from custos.records.remark import Remark
from custos.records.rights import WORDS, Right
from custos.records.roles import ROLE_NAMES, holders
from custos.report.shapes.files import (
    Fault,
    Register,
    RegisterRemark,
    SchemaFact,
    SchemaRight,
    SchemaRole,
    SchemaWord,
    Test,
    TestLine,
    Validate,
)


def fault(problem: Problem) -> Fault:
    """One problem."""
    return Fault(
        file=problem.mark.file,
        line=problem.mark.line,
        column=problem.mark.column,
        severity=problem.severity.value,
        code=problem.code,
        what=problem.what,
        remedy=problem.remedy,
    )


def validated(directory: Path, bundle: Bundle | None, problems: Sequence[Problem]) -> Validate:
    """What is wrong with a directory."""
    return Validate(
        directory=str(directory.resolve()),
        in_order=not any(problem.severity is Severity.ERROR for problem in problems),
        policies=len(bundle.policies) if bundle else None,
        assets=len(bundle.records.assets) if bundle else None,
        problems=[fault(problem) for problem in problems],
    )


def tested(directory: Path, results: Iterable[PolicyTestResult], gaps: Iterable[Problem]) -> Test:
    """What the tests came to."""
    return Test(
        directory=str(directory.resolve()),
        tests=[
            TestLine(
                file=one.test.mark.file,
                line=one.test.mark.line,
                name=one.test.name,
                rule=f"{one.test.policy}/{one.test.rule}",
                expected=one.test.expect.value,
                outcome=one.outcome.value,
                reason=one.reason,
                others=list(one.others),
                holds=one.passed,
            )
            for one in results
        ],
        gaps=[fault(gap) for gap in gaps],
    )


def register(directory: Path, today: date, remarks: Iterable[Remark]) -> Register:
    """What the registers say that needs attention."""
    return Register(
        directory=str(directory.resolve()),
        on=today,
        remarks=[
            RegisterRemark(
                matter=str(remark.matter),
                row=remark.reference,
                asset=remark.asset_id,
                why=remark.sentence,
                soon=remark.soon,
                file=remark.mark.file,
                line=remark.mark.line,
            )
            for remark in remarks
        ],
    )


def facts(known: Iterable[Fact]) -> list[SchemaFact]:
    """Facts of the language."""
    return [
        SchemaFact(
            name=fact.name,
            words=fact.words,
            about=[kind.value for kind in fact.kinds],
            type=fact.type.value,
            choices=list(fact.choices),
            missing=fact.missing,
            operators=list(operators_of(fact)),
            source=fact.source,
            freshness=fact.freshness,
            units=fact.units,
            permission=fact.permission,
        )
        for fact in known
    ]


def language(word: str = "") -> list[SchemaWord]:
    """The words that are no facts: one of them wherever it is written, or all."""
    return [
        SchemaWord(word=name, where=where, words=said)
        for where, words in LANGUAGE.items()
        for name, said in words.items()
        if word in ("", name)
    ]


def rights(bundle: Bundle) -> list[SchemaRight]:
    """Who may do what."""
    table = bundle.settings.rights.roles
    return [SchemaRight(right=right.value, may=WORDS[right], roles=sorted(table[right])) for right in Right]


def roles(bundle: Bundle, today: date) -> list[SchemaRole]:
    """Who holds which role on a day."""
    titles = bundle.settings.rights.titles
    return [
        SchemaRole(
            role=role,
            words=words,
            posts=sorted(titles.get(role, ())),
            held_by=list(dict.fromkeys(post.upn for post in holders(bundle.records, role, today))),
        )
        for role, words in ROLE_NAMES.items()
    ]
