"""Reads a directory of policies with its registers and settings, and checks the policies against each other."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, tzinfo
from pathlib import Path, PurePosixPath

from custos.did_you_mean import near
from custos.errors import BadInput, Mark, Problem, Severity
from custos.model.policy import Bundle, Policy, PolicySettings
from custos.model.state import State
from custos.policy.label_conflicts import check_labels
from custos.policy.loader import read_policy
from custos.policy.policy_files import SETTINGS, Directory, is_policy, read_directory
from custos.policy.settings_file import read_settings
from custos.problems import Problems
from custos.records.load import FOLDER as REGISTER
from custos.records.load import load_records
from custos.records.model import Records
from custos.records.registers.assets import ASSETS
from custos.records.registers.clauses import CLAUSES
from custos.records.registers.holds import HOLDS
from custos.records.registers.posts import POSTS
from custos.records.registers.schedule import SCHEDULE
from custos.records.remark import Matter
from custos.records.review import review
from custos.records.rights import WORDS, vacant
from custos.records.roles import ROLE_NAMES, expected, holders
from custos.wording import day_words

MOST_POLICY_BYTES = 1_000_000
_RESTS_ON: Mapping[str, frozenset[str]] = {
    f"{REGISTER}/{ASSETS.file}": frozenset({"unknown-asset", "empty-scope", "silence", "outside-scope"}),
    f"{REGISTER}/{SCHEDULE.file}": frozenset({"unknown-entry", "unapproved-entry", "unknown-schedule-refs"}),
    f"{REGISTER}/{POSTS.file}": frozenset({"unknown-person"}),
    f"{REGISTER}/{CLAUSES.file}": frozenset({"unknown-clause"}),
}
"""File ► codes of problems that policies seem to have while that file cannot be read whole."""


def load(directory: Path, *, today: date | None = None, zone: tzinfo = UTC) -> Bundle:
    """The bundle in a directory: `*.yaml`, `settings.yaml`, `register/*.csv`. Tests and other folders are left out.

    With `today`, policies past their review are among the warnings. `zone`: where the council's days begin. Raises BadInput
    with every problem of every file.
    """
    return load_directory(read_directory(directory), today=today, zone=zone)


@dataclass
class Loader:
    """Reads a directory again and again: while nothing in it changed, and the day did not, its bundle is the one made before.

    `zone`: where the council's days begin.
    """

    directory: Path
    zone: tzinfo = UTC
    _key: tuple[str, tuple[Problem, ...], date] | None = field(default=None, init=False)
    _bundle: Bundle | None = field(default=None, init=False)

    def load(self, today: date) -> Bundle:
        """The bundle of today. Raises BadInput with every problem of every file."""
        read = read_directory(self.directory)
        key = (_version(read.files), tuple(read.problems), today)
        if self._bundle is None or self._key != key:
            self._key, self._bundle = None, None
            self._bundle = load_directory(read, today=today, zone=self.zone)
            self._key = key
        return self._bundle


def load_directory(directory: Directory, *, today: date | None = None, zone: tzinfo = UTC) -> Bundle:
    """The bundle in a directory that was read already."""
    return load_files(directory.files, today=today, beside=directory.problems, zone=zone)


def load_files(
    files: Mapping[str, bytes], *, today: date | None = None, beside: Sequence[Problem] = (), zone: tzinfo = UTC
) -> Bundle:
    """The bundle in `files` (path below the policies directory ► bytes). Raises BadInput with every problem of every file.

    `beside`: what is wrong with files that could not be read at all.
    """
    problems = Problems()
    problems.extend(beside)
    records, faults = load_records(files)
    unread = {problem.mark.file for problem in beside}
    problems.extend(fault for fault in faults if fault.code != "missing-file" or fault.mark.file not in unread)
    settings_problems = Problems()
    settings = read_settings(files, settings_problems)
    problems.extend(fault for fault in settings_problems.all if fault.code != "missing-file" or SETTINGS not in unread)
    records = replace(records, titles=settings.rights.titles)
    read = _policies(files, records, problems)
    policies = [policy for policy in read if policy]
    if not read and not unread:
        problems.error(
            Mark("policies"), "There is no policy.", "Write one, or check CUSTOS_POLICIES.", code="missing-file"
        )
    _unique(policies, problems)
    _frozen(settings, records, problems)
    _waves(settings, records, problems)
    _references(policies, records, problems, complete=len(policies) == len(read))
    check_labels(policies, records, problems)
    if problems.errors:
        raise BadInput(problems.all)
    return Bundle(
        policies={policy.id: policy for policy in policies},
        records=records,
        settings=settings,
        version=_version(files),
        files=dict(files),
        zone=zone,
        warnings=tuple(
            sorted(
                [
                    *problems.all,
                    *overdue(policies, today),
                    *_vacancies(settings, records, today),
                    *_empty(records),
                    *_far(records, today),
                ],
                key=lambda problem: problem.mark,
            )
        ),
    )


def _empty(records: Records) -> list[Problem]:
    """A register of holds without a row is right in few councils, and what a file that was cut looks like."""
    if records.holds:
        return []
    mark = Mark(f"{REGISTER}/{HOLDS.file}")
    said = "There is no hold in the register: nothing is kept for an inquiry, a request or a claim."
    return [Problem(mark, said, "Is that so?", code="no-holds", severity=Severity.WARNING)]


def _far(records: Records, today: date | None) -> list[Problem]:
    """What is written down and begins so late that it may be a slip."""
    if today is None:
        return []
    later = (one for one in review(records, today) if one.matter is Matter.BEGINS_LATER and not one.soon)
    return [
        Problem(one.mark, one.sentence, "Is that the right day?", code="far-beginning", severity=Severity.WARNING)
        for one in later
    ]


def _vacancies(settings: PolicySettings, records: Records, today: date | None) -> list[Problem]:
    """A warning for each right that nobody has, and for each role that Custos needs and nobody holds."""
    if today is None:
        return []
    told: list[tuple[str, str]] = [
        (f"Nobody may {WORDS[right]}", f"the roles {', '.join(sorted(roles)) or 'of no one'}")
        for right, roles in vacant(settings.rights, records, today)
    ]
    told += [
        (f"Nobody is {ROLE_NAMES[role]}", f"the posts {', '.join(sorted(records.titles.get(role, ()))) or 'of no one'}")
        for role in expected(records)
        if not holders(records, role, today)
    ]
    return [
        Problem(
            Mark(SETTINGS),
            f"{what}: no row of people_roles.csv that is in date has {who}.",
            "Write the post's title under  roles:",
            code="nobody",
            severity=Severity.WARNING,
        )
        for what, who in told
    ]


def _policies(files: Mapping[str, bytes], records: Records, problems: Problems) -> list[Policy | None]:
    """The policies, None for one with problems. What seems wrong only because a register cannot be read is left out."""
    named = [(name, content) for name, content in sorted(files.items()) if is_policy(name)]
    size = sum(len(content) for _, content in named)
    if size > MOST_POLICY_BYTES:
        what = f"The policies have {size:,} bytes; {MOST_POLICY_BYTES:,} are read at most."
        problems.error(Mark("policies"), what, "Is this the right directory?", code="size")
        return []
    broken = {problem.mark.file for problem in problems.all if problem.severity is Severity.ERROR}
    doubtful = frozenset[str]().union(*(codes for file, codes in _RESTS_ON.items() if file in broken))
    own = Problems()
    read = [read_policy(name, content, records, own) for name, content in named]
    problems.extend(problem for problem in own.all if problem.code not in doubtful)
    return read


def overdue(policies: Sequence[Policy], today: date | None) -> list[Problem]:
    """A warning for each policy past its review date, which may only simulate until somebody has reviewed it."""
    return [
        Problem(
            policy.mark,
            f"The review of {policy.id} was due on {day_words(policy.review_due)}; it only simulates until then.",
            "Review it and set a new review_due.",
            code="review-overdue",
            severity=Severity.WARNING,
        )
        for policy in policies
        if today and policy.review_due < today and policy.state is not State.DRAFT
    ]


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


def _frozen(settings: PolicySettings, records: Records, problems: Problems) -> None:
    """A freeze of an asset that does not exist would freeze nothing."""
    for freeze in settings.freezes:
        for asset_id in sorted(freeze.assets - records.assets.keys()):
            what = f'There is no asset "{asset_id}", so the freeze would hold nothing up.'
            problems.error(freeze.mark, what, near(asset_id, records.assets), code="unknown-asset")


def _waves(settings: PolicySettings, records: Records, problems: Problems) -> None:
    """A wave of whom the registers do not name would ask nobody; who is in no wave is not asked at all, and that is said."""
    departments = {asset.department for asset in records.assets.values() if asset.live}
    named: dict[str, Mark] = {}
    for wave in settings.waves:
        for word, known, noun in (
            (wave.departments, departments, "department"),
            (wave.assets, records.assets, "asset"),
        ):
            for name in sorted(word):
                if name not in known:
                    problems.error(
                        wave.mark, f'There is no {noun} "{name}".', near(name, known), code=f"unknown-{noun}"
                    )
                elif name in named:
                    what = f"{name} is in two waves; the other begins at {named[name]}."
                    problems.error(wave.mark, what, "Take it out of one of them.", code="two-waves")
                named[name] = wave.mark
    if settings.waves:
        left = sorted(
            asset.id
            for asset in records.assets.values()
            if asset.live and asset.id not in named and asset.department not in named
        )
        if left:
            what = f"{', '.join(left)} {'is' if len(left) == 1 else 'are'} in no wave: nobody is asked about them."
            problems.warning(settings.waves[-1].mark, what, "Put their departments into a wave, or leave it for later.")


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
                problems.error(policy.mark, f'There is no policy "{other}".', near(other, by_id), code="unknown-policy")
    if not complete:
        return
    names = {*by_id, *(f"{policy.id}/{rule.id}" for policy in policies for rule in policy.rules)}
    for exemption in records.exemptions:
        for name in exemption.policies:
            if name not in names:
                problems.error(
                    exemption.policies_at or exemption.mark,
                    f'{exemption.id} is about "{name}", which does not exist.',
                    near(name, names),
                    code="unknown-policy",
                )
