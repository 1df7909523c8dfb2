"""*My assets*: what is said of an asset, to whom the register names, with what is not known said to be so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from custos.engine.query import find
from custos.kpi.holdings import Held, Holdings, Library, holdings
from custos.kpi.inputs import Inputs
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
