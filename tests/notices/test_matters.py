"""One matter is one question: places of an asset that one answer settles are put together, listed, and covered as listed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from custos.engine.case_facts import Decision
from custos.model.finding import Finding
from custos.model.subject import Kind
from custos.notices.card_text import card_text
from custos.notices.cards import Reader, digest_card
from custos.notices.case_lookup import case_facts
from custos.notices.case_store import CaseStore, Stored
from custos.notices.case_update import refresh_cases
from custos.notices.mail import mail_body
from custos.notices.matters import MOST_PLACES
from custos.notices.model import Case, CaseState, Verb
from tests.notices import small_council
from tests.notices.test_cases import decided, told

HERE, THERE = small_council.LIBRARY, small_council.OTHER_LIBRARY
TODAY = small_council.NOW.date()


def elsewhere(finding: Finding, site: str = "site-delivery") -> Finding:
    """The same finding on another site."""
    subject = replace(finding.subject, site_id=site, drive_id=finding.subject.drive_id and f"{site}-drive")
    return replace(finding, id=f"{finding.id}-{site}", subject=subject)


def ended() -> small_council.Situation:
    """The asset's work is over, as the register has it."""
    over = small_council.asset(status="closing")
    return small_council.situation(held=small_council.records(over, small_council.SEND))


async def stand(book: CaseStore, *findings: Finding, **changes: object) -> list[Case]:
    """The cases that live after an evaluation that finds these."""
    await refresh_cases(findings, book=book, situation=small_council.situation(**changes))  # type: ignore[arg-type]  # by name
    return await live(book)


async def live(book: CaseStore) -> list[Case]:
    return [one.case for one in await book.all() if one.case.state is not CaseState.RELEASED]


async def stored(book: CaseStore, case: Case) -> Stored:
    found = await book.get(case.id)
    assert found is not None
    return found


async def test_what_one_rule_finds_in_several_libraries_is_one_question(book: CaseStore) -> None:
    """Links of one kind in two libraries are one question; each place is listed with what lies there."""
    (case,) = await stand(book, *(small_council.link(n) for n in range(3)), small_council.link(9, drive=THERE))
    assert [(line.rule, line.count) for line in case.lines] == [("anyone-without-end", 4)]
    assert {place.name: place.count for place in case.homes} == {
        small_council.PLACES[HERE].name: 3,
        small_council.PLACES[THERE].name: 1,
    }
    assert case.about.endswith(" and 1 more place")


async def test_two_quiet_libraries_are_two_questions(book: CaseStore) -> None:
    """One may be finished with and the other an archive: quiet libraries of a site in use are asked about apart."""
    assert len(await stand(book, small_council.stale(HERE), small_council.stale(THERE))) == 2


async def test_different_things_in_different_libraries_are_two_questions(book: CaseStore) -> None:
    """A quiet library and links in another have nothing in common but their asset."""
    assert len(await stand(book, small_council.stale(HERE), small_council.link(1, drive=THERE))) == 2


async def test_a_programme_that_ended_is_one_question(book: CaseStore) -> None:
    """Where the register says that an asset's work is over, everything on all of its sites is one question."""
    quiet, far = small_council.quiet_site(), elsewhere(small_council.quiet_site())
    findings = [quiet, far, small_council.stale(), elsewhere(small_council.link(1, topic=small_council.REMOVAL))]
    await refresh_cases(findings, book=book, situation=ended())
    (case,) = await live(book)
    assert {line.rule for line in case.lines} == {"site-not-used", "library-not-used", "outside-agreement"}
    assert {place.site_id for place in case.homes} == {small_council.SITE, "site-delivery"}


async def test_two_assets_are_two_questions(book: CaseStore) -> None:
    """Nobody is asked about what is somebody else's."""
    cases = await stand(book, small_council.link(1), small_council.link(2, drive=THERE, asset_id="IA-003"))
    assert {case.asset_id for case in cases} == {"IA-004", "IA-003"}


async def test_a_site_that_no_asset_covers_is_one_question(book: CaseStore) -> None:
    """Whose it is comes first: what is found in its libraries is part of that, and another site is another question."""
    topic = replace(small_council.QUIET_SITE, policy="ownership", rule="unclaimed-site", family="ownership")
    unclaimed = replace(small_council.quiet_site(), policy=topic.policy, rule=topic.rule, asset_id="")
    links = [small_council.link(1, asset_id=""), small_council.link(2, asset_id="", drive=THERE)]
    topics = (topic, *small_council.TOPICS.values())
    cases = await stand(book, unclaimed, *links, elsewhere(unclaimed), topics=topics)
    assert sorted(len(case.lines) for case in cases) == [1, 2]
    assert all(len(case.homes) == 1 for case in cases)


async def test_evaluating_again_changes_nothing(book: CaseStore) -> None:
    """The same findings leave the same rows."""
    findings = [small_council.link(1), small_council.link(2, drive=THERE), small_council.stale()]
    await stand(book, *findings)
    before = [one.etag for one in await book.all()]
    await stand(book, *reversed(findings))
    assert [one.etag for one in await book.all()] == before


async def test_a_place_that_comes_later_is_told_and_not_covered(book: CaseStore) -> None:
    """Whoever was told of two libraries and agreed has agreed to nothing in a third; an open question grows and is told anew."""
    first, second = small_council.link(1), small_council.link(2, drive=THERE)
    (case,) = await stand(book, first)
    await told(book, await stored(book, case))
    (grown,) = await stand(book, first, second)
    assert (grown.id, grown.asked_at, len(grown.homes)) == (case.id, None, 2)
    asked = await told(book, await stored(book, grown))
    await decided(book, asked, Verb.AGREE)

    third = elsewhere(small_council.link(3))
    facts = await case_facts(book, [first, second, third], small_council.records(), TODAY)
    agreed = {key[2] for key, known in facts.items() if known.decision is Decision.AGREE}
    assert agreed == {first.subject.key, second.subject.key}
    (new,) = [one for one in await stand(book, first, second, third) if one.state.is_open]
    assert [place.site_id for place in new.homes] == ["site-delivery"]


async def test_keeping_quiet_sites_keeps_those_that_were_listed(book: CaseStore) -> None:
    """A whole site that was kept stays kept whatever is found quiet in it; another site of the programme is a new question."""
    await refresh_cases([small_council.quiet_site()], book=book, situation=ended())
    (case,) = await live(book)
    await decided(book, await told(book, await stored(book, case)), Verb.KEEP)
    far = elsewhere(small_council.quiet_site())
    await refresh_cases([small_council.quiet_site(), far], book=book, situation=ended())
    (open_one,) = [one for one in await live(book) if one.state.is_open]
    assert [place.site_id for place in open_one.homes] == ["site-delivery"]
    facts = await case_facts(book, [small_council.quiet_site(), far], small_council.records(), TODAY)
    assert [known.decision for known in facts.values()] == [Decision.KEEP, None]


async def test_what_is_decided_is_not_asked_again_when_its_site_goes_quiet(book: CaseStore) -> None:
    """A library that somebody keeps is theirs also when the whole site becomes one question."""
    (case,) = await stand(book, small_council.stale())
    await decided(book, await told(book, await stored(book, case)), Verb.KEEP)
    cases = await stand(book, small_council.stale(), small_council.quiet_site())
    (open_one,) = [one for one in cases if one.state.is_open]
    assert [line.rule for line in open_one.lines] == ["site-not-used"]


async def test_two_questions_that_become_one_matter_are_joined(book: CaseStore) -> None:
    """Whoever was asked first keeps the question; the other's card says with what it is asked as one."""
    (first,) = await stand(book, small_council.link(1))
    await told(book, await stored(book, first))
    cases = await stand(book, small_council.link(1), small_council.stale(THERE))
    assert len(cases) == 2
    (case,) = await stand(book, small_council.link(1), small_council.stale(THERE), small_council.link(5, drive=THERE))
    assert case.id == first.id
    assert {line.rule for line in case.lines} == {"anyone-without-end", "library-not-used"}
    (over,) = [one.case for one in await book.all() if one.case.state is CaseState.RELEASED]
    assert "it is asked as one with “Pre-application advice 2012 to 2020”" in over.released_why


async def test_nothing_changes_while_a_place_was_not_looked_at(book: CaseStore) -> None:
    """A question about two libraries stays as it is when an evaluation saw one of them: what was not looked at is not gone."""

    def covered(_families: Collection[str], _site: str, drive: str) -> bool:
        return drive != THERE

    (case,) = await stand(book, small_council.link(1), small_council.link(2, drive=THERE))
    assert await stand(book, small_council.link(1), covered=covered) == [case]


async def test_a_place_that_is_clean_leaves_the_list(book: CaseStore) -> None:
    """What is over in one library is not listed any more; the question goes on with the other, under its name."""
    (case,) = await stand(book, small_council.link(1), small_council.link(2, drive=THERE))
    await told(book, await stored(book, case))
    (left,) = await stand(book, small_council.link(2, drive=THERE))
    assert (left.id, left.about) == (case.id, small_council.PLACES[THERE].name)


async def test_no_question_has_more_places_than_its_card_lists(book: CaseStore) -> None:
    """Of a hundred libraries with the same finding each question lists forty at most, and its card holds them all."""
    many = [elsewhere(small_council.link(n), f"site-{n:03}") for n in range(100)]
    cases = await stand(book, *many)
    assert sorted(len(case.homes) for case in cases) == [20, MOST_PLACES, MOST_PLACES]
    shown = digest_card([replace(cases[0], state=CaseState.TOLD)], reader()).card
    assert card_text(shown).count("Library: ") == len(cases[0].homes)


async def test_the_card_and_the_mail_list_every_place(book: CaseStore) -> None:
    """The first screen names one place and how many more; a tap lists all, and so does the mail."""
    (case,) = await stand(book, small_council.link(1), small_council.link(2, drive=THERE))
    first, _, tapped = card_text(digest_card([case], reader()).card).partition("[ Why? ]")
    assert "1 · Library “Pre-application advice 2012 to 2020” and 1 more place" in first
    assert "Public register" not in first
    assert "[ The 2 places ]" in tapped
    assert "Library: “Public register”: 1" in tapped
    assert "Public register" in mail_body([case], reader(), waiting=1)
    assert case.subject_kind is Kind.LIBRARY


def reader() -> Reader:
    return Reader(user_id=small_council.OWNER.user_id, today=TODAY, zone=small_council.ZONE)
