"""Which files of the installed packages stay at home: what no code of Custos can reach, or what serves people who build software.

No file is changed. `tests/release` imports everything that Custos imports from what is left.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

_GRAPH = "msgraph/generated/"
_GRAPH_KEPT = "msgraph/generated/base_graph_service_client.py"
"""`msgraph` imports this one at its start; it imports the 23,000 models and builders only for type checkers."""
_FOLDERS = frozenset({"__pycache__", "bin", "test", "tests"})
_ENDINGS = frozenset({".c", ".cpp", ".h", ".pxd", ".pyc", ".pyi", ".pyx"})
_OF_THE_INSTALLER = frozenset({"INSTALLER", "RECORD", "REQUESTED", "direct_url.json"})
"""RECORD would name files that are not there. METADATA, entry points and licences go along."""


def is_left_out(file: PurePosixPath) -> bool:
    """Whether a file, relative to site-packages, is of no use to the deployed app."""
    path = str(file)
    if path.startswith(_GRAPH) and path != _GRAPH_KEPT:
        return True
    if file.parts[0].endswith(".dist-info"):
        return file.name in _OF_THE_INSTALLER
    return file.suffix in _ENDINGS or not _FOLDERS.isdisjoint(file.parts[:-1])


def kept(files: Iterable[PurePosixPath]) -> list[PurePosixPath]:
    """The others, in order of name."""
    return sorted(file for file in files if not is_left_out(file))
