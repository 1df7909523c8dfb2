"""The Teams app is what Teams takes: valid by Microsoft's schema, with the icons it asks for, made of this installation's ids."""

from __future__ import annotations

import json
import re
import struct
import zipfile
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import fastjsonschema
import pytest

from custos.m365 import activity_feed
from release.__main__ import main
from release.errors import CannotRelease
from release.teams_app import ICONS, MANIFEST_VERSION, Asked, manifest, write
from tests.infra.extract_schemas import SCHEMAS

ASKED = Asked(
    tenant_id="5c1f0b3e-8f37-4c5c-9d55-0d8f6a3b7e11",
    bot_app_id="0b0f7f8e-31b5-4f5c-8a55-9d4f0c6d2a22",
    observer_client_id="3a52cf09-6a3b-47a5-a1a5-55e3f5f8bb33",
    council="Wealdshire County Council",
    name="Custos",
    website="https://www.wealdshire.example/custos",
    privacy="https://www.wealdshire.example/privacy",
    terms="https://www.wealdshire.example/terms",
    version="1.0.0",
)


@cache
def _schema() -> Callable[[Any], Any]:
    """As Microsoft means it: it calls itself draft 4, which knows no `const`, and uses one; Python's `re` knows no \\p{L}."""
    text = (SCHEMAS / "teams.json").read_text(encoding="utf-8").replace("\\\\p{L}", "A-Za-z")
    schema = {**json.loads(text), "$schema": "http://json-schema.org/draft-07/schema#"}
    found: Callable[[Any], Any] = fastjsonschema.compile(schema)
    return found


def test_manifest_is_valid() -> None:
    """Microsoft's schema of this version takes the manifest."""
    _schema()(manifest(ASKED))
    assert manifest(ASKED)["manifestVersion"] == MANIFEST_VERSION


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("packageName", "uk.gov.wealdshire.custos"),
        ("manifestVersion", "1.28"),
        ("accentColor", "blue"),
        ("id", "custos"),
        ("bots", [{"botId": ASKED.bot_app_id, "scopes": ["private"]}]),
        ("activities", {"activityTypes": [{"type": "x" * 65, "description": "d", "templateText": "t"}]}),
        ("icons", {"color": "color.png"}),
        ("webApplicationInfo", {"resource": "https://graph.microsoft.com"}),
    ],
)
def test_planted_fault_is_found(key: str, value: object) -> None:
    """A fault of this kind is refused by the schema, so a manifest that passes means something."""
    with pytest.raises(fastjsonschema.JsonSchemaException):
        _schema()({**manifest(ASKED), key: value})


def test_ids_are_where_teams_looks(tmp_path: Path) -> None:
    """The bot speaks as the bot, the feed as the observer, and the app keeps its id when the version rises."""
    made = write(ASKED, tmp_path / "app.zip")
    assert made["bots"] == [{"botId": ASKED.bot_app_id, "scopes": ["personal"], "isNotificationOnly": False}]
    assert made["webApplicationInfo"] == {"id": ASKED.observer_client_id, "resource": "https://graph.microsoft.com"}
    assert manifest(replace(ASKED, version="1.1.0", name="Records"))["id"] == made["id"]
    assert manifest(replace(ASKED, tenant_id=ASKED.bot_app_id))["id"] != made["id"]


def test_types_of_activity_need_no_declaration() -> None:
    """Custos sends Teams' own type of activity alone; another one would have to stand in the manifest."""
    sent = Path(activity_feed.__file__).read_text(encoding="utf-8")
    assert re.findall(r'"activityType": "(\w+)"', sent) == ["systemDefault"]
    assert "activities" not in manifest(ASKED)


def test_zip_holds_manifest_and_icons(tmp_path: Path) -> None:
    """Manifest and icons are at the root of the zip, and each icon has the size that Teams asks for, the outline transparent."""
    write(ASKED, tmp_path / "app.zip")
    with zipfile.ZipFile(tmp_path / "app.zip") as zipped:
        assert sorted(zipped.namelist()) == ["color.png", "manifest.json", "outline.png"]
        assert json.loads(zipped.read("manifest.json")) == manifest(ASKED)
        for name, side in ICONS.items():
            picture = zipped.read(name)
            width, height, _, colour = struct.unpack(">IIBB", picture[16:26])
            assert (picture[:4], width, height) == (b"\x89PNG", side, side)
            assert name == "color.png" or colour == 6  # with an alpha channel


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    """What Teams would refuse is said before anybody uploads it, each thing with what to write, and nothing is written."""
    wrong = replace(ASKED, bot_app_id="", name="n" * 31, website="http://wealdshire.example", version="1.0")
    with pytest.raises(CannotRelease) as told:
        write(wrong, tmp_path / "app.zip")
    for said in (
        "CUSTOS_BOT_APP_ID must be the id",
        "--name must have 1 to 30",
        "--website must be a page",
        "--app-version must be",
    ):
        assert said in str(told.value)
    assert not (tmp_path / "app.zip").exists()


def test_command_makes_the_app_from_settings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One command makes the app from a file of settings, and says who does what next."""
    settings = {
        "CUSTOS_TENANT_ID": ASKED.tenant_id,
        "CUSTOS_BOT_APP_ID": ASKED.bot_app_id,
        "CUSTOS_OBSERVER_CLIENT_ID": ASKED.observer_client_id,
    }
    (tmp_path / "settings.json").write_text(json.dumps({"Values": settings}))
    pages = ["--website", ASKED.website, "--privacy", ASKED.privacy, "--terms", ASKED.terms]
    files = ["--settings", str(tmp_path / "settings.json"), "--into", str(tmp_path)]
    assert main(["teams-app", "--council", ASKED.council, *pages, *files]) == 0
    assert "a Teams administrator publishes it" in capsys.readouterr().out
    assert (tmp_path / "custos-teams-app.zip").exists()
    assert main(["teams-app", "--council", ASKED.council, *pages, "--settings", str(tmp_path / "none")]) == 1
    assert "cannot be read as settings" in capsys.readouterr().err
