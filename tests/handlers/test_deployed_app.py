"""What Azure receives, on Microsoft's own runtime: exactly these functions, each of which does its work."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from custos.bootstrap import Custos
from custos.jobs.incidents import Incident
from custos.settings import REPOSITORY
from custos.storage.queues import ACT, EVALUATE, NOTIFY, SYNC
from local_host.deployed_files import copy_deployed
from tests.local_host.runtime import Runtime
from tests.running_stack import Council

pytestmark = pytest.mark.timeout(600)
LIBRARY = "/sites/regulatory/Licences"
_QUEUE = {"type": "queueTrigger", "name": "message", "direction": "IN", "connection": "AzureWebJobsStorage"}
_TIMER = {"type": "timerTrigger", "name": "timer", "direction": "IN"}
_HTTP = {"type": "httpTrigger", "name": "req", "direction": "IN"}
_ANSWER = {"type": "http", "name": "$return", "direction": "OUT"}
FUNCTIONS: Mapping[str, list[dict[str, Any]]] = {
    "graph_notifications": [
        {**_HTTP, "methods": ["POST"], "authLevel": "FUNCTION", "route": "graph/notifications"},
        _ANSWER,
    ],
    "teams_messages": [{**_HTTP, "methods": ["POST"], "authLevel": "ANONYMOUS", "route": "messages"}, _ANSWER],
    "people_pages": [
        {**_HTTP, "methods": ["GET", "POST"], "authLevel": "ANONYMOUS", "route": "page/{*path}"},
        _ANSWER,
    ],
    "health": [{**_HTTP, "methods": ["GET"], "authLevel": "ANONYMOUS", "route": "health"}, _ANSWER],
    "sync_drive": [{**_QUEUE, "queueName": "sync-drive"}],
    "evaluate_changed": [{**_QUEUE, "queueName": "evaluate"}],
    "act": [{**_QUEUE, "queueName": "act"}],
    "notify": [{**_QUEUE, "queueName": "notify"}],
    "retry_timer": [{**_QUEUE, "queueName": "retry-timer"}],
    "poisoned_sync": [{**_QUEUE, "queueName": "sync-drive-poison"}],
    "poisoned_evaluate": [{**_QUEUE, "queueName": "evaluate-poison"}],
    "poisoned_act": [{**_QUEUE, "queueName": "act-poison"}],
    "poisoned_notify": [{**_QUEUE, "queueName": "notify-poison"}],
    "poisoned_retry": [{**_QUEUE, "queueName": "retry-timer-poison"}],
    "evaluate_all": [{**_TIMER, "schedule": "%CUSTOS_SCHEDULE_EVALUATION%"}],
    "discover_sites": [{**_TIMER, "schedule": "%CUSTOS_SCHEDULE_DISCOVERY%"}],
    "backstop_sync": [{**_TIMER, "schedule": "%CUSTOS_SCHEDULE_SYNC%"}],
    "reconcile": [{**_TIMER, "schedule": "%CUSTOS_SCHEDULE_RECONCILE%"}],
    "subscriptions": [{**_TIMER, "schedule": "%CUSTOS_SCHEDULE_SUBSCRIPTIONS%"}],
    "measure_kpis": [{**_TIMER, "schedule": "%CUSTOS_SCHEDULE_KPIS%"}],
    "digests": [{**_TIMER, "schedule": "%CUSTOS_SCHEDULE_DIGESTS%"}],
    "sweep": [{**_TIMER, "schedule": "%CUSTOS_SCHEDULE_SWEEP%"}],
}


@pytest.fixture(scope="module")
def deployed(council: Council, governed: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    """The deployed files on Microsoft's runtime, set up for the council, with its policies deployed beside them."""
    directory = tmp_path_factory.mktemp("deployed") / "app"
    copy_deployed(REPOSITORY, directory)
    shutil.rmtree(directory / "policies")
    shutil.copytree(council.stage.policies, directory / "policies")
    settings = {name: value for name, value in council.stage.environment.items() if name != "CUSTOS_POLICIES"}
    with Runtime(directory, {**os.environ, **settings}) as runtime:
        yield runtime


def test_functions_and_their_bindings(deployed: Runtime) -> None:
    """Azure finds these functions with these triggers, and no other."""
    assert {function.name: function.bindings for function in deployed.functions} == FUNCTIONS


def test_every_setting_that_a_binding_names_is_in_the_rehearsal(deployed: Runtime, council: Council) -> None:
    """What a schedule takes from the settings is set where everybody looks first."""
    schedules = [function.trigger.get("schedule", "") for function in deployed.functions]
    assert {schedule.strip("%") for schedule in schedules if schedule} <= council.stage.environment.keys()


def test_host_settings_are_deployed(tmp_path: Path) -> None:
    """host.json goes along; keys, tests, the simulated tenant and settings of a machine stay at home."""
    files = {str(file) for file in copy_deployed(REPOSITORY, tmp_path / "app")}
    assert {"host.json", "function_app.py", "requirements.txt", "policies/settings.yaml"} <= files
    assert not [
        file
        for file in files
        if file.split("/")[0] in ("tests", "simulator", "local_host", "rehearsal", "chaos", "docs")
    ]


def test_health_answers(deployed: Runtime) -> None:
    """Health says in JSON whether all is well."""
    answer = deployed.invoke_http("health")
    assert answer.status in (200, 503)
    assert json.loads(answer.body).keys() == {"status", "troubles", "overdue"}


def test_webhook_answers(deployed: Runtime, council: Council) -> None:
    """The deployed webhook accepts what Graph sends."""
    known = council.subscriptions()[0]
    body = json.dumps({"value": [council.genuine(known)]}).encode()
    assert deployed.invoke_http("graph_notifications", method="POST", body=body).status == 202


def test_messaging_endpoint_answers(deployed: Runtime) -> None:
    """The deployed messaging endpoint believes nobody without a token."""
    answer = deployed.invoke_http("teams_messages", method="POST", body=b'{"type": "message"}')
    assert answer.status == 403


def test_library_is_read(deployed: Runtime, council: Council) -> None:
    """The deployed app reads a library from the simulated tenant into storage."""
    drive_id = council.library(LIBRARY)
    before = council.state(drive_id).synced_at
    assert before is not None
    deployed.invoke_queue("sync_drive", json.dumps({"drive": drive_id}))
    after = council.state(drive_id).synced_at
    assert after is not None
    assert after > before


def test_changes_are_evaluated(deployed: Runtime, council: Council) -> None:
    """The deployed app evaluates what changed with the policies that were deployed beside it."""
    deployed.invoke_queue("evaluate_changed", json.dumps({"asked_at": "2026-11-23T06:00:00+00:00"}))


def test_batch_of_a_run_is_carried_out(deployed: Runtime, governed: str) -> None:
    """A batch that was done already is harmless to do again."""
    deployed.invoke_queue("act", json.dumps({"run": governed, "batch": 0}))


def test_words_to_a_person_are_sent(deployed: Runtime, council: Council) -> None:
    """The deployed app answers somebody who wrote to the bot."""
    person = next(one for one in council.stage.state()["people"] if one["upn"].startswith("director.planning"))
    if not person["bot"]:
        council.stage.act("install", person=person["upn"])
    council.stage.act("say", person=person["upn"], text="hello")
    deployed.invoke_queue("notify", json.dumps({"say": "help", "user": person["id"]}))


@pytest.mark.parametrize(
    ("function", "queue"),
    [
        ("poisoned_sync", SYNC),
        ("poisoned_evaluate", EVALUATE),
        ("poisoned_act", ACT),
        ("poisoned_notify", NOTIFY),
    ],
)
def test_poison_becomes_an_incident(deployed: Runtime, council: Council, function: str, queue: str) -> None:
    """A message that failed each time is an incident of its queue."""
    before = council.incidents().get((Incident.POISON, queue), 0)
    deployed.invoke_queue(function, "what nobody could do")
    assert council.incidents()[Incident.POISON, queue] == before + 1


@pytest.mark.parametrize("timer", ["subscriptions", "digests", "evaluate_all"])
def test_timer_does_its_work(deployed: Runtime, timer: str) -> None:
    """The timer runs to its end, even when it is late."""
    deployed.invoke_timer(timer, past_due=True)


def test_discovery_finds_the_tenant(deployed: Runtime, council: Council) -> None:
    """The deployed app lists the sites that the tenant has."""
    deployed.invoke_timer("discover_sites")

    async def count(app: Custos) -> int:
        return app.lakehouse.read("sites", columns=["site_id"]).height

    assert council.ask(count) >= council.stage.state()["counts"]["sites"]


@pytest.mark.parametrize("timer", ["backstop_sync", "reconcile"])
def test_every_library_is_queued(deployed: Runtime, council: Council, timer: str) -> None:
    """The timer queues a sync of each library, which the function app then does."""
    council.quiet()
    before = council.ran("sync_drive")
    deployed.invoke_timer(timer)
    council.until(lambda: council.ran("sync_drive") - before >= len(council.subscriptions()), 120)
    council.quiet()
