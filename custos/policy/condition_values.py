"""The values of conditions against what the council's registers know: a name with a slip in it would match nothing, or everything."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from difflib import SequenceMatcher

from custos.did_you_mean import near
from custos.kinds import CATALOGUE
from custos.kinds.fact import FactType
from custos.model.policy import Condition, Test, each_test
from custos.problems import Problems
from custos.records.model import Records

_WORDS = ("is_missing", "is_present")
_ALIKE = 0.85
_WHOLE = ("is", "is_not", "in", "not_in")
_CLOSED: Mapping[str, tuple[str, Callable[[Records], Collection[str]]]] = {
    "asset": ("asset", lambda records: records.assets),
    "asset_department": ("department", lambda records: {asset.department for asset in records.assets.values()}),
    "scheduled_entry": ("schedule entry", lambda records: records.schedule),
    "scheduled_label": ("label of the schedule", lambda records: {entry.label for entry in records.schedule.values()}),
}
"""Facts whose every value is in a register."""


def check_values(condition: Condition, records: Records, problems: Problems) -> None:
    """Notes values that no register knows, words that are nearly an operator's, and signs that stand for nothing here."""
    for test in each_test(condition):
        if isinstance(test.value, tuple) or CATALOGUE[test.fact].type in (FactType.TEXT, FactType.ADDRESS):
            for value in test.value if isinstance(test.value, tuple) else (str(test.value),):
                if test.operator != "is_missing":
                    _check(value, test, records, problems)


def _check(value: str, test: Test, records: Records, problems: Problems) -> None:
    word = _nearly_a_word(value)
    if word and CATALOGUE[test.fact].type is not FactType.CHOICE:
        problems.error(
            test.mark, f'"{value}" is taken for a value of "{test.fact}".', f"Is {word} meant?", code="value"
        )
    elif "*" in value:
        what = f'In "{value}" the * is read as it is, and would match nothing.'
        problems.error(test.mark, what, "Use starts_with, ends_with or contains.", code="value")
    elif test.operator in _WHOLE and test.fact in _CLOSED:
        what, known = _CLOSED[test.fact]
        _known(value, what, known(records), test, problems)
    elif test.operator in _WHOLE and test.fact == "label":
        meant = _slip(value, {entry.label for entry in records.schedule.values()})
        if meant:
            what = f'No schedule entry has the label "{value}", and one has nearly that.'
            problems.error(test.mark, what, f'Did you mean "{meant}"?', code="unknown-entry")


def _known(value: str, what: str, known: Collection[str], test: Test, problems: Problems) -> None:
    if value.casefold() not in {one.casefold() for one in known}:
        code = "unknown-entry" if "schedule" in what else f"unknown-{what}"
        problems.error(test.mark, f'There is no {what} "{value}".', near(value, known), code=code)


def _nearly_a_word(value: str) -> str:
    """The word that a value was probably meant to be, "" for none: `is_mising`, `is missing`, `IS_PRESENT`, `ismissing`."""
    plain = re.sub(r"[\s-]+", "_", value.strip().casefold())
    close = [(SequenceMatcher(None, plain, word).ratio(), word) for word in _WORDS if abs(len(plain) - len(word)) < 3]
    ratio, word = max(close, default=(0.0, ""))
    return word if ratio >= _ALIKE else ""


def _slip(value: str, known: Collection[str]) -> str:
    """The known label that a value nearly is, "" for none. Labels with other numbers are other labels: an older scheme's, perhaps."""
    wanted = value.casefold()
    if wanted in {one.casefold() for one in known}:
        return ""
    alike = [
        (ratio, one)
        for one in known
        if re.findall(r"\d+", one) == re.findall(r"\d+", value)
        and (ratio := SequenceMatcher(None, wanted, one.casefold()).ratio()) >= _ALIKE
    ]
    return max(alike, default=(0.0, ""))[1]
