"""The host's own addresses, for whoever has the master key.

| | |
|---|---|
| GET /admin/host/status | state, and how often each function ran |
| GET /admin/functions | functions with their bindings |
| POST /admin/functions/NAME | 202, and the function runs: a timer now, a queue function on the text `{"input": "…"}` |

Source: https://learn.microsoft.com/azure/azure-functions/functions-manually-run-non-http
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from aiohttp import web

from local_host.errors import InvocationFailed
from local_host.functions import HTTP, QUEUE, Function
from local_host.invoker import Invoker
from local_host.payloads import QueueItem
from local_host.routes import Route
from local_host.timers import Timer

_REASON = "by hand"


@dataclass
class Admin:
    """Answers below /admin/. Callers have shown the master key already."""

    host_id: str
    functions: Sequence[Function]
    routes: Sequence[Route]
    timers: Mapping[str, Timer]
    invoker: Invoker
    _began: float = field(default_factory=time.monotonic, init=False)

    async def answer(self, request: web.Request, path: str) -> web.StreamResponse:
        """The answer for `path`, what follows /admin/."""
        if request.method == "GET" and path == "host/status":
            return web.json_response(self._status())
        if request.method == "GET" and path == "functions":
            return web.json_response([self._described(function, request) for function in self.functions])
        area, _, name = path.partition("/")
        function = next((function for function in self.functions if function.name.lower() == name.lower()), None)
        if area != "functions" or function is None:
            return web.Response(status=404)
        if request.method == "GET":
            return web.json_response(self._described(function, request))
        if request.method != "POST":
            return web.Response(status=405)
        return await self._fire(function, request)

    async def _fire(self, function: Function, request: web.Request) -> web.Response:
        if function.trigger.type == HTTP:
            return _refused(f"{function.name} is woken by HTTP: call its own address.")
        body = await request.read()
        try:
            told = json.loads(body) if body.strip() else {}
        except ValueError:
            return _refused('The body must be JSON such as {"input": "…"}.')
        if not isinstance(told, dict):
            return _refused('The body must be a JSON object such as {"input": "…"}.')
        given = told.get("input", "")
        text = given if isinstance(given, str) else json.dumps(given)
        invocation_id = str(uuid.uuid4())
        if function.trigger.type == QUEUE:
            self.invoker.begin(self._message(function, text, invocation_id))
        else:
            self.invoker.begin(self.timers[function.name].fire_by_hand())
        return web.Response(status=202)

    async def _message(self, function: Function, text: str, invocation_id: str) -> None:
        item = QueueItem(id=invocation_id, body=text)
        try:
            await self.invoker.run(
                function, item.datum(), metadata=item.metadata(), reason=_REASON, invocation_id=invocation_id
            )
        except InvocationFailed:
            return  # logged by the invoker, as in Azure nobody is told

    def _status(self) -> dict[str, object]:
        return {
            "id": self.host_id,
            "state": "Running",
            "processUptime": round((time.monotonic() - self._began) * 1000),
            "functions": {function.name: asdict(self.invoker.tallies[function.name]) for function in self.functions},
        }

    def _described(self, function: Function, request: web.Request) -> dict[str, object]:
        origin = f"{request.scheme}://{request.host}"
        route = next((route for route in self.routes if route.function is function), None)
        return {
            "name": function.name,
            "href": f"{origin}/admin/functions/{function.name}",
            "invoke_url_template": f"{origin}/{route.template}" if route else None,
            "language": "python",
            "isDisabled": False,
            "config": {"bindings": [dict(binding.properties) for binding in function.bindings]},
        }


def _refused(sentence: str) -> web.Response:
    return web.json_response({"message": sentence}, status=400)
