"""Users, guests, groups, teams and channels.

Sources: https://learn.microsoft.com/graph/api/user-list, user-get, user-list-manager, group-list, group-list-owners,
group-list-members, group-list-transitivemembers, team-get, channel-list, channel-list-members, channel-get-filesfolder
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from simulator.graph.calls import READ_FILES, READ_GROUPS, READ_USERS, Answer, Call, Operation, answer, chosen
from simulator.graph.items import drive_type, web_url
from simulator.graph.skip import skip_token, skipped
from simulator.refusal import Refused, bad_request
from simulator.tenant.clock import instant
from simulator.tenant.model import Channel, Group, User

_PAGE, _LARGEST = 100, 999
_IN = re.compile(r"^(id|userPrincipalName|mail) in \((.*)\)$")
_EQUALS = re.compile(r"^(id|userPrincipalName|mail|userType|accountEnabled|department) eq '?((?:[^']|'')*?)'?$")
_TEAMS = re.compile(r"^resourceProvisioningOptions/any\((\w+):\s*\1 eq 'Team'\)$", re.IGNORECASE)
_UNIFIED = re.compile(r"^groupTypes/any\((\w+):\s*\1 eq 'Unified'\)$", re.IGNORECASE)
_READ_TEAMS = ("Team.ReadBasic.All", "TeamSettings.Read.All", "TeamSettings.ReadWrite.All", "Group.Read.All")
_READ_CHANNELS = ("Channel.ReadBasic.All", "ChannelSettings.Read.All", "Group.Read.All")
_READ_CHANNEL_MEMBERS = ("ChannelMember.Read.All", "ChannelMember.ReadWrite.All")
_USER_ON_REQUEST = frozenset({"accountEnabled", "userType", "department", "createdDateTime", "externalUserState"})


def user_body(user: User, select: frozenset[str]) -> dict[str, Any]:
    """A user; account state, type and department only when selected."""
    given, _, surname = user.name.partition(" ")
    body: dict[str, Any] = {
        "id": user.id,
        "displayName": user.name,
        "givenName": given,
        "surname": surname,
        "jobTitle": user.job_title or None,
        "mail": user.mail,
        "userPrincipalName": user.upn,
        "businessPhones": [],
        "mobilePhone": None,
        "officeLocation": None,
        "preferredLanguage": None,
        "accountEnabled": user.enabled,
        "userType": "Guest" if user.guest else "Member",
        "department": user.department or None,
        "createdDateTime": instant(user.created),
        "externalUserState": "Accepted" if user.guest else None,
    }
    if select:
        return chosen(body, select | {"id"})
    return {name: value for name, value in body.items() if name not in _USER_ON_REQUEST}


def _paged(call: Call, values: Sequence[dict[str, Any]]) -> Answer:
    start, size = skipped(call), call.top(_PAGE, _LARGEST)
    body: dict[str, Any] = {}
    if start + size < len(values):
        body["@odata.nextLink"] = call.link(_skiptoken=skip_token(start + size))
    body["value"] = values[start : start + size]
    return answer(body)


def _users(call: Call) -> Answer:
    users = list(_filtered(call.tenant.users.values(), call.query.get("$filter", "").strip()))
    return _paged(call, [_with_manager(call, user) for user in users])


def _filtered(users: Iterable[User], wanted: str) -> Iterable[User]:
    if not wanted:
        return users
    several, one = _IN.match(wanted), _EQUALS.match(wanted)
    if several is not None:
        name, values = several[1], {each.strip().strip("'").lower() for each in several[2].split(",")}
        if len(values) > 15:
            raise bad_request("Too many child clauses specified in search filter expression: at most 15 values.")
    elif one is not None:
        name, values = one[1], {one[2].replace("''", "'").lower()}
    else:
        raise Refused(400, "Request_UnsupportedQuery", f"Unsupported or invalid query filter clause: {wanted}")
    return [user for user in users if _value(user, name) in values]


def _value(user: User, name: str) -> str:
    if name == "userType":
        return "guest" if user.guest else "member"
    if name == "accountEnabled":
        return str(user.enabled).lower()
    values = {"id": user.id, "userPrincipalName": user.upn, "mail": user.mail, "department": user.department}
    return values[name].lower()


def _with_manager(call: Call, user: User) -> dict[str, Any]:
    body = user_body(user, call.select())
    if call.query.get("$expand", "").startswith("manager") and user.manager_id:
        body["manager"] = _typed(call.tenant.user(user.manager_id), frozenset())
    return body


def _user(call: Call) -> Answer:
    return answer(_with_manager(call, call.tenant.user(call["user"])))


def _typed(user: User, select: frozenset[str]) -> dict[str, Any]:
    return {"@odata.type": "#microsoft.graph.user", **user_body(user, select)}


def _manager(call: Call) -> Answer:
    user = call.tenant.user(call["user"])
    if not user.manager_id:
        raise Refused(404, "Request_ResourceNotFound", "The manager does not exist.")
    return answer(_typed(call.tenant.user(user.manager_id), call.select()))


def group_body(group: Group, select: frozenset[str]) -> dict[str, Any]:
    """A group; `resourceProvisioningOptions` says whether a team stands behind it."""
    body = {
        "id": group.id,
        "displayName": group.name,
        "description": group.name,
        "mail": group.mail,
        "mailEnabled": group.unified,
        "mailNickname": group.mail.partition("@")[0],
        "securityEnabled": not group.unified,
        "visibility": group.visibility if group.unified else None,
        "groupTypes": ["Unified"] if group.unified else [],
        "createdDateTime": instant(group.created),
        "renewedDateTime": instant(group.created),
        "resourceProvisioningOptions": ["Team"] if group.is_team else [],
    }
    if "assignedLabels" in select:
        body["assignedLabels"] = []
    return chosen(body, select | {"id"} if select else select)


def _groups(call: Call) -> Answer:
    wanted = call.query.get("$filter", "").strip()
    groups: Iterable[Group] = call.tenant.groups.values()
    if _TEAMS.match(wanted):
        groups = [group for group in groups if group.is_team]
    elif _UNIFIED.match(wanted):
        groups = [group for group in groups if group.unified]
    elif wanted:
        raise Refused(400, "Request_UnsupportedQuery", f"Unsupported or invalid query filter clause: {wanted}")
    return _paged(call, [group_body(group, call.select()) for group in groups])


def _group(call: Call) -> Answer:
    return answer(group_body(call.tenant.group(call["group"]), call.select()))


def _people(call: Call, ids: Iterable[str], *, typed: bool) -> Answer:
    select = call.select()
    users = [call.tenant.user(each) for each in ids]
    return _paged(call, [_typed(user, select) if typed else user_body(user, select) for user in users])


def _owners(call: Call) -> Answer:
    return _people(call, call.tenant.group(call["group"]).owners, typed=True)


def _members(call: Call) -> Answer:
    return _people(call, call.tenant.group(call["group"]).members, typed=True)


def _users_among_members(call: Call) -> Answer:
    return _people(call, call.tenant.group(call["group"]).members, typed=False)


def _team_group(call: Call) -> Group:
    group = call.tenant.groups.get(call["team"])
    if group is None or not group.is_team:
        raise Refused(404, "NotFound", "No team found with this group id.")
    return group


def _team(call: Call) -> Answer:
    group = _team_group(call)
    body = {
        "id": group.id,
        "displayName": group.name,
        "description": group.name,
        "visibility": group.visibility.lower(),
        "isArchived": False,
        "createdDateTime": instant(group.created),
    }
    return answer(chosen(body, call.select()))


def _channels(call: Call) -> Answer:
    group = _team_group(call)
    known = "include-unknown-enum-members" in call.prefer
    shown = [_channel_body(each, known=known) for each in group.channels]
    wanted = re.match(r"^membershipType eq '(\w+)'$", call.query.get("$filter", ""))
    if wanted is not None:
        kept = [channel.membership == wanted[1] for channel in group.channels]
        shown = [body for body, keep in zip(shown, kept, strict=True) if keep]
    return answer({"value": [chosen(body, call.select()) for body in shown]})


def _channel_body(channel: Channel, *, known: bool) -> dict[str, Any]:
    shared = channel.membership == "shared" and not known
    return {
        "id": channel.id,
        "displayName": channel.name,
        "createdDateTime": instant(channel.created),
        "membershipType": "unknownFutureValue" if shared else channel.membership,
    }


def _channel(call: Call) -> Channel:
    for channel in _team_group(call).channels:
        if channel.id == call["channel"]:
            return channel
    raise Refused(404, "NotFound", "The channel could not be found.")


def _channel_members(call: Call) -> Answer:
    channel = _channel(call)
    values = []
    for user_id in channel.members:
        user = call.tenant.user(user_id)
        roles = ["owner"] if user_id in channel.owners else ["guest"] if user.guest else []
        values.append(
            {
                "@odata.type": "#microsoft.graph.aadUserConversationMember",
                "id": f"{channel.id}#{user.id}",
                "roles": roles,
                "displayName": user.name,
                "userId": user.id,
                "email": user.mail,
                "tenantId": call.tenant.id,
            }
        )
    return _paged(call, values)


def _files_folder(call: Call) -> Answer:
    channel = _channel(call)
    folder = call.tenant.item(channel.drive_id, channel.folder_id)
    drive = folder.drive
    return answer(
        {
            "id": folder.id,
            "name": folder.name,
            "webUrl": web_url(folder),
            "createdDateTime": "0001-01-01T00:00:00Z",
            "lastModifiedDateTime": "0001-01-01T00:00:00Z",
            "parentReference": {"driveId": drive.id, "driveType": drive_type(drive)},
            "folder": {"childCount": len(folder.children or ())},
        }
    )


_CHANNEL = "teams/{team}/channels/{channel}"
OPERATIONS = (
    Operation("GET", "users", _users, READ_USERS, 0),
    Operation("GET", "users/{user}", _user, READ_USERS, 0),
    Operation("GET", "users/{user}/manager", _manager, READ_USERS, 0),
    Operation("GET", "users/{user}/manager/microsoft.graph.user", _manager, READ_USERS, 0),
    Operation("GET", "groups", _groups, READ_GROUPS, 0),
    Operation("GET", "groups/{group}", _group, READ_GROUPS, 0),
    Operation("GET", "groups/{group}/owners", _owners, READ_GROUPS, 0),
    Operation("GET", "groups/{group}/members", _members, READ_GROUPS, 0),
    Operation("GET", "groups/{group}/transitiveMembers", _members, READ_GROUPS, 0),
    Operation("GET", "groups/{group}/owners/microsoft.graph.user", _owners, READ_GROUPS, 0),
    Operation("GET", "groups/{group}/members/microsoft.graph.user", _users_among_members, READ_GROUPS, 0),
    Operation("GET", "groups/{group}/transitiveMembers/microsoft.graph.user", _users_among_members, READ_GROUPS, 0),
    Operation("GET", "teams/{team}", _team, _READ_TEAMS, 0),
    Operation("GET", "teams/{team}/channels", _channels, _READ_CHANNELS, 0),
    Operation("GET", "teams/{team}/allChannels", _channels, _READ_CHANNELS, 0),
    Operation("GET", _CHANNEL + "/members", _channel_members, _READ_CHANNEL_MEMBERS, 0),
    Operation("GET", _CHANNEL + "/filesFolder", _files_folder, READ_FILES, 1),
)
