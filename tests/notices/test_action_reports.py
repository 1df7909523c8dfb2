"""Every write is told: the same day, to whoever answers for it, once, whatever dies in between."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from custos.audit.events import What
from custos.engine.run import RunState
from custos.m365.errors import Forbidden, Unavailable
from custos.model.action_kind import ActionKind
from custos.model.duration import Duration
from custos.model.finding import Finding
from custos.model.policy import Family, Limits, OnlyIf, Policy, Recipient
from custos.model.subject import Kind
from custos.notices import unreported_actions
from custos.notices.model import Case, CaseState
from tests.engine.planned import (
    LABEL,
    NOW,
    PUT_LABEL,
    SIRO,
    file_subject,
    finding,
    labelled,
    link_subject,
    policy,
    step,
)
from tests.engine.wired_engine import Killed
from tests.notices import small_council
from tests.notices.failing_channels import Killed as Dead
from tests.notices.memory_loop import Council, council

ASK = step(ActionKind.ASK, to=Recipient.OWNER, within=Duration(5, "working day"))
EXPIRE = step(ActionKind.SET_EXPIRY, expiry=Duration(5, "working day"))
MANY = Limits(
    actions_per_run=5_000,
    actions_per_day=5_000,
    actions_per_site_per_day=5_000,
    actions_per_owner_per_day=5_000,
    percent_of_scope=1_000.0,
)
AFTERNOON = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)
TUESDAY = datetime(2026, 11, 24, 9, 15, tzinfo=UTC)


def labels(limits: Limits | None = None) -> Policy:
    return policy(PUT_LABEL, limits=limits)


def links() -> Policy:
    return policy(ASK, EXPIRE, name="links", kind=Kind.LINK, fact="link_scope")


def with_files(made: Council, count: int) -> Council:
    for number in range(1, count + 1):
        made.tenant.file(number)
    return made


def the_links(*numbers: int) -> list[Finding]:
    return [finding(link_subject(number), of="links") for number in numbers]


async def told(made: Council) -> int:
    """How many writes somebody was told of, by the audit."""
    return sum(int(str(event.details["writes"])) for event in made.store.audit.events if event.what is What.RUN_TOLD)


async def test_a_backlog_is_one_line() -> None:
    """2,000 labels that nobody was asked about are one line on one card the same day: what, why, by which rule, how to put it back."""
    made = with_files(council(labels(MANY)), 2_000)

    await made.evaluate(labelled(2_000))
    await made.digest()

    (card,) = made.cards()
    assert f"2,000 files were given the retention label “{LABEL}”." in card
    assert "it is so" in card
    assert "labels/rule, clause IMP-4.1" in card
    assert (
        "At any time, as long as nobody changes it meanwhile: ask information governance and quote R-2026-1123-01 for IA-004."
        in card
    )
    assert "You are told because you are the Information Asset Owner" in card
    assert await made.left() == []
    assert await told(made) == 2_000


async def test_nothing_is_told_twice() -> None:
    """However often digests are prepared and delivered, what was told is not told again, and the run is done with."""
    made = with_files(council(labels()), 3)
    await made.evaluate(labelled(3))

    for _ in range(3):
        await made.digest()
        made.later(days=1)

    assert len(made.cards()) == 1
    assert await made.office().runs.untold() == []


async def test_links_that_were_given_an_end_are_told() -> None:
    """Links on special-category data are given an end at once and found no more: their case stays until the owner was told, and the
    digest says what was done and until when it can be put back."""
    made = council(links(), personal_data="special_category")
    for number in (1, 2):
        made.tenant.link(number)
    await made.evaluate(the_links(1, 2))

    await made.evaluate([])
    (before,) = await made.cases()
    await made.digest()
    (after,) = await made.cases()
    await made.evaluate([])
    (ended,) = await made.cases()

    assert (before.state, before.mended) == (CaseState.FOUND, True)
    assert (after.state, after.told_at) == (CaseState.TOLD, NOW)
    assert (ended.state, ended.released_why) == (CaseState.RELEASED, "Custos dealt with it, and it was told")
    (card,) = made.cards()
    assert "2 links that anyone can open were given an end: Monday 30 November 2026." in card
    assert "Until Monday 30 November 2026, while the links live" in card
    assert "Action.Execute" not in card
    assert "Advice" not in card, "names of a sensitive asset are nowhere"


async def test_what_is_done_after_the_digest_is_told_the_same_day() -> None:
    """What was done after the morning's card comes in one note late in the afternoon; what is done after that with the next digest."""
    made = with_files(council(labels()), 3)
    await made.evaluate(labelled(1))
    await made.digest()
    await made.evaluate([finding(file_subject(2))])
    await made.note()
    assert len(made.cards()) == 1, "not before the afternoon"

    made.at(AFTERNOON)
    await made.note()
    await made.note()
    await made.evaluate([finding(file_subject(3))])
    await made.note()
    assert len(made.cards()) == 2
    assert "1 file was given the retention label" in made.cards()[1]

    made.at(TUESDAY)
    await made.digest()
    assert len(made.cards()) == 3
    assert await told(made) == 3


@pytest.mark.parametrize("lost", [1, 2, 3])
async def test_what_an_uncertain_message_told_is_told_again_the_same_day(lost: int) -> None:
    """Where nobody knows whether a message arrived, a note of the afternoon tells what was done once more, and the next where that is
    unknown too. It asks nothing: questions come the next day.
    """
    made = with_files(council(labels()), 2)
    await made.evaluate(labelled(2))
    made.channels.after += [Unavailable("no answer", maybe_done=True)] * lost
    await made.digest()
    made.at(AFTERNOON)
    for _ in range(5):
        await made.note()

    assert await made.left() == []
    assert await told(made) == 2
    assert len(made.cards()) == lost + 1
    assert all("Action.Execute" not in card for card in made.cards()[1:])


async def test_a_note_that_never_surely_arrives_has_an_end() -> None:
    """A person gets a few notes a day at most, however uncertain each is; what they told comes with the next digest."""
    made = with_files(council(labels()), 2)
    await made.evaluate(labelled(2))
    made.at(AFTERNOON)
    made.channels.after += [Unavailable("no answer", maybe_done=True)] * 10
    for _ in range(10):
        await made.note()
    assert len(made.cards()) == 4
    made.channels.after.clear()
    made.at(TUESDAY)
    await made.digest()
    assert await told(made) == 2


async def test_an_undo_is_told() -> None:
    """Whoever was told that something was done hears that it was put back, who asked for it, and why."""
    made = with_files(council(labels()), 3)
    await made.evaluate(labelled(3))
    await made.digest()

    await made.undo("R-2026-1123-01")
    made.at(AFTERNOON)
    await made.note()

    card = made.cards()[1]
    assert "The label of 3 files was put back to none." in card
    assert "platform.engineer@wrenbridge.example asked for it: It was meant for another library." in card


async def test_what_no_asset_covers_goes_to_governance() -> None:
    """A write on content that no asset covers is told to the head of information governance."""
    made = with_files(council(labels()), 1)
    await made.evaluate([replace(finding(file_subject(1)), asset_id="")])
    await made.digest()

    ((conversation, _, _),) = made.channels.cards
    assert conversation == f"chat-{small_council.GOVERNANCE.user_id}"


@pytest.mark.parametrize("life", range(1, 60, 3))
async def test_a_worker_that_dies_leaves_nothing_untold(life: int) -> None:
    """Wherever a worker is killed, each write that was done, or perhaps done, has been told once, and nothing else has."""
    made = with_files(council(labels()), 4)
    try:
        await made.evaluate(labelled(4), life=life)
    except Killed:
        await made.sweep()
        await made.evaluate([one for one in labelled(4) if made.tenant.label_of(_number(one)) != LABEL])
    for _ in range(3):
        await made.digest()
        made.later(days=1)

    events = made.store.audit.events
    written = {(one.run, one.action) for one in events if one.what in (What.ACTION_DONE, What.ACTION_UNKNOWN)}
    assert len({one.action for one in events if one.what is What.ACTION_DONE}) == 4
    assert await told(made) == len(written)
    assert await made.left() == []


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_messenger_that_dies_leaves_nothing_untold(when: str) -> None:
    """A worker that dies with the card unsent, or sent and unrecorded, is followed by another day's message: never nothing."""
    made = with_files(council(labels()), 2)
    await made.evaluate(labelled(2))
    getattr(made.channels, when).append(Dead())
    with pytest.raises(Dead):
        await made.digest()
    made.notify.messages.clear()

    made.later(minutes=30)
    await made.digest()
    made.at(TUESDAY)
    await made.digest()

    assert await made.left() == []
    assert await told(made) == 2


async def test_a_line_in_the_feed_is_not_enough() -> None:
    """Whom only the activity feed and mail reach gets both: a feed line says that something was done, and not what."""
    made = with_files(council(labels()), 2)
    made.channels.opening.append(Forbidden("blocked", status=403, code="MessageWritesBlocked"))
    await made.evaluate(labelled(2))
    await made.digest()

    assert len(made.channels.nudges) == 1
    ((_, subject, html),) = made.channels.mails
    assert subject == "Custos: what was done with information that you look after"
    assert "2 files were given the retention label" in html
    assert await made.left() == []


async def test_many_assets_come_in_several_messages() -> None:
    """What one card cannot hold comes in further ones the same day; together they tell everything, once."""
    made = council(labels(MANY))
    findings = []
    for number in range(1, 81):
        subject = replace(file_subject(number), drive_id=f"drive-{1 + number % 2}")
        made.tenant.lives[subject.key] = made.tenant.lives[made.tenant.file(number).key]
        findings.append(replace(finding(subject), asset_id=f"IA-{number:03d} {'x' * 60}"))
    await made.evaluate(findings)
    await made.digest()

    assert len(made.cards()) > 1
    assert await told(made) == 80
    assert await made.left() == []


async def test_nobody_to_tell_is_not_told() -> None:
    """Where nobody at all can be told the writes stay untold, and are late after the day on which they should have been."""
    made = with_files(council(labels()), 2)
    await made.evaluate(labelled(2))
    left = await made.left()
    nobody = small_council.accountable(
        held=made.bundle.records, people=small_council.directory(disabled=small_council.EVERYBODY)
    )

    assert unreported_actions.addressed(left, nobody) == []
    assert unreported_actions.late(left, NOW, small_council.ZONE, frozenset()) == {}
    assert "2 writes on IA-004 have not been reported to anybody" in str(
        unreported_actions.late(left, TUESDAY, small_council.ZONE, frozenset())
    )


def _number(one: Finding) -> int:
    return int(one.subject.item_id.rpartition("-")[2])


CUT = step(ActionKind.REMOVE_GRANT, only_if=OnlyIf.OWNER_AGREES)
GRANTS = replace(policy(ASK, CUT, name="grants", kind=Kind.GRANT, fact="person"), family=Family.SHARING)


async def agreed(made: Council, findings: list[Finding]) -> Case:
    """Asked in the morning, agreed to at ten."""
    await made.evaluate(findings)
    await made.digest()
    (case,) = await made.cases()
    made.later(hours=1)
    verdict = await made.press(case, "agree")
    assert verdict.case is not None
    return verdict.case


def access(made: Council, *numbers: int) -> list[Finding]:
    return [finding(made.tenant.grant(number), of="grants") for number in numbers]


async def test_an_agreement_is_a_run_of_its_own() -> None:
    """What somebody agreed to does not wait in the run of a backlog over its ceiling: it is done, its card says so, and they are told."""
    made = with_files(council(GRANTS, labels(Limits(actions_per_run=2, percent_of_scope=1_000.0))), 3)
    found = [*labelled(3), *access(made, 1, 2)]
    case = await agreed(made, found[3:])

    await made.evaluate(found)
    (after,) = await made.cases()
    made.at(AFTERNOON)
    await made.note()

    runs = {run.state: run async for run in made.office().runs.all()}
    assert {state: run.actions for state, run in runs.items()} == {RunState.PARKED: 3, RunState.FINISHED: 2}
    assert (after.id, after.state, after.run) == (case.id, CaseState.ACTED, runs[RunState.FINISHED].id)
    assert f"It was done ({after.run})." in made.channels.updates[-1][2]
    assert "2 accesses of people or groups were removed, as you agreed on 23 November 2026." in made.cards()[-1]


async def test_an_agreement_that_waits_says_so() -> None:
    """An agreement over a ceiling is parked alone; its card and status say what it waits for, and when it was done."""
    made = council(replace(GRANTS, limits=Limits(actions_per_day=1, percent_of_scope=1_000.0)))
    found = access(made, 1, 2)
    await agreed(made, found)

    await made.evaluate(found)
    (waiting,) = await made.cases()
    await made.evaluate(found)
    (still,) = await made.cases()
    await made.deliver()
    await made.office().dispatcher.release(waiting.run, by=SIRO, why="the owner agreed")
    await made.work()
    (done,) = await made.cases()

    assert waiting.waits.startswith("it would break a ceiling")
    assert f"{waiting.run} waits until somebody releases it" in waiting.waits
    assert still == waiting
    assert "It waits: it would break a ceiling" in made.channels.updates[-1][2]
    assert (done.state, done.waits) == (CaseState.ACTED, "")


async def test_each_agreement_is_weighed_by_itself() -> None:
    """Where the ceiling has room for one of two agreements, one is done and the other waits."""
    made = council(replace(GRANTS, family=Family.STALE, limits=Limits(actions_per_day=2, percent_of_scope=1_000.0)))
    here, there = (
        access(made, 1),
        [replace(one, subject=replace(one.subject, drive_id="drive-2")) for one in access(made, 2, 3)],
    )
    for one in there:
        made.tenant.lives[one.subject.key] = made.tenant.lives[access(made, 2)[0].subject.key]
    await made.evaluate([*here, *there])
    await made.digest()
    for case in await made.cases():
        await made.press(case, "agree")

    await made.evaluate([*here, *there])

    states = sorted(case.state.value for case in await made.cases())
    assert states == ["acted", "decided"]


async def test_who_agreed_is_told_when_it_was_done() -> None:
    """Whoever agreed hears that it was done although somebody else answers for the asset by then; so does that somebody."""
    made = council(GRANTS)
    found = access(made, 1)
    await agreed(made, found)
    changed = replace(made.bundle.records.assets["IA-004"], iao=small_council.SEND_OWNER.upn)
    made.bundle = replace(made.bundle, records=replace(made.bundle.records, assets={"IA-004": changed}))

    await made.evaluate(found)
    made.at(AFTERNOON)
    await made.note()

    told_to = {conversation: card for conversation, card, _ in made.channels.cards[1:]}
    assert set(told_to) == {f"chat-{small_council.OWNER.user_id}", f"chat-{small_council.SEND_OWNER.user_id}"}
    assert "as you agreed" in str(told_to[f"chat-{small_council.OWNER.user_id}"])
    assert "as Priya Nair agreed" in str(told_to[f"chat-{small_council.SEND_OWNER.user_id}"])
    assert await made.left() == []
