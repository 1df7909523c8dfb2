"""The files of a council that begins: rendered from `templates/`, and taken by the loader before anybody sees them.

Every policy simulates, owns nobody's names but those given, and covers what its attributes say: nothing, while there is no asset.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from string import Template

from custos.dates import moved
from custos.onboarding.council import Council
from custos.policy import load_files
from custos.policy.policy_files import TESTS
from custos.policy.schema import FILES as SCHEMAS
from custos.policy.schema import schema_text
from custos.records.load import FOLDER
from custos.records.register import AnyRegister
from custos.records.registers import ALL
from custos.records.registers.clauses import CLAUSES
from custos.records.registers.posts import POSTS
from custos.records.roles import GOVERNANCE, RECORDS_MANAGER
from custos.wording import day_words

TEMPLATES = Path(__file__).resolve().parent / "templates"
_FIRST_REVIEW_DAYS = 182
_CLAUSES: tuple[Mapping[str, str], ...] = (
    {
        "clause_id": "Retention",
        "asks": "Records are kept as long as the retention schedule says, and no longer.",
        "kpis": "KPI-04;KPI-05",
        "registers": "retention_schedule.csv;holds.csv",
        "reminders": "schedule review overdue",
        "records": "action:done;action:refused",
    },
    {
        "clause_id": "Sharing",
        "asks": "Information is open to those who may see it, and to nobody else.",
        "kpis": "KPI-11;KPI-13",
        "registers": "sharing_agreements.csv;exceptions.csv",
        "reminders": "agreement ended;exception expired",
        "records": "action:done;case:decided",
    },
    {
        "clause_id": "Ownership",
        "asks": "Everything has somebody who answers for it.",
        "kpis": "KPI-01;KPI-02",
        "registers": "information_asset_register.csv;people_roles.csv",
        "reminders": "no owner;no steward",
        "records": "case:decided",
    },
    {
        "clause_id": "Review",
        "asks": "What is no longer worked with is looked at.",
        "kpis": "KPI-03;KPI-09",
        "registers": "information_asset_register.csv",
        "reminders": "register review overdue",
        "records": "case:decided;case:escalated",
    },
)
"""The clauses that the templates name, until the council writes its own."""


def starter_files(council: Council, today: date) -> dict[str, bytes]:
    """Every file of the directory: path below it ► content. They load without an error; BadInput says when they do not."""
    values = {
        "name": council.name,
        "sharepoint": council.sharepoint,
        "timezone": council.timezone,
        "today": day_words(today),
        "review_due": moved(today, _FIRST_REVIEW_DAYS).isoformat(),
        "governance": council.holders[GOVERNANCE].upn,
        "records_manager": council.holders[RECORDS_MANAGER].upn,
        "not_people": _yaml(council.not_people),
        "roles": "\n".join(f"  {role}: {_yaml([holder.title])}" for role, holder in council.holders.items()),
    }
    files = {
        template.name: Template(template.read_text(encoding="utf-8")).safe_substitute(values).encode()
        for template in sorted(TEMPLATES.iterdir())
    }
    files.update({name: schema_text(make).encode() for name, make in SCHEMAS.items()})
    files.update({f"{FOLDER}/{name}": _header(register).encode() for name, register in ALL.items()})
    files[f"{FOLDER}/{POSTS.file}"] += _people(council).encode()
    files[f"{FOLDER}/{CLAUSES.file}"] += _clauses().encode()
    files[f"{FOLDER}/README.md"] = _register_page().encode()
    loaded = {
        name: content
        for name, content in files.items()
        if name.endswith((".yaml", ".csv")) and not name.endswith(TESTS)
    }
    load_files(loaded, today=today)
    return files


def _yaml(texts: object) -> str:
    """Texts as a list of YAML, of which JSON is a part."""
    return json.dumps(texts, ensure_ascii=False)


def _header(register: AnyRegister) -> str:
    return f"{','.join(register.columns)}\n"


def _clauses() -> str:
    out = io.StringIO()
    csv.DictWriter(out, CLAUSES.columns, restval="", lineterminator="\n").writerows(_CLAUSES)
    return out.getvalue()


def _people(council: Council) -> str:
    out = io.StringIO()
    rows = csv.DictWriter(out, POSTS.columns, restval="", lineterminator="\n")
    for upn, title in council.people.items():
        rows.writerow({"upn": upn, "role": title, "department": council.department})
    return out.getvalue()


def _register_page() -> str:
    """What goes into each register, with the columns that every row needs."""
    lines = ["# The registers", "", "| file | holds | every row needs |", "|---|---|---|"]
    for name, register in ALL.items():
        lines.append(f"| {name} | {register.purpose} | {', '.join(register.required)} |")
    return "\n".join([*lines, "", "`custos import REGISTER FILE` fills them from what you have.", ""])
