"""The pages of the documentation as tests read them: headings, links, and fenced examples with what stands beside the fence."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from custos.settings import REPOSITORY

DOCS = REPOSITORY / "docs"
RUNBOOKS = DOCS / "runbooks"
PAGES = sorted(
    [
        *DOCS.glob("*.md"),
        *RUNBOOKS.glob("*.md"),
        *(REPOSITORY / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    ]
)
_FENCE = re.compile(r"^( *)```(.*)$")
_HEADING = re.compile(r"^#{1,6} +(.*)$")
_PATH = re.compile(r"`((?:custos|handlers|simulator|local_host|rehearsal|tests|docs|policies|requirements)/[\w./-]*)`")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Example:
    """A fenced block: the words beside the fence, its text, and the page and line where it begins."""

    words: tuple[str, ...]
    text: str
    page: Path
    line: int

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"

    @property
    def commands(self) -> list[list[str]]:
        """The commands after `$ custos`, as arguments."""
        lines = [
            line.removeprefix("$ custos").split(" #")[0]
            for line in self.text.splitlines()
            if line.startswith("$ custos ")
        ]
        return [shlex.split(line) for line in lines]

    @property
    def shown(self) -> list[str]:
        """The lines that are output, without those that leave something out."""
        return [
            line for line in self.text.splitlines() if line.strip() and not line.startswith("$ ") and "…" not in line
        ]


def examples(*words: str, page: Path | None = None) -> list[Example]:
    """Every example of the documentation whose first words are these, in order."""
    pages = [page] if page else PAGES
    return [one for each in pages for one in _examples(each) if one.words[: len(words)] == words]


def _examples(page: Path) -> Iterator[Example]:
    words: tuple[str, ...] | None = None
    indent, begun, lines = 0, 0, list[str]()
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
        fence = _FENCE.match(line)
        if fence and words is None:
            words, indent, begun, lines = tuple(fence[2].split()), len(fence[1]), number, []
        elif fence:
            assert words is not None
            yield Example(words, "\n".join(lines) + "\n", page, begun)
            words = None
        elif words is not None:
            lines.append(line[indent:])


def prose(page: Path) -> str:
    """The page without its examples."""
    return re.sub(r"^ *```.*?^ *```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub makes of the headings."""
    headings = [found[1] for line in prose(page).splitlines() if (found := _HEADING.match(line))]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(page: Path) -> list[str]:
    """Where the page's links lead, other than to the web."""
    return [target for target in _LINK.findall(prose(page)) if not target.startswith(("https://", "http://"))]


def paths(page: Path) -> list[str]:
    """The files and folders of the repository that the page names; NAME stands for any."""
    return [name for name in _PATH.findall(prose(page)) if "NAME" not in name]
