"""Who may write to Microsoft 365, and what the inner rooms may know: read from the source itself."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import custos
from custos.engine.ports import Tenant

CUSTOS = Path(custos.__file__).parent
REPOSITORY = CUSTOS.parent
ADAPTER = "custos/tenant_adapter/"
WRITES = "custos/engine/writes.py"
PORT_WRITES = {name for name in vars(Tenant) if not name.startswith("_")} - {"read"}
M365_WRITES = {
    "labels": {"set_label", "clear_label"},
    "bulk_labels": {"set_labels_in_bulk"},
    "sharing": {"set_link_expiry", "remove_permission", "remove_people", "invite"},
    "site_admin": {"set_sharing_capability"},
}


@cache
def modules() -> tuple[tuple[str, ast.Module], ...]:
    return tuple(
        (path.relative_to(REPOSITORY).as_posix(), ast.parse(path.read_text(encoding="utf-8")))
        for folder in (CUSTOS, REPOSITORY / "handlers", REPOSITORY / "rehearsal")
        for path in sorted(folder.rglob("*.py"))
    )


def imports(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Every import, also the late ones, without those for type checkers alone: module, and name ("" for the module)."""
    for node in _running(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.module, alias.name) for alias in node.names)


def _running(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            continue
        yield child
        yield from _running(child)


def called(tree: ast.Module) -> set[str]:
    """Names of everything that is called or passed on by attribute or name."""
    return {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)} | {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name)
    }


def test_the_writing_functions_are_the_ones_that_write() -> None:
    """Every function of custos.m365 that patches, posts or deletes content is known to this test."""
    for name, known in M365_WRITES.items():
        tree = ast.parse((CUSTOS / "m365" / f"{name}.py").read_text(encoding="utf-8"))
        writing = {
            function.name
            for function in tree.body
            if isinstance(function, ast.AsyncFunctionDef)
            and any(
                (isinstance(node, ast.Attribute) and node.attr in ("patch", "post", "delete"))
                or (isinstance(node, ast.keyword) and node.arg in ("until", "sharing_write"))
                for node in ast.walk(function)
            )
        }
        assert writing == known, name


def test_only_the_adapter_calls_what_writes_in_m365() -> None:
    """No module but those of custos/tenant_adapter name a function that changes content or sharing."""
    names = {name for known in M365_WRITES.values() for name in known}
    guilty = {
        (path, name)
        for path, tree in modules()
        if not path.startswith(ADAPTER) and not path.startswith("custos/m365/")
        for name in names & {imported for module, imported in imports(tree) if module.startswith("custos.m365")}
    }
    assert guilty == set()
    whole = {f"custos.m365.{module}" for module in M365_WRITES}
    touching = {
        (path, name)
        for path, tree in modules()
        if not path.startswith(ADAPTER)
        and not path.startswith("custos/m365/")
        and any(module in whole or f"{module}.{name}" in whole for module, name in imports(tree))
        for name in names & called(tree)
    }
    assert touching == set()


def test_only_the_adapter_writes_as_the_actor() -> None:
    """No module but those of custos/tenant_adapter sends a post, patch or delete as the identity that writes."""
    guilty = {
        path
        for path, tree in modules()
        if not path.startswith((ADAPTER, "custos/m365/"))
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in ("post", "patch", "delete")
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "actor"
    }
    assert guilty == set()


def test_only_one_module_calls_the_port_that_writes() -> None:
    """No module but custos/engine/writes.py calls a writing method of the tenant's port."""
    guilty = {
        (path, node.func.attr)
        for path, tree in modules()
        if path != WRITES and not path.startswith((ADAPTER, "custos/m365/"))
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in PORT_WRITES
    }
    assert guilty == set()


def test_only_the_composition_root_makes_the_adapter() -> None:
    """Nobody but the composition root makes a tenant that can write: no job, no command, no handler."""
    holders = {path for path, tree in modules() if any(name == "LiveTenant" for module, name in imports(tree))}
    assert holders == {"custos/bootstrap.py"}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """The contracts of pyproject.toml, on the source in a folder."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_rooms_are_kept_apart() -> None:
    """No room imports one that stands above it, and the inner ones reach neither Azure nor HTTP nor storage."""
    found = lint(REPOSITORY)
    assert (found.returncode, "0 broken" in found.stdout) == (0, True), found.stdout


@pytest.mark.parametrize(
    ("module", "line", "broken"),
    [
        ("policy/steps.py", "from custos.engine.plan import make_plan", "The rooms stand above each other"),
        ("engine/plan.py", "import httpx", "Language, registers and engine know no Azure"),
    ],
)
def test_a_planted_import_is_seen(tmp_path: Path, module: str, line: str, broken: str) -> None:
    """The contracts fail on an import that looks up, and on one that reaches outside."""
    for name in ("custos", "handlers", "simulator", "local_host", "rehearsal", "chaos", "month", "peers"):
        shutil.copytree(
            REPOSITORY / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules")
        )
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    planted = tmp_path / "custos" / module
    planted.write_text(f"{planted.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")
    found = lint(tmp_path)
    assert (found.returncode, broken in found.stdout.partition("Broken contracts")[2]) == (1, True), found.stdout


CONTENT = re.compile(
    r"/content(?:stream)?\b|/\$value\b|/preview\b|/thumbnails\b|downloadurl|openbinary|getfile", re.IGNORECASE
)
"""Ways to what is in a file. Source: https://learn.microsoft.com/graph/api/driveitem-get-content."""


def texts(tree: ast.Module) -> Iterator[str]:
    """Every text that the code works with: f-strings whole, with {} for each value; docstrings are not worked with."""
    said = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in said:
            yield node.value


def test_nobody_opens_a_file() -> None:
    """Custos reads what is known about files and never their content: no address of content stands in its source."""
    assert [(path, text) for path, tree in modules() for text in texts(tree) if CONTENT.search(text)] == []


@pytest.mark.parametrize(
    "source",
    [
        'f"/drives/{quote(drive)}/items/{item}/content"',
        'f"{base}/root:/{path}:/content?format=pdf"',
        '"/content"',
        'item["@microsoft.graph.downloadUrl"]',
        "f\"{site}/_api/web/getfilebyid('{item}')/$value\"",
    ],
)
def test_an_address_of_content_would_be_seen(source: str) -> None:
    """However an address is put together, the test above finds it."""
    assert any(CONTENT.search(text) for text in texts(ast.parse(f"async def read():\n    return await get({source})")))
