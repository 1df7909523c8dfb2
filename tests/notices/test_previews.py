"""`custos preview`: every notice, as the code that sends it makes it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from custos.cli.main import main
from custos.notices.card_page import RENDERER
from custos.notices.card_text import card_text
from custos.notices.cards import MOST_BYTES, size
from custos.notices.previews import DECLARED
from custos.notices.previews.own_rules import rules_that_ask
from custos.policy import load
from simulator.councils import policies_of
from tests.notices.test_cards import faults

HERE = {"CUSTOS_POLICIES": str(policies_of("wrenbridge"))}


def test_every_notice_is_a_card_that_microsoft_and_teams_take() -> None:
    """Each notice is valid by Microsoft's own parser for the version that Teams shows, small enough for it, and to somebody."""
    made = {name: preview.made() for name, preview in DECLARED.items()}
    cards = [dict(one.message.card) for one in made.values()]
    assert [name for name, wrong in zip(made, faults(*cards), strict=True) if wrong] == []
    assert [name for name, one in made.items() if size(dict(one.message.card)) > MOST_BYTES] == []
    assert [name for name, one in made.items() if ", " not in one.to] == []


@pytest.mark.parametrize("name", ["links", "siro-list", "several"])
def test_what_ignores_the_reader_is_not_on_the_first_screen(name: str) -> None:
    """No rule's id stands on a question before somebody taps "Why?"."""
    first, _, unfolded = card_text(DECLARED[name].made().message.card).partition("[ Why? ]")
    assert "anyone-link-not-allowed" not in first
    assert "Rule: sharing-anyone-links/anyone-link-not-allowed" in unfolded


def test_no_notice_about_sensitive_data_names_a_file() -> None:
    """The same fixture that names files for planning names none for special-category data."""
    assert "Plan 14 final.pdf" in card_text(DECLARED["links"].made().message.card)
    shown = DECLARED["sensitive-links"].made().message
    assert "Plan 14" not in json.dumps(dict(shown.card)) + shown.html


def test_the_names_are_listed_and_one_notice_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a name every notice is listed; with one its words are told, with who gets it and what a lock screen shows."""
    assert main(["--width", "200", "preview"], HERE) == 0
    listed = capsys.readouterr().out
    assert [name for name in DECLARED if f"\n{name} " not in listed] == []
    assert main(["--width", "400", "preview", "quiet-library"], HERE) == 0
    told = capsys.readouterr().out
    assert "To       Robin Ellis, Director of Planning" in told
    assert "No person has changed anything here since 14 March 2024" in told
    assert "[ Keep as it is … ]" in told


def test_a_rule_of_ones_own_policies_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """`custos preview POLICY/RULE` puts each rule that asks, in its own words, to an owner who does not exist."""
    bundle = load(policies_of("wrenbridge"))
    for name in rules_that_ask(bundle):
        assert main(["--width", "400", "preview", name], HERE) == 0
        told = capsys.readouterr().out
        assert f"Rule: {name}" in told
        assert "None" not in told


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["lnks"], 'There is no notice "lnks". Did you mean "links"?'),
        (["stale-content/quiet-sit"], 'Did you mean "stale-content/quiet-site"?'),
        (["links", "--html", "/nowhere/at/all.html"], "cannot be written: No such file or directory"),
        (["links", "--html", "x.html", "--renderer", "/nowhere.js"], "`make ready` installs it"),
    ],
)
def test_what_is_not_there_is_one_sentence(typed: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A name, a rule, a renderer or a folder that is not there ends with 2 and the nearest that is."""
    assert main(["preview", *typed], HERE) == 2
    assert said in capsys.readouterr().err


def test_the_page_holds_all_that_it_needs(tmp_path: Path) -> None:
    """The page that shows a card asks nobody for anything and lets nothing in that is not in it."""
    assert RENDERER.is_file(), "`make ready` installs it"
    assert main(["preview", "links", "--html", str(tmp_path / "card.html")], HERE) == 0
    page = (tmp_path / "card.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in page
    assert " src=" not in page.partition("<body>")[2].replace(RENDERER.read_text(encoding="utf-8"), "")


def test_the_mail_has_no_link(capsys: pytest.CaptureFixture[str]) -> None:
    """The mail of a notice is told as it would be sent: words without a link; an answer in Teams is no mail."""
    assert main(["preview", "agreement-ended", "--mail"], HERE) == 0
    mail = capsys.readouterr().out
    assert "The asset&#x27;s sharing agreement has ended." in mail
    assert "href" not in mail
    assert main(["preview", "help", "--mail"], HERE) == 0
    assert "never a mail" in capsys.readouterr().out
