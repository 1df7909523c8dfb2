"""The chain's arithmetic: nothing can be changed, removed, inserted or moved without being found."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from custos.audit.events import ERASED, Event, What, Written, parse, values_without, written
from custos.audit.verify_audit import GENESIS, Head, Link, Verifier, digest_of
from tests.audit.forged_chain import NOW, chains, checkpoints_of, forge, head_of
from tests.limits import steady


def broken(links: list[Link], head: Head | None, verifier: Verifier | None = None) -> int:
    """The first broken place, 0 when the chain holds."""
    verifier = verifier or Verifier()
    for link in links:
        if not verifier.take(link):
            break
    found = verifier.close(head)
    return found.sequence if found else 0


def read(link: Link) -> Event:
    return parse(Written(link.event, link.values))[1]


@steady
@given(chains)
def test_an_untouched_chain_holds(wanted: list[Event]) -> None:
    """A chain as it was written verifies, and its events read back as they were."""
    links = forge(wanted)
    assert broken(links, head_of(links)) == 0
    assert [read(link) for link in links] == wanted


@steady
@given(chains, some.data())
def test_any_edit_is_found_at_its_place(wanted: list[Event], data: some.DataObject) -> None:
    """Changing any part of any row breaks the chain at that row, or at the one after it when only its digest changed."""
    links = forge(wanted)
    place = data.draw(some.integers(0, len(links) - 1))
    columns = ["event", "previous", "digest"] + ["values"] * bool(links[place].values)
    column = data.draw(some.sampled_from(columns))
    text = getattr(links[place], column)
    at = data.draw(some.integers(0, len(text) - 1))
    letter = data.draw(some.sampled_from('0123456789abcdef{}"x').filter(lambda one: one != text[at]))
    edited = links[place]._replace(**{column: text[:at] + letter + text[at + 1 :]})
    assert broken([*links[:place], edited, *links[place + 1 :]], head_of(links)) == place + 1


@steady
@given(chains, some.data())
def test_an_edit_with_a_new_digest_is_found(wanted: list[Event], data: some.DataObject) -> None:
    """Whoever edits an event and computes its digest anew is found at the next row, or by the head."""
    links = forge(wanted)
    place = data.draw(some.integers(0, len(links) - 1))
    row = written(replace(wanted[place], by="somebody"), sequence=place + 1, event_id="0" * 32, salt=lambda: "0" * 32)
    edited = links[place]._replace(event=row.text, values=row.values, digest=digest_of(links[place].previous, row.text))
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
    row = written(Event(what=What.CASE_CLOSED, at=NOW), sequence=place + 1, event_id="f" * 32, salt=str)
    extra = Link(place + 1, row.text, previous, digest_of(previous, row.text), row.values)
    assert broken([*links[:place], extra, *links[place:]], head_of(links)) in (place + 1, place + 2)


@steady
@given(chains.filter(lambda wanted: len(wanted) > 1), some.data())
def test_any_reordering_is_found(wanted: list[Event], data: some.DataObject) -> None:
    """Two rows that change places, with or without their numbers, break the chain at the first of them."""
    links = forge(wanted)
    one = data.draw(some.integers(0, len(links) - 2))
    other = data.draw(some.integers(one + 1, len(links) - 1))
    swapped = list(links)
    swapped[one] = links[other]._replace(number=links[one].number)
    swapped[other] = links[one]._replace(number=links[other].number)
    assert broken(swapped, head_of(links)) == one + 1


@steady
@given(chains, some.data())
def test_a_chain_forged_anew_is_found_by_a_checkpoint(wanted: list[Event], data: some.DataObject) -> None:
    """Whoever rewrites the whole chain, its tree and its head is found by a day's checkpoint that they could not overwrite."""
    links = forge(wanted)
    sizes = sorted({data.draw(some.integers(1, len(links))), len(links)})
    checkpoints = tuple(checkpoints_of(links, sizes))
    assert broken(links, head_of(links), Verifier(checkpoints)) == 0
    other = forge([replace(event, run="R-2026-1123-99") for event in wanted])
    assert broken(other, head_of(other), Verifier(checkpoints)) == sizes[0]


@steady
@given(chains.filter(lambda wanted: len(wanted) > 2), some.data())
def test_a_lost_checkpoint_is_found(wanted: list[Event], data: some.DataObject) -> None:
    """A day's checkpoint that is gone, or that is of another chain, breaks the row of checkpoints after it."""
    links = forge(wanted)
    checkpoints = list(checkpoints_of(links, [1, 2, len(links)]))
    lost = data.draw(some.integers(0, 1))
    assert broken(links, head_of(links), Verifier((*checkpoints[:lost], *checkpoints[lost + 1 :])))


def test_the_last_checkpoint_is_missed_too() -> None:
    """An event names each checkpoint, so the newest cannot be taken away in silence either."""
    links = forge([Event(what=What.PLAN_MADE, at=NOW)])
    (checkpoint,) = checkpoints_of(links, [1])
    named = Event(what=What.CHECKPOINT_WRITTEN, at=NOW, details={"checkpoint": checkpoint.hash, "events": 1})
    links = forge([Event(what=What.PLAN_MADE, at=NOW), named])
    assert broken(links, head_of(links), Verifier((checkpoint,))) == 0
    assert broken(links, head_of(links)) == 2


@steady
@given(chains, some.data())
def test_what_was_erased_is_told_and_proves_as_before(wanted: list[Event], data: some.DataObject) -> None:
    """A value can be taken out when an event says so; without such an event its absence is a break. Its place says "(erased)"."""
    about = Event(what=What.CASE_DECIDED, at=NOW, by="sian@wrenbridge.example", details={"why": "Sian said so"})
    place = len(wanted) + 1
    said = Event(what=What.AUDIT_ERASED, at=NOW, details={"erased": place, "values": 2})
    for events, found in (([*wanted, about, said], 0), ([*wanted, about], place)):
        links = forge(events)
        head = head_of(links)
        names = data.draw(some.sets(some.sampled_from(["by", "details.why"]), min_size=1))
        links[place - 1] = links[place - 1]._replace(values=values_without(links[place - 1].values, names))
        assert "Sian" not in links[place - 1].event
        assert broken(links, head) == found
    erased = read(links[place - 1])
    assert (erased.by == ERASED, erased.details["why"] == ERASED) == ("by" in names, "details.why" in names)


@pytest.mark.parametrize("long", ["x" * 40_000, "\N{GRINNING FACE}" * 20_000, '"' * 20_000])
def test_only_the_value_that_fits_no_row_is_shortened(long: str) -> None:
    """What was decided stays in the event; of the long value stand its beginning, its length and its digest."""
    event = Event(what=What.POLICY_DEMOTED, at=NOW, details={"state": "simulate", "why": long, "authors": "a, b"})
    row = written(event, sequence=1, event_id="1" * 32, salt=lambda: "s" * 32)
    assert len(row.text) + len(row.values) < 4_000
    details = parse(row)[1].details
    assert (details["state"], details["authors"]) == ("simulate", "a, b")
    digest = hashlib.sha256(long.encode()).hexdigest()
    assert details["why"] == f"{long[:200]}… ({len(long):,} characters, SHA-256 {digest})"


def test_several_long_values_are_shortened_until_the_row_fits() -> None:
    """The longest first, and no more of them than has to be."""
    details = {"longest": "x" * 25_000, "long": "y" * 20_000, "short": "z" * 9_000}
    row = written(Event(what=What.PLAN_MADE, at=NOW, details=details), sequence=1, event_id="1" * 32, salt=lambda: "s")
    told = parse(row)[1].details
    assert (told["long"], told["short"]) == (details["long"], details["short"])
    assert "25,000 characters" in str(told["longest"])


def test_nothing_about_a_person_stands_in_what_is_hashed() -> None:
    """Who, about whom and in what words are hashes in the event's text; ids of runs, policies and assets are in the clear."""
    event = Event(
        what=What.CASE_DECIDED,
        at=NOW,
        by="sian@x.example",
        by_id="0000-1",
        subject="guest|g|sian",
        action="k|sian",
        run="R-1",
        asset_id="IA-001",
        details={"why": "Sian asked", "count": 3},
    )
    text = written(event, sequence=1, event_id="1" * 32, salt=lambda: "s" * 32).text
    assert "sian" not in text.casefold()
    assert "0000-1" not in text
    assert {"R-1", "IA-001"} <= {one for one in json.loads(text).values() if isinstance(one, str)}
    assert json.loads(text)["details"] == {"count": 3}
