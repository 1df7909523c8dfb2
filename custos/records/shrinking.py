"""Registers that lose rows: a file that was cut, or saved by a filter, takes protection away from things that nobody meant.

Two versions of the registers are compared. A register that lost half of its rows, or half of those that are in force, is asked
about before it counts, and so is an asset that is gone with all that it covers; single rows that protected something are told.
A hold, an exception or an agreement is ended by its day, and not by taking its row away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

from custos.errors import Mark, Problem
from custos.records.model import Records

FOLDER = "register"
_ASSETS = "information_asset_register.csv"
ACCEPT = "custos register --accept --why REASON"
"""What somebody says who meant it."""
_FEW = 4  # rows of a register that may all go without a question, where none of them protects anything
_NAMED = 5
type _Rows = Callable[[Records, date], Mapping[str, str]]  # id ► what it is, of the rows that count on a day

_PROTECTING: Mapping[str, tuple[_Rows, str]] = {
    "holds.csv": (
        lambda records, today: {hold.id: "hold" for hold in records.holds if hold.in_force(today)},
        "Put the row back and write the day on which it ended into ends",
    ),
    "exceptions.csv": (
        lambda records, today: {row.id: "exception" for row in records.exemptions if row.expires >= today},
        "Put the row back and write its last day into expires",
    ),
    "sharing_agreements.csv": (
        lambda records, today: {row.id: "agreement" for row in records.agreements.values() if row.in_force(today)},
        "Put the row back and write its last day into ends",
    ),
}
_OTHERS: Mapping[str, _Rows] = {
    _ASSETS: lambda records, _: dict.fromkeys(records.assets, "asset"),
    "retention_schedule.csv": lambda records, _: dict.fromkeys(records.schedule, "schedule entry"),
    "site_map.csv": lambda records, _: {row.location.key: "place" for row in records.site_map},
    "people_roles.csv": lambda records, _: dict.fromkeys(records.posts, "person"),
    "delegations.csv": lambda records, _: {row.id: "delegation" for row in records.delegations},
    "calendar.csv": lambda records, _: {day.isoformat(): "day" for day in records.holidays},
}


def shrunk(before: Records, after: Records, today: date) -> list[Problem]:
    """A problem for each register that lost half of its rows or more, those that protect something first; and for assets that went."""
    found: list[Problem] = []
    for file, (rows, remedy) in _PROTECTING.items():
        found += _halved(file, rows(before, today), rows(after, today), remedy, few=0)
    for file, plain_rows in _OTHERS.items():
        remedy = "Put the rows back"
        found += _halved(file, plain_rows(before, today), plain_rows(after, today), remedy, few=_FEW)
    if not any(problem.mark.file == f"{FOLDER}/{_ASSETS}" for problem in found):
        lost = [f"{one.id} ({one.name})" for one in before.assets.values() if one.live and one.id not in after.assets]
        found += [
            Problem(
                Mark(f"{FOLDER}/{_ASSETS}"),
                f"{named(lost)} {'is' if len(lost) == 1 else 'are'} gone since the version in force: no asset covers that content now.",
                f"Put the row back, and write closed into status when it has ended; or say that it was meant: {ACCEPT}",
                code="shrunk",
            )
        ] * bool(lost)
    return found


def named(rows: Sequence[str]) -> str:
    """The first of some rows, and how many more there are."""
    return ", ".join(rows[:_NAMED]) + (f" and {len(rows) - _NAMED} more" if len(rows) > _NAMED else "")


def gone(before: Records, after: Records, today: date) -> Iterator[str]:
    """A sentence for each row that protected something and is no longer there."""
    for file, (rows, remedy) in _PROTECTING.items():
        later = rows(after, today)
        known = _all_ids(after, file)
        for name, what in rows(before, today).items():
            if name not in later and name not in known:
                yield f"The {what} {name} was in force and is gone from {file}. {remedy}, if it was not meant."


def _all_ids(records: Records, file: str) -> frozenset[str]:
    """Also of rows that are no longer in force: they were ended, and did not vanish."""
    rows = {
        "holds.csv": [row.id for row in records.holds],
        "exceptions.csv": [row.id for row in records.exemptions],
        "sharing_agreements.csv": list(records.agreements),
    }
    return frozenset(rows[file])


def _halved(
    file: str, before: Mapping[str, str], after: Mapping[str, str], remedy: str, *, few: int
) -> Iterator[Problem]:
    lost = [name for name in before if name not in after]
    if len(before) <= few or not lost or 2 * len(lost) < len(before):
        return
    what = f"{len(lost)} of {len(before)} rows that counted are gone since the version in force: {named(lost)}."
    yield Problem(Mark(f"{FOLDER}/{file}"), what, f"{remedy}; or say that it was meant: {ACCEPT}", code="shrunk")
