"""The gate: nothing acts on unknown, on a hold, while stopped, or beyond its policy's state."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from custos.engine.gate import Allowed, Already, Code, Purpose, Refused, Situation, Standing, compare, decide, reached
from custos.engine.model import Kind, State
from custos.engine.ports import Live
from custos.engine.protections import Protections
from tests.effort import steady
from tests.engine.tenant import MemoryTenant
from tests.engine.world import (
    ASSET,
    LABEL,
    NOW,
    SITE,
    bundle,
    exemption,
    file_subject,
    finding,
    hold,
    plan_of,
    policy,
    records,
)

ACTION = plan_of(bundle(), finding()).actions[0]
POLICY = policy()
FINE = Situation(
    purpose=Purpose.POLICY,
    started_at=NOW,
    writes_enabled=True,
    stopped_at=None,
    policy=Standing(state=State.ENFORCE, hash=POLICY.hash, pilot=frozenset({ASSET})),
    policy_hash=POLICY.hash,
    hold="",
    exemption="",
)


def live(**changes: object) -> Live:
    tenant = MemoryTenant()
    subject = tenant.file(1, **changes)  # type: ignore[arg-type]  # fields of Live
    return tenant.lives[subject.key]


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
    hold=some.sampled_from(["", "H-003"]),
    exemption=some.sampled_from(["", "EX-02"]),
)


@steady
@given(situations)
def test_no_policy_acts_where_it_may_not(situation: Situation) -> None:
    """Whatever else is so: a hold, a stop, no actor, an exemption, an edit, or a state below pilot means no."""
    if not isinstance(decide(ACTION, situation), Allowed):
        return
    assert situation.writes_enabled
    assert not situation.hold
    if situation.purpose is Purpose.UNDO:
        assert situation.stopped_at is None or situation.started_at > situation.stopped_at
        return
    assert situation.stopped_at is None
    assert not situation.exemption
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
        ({"hold": "H-003"}, Code.HOLD),
        ({"exemption": "EX-02"}, Code.EXEMPT),
        ({"writes_enabled": False}, Code.NO_ACTOR),
        ({"stopped_at": NOW}, Code.STOPPED),
    ],
)
def test_each_refusal_has_its_code(changes: dict[str, object], code: Code) -> None:
    """Each reason against a write has its own code."""
    verdict = decide(ACTION, replace(FINE, **changes))  # type: ignore[arg-type]  # fields of Situation
    assert isinstance(verdict, Refused)
    assert verdict.code is code


known = some.one_of(some.none(), some.booleans())


@steady
@given(
    is_folder=known,
    is_record=known,
    is_regulatory=known,
    explicit=known,
    locked=known,
    label=some.sampled_from([None, "", "X", LABEL]),
    found=some.booleans(),
)
def test_a_label_goes_only_on_what_is_known_to_be_free(
    *,
    is_folder: bool | None,
    is_record: bool | None,
    is_regulatory: bool | None,
    explicit: bool | None,
    locked: bool | None,
    label: str | None,
    found: bool,
) -> None:
    """A label is written only on an item known to be a file, known to be no record, and still as it was planned."""
    reading = live(is_folder=is_folder, is_record=is_record, is_regulatory=is_regulatory)
    values = {} if label is None else {"label": label}
    reading = replace(reading, found=found, label_explicit=explicit, label_locked=locked, values=values)
    if isinstance(compare(ACTION, reading, Purpose.POLICY), Allowed):
        assert found
        assert label == ""
        assert is_folder is False
        assert is_record is False
        assert not is_regulatory
        assert not locked


def test_what_is_so_already_is_not_written() -> None:
    """A file that carries the label by now is done already."""
    assert isinstance(compare(ACTION, live(label=LABEL), Purpose.POLICY), Already)


def test_a_reading_that_does_not_tell_is_neither_done_nor_undone() -> None:
    """Whether a label took effect is unknown when the reading does not say."""
    assert reached(ACTION, replace(live(), values={})) is None
    assert reached(ACTION, live()) is False
    assert reached(ACTION, live(label=LABEL)) is True


@pytest.mark.parametrize(
    ("row", "covered"),
    [
        (hold(), True),
        (hold(asset_id="IA-009"), False),
        (hold(ends=date(2026, 11, 1)), False),
        (hold(since=date(2027, 1, 1)), False),
        (hold(locations=(f"{SITE}/Advice",)), True),
        (hold(locations=(f"{SITE}/Elsewhere",)), False),
        (hold(items_from=date(2020, 3, 1), items_to=date(2022, 6, 30)), False),
        (hold(items_from=date(2024, 1, 15)), True),
        (hold(schedule_refs=("RS-PLN-02",)), True),
        (hold(schedule_refs=("RS-PRO-02",)), False),
    ],
)
def test_a_hold_covers_what_it_says(row: object, covered: bool) -> None:  # a table of cases
    """Asset, days in force, places, the item's own dates and its class decide; here the file lived early in 2024."""
    protections = Protections(records(holds=[row]), NOW.date())  # type: ignore[list-item]  # a hold
    assert bool(protections.hold(finding(), live())) is covered


def test_a_hold_covers_what_cannot_be_known() -> None:
    """Where the item's dates are unknown the hold covers it."""
    protections = Protections(
        records(holds=[hold(items_from=date(2020, 3, 1), items_to=date(2022, 6, 30))]), NOW.date()
    )
    assert protections.hold(finding(), replace(live(), created=None, modified=None)) == "H-003"


def test_an_exemption_ends_on_its_day() -> None:
    """An exemption covers its policy and asset up to its last day, and no longer."""
    row = exemption(expires=date(2026, 11, 23))
    assert Protections(records(exemptions=[row]), date(2026, 11, 23)).exemption(finding()) == "EX-02"
    assert Protections(records(exemptions=[row]), date(2026, 11, 24)).exemption(finding()) == ""
    assert Protections(records(exemptions=[row]), date(2026, 11, 23)).exemption(finding(of="other")) == ""


def test_a_site_setting_is_no_matter_of_holds() -> None:
    """Holds cover files, folders and how they are shared, not a site's settings."""
    site = replace(file_subject(), kind=Kind.SITE)
    assert Protections(records(holds=[hold()]), NOW.date()).hold(finding(site), None) == ""


def test_an_undo_may_run_after_a_stop_and_the_next_stop_ends_it() -> None:
    """Stopped at nine, an undo that a person starts at ten may run; a stop at eleven ends it as well."""
    undo = replace(FINE, purpose=Purpose.UNDO, started_at=datetime(2026, 11, 23, 10, tzinfo=UTC), stopped_at=NOW)
    assert isinstance(decide(ACTION, undo), Allowed)
    assert isinstance(decide(ACTION, replace(undo, stopped_at=datetime(2026, 11, 23, 11, tzinfo=UTC))), Refused)
