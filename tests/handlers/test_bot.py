"""The bot's messaging endpoint, over HTTP, with what Teams sends and with what somebody else does."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from custos.bootstrap import Custos
from custos.jobs import case_upkeep, policies
from custos.jobs.refused_requests import Door
from custos.notices.assignment import Role
from custos.notices.cards import REASON
from custos.notices.model import Case, CaseState, KeepReason
from tests.notices.forgeries import FORGED_REQUESTS
from tests.running_stack import Council

pytestmark = pytest.mark.timeout(600)


def cases(council: Council) -> list[Case]:
    """Those that were put to somebody and can be kept as they are."""

    async def read(app: Custos) -> list[Case]:
        return [stored.case for stored in await app.cases.all()]

    return sorted(council.ask(read), key=lambda case: case.id)


def waiting(council: Council) -> list[Case]:
    """Those that are on the card of somebody who may keep things as they are; a steward cannot always."""
    return [
        case
        for case in cases(council)
        if case.state is CaseState.TOLD and case.cards and case.assignee.role is not Role.STEWARD
    ]


def now(council: Council, case: Case) -> Case:
    """The case as it stands."""
    return next(one for one in cases(council) if one.id == case.id)


@pytest.fixture(scope="module")
def asked(council: Council, governed: str) -> Council:
    """The governed council, with its owners asked in Teams."""
    council.quiet()
    council.fire("evaluate_all")
    council.quiet()
    council.fire("digests")
    council.quiet()
    return council


async def next_morning(app: Custos) -> None:
    """What the digests' timer does first: every open question goes to whoever answers for it today."""
    await case_upkeep.look_after(app, (await policies.in_force(app)).bundle)


def keep(council: Council, case: Case, **more: object) -> dict[str, object]:
    """Press “Keep as it is” on the card of whoever is asked."""
    return council.stage.act(
        "press",
        person=case.cards[-1].user_id,
        button="Keep as it is",
        carrying={"c": case.id},
        inputs={f"{REASON}{case.id}": KeepReason.HISTORY.value},
        **more,
    )


@pytest.mark.parametrize("forgery", FORGED_REQUESTS)
def test_forged_press_is_refused(asked: Council, forgery: str) -> None:
    """A press that Teams did not send is refused and counted, and decides nothing."""
    case = waiting(asked)[0]
    before, incidents = asked.refused(Door.BOT), asked.incidents()
    assert keep(asked, case, forge=forgery)["status"] == 403
    assert (asked.refused(Door.BOT) - before).total() == 1
    assert asked.incidents() == incidents
    assert now(asked, case).state is CaseState.TOLD


def test_honest_press_decides(asked: Council) -> None:
    """The owner's press is recorded with its reason, and the card that comes back says so."""
    case = waiting(asked)[0]
    pressed = keep(asked, case)
    assert pressed["status"] == 200
    assert "Kept as it is by you" in str(pressed["answer"])
    decided = now(asked, case)
    assert (decided.state, decided.decision) == (CaseState.DECIDED, "keep")
    assert decided.answers[-1].reason == KeepReason.HISTORY.value


def test_an_owner_asks_who_can_open_an_asset(asked: Council) -> None:
    """Words in Teams are answered with what the mirror counts on the person's own asset, and with nothing of another's."""
    case = next(one for one in waiting(asked) if one.assignee.role is Role.IAO)
    others = {one.asset_id for one in waiting(asked) if one.assignee.user_id != case.assignee.user_id} - {
        case.asset_id,
        "",
    }
    for asset_id in (case.asset_id, min(others)):
        asked.stage.act("say", person=case.cards[-1].user_id, text=f"who can opne {asset_id}?")
        asked.quiet()
    told = [str(cards) for cards in _cards(asked, case.cards[-1].user_id)]
    (own,) = [card for card in told if f"Who can open {case.asset_id}" in card]
    assert "Links that anyone can open" in own
    (other,) = [card for card in told if f"Who can open {min(others)}" in card]
    assert ("not yours to see" in other, "Links that anyone can open" in other) == (True, False)


def _cards(council: Council, user_id: str) -> list[object]:
    """Every card that somebody has in their chat with the bot."""
    chats = council.control("GET", "chats.json")["chats"]
    return [
        card for chat in chats if chat["personId"] == user_id for each in chat["messages"] for card in each["cards"]
    ]


def test_second_press_changes_nothing(asked: Council) -> None:
    """A case is decided once: what comes later, replayed or pressed on an old card, is told so."""
    case = waiting(asked)[0]
    keep(asked, case)
    first = now(asked, case)
    replayed = (
        keep(asked, case, forge="replay")
        if _offers(asked, case)
        else asked.stage.act("say", person=case.cards[-1].user_id, text="x", forge="replay")
    )
    assert replayed["status"] == 200
    assert now(asked, case).answers == first.answers


def test_press_of_somebody_else_is_refused(asked: Council) -> None:
    """Whoever is not asked cannot answer, even on the owner's own card."""
    case = waiting(asked)[0]
    stranger = next(
        one
        for one in asked.stage.state()["people"]
        if one["enabled"] and not one["guest"] and one["id"] != case.assignee.user_id
    )
    pressed = keep(asked, case, by=stranger["upn"])
    assert pressed["status"] == 200
    assert "Only the person who is asked can answer" in str(pressed["answer"])
    assert now(asked, case).state is CaseState.TOLD


def test_altered_nonce_is_refused(asked: Council) -> None:
    """A button with another nonce than the question's decides nothing."""
    case = waiting(asked)[0]
    pressed = keep(asked, case, data={"n": "0" * len(case.nonce)})
    assert pressed["status"] == 200
    assert "out of date" in str(pressed["answer"])
    assert now(asked, case).state is CaseState.TOLD


def test_former_owner_is_refused(asked: Council) -> None:
    """Once a question went to the successor of somebody who left, the old card answers nothing."""
    case = next(one for one in waiting(asked) if one.asset_id)
    person = case.cards[-1].user_id
    asked.stage.act("leave", person=person)
    try:
        asked.ask_another(next_morning)  # it has not looked the owners up before
        asked.quiet()
        moved = now(asked, case)
        assert moved.assignee.user_id != person
        pressed = keep(asked, case)
        assert pressed["status"] == 200
        assert now(asked, case).answers == moved.answers
        assert now(asked, case).state.is_open
    finally:
        asked.stage.act("return", person=person)


def test_body_without_meaning_is_refused(asked: Council) -> None:
    """Bytes from nobody get 403 and no word."""
    for body in (b"", b"\xff\xfe", b"{}", b"[" * 50_000):
        answer = asked.post("/api/messages", body, headers={"Authorization": "Bearer x.y.z"})
        assert (answer.status, answer.body) == (403, b"")


def test_junk_writes_nothing_and_is_no_illness(asked: Council) -> None:
    """Two hundred forged posts at once write nothing, alarm nobody and leave health as it was; the next timer has the count."""
    before, incidents = asked.refused(Door.BOT), asked.incidents()
    health = asked.post("/api/health", method="GET").body
    junk = {"Authorization": "Bearer x.y.z"}
    with ThreadPoolExecutor(20) as crowd:
        answers = list(crowd.map(lambda _: asked.post("/api/messages", b"{}", headers=junk), range(200)))
    assert {answer.status for answer in answers} == {403}
    written = asked.ask(lambda app: app.refused_requests.day())
    assert Counter({why: number for (door, why), number in written.items() if door is Door.BOT}) == before
    assert (asked.incidents(), asked.post("/api/health", method="GET").body) == (incidents, health)
    assert (asked.refused(Door.BOT) - before).total() == 200


def _offers(council: Council, case: Case) -> bool:
    return now(council, case).state.is_open
