"""The other end of tests.local_host.runtime: commands as JSON lines on standard input, answers on standard output."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from local_host.errors import AppRefused, InvocationFailed
from local_host.functions import Function
from local_host.messages import messages_of
from local_host.payloads import HttpAnswer, HttpCall, QueueItem, TimerStatus, timer_datum
from local_host.worker import Datum, InvocationResult, Worker


def _trigger(told: dict[str, Any]) -> tuple[Datum, dict[str, Datum]]:
    if told["kind"] == "http":
        call = HttpCall(
            method=told["method"],
            url=told["url"],
            headers=told["headers"],
            query=told["query"],
            route=told["route"],
            body=base64.b64decode(told["body"]),
        )
        return call.datum(), {}
    now = datetime.now(UTC)
    if told["kind"] == "queue":
        item = QueueItem(id=str(uuid.uuid4()), body=told["text"], dequeue_count=told["dequeue_count"], inserted=now)
        return item.datum(), item.metadata()
    return timer_datum(TimerStatus(last=None, next=now, updated=now), past_due=told["past_due"]), {}


def _told(outcome: InvocationResult) -> dict[str, Any]:
    answer = HttpAnswer.of(outcome.returned)
    outputs = {name: [body.decode() for body in messages_of(datum)] for name, datum in outcome.outputs}
    return {
        "status": answer.status if outcome.returned is not None else 0,
        "headers": dict(answer.headers),
        "body": base64.b64encode(answer.body).decode(),
        "outputs": outputs,
    }


async def _serve(app: Path) -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what the app prints must not be taken for an answer

    def answer(told: dict[str, Any]) -> None:
        answers.write(json.dumps(told) + "\n")
        answers.flush()

    worker = Worker()
    try:
        functions = {function.name: function for function in await worker.start(app)}
    except AppRefused as error:
        answer({"refused": str(error)})
        return
    answer(
        {
            "functions": [
                (each.name, [dict(binding.properties) for binding in each.bindings]) for each in functions.values()
            ]
        }
    )
    while line := await asyncio.to_thread(sys.stdin.readline):
        told = json.loads(line)
        function: Function = functions[told["name"]]
        trigger, metadata = _trigger(told)
        try:
            outcome = await worker.invoke(function, str(uuid.uuid4()), trigger, metadata=metadata)
        except InvocationFailed as error:
            answer({"failed": str(error), "trace": error.trace})
        else:
            answer(_told(outcome))
    await asyncio.to_thread(worker.stop)


asyncio.run(_serve(Path(sys.argv[1]).resolve()))
