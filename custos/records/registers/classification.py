"""The classification scheme: functions of the council, their activities and classes of record. The register and the schedule use its words.

The council's own file is the authority. While it is empty nothing is compared with it; a word that is not in it is told, and refuses
nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from custos.did_you_mean import nearest
from custos.errors import Mark
from custos.records.cells import RegisterRow
from custos.records.column import column
from custos.records.model import Records
from custos.records.register import Register
from custos.records.remark import Matter, Remark


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordClass:
    """A row: a function of the council, an activity of it ("" for the function as a whole), and what its records are called."""

    id: str
    function: str
    activity: str
    called: str
    mark: Mark


def _class(row: RegisterRow) -> RecordClass:
    return RecordClass(
        id=row.text("class_id"),
        function=row.text("function"),
        activity=row.text("activity"),
        called=row.text("record_class"),
        mark=row.mark,
    )


def _remarks(records: Records, _today: date, _horizon: date) -> Iterator[Remark]:
    """Assets and schedule entries whose function, or activity, the scheme does not have."""
    scheme = SCHEME.of(records)
    if not scheme:
        return
    activities: dict[str, set[str]] = {}
    written: dict[str, str] = {}
    for one in scheme:
        activities.setdefault(_same(one.function), set()).add(_same(one.activity))
        written.setdefault(_same(one.function), one.function)
    assets = ((one.id, one.id, one.function, one.activity, one.mark) for one in records.assets.values() if one.live)
    entries = ((one.id, "", one.function, one.activity, one.mark) for one in records.schedule.values())
    for reference, asset, function, activity, mark in (*assets, *entries):
        known = activities.get(_same(function))
        if known is None:
            advice = nearest(function, list(written.values()))
            said = f'The classification scheme has no function "{function}". {advice}'.strip()
        elif activity and _same(activity) not in known:
            said = f'The classification scheme has no activity "{activity}" of {written[_same(function)]}.'
        else:
            continue
        yield Remark(matter=Matter.NOT_IN_SCHEME, reference=reference, asset_id=asset, sentence=said, mark=mark)


def _same(word: str) -> str:
    return " ".join(word.casefold().split())


SCHEME = Register(
    file="classification_scheme.csv",
    noun="class",
    purpose="one row a class of the council's classification scheme: function, activity, what its records are called",
    table=(
        column("class_id*", called="code|class code|ref|reference|id"),
        column("function*", called="business function|function name"),
        column("activity", called="business activity|activity name"),
        column("record_class", called="class|transaction|records"),
    ),
    make=_class,
    remarks=_remarks,
    optional=True,
)  # fmt: skip
REGISTER: Register[RecordClass] = SCHEME
