"""*My assets*: what is said of an asset, to whom the register names, with what is not known said to be so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from custos.audit.events import What
from custos.engine.query import find
from custos.kpi.holdings import Held, Holdings, Library, holdings
from custos.kpi.inputs import Inputs
from custos.notices.assignment import Person
from custos.policy.queries import question
from tests.engine.inventory_builder import NOW
from tests.engine.planted_inventory import wrenbridge
from tests.notices import small_council
from tests.pages.counter import counter, words
from tests.policy.policies import shipped


async def test_an_asset_says_what_is_held_shared_and_decided() -> None:
    """Libraries with their quiet, links, people from outside, labels, agreements, exceptions, and who may decide what until when."""
    registers = replace(
        small_council.records(),
        agreements={"SA-01": small_council.agreement(ends=date(2026, 11, 1))},
        exemptions=(small_council.exemption(expires=date(2026, 12, 31)),),
    )
    desk = counter(registers)
    held = Held(
        libraries=[
            Library(
                name="Letters",
                url="https://wrenbridge.sharepoint.example/sites/p/Letters",
                is_read=True,
                files=1_200,
                size=38_000_000_000,
                quiet_since=small_council.NOW.replace(year=2024),
                sure="file date",
            ),
            Library(name="Plans", url="", is_read=False, files=None, size=None, quiet_since=None, sure=""),
        ],
        labels_unread=3,
        outside=5,
        without_agreement=2,
        exposed=1,
    )
    held.links.update({"anonymous": 4})
    held.labels.update({"PLN-01": 7, "": 2})
    desk.holdings = Holdings(as_of=small_council.NOW, by_asset={"IA-004": held})
    told = words(await desk.get("assets"))
    for expected in (
        "You are its Information Asset Owner",
        "Letters 1,200 38 GB 23 November 2024 (file date)",
        "Plans not known (not read to its end) not known not known",
        "Links that anyone can open 4, 1 of them not allowed here",
        "People from outside 5, 2 without an agreement in date",
        "1 library was not read to the end: there may be more",
        "PLN-01 7 files",
        "No label 2 files",
        "Label not read 3 files",
        "Partner, ENDED on 1 November 2026",
        "safeguarding, until 31 December 2026",
        "Sam Okafor: answer questions, review labels, review links, propose register edits, until 31 March 2027 (D-004)",
        "Priya Nair, Information Asset Owner; if nobody answers, it goes to Ruth Adler",
    ):
        assert expected in told, (expected, told)


async def test_only_those_whom_the_register_names_see_it() -> None:
    """Owner, deputy and steward see an asset with their role; nobody else sees that it is there."""
    desk = counter()
    assert "You are its deputy Information Asset Owner" in words(await desk.get("assets", by=small_council.DEPUTY))
    assert "You are its data steward" in words(await desk.get("assets", by=small_council.STEWARD))
    for stranger in (small_council.SIRO, small_council.SEND_OWNER):
        assert "Planning and building" not in words(await desk.get("assets", by=stranger))


def test_figures_are_those_that_a_question_to_the_mirror_gives() -> None:
    """Files, links and labels of each asset add up to what `custos find` counts on the same mirror."""
    bundle, facts = shipped(), wrenbridge().facts()
    counted = holdings(Inputs(bundle=bundle, facts=facts, now=NOW))
    for what, number in (
        ("library", sum(len(held.libraries) for held in counted.by_asset.values())),
        ("link", sum(held.links.total() for held in counted.by_asset.values())),
        ("file", sum(held.labels.total() + held.labels_unread for held in counted.by_asset.values())),
    ):
        assert find(bundle, facts, NOW, question(what, "{registered: yes}", columns=())).found == number > 0, what


async def test_an_owner_says_that_the_entry_is_right() -> None:
    """Owner's word, name and day stand on the page and in the audit."""
    desk = counter()
    sent = await desk.post({"a": "IA-004", "v": "right"}, path="assets/attest")
    assert (sent.status, sent.headers["Location"].endswith("assets#IA-004")) == (303, True)
    told = words(await desk.get("assets"))
    assert "Priya Nair, Information Asset Owner, said on 23 November 2026 that the entry of IA-004 is right." in told
    (event,) = [one for one in desk.council.store.audit.events if one.what is What.ENTRY_ATTESTED]
    assert (event.by, event.asset_id, event.details["right"]) == (small_council.OWNER.upn, "IA-004", True)


async def test_an_owner_says_what_is_wrong() -> None:
    """What is wrong is chosen, and told in words."""
    desk = counter()
    await desk.post([("a", "IA-004"), ("v", "wrong"), ("w", "places"), ("w", "people")], path="assets/attest")
    told = words(await desk.get("assets"))
    assert "is wrong: where it is kept; its owner, deputy or data stewards." in told


@pytest.mark.parametrize("by", [small_council.STEWARD, small_council.DEPUTY, small_council.SEND_OWNER])
async def test_only_who_answers_for_an_asset_attests_it(by: Person) -> None:
    """A steward, a deputy whose owner is there and anybody else are refused, and see no button."""
    desk = counter()
    sent = await desk.post({"a": "IA-004", "v": "right"}, path="assets/attest", by=by)
    assert (sent.status, await desk.attestations.all()) == (403, {})
    assert "The entry is right" not in words(await desk.get("assets", by=by)) or by is small_council.SEND_OWNER


async def test_a_deputy_attests_while_the_owner_is_gone() -> None:
    """Whoever answers in the owner's place says so in their own role."""
    desk = counter()
    desk.directory = small_council.directory(disabled=[small_council.OWNER])
    await desk.post({"a": "IA-004", "v": "right"}, path="assets/attest", by=small_council.DEPUTY)
    (said,) = (await desk.attestations.all()).values()
    assert said.role == "deputy Information Asset Owner"


@pytest.mark.parametrize(
    "fields", [{"v": "wrong"}, {"v": "right", "w": "people"}, {"v": "perhaps"}, {"v": "wrong", "w": "the weather"}]
)
async def test_half_a_word_on_an_entry_counts_for_nothing(fields: dict[str, str]) -> None:
    """It is right and nothing is wrong, or something is that the page offers."""
    desk = counter()
    sent = await desk.post({"a": "IA-004", **fields}, path="assets/attest")
    assert (sent.status, await desk.attestations.all()) == (400, {})
