"""Teams, their settings and channels.

Sources: https://learn.microsoft.com/graph/api/teams-list, team-get, team-update, team-archive, team-list-members,
channel-list, team-list-allchannels, team-list-incomingchannels, channel-get, channel-list-members,
channel-get-filesfolder, https://learn.microsoft.com/graph/api/resources/channel
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from simulator.graph import filters, vocabulary
from simulator.graph.calls import READ_FILES, READ_TEAMS, Answer, Call, Operation, answer, chosen
from simulator.graph.directory import known_flag, team_body, whole_team_body
from simulator.graph.items import drive_type, web_url
from simulator.graph.listing import paged
from simulator.graph.options import PAGED, SELECT
from simulator.refusal import Refused, bad_request
from simulator.tenant.clock import instant
from simulator.tenant.files import check_site
from simulator.tenant.model import Channel, Group

_WRITE_TEAMS = ("TeamSettings.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All")
_READ_CHANNELS = (
    "Channel.ReadBasic.All",
    "ChannelSettings.Read.All",
    "ChannelSettings.ReadWrite.All",
    "Group.Read.All",
)
_READ_CHANNEL_MEMBERS = ("ChannelMember.Read.All", "ChannelMember.ReadWrite.All")
_READ_TEAM_MEMBERS = ("TeamMember.Read.All", "TeamMember.ReadWrite.All")
_NO_TIME = "0001-01-01T00:00:00Z"
_FILTERED = PAGED | {"$filter"}


def _group(call: Call) -> Group:
    group = call.tenant.groups.get(call["team"])
    if group is None or not group.is_team:
        raise Refused(404, "NotFound", "No team found with Group Id " + call["team"])
    return group


def _filtered[T](call: Call, things: Sequence[tuple[T, dict[str, Any]]], *properties: str) -> list[T]:
    """The things whose bodies fit `$filter`, which may use `eq` on some properties. Raises Refused 400."""
    wanted = call.query.get("$filter", "").strip()
    if not wanted:
        return [thing for thing, _ in things]
    expression = filters.parse(wanted)
    for test, negated in filters.tests(expression):
        if test.path not in properties or test.operator != "eq" or negated:
            raise Refused(400, "BadRequest", f"The filter is not supported: {wanted}")
    return [thing for thing, body in things if filters.holds(expression, body)]


def _teams(call: Call) -> Answer:
    teams = [(group, team_body(group)) for group in call.tenant.groups.values() if group.is_team]
    found = _filtered(call, teams, "displayName", "visibility", "id")
    return paged(call, [chosen(team_body(group), call.select()) for group in found], 100, 999)


def _team(call: Call) -> Answer:
    return answer(chosen(whole_team_body(call.tenant, _group(call)), call.select()))


def _update(call: Call) -> Answer:
    group, asked = _group(call), call.json()
    changes = {}
    for part, flags in asked.items():
        if part.startswith("@"):
            continue
        if part not in vocabulary.TEAM or not isinstance(flags, dict):
            raise bad_request(f"A team has no settings named {part}.")
        for flag, value in flags.items():
            if not known_flag(part, flag) or not isinstance(value, bool):
                raise bad_request(f"{part} has no flag {flag} with the value {value!r}.")
            changes[f"{part}/{flag}"] = value
    group.team_flags |= changes
    return Answer(None, 204)


def _freeze(*, archived: bool) -> Callable[[Call], Answer]:
    def handler(call: Call) -> Answer:
        group = _group(call)
        if call.body and call.json().get("shouldSetSpoSiteReadOnlyForMembers"):
            raise bad_request("shouldSetSpoSiteReadOnlyForMembers is not supported for apps without a user.")
        group.archived = archived
        return Answer(None, 202, {"Location": f"/teams/{group.id}/operations/{'archive' if archived else 'unarchive'}"})

    return handler


def _members(call: Call) -> Answer:
    group = _group(call)
    return _people(call, group.id, dict.fromkeys([*group.owners, *group.members]), group.owners)


def _people(call: Call, of: str, ids: Iterable[str], owners: Sequence[str]) -> Answer:
    values = []
    for user_id in ids:
        user = call.tenant.user(user_id)
        values.append(
            {
                "@odata.type": "#microsoft.graph.aadUserConversationMember",
                "id": f"{of}#{user.id}",
                "roles": ["owner"] if user_id in owners else ["guest"] if user.guest else [],
                "displayName": user.name,
                "userId": user.id,
                "email": user.mail,
                "tenantId": call.tenant.id,
            }
        )
    return paged(call, [chosen(each, call.select()) for each in values])


def _channel_body(call: Call, channel: Channel, group: Group) -> dict[str, Any]:
    """A channel. A shared one reads as `unknownFutureValue` unless the caller asks for unknown members."""
    hidden = channel.membership == "shared" and "include-unknown-enum-members" not in call.prefer
    return {
        "id": channel.id,
        "displayName": channel.name,
        "description": None,
        "email": f"{channel.name.lower().replace(' ', '')}.{group.mail}",
        "createdDateTime": instant(channel.created),
        "membershipType": "unknownFutureValue" if hidden else channel.membership,
        "isArchived": group.archived,
        "tenantId": call.tenant.id,
        "webUrl": f"https://teams.microsoft.com/l/channel/{channel.id}",
    }


def _own(group: Group) -> list[tuple[Channel, Group]]:
    return [(channel, group) for channel in group.channels]


def _incoming(call: Call, group: Group) -> list[tuple[Channel, Group]]:
    """Channels that other teams share with this one."""
    others = call.tenant.groups.values()
    return [(channel, other) for other in others for channel in other.channels if group.id in channel.shared_with]


def _listed(call: Call, channels: Sequence[tuple[Channel, Group]], *, foreign: bool) -> Answer:
    rows = [
        ((channel, group), {"membershipType": channel.membership, "displayName": channel.name, "id": channel.id})
        for channel, group in channels
    ]
    select, values = call.select(), []
    for channel, group in _filtered(call, rows, "membershipType", "displayName", "id"):
        body = chosen(_channel_body(call, channel, group), select)
        if foreign:
            body["@odata.id"] = f"{call.base}/tenants/{call.tenant.id}/teams/{group.id}/channels/{channel.id}"
        values.append(body)
    return paged(call, values)


def _channels(call: Call) -> Answer:
    return _listed(call, _own(_group(call)), foreign=False)


def _all_channels(call: Call) -> Answer:
    group = _group(call)
    return _listed(call, [*_own(group), *_incoming(call, group)], foreign=True)


def _incoming_channels(call: Call) -> Answer:
    return _listed(call, _incoming(call, _group(call)), foreign=True)


def _channel(call: Call) -> tuple[Channel, Group]:
    group = _group(call)
    for channel, owner in [*_own(group), *_incoming(call, group)]:
        if channel.id == call["channel"]:
            return channel, owner
    raise Refused(404, "NotFound", "The channel could not be found.")


def _get(call: Call) -> Answer:
    return answer(chosen(_channel_body(call, *_channel(call)), call.select()))


def _primary(call: Call) -> Answer:
    group = _group(call)
    general = next((each for each in group.channels if each.membership == "standard"), None)
    if general is None:
        raise Refused(404, "NotFound", "The team has no primary channel.")
    return answer(chosen(_channel_body(call, general, group), call.select()))


def _channel_members(call: Call) -> Answer:
    channel, _ = _channel(call)
    return _people(call, channel.id, channel.members, channel.owners)


def _files_folder(call: Call) -> Answer:
    """The channel's folder, with no times of its own. 404 until somebody first opened the channel's files."""
    channel, _ = _channel(call)
    if not channel.folder_id:
        raise Refused(404, "NotFound", "Folder location for this channel is not ready yet, please try again later.")
    folder = call.tenant.item(channel.drive_id, channel.folder_id)
    drive = folder.drive
    check_site(drive, writing=False)
    return answer(
        {
            "id": folder.id,
            "name": folder.name,
            "webUrl": web_url(folder),
            "createdDateTime": _NO_TIME,
            "lastModifiedDateTime": _NO_TIME,
            "parentReference": {"driveId": drive.id, "driveType": drive_type(drive)},
            "folder": {"childCount": len(folder.children or ())},
        }
    )


_ONE, _CHANNELS = "teams/{team}", "teams/{team}/channels"
_CHANNEL, _TEAM, _NAMES = _CHANNELS + "/{channel}", vocabulary.TEAM, vocabulary.CHANNEL
OPERATIONS = (
    Operation("GET", "teams", _teams, READ_TEAMS, 0, options=_FILTERED, names=_TEAM),
    Operation("GET", _ONE, _team, READ_TEAMS, 0, options=SELECT, names=_TEAM),
    Operation("GET", "groups/{team}/team", _team, READ_TEAMS, 0, options=SELECT, names=_TEAM),
    Operation("PATCH", _ONE, _update, _WRITE_TEAMS, 0),
    Operation("POST", _ONE + "/archive", _freeze(archived=True), _WRITE_TEAMS, 0),
    Operation("POST", _ONE + "/unarchive", _freeze(archived=False), _WRITE_TEAMS, 0),
    Operation("GET", _ONE + "/members", _members, _READ_TEAM_MEMBERS, 0, options=PAGED, names=vocabulary.MEMBER),
    Operation("GET", _ONE + "/primaryChannel", _primary, _READ_CHANNELS, 0, options=SELECT, names=_NAMES),
    Operation("GET", _CHANNELS, _channels, _READ_CHANNELS, 0, options=_FILTERED, names=_NAMES),
    Operation("GET", _ONE + "/allChannels", _all_channels, _READ_CHANNELS, 0, options=_FILTERED, names=_NAMES),
    Operation(
        "GET", _ONE + "/incomingChannels", _incoming_channels, _READ_CHANNELS, 0, options=_FILTERED, names=_NAMES
    ),
    Operation("GET", _CHANNEL, _get, _READ_CHANNELS, 0, options=SELECT, names=_NAMES),
    Operation(
        "GET", _CHANNEL + "/members", _channel_members, _READ_CHANNEL_MEMBERS, 0, options=PAGED, names=vocabulary.MEMBER
    ),
    Operation("GET", _CHANNEL + "/filesFolder", _files_folder, READ_FILES, 1),
)
