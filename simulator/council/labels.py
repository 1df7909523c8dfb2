"""The tenant's retention labels."""

from __future__ import annotations

from collections.abc import Iterable

from simulator.council.shapes import Label
from simulator.tenant.identifiers import guid
from simulator.tenant.model import LabelDefinition


def label_definitions(seed: int, labels: Iterable[Label]) -> dict[str, LabelDefinition]:
    """The labels by name."""
    return {
        label.name: LabelDefinition(
            label.name,
            guid(seed, "label", label.name),
            label.days,
            label.counted_from,
            label.kind,
            auto_delete=label.kind == "delete",
            published=label.published,
        )
        for label in labels
    }
