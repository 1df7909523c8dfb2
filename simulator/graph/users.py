"""Users and guests, their managers and their groups.

Sources: https://learn.microsoft.com/graph/api/user-list, user-get, user-delta, user-list-manager,
user-list-directreports, user-list-memberof, user-list-transitivememberof, user-list-joinedteams
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.graph import snapshot_delta, vocabulary
from simulator.graph.calls import READ_GROUPS, READ_TEAMS, READ_USERS, Answer, Call, Operation, answer, chosen
from simulator.graph.directory import DEFAULT_OF_USER, group_body, team_body, typed_group, typed_user, user_body
from simulator.graph.listing import Rules, counted, listed, paged, rules
from simulator.graph.options import DELTA, DIRECTORY, EXPAND, PAGED, selected
from simulator.refusal import Refused
from simulator.tenant.model import Group, User

_TEXT = "eq ge le in startsWith"
USER_RULES: Rules = rules(
    {
        "id": "eq in",
        "userPrincipalName": f"{_TEXT} endsWith",
        "mail": f"{_TEXT} endsWith",
        "proxyAddresses": "eq startsWith any",
        "otherMails": "eq startsWith any",
        "displayName": _TEXT,
        "givenName": _TEXT,
        "surname": _TEXT,
        "jobTitle": _TEXT,
        "department": "eq ge le in",
        "userType": "eq in",
        "accountEnabled": "eq in",
        "externalUserState": "eq in",
        "createdDateTime": "eq ge le in",
    },
    order="displayName userPrincipalName",
    advanced_order="createdDateTime",
    search="displayName mail userPrincipalName givenName surname",
)


def _shown(call: Call, user: User) -> dict[str, Any]:
    expand = call.expand("manager", "directReports")
    body = user_body(user, call.select())
    tenant = call.tenant
    if "manager" in expand and user.manager_id:
        body["manager"] = typed_user(tenant.user(user.manager_id), _nested(expand["manager"]))
    if "directReports" in expand:
        select = _nested(expand["directReports"])
        body["directReports"] = [typed_user(each, select) for each in _reports(call, user)[:20]]
    return body


def _nested(options: Mapping[str, str]) -> frozenset[str]:
    return selected(options.get("$select", ""), vocabulary.USER)


def _reports(call: Call, user: User) -> list[User]:
    return [each for each in call.tenant.users.values() if each.manager_id == user.id]


def _users(call: Call) -> Answer:
    users = list(call.tenant.users.values())
    return listed(
        call, users, lambda user: user_body(user, vocabulary.USER), lambda user: _shown(call, user), USER_RULES
    )


def _count(call: Call) -> Answer:
    return counted(call, (user_body(user, vocabulary.USER) for user in call.tenant.users.values()), USER_RULES)


def _delta(call: Call) -> Answer:
    select = call.select()

    def shown(_: str, now: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
        if before is not None and "return=minimal" in call.prefer:
            now = {name: value for name, value in now.items() if name == "id" or before.get(name) != value}
        return chosen(dict(now), (select | {"id"} if select else DEFAULT_OF_USER))

    def gone(user_id: str, _: Mapping[str, Any]) -> dict[str, Any]:
        return {"id": user_id, "@removed": {"reason": "changed"}}

    things = {user.id: user_body(user, vocabulary.USER) for user in call.tenant.users.values()}
    return snapshot_delta.by_state_token(call, "users", things, shown, gone)


def _user(call: Call) -> Answer:
    return answer(_shown(call, call.tenant.user(call["user"])))


def _me(call: Call) -> Answer:
    """Whoever is signed in. An app by itself is nobody: https://learn.microsoft.com/graph/api/user-get"""
    if not call.caller.user_id:
        raise Refused(400, "BadRequest", "/me request is only valid with delegated authentication flow.")
    return answer(_shown(call, call.tenant.user(call.caller.user_id)))


def _manager(call: Call) -> Answer:
    user = call.tenant.user(call["user"])
    if not user.manager_id:
        raise Refused(404, "Request_ResourceNotFound", "Resource 'manager' does not exist.")
    return answer(typed_user(call.tenant.user(user.manager_id), call.select()))


def _direct_reports(call: Call) -> Answer:
    reports = _reports(call, call.tenant.user(call["user"]))
    select = call.select()
    return listed(
        call, reports, lambda user: user_body(user, vocabulary.USER), lambda user: typed_user(user, select), USER_RULES
    )


def _groups_of(call: Call) -> list[Group]:
    user = call.tenant.user(call["user"])
    return [each for each in call.tenant.groups.values() if user.id in each.members]


def _member_of(call: Call) -> Answer:
    return paged(call, [typed_group(call.tenant, each, call.select()) for each in _groups_of(call)])


def _group_member_of(call: Call) -> Answer:
    return paged(call, [group_body(call.tenant, each, call.select()) for each in _groups_of(call)])


def _transitive_member_of(call: Call) -> Answer:
    found = _groups_of(call)
    for group in found:  # grows meanwhile: groups that hold a group found so far
        found += [each for each in call.tenant.groups.values() if group.id in each.groups and each not in found]
    return paged(call, [typed_group(call.tenant, each, call.select()) for each in found])


def _joined_teams(call: Call) -> Answer:
    return paged(call, [chosen(team_body(each), call.select()) for each in _groups_of(call) if each.is_team])


_USER, _OBJECT, _GROUP = vocabulary.USER, vocabulary.DIRECTORY_OBJECT, vocabulary.GROUP
_ONE = "users/{user}"
OPERATIONS = (
    Operation("GET", "users", _users, READ_USERS, 0, options=DIRECTORY, names=_USER),
    Operation("GET", "users/$count", _count, READ_USERS, 0, options=DIRECTORY - PAGED, names=_USER),
    Operation("GET", "users/delta", _delta, READ_USERS, 0, options=DELTA - {"$expand"}, names=_USER),
    Operation("GET", "me", _me, (), 0, options=EXPAND, names=_USER),
    Operation("GET", _ONE, _user, READ_USERS, 0, options=EXPAND, names=_USER),
    Operation("GET", _ONE + "/manager", _manager, READ_USERS, 0, options=EXPAND, names=_USER),
    Operation("GET", _ONE + "/manager/microsoft.graph.user", _manager, READ_USERS, 0, options=EXPAND, names=_USER),
    Operation("GET", _ONE + "/directReports", _direct_reports, READ_USERS, 0, options=DIRECTORY, names=_USER),
    Operation("GET", _ONE + "/memberOf", _member_of, READ_GROUPS, 0, options=PAGED, names=_OBJECT),
    Operation(
        "GET", _ONE + "/memberOf/microsoft.graph.group", _group_member_of, READ_GROUPS, 0, options=PAGED, names=_GROUP
    ),
    Operation("GET", _ONE + "/transitiveMemberOf", _transitive_member_of, READ_GROUPS, 0, options=PAGED, names=_OBJECT),
    Operation("GET", _ONE + "/joinedTeams", _joined_teams, READ_TEAMS, 0, options=PAGED, names=vocabulary.TEAM),
)
