"""What an edit of registers or settings loosens, from the file to those who answer for it: told the same day, and asked about first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from custos.audit.events import What
from custos.bootstrap import Custos
from custos.errors import BadInput
from custos.jobs import identity, loosening, policies
from custos.jobs.status import overview
from custos.notices.loosened import Audience, News
from tests.running_stack import APPROVER, wired
from tests.trouble.tiny_council import World

GOVERNANCE = "head.information.governance@wrenbridge.example"
DIRECTOR = "director.planning@wrenbridge.example"


@pytest.fixture
def edit(world: World) -> Iterator[Callable[[str, str, str], None]]:
    """Edit a file of a function app that has loaded the files as they were; all of it is put back and forgotten."""
    directory = Path(world.environment["CUSTOS_POLICIES"])
    kept = {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()}

    def change(file: str, old: str, new: str) -> None:
        text = (directory / file).read_text()
        assert old in text
        (directory / file).write_text(text.replace(old, new, 1))

    async def forget(app: Custos) -> None:
        for key in ("lastgood", "accepted"):
            await app.account.rows("control").delete("policies", key)

    world.ask(lambda _: _loaded(world))
    yield change
    for path, content in kept.items():
        path.write_bytes(content)
    world.ask(forget)


async def _loaded(world: World) -> tuple[str, ...]:
    """What stands in the way when a function app of its own loads the files as they are."""
    app = replace(wired(world.environment), deployed=True)
    try:
        return tuple(problem.what for problem in (await policies.in_force(app)).problems)
    finally:
        await app.close()


def _events(world: World, what: What) -> list[str]:
    async def read(app: Custos) -> list[str]:
        return [str(one.event.details.get("said", "")) async for one in app.audit.read() if one.event.what is what]

    return world.ask(read)


def test_a_hold_that_is_narrowed_is_told_the_same_day(world: World, edit: Callable[[str, str, str], None]) -> None:
    """It counts, and stands in the audit and in `status`; the SIRO and the head of information governance get a message."""
    edit("register/holds.csv", "2020-03-01,2022-06-30", "2020-03-01,2020-03-01")
    assert world.ask(lambda _: _loaded(world)) == ()
    said = "The hold H-002 holds less: items up to 1 March 2020, was 30 June 2022."
    assert said in _events(world, What.PROTECTION_LOOSENED)

    async def tell(app: Custos) -> int:
        return await loosening.tell(app, (await policies.as_written(app)).records)

    assert world.ask(tell) >= 2
    assert world.ask(tell) == 0, "nobody is told twice"
    [news] = [each for each in world.ask(loosening.recent) if said in each.sentences]
    assert {APPROVER, GOVERNANCE} <= news.told.keys()
    found = world.ask(overview)
    assert said in [sentence for each in found.loosened for sentence in each.sentences]
    told = world.custos("--width", "300", "status").out
    assert said in told
    assert f"told to {GOVERNANCE}" in told or APPROVER in told


def test_who_is_made_a_second_siro_is_asked_about_and_says_nothing_to_it(
    world: World, edit: Callable[[str, str, str], None]
) -> None:
    """The version in force goes on; whoever gains cannot say that it was meant, and somebody else who may can."""
    edit("register/people_roles.csv", f"{DIRECTOR},Director of Planning,", f"{DIRECTOR},Senior Information Risk Owner,")
    [problem] = world.ask(lambda _: _loaded(world))
    assert problem.startswith(
        f"{DIRECTOR} (Senior Information Risk Owner) may let a policy pilot; let a policy enforce"
    )
    assert DIRECTOR in world.custos("--width", "400", "validate", "--online", world.environment["CUSTOS_POLICIES"]).out

    async def accept(app: Custos, upn: str) -> int:
        bundle = await policies.judging(app)
        written = await _written(app)
        (known,) = (await identity.ids_of(app.m365, [upn])).items()
        by = replace(await identity.person(app.sign_in, app.m365, bundle), id=known[1], upn=upn)
        return len(await policies.accept_registers(app, written, by=by, why="she stands in"))

    with pytest.raises(BadInput, match="is given a right by it"):
        world.ask(lambda app: accept(app, DIRECTOR))
    assert world.ask(lambda app: accept(app, APPROVER)) == 1
    assert world.ask(lambda _: _loaded(world)) == ()


async def _written(app: Custos) -> policies.Bundle:
    return app.loader.load(app.today())


def test_what_nobody_was_told_stays_told_as_untold(world: World) -> None:
    """Weeks later it is still waiting, and an incident: time alone makes no news told."""

    async def weeks_later(app: Custos) -> tuple[dict[str, str], int]:
        at = app.clock.now() - timedelta(days=30)
        to = {APPROVER: Audience(because="You are told because you ask.", about=(0,))}
        await app.news.write_down(News(id=f"old {at.isoformat()}", at=at, sentences=("H-9 holds less.",), to=to))
        waiting = dict(await loosening.late(app, frozenset()))
        return waiting, await loosening.tell(app, (await policies.as_written(app)).records)

    waiting, told = world.ask(weeks_later)
    assert any("H-9 holds less." in sentence for sentence in waiting.values())
    assert told >= 1
    assert not any("H-9" in sentence for sentence in world.ask(lambda app: loosening.late(app, frozenset())).values())
