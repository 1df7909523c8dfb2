"""Telemetry is off without its setting, tells ids and no names, and is never in the way of work."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime

import pytest

from custos.clock import FixedClock
from custos.telemetry import Telemetry, about, logger, telemetry_from
from custos.telemetry.catalogue import EVENTS, MEASUREMENTS
from custos.telemetry.sender import MOST_WAITING
from tests.docs.pages import DOCS
from tests.telemetry.receiver import receiver

CLOCK = FixedClock(datetime(2026, 11, 29, 11, tzinfo=UTC))


def telemetry(connection: str) -> Telemetry:
    return telemetry_from(connection, CLOCK, "one", None)


async def test_what_is_told_arrives_in_one_request() -> None:
    """Measurements and events wait, and go together, each with its time, its kind and what it is about."""
    with receiver() as listening:
        told = telemetry(listening.connection)
        with about(message="m-1"):
            told.measure("backlog", 3, queue="act")
        told.event("library synced", drive="b!x", state="complete")
        assert listening.told == []
        await told.send()
        await told.send()
    assert len(listening.tokens) == 1
    (point,) = listening.data("MetricData")
    assert point["metrics"] == [{"name": "custos.backlog", "value": 3.0, "count": 1}]
    assert point["properties"] == {"queue": "act", "message": "m-1"}
    assert listening.data("EventData") == [
        {"ver": 2, "name": "library synced", "properties": {"drive": "b!x", "state": "complete"}}
    ]
    assert {(one["time"], one["name"].rpartition(".")[2]) for one in listening.told} == {
        ("2026-11-29T11:00:00Z", "Metric"),
        ("2026-11-29T11:00:00Z", "Event"),
    }


async def test_names_do_not_get_out() -> None:
    """What is no id, number or word of Custos' own is left out, by whatever name somebody hands it over."""
    with receiver() as listening:
        told = telemetry(listening.connection)
        told.event(
            "batch worked on", run="R-1", person="jane.doe@council.gov.uk", name="Grievance.docx", url="https://x/y"
        )
        await told.send()
    assert listening.data("EventData")[0]["properties"] == {"run": "R-1"}


async def test_a_receiver_that_fails_costs_nothing() -> None:
    """What it does not take waits until it does; after a failure nothing is tried for a while, and what is too much is counted."""
    with receiver() as listening:
        told = telemetry(listening.connection)
        listening.status = 500
        for number in range(MOST_WAITING + 2):
            told.measure("units", number)
        await told.send()
        await told.send()
        assert len(listening.tokens) == 1
        assert told.lost == 2
        listening.status = 200
        told._rests_until = time.monotonic()
        await told.send()
        assert len(listening.told) == MOST_WAITING


@pytest.mark.parametrize(
    "connection",
    [
        "",
        "nonsense",
        "InstrumentationKey=k",
        "InstrumentationKey=k;IngestionEndpoint=http://example.org/",
        "InstrumentationKey=k;IngestionEndpoint=https://[/",
        "IngestionEndpoint=https://example.org/",
    ],
)
async def test_off_without_an_address_that_can_be_used(connection: str) -> None:
    """Without a connection string, or with one that names no encrypted address or no key, nothing is kept and nothing is sent."""
    told = telemetry(connection)
    told.measure("units", 1)
    await told.send()
    assert (told.on, len(told._waiting)) == (False, 0)


async def test_nobody_listens() -> None:
    """An address at which nobody listens is a line in the log, and no exception."""
    told = telemetry("InstrumentationKey=k;IngestionEndpoint=http://127.0.0.1:9/")
    told.measure("units", 1)
    await told.send()
    assert len(told._waiting) == 1


def test_log_lines_say_what_they_are_about(caplog: pytest.LogCaptureFixture) -> None:
    """The Functions host hands on the text of a line alone, so its ids stand in it; a name that was handed over does not."""
    with caplog.at_level(logging.INFO), about(message="m-1"):
        logger("custos.anything").info("100% done", extra={"drive": "b!x", "person": "Jane Doe"})
    assert [record.getMessage() for record in caplog.records] == ['100% done {"message": "m-1", "drive": "b!x"}']


def test_every_measurement_is_documented() -> None:
    """Each measurement and event has a row on the operator's page."""
    page = (DOCS / "operator.md").read_text(encoding="utf-8")
    assert [name for name, said in {**MEASUREMENTS, **EVENTS}.items() if f"| `{name}` | {said} |" not in page] == []
