"""Writes the reference pages that are made from the code: `python -m docs.generate`; `--check` only compares.

docs/architecture.md and its picture come from the layers in pyproject.toml and the imports that there are, docs/commands.md from the
command line's own parser, docs/json.md from the shapes of `--json`, docs/kpi.md from the catalogue of indicators, docs/policies.md from the
policy language's catalogue, operators, schema and limits, the table of settings in docs/operator.md from `custos/settings.py`,
the bounds in docs/registers.md from the reader of registers, docs/reporting-tables.md from the declarations of its tables, the notices
in docs/owner.md from the fixtures of `custos preview`, and
the policy that docs/admin.md reads aloud from the sample council. policies/ holds what `custos init` writes.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from custos.onboarding.shipped import shipped_files
from custos.settings import REPOSITORY
from docs.reference import (
    architecture,
    commands,
    json_shapes,
    kpis,
    notices,
    policies,
    register_bounds,
    reporting_tables,
    settings,
    shown_policy,
)

HERE = Path(__file__).resolve().parent
POLICIES = REPOSITORY / "policies"


def pages(folder: Path = HERE) -> dict[str, str]:
    """Every generated page of a folder like docs/, by its name there, as it should stand."""
    return {
        architecture.PAGE: architecture.page(),
        architecture.PICTURE: architecture.picture(),
        "commands.md": commands.page(),
        "json.md": json_shapes.page(),
        "kpi.md": kpis.page(),
        "policies.md": policies.page(),
        notices.PAGE: notices.put_into(_read(folder / notices.PAGE)),
        register_bounds.PAGE: register_bounds.put_into(_read(folder / register_bounds.PAGE)),
        reporting_tables.PAGE: reporting_tables.page(),
        settings.PAGE: settings.put_into(_read(folder / settings.PAGE)),
        shown_policy.PAGE: shown_policy.put_into(_read(folder / shown_policy.PAGE)),
    }


def files(folder: Path = HERE, policies: Path = POLICIES) -> dict[Path, str]:
    """Every generated file, as it should stand."""
    made = {folder / name: text for name, text in pages(folder).items()}
    return made | {policies / name: content.decode() for name, content in shipped_files().items()}


def main(arguments: list[str] | None = None, folder: Path = HERE, policies: Path = POLICIES) -> int:
    """Write what is generated, or with --check say which files are out of date. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m docs.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; end with 1 when a page is out of date")
    old = {path: text for path, text in files(folder, policies).items() if _read(path) != text}
    if parser.parse_args(arguments).check:
        for path in old:
            print(f"{path.parent.name}/{path.name} is out of date: run `make docs`.", file=sys.stderr)
        return 1 if old else 0
    for path, text in old.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
