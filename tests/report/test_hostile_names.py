"""Names that somebody chose to do harm, through every way out; and names that must not be told, through the same."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
import sys
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from rich.console import Console

import custos
from custos.audit.events import Event, What
from custos.cli.find import COMMAND as FIND
from custos.engine.evaluate import evaluate
from custos.engine.explain import explain
from custos.engine.facts import Facts
from custos.engine.plan import Circumstances, make_plan
from custos.engine.query import QueryResult, find
from custos.errors import Mark
from custos.masking import MASK, masked_url, names_asked_about
from custos.model.action_kind import Reversibility
from custos.model.plan import Plan
from custos.model.subject import Kind, Subject
from custos.policy import Bundle
from custos.policy.queries import question
from custos.problems import Problems
from custos.records.address import read_address
from custos.report import explanation, plans, query
from custos.report.events import about
from custos.report.query import csv_cells
from custos.report.screen import HarmlessConsole, Listing, words
from custos.untrusted import UNSEEN, card_markdown, mail_html, page_markdown, plain, visible
from tests.engine.inventory_builder import HOST, NOW
from tests.engine.planted_inventory import wrenbridge
from tests.policy.policies import shipped

HOSTILE = (
    "\x1b[31mX\x1b]8;;http://evil.example\x07\u202egpj.exe\x9b2J\nnew | <b>[a](http://evil.example) :boom: [red]=1+1"
)
BARE = "gpj.exe"
SECRET = "Smith child protection plan"
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
SENSITIVE = frozenset(asset.id for asset in shipped().records.assets.values() if asset.sensitive)


@cache
def hostile() -> tuple[Bundle, Facts]:
    """The council with hostile names of assets, sites, libraries, files and people; in every file's name stands a secret too."""
    inventory = wrenbridge()
    for row in inventory.rows["sites"]:
        row["title"] = HOSTILE
    for row in inventory.rows["items"]:
        row["name"] = f"{SECRET} {HOSTILE}"
    for row in inventory.rows["permissions"]:
        row["email"] = f"x{HOSTILE}@partner.example" if row.get("email") else row.get("email")
    bundle = shipped()
    assets = {name: replace(asset, name=HOSTILE) for name, asset in bundle.records.assets.items()}
    return replace(bundle, records=replace(bundle.records, assets=assets)), inventory.facts()


@cache
def plan() -> Plan:
    """The plan for that council."""
    bundle, facts = hostile()
    return make_plan(bundle, evaluate(bundle, facts, NOW), Circumstances(now=NOW, standings={}))


def asked(kind: str, condition: str, *columns: str) -> QueryResult:
    """An answer about that council."""
    bundle, facts = hostile()
    return find(bundle, facts, NOW, question(kind, condition, columns=columns))


def screen(show: Callable[[Console], object], width: int = 200) -> str:
    """What a command prints, without the console's own colours."""
    console = HarmlessConsole(file=io.StringIO(), width=width)
    show(console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


FILES = "{file_modified: {older_than: 1 day}}"
ADVICE = f"{HOST}/sites/planning-casework/Pre-application%20advice%202012%20to%202020"
SCREENS: dict[str, Callable[[], str]] = {
    "plan --all": lambda: screen(lambda out: plans.show(plan(), hostile()[0].records, out, every=True, names=True)),
    "plan at 40": lambda: screen(lambda out: plans.show(plan(), hostile()[0].records, out, names=True), 40),
    "plan --markdown": lambda: plans.markdown(plan(), hostile()[0].records),
    "plan --json": lambda: plans.as_json(plan(), hostile()[0].records, names=True),
    "find": lambda: screen(lambda out: query.show(asked("file", FILES, "site_title"), hostile()[0].records, out, names=True)),
    "find --csv": lambda: query.as_csv(asked("file", FILES, "site_title"), hostile()[0].records, names=True),
    "find --json": lambda: query.as_json(asked("file", FILES, "site_title"), hostile()[0].records, names=True),
    "find people": lambda: screen(
        lambda out: query.show(asked("grant", "{person_is_outside: yes}", "person"), hostile()[0].records, out, names=True)
    ),
    "explain": lambda: screen(
        lambda out: explanation.show(explain(*hostile(), NOW, read_address(ADVICE)), NOW, out, every=True),
    ),
    "words": lambda: screen(lambda out: out.print(words(HOSTILE, (HOSTILE, "bold")))),
    "a string": lambda: screen(lambda out: out.print(HOSTILE.replace("\n", ""))),
    "a problem": lambda: str(_problem(HOSTILE)),
    "audit": lambda: screen(lambda out: out.print(words(about(_event())))),
    "card": lambda: card_markdown(HOSTILE),
    "mail": lambda: mail_html(HOSTILE),
}  # fmt: skip


def _problem(text: str) -> object:
    problems = Problems()
    problems.error(Mark("x.yaml", 1), f'"{text}" is wrong.', text)
    return problems.all[0]


def _event() -> Event:
    return Event(what=What.ACTION_INTENDED, at=NOW, by=HOSTILE, details={"detail": HOSTILE, "url": HOSTILE})


@pytest.mark.parametrize("way", SCREENS)
def test_no_way_out_lets_a_name_do_harm(way: str) -> None:
    """Nothing moves the cursor, turns the writing, opens a link or breaks a line, and the visible part of the name is there."""
    told = SCREENS[way]()
    assert BARE in told.replace("\u2060", "") or way == "explain"
    assert not _CONTROL.findall(told.replace("\u2060", ""))
    if way not in ("plan --json", "find --json"):
        assert not re.search(r"^\s*new \|", told, re.MULTILINE)


def test_a_pull_request_shows_a_name_as_it_is_written() -> None:
    """In Markdown no cell is broken, and neither HTML nor a link comes of an asset's name."""
    rows = [line for line in plans.markdown(plan(), hostile()[0].records).splitlines() if "IA-" in line]
    assert rows
    for row in rows:
        assert len(re.findall(r"(?<!\\)\|", row)) == 4
        assert "<b>" not in row
        assert "](" not in row.replace("\\](", "")
        assert "http://" not in row
        assert "&lt;b&gt;" in row


def test_a_spreadsheet_gets_rows_and_no_formulas() -> None:
    """A name with a line end stays one cell, and none begins like a formula."""
    rows = list(csv.DictReader(io.StringIO(SCREENS["find --csv"]())))
    assert len(rows) == asked("file", FILES).found
    cells = pl.DataFrame({"name": ["=1+1", "\u202e=1+1", "1+1"]}).select(csv_cells("name"))
    assert cells["name"].to_list() == ["'=1+1", "'=1+1", "1+1"]


MASKED: dict[str, Callable[[], str]] = {
    "plan": lambda: screen(lambda out: plans.show(plan(), hostile()[0].records, out, every=True)),
    "plan --markdown": lambda: plans.markdown(plan(), hostile()[0].records),
    "plan --json": lambda: plans.as_json(plan(), hostile()[0].records, names=False),
    "find": lambda: screen(lambda out: query.show(asked("file", FILES, "file_name"), hostile()[0].records, out, names=False)),
    "find --csv": lambda: query.as_csv(asked("file", FILES, "file_name"), hostile()[0].records, names=False),
    "find --json": lambda: query.as_json(asked("link", "{link_scope: anonymous}", "item_name"), hostile()[0].records, names=False),
}  # fmt: skip


@pytest.mark.parametrize("way", MASKED)
def test_no_way_out_tells_a_masked_name(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In sensitive assets, and where no asset says what is held, no file's name is told unless --names was given."""
    told = MASKED[way]()
    for line in _of_sensitive(told, way):
        assert SECRET not in line.replace("%20", " "), line


def _of_sensitive(told: str, way: str) -> Iterator[str]:
    """What is told of sensitive assets: objects of JSON, rows, or lines that lie in their sites."""
    if way.endswith("--json"):
        found: dict[str, Any] = json.loads(told)
        for one in found.get("actions") or found["rows"]:
            if not one["asset"] or one["asset"] in SENSITIVE:
                yield json.dumps(one)
        return
    places = [place for asset in shipped().records.assets.values() if asset.sensitive for place in asset.locations]
    yield from (line for line in told.splitlines() if any(place.url in line or place.text in line for place in places))


def test_what_cannot_be_undone_is_masked_too() -> None:
    """A plan's loudest lines tell no name of a sensitive asset."""
    whole = plan()
    loud = replace(
        whole,
        actions=tuple(
            replace(
                action,
                reversibility=Reversibility.IRREVERSIBLE,
                refused="",
                finding=replace(action.finding, asset_id="IA-001"),
            )
            for action in whole.actions
            if action.finding.subject.item_id
        ),
    )
    told = screen(lambda out: plans.show(loud, hostile()[0].records, out))
    assert "CANNOT BE UNDONE" in told
    assert SECRET not in told.replace("%20", " ")


@pytest.mark.parametrize(
    ("kind", "condition", "by", "private"),
    [
        ("file", "{file_name: {contains: Smith}}", "", ("file_name",)),
        ("file", "{any: [{label: is_missing}, {not: {file_name: {contains: Smith}}}]}", "", ("file_name",)),
        ("link", "{item_name: {starts_with: S}}", "", ("item_name",)),
        ("folder", "{files: {more_than: 1}}", "folder_name", ("folder_name",)),
        ("file", "{label: is_missing}", "site", ()),
    ],
)
def test_whoever_may_not_see_names_may_not_ask_about_them(
    kind: str, condition: str, by: str, private: tuple[str, ...]
) -> None:
    """A condition on a masked name, or counting by it, would tell it letter by letter."""
    one = question(kind, condition, by=by)
    assert names_asked_about(one.condition, one.by) == private
    assert FIND.online is not None


@pytest.mark.parametrize(
    ("url", "told"),
    [
        (f"{HOST}/sites/csc-casework/Child%20protection/Smith/plan.docx", f"{HOST}/sites/csc-casework/Child%20protection/{MASK}"),
        (f"{HOST}/Documents/a.docx", f"{HOST}/Documents/{MASK}"),
        (f"{HOST}/teams/x/Files/a/b/c.docx", f"{HOST}/teams/x/Files/{MASK}"),
    ],
)  # fmt: skip
def test_an_address_is_told_up_to_its_library(url: str, told: str) -> None:
    """Folders say as much about people as files."""
    assert masked_url(url) == told


def test_every_invisible_character_is_left_out() -> None:
    """Of all characters, none that is a control, a format or unassigned one passes; tables leave out the same."""
    every = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]
    unseen = [one for one in every if unicodedata.category(one) in ("Cc", "Cf", "Co")]
    for make in (plain, visible, page_markdown, mail_html):
        assert not set(make("a" + "".join(unseen) + "b")) - set("ab \n\u2060")
    assert pl.Series(unseen).str.replace_all(UNSEEN, "").str.len_bytes().sum() == 0


def test_tables_stay_readable_in_a_narrow_window() -> None:
    """At 40 columns no word of a table is broken: its rows stand one below the other."""
    listing = Listing("Policies", ("policy", "state", "would do", "refused"), numbers=("refused",))
    listing.add("sharing-anyone-links", "simulate", "remove link 12, set expiry 3", "1,204")
    listing.add("labels-from-schedule", "enforce", "apply label 4,012", "7")
    for width in (40, 50, 60, 120):
        told = screen(lambda out: out.print(listing), width)
        for word in ("sharing-anyone-links", "labels-from-schedule", "simulate", "1,204", "refused"):
            assert word in told, f"{width}\n{told}"
        assert max(map(len, told.splitlines())) <= width


def test_nothing_is_printed_past_the_harmless_console() -> None:
    """No command or report prints by itself, reads markup, or builds a table of its own."""
    root = Path(custos.__file__).parent
    for path in (*root.glob("cli/*.py"), *root.glob("report/*.py")):
        if path.name == "screen.py":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        keywords = {node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword)}
        assert "rich.table" not in modules, path
        assert "rich.markup" not in modules, path
        assert "print" not in names, path
        assert "markup" not in keywords, path


def test_a_subject_without_a_name_stays_without() -> None:
    """Masking adds nothing where there is nothing."""
    from custos.masking import Names

    link = Subject(kind=Kind.LINK, site_id="s")
    assert Names(shipped().records).of(link, "IA-001") == link
