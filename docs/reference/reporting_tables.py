"""docs/reporting-tables.md, from the declarations of the reporting tables."""

from __future__ import annotations

from custos.inventory.reporting_schema import ALL, CONTAINER
from custos.inventory.reporting_tables import KEEP_HOURS
from docs.reference.markdown import NOTE, capital, code, codes, table

PAGE = "reporting-tables.md"

_INTRODUCTION = f"""\
Indicators, questions and findings lie as [Delta Lake](https://delta.io) tables in the blob container `{CONTAINER}` of the storage
account. Power BI, Fabric, Databricks and anything else that reads Delta open them without Custos. The timer `measure_kpis` writes
them every morning, after the day's values were published. What did not change makes no new version; of what did, the change feed says
what it was and what it is.

## Open them

Give whoever reads them *Storage Blob Data Reader* on the container `{CONTAINER}` alone: the mirror, with the names of all files, is in
another one. With `ACCOUNT` for the name of the storage account:

- **Power BI** and Fabric's dataflows: `DeltaLake.Table(AzureStorage.DataLake("https://ACCOUNT.dfs.core.windows.net/{CONTAINER}/findings"))`
  ([Microsoft](https://blog.fabric.microsoft.com/blog/read-data-from-delta-lake-tables-with-the-deltalake-table-m-function)).
- **Fabric**: a shortcut of a lakehouse to the container, into *Tables*.
- **Python**: `polars.read_delta("az://{CONTAINER}/findings", …)`; `DeltaTable(…).load_cdf(starting_version=…)` tells the changes.
- **A spreadsheet**: `custos export findings.csv --table findings`, or all of them with `custos export tables.json --table all`. No
  cell of the CSV is a formula.

The tests read the tables back with delta-rs and Polars, and hold their reader version at 1. Power BI and Fabric were not tried: they
may ask for an account with hierarchical namespace, which Custos' own is not. Then have a pipeline copy the container into yours.

## What to know

- **Masked.** Names and addresses of files in assets with special-category or criminal-offence data, and where no asset covers them,
  are masked as on every page. People are named: whoever is asked, whoever owns, and guests that a rule finds.
- **Unknown is null**, "" is known to be none. What a rule could not decide is in `undecided`, and not among the findings.
- **A value that does not count says so.** `counts` is false where fewer than 95 % of the libraries were read. `indicators` says what is
  not measured; it has no values. A denominator of 0 has no value.
- **How old they are** says `tables_written`: look at it before you draw anything.
- **Former versions** and the change feed are kept for {KEEP_HOURS // 24} days; published values as long as Custos is.
- **What it costs**: one evaluation of the mirror, and a request for each thousand published values (about six for a year of them).
  Nothing is asked of Microsoft 365.
- Columns may be added without notice; one that goes, or means something else, is in the changelog.
"""


def page() -> str:
    """The whole page."""
    lines = ["# Reporting tables", "", NOTE, "", *_INTRODUCTION.splitlines(), ""]
    for one in ALL.values():
        lines += [f"## {one.name}", "", f"{capital(one.row)}. Its key: {codes(one.key)}.", ""]
        lines += table(
            ("column", "type", "meaning"),
            ((code(column.name), _kind(str(column.kind)), column.means) for column in one.columns),
        )
    return "\n".join(lines).rstrip() + "\n"


def _kind(name: str) -> str:
    if name.startswith("Datetime"):
        return "timestamp (UTC)"
    return {"String": "string", "Int64": "long", "Float64": "double", "Boolean": "boolean", "Date": "date"}[name]
