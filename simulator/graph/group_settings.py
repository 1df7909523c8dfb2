"""Settings of groups: whether guests may be added to one, and the tenant's own.

A group has at most one object of the template `Group.Unified.Guest`; posting a second one fails. Values are texts.

Sources: https://learn.microsoft.com/graph/api/group-list-settings, group-post-settings, groupsetting-update,
groupsetting-delete, https://learn.microsoft.com/graph/group-directory-settings
"""

from __future__ import annotations

from typing import Any

from simulator.graph import vocabulary
from simulator.graph.calls import Answer, Call, Operation, answer, chosen
from simulator.graph.options import SELECT
from simulator.refusal import Refused, bad_request, not_found
from simulator.tenant.identifiers import guid
from simulator.tenant.model import Group

GUEST_TEMPLATE = "08d542b9-071f-4e16-94b0-74abb372e3d9"
_READ = ("GroupSettings.Read.All", "GroupSettings.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All")
_WRITE = ("GroupSettings.ReadWrite.All", "Directory.ReadWrite.All")
_NAME = "AllowToAddGuests"
_ANSWERS = {"true": "true", "false": "false"}


def _body(call: Call, group: Group) -> dict[str, Any]:
    return {
        "id": guid(call.tenant.seed, "group setting", group.id),
        "displayName": "Group.Unified.Guest",
        "templateId": GUEST_TEMPLATE,
        "values": [{"name": name, "value": value} for name, value in group.settings.items()],
    }


def _list(call: Call) -> Answer:
    group = call.tenant.group(call["group"])
    return answer({"value": [chosen(_body(call, group), call.select())] if group.settings else []})


def _create(call: Call) -> Answer:
    group, asked = call.tenant.group(call["group"]), call.json()
    if asked.get("templateId") != GUEST_TEMPLATE:
        raise bad_request(f"'templateId' must be {GUEST_TEMPLATE} on a group.")
    if group.settings:
        raise Refused(400, "Request_BadRequest", "A conflicting object with one or more of the specified property "
                      "values is present in the directory.")  # fmt: skip
    if not group.unified:
        raise bad_request("Only Microsoft 365 groups have settings.")
    group.settings = _values(asked)
    return answer(_body(call, group), 201)


def _values(asked: dict[str, Any]) -> dict[str, str]:
    values = asked.get("values")
    if not isinstance(values, list) or not values:
        raise bad_request("'values' is missing.")
    found = {}
    for each in values:
        if not isinstance(each, dict) or each.get("name") != _NAME:
            raise bad_request(f"Group.Unified.Guest has one setting, {_NAME}.")
        value = each.get("value")
        if not isinstance(value, str) or value.lower() not in _ANSWERS:
            raise bad_request(f"{_NAME} is the text 'true' or 'false'.")
        found[_NAME] = _ANSWERS[value.lower()]
    return found


def _own(call: Call) -> Group:
    group = call.tenant.group(call["group"])
    if not group.settings or call["setting"] != _body(call, group)["id"]:
        raise not_found("The setting")
    return group


def _get(call: Call) -> Answer:
    return answer(chosen(_body(call, _own(call)), call.select()))


def _update(call: Call) -> Answer:
    group = _own(call)
    group.settings = _values(call.json())
    return Answer(None, 204)


def _remove(call: Call) -> Answer:
    _own(call).settings = {}
    return Answer(None, 204)


def _tenant_settings(_: Call) -> Answer:
    """The whole tenant's: this tenant never changed the defaults, so that there are none."""
    return answer({"value": []})


_ALL = "groups/{group}/settings"
_ONE, _NAMES = _ALL + "/{setting}", vocabulary.GROUP_SETTING
OPERATIONS = (
    Operation("GET", _ALL, _list, _READ, 0, options=SELECT, names=_NAMES),
    Operation("POST", _ALL, _create, _WRITE, 0),
    Operation("GET", _ONE, _get, _READ, 0, options=SELECT, names=_NAMES),
    Operation("PATCH", _ONE, _update, _WRITE, 0),
    Operation("DELETE", _ONE, _remove, _WRITE, 0),
    Operation("GET", "groupSettings", _tenant_settings, _READ, 0, options=SELECT, names=_NAMES),
)
