"""Each register: its columns, and how one row becomes a record."""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from custos.dates import EARLIEST
from custos.records.address import Address, looks_like_address, read_address
from custos.records.cells import Row, same_id
from custos.records.delegation import KINDS as DELEGATED
from custos.records.model import (
    Agreement,
    Asset,
    Delegation,
    Exemption,
    Hold,
    Post,
    Posture,
    ScheduleEntry,
    SiteMapping,
)

CLASSIFICATIONS = ("OFFICIAL", "OFFICIAL-SENSITIVE")
PERSONAL_DATA = ("none", "personal", "special_category", "criminal_offence")
STATUSES = ("proposed", "active", "closing", "closed")
LOCATION_TYPES = ("m365", "line_of_business", "shared_drive", "paper", "supplier")
LEVELS = ("low", "medium", "high")
TRIGGERS = (
    "created",
    "modified",
    "labelled",
    "event",
    "dob",
    "financial_year_end",
    "meeting_date",
    "tenancy_end",
    "last_contact",
    "permanent",
)
LABEL_STARTS = ("created", "modified", "labelled")
"""Triggers from which a label counts by itself; every other one is an event, which somebody must tell Purview."""
FINAL_ACTIONS = ("destroy", "destroy_after_review", "review", "transfer", "none")
EVERYBODYS = frozenset(
    {
        "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "hotmail.co.uk", "live.com", "live.co.uk", "msn.com", "yahoo.com",
        "yahoo.co.uk", "icloud.com", "me.com", "aol.com", "proton.me", "protonmail.com", "btinternet.com", "sky.com", "virginmedia.com",
        "talktalk.net", "gmx.com", "mail.com", "co.uk", "org.uk", "gov.uk", "ac.uk", "nhs.uk", "police.uk", "sch.uk", "ltd.uk", "plc.uk",
        "net.uk", "onmicrosoft.com",
    }
)  # fmt: skip
"""Mail domains that are no partner's own: of providers that give everybody an address, and those below which everybody registers."""
HOLD_KINDS = ("inquiry", "foi", "sar", "litigation", "police", "other")
WATCHES = ("live", "nightly")
_NOWHERE = read_address("https://nowhere.invalid")
_PERIOD = re.compile(r"P(0|[1-9][0-9]{0,4})([YMD])")
_LABEL = re.compile(r"[A-Za-z0-9 -]+")
_LONGEST_LABEL = 64
_MOST_MONTHS = 1_200
_LONGEST_LABEL_DAYS = 36_525


@dataclass(frozen=True, slots=True)
class Register:
    """One register file: its columns (those with `*` are mandatory) and the maker of its records.

    `row_name` is what people call a row that has an id of their own giving, "The hold"; "" where a place or a day is its id.
    """

    file: str
    columns: tuple[str, ...]
    required: tuple[str, ...]
    make: Callable[[Row], Any]
    row_name: str = ""

    @property
    def name(self) -> str:
        """What people call it at the terminal."""
        return self.file.removesuffix(".csv")

    @property
    def id(self) -> str:
        """The column that names a row: the first."""
        return self.columns[0]

    def same_row(self, written: str) -> str:
        """An id as it is compared: rows that are called alike are one row; places differ by their spaces too."""
        return same_id(written) if self.row_name else " ".join(written.split()).casefold()


def _register(file: str, columns: str, make: Callable[[Row], Any], row_name: str = "") -> Register:
    names = columns.split()
    return Register(
        file=file,
        columns=tuple(name.rstrip("*") for name in names),
        required=tuple(name[:-1] for name in names if name.endswith("*")),
        make=make,
        row_name=row_name,
    )


def _asset(row: Row) -> Asset:
    kinds = row.choices("location_type", LOCATION_TYPES, required=True)
    locations, others = _locations(row, kinds)
    for column in ("description", "function"):
        row.text(column, required=True)
    row.number("review_interval_months", required=True)
    row.day("contract_end", endless=True)
    return Asset(
        id=row.text("asset_id", required=True),
        name=row.text("name", required=True),
        description=row.text("description"),
        function=row.text("function"),
        department=row.text("department", required=True),
        iao=row.upn("iao_upn", required=True),
        deputy=row.upn("deputy_iao_upn"),
        stewards=row.upns("steward_upns"),
        escalation=row.upn("escalation_upn"),
        location_types=kinds,
        locations=locations,
        other_locations=others,
        classification=row.choice("classification", CLASSIFICATIONS, required=True),
        personal_data=row.choice("personal_data", PERSONAL_DATA, required=True),
        schedule_refs=row.texts("schedule_refs", required=True),
        posture=Posture(row.choice("sharing_posture", tuple(Posture), required=True, default=Posture.INTERNAL.value)),
        public_libraries=row.containers("public_libraries"),
        vital=row.flag("vital_record", required=True),
        status=row.choice("status", STATUSES, required=True),
        review_due=row.day("review_due", required=True),
        last_review=row.day("last_review"),
        last_restore_test=row.day("last_restore_test"),
        value=row.choice("value", LEVELS),
        risk_level=row.choice("risk_level", LEVELS),
        risk_ref=row.text("risk_ref"),
        mark=row.mark,
    )


def _entry(row: Row) -> ScheduleEntry:
    row.text("function", required=True)
    row.number("review_interval_months", required=True)
    row.day("approved_on")
    label = row.text("label_name", required=True)
    if len(label) > _LONGEST_LABEL:
        what = f"The label name has {len(label)} characters; Microsoft Purview takes {_LONGEST_LABEL}."
        row.wrong("label_name", what, "Write the name of the label in the tenant.", code="label-name")
    elif label and not _LABEL.fullmatch(label):
        what = f'A file plan with the label "{label}" cannot be imported into Microsoft Purview; it can be made there by hand.'
        row.doubtful("label_name", what, "Imports take letters, digits, hyphens and spaces.", code="label-name")
    period = row.text("period", required=True)
    trigger = row.choice("trigger_kind", TRIGGERS, required=True)
    action = row.choice("final_action", FINAL_ACTIONS, required=True)
    permanent = period == "permanent"
    least = None if permanent else least_label_days(period)
    written = row.number("label_days")
    if period and not permanent and least is None:
        row.wrong("period", f'"{period}" is not a period.', _remedy(period), code="period")
    elif least == 0:
        row.wrong("period", f'"{period}" keeps nothing for any time.', "Write how long it is kept.", code="period")
    elif permanent and written is not None:
        what = f"A permanent entry is kept without end, and not for {written} days."
        row.wrong("label_days", what, "Leave label_days empty, or write the period.", code="permanent")
    elif trigger == "permanent" and not permanent:
        what = f"Nothing is counted from permanent, and {period} is counted from something."
        row.wrong("trigger_kind", what, "Write from when it is counted, or permanent as the period.", code="permanent")
    elif permanent and action in ("destroy", "destroy_after_review"):
        row.wrong("final_action", "A permanent entry cannot be destroyed.", "Write none or transfer.", code="permanent")
    elif least is not None and written is not None and written < least:
        row.wrong(
            "label_days",
            f"{written} days are shorter than {period}, which can be {least} days long.",
            f"Write {least}.",
            code="label-days",
        )
    elif least is not None and max(written or 0, least) > _LONGEST_LABEL_DAYS:
        row.wrong(
            "period", f"{period} is longer than a label can keep: 36,525 days.", "Write permanent.", code="period"
        )
    return ScheduleEntry(
        id=row.text("entry_id", required=True),
        record_class=row.text("record_class", required=True),
        label=label,
        period=period,
        label_days=written or least,
        is_record=row.choice("record_type", ("none", "record"), required=True) == "record",
        final_action=action,
        trigger_kind=trigger,
        trigger=row.text("trigger_text", required=True),
        legal_basis=row.text("legal_basis", required=True),
        basis_type=row.choice("basis_type", ("statute", "limitation", "local"), required=True),
        owner=row.upn("owner_upn", required=True),
        status=row.choice("status", ("draft", "approved", "superseded"), required=True),
        review_due=row.day("review_due", required=True),
        mark=row.mark,
    )


def _remedy(period: str) -> str:
    """What to write instead of something that is no period."""
    plain = period.upper().replace(" ", "")
    if plain != period and _PERIOD.fullmatch(plain):
        return f"Write {plain}."
    weeks = re.fullmatch(r"P([0-9]{1,4})W", plain)
    both = re.fullmatch(r"P([0-9]{1,3})Y([0-9]{1,2})M", plain)
    if weeks:
        return f"Write it in days: P{int(weeks[1]) * 7}D."
    if both:
        return f"Write it in months: P{int(both[1]) * 12 + int(both[2])}M."
    return "Write P6Y, P6M, P60D or permanent."


def least_label_days(period: str) -> int | None:
    """The fewest days that are never shorter than an ISO 8601 period of years, months or days; None for anything else."""
    found = _PERIOD.fullmatch(period)
    if not found:
        return None
    amount, unit = int(found[1]), found[2]
    if unit == "D":
        return amount
    if unit == "Y":
        return 365 * amount + math.ceil(amount / 4)
    if amount > _MOST_MONTHS:
        return amount * 31
    return max(_months_long(start, amount) for start in range(48))


def _months_long(start: int, months: int) -> int:
    """Days in `months` months from the first of a month, counted in months from January 2024."""
    return sum(
        calendar.monthrange(2024 + (start + month) // 12, (start + month) % 12 + 1)[1] for month in range(months)
    )


def _mapping(row: Row) -> SiteMapping:
    return SiteMapping(
        location=row.container("location", required=True) or _NOWHERE,
        asset_id=row.text("asset_id", required=True),
        schedule_ref=row.text("schedule_ref"),
        team=row.text("team"),
        watch=row.choice("watch", WATCHES, default="nightly"),
        mark=row.mark,
    )


def _locations(row: Row, kinds: tuple[str, ...]) -> tuple[tuple[Address, ...], tuple[str, ...]]:
    """The places in SharePoint of an asset, and its other ones. An asset of Microsoft 365 alone has no others."""
    locations, others = [], []
    for written in row.texts("location_refs", required=True):
        if kinds != ("m365",) and not looks_like_address(written):
            others.append(written)
        elif (address := row.read_container("location_refs", written)) is not None:
            locations.append(address)
    return tuple(locations), tuple(others)


def _hold(row: Row) -> Hold:
    items_from, items_to = row.day("items_from"), row.day("items_to", endless=True)
    since, ends = row.day("since", required=True), row.day("ends", endless=True)
    row.in_order(("items_from", items_from), ("items_to", items_to))
    row.in_order(("since", since), ("ends", ends))
    return Hold(
        id=row.text("hold_id", required=True),
        kind=row.choice("kind", HOLD_KINDS, required=True),
        authority=row.text("authority"),
        asset_id=row.text("asset_id", required=True),
        schedule_refs=row.texts("schedule_refs"),
        locations=row.addresses("location_refs"),
        items_from=items_from,
        items_to=items_to,
        since=since or EARLIEST,
        ends=ends,
        mark=row.mark,
        places_at=row.mark_of("location_refs"),
    )


def _agreement(row: Row) -> Agreement:
    domains = tuple(domain.lower().removeprefix("@") for domain in row.texts("domains", required=True))
    for domain in domains:
        if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", domain):
            row.wrong(
                "domains", f'"{domain}" is not a mail domain.', "Write it as partner.example, with ; between several."
            )
        elif domain in EVERYBODYS:
            what = f'Anybody can have an address of "{domain}": the agreement would cover everybody there.'
            row.doubtful("domains", what, "Name the partner's own domain.", code="everybodys-domain")
    starts, ends = row.day("starts"), row.day("ends", required=True)
    row.in_order(("starts", starts), ("ends", ends))
    return Agreement(
        id=row.text("agreement_id", required=True),
        partner=row.text("partner", required=True),
        domains=domains,
        assets=row.texts("assets", required=True),
        starts=starts,
        ends=ends or EARLIEST,
        mark=row.mark,
    )


def _exemption(row: Row) -> Exemption:
    asset, places = row.text("asset_id"), row.addresses("location_refs")
    if not asset and not row.texts("location_refs"):
        row.wrong("asset_id", "The exception covers nothing.", "Name an asset, or addresses in location_refs.")
    approved, expires = row.day("approved_on"), row.day("expires", required=True)
    row.in_order(("approved_on", approved), ("expires", expires))
    return Exemption(
        id=row.text("exception_id", required=True),
        policies=row.texts("policies", required=True),
        asset_id=asset,
        locations=places,
        reason_code=row.text("reason_code", required=True),
        reason=row.text("reason", required=True),
        approved_by=row.text("approved_by", required=True),
        risk_ref=row.text("risk_ref"),
        approved_on=approved,
        expires=expires or EARLIEST,
        mark=row.mark,
        policies_at=row.mark_of("policies"),
        places_at=row.mark_of("location_refs"),
    )


def _post(row: Row) -> Post:
    begins, ends = row.day("valid_from"), row.day("valid_to", endless=True)
    row.in_order(("valid_from", begins), ("valid_to", ends))
    return Post(
        upn=row.upn("upn", required=True),
        role=row.text("role", required=True),
        department=row.text("department", required=True),
        manager=row.upn("manager_upn"),
        valid_from=begins,
        valid_to=ends,
        mark=row.mark,
    )


def _delegation(row: Row) -> Delegation:
    begins, ends = row.day("valid_from", required=True), row.day("valid_to", required=True)
    row.in_order(("valid_from", begins), ("valid_to", ends))
    return Delegation(
        id=row.text("delegation_id", required=True),
        asset_id=row.text("asset_id", required=True),
        steward=row.upn("steward_upn", required=True),
        kinds=row.choices("kinds", DELEGATED, required=True),
        valid_from=begins or EARLIEST,
        valid_to=ends or EARLIEST,
        mark=row.mark,
    )


def _closed_day(row: Row) -> date:
    row.choice("kind", ("bank_holiday", "closure"), required=True)
    return row.day("date", required=True) or EARLIEST


ASSETS = _register(
    "information_asset_register.csv",
    "asset_id* name* description* function* activity department* iao_upn* deputy_iao_upn escalation_upn steward_upns"
    " location_type* location_refs* classification* personal_data* data_subjects lawful_basis dpia_ref schedule_refs*"
    " publication value vital_record* sharing_posture* public_libraries agreements format supplier contract_ref"
    " contract_end backup_arrangement last_restore_test risk_level risk_ref status* last_review"
    " review_interval_months* review_due* notes",
    _asset,
    "The asset",
)
SCHEDULE = _register(
    "retention_schedule.csv",
    "entry_id* function* activity record_class* examples trigger_kind* trigger_text* period* label_name* label_days"
    " record_type* final_action* review_role legal_basis* basis_type* special_category owner_upn* approved_by approved_on"
    " review_interval_months* review_due* status* superseded_by version",
    _entry,
    "The entry",
)
SITE_MAP = _register("site_map.csv", "location* asset_id* schedule_ref watch team", _mapping)
HOLDS = _register(
    "holds.csv",
    "hold_id* kind* authority asset_id* schedule_refs location_refs items_from items_to since* ends end_rule notes",
    _hold,
    "The hold",
)
AGREEMENTS = _register(
    "sharing_agreements.csv",
    "agreement_id* partner* purpose domains* assets* lawful_basis dpia_ref starts ends*",
    _agreement,
    "The agreement",
)
EXEMPTIONS = _register(
    "exceptions.csv",
    "exception_id* policies* asset_id location_refs reason_code* reason* approved_by* approval_ref risk_ref approved_on"
    " expires* renewals",
    _exemption,
    "The exception",
)
POSTS = _register("people_roles.csv", "upn* role* department* manager_upn valid_from valid_to", _post, "The person")
DELEGATIONS = _register(
    "delegations.csv",
    "delegation_id* asset_id* steward_upn* kinds* valid_from* valid_to* accepted_on",
    _delegation,
    "The delegation",
)
CALENDAR = _register("calendar.csv", "date* kind* name", _closed_day)

ALL: Mapping[str, Register] = {
    register.file: register
    for register in (ASSETS, SCHEDULE, SITE_MAP, HOLDS, AGREEMENTS, EXEMPTIONS, POSTS, DELEGATIONS, CALENDAR)
}
