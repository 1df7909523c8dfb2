"""What protects a subject is decided in one place: plan and gate differ only where their facts do."""

from __future__ import annotations

import ast
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

import custos
from custos.engine.protection import current_state, planned_state, protections, stopping
from custos.model.action_kind import ActionKind
from custos.model.finding import Finding, Protection
from custos.model.live import Live
from custos.model.policy import Freeze
from custos.model.refusal import Code
from custos.model.subject import Kind
from custos.records.address import read_address
from custos.records.model import Exemption, Hold, Records
from tests.engine.memory_tenant import MemoryTenant
from tests.engine.planned import (
    ASSET,
    LABEL,
    MARK,
    NOW,
    SITE,
    agreement,
    bundle,
    entry,
    exemption,
    file_subject,
    finding,
    grant_subject,
    hold,
    link_subject,
    placed,
    plan_of,
    policy,
    records,
)
from tests.limits import steady

ADVICE, LETTERS = read_address(f"{SITE}/Advice"), read_address(f"{SITE}/Letters")
LOST_FOLDER, LOST = read_address(f"{SITE}/Advice/No such folder"), read_address(f"{SITE}/No such library/Folder")
FILE = read_address(file_subject().url)


def judged(registers: Records, found: Finding, now: datetime = NOW) -> tuple[Protection, ...]:
    """What protects a subject as it was planned."""
    wanted = bundle(policy(), registers=registers)
    return protections(planned_state(found, wanted.policies["labels"].rules[0]), placed(wanted), now)


def codes(found: tuple[Protection, ...]) -> list[str]:
    return [one.code for one in found]


def at_the_gate(registers: Records, found: Finding, live: Live, now: datetime = NOW) -> tuple[Protection, ...]:
    """What protects a subject as it was read a moment ago."""
    wanted = bundle(policy(), registers=registers)
    return protections(current_state(plan_of(wanted, found).actions[0], live, placed(wanted)), placed(wanted), now)


def reading(found: Finding) -> Live:
    """The tenant as the finding has it."""
    return replace(
        MemoryTenant().lives.get("", Live(found=True)),
        values={"label": found.facts["label"]},
        path=(found.subject.name,),
        created=found.created,
        modified=found.modified,
        is_folder=False,
        is_record=found.facts["is_record"],  # type: ignore[arg-type]  # True, False or None
        is_regulatory=False,
        label_explicit=found.facts["label_explicit"],  # type: ignore[arg-type]  # True, False or None
    )


days = some.one_of(some.none(), some.dates(date(2019, 1, 1), date(2027, 12, 31)))
addresses = some.lists(some.sampled_from([ADVICE, LETTERS, FILE, LOST_FOLDER, LOST]), max_size=3).map(tuple)
moments = some.one_of(
    some.none(), some.integers(0, 2800).map(lambda day: datetime(2019, 1, 1, tzinfo=UTC) + timedelta(days=day))
)
holds = some.builds(
    hold,
    asset_id=some.sampled_from([ASSET, "IA-009"]),
    locations=addresses,
    items_from=days,
    items_to=days,
    since=some.dates(date(2020, 1, 1), date(2027, 12, 31)),
    ends=days,
    schedule_refs=some.sampled_from([(), ("RS-PLN-02",), ("RS-PRO-02",)]),
)
exemptions = some.builds(
    exemption,
    asset_id=some.sampled_from(["", ASSET, "IA-009"]),
    locations=addresses,
    expires=some.dates(date(2026, 1, 1), date(2027, 12, 31)),
    policies=some.sampled_from([("labels",), ("labels/rule",), ("other",)]),
)
files = some.builds(
    lambda label, explicit, record, created, modified: replace(
        finding(label=label, label_explicit=explicit, is_record=record), created=created, modified=modified
    ),
    some.sampled_from(["", "Other", "PRO-02 Deed ended 12y record", None]),
    some.sampled_from([None, True, False]),
    some.sampled_from([None, True, False]),
    moments,
    moments,
)


@steady
@given(some.lists(holds, max_size=2), some.lists(exemptions, max_size=2), files, some.booleans())
def test_plan_and_gate_disagree_only_where_the_facts_differ(
    held: list[Hold], exempt: list[Exemption], found: Finding, vital: bool
) -> None:
    """For any row of the registers and any file, a reading that shows what the plan saw is judged as the plan was."""
    registers = records(holds=held, exemptions=exempt, vital=vital)
    assert at_the_gate(registers, found, reading(found)) == judged(registers, found)


@steady
@given(holds, files)
def test_a_hold_in_doubt_covers_more(row: Hold, found: Finding) -> None:
    """Whatever a hold covers that is found, it covers when its address or the file's dates are not known."""
    if Code.HOLD not in codes(judged(records(holds=[row]), found)):
        return
    lost = replace(row, locations=(LOST,)) if row.locations and row.asset_id == ASSET else row
    unknown = replace(found, created=None, modified=None)
    assert Code.HOLD in codes(judged(records(holds=[lost]), unknown))


@steady
@given(exemptions, files)
def test_an_exemption_in_doubt_covers_nothing(row: Exemption, found: Finding) -> None:
    """An exemption all of whose addresses match nothing exempts nothing."""
    lost = replace(row, locations=(LOST, LOST_FOLDER))
    assert Code.EXEMPT not in codes(judged(records(exemptions=[lost]), found))


@pytest.mark.parametrize(
    ("row", "covered"),
    [
        (hold(), True),
        (hold(asset_id="IA-009"), False),
        (hold(ends=date(2026, 11, 1)), False),
        (hold(since=date(2027, 1, 1)), False),
        (hold(locations=(ADVICE,)), True),
        (hold(locations=(LETTERS,)), False),
        (hold(locations=(LOST_FOLDER,)), True),
        (hold(locations=(LOST,)), True),
        (hold(asset_id="IA-009", locations=(ADVICE,)), True),
        (hold(items_from=date(2020, 3, 1), items_to=date(2022, 6, 30)), False),
        (hold(items_from=date(2024, 1, 15)), True),
        (hold(schedule_refs=("RS-PLN-02",)), True),
        (hold(schedule_refs=("RS-PRO-02",)), True),  # no library follows that entry, so it narrows nothing
    ],
)
def test_a_hold_covers_what_it_says(row: Hold, covered: bool) -> None:  # a table of cases
    """Asset, days in force, places, the item's own dates and its class decide; here the file lived early in 2024."""
    found = replace(finding(), created=datetime(2024, 1, 1, tzinfo=UTC), modified=datetime(2024, 2, 1, tzinfo=UTC))
    assert (Code.HOLD in codes(judged(records(holds=[row]), found))) is covered


@pytest.mark.parametrize(
    ("row", "moment", "protected"),
    [
        (hold(since=date(2026, 6, 1)), datetime(2026, 5, 31, 23, 30, tzinfo=UTC), True),
        (hold(since=date(2026, 6, 1)), datetime(2026, 5, 31, 22, 30, tzinfo=UTC), False),
        (hold(ends=date(2026, 6, 1)), datetime(2026, 6, 1, 22, 30, tzinfo=UTC), True),
        (hold(ends=date(2026, 6, 1)), datetime(2026, 6, 1, 23, 30, tzinfo=UTC), False),
    ],
)
def test_days_begin_at_the_council_s_midnight(row: Hold, moment: datetime, protected: bool) -> None:  # a table of cases
    """In summer a day of London begins at 23:00 UTC: holds and freezes begin and end with it."""
    row = replace(row, since=min(row.since, date(2026, 6, 1)))
    london = replace(bundle(policy(), registers=records(holds=[row])), zone=ZoneInfo("Europe/London"))
    state = planned_state(finding(), london.policies["labels"].rules[0])
    assert (Code.HOLD in codes(protections(state, placed(london), moment))) is protected
    first, last = (row.since, date(2027, 1, 1)) if row.ends is None else (date(2026, 1, 1), row.ends)
    frozen = Freeze(begins=first, ends=last, why="moving house", assets=frozenset(), mark=MARK)
    settings = replace(london.settings, freezes=(frozen,))
    found = protections(state, placed(replace(london, settings=settings)), moment)
    assert (Code.FREEZE in codes(found)) is protected


def test_a_hold_that_covers_more_says_why() -> None:
    """The sentence names the address that is not in the mirror."""
    [said] = judged(records(holds=[hold(locations=(LOST,))]), finding())
    assert LOST.text in said.sentence
    assert "covers more" in said.sentence


def test_a_file_that_moved_under_a_hold_is_held() -> None:
    """The gate looks at where the file lies now, by the names of its folders and not by the address of a viewer."""
    registers = records(holds=[hold(locations=(read_address(f"{SITE}/Advice/Advice%202.docx"),))])
    found = finding()
    moved = replace(reading(found), path=("Advice 2.docx",))
    assert Code.HOLD in codes(at_the_gate(registers, found, moved))


def test_a_hold_stands_in_the_way_of_labels_and_keeps_no_link_open() -> None:
    """A hold keeps content and labels as they are; an exposing link on it may be given its end."""
    found = judged(records(holds=[hold()]), finding())
    assert stopping(found, ActionKind.APPLY_LABEL) is not None
    assert stopping(found, ActionKind.APPLY_LABEL, undo=True) is not None
    assert Code.HOLD not in codes(judged(records(holds=[hold()]), finding(link_subject())))


def test_an_exemption_ends_on_its_day() -> None:
    """An exemption covers its policy and asset up to its last day, and no longer."""
    registers = records(exemptions=[exemption(expires=date(2026, 11, 23))])
    assert codes(judged(registers, finding(), datetime(2026, 11, 23, 12, tzinfo=UTC))) == [Code.EXEMPT]
    assert judged(registers, finding(), datetime(2026, 11, 24, 12, tzinfo=UTC)) == ()
    assert judged(registers, finding(of="other"), NOW) == ()


def test_an_agreement_that_began_after_the_plan_keeps_access() -> None:
    """The gate asks the agreements of today, not those of the plan."""
    registers = records(agreements=[agreement()])
    found = judged(registers, finding(grant_subject()))
    assert stopping(found, ActionKind.REMOVE_GRANT) is not None
    assert judged(records(), finding(grant_subject())) == ()


def test_where_a_person_is_from_must_be_known() -> None:
    """While nobody knows, no sharing agreement can be ruled out, and access stays."""
    found = judged(records(), finding(grant_subject(), person_domain=None))
    assert stopping(found, ActionKind.REMOVE_GRANT) is not None


def test_of_a_vital_record_nothing_is_taken_away_by_itself() -> None:
    """Access ends, and a label that ends in destruction is put on, only when the owner agreed."""
    vital = records(vital=True)
    found = judged(vital, finding(link_subject()))
    assert stopping(found, ActionKind.REMOVE_LINK) is not None
    assert stopping(found, ActionKind.REMOVE_LINK, agreed=True) is None
    assert judged(vital, finding()) == ()
    destroying = replace(vital, schedule={"RS-PLN-02": replace(entry("RS-PLN-02", LABEL), final_action="destroy")})
    assert codes(judged(destroying, finding())) == [Code.VITAL]


def test_during_a_freeze_no_policy_writes_and_an_undo_may() -> None:
    """A freeze ends with its last day."""
    days = (Freeze(begins=date(2026, 11, 20), ends=date(2026, 11, 23), why="Elections", assets=frozenset(), mark=MARK),)
    wanted = bundle(policy(), freezes=days)
    state = planned_state(finding(), wanted.policies["labels"].rules[0])
    found = protections(state, placed(wanted), NOW)
    assert "Elections" in found[0].sentence
    assert stopping(found, ActionKind.APPLY_LABEL) is not None
    assert stopping(found, ActionKind.APPLY_LABEL, undo=True) is None
    assert protections(state, placed(wanted), NOW + timedelta(days=1)) == ()


def test_what_lies_nowhere_is_left_alone() -> None:
    """A subject whose library the mirror no longer has is judged by no register, and so not touched."""
    lost = finding(replace(file_subject(), drive_id="gone"))
    found = judged(records(), lost)
    assert codes(found) == [Code.UNPLACED]
    assert stopping(found, ActionKind.APPLY_LABEL, agreed=True, undo=True) is not None


def test_every_kind_of_subject_can_be_judged() -> None:
    """No kind is without an answer."""
    for kind in Kind:
        judged(records(), finding(replace(file_subject(), kind=kind)))


# nothing else decides it


_JUDGE = "engine/protection.py"
_READS_ROWS = {  # they show or check rows, and decide nothing about a subject
    "engine/moved_holds.py", "engine/register_locations.py", "engine/register_addresses.py", "policy/bundle.py", "policy/loosened.py",
    "jobs/quarter_decisions.py", "pages/my_assets.py",
    "records/contradictions.py", "records/hold_coverage.py", "records/loosened.py", "records/lost_rows.py", "records/load.py",
    "records/model.py", "records/odd_hosts.py", "records/registers/exemptions.py", "records/registers/holds.py", "records/review.py",
}  # fmt: skip


@cache
def _sources(word: str) -> list[tuple[str, ast.Module]]:
    """The modules in whose text a word stands."""
    root = Path(custos.__file__).parent
    texts = {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in root.rglob("*.py")}
    return [(name, ast.parse(text)) for name, text in texts.items() if word in text]


@pytest.mark.parametrize("rows", ["holds", "exemptions", "freezes", "record_labels"])
def test_nobody_else_asks_the_rows_that_protect(rows: str) -> None:
    """Holds, exemptions, freezes and record labels are read by the one judgement, and by what shows or checks the rows."""
    guilty = {
        path
        for path, tree in _sources(f".{rows}")
        if path not in {_JUDGE, *_READS_ROWS, "policy/settings_file.py"}
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr == rows
        and "records" in ast.unparse(node.value) + ("records" if rows == "freezes" else "")
    }
    assert guilty - _ALLOWED.get(rows, set()) == set()


_ALLOWED = {
    # an approval keeps which holds covered what; what Purview would delete under a hold that stops Custos alone, and how many there are
    "holds": {"engine/policy_reach.py", "jobs/doctor.py", "jobs/doctor_report.py"},
    # names of policies; how long an answer holds; which rows are in date; what a quarter and the risk page list
    "exemptions": {
        "policy/bundle.py",
        "notices/answer_grounds.py",
        "kpi/registers.py",
        "jobs/quarter.py",
        "pages/risk.py",
    },
    "record_labels": {
        "engine/label_drift.py",
        "engine/policy_reach.py",
    },  # an approval keeps which labels declared records
}


def test_an_address_is_taken_apart_in_one_place() -> None:
    """No other module unescapes the path of a SharePoint address, but the one that knows the names of system libraries."""
    guilty = {
        path
        for path, tree in _sources("urllib.parse")
        if path not in ("records/address.py", "inventory/governed_sites.py") and not path.startswith("m365/")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "urllib.parse"
        for name in node.names
        if name.name in ("unquote", "unquote_plus", "urlparse")
    }
    assert guilty == set()
