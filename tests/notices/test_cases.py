"""Cases: opened once, kept up to date, handed on, released."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

import pytest

from custos.audit.events import What
from custos.errors import RowChanged, StorageTrouble
from custos.model.finding import Protection
from custos.model.subject import Kind
from custos.notices.assignment import Role
from custos.notices.case_lookup import case_facts
from custos.notices.case_store import CaseStore, Stored
from custos.notices.case_update import refresh_cases
from custos.notices.model import Answer, CaseState, KeepReason, Verb
from tests.notices import small_council
from tests.notices.conftest import Ledger

LATER = small_council.NOW + timedelta(days=3)


async def told(book: CaseStore, stored: Stored) -> Stored:
    """As after a digest."""
    case = replace(
        stored.case,
        state=CaseState.TOLD,
        told_at=small_council.NOW,
        asked_at=small_council.NOW,
        shown=stored.case.members,
    )
    return await book.put(stored, case)


async def decided(book: CaseStore, stored: Stored, verb: Verb, *, months: int = 12) -> Stored:
    """As after an answer."""
    case = stored.case
    answer = Answer(
        verb=verb,
        reason=KeepReason.IN_USE.value,
        who=case.assignee.who,
        role=case.assignee.role,
        on_behalf_of="",
        shown={line.key: line.count for line in case.lines},
        members=case.shown,
        at=small_council.NOW,
    )
    until = small_council.NOW + timedelta(days=30 * months) if verb is Verb.KEEP else None
    done = replace(
        case, state=CaseState.DECIDED, decision=verb, decided_at=small_council.NOW, keep_until=until, answers=(answer,)
    )
    return await book.put(stored, done)


async def test_findings_of_one_rule_in_one_library_are_one_case(book: CaseStore, ledger: Ledger) -> None:
    """Seven links in one library are one question with a count and three names, opened for the library's owner."""
    report = await refresh_cases(
        [small_council.link(n) for n in range(7)], book=book, situation=small_council.situation()
    )

    (stored,) = await book.all()
    assert (report.opened, stored.case.state) == (1, CaseState.FOUND)
    assert (stored.case.subject_kind, stored.case.subject_name) == (
        Kind.LIBRARY,
        small_council.PLACES[small_council.LIBRARY].name,
    )
    (line,) = stored.case.lines
    assert (line.count, line.sample) == (7, ("Plan 0.pdf", "Plan 1.pdf", "Plan 2.pdf"))
    assert stored.case.assignee.user_id == small_council.OWNER.user_id
    assert [event.details["findings"] for event in ledger.said(What.CASE_OPENED)] == [7]


async def test_one_place_is_one_question(book: CaseStore) -> None:
    """What several rules and families find in one library is one question with one set of choices; labels are the steward's matter."""
    labels = replace(small_council.STALE, policy="labels", family="retention", ask=Role.STEWARD)
    findings = [
        small_council.link(1),
        small_council.link(2, topic=small_council.REMOVAL),
        small_council.stale(),
        replace(small_council.stale(), policy="labels"),
    ]
    topics = [*small_council.TOPICS.values(), labels]

    await refresh_cases(findings, book=book, situation=small_council.situation(topics=topics))

    cases = {stored.case.concern: stored.case for stored in await book.all()}
    assert {concern: {line.rule for line in case.lines} for concern, case in cases.items()} == {
        "use": {"anyone-without-end", "outside-agreement", "library-not-used"},
        "labels": {"library-not-used"},
    }
    assert {concern: case.assignee.role for concern, case in cases.items()} == {"use": Role.IAO, "labels": Role.STEWARD}


async def test_work_that_ended_is_one_question(book: CaseStore) -> None:
    """A site that is quiet as a whole is one question with all links in its libraries: one programme that ended."""
    findings = [
        small_council.quiet_site(),
        small_council.stale(),
        small_council.link(1),
        small_council.link(2, drive=small_council.OTHER_LIBRARY),
    ]
    await refresh_cases(findings, book=book, situation=small_council.situation())
    (stored,) = await book.all()
    assert {line.rule: line.count for line in stored.case.lines} == {
        "anyone-without-end": 2,
        "library-not-used": 1,
        "site-not-used": 1,
    }
    assert set(stored.case.drives) == {small_council.LIBRARY, small_council.OTHER_LIBRARY}

    unread = small_council.situation(covered=lambda _concern, _site, drive: drive != small_council.OTHER_LIBRARY)
    await refresh_cases(findings[:3], book=book, situation=unread)
    assert (await book.all())[0].case.lines == stored.case.lines


async def test_an_agreement_that_ended_is_one_question(book: CaseStore) -> None:
    """What is found about a site's sharing as a whole is one question with the links and people in its libraries; quiet ones stay apart."""
    ended = replace(small_council.QUIET_SITE, rule="agreement-ended", family="sharing", accepts_risk=True)
    site = replace(small_council.quiet_site(), rule="agreement-ended")
    findings = [
        site,
        small_council.link(1),
        small_council.link(2, drive=small_council.OTHER_LIBRARY),
        small_council.stale(),
    ]
    topics = [*small_council.TOPICS.values(), ended]
    await refresh_cases(findings, book=book, situation=small_council.situation(topics=topics))
    cases = {stored.case.subject_kind: [line.rule for line in stored.case.lines] for stored in await book.all()}
    assert cases == {Kind.SITE: ["anyone-without-end", "agreement-ended"], Kind.LIBRARY: ["library-not-used"]}


async def test_finding_it_again_opens_nothing(book: CaseStore, ledger: Ledger) -> None:
    """The same findings a second time leave one case, with the number it had."""
    findings = [small_council.link(1), small_council.stale(small_council.OTHER_LIBRARY)]
    for moment in (small_council.NOW, LATER):
        await refresh_cases(findings, book=book, situation=small_council.situation(now=moment))

    assert len(await book.all()) == 2
    assert len(ledger.said(What.CASE_OPENED)) == 2


async def test_two_instances_at_once_open_one_case(book: CaseStore) -> None:
    """Evaluations that end at the same moment on two instances leave one case."""
    await book.all()
    findings = [small_council.link(1), small_council.stale(small_council.OTHER_LIBRARY)]

    await asyncio.gather(*(refresh_cases(findings, book=book, situation=small_council.situation()) for _ in range(4)))

    assert len(await book.all()) == 2


async def test_what_is_gone_releases_the_case(book: CaseStore, ledger: Ledger) -> None:
    """When nothing is found any more the case is released, with a record that says why."""
    await refresh_cases([small_council.link(1)], book=book, situation=small_council.situation())
    await refresh_cases([], book=book, situation=small_council.situation(now=LATER))

    (stored,) = await book.all()
    assert (stored.case.state, stored.case.released_at) == (CaseState.RELEASED, LATER)
    assert [event.details["why"] for event in ledger.said(What.CASE_CLOSED)] == ["it is no longer found"]


async def test_what_was_not_looked_at_is_not_gone(book: CaseStore) -> None:
    """A library whose sync is incomplete keeps its cases although the evaluation found nothing in it."""
    await refresh_cases([small_council.link(1)], book=book, situation=small_council.situation())
    await refresh_cases(
        [],
        book=book,
        situation=small_council.situation(covered=lambda _family, _site, drive: drive != small_council.LIBRARY),
    )

    (stored,) = await book.all()
    assert stored.case.state is CaseState.FOUND


async def test_a_policy_that_stops_asking_closes_its_cases(book: CaseStore, ledger: Ledger) -> None:
    """A policy that was removed, or only simulates now, has no case open, whatever is still found."""
    await refresh_cases([small_council.stale()], book=book, situation=small_council.situation())
    await refresh_cases(
        [small_council.stale()], book=book, situation=small_council.situation(topics=[small_council.ANYONE])
    )

    (stored,) = await book.all()
    assert stored.case.state is CaseState.RELEASED
    assert ledger.said(What.CASE_CLOSED)[0].details["why"] == "no policy in force asks about it any more"


async def test_it_comes_back_as_a_new_case(book: CaseStore) -> None:
    """What was gone and is found again is a new question with a new id."""
    for findings in ([small_council.link(1)], [], [small_council.link(1)]):
        await refresh_cases(findings, book=book, situation=small_council.situation())

    cases = sorted((stored.case for stored in await book.all()), key=lambda case: case.number)
    assert [(case.number, case.state) for case in cases] == [(1, CaseState.RELEASED), (2, CaseState.FOUND)]
    assert cases[0].id != cases[1].id


async def test_a_pilot_asks_on_its_assets_alone(book: CaseStore) -> None:
    """A policy in pilot opens no case outside the assets named for the pilot."""
    pilot = replace(small_council.ANYONE, pilot=frozenset({"IA-003"}))
    findings = [small_council.link(1), small_council.link(2, drive=small_council.OTHER_LIBRARY, asset_id="IA-003")]

    await refresh_cases(findings, book=book, situation=small_council.situation(topics=[pilot]))

    assert [stored.case.asset_id for stored in await book.all()] == ["IA-003"]


async def test_names_in_a_sensitive_asset_are_not_even_stored(book: CaseStore) -> None:
    """A case on a sensitive asset holds counts, and neither names nor sentences with names."""
    for findings in ([1], [1, 2, 3]):
        made = [small_council.link(n, asset_id="IA-003", name=f"Jamie Smith EHCP {n}.docx") for n in findings]
        await refresh_cases(made, book=book, situation=small_council.situation())

        (stored,) = await book.all()
        assert stored.case.sensitive
        assert "Jamie" not in repr(stored.case)


async def test_a_leaver_s_case_goes_to_the_successor(book: CaseStore, ledger: Ledger) -> None:
    """When the owner's account is switched off the case is the deputy's: with a nonce of its own, to be told anew."""
    await refresh_cases([small_council.stale()], book=book, situation=small_council.situation())
    (before,) = await book.all()
    await told(book, before)
    gone = small_council.directory(disabled=[small_council.OWNER])

    report = await refresh_cases([small_council.stale()], book=book, situation=small_council.situation(people=gone))

    (after,) = await book.all()
    assert (after.case.assignee.user_id, after.case.assignee.role) == (small_council.DEPUTY.user_id, Role.DEPUTY)
    assert (after.case.state, after.case.told_at, report.reassigned) == (CaseState.FOUND, None, 1)
    assert after.case.nonce != before.case.nonce
    assert ledger.said(What.CASE_REASSIGNED)[0].details["to"] == small_council.DEPUTY.upn


async def test_a_new_rule_joins_the_open_case(book: CaseStore) -> None:
    """What another rule of the family finds later joins the open case, which is told again; its deadline stands."""
    await refresh_cases([small_council.link(1)], book=book, situation=small_council.situation())
    (stored,) = await book.all()
    due = small_council.NOW + timedelta(days=7)
    shown = await told(book, stored)
    await book.put(shown, replace(shown.case, deadline=due))

    await refresh_cases(
        [small_council.link(1), small_council.link(2, topic=small_council.REMOVAL)],
        book=book,
        situation=small_council.situation(),
    )

    (after,) = await book.all()
    assert (after.case.state, after.case.deadline, len(after.case.lines)) == (CaseState.FOUND, due, 2)


async def test_what_was_told_stays_in_its_words(book: CaseStore) -> None:
    """The number that somebody read on a card does not change under their finger."""
    whole = [replace(small_council.ANYONE, per_finding=False)]
    await refresh_cases([small_council.link(1)], book=book, situation=small_council.situation(topics=whole))
    await told(book, (await book.all())[0])
    more = [small_council.link(1), small_council.link(2)]
    await refresh_cases(more, book=book, situation=small_council.situation(topics=whole))

    (stored,) = await book.all()
    assert (stored.case.lines[0].count, stored.case.state) == (1, CaseState.TOLD)
    assert stored.case.members != stored.case.shown


async def test_a_new_exposure_is_a_reason_to_tell_again(book: CaseStore) -> None:
    """A link made in a library whose question is open joins it: it is told with the next digest, and the deadline stands."""
    await refresh_cases([small_council.link(1)], book=book, situation=small_council.situation())
    shown = await told(book, (await book.all())[0])
    due = small_council.NOW + timedelta(days=7)
    await book.put(shown, replace(shown.case, deadline=due))
    for moment in (small_council.NOW, LATER):
        more = [small_council.link(1), small_council.link(2)]
        await refresh_cases(more, book=book, situation=small_council.situation(now=moment))

    (stored,) = await book.all()
    assert (stored.case.is_to_tell, stored.case.lines[0].count, stored.case.deadline) == (True, 2, due)


async def test_keep_covers_a_stale_library_as_a_whole(book: CaseStore) -> None:
    """A library that is kept is not asked about again before its time, then it is."""
    await refresh_cases([small_council.stale()], book=book, situation=small_council.situation())
    await decided(book, await told(book, (await book.all())[0]), Verb.KEEP)

    soon = await refresh_cases([small_council.stale()], book=book, situation=small_council.situation(now=LATER))
    next_year = small_council.situation(now=small_council.NOW + timedelta(days=400))
    late = await refresh_cases([small_council.stale()], book=book, situation=next_year)

    assert (soon.opened, late.opened, late.released) == (0, 1, 1)


@pytest.mark.parametrize("verb", [Verb.KEEP, Verb.AGREE])
async def test_an_answer_covers_the_links_that_were_shown(book: CaseStore, verb: Verb) -> None:
    """A link made after the answer is a question of its own, about that link alone."""
    await refresh_cases([small_council.link(1), small_council.link(2)], book=book, situation=small_council.situation())
    await decided(book, await told(book, (await book.all())[0]), verb)

    findings = [small_council.link(1), small_council.link(2), small_council.link(3, name="New.pdf")]
    await refresh_cases(findings, book=book, situation=small_council.situation(now=LATER))

    (fresh,) = [stored.case for stored in await book.all() if stored.case.state is CaseState.FOUND]
    assert [(line.count, line.sample[-1]) for line in fresh.lines] == [(1, "New.pdf")]


async def test_a_case_stays_where_it_is_while_its_owner_s_account_cannot_be_read(book: CaseStore) -> None:
    """One garbled account hands no question on: the owner keeps it, and it is reported."""
    await refresh_cases([small_council.stale()], book=book, situation=small_council.situation())
    (before,) = await book.all()
    odd = small_council.directory(unread=[small_council.OWNER])

    report = await refresh_cases([small_council.stale()], book=book, situation=small_council.situation(people=odd))

    (after,) = await book.all()
    assert (after.case.assignee, report.reassigned) == (before.case.assignee, 0)
    assert any("cannot be read at the moment" in gap for gap in report.gaps)


async def test_a_decided_case_ends_when_its_findings_are_gone(book: CaseStore) -> None:
    """Once what was agreed has been done and is found no more, the case is history."""
    await refresh_cases([small_council.link(1)], book=book, situation=small_council.situation())
    await decided(book, await told(book, (await book.all())[0]), Verb.AGREE)
    await refresh_cases([], book=book, situation=small_council.situation(now=LATER))

    (stored,) = await book.all()
    assert (stored.case.state, stored.case.decision) == (CaseState.RELEASED, Verb.AGREE)


async def test_nobody_to_ask_is_said(book: CaseStore) -> None:
    """A case that nobody can be asked about is open, without assignee, and reported."""
    nobody = small_council.directory(disabled=small_council.EVERYBODY)

    report = await refresh_cases([small_council.stale()], book=book, situation=small_council.situation(people=nobody))

    (stored,) = await book.all()
    assert (stored.case.assignee.user_id, report.unasked) == ("", 1)
    assert report.gaps


async def test_an_event_outlives_an_audit_that_was_away(book: CaseStore, ledger: Ledger) -> None:
    """A case opened while the audit cannot be reached keeps its event, and the next settling records it."""
    ledger.away = True
    with pytest.raises(StorageTrouble):
        await refresh_cases([small_council.stale()], book=book, situation=small_council.situation())
    ledger.away = False

    assert await book.settle() == 1
    assert await book.settle() == 0
    assert len(ledger.said(What.CASE_OPENED)) == 1


async def test_a_stale_write_is_refused(book: CaseStore) -> None:
    """Who writes on an old reading of a case is told so."""
    await refresh_cases([small_council.stale()], book=book, situation=small_council.situation())
    (stored,) = await book.all()
    await told(book, stored)

    with pytest.raises(RowChanged):
        await told(book, stored)


async def test_a_case_larger_than_one_column_survives(book: CaseStore) -> None:
    """Names at SharePoint's longest in many rules make a case of several columns that reads back the same."""
    topics = [replace(small_council.ANYONE, rule=f"rule-{n}", title="ü" * 120) for n in range(40)]
    findings = [small_council.link(n, topic=topic, name="字" * 400) for topic in topics for n in range(3)]

    await refresh_cases(findings, book=book, situation=small_council.situation(topics=topics))

    (stored,) = await book.all()
    assert len(stored.case.lines) == 40
    assert stored.case.lines[0].sample == ("字" * 400,) * 3


async def test_a_quiet_site_is_one_question_with_its_libraries(book: CaseStore) -> None:
    """A quiet site whose libraries are quiet too asks once, about all of them; the planner finds each of them there."""
    quiet_site = small_council.quiet_site()
    findings = [small_council.stale(), quiet_site, small_council.stale(small_council.OTHER_LIBRARY)]

    await refresh_cases(findings, book=book, situation=small_council.situation())
    await refresh_cases(
        [small_council.stale()],
        book=book,
        situation=small_council.situation(covered=lambda _family, _site, drive: bool(drive)),
    )

    (stored,) = await book.all()
    assert (stored.case.subject_kind, {line.rule: line.count for line in stored.case.lines}) == (
        Kind.SITE,
        {"library-not-used": 2, "site-not-used": 1},
    )
    assert len(await case_facts(book, findings, small_council.records(), small_council.NOW.date())) == 3


async def test_what_others_could_not_decide_keeps_no_question_open(book: CaseStore) -> None:
    """A site's question about quiet content ends when it is quiet no more, although nobody can tell how the site is shared."""

    def unknown_sharing(families: Collection[str], _site: str, _drive: str) -> bool:
        return "sharing" not in families

    await refresh_cases([small_council.quiet_site()], book=book, situation=small_council.situation())
    await refresh_cases([], book=book, situation=small_council.situation(covered=unknown_sharing))
    (stored,) = await book.all()
    assert stored.case.state is CaseState.RELEASED


EXEMPT = Protection(code="exempt", reference="EX-02", sentence="Exempt by EX-02 until 31 December 2026.")


async def test_what_is_exempt_is_listed_and_not_asked(book: CaseStore) -> None:
    """Findings under an exception in date are nobody's question: they are listed with their reason; the others are asked about."""
    covered = [replace(small_council.link(n), protections=(EXEMPT,)) for n in range(2)]
    await refresh_cases(covered, book=book, situation=small_council.situation())
    whole = (await book.all())[0].case
    await refresh_cases([*covered, small_council.link(3)], book=book, situation=small_council.situation())
    part = (await book.all())[0].case

    assert (whole.state, whole.lines[0].count, whole.lines[0].steps) == (CaseState.LISTED, 2, ())
    assert whole.lines[0].protected == "2 left alone: Exempt by EX-02 until 31 December 2026."
    assert (part.state, part.lines[0].count, part.lines[0].sample) == (CaseState.FOUND, 1, ("Plan 3.pdf",))
    assert part.lines[0].protected == whole.lines[0].protected


async def test_a_question_is_taken_back_when_all_of_it_is_held(book: CaseStore) -> None:
    """A hold that covers all of an open question leaves nothing to decide: it is listed, and asked when the hold has ended."""
    hold = Protection(code="hold", reference="H-061", sentence="On hold H-061.")
    await refresh_cases([small_council.stale()], book=book, situation=small_council.situation())
    await told(book, (await book.all())[0])
    await refresh_cases(
        [replace(small_council.stale(), protections=(hold,))], book=book, situation=small_council.situation()
    )
    held = (await book.all())[0].case
    await refresh_cases([small_council.stale()], book=book, situation=small_council.situation())
    ended = (await book.all())[0].case

    assert (held.state, held.lines[0].protected) == (CaseState.LISTED, "1 left alone: On hold H-061.")
    assert (ended.id, ended.state) == (held.id, CaseState.FOUND)
