"""Usage reports: a redirect to an address that needs no token, and the CSV behind it.

Names are concealed unless the tenant's report settings say otherwise, and addresses of sites are blank either way.
Days without activity are blank too. A report is two days old.

Sources: https://learn.microsoft.com/graph/api/reportroot-getsharepointsiteusagedetail,
reportroot-getonedriveusageaccountdetail, resources/adminreportsettings
"""

from __future__ import annotations

import base64
import binascii
import csv
import hashlib
import hmac
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from simulator.graph.calls import Answer, Call, Operation
from simulator.refusal import Refused, bad_request
from simulator.tenant.clock import instant
from simulator.tenant.model import Drive, Item, Site
from simulator.tenant.state import Tenant

DOWNLOADS = "reports-download"
"""Where the CSV lies, beside `v1.0` under the same host."""
_ROLES = ("Reports.Read.All",)
_PERIODS = {"D7": 7, "D30": 30, "D90": 90, "D180": 180}
_VALID_SECONDS = 300
_LAG_DAYS = 2
_NO_SITE = "00000000-0000-0000-0000-000000000000"
_ALLOWED_BYTES = 27_487_790_694_400  # 25 TB

_SITE_COLUMNS = (
    "Report Refresh Date", "Site Id", "Site URL", "Owner Display Name", "Is Deleted", "Last Activity Date",
    "File Count", "Active File Count", "Page View Count", "Visited Page Count", "Storage Used (Byte)",
    "Storage Allocated (Byte)", "Root Web Template", "Owner Principal Name", "Report Period",
)  # fmt: skip
_ONEDRIVE_COLUMNS = (
    "Report Refresh Date", "Site Id", "Site URL", "Owner Display Name", "Is Deleted", "Last Activity Date",
    "File Count", "Active File Count", "Storage Used (Byte)", "Storage Allocated (Byte)", "Owner Principal Name",
    "Report Period",
)  # fmt: skip
_TEMPLATES = {"team": "Team Site", "communication": "Communication Site", "group": "Group", "channel": "Team Channel"}


@dataclass(frozen=True, slots=True)
class _Usage:
    """What a site shows of its use; `active` counts the files touched in the period."""

    files: int
    active: int
    last: int
    size: int


def _redirect(name: str) -> Callable[[Call], Answer]:
    def handler(call: Call) -> Answer:
        period, day = call.arguments.get("period"), call.arguments.get("date")
        if (period in _PERIODS) == (day is not None):
            raise bad_request("It takes either period (D7, D30, D90 or D180) or date.")
        if day is not None:
            _check_day(call.tenant, day)
        until = call.tenant.now() + _VALID_SECONDS
        ticket = _signed(call.tenant, f"{name};{period or day};{until}")
        return Answer(None, 302, {"Location": f"{call.base.removesuffix('/v1.0')}/{DOWNLOADS}/{ticket}"})

    return handler


def _check_day(tenant: Tenant, text: str) -> None:
    today = tenant.clock.now().date()
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise bad_request("date is no date.") from error
    if not today - timedelta(days=30) <= day <= today:
        raise bad_request("date must lie within the last 30 days.")


def _signed(tenant: Tenant, text: str) -> str:
    return base64.urlsafe_b64encode(_signature(tenant, text.encode()) + text.encode()).decode().rstrip("=")


def _signature(tenant: Tenant, raw: bytes) -> bytes:
    return hmac.digest(f"{tenant.id}/{tenant.seed}".encode(), raw, "sha256")[:15]


def download(tenant: Tenant, ticket: str) -> Answer:
    """The CSV behind a ticket, which is valid for five minutes. Raises Refused 403."""
    try:
        raw = base64.urlsafe_b64decode(ticket + "=" * (-len(ticket) % 4))
    except binascii.Error:
        raw = b""
    if not hmac.compare_digest(raw[:15], _signature(tenant, raw[15:])):
        raise Refused(403, "Forbidden", "The address is not valid.")
    name, span, until = raw[15:].decode().split(";")
    if tenant.now() > int(until):
        raise Refused(403, "Forbidden", "The address has expired.")
    body = _csv(*_REPORTS[name](tenant, span))
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Answer(body, 200, headers, media="application/octet-stream")


def _csv(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def _span(tenant: Tenant, span: str) -> tuple[str, int, int]:
    """Day of the report, and first and last second that it looks at."""
    if span in _PERIODS:
        end = tenant.now() - _LAG_DAYS * 86400
        return instant(end)[:10], end - _PERIODS[span] * 86400, end
    start = int((date.fromisoformat(span) - date(1970, 1, 1)).total_seconds())
    return span, start, start + 86400


def _usage(site: Site, start: int, end: int) -> _Usage:
    files = [item for drive in site.drives if _counts(drive) for item in drive.items.values() if _is_file(item, end)]
    touched = [each.modified for each in files if not each.modified_by.application and each.modified <= end]
    return _Usage(
        len(files),
        sum(start <= each <= end for each in touched),
        max(touched, default=0),
        sum(each.size for each in files),
    )


def _counts(drive: Drive) -> bool:
    return not drive.system and not drive.hold


def _is_file(item: Item, end: int) -> bool:
    return not item.is_folder and item.created <= end


def _concealed(tenant: Tenant, text: str) -> str:
    """A name as it stands in a report: hashed while names are concealed."""
    if not tenant.names_concealed or not text:
        return text
    return hashlib.blake2b(f"{tenant.id}/{text}".encode(), digest_size=16).hexdigest().upper()


def _owner(tenant: Tenant, site: Site) -> tuple[str, str]:
    if site.group_id in tenant.groups:
        group = tenant.groups[site.group_id]
        return _concealed(tenant, f"{group.name} Owners"), _concealed(tenant, group.mail)
    user = tenant.users.get((site.owners or site.admins or [""])[0])
    return (_concealed(tenant, user.name), _concealed(tenant, user.upn)) if user is not None else ("", "")


def _known_id(tenant: Tenant, site: Site) -> str:
    return _NO_SITE if tenant.names_concealed else site.collection_id


def _sites(tenant: Tenant, span: str) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    day, start, end = _span(tenant, span)
    rows: list[tuple[object, ...]] = []
    for site in tenant.sites.values():
        if site.personal or site.path.startswith("contentstorage/"):
            continue
        use, (owner, principal) = _usage(site, start, end), _owner(tenant, site)
        last = instant(use.last)[:10] if use.last else ""
        rows.append((
            day, _known_id(tenant, site), "", owner, False, last, use.files, use.active, use.active, 0, use.size,
            _ALLOWED_BYTES, _TEMPLATES.get(site.kind, "Team Site"), principal, span.removeprefix("D"),
        ))  # fmt: skip
    return _SITE_COLUMNS, rows


def _onedrives(tenant: Tenant, span: str) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    day, start, end = _span(tenant, span)
    rows: list[tuple[object, ...]] = []
    for site in tenant.sites.values():
        if not site.personal:
            continue
        use, (owner, principal) = _usage(site, start, end), _owner(tenant, site)
        last = instant(use.last)[:10] if use.last else ""
        rows.append((
            day, _known_id(tenant, site), "", owner, False, last, use.files, use.active, use.size, _ALLOWED_BYTES,
            principal, span.removeprefix("D"),
        ))  # fmt: skip
    return _ONEDRIVE_COLUMNS, rows


_REPORTS = {"getSharePointSiteUsageDetail": _sites, "getOneDriveUsageAccountDetail": _onedrives}
OPERATIONS = tuple(Operation("GET", f"reports/{name}", _redirect(name), _ROLES, 0) for name in _REPORTS)
