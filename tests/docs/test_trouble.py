"""docs/trouble.md: every kind has its command, and every command does what the page says, on a small tenant."""

from __future__ import annotations

import asyncio
import re
import shlex
from pathlib import Path

import pytest

from simulator.__main__ import main
from simulator.trouble.kinds import KINDS
from simulator.trouble.script import read_script
from tests.docs.pages import DOCS, examples
from tests.simulator.served_tenant import ServedTenant, listening, running, small_tenant
from tests.simulator.webhooks.test_subscriptions import subscribe

PAGE = DOCS / "trouble.md"
_AT = "http://127.0.0.1:8080"
_ROW = re.compile(r"^\| `(\w+)` \| `(on [^`]+)` \|", re.MULTILINE)
ROWS = dict(_ROW.findall(PAGE.read_text(encoding="utf-8")))


async def command(served: ServedTenant, *words: str) -> int:
    """`python -m simulator trouble WORDS` at a tenant; its exit code."""
    return await asyncio.to_thread(main, ["trouble", "--at", served.base, *words])


def test_every_kind_is_on_the_page() -> None:
    """Each kind has a row with a command, and the page names no kind that is not there."""
    assert ROWS.keys() == KINDS.keys()


async def test_every_kind_can_be_put_on_and_taken_off(capsys: pytest.CaptureFixture[str]) -> None:
    """Each row's command is taken by a running tenant; what happens at once is counted, what waits can be taken off."""
    async with running(small_tenant()) as served, listening() as listener:
        await subscribe(served, listener)
        for kind, words in ROWS.items():
            assert await command(served, *shlex.split(words)) == 0, f"{words}: {capsys.readouterr().err}"
            _, told = await served.control("GET", "/faults")
            assert [each["kind"] for each in told["waiting"]] == [kind] or told["happened"].get(kind) == 1
            assert await command(served, "off") == 0
        assert (await served.control("GET", "/faults"))[1]["waiting"] == []


async def test_the_first_commands_do_as_the_page_says() -> None:
    """On, list, off by kind, off: one after the other."""
    (example,) = examples("console", "trouble", page=PAGE)
    async with running(small_tenant()) as served:
        for line in example.text.splitlines():
            words = shlex.split(line.removeprefix("$ python -m simulator "))
            assert await asyncio.to_thread(main, [served.base if word == _AT else word for word in words]) == 0


async def test_the_script_can_be_played(tmp_path: Path) -> None:
    """The script of the page is one that the tenant follows, at its start and later."""
    (example,) = examples("yaml", "script", page=PAGE)
    script = tmp_path / "storm.yaml"
    script.write_text(example.text, encoding="utf-8")
    async with running(small_tenant()) as served:
        assert await command(served, "play", str(script)) == 0
        _, told = await served.control("GET", "/faults")
    assert told["seed"] == read_script(script).seed == 7
    assert [each["standing"] for each in told["waiting"]] == [True, True, True, False, False]


async def test_a_mistake_is_told_in_one_sentence(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Exit code 1 and the remedy; 2 when nobody is at home."""
    async with running(small_tenant()) as served:
        for words, said in (
            (["on", "bot_blocked", "--person", "Nobody"], "Nobody is called 'Nobody'; write a name"),
            (["off", "hail"], "A trouble 'hail' could not be found."),
            (["play", str(tmp_path / "none.yaml")], "none.yaml: cannot be read"),
        ):
            assert await command(served, *words) == 1
            assert said in capsys.readouterr().err
    assert await asyncio.to_thread(main, ["trouble", "--at", "http://127.0.0.1:1", "list"]) == 2
    assert "There is no simulated tenant" in capsys.readouterr().err
