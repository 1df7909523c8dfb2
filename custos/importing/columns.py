"""By which names councils call the columns of the registers: how a mapping is proposed."""

from __future__ import annotations

import re

from custos.records.column import Column


def same_name(written: str) -> str:
    """A column's name as it is compared: letters and digits, single spaces."""
    return " ".join(re.findall(r"[a-z0-9]+", written.casefold()))


def names_of(column: Column) -> tuple[str, ...]:
    """The names that mean a column, its own first."""
    return (same_name(column.name), *column.called)
