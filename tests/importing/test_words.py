"""Words that councils write in their registers, and what Custos makes of them."""

from __future__ import annotations

import pytest

from custos.importing.convert import Meanings, NotUnderstood, convert
from custos.importing.days import day_in_words, month_stands_first
from custos.importing.periods import PeriodWords, period_from, trigger_from
from custos.records.registers.assets import ASSETS
from custos.records.registers.holds import HOLDS
from custos.records.registers.schedule import SCHEDULE

NOBODY = Meanings(people={}, values={})


@pytest.mark.parametrize(
    ("written", "period", "kind", "text"),
    [
        ("6 years after end of financial year", "P6Y", "financial_year_end", "End of financial year"),
        ("End of financial year + 6 years", "P6Y", "financial_year_end", "End of financial year"),
        ("CFY + 6 years", "P6Y", "financial_year_end", "CFY"),
        ("6 years + current financial year", "P6Y", "financial_year_end", "Current financial year"),
        ("DOB + 75 years", "P75Y", "dob", "DOB"),
        ("75 yrs from date of birth", "P75Y", "dob", "Date of birth"),
        ("until 25th birthday", "P25Y", "dob", "Date of birth"),
        ("Permanent", "permanent", "permanent", "Never"),
        ("Retain permanently.", "permanent", "permanent", "Never"),
        ("Closure of case + 7 years", "P7Y", "event", "Closure of case"),
        ("Retain for 6 years from closure", "P6Y", "event", "Closure"),
        ("Six years after last contact", "P6Y", "last_contact", "Last contact"),
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
    ("written", "text"),
    [
        (
            "6 years after end of financial year in which the contract ended",
            "End of financial year in which the contract ended",
        ),
        (
            "6 years from the end of the financial year following closure of account",
            "End of the financial year following closure of account",
        ),
        ("6 years from end of financial year of last payment", "End of financial year of last payment"),
        ("6 years from end of the tax year", "End of the tax year"),
        ("Date of birth of the mother + 75 years", "Date of birth of the mother"),
        ("DOB of youngest child + 25 years", "DOB of youngest child"),
        ("until the 25th birthday of the youngest child", "Date of birth of the youngest child"),
        ("6 years after creation of the company", "Creation of the company"),
        ("3 years from last contact with the family", "Last contact with the family"),
        ("10 years from the meeting that closed the scheme", "Meeting that closed the scheme"),
        ("7 years after end of tenancy of the last joint tenant", "End of tenancy of the last joint tenant"),
    ],
)
def test_what_a_period_is_counted_from_stays_whole(written: str, text: str) -> None:
    """Whoever says more than "financial year" or "date of birth" names an event of their own: no word of it is lost."""
    found = period_from(written)
    assert found is not None
    assert (found.trigger_kind, found.trigger_text) == ("event", text)
    assert trigger_from(text) == "event"


@pytest.mark.parametrize(
    ("written", "remedy"),
    [
        ("C + 6", "Write which year is meant"),
        ("Current + 6 years", "Write which year is meant"),
        ("Current year + 6", "Write which year is meant"),
        ("Current year + 6 months", "Write which year is meant"),
        ("6 years + current year", "Write which year is meant"),
        ("At least 6 years from closure of case", "a least does not say when it ends"),
        ("Minimum 6 years from closure of case", "a least does not say when it ends"),
        ("6 years minimum", "a least does not say when it ends"),
        ("Closure of case + not less than 6 years", "a least does not say when it ends"),
        ("up to 6 years", "a most does not say how long it is kept"),
        ("not more than 6 years", "a most does not say how long it is kept"),
        ("-6 years after closure", "without the sign"),
        ("-6 years", "without the sign"),
        ("–6 years", "without the sign"),
        ("6 years unless disputed", "a condition or an alternative"),
        ("about 6 years", "exactly how long"),
        ("Permanently delete after 6 years", "Write for instance"),
        ("6 years+", "Write for instance"),
        ("25 years of age", "Write for instance"),
        ("Adults: 6 years", "Write for instance"),
    ],
)
def test_a_period_that_is_not_understood_says_what_to_write(written: str, remedy: str) -> None:
    """A least, a sign, another year than the financial one, a word that fits nowhere: the cell is listed, and nothing is guessed."""
    found = convert(SCHEDULE, "period", written, NOBODY)
    assert isinstance(found, NotUnderstood)
    assert remedy in found.remedy


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
        ("review_interval_months", "-6 months", None),
        ("review_interval_months", "six-monthly", "6"),
        ("description", "- minutes\n- agendas", "minutes; agendas"),
        ("contract_end", "N/A", ""),
        ("contract_end", "rolling", ""),
    ],
)
def test_cells_of_the_asset_register(column: str, written: str, meant: str | None) -> None:
    """Each cell becomes what the register reads, or says why it does not."""
    found = convert(ASSETS, column, written, NOBODY)
    assert (None if isinstance(found, NotUnderstood) else found) == meant
