"""What was used, by whom and when: usage reports, analytics, the audit log."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from simulator.tenant import files
from simulator.tenant.clock import instant
from tests.simulator.graph.wider_tenant import READ, WiderTenant

REPORTS, AUDIT = ("Reports.Read.All",), ("AuditLogsQuery-SharePoint.Read.All",)
SITE_USAGE = "/reports/getSharePointSiteUsageDetail(period='D180')"


async def rows(wider: WiderTenant, path: str) -> list[dict[str, str]]:
    """The rows of a usage report, fetched without a token."""
    told = await wider.call("GET", path, roles=REPORTS)
    assert (told.status, told.body) == (302, "")
    async with wider.session.get(told.headers["Location"]) as answer:
        assert answer.status == 200
        text = (await answer.read()).decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


async def test_report_lies_behind_a_redirect_that_needs_no_token(wider: WiderTenant) -> None:
    """302 to a CSV with a byte order mark; its address is good for minutes.

    Source: https://learn.microsoft.com/graph/api/reportroot-getsharepointsiteusagedetail
    """
    assert len(await rows(wider, SITE_USAGE)) == 3
    link = (await wider.call("GET", SITE_USAGE, roles=REPORTS)).headers["Location"]
    wider.tenant.clock.advance(timedelta(minutes=6))
    async with wider.session.get(link) as answer:
        assert answer.status == 403
    async with wider.session.get(link[:-4] + "AAAA") as answer:
        assert answer.status == 403


async def test_names_are_concealed_until_the_tenant_says_otherwise(wider: WiderTenant) -> None:
    """Concealed by default: owners hashed, no site id; revealed the id is that of the site, the address still blank.

    Source: https://learn.microsoft.com/graph/api/resources/adminreportsettings
    """
    hidden = (await rows(wider, SITE_USAGE))[1]
    assert (hidden["Site Id"], hidden["Site URL"]) == ("00000000-0000-0000-0000-000000000000", "")
    assert len(hidden["Owner Principal Name"]) == 32
    settings, roles = "/admin/reportSettings", ("ReportSettings.ReadWrite.All",)
    assert (await wider.call("PATCH", settings, {"displayConcealedNames": False}, roles=roles)).status == 200
    assert await wider.read(settings, roles=roles) == {"displayConcealedNames": False}
    told = (await rows(wider, SITE_USAGE))[1]
    assert (told["Site Id"], told["Site URL"]) == (wider.site.collection_id, "")
    assert told["Owner Principal Name"] == "plans@wrenbridge.example"


async def test_site_without_activity_has_no_date(wider: WiderTenant) -> None:
    """Nobody's touch is an empty date; apps' touches count for nothing.

    Source: https://learn.microsoft.com/graph/api/reportroot-getsharepointsiteusagedetail
    """
    root, plans, _ = await rows(wider, SITE_USAGE)
    assert (root["Last Activity Date"], root["File Count"]) == ("", "0")
    assert (plans["Last Activity Date"], plans["Active File Count"]) == ("2020-09-13", "0")
    assert "OneDrive" not in {each["Root Web Template"] for each in (root, plans)}


@pytest.mark.parametrize("argument", ["period='D8'", "date=2025-01-01", "date=yesterday"])
async def test_report_takes_few_periods_and_the_last_days(wider: WiderTenant, argument: str) -> None:
    """A period that is none, or a day more than 30 days ago: 400.

    Source: https://learn.microsoft.com/graph/api/reportroot-getsharepointsiteusagedetail
    """
    path = f"/reports/getSharePointSiteUsageDetail({argument})"
    assert (await wider.call("GET", path, roles=REPORTS)).status == 400


async def test_analytics_tell_all_time_and_last_seven_days(wider: WiderTenant) -> None:
    """An edit counts in both; what was before the service counted is told as incomplete.

    Source: https://learn.microsoft.com/graph/api/itemanalytics-get
    """
    files.edit(wider.tenant, wider.items["a.docx"], by=wider.by)
    told = await wider.read(f"{wider.at('a.docx')}/analytics")
    assert told["lastSevenDays"]["edit"] == {"actionCount": 1, "actorCount": 1}
    assert told["allTime"]["access"]["actionCount"] == 1
    assert told["allTime"]["incompleteData"]["wasThrottled"] is False
    assert (await wider.read(f"{wider.site_path}/analytics/lastSevenDays"))["edit"]["actionCount"] == 1
    row = f"{wider.list_path}/items/{wider.items['d.pdf'].list_item_id}"
    assert (await wider.read(f"{row}/analytics/lastSevenDays"))["access"]["actionCount"] == 0


async def test_activities_by_interval(wider: WiderTenant) -> None:
    """One entry an interval; daily counts reach over 90 days at most.

    Source: https://learn.microsoft.com/graph/api/itemactivitystat-getactivitybyinterval
    """
    files.edit(wider.tenant, wider.items["a.docx"], by=wider.by)
    day = instant(wider.tenant.now())[:10]
    path = wider.at("a.docx") + "/getActivitiesByInterval(startDateTime='{}',endDateTime='2026-12-01',interval='{}')"
    days = (await wider.read(path.format(day, "day")))["value"]
    assert (days[0]["edit"]["actionCount"], len(days)) == (1, 8)
    assert (await wider.call("GET", path.format("2026-01-01", "day"))).status == 400
    assert len((await wider.read(path.format("2026-01-01", "month")))["value"]) == 11


async def asked(wider: WiderTenant, **filters: object) -> str:
    """Path of a query over the last 24 hours."""
    now = wider.tenant.now()
    body = {"displayName": "q", "filterStartDateTime": instant(now - 86400), "filterEndDateTime": instant(now + 86400)}
    reply = await wider.call("POST", "/security/auditLog/queries", {**body, **filters}, roles=AUDIT)
    assert reply.status == 201, reply.body
    return f"/security/auditLog/queries/{reply.body['id']}"


async def test_audit_query_runs_in_its_own_time(wider: WiderTenant) -> None:
    """notStarted, running, succeeded by the tenant's clock; records come when it has succeeded.

    Source: https://learn.microsoft.com/graph/api/security-auditcoreroot-post-auditlogqueries
    """
    files.edit(wider.tenant, wider.items["a.docx"], by=wider.by)
    path = await asked(wider, operationFilters=["FileModified"], recordTypeFilters=["sharePointFileOperation"])
    seen = []
    for minutes in (0, 2, 10):
        wider.tenant.clock.advance(timedelta(minutes=minutes))
        seen.append((await wider.read(path, roles=AUDIT))["status"])
        if seen[-1] == "running":
            assert (await wider.call("GET", f"{path}/records", roles=AUDIT)).status == 400
    assert seen == ["notStarted", "running", "succeeded"]
    (record,) = (await wider.read(f"{path}/records", roles=AUDIT))["value"]
    assert (record["operation"], record["userPrincipalName"]) == ("FileModified", "ann.ash@wrenbridge.example")
    assert record["objectId"].endswith("/Shared Documents/Plans/a.docx")


async def test_audit_log_forgets_after_180_days(wider: WiderTenant) -> None:
    """What happened longer ago is in no answer, however far the query reaches back.

    Source: https://learn.microsoft.com/purview/audit-log-retention-policies
    """
    path = await asked(wider, filterStartDateTime="2019-01-01T00:00:00Z")
    wider.tenant.clock.advance(timedelta(minutes=15))
    assert (await wider.read(f"{path}/records", roles=AUDIT))["value"] == []


async def test_truncated_audit_query_reads_succeeded(wider_unrecorded: WiderTenant) -> None:
    """More records than the limit: the status is succeeded, and only a flag says that some are missing.

    The flag is documented since September 2026; the service description does not have it.
    Source: https://learn.microsoft.com/graph/api/resources/security-auditlogquery
    """
    wider = wider_unrecorded
    wider.tenant.quirks.audit_says_truncated, wider.tenant.most_audit_records = True, 1
    for name in ("a.docx", "b.docx"):
        files.edit(wider.tenant, wider.items[name], by=wider.by)
    path = await asked(wider)
    wider.tenant.clock.advance(timedelta(minutes=15))
    told = await wider.read(path, roles=AUDIT)
    assert (told["status"], told["isRecordCountLimitExceeded"]) == ("succeeded", True)
    assert len((await wider.read(f"{path}/records", roles=AUDIT))["value"]) == 1


async def test_fifty_unfinished_queries_are_enough(wider: WiderTenant) -> None:
    """The 51st query that waits is 429 with Retry-After.

    Source: https://learn.microsoft.com/graph/throttling-limits
    """
    for _ in range(50):
        await asked(wider)
    now = wider.tenant.now()
    body = {"filterStartDateTime": instant(now - 60), "filterEndDateTime": instant(now)}
    refused = await wider.call("POST", "/security/auditLog/queries", body, roles=(*READ, *AUDIT))
    assert (refused.status, refused.headers["Retry-After"]) == (429, "600")
