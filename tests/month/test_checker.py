"""The checker of a month can fail: each promise, broken in a record, is told as what it is."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest

import month
from month.checker import Fault, check
from month.evidence import Evidence
from month.people import Deed
from tests.month.sample_month import (
    CASE,
    MANAGER,
    OTHER,
    OWNER,
    UPNS,
    at,
    card,
    case,
    chat,
    evidence,
    label,
)

WHOLE = evidence()


def heard(*more: object) -> Evidence:
    """The month with further messages."""
    return replace(WHOLE, messages=[*WHOLE.messages, *more])  # type: ignore[list-item]


def without(number: int) -> Evidence:
    """The month without one of its messages."""
    return replace(WHOLE, messages=[one for at, one in enumerate(WHOLE.messages) if at != number])


def test_a_kept_promise_is_no_fault() -> None:
    """One card on its day, both reminders, what was done told the same afternoon, nothing shown that is over."""
    assert check(WHOLE) == []


BROKEN = {
    "a second card with a question": (heard(card(at(24, 11), OTHER)), "more than one"),
    "a question in the afternoon's note": (heard(card(at(25)), card(at(25, 16, 10), OTHER)), "more than one"),
    "a note before four": (heard(card(at(25), OTHER), card(at(25, 15, 59))), "more than one"),
    "two notes": (heard(card(at(24, 17))), "more than one"),
    "a mail beside the card": (
        heard(replace(card(at(24, 10)), channel="mail", text="Two questions")),
        "more than one",
    ),
    "at a weekend": (heard(card(at(28), OTHER)), "out of hours"),
    "before eight": (heard(card(at(25, 7, 59), OTHER)), "out of hours"),
    "at six": (heard(card(at(25, 18, 0), OTHER)), "out of hours"),
    "on a day of the calendar": (heard(card(at(25, month=12), OTHER)), "out of hours"),
    "the same message twice": (heard(card(at(24, 16, 30), text="IA-1: a label was put on 1 file.")), "twice"),
    "a question twice on a day": (heard(card(at(1, 10, month=12), CASE, text="again")), "twice"),
    "a value that was there": (replace(WHOLE, writes=[*WHOLE.writes, label(2, at(24, 12))]), "twice"),
    "nobody was told of a write": (without(1), "untold"),
    "a write after the note": (replace(WHOLE, writes=[*WHOLE.writes, label(2, at(25, 11), "GEN-02")]), "untold"),
    "the first card never came": (without(0), "stands still"),
    "no reminder": (without(2), "stands still"),
    "its time is over": (replace(WHOLE, cases=[case(deadline="2026-12-07T23:59:59+00:00")]), "stands still"),
    "due at a weekend": (replace(WHOLE, cases=[case(deadline="2026-12-12T23:59:59+00:00")]), "stands still"),
    "nobody is told what was found": (
        replace(WHOLE, cases=[case(), case(id=OTHER, state="found", asked_at=None)]),
        "stands still",
    ),
    "the manager was never asked": (
        replace(
            WHOLE,
            cases=[
                case(
                    state="escalated",
                    asked=UPNS[MANAGER],
                    asked_at=None,
                    deadline=None,
                    unanswered=[{"by": UPNS[OWNER], "asked_on": "2026-11-24", "due_on": "2026-12-01"}],
                )
            ],
        ),
        "stands still",
    ),
    "a button after the answer": (replace(WHOLE, cases=[case(state="decided")], chats=[chat(CASE)]), "dead button"),
    "a button for somebody else": (replace(WHOLE, chats=[chat(CASE, to=MANAGER)]), "dead button"),
    "asked again after the answer": (
        replace(WHOLE, cases=[case(state="decided", decision="keep", decided_at=at(25).isoformat(), answers=[{}])]),
        "dead button",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_promise_is_told(what: str) -> None:
    """With its kind; what comes twice is also more than one."""
    spoilt, kind = BROKEN[what]
    found = {fault.kind for fault in check(spoilt)}
    assert found - ({"more than one"} if kind == "twice" else set()) == {kind}


ALLOWED = {
    "an answer to what somebody wrote": replace(
        heard(card(at(25, 11, 1), OTHER), card(at(25), OTHER)),
        diary=[Deed(at=at(25, 11, 0), person=UPNS[OWNER], what="writes")],
    ),
    "a feed line and the mail of it": heard(
        replace(card(at(25)), channel="feed", text="1 question"),
        replace(card(at(25)), channel="mail", text="1 question, by mail"),
    ),
    "told the next day of what was done in the evening": replace(
        heard(card(at(25), text="IA-1: another label")), writes=[*WHOLE.writes, label(2, at(24, 16, 30), "GEN-02")]
    ),
    "a button for whoever is asked": replace(WHOLE, chats=[chat(CASE)]),
    "on the list of the group": replace(WHOLE, cases=[case(state="due", deadline="2026-12-07T23:59:59+00:00")]),
}


@pytest.mark.parametrize("what", ALLOWED)
def test_what_is_promised_is_no_fault(what: str) -> None:
    """What looks like a fault and is none."""
    assert check(ALLOWED[what]) == []


def test_a_fault_says_who_and_when() -> None:
    """So that somebody finds it in the record."""
    (fault,) = check(heard(card(at(28), OTHER)))
    assert fault == Fault("out of hours", "owner@council.example heard by chat at Sat 28 Nov 09:15.")


@pytest.mark.parametrize("name", ["calendar", "checker", "evidence", "habits", "people", "record"])
def test_the_checker_shares_no_code_with_custos(name: str) -> None:
    """What judges Custos, and the people who answer it, import none of it."""
    source = ast.parse((Path(month.__file__).parent / f"{name}.py").read_text(encoding="utf-8"))
    imported = {
        module
        for node in ast.walk(source)
        for module in (
            [one.name for one in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert not {module for module in imported if module.split(".")[0] in ("custos", "handlers", "rehearsal")}
