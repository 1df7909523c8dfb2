"""`custos waves`: from when on owners are asked, what each wave brings to whom, and a proposal."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import date, timedelta

from custos.bootstrap import Custos
from custos.cli.command import Exit, Implementation, Screen
from custos.cli.values import day, whole_number
from custos.dates import day_of, on_working_day
from custos.jobs.policies import in_force
from custos.notices.cards import MOST_ITEMS
from custos.notices.waves import Waves, WaveView, preview, proposed
from custos.report.screen import Listing, words
from custos.report.shapes import text_of
from custos.report.shapes import work as shapes
from custos.wording import day_words, many

_MOST_OWNERS = 5


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--propose",
        type=whole_number(1),
        metavar="WEEKS",
        help="spread the departments over so many weeks, and print what to put into settings.yaml",
    )
    parser.add_argument(
        "--from", dest="begins", type=day, metavar="DAY", help="the first day of a proposal (default: next Monday)"
    )
    parser.add_argument("--json", action="store_true", help="for machines")


async def _run(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    bundle = (await in_force(app)).bundle
    cases = [stored.case for stored in await app.cases.all()]
    if args.propose:
        today = day_of(app.clock.now(), app.zone)
        first = args.begins or today + timedelta(days=7 - today.weekday())
        days = [on_working_day(first + timedelta(weeks=week), bundle.records.holidays) for week in range(args.propose)]
        for line in _written(proposed(bundle.records, cases, days)):
            screen.raw(line)
        return Exit.OK
    waves = preview(Waves(waves=bundle.settings.waves, records=bundle.records), cases, per_message=MOST_ITEMS)
    if args.json:
        screen.raw(text_of(shapes.WavesShape(waves=[_shape(one) for one in waves])))
        return Exit.OK
    if not bundle.settings.waves:
        said = "settings.yaml has no waves: everybody is asked at once. `custos waves --propose 4` proposes some."
        screen.out.print(words(said), soft_wrap=True)
    if waves:
        screen.out.print(_table(waves))
    return Exit.OK


def _table(waves: list[WaveView]) -> Listing:
    title = many(sum(one.begins is not None for one in waves), "wave")
    found = Listing(title, ("from", "departments", "questions", "days", "owners"), numbers=("questions", "days"))
    for one in waves:
        owners = [f"{name} {number}" for name, number in one.owners[:_MOST_OWNERS]]
        if more := len(one.owners) - _MOST_OWNERS:
            owners += [f"and {more} more"] if more > 0 else []
        found.add(
            day_words(one.begins) if one.begins else "in no wave" if len(waves) > 1 else "at once",
            ", ".join(one.departments),
            f"{one.questions:,}",
            f"{one.days:,}",
            ", ".join(owners),
        )
    return found


def _written(waves: list[tuple[date, list[str]]]) -> Iterator[str]:
    yield "waves:"
    for begins, departments in waves:
        yield f"  - from: {begins.isoformat()}"
        yield "    departments:"
        yield from (f"      - {_quoted(department)}" for department in departments)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _shape(one: WaveView) -> shapes.WaveShape:
    return shapes.WaveShape(
        begins=one.begins,
        departments=list(one.departments),
        assets=list(one.assets),
        owners=[shapes.WaveOwner(name=name, questions=number) for name, number in one.owners],
        questions=one.questions,
        days=one.days,
    )


COMMAND = Implementation(_arguments, online=_run)
