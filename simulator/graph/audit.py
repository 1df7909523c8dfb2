"""Searching the audit log: a query is made, runs in its own time, and has records when it has succeeded.

Sources: https://learn.microsoft.com/graph/api/security-auditcoreroot-post-auditlogqueries,
security-auditlogquery-get, security-auditlogquery-list-records
"""

from __future__ import annotations

import uuid
from typing import Any

from simulator.graph import vocabulary
from simulator.graph.calls import Answer, Call, Operation, answer, chosen
from simulator.graph.listing import paged
from simulator.graph.options import PAGED, SELECT
from simulator.refusal import Refused, bad_request, not_found, too_many
from simulator.tenant.audit import AuditQuery, Event
from simulator.tenant.clock import instant, moment

_ROLES = ("AuditLogsQuery-SharePoint.Read.All", "AuditLogsQuery-OneDrive.Read.All", "AuditLogsQuery.Read.All")
_UNFINISHED_MOST, _DAILY_MOST = 50, 200
_LISTS = ("recordTypeFilters", "operationFilters", "userPrincipalNameFilters", "objectIdFilters")


def _body(call: Call, query: AuditQuery) -> dict[str, Any]:
    status = query.status(call.tenant.now())
    body: dict[str, Any] = {
        "id": query.id,
        "displayName": query.name,
        "filterStartDateTime": instant(query.start),
        "filterEndDateTime": instant(query.end),
        "recordTypeFilters": _declared(query.record_types),
        "operationFilters": list(query.operations),
        "userPrincipalNameFilters": list(query.people),
        "objectIdFilters": list(query.objects),
        "serviceFilters": [],
        "ipAddressFilters": [],
        "administrativeUnitIdFilters": [],
        "keywordFilter": "",
        "status": status,
    }
    if call.tenant.quirks.audit_says_truncated and status == "succeeded":
        # In v1.0 since September 2026; the service description does not have them yet.
        # https://learn.microsoft.com/graph/api/resources/security-auditlogquery
        found = len(query.results(call.tenant))
        body["recordCountLimit"] = call.tenant.most_audit_records
        body["isRecordCountLimitExceeded"] = found > call.tenant.most_audit_records
        body["approximateReturnedRecordCount"] = min(found, call.tenant.most_audit_records)
    return body


def _declared(record_types: tuple[str, ...]) -> list[str]:
    """Record types as the service description spells them; its pages begin them with a small letter."""
    spelt = {each.lower(): each for each in ("SharePointFileOperation", "SharePointSharingOperation", "OneDrive")}
    return [spelt[each] for each in record_types if each in spelt]


def _create(call: Call) -> Answer:
    asked, tenant = call.json(), call.tenant
    start, end = _moment(asked, "filterStartDateTime"), _moment(asked, "filterEndDateTime")
    if end <= start:
        raise bad_request("filterEndDateTime must lie after filterStartDateTime.")
    lists = [_texts(asked, name) for name in _LISTS]
    now = tenant.now()
    mine = [each for each in tenant.audit_queries.values() if each.asked > now - 86400]
    if len(mine) >= _DAILY_MOST or sum(each.status(now) != "succeeded" for each in mine) >= _UNFINISHED_MOST:
        raise too_many("Too many audit log queries.", retry_after=600)
    record_types, operations, people, objects = lists
    query = AuditQuery(
        str(uuid.uuid4()), call.caller.client_id, str(asked.get("displayName") or ""), start, end, now,
        operations=operations, record_types=record_types, people=people, objects=objects,
    )  # fmt: skip
    tenant.audit_queries[query.id] = query
    return answer(_body(call, query), 201)


def _moment(asked: dict[str, Any], name: str) -> int:
    try:
        return moment(str(asked[name]))
    except (KeyError, ValueError) as error:
        raise bad_request(f"'{name}' is needed, as a date and time.") from error


def _texts(asked: dict[str, Any], name: str) -> tuple[str, ...]:
    found = asked.get(name) or []
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise bad_request(f"'{name}' must be a list of texts.")
    return tuple(each.lower() for each in found)


def _query(call: Call) -> AuditQuery:
    found = call.tenant.audit_queries.get(call["query"])
    if found is None or found.app_id != call.caller.client_id:
        raise not_found("The query")
    return found


def _list(call: Call) -> Answer:
    own = [each for each in call.tenant.audit_queries.values() if each.app_id == call.caller.client_id]
    return paged(call, [chosen(_body(call, each), call.select()) for each in own])


def _get(call: Call) -> Answer:
    return answer(chosen(_body(call, _query(call)), call.select()))


def _records(call: Call) -> Answer:
    query = _query(call)
    if query.status(call.tenant.now()) != "succeeded":
        raise Refused(400, "invalidRequest", "The query has not succeeded yet.")
    found = query.results(call.tenant)[: call.tenant.most_audit_records]
    return paged(call, [chosen(_record(call, each), call.select()) for each in found], 150, 999)


def _record(call: Call, event: Event) -> dict[str, Any]:
    site, actor = event.item.drive.site, event.actor
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, event.key)),
        "createdDateTime": instant(event.at),
        "auditLogRecordType": event.record_type,
        "operation": event.operation,
        "organizationId": call.tenant.id,
        "userType": "Application" if actor.application else "Regular",
        "userId": actor.id,
        "userPrincipalName": actor.email or "app@sharepoint",
        "service": "OneDrive" if site.personal else "SharePoint",
        "objectId": event.url,
        "clientIp": None,
        "administrativeUnits": [""],
        "auditData": {},
    }


_ALL = "security/auditLog/queries"
OPERATIONS = (
    Operation("POST", _ALL, _create, _ROLES, 0, names=vocabulary.AUDIT_QUERY),
    Operation("GET", _ALL, _list, _ROLES, 0, options=PAGED, names=vocabulary.AUDIT_QUERY),
    Operation("GET", _ALL + "/{query}", _get, _ROLES, 0, options=SELECT, names=vocabulary.AUDIT_QUERY),
    Operation("GET", _ALL + "/{query}/records", _records, _ROLES, 0, options=PAGED, names=vocabulary.AUDIT_RECORD),
)
