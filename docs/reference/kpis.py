"""docs/kpi.md, from the catalogue of indicators."""

from __future__ import annotations

from custos.kpi.catalogue import ALL
from custos.kpi.model import WHOLE, Better
from docs.reference.markdown import NOTE, capital, table


def page() -> str:
    """The whole page."""
    lines = [
        "# Key performance indicators",
        "",
        NOTE,
        "",
        "`custos kpi` measures them on the mirror, the registers, the questions to owners and the runs, as they are at that moment.",
        "A value is nothing but rows added up: `custos kpi --explain KPI-11` lists them, `--by department` and `--by owner` cut them.",
        "Nothing to count is *n/a*, never 100 %. What rests on the mirror does not count while less than",
        f"{WHOLE * 100:.0f} % of the libraries were read; what could not be read is *unknown*, in neither half of the fraction.",
        "The aims are proposals: the Corporate Information Group sets them.",
        "",
        *table(
            ("KPI", "what", "formula", "aim", "better"),
            (
                (
                    kpi.id,
                    kpi.name,
                    capital(kpi.formula),
                    kpi.target,
                    "higher" if kpi.better is Better.HIGHER else "lower",
                )
                for kpi in ALL
            ),
        ),
        "Not measured yet, and what each waits for:",
        "",
        *(f"- {kpi.id} {kpi.name}: {kpi.missing}." for kpi in ALL if kpi.missing),
    ]
    return "\n".join(lines).rstrip() + "\n"
