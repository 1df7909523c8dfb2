"""What is told of real work: a library that was read, a run that wrote, how the whole stands. No name of a person or a file is in it."""

from __future__ import annotations

import json

from custos.jobs import measurements
from custos.telemetry.catalogue import EVENTS, MEASUREMENTS
from tests.running_stack import desk
from tests.telemetry.receiver import receiver
from tests.trouble.tiny_council import LIBRARY, World, _turns, _work


def test_work_is_told_without_names(world: World) -> None:
    """Every measurement and event of the catalogue arrives, with ids of library, run and policy, as the observer; nobody's name does."""
    world.sync()
    item = world.upload()
    with (
        receiver() as listening,
        desk({**world.environment, "APPLICATIONINSIGHTS_CONNECTION_STRING": listening.connection}) as own,
    ):
        own.ask(lambda app: _turns(app, [item.drive.id]))
        own.ask(_work)
        own.ask(measurements.tell)
    points, events = listening.data("MetricData"), listening.data("EventData")
    assert {point["metrics"][0]["name"].removeprefix("custos.") for point in points} == MEASUREMENTS.keys()
    assert {event["name"] for event in events} == EVENTS.keys()
    assert item.drive.id in {event["properties"].get("drive") for event in events}
    written = [point for point in points if point["metrics"][0]["name"] == "custos.writes"]
    assert [(point["properties"]["outcome"], point["metrics"][0]["value"]) for point in written] == [("done", 1.0)]
    assert {event["properties"]["policy"] for event in events if event["name"] == "policy acted"} == {
        "labels-from-schedule"
    }
    assert all(token.startswith("Bearer ey") for token in listening.tokens)

    tenant, told = world.server.tenant, json.dumps(listening.told)
    names = {
        item.name,
        LIBRARY,
        *(user.upn for user in tenant.users.values()),
        *(user.name for user in tenant.users.values()),
    }
    assert [name for name in names if name in told] == []
