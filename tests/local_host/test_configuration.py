"""host.json and local.settings.json are read as Azure's host reads them."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from local_host.configuration import expand, read_host, read_settings
from local_host.errors import AppRefused, MissingPrerequisite

_REPOSITORY = Path(__file__).resolve().parents[2]


def _app(tmp_path: Path, **files: object) -> Path:
    for name, content in files.items():
        text = content if isinstance(content, str) else json.dumps(content)
        (tmp_path / f"{name.replace('_', '.')}.json").write_text(text)
    return tmp_path


def test_what_is_not_set_has_microsofts_default(tmp_path: Path) -> None:
    """Without a host.json the host behaves as Azure's does."""
    options = read_host(tmp_path, {})
    assert (options.route_prefix, options.function_timeout) == ("api", timedelta(minutes=30))
    queues = options.queues
    assert (queues.batch_size, queues.new_batch_threshold, queues.max_dequeue_count) == (16, 8, 5)
    assert (queues.visibility_timeout, queues.max_polling_interval) == (timedelta(0), timedelta(minutes=1))


def test_host_json_of_this_repository_is_read_whole() -> None:
    """The deployed host.json says how hard Custos works on its queues."""
    options = read_host(_REPOSITORY, {})
    queues = options.queues
    assert (queues.batch_size, queues.new_batch_threshold, queues.max_dequeue_count) == (8, 2, 5)
    assert (queues.visibility_timeout, queues.max_polling_interval) == (timedelta(minutes=1), timedelta(seconds=10))


def test_setting_overrides_host_json(tmp_path: Path) -> None:
    """AzureFunctionsJobHost__… reaches into host.json, whatever the case of its letters."""
    app = _app(tmp_path, host={"extensions": {"queues": {"batchSize": 2}}})
    settings = {
        "AzureFunctionsJobHost__Extensions__Queues__BatchSize": "4",
        "AzureFunctionsJobHost__functionTimeout": "-1",
        "AzureFunctionsJobHost__extensions__http__routePrefix": "",
    }
    options = read_host(app, settings)
    assert (options.queues.batch_size, options.function_timeout, options.route_prefix) == (4, None, "")


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("{", "is not JSON"),
        ("[]", "must hold a JSON object"),
        ({"extensions": {"queues": {"batchSize": 33}}}, "batchSize .* whole number from 1 to 32, not '33'"),
        ({"functionTimeout": "soon"}, "functionTimeout .* is not a timespan"),
    ],
)
def test_host_json_that_cannot_be_right_is_refused(tmp_path: Path, host: object, reason: str) -> None:
    """The error names the file and the key."""
    with pytest.raises(AppRefused, match=reason):
        read_host(_app(tmp_path, host=host), {})


def test_environment_lies_over_local_settings(tmp_path: Path) -> None:
    """Values of local.settings.json are settings, unless the environment has them."""
    app = _app(tmp_path, local_settings={"IsEncrypted": False, "Values": {"A": "file", "B": "file"}})
    assert read_settings(app, {"B": "environment"}) == {"A": "file", "B": "environment"}


def test_encrypted_settings_are_refused(tmp_path: Path) -> None:
    """Settings that only Microsoft's tools can read are not taken for empty ones."""
    with pytest.raises(AppRefused, match="encrypted"):
        read_settings(_app(tmp_path, local_settings={"IsEncrypted": True, "Values": {}}), {})


def test_percent_signs_stand_for_a_setting() -> None:
    """%NAME% is the setting; one that is not set is named."""
    assert expand("x-%A%", {"A": "1"}, where="Function f") == "x-1"
    with pytest.raises(MissingPrerequisite, match="Function f needs the setting B"):
        expand("%B%", {"A": "1"}, where="Function f")
