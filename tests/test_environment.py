"""The environment belongs to the process: only whoever owns the process lays it down."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from custos.settings import REPOSITORY

OWNERS = {
    ("custos/cli/main.py", "of_this_process"),  # `python -m custos`: a settings file becomes its environment
    ("local_host/__main__.py", "_serve"),  # `python -m local_host`: an app finds its settings there
}
FOLDERS = ("custos", "handlers", "simulator", "local_host", "rehearsal", "chaos", "peers", "docs", "tests")
CHANGING = {"update", "setdefault", "pop", "popitem", "clear", "__setitem__", "__delitem__", "__ior__"}
SETTING = {"putenv", "unsetenv", "setenv", "delenv"}


def is_environment(node: ast.AST) -> bool:
    return (isinstance(node, ast.Attribute) and node.attr in ("environ", "environb")) or (
        isinstance(node, ast.Name) and node.id in ("environ", "environb")
    )


def changes(node: ast.AST) -> bool:
    """Whether a node changes the environment, or hands it to what would: `patch.dict(os.environ)`, another name for it."""
    match node:
        case ast.Subscript(value=value, ctx=ast.Store() | ast.Del()):
            return is_environment(value)
        case ast.Call(func=ast.Attribute(value=value, attr=name)) if name in CHANGING:
            return is_environment(value)
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)) if name in SETTING:
            return True
        case ast.Call(func=ast.Attribute(attr="dict", value=ast.Name(id="patch")), args=[first, *_]):
            return is_environment(first)
        case ast.Assign(value=value) | ast.AnnAssign(value=ast.AST() as value) | ast.NamedExpr(value=value):
            return is_environment(value)
        case ast.AugAssign(target=target):
            return is_environment(target)
    return False


def found(node: ast.AST, function: str = "") -> Iterator[tuple[str, int]]:
    """The function and line of each change in a tree."""
    for child in ast.iter_child_nodes(node):
        inside = child.name if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) else function
        if changes(child):
            yield inside, getattr(child, "lineno", 0)
        yield from found(child, inside)


def test_only_a_process_of_its_own_lays_its_environment_down() -> None:
    """Two tests, two tenants or two storage accounts in one process never fight over a variable: nothing changes one."""
    sources = [file for folder in FOLDERS for file in Path(REPOSITORY, folder).rglob("*.py")]
    seen = {
        (file.relative_to(REPOSITORY).as_posix(), function): line
        for file in sources
        for function, line in found(ast.parse(file.read_text(encoding="utf-8")))
    }
    assert len(sources) > 400
    assert seen.keys() == OWNERS, seen


@pytest.mark.parametrize(
    "source",
    [
        "os.environ['A'] = '1'",
        "del os.environ['A']",
        "os.environ.update(made)",
        "environ.pop('A')",
        "os.environ |= made",
        "os.putenv('A', '1')",
        "monkeypatch.setenv('A', '1')",
        "with patch.dict(os.environ, made): pass",
        "mine = os.environ",
    ],
)
def test_each_way_is_seen(source: str) -> None:
    """Each way of changing the environment would be noticed, in a function too."""
    assert list(found(ast.parse(source)))
    assert [name for name, _ in found(ast.parse(f"def test():\n    {source}"))] == ["test"]
