"""`custos find`: questions to the mirror of a council."""

from __future__ import annotations

import csv
import io

import pytest

from tests.running_stack import HOST, Council

pytestmark = pytest.mark.timeout(600)
ADVICE = f"{HOST}/sites/planning-casework/Pre-application%20advice%202012%20to%202020"


def test_named_questions_are_listed(council: Council) -> None:
    """Without a question, those with a name are told."""
    told = council.custos("find")
    assert told.code == 0
    for name in ("without-label", "open-to-anyone", "untouched-libraries"):
        assert name in told.out


def test_files_without_a_label_are_counted_by_site(council: Council) -> None:
    """Every file is labelled, unlabelled or undecided, and counts by site add up to the whole."""
    bare, labelled, by_site = (
        council.custos("find", "file", *words, "--json").json()
        for words in (
            ("{label: is_missing}", "--limit", "5"),
            ("{label: is_present}", "--limit", "0"),
            ("{label: is_missing}", "--by", "site"),
        )
    )
    assert bare["found"] + labelled["found"] + bare["unknown"] == bare["looked_at"]
    assert bare["found"] > 500
    assert len(bare["rows"]) == 5
    assert bare["rows"][0]["label"] == ""
    assert sum(group["found"] for group in by_site["groups"]) == by_site["found"] == bare["found"]
    assert by_site["groups"][0]["site_address"].startswith(HOST)


def test_library_that_nobody_touched_is_found(council: Council) -> None:
    """The library that only machines have touched for years is found, with the day of the last person's work."""
    found = council.custos("find", "untouched-libraries", "--json").json()
    told = {row["url"]: row for row in found["rows"]}
    assert ADVICE in told
    assert told[ADVICE]["last_human_activity"].startswith(
        council.stage.state()["planted"]["stale_library"]["lastHumanActivity"]
    )
    assert "Pre-application" in council.custos("find", "untouched-libraries").out


def test_files_that_anyone_can_open_are_found(council: Council) -> None:
    """Files on which a working Anyone link hangs are found, also those in a shared folder."""
    found = council.custos("find", "open-to-anyone", "--json").json()
    links = council.custos(
        "find", "link", "{link_scope: anonymous, site_sharing: anyone, item_is_folder: no}", "--json"
    ).json()
    assert {row["item_id"] for row in links["rows"]} <= {row["item_id"] for row in found["rows"]}
    assert found["rows"]
    assert found["mirror"]["complete"] == found["mirror"]["libraries"]
    assert found["mirror"]["oldest"]


def test_names_in_sensitive_assets_are_masked(council: Council) -> None:
    """Names of files in sensitive assets are shown only when they are asked for."""
    words = ("find", "file", "{asset_personal_data: special_category}", "--limit", "3", "--json")
    masked, named = council.custos(*words).json()["rows"], council.custos(*words, "--names").json()["rows"]
    assert {row["name"] for row in masked} == {"(name masked)"}
    assert all(row["url"].endswith("/(name masked)") for row in masked)
    assert [row["item_id"] for row in masked] == [row["item_id"] for row in named]
    assert "(name masked)" not in {row["name"] for row in named}


def test_answer_as_a_spreadsheet(council: Council) -> None:
    """CSV holds every row with the columns asked for, and is as long as the count."""
    words = ("find", "link", "{link_scope: anonymous}", "--columns", "link_type,posture")
    rows = list(csv.DictReader(io.StringIO(council.custos(*words, "--csv").out)))
    assert len(rows) == council.custos(*words, "--json").json()["found"] > 10
    assert {"url", "link_scope", "link_type", "posture", "asset"} <= rows[0].keys()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("file", "{labl: is_missing}"), 'condition:1:2  There is no fact "labl". Did you mean "label"?'),
        (("file", "{link_scope: anonymous}"), '"link_scope" is not a fact of a file. It is one of: link.'),
        (("library", "{last_human_activity: {older_than: two years}}"), "Write a number and a unit"),
        (("file", "{label: is_missing"), "This is not YAML"),
        (("fille", "{label: is_missing}"), 'Did you mean "file"?'),
        (("file",), "What of a file is asked?"),
        (("file", "{label: is_missing}", "--by", "libary"), 'Did you mean "library"?'),
        (("file", "{label: is_missing}", "--columns", "sise"), 'Did you mean "size"?'),
        (("file", "{label: is_missing}", "--limit", "-1"), "is not a whole number from 0 to 1,000,000."),
    ],
)
def test_bad_questions_are_refused_in_words(council: Council, words: tuple[str, ...], said: str) -> None:
    """A question that cannot be asked is refused with its place and what to write instead."""
    told = council.custos("find", *words)
    assert told.code == 2
    assert said in told.err
    assert "Traceback" not in told.err
