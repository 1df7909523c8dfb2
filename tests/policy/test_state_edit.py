"""A promotion changes one word of a policy file, wherever and however it is written."""

from __future__ import annotations

import pytest

from custos.errors import BadInput
from custos.model.state import State
from custos.policy.state_edit import with_minute, with_state
from tests.policy.policies import policy

FLOW = '{policy: x, why: "state: draft", "state": \'simulate\', rules: [{state: draft}], covers: everything}\n'


@pytest.mark.parametrize(
    ("content", "edited"),
    [
        ("policy: x\nstate: simulate\n", "policy: x\nstate: pilot\n"),
        ('policy: x\nstate: "simulate"  # for now\n', "policy: x\nstate: pilot  # for now\n"),
        ("policy: x\nstate:\n  simulate\nwhy: y", "policy: x\nstate:\n  pilot\nwhy: y"),
        ("\ufeffpolicy: x\r\n'state' : simulate\r\nwhy: y\r\n", "\ufeffpolicy: x\r\n'state' : pilot\r\nwhy: y\r\n"),
        (FLOW, FLOW.replace("'simulate'", "pilot")),
        ("why: >\n  state: draft\n  é\nrules:\n  - state: enforce\nstate: draft", None),
    ],
)
def test_the_state_is_written_where_the_file_says_it(content: str, edited: str | None) -> None:
    """Quoted, folded or in a flow mapping: the file's own state becomes another, and no other byte changes."""
    wanted = edited or content.removesuffix("draft") + "pilot"
    assert with_state("x.yaml", content.encode(), State.PILOT) == wanted.encode()


@pytest.mark.parametrize(
    "content", ["policy: x\n", "- state: simulate\n", "policy: [x\n", "state: [simulate]\n", "state:\n"]
)
def test_a_file_without_a_state_is_refused(content: str) -> None:
    """Where there is no state to change nothing is changed, and it is said."""
    with pytest.raises(BadInput):
        with_state("x.yaml", content.encode(), State.PILOT)


def test_every_state_can_be_written_and_taken_back() -> None:
    """Promotion and its end leave the file as it was."""
    before = policy().encode()
    for state in State:
        assert with_state("x.yaml", with_state("x.yaml", before, state), State.SIMULATE) == before


@pytest.mark.parametrize(
    ("content", "edited"),
    [
        ("policy: x\nstate: simulate\n", 'policy: x\ncig_ref: "CIG-1"\nstate: simulate\n'),
        ("state: simulate\npolicy: x\n", 'cig_ref: "CIG-1"\nstate: simulate\npolicy: x\n'),
        ("policy: x\r\nstate: pilot\r\n", 'policy: x\r\ncig_ref: "CIG-1"\r\nstate: pilot\r\n'),
        ("cig_ref: OLD-7 # then\nstate: pilot\n", 'cig_ref: "CIG-1" # then\nstate: pilot\n'),
        ("policy: x\nstate:\n  simulate\n", 'policy: x\ncig_ref: "CIG-1"\nstate:\n  simulate\n'),
    ],
)
def test_a_minute_stands_before_the_state_or_where_one_stood(content: str, edited: str) -> None:
    """In a line of its own, with the file's line ends; nothing else changes."""
    assert with_minute("x.yaml", content.encode(), "CIG-1") == edited.encode()


def test_a_flow_mapping_has_no_line_for_a_minute() -> None:
    """Where it cannot be written without changing more nothing is changed, and it is said."""
    with pytest.raises(BadInput):
        with_minute("x.yaml", FLOW.encode(), "CIG-1")
