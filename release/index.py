"""What Azure would find in a package: its functions, by Microsoft's worker library, in an interpreter that sees nothing else.

Neither this machine's site-packages nor the repository is on its path (`python -I -S`): what is missing in the package is missing.
The library itself is the platform's, so it is lent.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import azure_functions_runtime
import azurefunctions.extensions.base as extensions

from release.errors import CannotRelease

_CHILD = Path(__file__).with_name("index_child.py")
_SECONDS = 120  # Azure indexes for two minutes, on 3.13


@dataclass(frozen=True, slots=True)
class Found:
    """The names of the functions, in the order of their declarations, and the files of Python that were loaded on the way."""

    functions: tuple[str, ...]
    loaded: tuple[Path, ...]


def look_into(folder: Path, site_packages: Path) -> Found:
    """Index `folder`, and import every module that the code in it names anywhere, also those that it imports late.

    Raises CannotRelease with the reason when it does not index, or when something is missing.
    """
    worker = Path(azure_functions_runtime.__file__).parent
    lent = {
        "azure_functions_runtime": worker,
        "azurefunctions": Path(extensions.__file__).parents[2],
        "local_host": Path(__file__).resolve().parents[1] / "local_host",
    }
    with tempfile.TemporaryDirectory() as temporary:
        for name, source in lent.items():
            (Path(temporary) / name).symlink_to(source, target_is_directory=True)
        child = [sys.executable, "-I", "-S", "-B", str(_CHILD), str(folder), str(site_packages), temporary]
        done = subprocess.run(
            [*child, *sorted(imports_of(folder))], capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1] if done.stderr else "no reason was given"
        raise CannotRelease(f"The package does not work: {reason}")
    told = json.loads(done.stdout.splitlines()[-1])
    return Found(tuple(told["functions"]), tuple(Path(each) for each in told["loaded"]))


def imports_of(folder: Path) -> frozenset[str]:
    """The modules that the code of the app imports at run time, at the top or inside a function."""
    found: set[str] = set()
    for part in ("custos", "handlers"):
        for path in sorted((folder / part).rglob("*.py")):
            found |= _imported(ast.parse(path.read_text(encoding="utf-8")))
            found.add(".".join(path.relative_to(folder).with_suffix("").parts).removesuffix(".__init__"))
    return frozenset(found - {"custos.__main__"})


def _imported(node: ast.AST) -> set[str]:
    match node:
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return set()
        case ast.Import(names=names):
            return {each.name for each in names}
        case ast.ImportFrom(module=str(module), level=0):
            return {module}
    return {name for below in ast.iter_child_nodes(node) for name in _imported(below)}
