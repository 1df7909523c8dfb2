"""An app that Azure would not run, or that this machine cannot, is refused with one clear sentence."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from local_host.configuration import HostOptions
from local_host.errors import AppRefused, HostError
from local_host.functions import Binding, Function
from local_host.host import Host, Options
from local_host.worker import Worker
from tests.local_host.runtime import Runtime

_HEAD = "import azure.functions as func\napp = func.FunctionApp()\n"


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        pytest.param(None, "There is no function_app.py in", id="no app"),
        pytest.param(_HEAD, "function_app.py registers no function.", id="no function"),
        pytest.param(
            f"{_HEAD}@app.route(route='x')\ndef page(req: func.HttpRequest) -> dict: ...\n",
            "cannot load the page function",
            id="does not index",
        ),
        pytest.param("import no_such_package\n", "No module named 'no_such_package'", id="missing package"),
    ],
)
def test_app_that_does_not_index_is_refused(tmp_path: Path, source: str | None, sentence: str) -> None:
    """The runtime's own reason comes back on one line."""
    if source is not None:
        (tmp_path / "function_app.py").write_text(source)
    with pytest.raises(AppRefused) as caught, Runtime(tmp_path, os.environ):
        pass
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def _function(**trigger: str) -> Function:
    raw = json.dumps({"name": "it", "direction": "IN", **trigger})
    return Function("id", "tick", [Binding.from_raw(raw)])


_STORAGE = {"AzureWebJobsStorage": "UseDevelopmentStorage=true"}


@pytest.mark.parametrize(
    ("function", "settings", "sentence"),
    [
        pytest.param(
            _function(type="timerTrigger", schedule="0 0 0 * * 7"),
            _STORAGE,
            "The schedule of tick has '7' for the day of week, which goes from 0 to 6: '0 0 0 * * 7'.",
            id="bad schedule",
        ),
        pytest.param(
            _function(type="timerTrigger", schedule="%WHEN%"),
            _STORAGE,
            "Function tick needs the setting WHEN, which is not set.",
            id="missing setting",
        ),
        pytest.param(
            _function(type="timerTrigger", schedule="0 * * * * *"),
            {},
            "Function tick needs the setting AzureWebJobsStorage, which is not set.",
            id="timer without storage",
        ),
        pytest.param(
            _function(type="queueTrigger", queueName="work", connection="Elsewhere"),
            _STORAGE,
            "Function tick needs the setting Elsewhere, which is not set.",
            id="missing connection",
        ),
        pytest.param(
            _function(type="httpTrigger", route="x/{id:even}"),
            {},
            "Function tick has the route constraint 'even', which is not known here.",
            id="unknown constraint",
        ),
        pytest.param(
            _function(type="blobTrigger", path="x/y"),
            _STORAGE,
            "Function tick has a binding blobTrigger, which the local host does not run "
            "(it runs httpTrigger, queueTrigger, timerTrigger, http, queue).",
            id="unknown trigger",
        ),
    ],
)
def test_function_that_cannot_be_served_is_named(
    tmp_path: Path, function: Function, settings: dict[str, str], sentence: str
) -> None:
    """What the runtime lets pass and only the host can know is checked before anything starts."""
    with pytest.raises(HostError) as caught:
        Host(Options(app=tmp_path, state=tmp_path), settings, HostOptions(), [function], Worker())
    assert str(caught.value) == sentence
