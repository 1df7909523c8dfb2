"""A slip in a value is refused where it stands: it would find nothing, or everything."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from custos.kinds import CATALOGUE
from custos.policy.compile import Moment, columns_of, compile_condition
from tests.policy.policies import bundle, only, policy

HOST = "https://wrenbridge.sharepoint.example"
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("about", "when", "code", "said"),
    [
        ("file", "label: is_mising", "value", "Is is_missing meant?"),
        ("file", "label: is missing", "value", "Is is_missing meant?"),
        ("file", "label: {in: [GEN-01 Transitory 60d, is_presnt]}", "value", "Is is_present meant?"),
        ("file", "not: {label: is_mising}", "value", "Is is_missing meant?"),
        ("file", 'label: {is_not: "PLN-02 Pre-aplication advice 7y"}', "unknown-entry", "PLN-02 Pre-application advice 7y"),
        ("file", "asset: {not_in: [IA-044]}", "unknown-asset", "IA-0"),
        ("site", "asset_department: Childrens", "unknown-department", '"Children"'),
        ("file", "scheduled_entry: RS-PLN-99", "unknown-entry", "RS-PLN-0"),
        ("file", "scheduled_label: PLN-02 Pre-application advice 9y", "unknown-entry", "PLN-02"),
        ("file", 'file_name: {contains: "*.mp4"}', "value", "ends_with"),
        ("file", "file_extension: tar.gz", "value", "pdf"),
        ("file", "site_address: /sites/hr-casework", "value", "https://"),
        ("file", "size: {more_than: 5 GB, less_than: 1 GB}", "never", "Correct"),
        ("file", "size: {less_than: 0}", "never", "Correct"),
        ("file", "size: {at_least: 0}", "always", "Say what is meant"),
        ("site", "site_owners: {more_than: 2, at_most: 2}", "never", "Correct"),
        ("file", "file_modified: {older_than: 2 years, within_last: 30 days}", "never", "Correct"),
        ("file", 'file_modified: {before: "2020-01-01", from: "2021-01-01"}', "never", "Correct"),
        ("file", "label: is_missing\nall:\n  - label: GEN-01 Transitory 60d", "never", "Correct"),
        ("file", "label: [GEN-01 Transitory 60d]\nnot: {label: GEN-01 Transitory 60d}", "never", "Correct"),
        ("file", "is_record: yes\nany:\n  - is_record: no\n  - all:\n    - is_record: no\n    - label: is_missing", "never", "Correct"),
        ("file", "any:\n  - label: is_missing\n  - label: is_present", "always", "Say what is meant"),
        ("site", "site_visibility: {not_in: [public, private]}", "never", "Correct"),
        ("site", "posture: [internal, agreements_only, guests_allowed, public_view, unregistered]", "always", "Say"),
        ("site", "not: {posture: {in: [internal, agreements_only, guests_allowed, public_view, unregistered]}}", "never", ""),
        ("site", "site_sharing: {tighter_than: disabled}", "never", "Correct"),
        ("grant", "person_domain: {is: partner.example, outside: [partner.example]}", "never", "Correct"),
    ],
)  # fmt: skip
def test_a_slip_is_refused(about: str, when: str, code: str, said: str) -> None:
    """Each is one problem at its line, with what was probably meant."""
    found = only(policy(about=about, when=when))
    assert found.code == code, found
    assert said in found.remedy
    assert found.mark.line >= 15


@pytest.mark.parametrize(
    ("about", "when"),
    [
        ("file", "label: Corporate records 10 years"),  # of an older scheme
        ("file", "label: HOU-01 Tenancy ended 5y"),  # the schedule says 6y: an older version, and another label
        ("file", "label: gen-01 transitory 60D"),
        ("site", "asset_department: children"),
        ("file", "any:\n  - label: is_missing\n  - label: GEN-01 Transitory 60d"),
        ("file", "size: {more_than: 1 GB, less_than: 5 GB}"),
        ("file", "file_modified: {older_than: 2 years}\nfile_created: {within_last: 30 days}"),
        ("file", 'file_modified: {older_than: 2 years, from: "2026-01-01"}'),  # today decides
        ("site", "site_sharing: {looser_than: its class, is_not: anyone}"),
        ("link", "link_expires: {within_next: 30 days}"),
        ("file", "file_name: mission_"),
        ("file", "not:\n  all:\n    - label: is_missing\n    - is_record: no"),
    ],
)
def test_what_can_be_meant_is_taken(about: str, when: str) -> None:
    """A condition that may hold and may not is the author's to write."""
    assert bundle(policy(about=about, when=when)).policies


@pytest.mark.parametrize(
    ("when", "fact", "stands"),
    [
        ("file_extension: .PDF", "file_extension", "pdf"),
        ("file_extension: [.docx, PDF]", "file_extension", "Pdf"),
        (f"site_address: {HOST}/sites/Planning-casework/", "site_address", f"{HOST}/sites/planning-casework"),
        (f"library_address: {HOST}/sites/x/Public register", "library_address", f"{HOST}/sites/x/Public%20register"),
        (f"library_address: {HOST}/sites/x/Public%20register/", "library_address", f"{HOST}/sites/X/Public register"),
        ("library_address: {ends_with: /Public%20Register}", "library_address", f"{HOST}/sites/x/Public%20register"),
    ],
)
def test_values_fit_however_they_are_written(when: str, fact: str, stands: str) -> None:
    """Endings with and without their dot, addresses with and without escapes and a closing slash are the same."""
    condition = bundle(policy(when=when)).policies["test-policy"].rules[0].when
    columns = {name: [stands, None] for name in columns_of(CATALOGUE[fact])}
    truth = pl.DataFrame(columns).select(compile_condition(condition, Moment(NOW, UTC)).alias("truth"))["truth"]
    assert truth.to_list() == [True, None]


@pytest.mark.parametrize(
    ("moment", "before"),
    [
        (datetime(2026, 5, 30, 22, 59, tzinfo=UTC), True),  # 23:59 on 30 May in London
        (datetime(2026, 5, 30, 23, 0, tzinfo=UTC), False),  # its midnight
    ],
)
def test_a_written_day_begins_at_the_council_s_midnight(moment: datetime, before: bool) -> None:  # a table of cases
    """`before: 2026-05-31` asks for what lies before midnight where the council is, in summer an hour before UTC's."""
    condition = bundle(policy(when="file_created: {before: 2026-05-31}")).policies["test-policy"].rules[0].when
    columns = {name: [moment] for name in columns_of(CATALOGUE["file_created"])}
    london = Moment(NOW, ZoneInfo("Europe/London"))
    assert pl.DataFrame(columns).select(compile_condition(condition, london).alias("t"))["t"].to_list() == [before]
