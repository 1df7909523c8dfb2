"""Reads a directory of policies with its registers and settings, and checks the policies against each other."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations
from pathlib import Path, PurePosixPath

from custos.engine.model import ActionKind, State
from custos.errors import BadInput, Mark, Problem, Severity
from custos.policy.loader import read_policy
from custos.policy.model import FROM_SCHEDULE, Bundle, Policy, Step
from custos.policy.scope import covers
from custos.policy.section import Problems
from custos.policy.settings_file import FILE as SETTINGS
from custos.policy.settings_file import read_settings
from custos.records.load import FOLDER as REGISTER
from custos.records.load import load_records
from custos.records.model import Records
from custos.records.places import Gazetteer, address
from custos.records.table import nearest

CASES = ".cases.yaml"
MOST_FILES = 500


def load(directory: Path, *, today: date | None = None) -> Bundle:
    """The bundle in a directory: `*.yaml`, `settings.yaml`, `register/*.csv`. Cases and other folders are left out.

    With `today`, policies past their review are among the warnings. Raises BadInput with every problem of every file.
    """
    if not directory.is_dir():
        raise BadInput([Problem(Mark(str(directory)), "There is no such directory.", "Check CUSTOS_POLICIES.")])
    paths = sorted(
        [path for path in directory.glob("*.y*ml") if not path.name.endswith(CASES)]
        + [*directory.glob(f"{REGISTER}/*.csv")]
    )
    if len(paths) > MOST_FILES:
        raise BadInput(
            [Problem(Mark(str(directory)), f"More than {MOST_FILES} files.", "Is this the right directory?")]
        )
    return load_files({path.relative_to(directory).as_posix(): path.read_bytes() for path in paths}, today=today)


def load_files(files: Mapping[str, bytes], *, today: date | None = None) -> Bundle:
    """The bundle in `files` (path below the policies directory ► bytes). Raises BadInput with every problem of every file."""
    problems = Problems()
    records, faults = load_records(files)
    problems.all.extend(faults)
    settings = read_settings(files, problems)
    read = [
        read_policy(name, content, records, settings.clauses, problems)
        for name, content in sorted(files.items())
        if _is_policy(name)
    ]
    policies = [policy for policy in read if policy]
    if not read:
        problems.all.append(Problem(Mark("policies"), "There is no policy.", "Write one, or check CUSTOS_POLICIES."))
    _unique(policies, problems)
    _references(policies, records, problems, complete=len(policies) == len(read))
    _labels(policies, records, problems)
    if any(problem.severity is Severity.ERROR for problem in problems.all):
        raise BadInput(problems.all)
    return Bundle(
        policies={policy.id: policy for policy in policies},
        records=records,
        settings=settings,
        version=_version(files),
        files=dict(files),
        warnings=tuple(sorted([*problems.all, *overdue(policies, today)], key=lambda problem: problem.mark)),
    )


def overdue(policies: Sequence[Policy], today: date | None) -> list[Problem]:
    """A warning for each policy past its review date, which may only simulate until somebody has reviewed it."""
    return [
        Problem(
            policy.mark,
            f"The review of {policy.id} was due on {policy.review_due:%d %B %Y}; it only simulates until then.",
            "Review it and set a new review_due.",
            code="review-overdue",
            severity=Severity.WARNING,
        )
        for policy in policies
        if today and policy.review_due < today and policy.state is not State.DRAFT
    ]


def _is_policy(name: str) -> bool:
    path = PurePosixPath(name)
    return len(path.parts) == 1 and path.suffix in (".yaml", ".yml") and name != SETTINGS and not name.endswith(CASES)


def _version(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, content in sorted(files.items()):
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _unique(policies: Sequence[Policy], problems: Problems) -> None:
    seen: dict[str, Policy] = {}
    for policy in policies:
        first = seen.setdefault(policy.id, policy)
        if first is not policy:
            problems.error(policy.mark, f'The policy "{policy.id}" is in {first.mark.file} already.', code="duplicate")
        stem = PurePosixPath(policy.mark.file).stem
        if stem != policy.id:
            problems.error(
                policy.mark, f'The policy "{policy.id}" is in a file named {stem}.', f"Name it {policy.id}.yaml."
            )


def _references(policies: Sequence[Policy], records: Records, problems: Problems, *, complete: bool) -> None:
    """What names a policy must find it. While a policy cannot be read nothing is called unknown."""
    by_id = {policy.id: policy for policy in policies}
    for policy in policies:
        for other in policy.yields_to:
            if other == policy.id:
                problems.error(policy.mark, "A policy cannot yield to itself.", "Delete it from yields_to.")
            elif other in by_id and policy.id in by_id[other].yields_to:
                problems.error(
                    policy.mark, f"{policy.id} and {other} yield to each other.", "Let one win.", code="conflict"
                )
            elif other not in by_id and complete:
                problems.error(
                    policy.mark, f'There is no policy "{other}".', nearest(other, by_id), code="unknown-policy"
                )
    if not complete:
        return
    names = {*by_id, *(f"{policy.id}/{rule.id}" for policy in policies for rule in policy.rules)}
    for exemption in records.exemptions:
        for name in exemption.policies:
            if name not in names:
                problems.error(
                    exemption.mark,
                    f'{exemption.id} is about "{name}", which does not exist.',
                    nearest(name, names),
                    code="unknown-policy",
                )


def winner(one: Policy, other: Policy) -> Policy | None:
    """Whose label stands where both would label one file; None when nothing says so."""
    if other.id in one.yields_to:
        return other
    if one.id in other.yields_to:
        return one
    if one.priority == other.priority:
        return None
    return one if one.priority > other.priority else other


def labelling(policy: Policy) -> Iterator[Step]:
    """The steps of a policy that apply a label."""
    return (step for rule in policy.rules for step in rule.steps if step.kind is ActionKind.APPLY_LABEL)


def _labels(policies: Sequence[Policy], records: Records, problems: Problems) -> None:
    """Two policies that give the files of one place different labels must say who wins."""
    gazetteer = Gazetteer(records)
    places = sorted({address(row.location) for row in records.site_map})
    labellers = [(policy, step) for policy in policies if policy.state is not State.DRAFT for step in labelling(policy)]
    for (one, first), (other, second) in combinations(labellers, 2):
        if first.label == second.label or one is other or winner(one, other):
            continue
        for place in places:
            found = gazetteer.place(place)
            asset_id = found.asset.id if found.asset else ""
            scheduled = found.entry.label if found.entry else ""
            labels = {scheduled if step.label == FROM_SCHEDULE else step.label for step in (first, second)} - {""}
            if len(labels) == 2 and covers(one.scope, place, asset_id) and covers(other.scope, place, asset_id):
                problems.error(
                    second.mark,
                    f"{one.mark.file} and {other.mark.file} both label {place}, differently.",
                    f"Say who wins: add  yields_to: {one.id}  to {other.id}, or the other way round.",
                    code="conflict",
                )
                break
