"""What the app says about its host: host.json and local.settings.json, read as the Functions host reads them.

A setting `AzureFunctionsJobHost__extensions__queues__batchSize` overrides that place in host.json.
Sources: https://learn.microsoft.com/azure/azure-functions/functions-host-json
         https://learn.microsoft.com/azure/azure-functions/functions-develop-local#local-settings-file
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from local_host.errors import AppRefused, MissingPrerequisite
from local_host.timespans import parse_timespan

_OVERRIDE = "azurefunctionsjobhost__"
_PERCENT = re.compile(r"%([^%]+)%")
_LARGEST_BATCH = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueOptions:
    """`extensions.queues` of host.json, with Microsoft's defaults."""

    batch_size: int = 16
    new_batch_threshold: int = 8
    max_dequeue_count: int = 5
    visibility_timeout: timedelta = timedelta(0)
    max_polling_interval: timedelta = timedelta(minutes=1)
    base64: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class HostOptions:
    """host.json as far as this host follows it. `function_timeout` None lets functions run for ever."""

    route_prefix: str = "api"
    function_timeout: timedelta | None = timedelta(minutes=30)
    queues: QueueOptions = QueueOptions()


def read_settings(app: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """The `Values` of the app's local.settings.json, if it has one, overlaid by the environment."""
    path = app / "local.settings.json"
    if not path.exists():
        return dict(environment)
    written = _read_json(path)
    if written.get("IsEncrypted") is True:
        raise AppRefused(f"{path} is encrypted, which only Microsoft's own tools can read.")
    values = written.get("Values", {})
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise AppRefused(f'"Values" in {path} must be an object of texts.')
    return {**values, **environment}


def read_host(app: Path, settings: Mapping[str, str]) -> HostOptions:
    """The app's host.json with the overrides in `settings`. Raises AppRefused naming the key that cannot be right."""
    path = app / "host.json"
    tree = _lowered(_read_json(path)) if path.exists() else {}
    for name, value in settings.items():
        if name.lower().startswith(_OVERRIDE):
            _put(tree, name.lower().removeprefix(_OVERRIDE).split("__"), value)
    section = _Section(path, tree)
    batch = section.number("extensions.queues.batchSize", 16, most=_LARGEST_BATCH)
    return HostOptions(
        route_prefix=section.text("extensions.http.routePrefix", "api").strip("/"),
        function_timeout=section.span("functionTimeout", timedelta(minutes=30)),
        queues=QueueOptions(
            batch_size=batch,
            new_batch_threshold=section.number("extensions.queues.newBatchThreshold", batch // 2, least=0),
            max_dequeue_count=section.number("extensions.queues.maxDequeueCount", 5),
            visibility_timeout=section.span("extensions.queues.visibilityTimeout", timedelta(0)) or timedelta(0),
            max_polling_interval=section.span("extensions.queues.maxPollingInterval", timedelta(minutes=1))
            or timedelta(minutes=1),
            base64=section.text("extensions.queues.messageEncoding", "base64").lower() != "none",
        ),
    )


def expand(text: str, settings: Mapping[str, str], *, where: str) -> str:
    """`text` with each %NAME% replaced by that setting. Raises MissingPrerequisite naming one that is not set."""

    def value(found: re.Match[str]) -> str:
        name = found.group(1)
        if not settings.get(name):
            raise MissingPrerequisite(f"{where} needs the setting {name}, which is not set.")
        return settings[name]

    return _PERCENT.sub(value, text)


@dataclass(frozen=True, slots=True)
class _Section:
    path: Path
    tree: Mapping[str, object]

    def text(self, key: str, default: str) -> str:
        value: object = self.tree
        for part in key.lower().split("."):
            value = value.get(part) if isinstance(value, dict) else None
        return default if value is None else str(value)

    def number(self, key: str, default: int, *, least: int = 1, most: int = 10_000) -> int:
        written = self.text(key, str(default))
        if not written.isdecimal() or not least <= int(written) <= most:
            raise AppRefused(f"{key} in {self.path} must be a whole number from {least} to {most}, not {written!r}.")
        return int(written)

    def span(self, key: str, default: timedelta) -> timedelta | None:
        """The span, or None for -1, which means unbounded."""
        written = self.text(key, "")
        if written in ("-1", ""):
            return None if written else default
        try:
            return parse_timespan(written)
        except ValueError as error:
            raise AppRefused(f"{key} in {self.path}: {error}") from error


def _read_json(path: Path) -> dict[str, object]:
    try:
        tree = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise AppRefused(f"{path} is not JSON: {error}.") from error
    if not isinstance(tree, dict):
        raise AppRefused(f"{path} must hold a JSON object.")
    return tree


def _lowered(tree: Mapping[str, object]) -> dict[str, object]:
    """Names of settings know no case in .NET."""
    return {name.lower(): _lowered(value) if isinstance(value, dict) else value for name, value in tree.items()}


def _put(tree: dict[str, object], path: list[str], value: str) -> None:
    for part in path[:-1]:
        below = tree.setdefault(part, {})
        if not isinstance(below, dict):
            return
        tree = below
    tree[path[-1]] = value
