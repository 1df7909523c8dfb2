"""Everything that the code reads is written by Bicep, and nothing else: settings, schedules, tables, queues, containers, addresses."""

from __future__ import annotations

import ast
import importlib
import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

from custos.settings import REPOSITORY
from custos.storage.queues import ALL, poison
from release.dependencies import pinned
from tests.infra.bicep import Call, Fields, Items, Name, Node, Text, read, walk
from tests.infra.check import bodies, declared
from tests.infra.extract_types import INFRA

_SETTING = re.compile(r"^(CUSTOS_[A-Z_]+|AzureWebJobsStorage\w*)$")
_NOT_WRITTEN = {
    "AzureWebJobsStorage",  # an empty one would win over the identity
    "CUSTOS_CLOCK",  # a simulated tenant's
    "CUSTOS_SHAREPOINT_ENDPOINT",
    "CUSTOS_SHAREPOINT_ADMIN_ENDPOINT",
    "CUSTOS_POLICIES",  # they lie beside the code
    "CUSTOS_SIGN_IN_FOLDER",  # a terminal's
}
_HOSTS = {
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
    "APPLICATIONINSIGHTS_CONNECTION_STRING",
    "AzureWebJobsStorage__clientId",
    "AzureWebJobsStorage__credential",
    "OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID",
    "WEBSITE_AUTH_AAD_ALLOWED_TENANTS",
}
"""What the host reads, not the code."""
_APP, _STORAGE = read(INFRA / "app.bicep"), read(INFRA / "storage.bicep")


def _modules(*folders: str) -> Iterator[tuple[str, str]]:
    for folder in folders:
        for path in sorted((REPOSITORY / folder).rglob("*.py")):
            name = ".".join(path.relative_to(REPOSITORY).with_suffix("").parts).removesuffix(".__init__")
            yield name, path.read_text(encoding="utf-8")


def _variable(name: str) -> Node:
    value = declared(_APP if name in declared(_APP) else _STORAGE)[name].value
    assert value is not None
    return value


def _settings() -> dict[str, Node]:
    """Every app setting that Bicep writes, also those of one condition alone."""
    (settings,) = (
        body for statement, body in bodies([_APP], "Microsoft.Web/sites/config") if statement.name == "settings"
    )
    union = settings.get("properties")
    assert isinstance(union, Call)
    parts = [_variable(part.name) if isinstance(part, Name) else part for part in union.arguments]
    return {
        str(each.key.plain): each.value
        for part in parts
        for node in walk(part)
        if isinstance(node, Fields)
        for each in node.fields
    }


def _texts(name: str) -> set[str]:
    value = _variable(name)
    assert isinstance(value, Items)
    return {str(item.plain) for item in value.items if isinstance(item, Text)}


def _stores(*calls: str) -> set[str]:
    """The names that the code hands to `account.rows(…)` and its like, through the constants that stand for them."""
    found: set[str] = set()
    for name, text in _modules("custos", "handlers"):
        if not any(f"account.{call}(" in text for call in calls):
            continue
        tree = ast.parse(text)
        brought = {
            each.asname or each.name: (node.module, each.name)
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            for each in node.names
        }
        for node in ast.walk(tree):
            if not (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in calls
                and node.args
            ):
                continue
            of = node.func.value
            if (of.attr if isinstance(of, ast.Attribute) else of.id if isinstance(of, ast.Name) else "") != "account":
                continue
            match node.args[0]:
                case ast.Constant(value=str(text)):
                    found.add(text)
                case ast.Name(id=constant):
                    module, wanted = brought.get(constant, (name, constant))
                    value = getattr(importlib.import_module(str(module)), wanted, "")
                    found |= {value} if value else set()
    return found


def test_settings() -> None:
    """Every setting that the code or a binding names is written, and no other that begins like one of ours."""
    named = {
        node.value
        for node in ast.walk(ast.parse((REPOSITORY / "custos" / "settings.py").read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _SETTING.match(node.value)
    }
    bound = {
        setting
        for path in (REPOSITORY / "handlers").glob("*.py")
        for setting in re.findall(r"%(\w+)%", path.read_text())
    }
    assert len(bound) >= 7
    assert _settings().keys() - _HOSTS == (named | bound) - _NOT_WRITTEN, "`settings` in infra/app.bicep"


def test_schedules() -> None:
    """Every schedule has seconds, and is the one that the rehearsal runs by."""
    from rehearsal.stack import SCHEDULES

    written = _variable("schedules")
    assert isinstance(written, Fields)
    assert {each.key.plain: each.value.plain for each in written.fields if isinstance(each.value, Text)} == SCHEDULES


@pytest.mark.parametrize(
    ("calls", "written", "besides"),
    [
        (("rows", "lease"), "tables", set()),
        (("container", "blocking_container"), "containers", {"deployment"}),
    ],
)
def test_stores(calls: tuple[str, ...], written: str, besides: set[str]) -> None:
    """Every table and container that the code opens is made beforehand, and none that it does not know."""
    extra = {"audit"} if written == "containers" else set()  # a resource of its own, for its policy
    opened = _stores(*calls) | besides
    assert _texts(written) | extra == opened, f"`{written}` in infra/storage.bicep"


def test_queues() -> None:
    """Every queue is made, and the one beside it where a message ends that failed each time."""
    assert _texts("queues") == set(ALL)
    (name,) = (
        body.get("name")
        for statement, body in bodies([_STORAGE], "Microsoft.Storage/storageAccounts/queueServices/queues")
        if statement.name == "poison"
    )
    assert isinstance(name, Text)
    assert poison("X") == "".join("X" if isinstance(piece, Name) else str(piece) for piece in name.pieces)


def test_host_reads_storage_as_the_observer() -> None:
    """The host's connection names account, credential and identity, and no key: one of them missing, the app is dead and looks well."""
    settings = _settings()
    credential, client = settings["AzureWebJobsStorage__credential"], settings["AzureWebJobsStorage__clientId"]
    assert isinstance(credential, Text)
    assert credential.plain == "managedidentity"
    assert isinstance(client, Name)
    assert client.name == "observerClientId"
    assert "AzureWebJobsStorage" not in settings


def test_nothing_is_opened_by_a_secret() -> None:
    """No key of an account stands in any file; the one function key is read from the app at deployment."""
    for path in INFRA.glob("*.bicep"):
        calls = [
            node.name
            for each in read(path).statements
            if each.value
            for node in walk(each.value)
            if isinstance(node, Call)
        ]
        assert calls.count("listKeys") == (1 if path.name == "app.bicep" else 0)
        assert "AccountKey" not in path.read_text(encoding="utf-8")


def test_python_is_the_tested_one() -> None:
    """Azure runs the Python that the tests run on."""
    (site,) = (body for _, body in bodies([_APP], "Microsoft.Web/sites"))
    versions = [
        each.value.plain
        for node in walk(site)
        if isinstance(node, Fields)
        for each in node.fields
        if each.key.plain == "version" and isinstance(each.value, Text)
    ]
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    assert (
        versions
        == [(REPOSITORY / ".python-version").read_text().strip()]
        == [project["tool"]["mypy"]["python_version"]]
    )


def test_packages_are_the_tested_ones() -> None:
    """Azure gets the versions of packages that the tests import."""
    pins = pinned(REPOSITORY / "requirements.txt")
    assert len(pins) > 40
    assert {name: version(name) for name in pins} == dict(pins)


def test_only_microsofts_addresses_are_open() -> None:
    """With a sign-in in front of the app, exactly the addresses that Microsoft's services call go past it, each with a guard of its own."""
    routes = {
        route
        for path in (REPOSITORY / "handlers").glob("*.py")
        for route in re.findall(r'route\(route="([^"]+)"', path.read_text())
    }
    guarded = {"messages", "graph/notifications", "health"}
    assert guarded <= routes
    assert _texts("openPaths") == {f"/api/{route}" for route in guarded}


def test_files_of_the_repository(tmp_path: Path) -> None:
    """The folder of templates is not deployed into the app."""
    from local_host.deployed_files import deployed_files

    assert not [file for file in deployed_files(REPOSITORY) if file.parts[0] in ("infra", "release", "azure.yaml")]
