"""The chain's arithmetic: nothing can be changed, removed, inserted or moved without being found."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from custos.audit.events import Event, What, canonical, parse
from custos.audit.links import GENESIS, Head, Link, Verifier, digest_of, key_of
from tests.limits import steady

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)

details = some.dictionaries(
    some.text(max_size=8),
    some.one_of(some.none(), some.booleans(), some.integers(), some.text(max_size=20), some.just(NOW)),
    max_size=4,
)
events = some.builds(
    Event,
    what=some.sampled_from(What),
    at=some.just(NOW),
    by=some.sampled_from(["custos", "director.planning@wrenbridge.example"]),
    run=some.sampled_from(["", "R-2026-1123-01"]),
    subject=some.text(max_size=12),
    details=details,
)
chains = some.lists(events, min_size=1, max_size=8)


def forge(wanted: list[Event]) -> list[Link]:
    links: list[Link] = []
    previous = GENESIS
    for number, event in enumerate(wanted, start=1):
        text = canonical(event, sequence=number, event_id=f"{number:032d}")
        links.append(Link(key_of(number), text, previous, digest_of(previous, text)))
        previous = links[-1].digest
    return links


def head_of(links: list[Link]) -> Head:
    return Head(len(links), links[-1].digest)


def broken(links: list[Link], head: Head | None) -> int:
    """The first broken place, 0 when the chain holds."""
    verifier = Verifier()
    for link in links:
        if not verifier.take(link):
            break
    found = verifier.close(head)
    return found.sequence if found else 0


@steady
@given(chains)
def test_an_untouched_chain_holds(wanted: list[Event]) -> None:
    """A chain as it was written verifies, and its events read back as they were."""
    links = forge(wanted)
    assert broken(links, head_of(links)) == 0
    assert [parse(link.event)[1] for link in links] == wanted


@steady
@given(chains, some.data())
def test_any_edit_is_found_at_its_place(wanted: list[Event], data: some.DataObject) -> None:
    """Changing any part of any row breaks the chain at that row, or at the one after it when only its digest changed."""
    links = forge(wanted)
    place = data.draw(some.integers(0, len(links) - 1))
    column = data.draw(some.sampled_from(["event", "previous", "digest"]))
    text = getattr(links[place], column)
    at = data.draw(some.integers(0, len(text) - 1))
    letter = data.draw(some.sampled_from('0123456789abcdef{}"x').filter(lambda one: one != text[at]))
    edited = replace(links[place], **{column: text[:at] + letter + text[at + 1 :]})
    assert broken([*links[:place], edited, *links[place + 1 :]], head_of(links)) == place + 1


@steady
@given(chains, some.data())
def test_an_edit_with_a_new_digest_is_found(wanted: list[Event], data: some.DataObject) -> None:
    """Whoever edits an event and computes its digest anew is found at the next row, or by the head."""
    links = forge(wanted)
    place = data.draw(some.integers(0, len(links) - 1))
    text = canonical(replace(wanted[place], by="somebody"), sequence=place + 1, event_id="0" * 32)
    edited = replace(links[place], event=text, digest=digest_of(links[place].previous, text))
    found = broken([*links[:place], edited, *links[place + 1 :]], head_of(links))
    assert found == min(place + 2, len(links))


@steady
@given(chains, some.data())
def test_any_removal_is_found(wanted: list[Event], data: some.DataObject) -> None:
    """Removing any row, the last one too, breaks the chain at the place where it stood."""
    links = forge(wanted)
    place = data.draw(some.integers(0, len(links) - 1))
    assert broken([*links[:place], *links[place + 1 :]], head_of(links)) == place + 1


@steady
@given(chains, some.data())
def test_any_insertion_is_found(wanted: list[Event], data: some.DataObject) -> None:
    """A row put in anywhere, even with digests that fit, breaks the chain there or right after."""
    links = forge(wanted)
    place = data.draw(some.integers(0, len(links)))
    previous = links[place - 1].digest if place else GENESIS
    text = canonical(Event(what=What.CASE_CLOSED, at=NOW), sequence=place + 1, event_id="f" * 32)
    extra = Link(key_of(place + 1), text, previous, digest_of(previous, text))
    assert broken([*links[:place], extra, *links[place:]], head_of(links)) in (place + 1, place + 2)


@steady
@given(chains.filter(lambda wanted: len(wanted) > 1), some.data())
def test_any_reordering_is_found(wanted: list[Event], data: some.DataObject) -> None:
    """Two rows that change places, with or without their keys, break the chain at the first of them."""
    links = forge(wanted)
    one = data.draw(some.integers(0, len(links) - 2))
    other = data.draw(some.integers(one + 1, len(links) - 1))
    swapped = list(links)
    swapped[one] = replace(links[other], key=links[one].key)
    swapped[other] = replace(links[one], key=links[other].key)
    assert broken(swapped, head_of(links)) == one + 1


@steady
@given(chains)
def test_a_chain_forged_anew_is_found_by_an_anchor(wanted: list[Event]) -> None:
    """Whoever rewrites the whole chain and its head is found by a day's anchor that they could not overwrite."""
    links = forge(wanted)
    other = forge([replace(event, by="somebody else") for event in wanted])
    verifier = Verifier([head_of(links)])
    for link in other:
        verifier.take(link)
    assert verifier.close(head_of(other)) is not None


@pytest.mark.parametrize("long", ["x" * 40_000, "\N{GRINNING FACE}" * 20_000, '"' * 20_000])
def test_only_the_value_that_fits_no_row_is_shortened(long: str) -> None:
    """What was decided stays in the event; of the long value stand its beginning, its length and its digest."""
    event = Event(what=What.POLICY_DEMOTED, at=NOW, details={"state": "simulate", "why": long, "authors": "a, b"})
    text = canonical(event, sequence=1, event_id="1" * 32)
    assert len(text) < 2_000
    details = parse(text)[1].details
    assert (details["state"], details["authors"]) == ("simulate", "a, b")
    digest = hashlib.sha256(long.encode()).hexdigest()
    assert details["why"] == f"{long[:200]}… ({len(long):,} characters, SHA-256 {digest})"


def test_several_long_values_are_shortened_until_the_event_fits() -> None:
    """The longest first, and no more of them than has to be."""
    details = {"longest": "x" * 25_000, "long": "y" * 20_000, "short": "z" * 9_000}
    text = canonical(Event(what=What.PLAN_MADE, at=NOW, details=details), sequence=1, event_id="1" * 32)
    told = parse(text)[1].details
    assert (told["long"], told["short"]) == (details["long"], details["short"])
    assert "25,000 characters" in str(told["longest"])
