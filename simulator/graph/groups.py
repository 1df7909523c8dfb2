"""Groups with their owners and members.

Sources: https://learn.microsoft.com/graph/api/group-list, group-get, group-update, group-delta, group-list-owners,
group-list-members, group-list-transitivemembers, group-post-members, group-delete-members
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from simulator.graph import snapshot_delta, vocabulary
from simulator.graph.calls import READ_GROUPS, READ_USERS, Answer, Call, Operation, answer, chosen
from simulator.graph.directory import group_body, typed_group, typed_user, unreadable, user_body
from simulator.graph.listing import Rules, counted, listed, rules
from simulator.graph.options import DELTA, DIRECTORY, EXPAND, PAGED, selected
from simulator.graph.users import USER_RULES
from simulator.refusal import Refused, bad_request
from simulator.tenant import directory
from simulator.tenant.model import Group, User

_TEXT = "eq ge le in startsWith"
_WRITE = ("Group.ReadWrite.All", "Directory.ReadWrite.All")
_WRITE_MEMBERS = ("GroupMember.ReadWrite.All", *_WRITE)
_EXPANDED_MOST = 20
GROUP_RULES: Rules = rules(
    {
        "id": "eq in",
        "displayName": _TEXT,
        "description": "eq ge le startsWith",
        "mail": _TEXT,
        "mailNickname": _TEXT,
        "mailEnabled": "eq",
        "securityEnabled": "eq in",
        "createdDateTime": "eq ge le in",
        "renewedDateTime": "eq ge le in",
        "groupTypes": "eq any",
        "resourceProvisioningOptions": "eq any",
    },
    order="displayName",
    search="displayName description mail mailNickname",
)
_OBJECT_RULES: Rules = rules({"id": "eq in", "displayName": _TEXT}, order="displayName", search="displayName")


def _whole(call: Call) -> Callable[[Group], dict[str, Any]]:
    return lambda group: group_body(call.tenant, group, frozenset())


def _shown(call: Call, group: Group) -> dict[str, Any]:
    expand = call.expand("owners", "members")
    body = group_body(call.tenant, group, call.select())
    for name, ids in (("owners", group.owners), ("members", group.members)):
        if name in expand:
            select = selected(expand[name].get("$select", ""), vocabulary.DIRECTORY_OBJECT)
            body[name] = [_object(call, each, select) for each in _users(call, ids)[:_EXPANDED_MOST]]
    return body


def _users(call: Call, ids: Sequence[str]) -> list[User]:
    return [call.tenant.user(each) for each in ids]


def _object(call: Call, thing: User | Group, select: frozenset[str]) -> dict[str, Any]:
    if isinstance(thing, Group):
        return typed_group(call.tenant, thing, select)
    return unreadable(thing) if call.caller.roles.isdisjoint(READ_USERS) else typed_user(thing, select)


def _groups(call: Call) -> Answer:
    return listed(call, call.tenant.groups.values(), _whole(call), lambda group: _shown(call, group), GROUP_RULES)


def _count(call: Call) -> Answer:
    return counted(call, map(_whole(call), call.tenant.groups.values()), GROUP_RULES)


def _group(call: Call) -> Answer:
    return answer(_shown(call, call.tenant.group(call["group"])))


def _update(call: Call) -> Answer:
    group, asked = call.tenant.group(call["group"]), call.json()
    if "assignedLabels" in asked:
        raise Refused(403, "Authorization_RequestDenied", "App-only token is not supported for assignedLabels.")
    if unknown := asked.keys() - vocabulary.GROUP:
        raise Refused(400, "Request_BadRequest", f"One or more properties are invalid: {', '.join(sorted(unknown))}.")
    if absent := asked.keys() - {"visibility", "displayName"}:
        raise call.absent(f"PATCH /{call.path} of {', '.join(sorted(absent))}")
    if "visibility" in asked:
        if asked["visibility"] not in ("Private", "Public"):
            raise bad_request("visibility can be changed to Private or Public.")
        directory.set_visibility(group, asked["visibility"])
    group.name = str(asked.get("displayName", group.name))
    return Answer(None, 204)


def _delta(call: Call) -> Answer:
    select = call.select()

    def shown(_: str, now: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
        told = {name: value for name, value in now.items() if name not in _MEMBERSHIP}
        if before is not None and "return=minimal" in call.prefer:
            told = {name: value for name, value in told.items() if name == "id" or before.get(name) != value}
        told = chosen(told, select | {"id"} if select else select)
        for name in _MEMBERSHIP & select:
            if entries := _differences(now[name], before[name] if before is not None else ()):
                # Documented on https://learn.microsoft.com/graph/api/group-delta; the service description has no such
                # annotation.
                told[f"{name}@delta"] = entries
        return told

    def gone(group_id: str, _: Mapping[str, Any]) -> dict[str, Any]:
        return {"id": group_id, "@removed": {"reason": "changed"}}

    things = {
        group.id: group_body(call.tenant, group, frozenset())
        | {"members": list(group.members), "owners": list(group.owners)}
        for group in call.tenant.groups.values()
        if _tracked(call, group)
    }
    return snapshot_delta.by_state_token(call, "groups", things, shown, gone)


_MEMBERSHIP = frozenset({"members", "owners"})


def _tracked(call: Call, group: Group) -> bool:
    """Whether delta follows a group: with `$filter` only those whose ids it names."""
    wanted = call.query.get("$filter")
    if wanted is None:
        return True
    parts = [each.strip() for each in wanted.split(" or ")]
    if len(parts) > 50 or not all(each.startswith("id eq '") and each.endswith("'") for each in parts):
        raise Refused(400, "Request_UnsupportedQuery", "Delta filters by id alone, at most 50 of them.")
    return any(each == f"id eq '{group.id}'" for each in parts)


def _differences(now: Sequence[str], before: Sequence[str]) -> list[dict[str, Any]]:
    person = "#microsoft.graph.user"
    added = [{"@odata.type": person, "id": each} for each in now if each not in before]
    removed = [
        {"@odata.type": person, "id": each, "@removed": {"reason": "deleted"}} for each in before if each not in now
    ]
    return [*added, *removed]


def _direct(call: Call, group: Group) -> list[User | Group]:
    return [*_users(call, group.members), *(call.tenant.group(each) for each in group.groups)]


def _nested(call: Call, group: Group) -> list[User | Group]:
    """Members of the group and of the groups in it, each once."""
    found: dict[str, User | Group] = {}
    waiting = [group]
    while waiting:
        for each in _direct(call, waiting.pop()):
            if each.id not in found:
                found[each.id] = each
                if isinstance(each, Group):
                    waiting.append(each)
    return list(found.values())


def _owned(call: Call, group: Group) -> list[User | Group]:
    return list(_users(call, group.owners))


Related = Callable[[Call, Group], list[User | Group]]


def _objects(related: Related) -> Callable[[Call], Answer]:
    def handler(call: Call) -> Answer:
        things, select = related(call, call.tenant.group(call["group"])), call.select()
        call.expand()

        def whole(thing: User | Group) -> dict[str, Any]:
            return {"id": thing.id, "displayName": thing.name}

        return listed(call, things, whole, lambda thing: _object(call, thing, select), _OBJECT_RULES)

    return handler


def _people(related: Related) -> Callable[[Call], Answer]:
    def handler(call: Call) -> Answer:
        things, select = related(call, call.tenant.group(call["group"])), call.select()
        call.expand()
        people = [each for each in things if isinstance(each, User)]

        def shown(user: User) -> dict[str, Any]:
            return unreadable(user) if call.caller.roles.isdisjoint(READ_USERS) else user_body(user, select)

        return listed(call, people, lambda user: user_body(user, vocabulary.USER), shown, USER_RULES)

    return handler


def _how_many(related: Related) -> Callable[[Call], Answer]:
    def handler(call: Call) -> Answer:
        things = related(call, call.tenant.group(call["group"]))
        return counted(call, ({"id": each.id, "displayName": each.name} for each in things), _OBJECT_RULES)

    return handler


def _member_of(call: Call) -> Answer:
    group = call.tenant.group(call["group"])
    above = [each for each in call.tenant.groups.values() if group.id in each.groups]
    select = call.select()
    return listed(call, above, _whole(call), lambda each: typed_group(call.tenant, each, select), GROUP_RULES)


def _add(call: Call) -> Answer:
    group = call.tenant.group(call["group"])
    added = str(call.json().get("@odata.id", "")).rstrip("/").rpartition("/")[2]
    if added in group.members:
        text = "One or more added object references already exist for the following modified properties: 'members'."
        raise Refused(400, "Request_BadRequest", text)
    directory.add_member(group, call.tenant.user(added))
    return Answer(None, 204)


def _remove(call: Call) -> Answer:
    group = call.tenant.group(call["group"])
    directory.remove_member(group, call.tenant.user(call["member"]))
    return Answer(None, 204)


_ONE, _NAMES, _OBJECT = "groups/{group}", vocabulary.GROUP, vocabulary.DIRECTORY_OBJECT


def _relation(name: str, related: Related) -> tuple[Operation, ...]:
    path, cast = f"{_ONE}/{name}", f"{_ONE}/{name}/microsoft.graph.user"
    return (
        Operation("GET", path, _objects(related), READ_GROUPS, 0, options=DIRECTORY, names=_OBJECT),
        Operation("GET", cast, _people(related), READ_GROUPS, 0, options=DIRECTORY, names=vocabulary.USER),
        Operation(
            "GET", path + "/$count", _how_many(related), READ_GROUPS, 0, options=DIRECTORY - PAGED, names=_OBJECT
        ),
    )


OPERATIONS = (
    Operation("GET", "groups", _groups, READ_GROUPS, 0, options=DIRECTORY, names=_NAMES),
    Operation("GET", "groups/$count", _count, READ_GROUPS, 0, options=DIRECTORY - PAGED, names=_NAMES),
    Operation("GET", "groups/delta", _delta, READ_GROUPS, 0, options=DELTA - {"$expand"} | {"$filter"}, names=_NAMES),
    Operation("GET", _ONE, _group, READ_GROUPS, 0, options=EXPAND, names=_NAMES),
    Operation("PATCH", _ONE, _update, _WRITE, 0),
    *_relation("owners", _owned),
    *_relation("members", _direct),
    *_relation("transitiveMembers", _nested),
    Operation("GET", _ONE + "/memberOf", _member_of, READ_GROUPS, 0, options=DIRECTORY, names=_OBJECT),
    Operation("POST", _ONE + "/members/$ref", _add, _WRITE_MEMBERS, 0),
    Operation("DELETE", _ONE + "/members/{member}/$ref", _remove, _WRITE_MEMBERS, 0),
)
