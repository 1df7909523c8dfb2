"""What an approval covers, in words that whoever gives it reads."""

from __future__ import annotations

from collections.abc import Iterator

from custos.engine.policy_reach import Reach
from custos.wording import many

_SHOWN = 12


def covered(reach: Reach) -> Iterator[str]:
    """Assets with their places, kinds of subject, steps and labels, a line each."""
    assets = [(asset, places) for asset, places in reach.assets.items() if asset]
    said = [f"{asset} ({many(len(places), 'place')})" for asset, places in assets[:_SHOWN]]
    more = [f"and {many(len(assets) - _SHOWN, 'other')}"] if len(assets) > _SHOWN else []
    yield f"covers: {', '.join([*said, *more]) or 'no asset of the register'}"
    beside = reach.assets.get("", ())
    if beside or reach.elsewhere.inside:
        yield "covers besides: content that no asset covers" + (f"; {', '.join(beside[:_SHOWN])}" if beside else "")
    for name, rule in reach.rules.items():
        yield f"{name}: each {rule.kind}: {'; '.join(rule.steps)}"
    labels = sorted({label for rule in reach.rules.values() for label in rule.labels} | set(_scheduled(reach)))
    if labels:
        yield f"labels: {', '.join(labels)}"


def _scheduled(reach: Reach) -> Iterator[str]:
    """The labels that the schedule gives the places, where a rule hangs on it. One that declares a record is never put on."""
    if any("scheduled_label" in rule.depends for rule in reach.rules.values()):
        yield from (
            label
            for terms in reach.places.values()
            if terms.inside
            and not terms.library.get("scheduled_label_is_record")
            and (label := str(terms.library.get("scheduled_label") or ""))
        )
