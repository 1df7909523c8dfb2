"""The checker of `make chaos` can fail: each kind of fault is told from a record into which it was put, and nothing else is."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from chaos import checker, evidence
from chaos.checker import Fault, check
from chaos.evidence import Evidence
from tests.chaos import sample_record
from tests.chaos.sample_record import DRIVE, ITEM, LABEL, RUN, with_rows

ON_ITEM = f"{DRIVE} {ITEM}"
WELL = sample_record.evidence()


def test_a_record_in_which_all_is_well_has_no_fault(tmp_path: Path) -> None:
    """Nothing is made up; and evidence that was written down is the same when it is read again."""
    assert check(WELL) == []
    WELL.keep(tmp_path / "kept.json")
    assert check(Evidence.kept(tmp_path / "kept.json")) == []


@pytest.mark.parametrize("module", [checker, evidence])
def test_the_checker_shares_no_code_with_custos(module: object) -> None:
    """Neither the checker nor what reads for it imports anything of Custos, of the simulated tenant or of the local host."""
    found = str(vars(module)["__file__"])
    names = [
        name
        for node in ast.walk(ast.parse(Path(found).read_text()))
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [each.name for each in node.names]
            if isinstance(node, ast.Import)
            else []
        )
    ]
    ours = {
        name for name in names if name.partition(".")[0] in ("custos", "simulator", "local_host", "rehearsal", "tests")
    }
    assert ours == set()
    assert {name for name in names if name.startswith("chaos")} <= {"chaos.evidence"}


LOST = {
    "an intent that no event ends": (
        with_rows(WELL, "audit", lambda _: sample_record.chain(sample_record.intended())),
        f"The audit has no end for what {RUN} intended on file|site|{DRIVE}|{ITEM}.",
    ),
    "a ledger row without outcome": (
        with_rows(WELL, "actions", lambda _: [sample_record.action("done"), sample_record.action("", key="key-2")]),
        f"The ledger has no outcome for what {RUN} intended on {sample_record.URL}/a.docx.",
    ),
    "an outcome that nobody knows": (
        with_rows(
            WELL, "actions", lambda _: [sample_record.action("done"), sample_record.action("unknown", key="key-2")]
        ),
        f"The ledger has an outcome that nobody knows for what {RUN} intended on {sample_record.URL}/a.docx.",
    ),
    "a write that the ledger does not know": (
        replace(WELL, writes=[sample_record.write(0, "Another label"), *WELL.writes]),
        f"The ledger does not know that label 'Another label' was written onto {ON_ITEM}.",
    ),
    "a write that the audit does not know": (
        with_rows(WELL, "audit", lambda _: sample_record.chain()),
        f"The audit does not know that label '{LABEL}' was written onto {ON_ITEM}.",
    ),
    "done, and never written": (
        replace(WELL, writes=[sample_record.write(1, status=503), sample_record.card(2)]),
        f"The ledger says that {RUN} did ('label', '{LABEL}') on {sample_record.URL}/a.docx; the tenant never did.",
    ),
    "done, and it does not stand": (
        replace(
            WELL, drives={DRIVE: [sample_record.root(), sample_record.item("")]}, mirror=[sample_record.mirrored("")]
        ),
        f"{RUN} put '{LABEL}' on {ON_ITEM} last; the tenant shows ''.",
    ),
    "a mirror that does not know a label": (
        replace(WELL, mirror=[sample_record.mirrored("")]),
        (
            f"The mirror of {sample_record.URL} differs in 1, for instance {ITEM}: it says ('a.docx', 'root', ''), "
            f"the tenant ('a.docx', 'root', '{LABEL}')."
        ),
    ),
    "a mirror that lacks a file": (
        replace(WELL, mirror=[]),
        (
            f"The mirror of {sample_record.URL} differs in 1, for instance {ITEM}: it says None, "
            f"the tenant ('a.docx', 'root', '{LABEL}')."
        ),
    ),
    "a card that is said to be sent": (
        replace(WELL, writes=[sample_record.write(1)]),
        "The card of 2026-11-23 to person-1 is said to be sent; the tenant never saw it.",
    ),
}
DOUBLED = {
    "one label twice": (
        replace(WELL, writes=[sample_record.write(1), sample_record.write(3), sample_record.card(2)]),
        f"label '{LABEL}' was written onto {ON_ITEM}, by the write 3 and by 1 before.",
    ),
    "one label alone and in bulk": (
        replace(WELL, writes=[sample_record.write(1), sample_record.bulk(3), sample_record.card(2)]),
        f"label '{LABEL}' was written onto {ON_ITEM}, by the write 3 and by 1 before.",
    ),
    "two cards for one promise": (
        replace(WELL, writes=[sample_record.write(1), sample_record.card(2), sample_record.card(3)]),
        "2 cards went to a:1 on 2026-11-23, 1 were promised.",
    ),
}
STUCK = {
    "a run that is under way": (
        with_rows(WELL, "runs", lambda rows: [{**rows[0], "state": "running"}, rows[1]]),
        f"The run {RUN} is running.",
    ),
    "a run that was being prepared": (
        with_rows(WELL, "runs", lambda rows: [*rows, {**rows[0], "RowKey": "R-2026-1123-02", "state": "preparing"}]),
        "The run R-2026-1123-02 is preparing.",
    ),
    "a claim of a run that has ended": (
        with_rows(WELL, "runs", lambda rows: [rows[0], {**rows[1], "claimed_by": "somebody"}]),
        f"Batch 0 of {RUN} is claimed by a worker; the run is finished.",
    ),
    "messages": (
        replace(WELL, queues={"act": {"messages": ["{}"], "hidden": 2}}),
        "The queue act holds 3 messages, 2 of them hidden.",
    ),
    "a library": (
        with_rows(
            WELL, "drivestate", lambda rows: [*rows, {**rows[0], "RowKey": "b!2", "name": "Plans", "state": "pending"}]
        ),
        "The library Plans is pending (nothing said).",
    ),
    "a card that a worker claimed": (
        with_rows(WELL, "digests", lambda rows: [*rows, {**sample_record.digest("claimed", ""), "RowKey": "person-2"}]),
        "The card of 2026-11-23 to person-2 is claimed.",
    ),
    "an incident without its cause": (
        with_rows(
            WELL,
            "incidents",
            lambda _: [
                {"PartitionKey": "incident", "RowKey": "x", "kind": "run failed", "subject": RUN, "detail": "one"}
            ],
        ),
        f"The incident “run failed” of {RUN} stands, although nothing of it is left to be seen: one",
    ),
}
BROKEN = {
    "an event that was changed": (
        with_rows(WELL, "audit", lambda rows: [rows[0], {**rows[1], "event": rows[1]["event"] + " "}, rows[2]]),
        "The audit was changed at 2.",
    ),
    "a value that was changed": (
        with_rows(
            WELL,
            "audit",
            lambda rows: [
                rows[0],
                {**rows[1], "values": rows[1]["values"].replace("apply_label", "set_expiry")},
                rows[2],
            ],
        ),
        "The audit was changed at 2.",
    ),
    "an event that is gone": (with_rows(WELL, "audit", lambda rows: rows[1:]), "The audit does not go on at 1."),
    "a head that is behind": (
        with_rows(WELL, "audit", lambda rows: [*rows[:2], {**rows[2], "sequence": 1}]),
        "The audit's head does not name its last event.",
    ),
}
CASES = [
    pytest.param(found, Fault(kind, sentence), id=f"{kind}: {name}")
    for kind, cases in (("lost", LOST), ("doubled", DOUBLED), ("stuck", STUCK), ("broken", BROKEN))
    for name, (found, sentence) in cases.items()
]


@pytest.mark.parametrize(("found", "fault"), CASES)
def test_a_fault_is_told_in_one_sentence(found: Evidence, fault: Fault) -> None:
    """A lost write, a doubled one, a stuck run and their like: the doctored record is told for what is wrong with it."""
    assert fault in check(found)


def test_what_was_put_back_between_two_writes_is_not_doubled() -> None:
    """A label that was taken off may be put on again; an incident that stood before the campaign is not its fault."""
    writes = [sample_record.write(1), sample_record.write(3, ""), sample_record.write(4)]
    assert {fault.kind for fault in check(replace(WELL, writes=[*writes, sample_record.card(5)]))} == {
        "lost"
    }  # the taking off is unknown
    stood = {"PartitionKey": "incident", "RowKey": "x", "kind": "label drift", "subject": "A", "detail": ""}
    assert check(replace(with_rows(WELL, "incidents", lambda _: [stood]), before=["label drift|A"])) == []


def test_a_failed_timers_next_try_may_wait_once_it_has_succeeded() -> None:
    """A message on the queue of retries does nothing then; while the timer's incident stands, it is no excuse."""
    waiting = replace(WELL, queues={"retry-timer": {"messages": [], "hidden": 1}})
    assert check(waiting) == []
    failed = {"PartitionKey": "incident", "RowKey": "x", "kind": "timer failed", "subject": "sweep", "detail": ""}
    told = check(with_rows(waiting, "incidents", lambda _: [failed]))
    assert Fault("stuck", "The queue retry-timer holds 1 messages, 1 of them hidden.") in told


def test_writes_that_nobody_was_told_of_are_a_fault() -> None:
    """Also where a card of the day may or may not have arrived: what was done is told again the same day."""
    untold = {
        "PartitionKey": "incident",
        "RowKey": "x",
        "kind": "writes untold",
        "subject": f"{RUN} IA-003",
        "detail": "8 writes",
    }
    found = with_rows(WELL, "incidents", lambda _: [untold])
    assert [fault.kind for fault in check(found)] == ["stuck"]
    lost = with_rows(
        found, "digests", lambda rows: [*rows, {**sample_record.digest("uncertain", ""), "RowKey": "person-2"}]
    )
    assert [fault.kind for fault in check(lost)] == ["stuck"]
