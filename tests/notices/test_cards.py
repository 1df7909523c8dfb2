"""The card: what it says, what its buttons carry, and that no name can break it."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custos.model.subject import Kind
from custos.notices.assignment import Person, Role, assign
from custos.notices.cards import MOST_BYTES, MOST_ITEMS, Reader, digest_card, size, summary
from custos.notices.mail import mail_body
from custos.notices.model import Answer, Case, CaseState, Contact, Line, Verb
from custos.notices.question_wording import Topic
from custos.notices.reassignment import assignee_of
from tests.notices import small_council

ANYONE_CAN = "Anyone who holds the link can open it, without end."
QUIET = "The library “Pre-application advice 2012 to 2020” was last used by a person on 14 March 2024."
READER = Reader(user_id=small_council.OWNER.user_id, today=date(2026, 11, 23), zone=small_council.ZONE)
PARSER = Path(__file__).with_name("validate.mjs")


def line(topic: Topic = small_council.ANYONE, **changes: Any) -> Line:
    made = Line(
        policy=topic.policy,
        rule=topic.rule,
        kind=Kind.LINK if topic.per_finding else Kind.LIBRARY,
        title=topic.title,
        count=3 if topic.per_finding else 1,
        sample=("Plan 1.pdf", "Plan 2.pdf", "Plan 3.pdf") if topic.per_finding else (),
        because=ANYONE_CAN if topic.per_finding else QUIET,
        seen=(),
        clause=topic.clause,
        barred="",
        steps=topic.steps,
        irreversible=topic.irreversible,
        protected="",
        protected_by=(),
        ask=topic.ask,
        lent_as=topic.lent_as,
        accepts_risk=topic.accepts_risk,
        per_finding=topic.per_finding,
        consequence=topic.rank,
        within=str(topic.within),
        found_at=small_council.NOW,
        measured_at=small_council.NOW - timedelta(days=1),
    )
    return replace(made, **changes)


def case(number: int = 1, *lines: Line, role: Role = Role.IAO, **changes: Any) -> Case:
    asked = assign(small_council.PLANNING, small_council.records(), small_council.directory(), today=READER.today)
    made = Case(
        id=f"{number:016x}",
        asset_id="IA-004",
        asset_name=small_council.PLANNING.name,
        sensitive=False,
        concern="use",
        subject_kind=Kind.LIBRARY,
        subject_key=f"library|site|drive{number}",
        subject_name="Pre-application advice 2012 to 2020",
        subject_url="https://wrenbridge.sharepoint.example/sites/planning-casework/Advice",
        site_id="site",
        drive_id=f"drive{number}",
        number=1,
        state=CaseState.TOLD,
        lines=lines or (line(),),
        assignee=replace(assignee_of(asked), role=role),
        nonce="n0nce-n0nce-n0nc",
        opened_at=small_council.NOW,
        members="members/x",
        told_at=small_council.NOW,
        asked_at=small_council.NOW,
        deadline=datetime(2026, 12, 7, 23, 59, 59, tzinfo=small_council.ZONE),
    )
    return replace(made, **changes)


def texts(card: Any) -> list[str]:
    """Everything on the card that a person reads."""
    return [value for key, value in walk(card) if key in ("text", "title", "value", "label") and isinstance(value, str)]


def walk(node: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield key, value
            yield from walk(value)
    elif isinstance(node, list):
        for each in node:
            yield from walk(each)


def actions(card: Any, kind: str = "Action.Execute") -> list[dict[str, Any]]:
    found = [card] if isinstance(card, dict) and card.get("type") == kind else []
    children = card.values() if isinstance(card, dict) else card if isinstance(card, list) else ()
    return found + [each for child in children for each in actions(child, kind)]


def faults(*cards: Any) -> list[list[str]]:
    """What Microsoft's parser says against each card."""
    told = subprocess.run(
        ["node", str(PARSER)],
        input="\n".join(json.dumps(card) for card in cards),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return [json.loads(each) for each in told.stdout.splitlines()]


def decided(verb: Verb, by: Person = small_council.OWNER, role: Role = Role.IAO, **changes: Any) -> Case:
    answer = Answer(
        verb=verb,
        reason="in_use" if verb is Verb.KEEP else "",
        who=Contact(user_id=by.user_id, upn=by.upn, name=by.name, mail=by.mail),
        role=role,
        on_behalf_of="",
        shown={},
        members="",
        at=small_council.NOW,
    )
    return case(2, answers=(answer,), state=CaseState.DECIDED, decision=verb, decided_at=small_council.NOW, **changes)


def test_microsofts_parser_finds_no_fault() -> None:
    """Microsoft's own parser of schema 1.5 takes every kind of card without a word."""
    kinds = [
        digest_card([case()], READER).card,
        digest_card(
            [case(1, line(small_council.STALE)), case(2, line(), line(small_council.REMOVAL))], READER, waiting=9
        ).card,
        digest_card([decided(Verb.KEEP, keep_until=small_council.NOW), decided(Verb.AGREE)], READER).card,
        digest_card([case(n) for n in range(MOST_ITEMS)], READER).card,
        digest_card([], READER).card,
    ]

    assert faults(*kinds) == [[]] * len(kinds)


def test_the_card_is_of_the_version_that_teams_shows() -> None:
    """Version 1.5, Action.Execute, each with an Action.Submit for clients that do not know it."""
    card = digest_card([case()], READER).card

    assert card["version"] == "1.5"
    assert {action["fallback"]["type"] for action in actions(card)} == {"Action.Submit"}
    assert all(action["fallback"]["data"]["v"] == action["verb"] for action in actions(card))


def test_a_button_carries_the_case_and_the_nonce_alone() -> None:
    """What a client sends back could be altered: it holds nothing that is believed."""
    for action in actions(digest_card([case()], READER).card):
        assert action["data"] == {"c": f"{1:016x}", "n": "n0nce-n0nce-n0nc"}


def test_the_owner_reads_what_there_is_to_know() -> None:
    """Fact and when it was measured, what a button does, what silence does, why me, rule and clause, how to undo."""
    said = "\n".join(texts(digest_card([case()], READER).card))

    assert "3 links: “Plan 1.pdf”, “Plan 2.pdf”, “Plan 3.pdf”. Anyone who holds the link can open it" in said
    assert "22 November 2026" in said
    assert "The links get an end date, 30 days later. It can be undone" in said
    assert "Nothing is deleted or changed; after Monday 7 December 2026 it goes to Ruth Adler" in said
    assert "You are asked because you are the Information Asset Owner" in said
    assert "Rule\nsharing/anyone-without-end" in said
    assert "Clause\nIMP-4.1" in said
    assert "No button deletes a file." in said


def test_silence_that_acts_says_so() -> None:
    """Where a rule does something without an answer, the card says what, and that nothing is deleted."""
    acting = line(steps=(replace(small_council.ANYONE.steps[0], after="5 working days", silent=True),))

    said = "\n".join(texts(digest_card([case(1, acting)], READER).card))

    assert "From 30 November 2026 on, 5 working days after the notice, the links get an end date" in said
    assert "; nothing is deleted" in said


@pytest.mark.parametrize(
    ("asked", "verbs"),
    [
        (case(), {"agree", "keep", "ask_steward", "not_mine"}),
        (case(1, line(small_council.STALE)), {"keep", "ask_steward", "not_mine"}),
        (case(1, line(small_council.REMOVAL)), {"agree", "keep", "ask_steward", "not_mine"}),
        (case(1, line(small_council.REMOVAL), role=Role.STEWARD), {"not_mine"}),
        (case(1, line(), role=Role.STEWARD), {"agree", "not_mine"}),
        (case(1, line(small_council.STALE), role=Role.STEWARD), {"keep", "not_mine"}),
        (case(1, line(), role=Role.GOVERNANCE), {"agree", "keep", "ask_steward"}),
    ],
)
def test_only_the_buttons_that_make_sense(asked: Case, verbs: set[str]) -> None:
    """No agreement without a proposal, nothing irreversible for a steward, no "not mine" for the last resort."""
    assert {action["verb"] for action in actions(digest_card([asked], READER).card)} == verbs


def test_the_steward_learns_who_can_agree() -> None:
    """Where a steward may not agree, the card says that the owner must, and that it cannot be undone."""
    said = "\n".join(texts(digest_card([case(1, line(small_council.REMOVAL), role=Role.STEWARD)], READER).card))

    assert "Proposed, for the owner to agree to" in said
    assert "It CANNOT BE UNDONE" in said


def test_someone_else_s_question_has_no_buttons() -> None:
    """On a card that was handed on, the question says with whom it is, and cannot be answered."""
    elsewhere = replace(case(), assignee=replace(case().assignee, who=case().assignee.steward))

    card = digest_card([elsewhere], READER).card

    assert actions(card) == []
    assert any("This is with Sam Okafor" in text for text in texts(card))


def test_an_answered_question_says_by_whom() -> None:
    """After a decision the card says who decided what and when, to the decider and to others."""
    mine = "\n".join(texts(digest_card([decided(Verb.KEEP, keep_until=small_council.NOW)], READER).card))
    other = "\n".join(texts(digest_card([decided(Verb.AGREE, small_council.STEWARD, Role.STEWARD)], READER).card))

    assert "Kept as it is by you on 23 November 2026 at 09:00: people work with it." in mine
    assert "Agreed by Sam Okafor, data steward, on 23 November 2026 at 09:00." in other


def test_names_of_a_sensitive_asset_stay_away() -> None:
    """Of a sensitive asset the card gives a count and no name, even if one was stored."""
    sensitive = case(1, line(sample=("Jamie Smith EHCP.docx",)), sensitive=True)

    assert "Jamie" not in json.dumps(digest_card([sensitive], READER).card)


def test_a_lock_screen_shows_a_count() -> None:
    """The text beside the card has a number and no name."""
    assert summary(2) == "Custos: 2 questions about information that you look after"
    assert summary(1) == "Custos: 1 question about information that you look after"


def test_what_does_not_fit_is_counted() -> None:
    """At most ten questions on a card; the rest are counted, with a button for the list."""
    made = digest_card([case(n) for n in range(14)], READER)

    assert made.shown <= MOST_ITEMS
    assert any(f"{14 - made.shown} more questions waiting" in text for text in texts(made.card))
    assert actions(made.card, "Action.Submit")[-1]["data"]["msteams"]["text"] == "what is waiting"


def test_ordinary_questions_fit_in_number() -> None:
    """With ordinary names at least six questions fit on one card."""
    assert digest_card([case(n) for n in range(10)], READER).shown >= 6


@pytest.mark.parametrize(
    "name",
    [
        "[click here](https://evil.example).pdf",
        "https://evil.example/login.pdf",
        "www.evil.example.pdf",
        "<at>everyone</at>.docx",
        "{{DATE(2020-01-01T00:00:00Z)}}.docx",
        "![x](https://evil.example/x.png)",
        "\u202efdp.exe",
        "a\u0000b\u0007c\u200bd",
        "**bold** _it_ `code` # head > quote",
        "lone \ud800 surrogate",
        "Z̷̢̛̪̠̘͍͕a̴̱̫͎͐̑̓͌l̵̡̛g̷̢̖̑̾̓o" * 9,
    ],
)
def test_hostile_names_are_text(name: str) -> None:
    """A file's name is never a link, mention, function, image or control character on a card."""
    card = digest_card([case(1, line(sample=(name,)))], READER).card
    said = json.dumps(card, ensure_ascii=False)

    said.encode("utf-8")
    for forbidden in ("](", "<at>", "{{", "://evil", " www.", "\u202e", "\u0000", "\u0007", "\u200b"):
        assert forbidden not in said.replace("\\\\](", "").replace('"$schema": "http://adaptivecards.io', "")
    assert faults(card) == [[]]


ANY_TEXT = st.text(st.characters(), max_size=500)


@settings(max_examples=40, deadline=None)
@given(
    names=st.lists(ANY_TEXT, min_size=1, max_size=3),
    because=ANY_TEXT,
    asset=ANY_TEXT,
    library=st.text(st.characters(categories=["Lo", "So", "Po", "Mn"]), max_size=900),
    shape=st.tuples(st.integers(1, 12), st.integers(1, 12)),
)
def test_no_name_makes_a_card_too_large(
    names: list[str], because: str, asset: str, library: str, shape: tuple[int, int]
) -> None:
    """Whatever people call things, a card stays within 20 KB, is valid UTF-8, and shows at least one question."""
    cases, lines = shape
    each = [
        line(sample=tuple(names), title=because),
        line(small_council.STALE, because=because * 3, clause=asset),
    ] * lines
    made = digest_card(
        [case(n, *each[:lines], asset_name=asset, subject_name=library) for n in range(cases)], READER, waiting=cases
    )

    assert size(made.card) <= MOST_BYTES
    assert made.shown >= 1
    json.dumps(made.card, ensure_ascii=False).encode("utf-8")


@pytest.mark.parametrize(
    "named", ["https://evil.example/pay.docx", "www.evil.example", "evil.example/pay", "pay@evil.example"]
)
def test_a_mail_makes_no_link_of_a_name(named: str) -> None:
    """A library, an asset or a file that is named like an address is broken up, so that no mail program makes a link of it."""
    asked = case(1, line(because=named, title=named), subject_name=named, asset_name=named)
    body = mail_body([asked], READER, waiting=1)
    assert named not in body
    assert not re.search(r"https?://|www\.|[a-z]\.example", body)
