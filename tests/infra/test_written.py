"""Everything that the code reads is written by Bicep, and nothing else: settings, schedules, tables, queues, containers, addresses."""

from __future__ import annotations

import ast
import importlib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version

import pytest

from custos.settings import REPOSITORY
from custos.storage.queues import ALL, poison
from local_host.deployed_files import deployed_files
from rehearsal.stack import SCHEDULES
from release.dependencies import pinned
from tests.infra.bicep import Call, Fields, File, Items, Name, Node, Text, parse, read, walk
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
    "WEBSITE_AUTH_ENABLED",  # Azure's own
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
_GUARDED = {"messages", "graph/notifications", "health"}
"""Addresses that Microsoft's services call, each with a guard of its own."""
_QUEUES = "Microsoft.Storage/storageAccounts/queueServices/queues"


@dataclass(frozen=True)
class Templates:
    """What the two files say that settings and stores are written in."""

    app: File
    storage: File

    def variable(self, name: str) -> Node:
        value = declared(self.app if name in declared(self.app) else self.storage)[name].value
        assert value is not None
        return value

    def texts(self, name: str) -> set[str]:
        """The texts of a list."""
        value = self.variable(name)
        assert isinstance(value, Items)
        return {str(item.plain) for item in value.items if isinstance(item, Text)}

    def settings(self) -> dict[str, Node]:
        """Every app setting, also those of one condition alone."""
        (body,) = (body for each, body in bodies([self.app], "Microsoft.Web/sites/config") if each.name == "settings")
        union = body.get("properties")
        assert isinstance(union, Call)
        parts = [self.variable(part.name) if isinstance(part, Name) else part for part in union.arguments]
        fields = [each for part in parts for node in walk(part) if isinstance(node, Fields) for each in node.fields]
        return {str(each.key.plain): each.value for each in fields}

    def schedules(self) -> dict[str | None, str | None]:
        written = self.variable("schedules")
        assert isinstance(written, Fields)
        return {each.key.plain: each.value.plain for each in written.fields if isinstance(each.value, Text)}

    def queues(self) -> set[str]:
        """Every queue, each loop's items put into its name."""
        names = [body.get("name") for _, body in bodies([self.storage], _QUEUES)]
        suffixes = [
            "".join(each for each in name.pieces if isinstance(each, str)) for name in names if isinstance(name, Text)
        ]
        return {f"{queue}{end}" for queue in self.texts("queues") for end in ("", *suffixes)}

    def containers(self) -> set[str]:
        own = "Microsoft.Storage/storageAccounts/blobServices/containers"
        named = [body.get("name") for _, body in bodies([self.storage], own)]
        return self.texts("containers") | {str(name.plain) for name in named if isinstance(name, Text) and name.plain}

    def python(self) -> list[str | None]:
        (site,) = (body for _, body in bodies([self.app], "Microsoft.Web/sites"))
        fields = [each for node in walk(site) if isinstance(node, Fields) for each in node.fields]
        return [each.value.plain for each in fields if each.key.plain == "version" and isinstance(each.value, Text)]


TEMPLATES = Templates(read(INFRA / "app.bicep"), read(INFRA / "storage.bicep"))


def _modules(*folders: str) -> Iterator[tuple[str, str]]:
    for folder in folders:
        for path in sorted((REPOSITORY / folder).rglob("*.py")):
            name = ".".join(path.relative_to(REPOSITORY).with_suffix("").parts).removesuffix(".__init__")
            yield name, path.read_text(encoding="utf-8")


@cache
def _stores(*calls: str) -> frozenset[str]:
    """The names that the code hands to `account.rows(…)` and its like, through the constants that stand for them."""
    found: set[str] = set()
    for name, text in _modules("custos", "handlers"):
        if not any(f"account.{call}(" in text for call in calls):
            continue
        tree = ast.parse(text)
        froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        brought = {each.asname or each.name: (node.module, each.name) for node in froms for each in node.names}
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in calls):
                continue
            of = node.func.value
            named = of.attr if isinstance(of, ast.Attribute) else of.id if isinstance(of, ast.Name) else ""
            match node.args[:1] if named == "account" else []:
                case [ast.Constant(value=str(text))]:
                    found.add(text)
                case [ast.Name(id=constant)]:
                    module, wanted = brought.get(constant, (name, constant))
                    value = getattr(importlib.import_module(str(module)), wanted, "")
                    found |= {value} if value else set()
    return frozenset(found)


@cache
def _named_settings() -> frozenset[str]:
    """Every setting that the code or a binding names."""
    tree = ast.parse((REPOSITORY / "custos" / "settings.py").read_text(encoding="utf-8"))
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    bound = {each for _, text in _modules("handlers") for each in re.findall(r"%(\w+)%", text)}
    assert len(bound) >= 7
    return frozenset({each for each in texts if _SETTING.match(each)} | bound)


def differences(written: Templates) -> dict[str, object]:
    """What is written and not read, or read and not written, by place in the templates."""
    queues = {*ALL, *(poison(queue) for queue in ALL)}
    return {
        "settings": (written.settings().keys() - _HOSTS) ^ (_named_settings() - _NOT_WRITTEN),
        "schedules": written.schedules().items() ^ SCHEDULES.items(),
        "tables": written.texts("tables") ^ _stores("rows", "lease"),
        "containers": written.containers() ^ (_stores("container", "blocking_container") | {"deployment"}),
        "queues": written.queues() ^ queues,
        "openPaths": written.texts("openPaths") ^ {f"/api/{route}" for route in _GUARDED},
        "runtime": {*written.python()} ^ {(REPOSITORY / ".python-version").read_text(encoding="utf-8").strip()},
    }


def test_what_is_read_is_written() -> None:
    """Settings, schedules, tables, containers, queues, open addresses and Python are those of the code: neither more nor less."""
    assert {place: found for place, found in differences(TEMPLATES).items() if found} == {}


@pytest.mark.parametrize(
    ("file", "was", "planted", "place"),
    [
        ("app", "      CUSTOS_MAILBOX: mailbox\n", "", "settings"),
        ("app", "CUSTOS_MAILBOX: mailbox", "CUSTOS_MAILBOXES: mailbox", "settings"),
        ("app", "  CUSTOS_SCHEDULE_SWEEP: '0 */5 * * * *'\n", "", "schedules"),
        ("app", "'0 */5 * * * *'", "'*/5 * * * *'", "schedules"),
        ("app", "'/api/health'", "'/api/page'", "openPaths"),
        ("app", "version: '3.13'", "version: '3.12'", "runtime"),
        ("storage", "  'actions'\n", "", "tables"),
        ("storage", "  'actions'\n", "  'actions'\n  'deeds'\n", "tables"),
        ("storage", "  'plans'\n", "", "containers"),
        ("storage", "'act', ", "", "queues"),
        ("storage", "'${name}-poison'", "'${name}-dead'", "queues"),
    ],
)
def test_planted_difference_is_found(file: str, was: str, planted: str, place: str) -> None:
    """What is forgotten, misspelt or superfluous in the templates is told by its place."""
    texts = {each: (INFRA / f"{each}.bicep").read_text(encoding="utf-8") for each in ("app", "storage")}
    assert was in texts[file]
    texts[file] = texts[file].replace(was, planted, 1)
    found = differences(Templates(parse(texts["app"], "app.bicep"), parse(texts["storage"], "storage.bicep")))
    assert found[place]


def test_host_reads_storage_as_the_observer() -> None:
    """The host's connection names account, credential and identity, and no key: one of them missing, the app is dead and looks well."""
    settings = TEMPLATES.settings()
    credential, client = settings["AzureWebJobsStorage__credential"], settings["AzureWebJobsStorage__clientId"]
    assert isinstance(credential, Text)
    assert credential.plain == "managedidentity"
    assert isinstance(client, Name)
    assert client.name == "observerClientId"
    assert "AzureWebJobsStorage" not in settings


def test_nothing_is_opened_by_a_secret() -> None:
    """No key of an account stands in any file; the one function key is read from the app at deployment."""
    for path in INFRA.glob("*.bicep"):
        values = [each.value for each in read(path).statements if each.value]
        calls = [node.name for value in values for node in walk(value) if isinstance(node, Call)]
        assert calls.count("listKeys") == (1 if path.name == "app.bicep" else 0)
        assert "AccountKey" not in path.read_text(encoding="utf-8")


def test_python_and_packages_are_the_tested_ones() -> None:
    """Azure gets the Python and the versions of packages that the tests run on."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    assert TEMPLATES.python() == [project["tool"]["mypy"]["python_version"]]
    pins = pinned(REPOSITORY / "requirements.txt")
    assert len(pins) > 40
    assert {name: version(name) for name in pins} == dict(pins)


def test_addresses_that_stay_open_are_there() -> None:
    """What goes past the sign-in is what the app answers at."""
    routes = {route for _, text in _modules("handlers") for route in re.findall(r'route\(route="([^"]+)"', text)}
    assert routes >= _GUARDED


def test_templates_stay_at_home() -> None:
    """The templates, and what makes the package, are not deployed into the app."""
    assert not [file for file in deployed_files(REPOSITORY) if file.parts[0] in ("infra", "release", "azure.yaml")]
