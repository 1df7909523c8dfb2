"""docs/architecture.md and its picture: the rooms as `pyproject.toml` stacks them, and who imports whom, read from the source."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape

import grimp

from custos.settings import REPOSITORY
from docs.reference.markdown import NOTE, code, table

PAGE, PICTURE = "architecture.md", "architecture.svg"
_HOME = ("simulator", "local_host", "rehearsal", "chaos", "month", "peers", "release")
_SEPARATOR = re.compile(r"\s*[|:]\s*")  # "|": neither imports the other; ":": they may
_WIDTH, _ROW, _CELL, _TOP, _LEFT, _GRID = 1000, 20, 19, 128, 8, 556
_LONGEST = 68
_STYLE = """
  text { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #24292f; }
  .name { font-weight: 600; }
  .said { font-size: 11px; fill: #57606a; }
  .floor { fill: #f6f8fa; }
  .same { fill: #d0d7de; }
  .uses { fill: #0969da; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .said { fill: #8d96a0; }
    .floor { fill: #161b22; }
    .same { fill: #30363d; }
    .uses { fill: #4493f8; }
  }
"""


@dataclass(frozen=True, slots=True)
class House:
    """The rooms of `custos` from the top down, floor by floor, and which rooms each imports."""

    floors: Sequence[Sequence[str]]
    uses: Mapping[str, frozenset[str]]

    @property
    def rooms(self) -> list[str]:
        """From the top down."""
        return [room for floor in self.floors for room in floor]


@cache
def house() -> House:
    """As the contract of layers in pyproject.toml has it, with the imports that there are, those for type checkers included."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    [layers] = [
        one["layers"] for one in project["tool"]["importlinter"]["contracts"] if one.get("containers") == ["custos"]
    ]
    floors = [_SEPARATOR.split(layer) for layer in layers]
    rooms = {room for floor in floors for room in floor}
    graph = grimp.build_graph("custos", cache_dir=None)
    uses: dict[str, set[str]] = {room: set() for room in rooms}
    for module in graph.modules:
        for imported in graph.find_modules_directly_imported_by(module):
            here, there = _room(module), _room(imported)
            if here != there and {here, there} <= rooms:
                uses[here].add(there)
    return House(floors, {room: frozenset(used) for room, used in uses.items()})


def _room(module: str) -> str:
    return module.split(".")[1] if "." in module else module


def sentence(room: str) -> str:
    """What a room says it is: the first sentence of its docstring."""
    folder = REPOSITORY / (room if room in _HOME or room == "handlers" else f"custos/{room}")
    path = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    first = " ".join(said.split("\n\n")[0].split())
    return re.split(r"(?<=\.) ", first)[0]


def page() -> str:
    """The whole page."""
    built = house()
    ground = sorted(path.stem for path in (REPOSITORY / "custos").glob("[a-z]*.py") if path.stem not in built.rooms)
    rooms = (
        (code(_folder(room)), sentence(room), ", ".join(code(used) for used in built.rooms if used in built.uses[room]))
        for room in built.rooms
    )
    lines = [
        "# Architecture",
        "",
        NOTE,
        "",
        "A room is a folder of `custos/`. Rooms stand above each other, and nothing looks up: `make check` refuses an import that would.",
        "A blue field says that the room of its row imports the room of its column. The picture is drawn from the contracts in",
        "`pyproject.toml` and from the imports that there are. The way of the data through the rooms is in",
        "[contributor.md](contributor.md#the-way-of-the-data).",
        "",
        f"![The rooms of Custos, from the command line down to the settings, and which imports which.]({PICTURE})",
        "",
        "## The rooms, from the top down",
        "",
        *table(("room", "what it is", "imports"), rooms),
        "What every room may import stands beside them: "
        + ", ".join(code(f"custos/{name}.py") for name in ground)
        + ".",
        "",
        "## Around them",
        "",
        *table(("folder", "what it is"), ((code(f"{name}/"), sentence(name)) for name in ("handlers", *_HOME))),
        "`function_app.py` registers what stands in `handlers/`. `infra/` is Azure as code, `azure.yaml` what azd does with it.",
        "",
        "The policy language, the registers and the engine know no Azure, no HTTP and no storage, and only `custos/tenant_adapter` writes",
        "to Microsoft 365: `tests/engine/test_architecture.py` reads both from the source.",
    ]
    return "\n".join(lines) + "\n"


def _folder(room: str) -> str:
    return f"custos/{room}" + ("" if (REPOSITORY / "custos" / room).is_dir() else ".py")


def picture() -> str:
    """The picture, as SVG: a floor a band, a room a row, and a field for each import."""
    built = house()
    rooms = built.rooms
    parts = []
    for at, room in enumerate(rooms):
        x = _GRID + at * _CELL + _CELL / 2 + 4
        parts.append(f'<text transform="translate({x:g} {_TOP - 8}) rotate(-60)">{escape(room)}</text>')
    first = 0
    for floor in built.floors:
        y, height = _TOP + first * _ROW, len(floor) * _ROW - 2
        parts.append(f'<rect class="floor" x="0" y="{y}" width="{_WIDTH}" height="{height}" rx="4"/>')
        for room in floor:
            parts += _row(built, room, _TOP + rooms.index(room) * _ROW)
        first += len(floor)
    tall = _TOP + first * _ROW
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {tall}" role="img">',
            "<title>The rooms of Custos, from the top down, and which imports which.</title>",
            f"<style>{_STYLE}</style>",
            *parts,
            "</svg>\n",
        ]
    )


def _row(built: House, room: str, y: int) -> list[str]:
    said = sentence(room)
    if len(said) > _LONGEST:
        said = said[:_LONGEST].rpartition(" ")[0].rstrip(" ,;:(") + " …"
    cells = [
        f'<rect class="{"same" if other == room else "uses"}" x="{_GRID + at * _CELL}" y="{y + 2}" width="14" height="14" rx="2"/>'
        for at, other in enumerate(built.rooms)
        if other == room or other in built.uses[room]
    ]
    return [
        f'<text class="name" x="{_LEFT}" y="{y + 13}">{escape(room)}</text>',
        f'<text class="said" x="{_LEFT + 108}" y="{y + 13}">{escape(said)}</text>',
        *cells,
    ]
