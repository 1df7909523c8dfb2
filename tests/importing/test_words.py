"""Words that councils write in their registers, and what Custos makes of them."""

from __future__ import annotations

import pytest

from custos.importing.convert import Meanings, NotUnderstood, convert
from custos.importing.days import day_in_words, month_stands_first
from custos.importing.periods import PeriodWords, period_from
from custos.records.registers.assets import ASSETS
from custos.records.registers.holds import HOLDS

NOBODY = Meanings(people={}, values={})


@pytest.mark.parametrize(
    ("written", "period", "kind", "text"),
    [
        ("6 years after end of financial year", "P6Y", "financial_year_end", "End of the financial year"),
        ("End of financial year + 6 years", "P6Y", "financial_year_end", "End of the financial year"),
        ("Current + 6 years", "P6Y", "financial_year_end", "End of the financial year"),
        ("DOB + 75 years", "P75Y", "dob", "Date of birth"),
        ("75 yrs from date of birth", "P75Y", "dob", "Date of birth"),
        ("until 25th birthday", "P25Y", "dob", "Date of birth"),
        ("Permanent", "permanent", "permanent", "Never"),
        ("Retain permanently.", "permanent", "permanent", "Never"),
        ("Closure of case + 7 years", "P7Y", "event", "Closure of case"),
        ("Retain for 6 years from closure", "P6Y", "event", "Closure"),
        ("Minimum of six years after last contact", "P6Y", "last_contact", "Last contact"),
        ("End of tenancy plus 12 Years", "P12Y", "tenancy_end", "End of tenancy"),
        ("18 months", "P18M", "", ""),
        ("1 year and 6 months", "P18M", "", ""),
        ("2 weeks", "P14D", "", ""),
        ("P6Y", "P6Y", "", ""),
        ("6", None, "", ""),
        ("6 years unless disputed", None, "", ""),
        ("25 years or 6 years after death", None, "", ""),
        ("up to 6 years", None, "", ""),
        ("until superseded", None, "", ""),
        ("6 years, then 12 years", None, "", ""),
        ("", None, "", ""),
        ("9" * 300 + " years", None, "", ""),
    ],
)
def test_periods_in_words(written: str, period: str | None, kind: str, text: str) -> None:
    """One period and what it is counted from; what has a condition, an alternative or a most is nobody's guess."""
    assert period_from(written) == (PeriodWords(period, kind, text) if period else None)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("31/03/2027", "2027-03-31"),
        ("3/4/2027", "2027-04-03"),
        ("31.3.2027", "2027-03-31"),
        ("31-Mar-2027", "2027-03-31"),
        ("1st April 2027", "2027-04-01"),
        ("Thursday 1 April 2027", "2027-04-01"),
        ("3rd of Sept 2027", "2027-09-03"),
        ("2027-03-31", "2027-03-31"),
        ("31/03/27", None),
        ("31/02/2027", None),
        ("03/31/2027", None),
        ("Spring 2027", None),
        ("Smarch 1, 2027", None),
    ],
)
def test_days_in_british_forms(written: str, day: str | None) -> None:
    """The day stands before the month; a year of two digits, and a day that does not exist, is none."""
    found = day_in_words(written)
    assert (found.isoformat() if found else None) == day


def test_a_column_with_an_american_day_makes_others_doubtful() -> None:
    """Once a column has a day with its month first, 03/04/2027 in it could be two days, and is not taken for one."""
    assert month_stands_first(["03/04/2027", "03/31/2027"])
    assert not month_stands_first(["03/04/2027", "31/03/2027"])
    doubtful = Meanings(people={}, values={}, month_first=frozenset({"since"}))
    assert isinstance(convert(HOLDS, "since", "03/04/2027", doubtful), NotUnderstood)
    assert convert(HOLDS, "since", "03/04/2027", NOBODY) == "2027-04-03"


@pytest.mark.parametrize(
    ("column", "written", "meant"),
    [
        ("vital_record", "Y", "yes"),
        ("vital_record", "No", "no"),
        ("vital_record", "perhaps", None),
        ("iao_upn", "Jo Bloggs <Jo.Bloggs@Thornby.gov.example>", "jo.bloggs@thornby.gov.example"),
        ("iao_upn", "Jo Bloggs", None),
        ("steward_upns", "a@t.example\nb@t.example", "a@t.example;b@t.example"),
        ("steward_upns", "a@t.example, b@t.example", "a@t.example;b@t.example"),
        ("steward_upns", "a@t.example b@t.example", "a@t.example;b@t.example"),
        ("steward_upns", "a@t.example; Jo", None),
        (
            "location_refs",
            "https://t.example/sites/a, https://t.example/sites/b c",
            "https://t.example/sites/a;https://t.example/sites/b c",
        ),
        ("location_type", "SharePoint; hard copy", "m365;paper"),
        ("classification", "Official - Sensitive", "OFFICIAL-SENSITIVE"),
        ("classification", "Amber", None),
        ("review_interval_months", "every 2 years", "24"),
        ("review_interval_months", "Annually", "12"),
        ("review_interval_months", "6 months after closure", None),
        ("description", "- minutes\n- agendas", "minutes; agendas"),
        ("contract_end", "N/A", ""),
        ("contract_end", "rolling", ""),
    ],
)
def test_cells_of_the_asset_register(column: str, written: str, meant: str | None) -> None:
    """Each cell becomes what the register reads, or says why it does not."""
    found = convert(ASSETS, column, written, NOBODY)
    assert (None if isinstance(found, NotUnderstood) else found) == meant
