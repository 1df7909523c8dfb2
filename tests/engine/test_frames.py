"""Every fact of the catalogue is a column of its kind's frame."""

from __future__ import annotations

import pytest

from custos.engine.frames import Frames
from custos.engine.register_locations import place_registers
from custos.engine.site_facts import site_facts
from custos.kinds import facts_of
from custos.model.subject import Kind
from custos.policy.compile import columns_of
from tests.engine.inventory_builder import NOW
from tests.engine.planted_inventory import wrenbridge
from tests.policy.policies import shipped


@pytest.mark.parametrize("kind", list(Kind))
def test_the_frame_of_a_kind_has_all_its_facts(kind: Kind) -> None:
    """Whatever a policy may ask of a kind can be answered, row by row."""
    facts = wrenbridge().facts()
    frames = Frames(facts, shipped(), site_facts(place_registers(shipped(), facts), facts, NOW), NOW)
    frame = frames.of(kind, frozenset(facts_of(kind))).collect()
    assert frame.height > 0
    assert set(frame.columns) >= {column for fact in facts_of(kind).values() for column in columns_of(fact)}
