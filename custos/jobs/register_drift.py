"""The registers against tenant and directory: what came to differ since it was last compared is put before an operator, until it is mended.

What differed when it was first compared is no news: `custos validate --online`, `custos doctor` and `custos status` list it. Table
`control`, row `registers`/`compared`: what differed then and still does, and whom the directory did not have.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from custos.jobs import incidents
from custos.jobs.incidents import Incident
from custos.jobs.named_accounts import strangers
from custos.m365.errors import MicrosoftTrouble
from custos.policy import Bundle
from custos.storage.rows import Row

if TYPE_CHECKING:
    from custos.bootstrap import Custos

_ROW = ("registers", "compared")


@dataclass(frozen=True, slots=True)
class Compared:
    """What the last comparison came to. `first`: sentences that were true from the first one on; `strangers`: those about people, each
    with the row that it is about."""

    first: frozenset[str]
    strangers: Mapping[str, str]


async def check(app: Custos, bundle: Bundle) -> None:
    """Compare, remember, and bring the incidents up to date. Nothing is concluded before the mirror has a site, or about people while
    Entra cannot be read. Raises StorageTrouble."""
    placed = await app.registers.placed(bundle)
    if not placed.known:
        return
    before = await last(app)
    places = {one.sentence: one.reference for one in placed.doubts()}
    people = await _strangers(app, bundle)
    if people is None:
        people = dict(before.strangers) if before else {}
    wrong = {**places, **people}
    first = frozenset(wrong) if before is None else before.first & wrong.keys()
    told = json.dumps({"first": sorted(first), "strangers": people}, sort_keys=True)
    await app.account.rows("control").upsert(Row(*_ROW, {"told": told}))
    await incidents.settle(app, Incident.REGISTER_DRIFT, _by_row({one: wrong[one] for one in wrong.keys() - first}))


async def last(app: Custos) -> Compared | None:
    """What the last comparison came to; None when there was none. Raises StorageTrouble."""
    row = await app.account.rows("control").get(*_ROW)
    if row is None:
        return None
    told = json.loads(row.text("told"))
    return Compared(frozenset(told["first"]), dict(told["strangers"]))


async def _strangers(app: Custos, bundle: Bundle) -> dict[str, str] | None:
    """Sentence ► the row that it is about; None while Entra cannot be read."""
    try:
        found = await strangers(app, bundle.records, bundle.day(app.clock.now()))
    except MicrosoftTrouble:
        return None
    return {one.sentence: one.reference for one in found}


def _by_row(wrong: Mapping[str, str]) -> Mapping[str, str]:
    """One incident a row of the registers."""
    found = defaultdict[str, list[str]](list)
    for sentence in sorted(wrong):
        found[wrong[sentence]].append(sentence)
    return {reference: _joined(sentences) for reference, sentences in found.items()}


def _joined(sentences: Sequence[str]) -> str:
    return " ".join(sentences)
