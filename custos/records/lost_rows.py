"""Registers that lose rows: a file that was cut, or saved by a filter, takes protection away from things that nobody meant.

Two versions of the registers are compared. A register that lost half of its rows, or whose rows in force protect less by half of them
(`custos.records.loosened`), is asked about before it counts, and so is an asset that is gone with all that it covers.
A hold, an exception or an agreement is ended by its day, and not by taking its row away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from custos.errors import Mark, Problem
from custos.records.loosened import FILES, FOLDER, Matter, counts, named, registers_loosened
from custos.records.model import Agreement, Exemption, Hold, Records
from custos.records.register import AnyRegister
from custos.records.registers import ALL
from custos.records.registers.assets import ASSETS

ACCEPT = "custos register --accept --why REASON"
"""What somebody says who meant it."""
_SHOWN = 8
_FEW = 4  # rows of a register that may all go without a question, where none of them protects anything


def shrunk(before: Records, after: Records, today: date) -> list[Problem]:
    """A problem for each register that lost half of its rows or more, those that protect something first; and for assets that went."""
    found = list(_protecting(before, after, today))
    for register in ALL.values():
        if register.file not in FILES.values():
            found += _halved(register, before, after)
    if not any(problem.mark.file == f"{FOLDER}/{ASSETS.file}" for problem in found):
        lost = [f"{one.id} ({one.name})" for one in before.assets.values() if one.live and one.id not in after.assets]
        found += [
            Problem(
                Mark(f"{FOLDER}/{ASSETS.file}"),
                f"{named(lost)} {'is' if len(lost) == 1 else 'are'} gone since the version in force: no asset covers that content now.",
                f"Put the row back, and write closed into status when it has ended; or say that it was meant: {ACCEPT}",
                code="shrunk",
            )
        ] * bool(lost)
    return found


def _protecting(before: Records, after: Records, today: date) -> Iterator[Problem]:
    """Holds, exceptions and agreements in force of which half protect less: each is named with how."""
    lost = [one for one in registers_loosened(before, after, today) if one.lost]
    rows: Mapping[Matter, tuple[Hold, ...] | tuple[Exemption, ...] | tuple[Agreement, ...]] = {
        Matter.HOLD: before.holds,
        Matter.EXCEPTION: before.exemptions,
        Matter.AGREEMENT: tuple(before.agreements.values()),
    }
    for matter, file in FILES.items():
        less = [one for one in lost if one.matter is matter]
        in_force = sum(counts(row, today) for row in rows[matter])
        if less and 2 * len(less) >= in_force:
            how = " ".join(one.sentence for one in less[:_SHOWN])
            what = f"{len(less)} of {in_force} rows that counted protect less than in the version in force: {how}"
            remedy = f"Put them back and write a last day into ends or expires; or say that it was meant: {ACCEPT}"
            yield Problem(Mark(f"{FOLDER}/{file}"), what, remedy, code="shrunk")


def _halved(register: AnyRegister, before: Records, after: Records) -> Iterator[Problem]:
    had, has = (dict.fromkeys(map(register.key, register.of(records))) for records in (before, after))
    lost = [name for name in had if name not in has]
    if len(had) <= _FEW or not lost or 2 * len(lost) < len(had):
        return
    what = f"{len(lost)} of {len(had)} rows that counted are gone since the version in force: {named(lost)}."
    remedy = f"Put the rows back; or say that it was meant: {ACCEPT}"
    yield Problem(Mark(f"{FOLDER}/{register.file}"), what, remedy, code="shrunk")
