"""*My questions*: what a person reads there, and what their answers do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from custos.audit.events import What
from custos.notices.model import CaseState, KeepReason, Verb
from custos.pages.http import Request
from custos.pages.tokens import LIFETIME_SECONDS
from tests.notices import small_council
from tests.pages.counter import Counter, counter, signed_in, words

KEEP, HISTORY = Verb.KEEP.value, KeepReason.HISTORY.value
HOSTILE = "</p><script>alert(1)</script>\u202egpj.exe\x07<b>'\"&{{7*7}}"


async def test_a_question_says_all_that_its_answer_needs() -> None:
    """The fact with its date, why this person, what each button does, what silence does, and until when it can be taken back."""
    desk = counter()
    await desk.asked(small_council.stale(), small_council.link(1))
    told = words(await desk.get())
    for expected in (
        "Planning and building control files (IA-004)",
        "Library “Pre-application advice 2012 to 2020”",
        "was last used by a person on 14 March 2024",
        "“Plan 1.pdf”",
        "Measured 23 November 2026",
        "you are the Information Asset Owner",
        "If nobody answers",
        "it goes to Ruth Adler",
        "You can take this answer back at any time.",
        "You can take this answer back until it is done",
        "can be undone",
        "Ask Sam Okafor",
        "No button on these pages deletes a file.",
        "IMP-4.2",
    ):
        assert expected in told, expected


async def test_the_gravest_question_comes_first_and_long_lists_are_turned_over() -> None:
    """Questions stand in the order of the cards, twenty on a page, and the next page is one link away."""
    desk = counter()
    places = {f"drive-{number}": small_council.PLACES[small_council.LIBRARY] for number in range(22)}
    small_council.PLACES.update(places)
    try:
        findings = [small_council.stale(drive) for drive in places] + [small_council.link(7, drive="drive-3")]
        await desk.asked(*findings)
        for _ in range(4):
            desk.council.later(days=1)
            await desk.council.digest()
    finally:
        for drive in places:
            del small_council.PLACES[drive]
    first = await desk.get()
    told = words(first)
    assert "22 questions wait for you" in told
    assert first.body.count(b'class="question"') == 20
    assert told.index("Plan 7.pdf") < told.index("Question 2:")
    rest = await desk.get(**{"from": "20"})
    assert rest.body.count(b'class="question"') == 2
    assert "Question 21:" in words(rest)
    for odd in ("-1", "x", "９", "1e9", "99999999"):
        assert (await desk.get(**{"from": odd})).status == 200


async def test_an_answer_is_the_decision_that_a_press_is() -> None:
    """An answer on the page decides the case with its reason; everybody's card is brought up to date, and the page says so."""
    desk = counter()
    case, *_ = await desk.asked(small_council.stale())
    reply = await desk.answer(case, KEEP, reason=HISTORY)
    assert (reply.status, reply.headers["Location"]) == (303, f"/api/page?answered={case.id}#told")
    decided = await desk.case(case)
    assert (decided.state, decided.decision, decided.answers[-1].reason) == (CaseState.DECIDED, Verb.KEEP, HISTORY)
    assert decided.answers[-1].who.user_id == small_council.OWNER.user_id
    assert {"update": case.cards[-1].digest} in desk.council.notify.messages
    await desk.council.deliver()
    assert "Kept as it is by you" in desk.council.channels.updates[-1][2]
    shown = words(await desk.get(answered=case.id))
    assert "Kept as it is by you on 23 November 2026" in shown
    assert "Nothing waits for you" in shown


async def test_two_answers_are_one_decision() -> None:
    """Who answers on the page what was answered on the card, or the other way round, is told so, and nothing changes."""
    desk = counter()
    case, *_ = await desk.asked(small_council.stale())
    await desk.council.press(case, KEEP, reason=HISTORY)
    first = await desk.case(case)
    late = await desk.answer(case, Verb.NOT_MINE.value)
    assert (late.status, "This was answered already. Nothing was changed." in words(late)) == (409, True)
    assert (await desk.case(case)).answers == first.answers


async def test_an_answer_is_taken_back_on_the_page() -> None:
    """What was answered stands below with a button, and after it is pressed the question stands again."""
    desk = counter()
    case, *_ = await desk.asked(small_council.stale())
    await desk.answer(case, KEEP, reason=HISTORY)
    decided = await desk.case(case)
    assert "Answered, and can still be taken back" in words(await desk.get())
    back = await desk.answer(decided, Verb.TAKE_BACK.value)
    assert back.status == 303
    assert (await desk.case(case)).state is CaseState.TOLD
    assert "the question stands again" in words(await desk.get(answered=case.id))


async def test_what_is_somebody_elses_is_neither_shown_nor_taken() -> None:
    """Somebody who is not asked sees nothing of a question, is refused in a sentence, and that they tried is in the audit."""
    desk = counter()
    case, *_ = await desk.asked(small_council.stale())
    for name in ("", "assets"):
        assert "Pre-application" not in words(await desk.get(name, by=small_council.SIRO, answered=case.id))
    refused = await desk.answer(case, KEEP, by=small_council.SIRO, reason=HISTORY)
    assert refused.status == 403
    assert "This is with Priya Nair. Only the person who is asked can answer." in words(refused)
    assert (await desk.case(case)).answers == ()
    events = [event for event in desk.council.store.audit.events if event.what is What.ANSWER_REFUSED]
    assert [event.details["user"] for event in events] == [small_council.SIRO.user_id]


async def test_who_is_no_longer_named_hands_it_on() -> None:
    """An owner whom Entra has switched off since is refused, and the question is with their deputy."""
    desk = counter()
    case, *_ = await desk.asked(small_council.stale())
    desk.directory = small_council.directory(disabled=[small_council.OWNER])
    refused = await desk.answer(case, KEEP, reason=HISTORY)
    assert (refused.status, "no longer yours to answer" in words(refused)) == (403, True)
    assert (await desk.case(case)).assignee.user_id == small_council.DEPUTY.user_id


SENT = {
    "another nonce": ({"n": "x"}, 409, "The question has changed"),
    "an answer that is not offered": ({"v": Verb.AGREE.value}, 409, "not yours to give"),
    "no answer at all": ({"v": ""}, 409, "not yours to give"),
    "no reason": ({"r": ""}, 409, "Choose one of the reasons"),
    "a reason of their own": ({"r": "because"}, 409, "Choose one of the reasons"),
    "a case that is not there": ({"c": "0" * 16}, 404, "does not exist"),
    "a path for a case": ({"c": "../case"}, 404, "does not exist"),
    "a value too long": ({"r": "x" * 300}, 400, "longer than any"),
}


@pytest.mark.parametrize("sent", SENT)
async def test_what_no_page_of_ours_sends_changes_nothing(sent: str) -> None:
    """A form with something else in it is refused in a sentence, and the question stays as it is."""
    desk = counter()
    case, *_ = await desk.asked(small_council.stale())
    changes, status, sentence = SENT[sent]
    reply = await desk.post({"c": case.id, "n": case.nonce, "v": KEEP, "r": HISTORY, **changes})
    assert (reply.status, sentence in words(reply)) == (status, True), words(reply)
    assert (await desk.case(case)).answers == ()


async def attempts(desk: Counter, fields: dict[str, str]) -> dict[str, int]:
    """What comes of forms that were not sent by a page that was shown to the owner."""
    owner, siro = small_council.OWNER, small_council.SIRO
    good = await desk.token(owner)
    old = await desk.token(owner)
    got = {
        "without a token": await desk.post(fields, token=""),
        "with a token of somebody else": await desk.post(fields, token=await desk.token(siro)),
        "with a token whose time was moved": await desk.post(
            fields, token=f"{int(good.split('.')[0]) + 1}.{good.split('.')[1]}"
        ),
        "from another site": await desk.post(fields, sec_fetch_site="cross-site"),
        "from a neighbour": await desk.post(fields, sec_fetch_site="same-site"),
        "as JSON": await desk.post(fields, content_type="application/json"),
        "with two tokens": await desk.post([*fields.items(), ("t", good)]),
        "with a field twice": await desk.post([*fields.items(), ("v", KEEP)]),
        "with too many fields": await desk.post([*fields.items(), *[("x", "")] * 300]),
        "too large": await desk.post({**fields, **{f"x{number}": "y" * 190 for number in range(200)}}),
    }
    raw = {**signed_in(owner), "content-type": "application/x-www-form-urlencoded"}
    got["of bytes"] = await desk.ask(Request(method="POST", path="answer", headers=raw, body=b"\xff\xfe%zz=%ff"))
    got["empty"] = await desk.ask(Request(method="POST", path="answer", headers=raw))
    desk.machine_now += LIFETIME_SECONDS + 1
    got["with a token that is too old"] = await desk.post(fields, token=old)
    return {how: reply.status for how, reply in got.items()}


async def test_forms_of_others_change_nothing() -> None:
    """A form counts only with the token of a page that was shown to this person within the day, sent from there, whole and small."""
    desk = counter()
    case, *_ = await desk.asked(small_council.stale())
    statuses = await attempts(desk, {"c": case.id, "n": case.nonce, "v": KEEP, "r": HISTORY})
    assert {how: status for how, status in statuses.items() if status not in (400, 403)} == {}
    assert (await desk.case(case)).answers == ()


async def test_looking_changes_nothing() -> None:
    """A mail scanner that fetches every address leaves the questions as they are."""
    desk = counter()
    case, *_ = await desk.asked(small_council.stale())
    before = dict(desk.council.store.table("cases").rows)
    for path in ("", "assets", "answer"):
        await desk.get(path, c=case.id, n=case.nonce, v=KEEP, r=HISTORY, t=await desk.token(small_council.OWNER))
    assert desk.council.store.table("cases").rows == before


async def test_hostile_names_are_text() -> None:
    """Names of assets, libraries and files that are markup, code or turn the line round are shown as text."""
    registers = small_council.records(replace(small_council.PLANNING, name=HOSTILE), small_council.SEND)
    desk = counter(registers)
    await desk.asked(small_council.link(1, name=HOSTILE))
    for path in ("", "assets"):
        text = (await desk.get(path)).body.decode()
        assert "<script" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
        assert "{{7*7}}" in text
        assert not {"\u202e", "\x07"} & set(text)


async def test_names_of_sensitive_files_are_not_told() -> None:
    """The owner of special-category data reads how many files there are, and not what they are called."""
    desk = counter()
    await desk.asked(small_council.link(1, asset_id="IA-003", name="Child A.docx"))
    told = words(await desk.get(by=small_council.SEND_OWNER))
    assert "1 link" in told
    assert "Child A" not in told


async def test_what_was_not_put_to_somebody_yet_cannot_be_answered() -> None:
    """A question that the next message brings is named, without buttons: its time has not begun."""
    desk = counter()
    await desk.asked(small_council.stale())
    desk.council.later(hours=1)
    await desk.asked(small_council.stale(), small_council.link(1, drive=small_council.OTHER_LIBRARY))
    reply = await desk.get()
    assert "1 more question will be put to you" in words(reply)
    assert reply.body.count(b'class="question"') == 1
