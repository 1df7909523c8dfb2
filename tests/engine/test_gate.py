"""The gate: nothing acts on unknown, on a hold, while stopped, or beyond its policy's state."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from custos.engine.gate import Allowed, Already, Purpose, Situation, Standing, decide, reached, settled
from custos.model.finding import Protection
from custos.model.live import Live
from custos.model.refusal import Code, Refused
from custos.model.state import State
from tests.engine.memory_tenant import MemoryTenant
from tests.engine.planned import (
    ASSET,
    LABEL,
    NOW,
    bundle,
    finding,
    plan_of,
    policy,
)
from tests.limits import steady

ACTION = plan_of(bundle(), finding()).actions[0]
POLICY = policy()
FINE = Situation(
    purpose=Purpose.POLICY,
    started_at=NOW,
    writes_enabled=True,
    stopped_at=None,
    policy=Standing(state=State.ENFORCE, hash=POLICY.hash, pilot=frozenset({ASSET})),
    policy_hash=POLICY.hash,
    protection=None,
)


def live(**changes: object) -> Live:
    tenant = MemoryTenant()
    subject = tenant.file(1, **changes)  # type: ignore[arg-type]  # fields of Live
    return tenant.lives[subject.key]


HELD = Protection(code="hold", reference="H-003", sentence="On hold H-003.")
EXEMPT = Protection(code="exempt", reference="EX-02", sentence="Exempt by EX-02.")

situations = some.builds(
    Situation,
    purpose=some.sampled_from(Purpose),
    started_at=some.sampled_from([NOW, NOW + timedelta(hours=1)]),
    writes_enabled=some.booleans(),
    stopped_at=some.sampled_from([None, NOW, NOW + timedelta(hours=2)]),
    policy=some.one_of(
        some.none(),
        some.builds(
            Standing,
            state=some.sampled_from(State),
            hash=some.sampled_from([POLICY.hash, "edited"]),
            pilot=some.sampled_from([frozenset(), frozenset({ASSET})]),
        ),
    ),
    policy_hash=some.just(POLICY.hash),
    protection=some.sampled_from([None, HELD, EXEMPT]),
)


@steady
@given(situations)
def test_no_policy_acts_where_it_may_not(situation: Situation) -> None:
    """Whatever else is so: a hold, a stop, no actor, an exemption, an edit, or a state below pilot means no."""
    if not isinstance(decide(ACTION, situation), Allowed):
        return
    assert situation.writes_enabled
    assert situation.protection is None
    if situation.purpose is Purpose.UNDO:
        assert situation.stopped_at is None or situation.started_at > situation.stopped_at
        return
    assert situation.stopped_at is None
    assert situation.policy is not None
    assert situation.policy.hash == POLICY.hash
    assert situation.policy.state in (State.PILOT, State.ENFORCE)
    assert situation.policy.state is State.ENFORCE or ASSET in situation.policy.pilot


@steady
@given(situations, some.sampled_from(Code))
def test_what_the_plan_refused_stays_refused(situation: Situation, code: Code) -> None:
    """An action that the plan refused is refused for the same reason, whatever the situation."""
    refused = replace(ACTION, refused="Because.", refusal=code)
    assert decide(refused, situation) == Refused(code, "Because.")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"policy": None}, Code.REMOVED),
        ({"policy": Standing(state=State.ENFORCE, hash="edited")}, Code.EDITED),
        ({"policy": Standing(state=State.SIMULATE, hash=POLICY.hash)}, Code.STATE),
        ({"policy": Standing(state=State.PILOT, hash=POLICY.hash)}, Code.PILOT),
        ({"protection": HELD}, Code.HOLD),
        ({"protection": EXEMPT}, Code.EXEMPT),
        ({"writes_enabled": False}, Code.NO_ACTOR),
        ({"stopped_at": NOW}, Code.STOPPED),
    ],
)
def test_each_refusal_has_its_code(changes: dict[str, object], code: Code) -> None:
    """Each reason against a write has its own code."""
    verdict = decide(ACTION, replace(FINE, **changes))  # type: ignore[arg-type]  # fields of Situation
    assert isinstance(verdict, Refused)
    assert verdict.code is code


def test_what_is_so_already_is_not_written() -> None:
    """A file that carries the label by now is done already."""
    assert isinstance(settled(ACTION, live(label=LABEL)), Already)


def test_a_reading_that_does_not_tell_is_neither_done_nor_undone() -> None:
    """Whether a label took effect is unknown when the reading does not say."""
    assert reached(ACTION, replace(live(), values={})) is None
    assert reached(ACTION, live()) is False
    assert reached(ACTION, live(label=LABEL)) is True


def test_an_undo_may_run_after_a_stop_and_the_next_stop_ends_it() -> None:
    """Stopped at nine, an undo that a person starts at ten may run; a stop at eleven ends it as well."""
    undo = replace(FINE, purpose=Purpose.UNDO, started_at=datetime(2026, 11, 23, 10, tzinfo=UTC), stopped_at=NOW)
    assert isinstance(decide(ACTION, undo), Allowed)
    assert isinstance(decide(ACTION, replace(undo, stopped_at=datetime(2026, 11, 23, 11, tzinfo=UTC))), Refused)
