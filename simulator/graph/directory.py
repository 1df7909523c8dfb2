"""How users, groups and teams look in JSON.

Sources: https://learn.microsoft.com/graph/api/resources/user, group, team
"""

from __future__ import annotations

from typing import Any

from simulator.graph.calls import chosen
from simulator.tenant.clock import instant
from simulator.tenant.model import Group, User
from simulator.tenant.state import Tenant

DEFAULT_OF_USER = frozenset(
    {
        "id", "displayName", "givenName", "surname", "jobTitle", "mail", "userPrincipalName", "businessPhones",
        "mobilePhone", "officeLocation", "preferredLanguage",
    }
)  # fmt: skip
"""What of a user comes when nothing is selected."""
_TEAM_FLAGS: dict[str, dict[str, bool]] = {
    "memberSettings": {
        "allowCreateUpdateChannels": True,
        "allowCreatePrivateChannels": True,
        "allowDeleteChannels": True,
        "allowAddRemoveApps": True,
        "allowCreateUpdateRemoveTabs": True,
        "allowCreateUpdateRemoveConnectors": True,
    },
    "guestSettings": {"allowCreateUpdateChannels": False, "allowDeleteChannels": False},
    "messagingSettings": {
        "allowUserEditMessages": True,
        "allowUserDeleteMessages": True,
        "allowOwnerDeleteMessages": True,
        "allowTeamMentions": True,
        "allowChannelMentions": True,
    },
}


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
        "proxyAddresses": [f"SMTP:{user.mail}", *(f"smtp:{each}" for each in user.aliases)],
        "otherMails": [user.mail] if user.guest else [],
    }
    return chosen(body, select | {"id"} if select else DEFAULT_OF_USER)


def typed_user(user: User, select: frozenset[str]) -> dict[str, Any]:
    """A user among directory objects."""
    return {"@odata.type": "#microsoft.graph.user", **user_body(user, select)}


def unreadable(user: User) -> dict[str, Any]:
    """A user as a caller sees it who may not read users: only that there is one.

    Source: https://learn.microsoft.com/graph/permissions-overview (limited information for inaccessible members)
    """
    return {"@odata.type": "#microsoft.graph.user", "id": user.id, "displayName": None, "mail": None,
            "userPrincipalName": None}  # fmt: skip


def group_body(tenant: Tenant, group: Group, select: frozenset[str]) -> dict[str, Any]:
    """A group; `resourceProvisioningOptions` says whether a team stands behind it, its label comes when selected."""
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
        "resourceProvisioningOptions": ["Team"] if group.is_team and group.marked else [],
    }
    if "assignedLabels" in select:
        name = tenant.sensitivity_labels.get(group.sensitivity, "")
        body["assignedLabels"] = [{"labelId": group.sensitivity, "displayName": name}] if group.sensitivity else []
    return chosen(body, select | {"id"} if select else select)


def typed_group(tenant: Tenant, group: Group, select: frozenset[str]) -> dict[str, Any]:
    """A group among directory objects."""
    return {"@odata.type": "#microsoft.graph.group", **group_body(tenant, group, select)}


def team_body(group: Group) -> dict[str, Any]:
    """A team as a list shows it."""
    return {
        "id": group.id,
        "displayName": group.name,
        "description": group.name,
        "visibility": group.visibility.lower(),
    }


def whole_team_body(tenant: Tenant, group: Group) -> dict[str, Any]:
    """A team with its settings."""
    settings = {
        part: {flag: group.team_flags.get(f"{part}/{flag}", value) for flag, value in flags.items()}
        for part, flags in _TEAM_FLAGS.items()
    }
    return {
        **team_body(group),
        "createdDateTime": instant(group.created),
        "isArchived": group.archived,
        "tenantId": tenant.id,
        "webUrl": f"https://teams.microsoft.com/l/team/{group.id}",
        **settings,
    }


def known_flag(part: str, flag: str) -> bool:
    """Whether a team has such a setting."""
    return flag in _TEAM_FLAGS.get(part, {})
