"""The app registrations of the simulated tenant, with the app roles that they hold.

Three are those with which Custos is deployed: an observer that reads and notifies, an actor that writes, and a bot. A
fourth, for administrators' own tools, may do all that an app may do here; it stands for a system-assigned managed identity,
too. By a fifth, a public client, people sign in at a terminal. Each may hold app roles on two resources whose role names
overlap: a role on Microsoft Graph says nothing to SharePoint and the other way round.

Source: https://learn.microsoft.com/entra/identity-platform/app-objects-and-service-principals
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

OBSERVER_CLIENT_ID = "a1b6c0de-0001-4f00-8a00-0b5e57e00001"
ACTOR_CLIENT_ID = "a1b6c0de-0002-4f00-8a00-ac7020000002"
BOT_CLIENT_ID = "a1b6c0de-0003-4f00-8a00-b07000000003"
TOOLS_CLIENT_ID = "a1b6c0de-0004-4f00-8a00-700150000004"
SIGN_IN_CLIENT_ID = "a1b6c0de-0005-4f00-8a00-519e11000005"
TEAMS_APP_ID = "7c0de5a1-5a5a-4c1e-8f0d-000000000004"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """An app registration with its service principal: `roles` maps `graph` or `sharepoint` to app role values."""

    client_id: str
    name: str
    object_id: str
    secret: str
    roles: Mapping[str, frozenset[str]]


OBSERVER = Registration(
    client_id=OBSERVER_CLIENT_ID,
    name="Custos observer",
    object_id="0b1ec700-0001-4f00-8a00-0b5e57e00001",
    secret="observer-secret-of-the-simulated-tenant",  # noqa: S106  # of a tenant that does not exist
    roles={
        "graph": frozenset(
            {
                "Sites.Read.All",
                "Files.Read.All",
                "Group.Read.All",
                "GroupMember.Read.All",
                "User.Read.All",
                "Team.ReadBasic.All",
                "Channel.ReadBasic.All",
                "ChannelMember.Read.All",
                "Reports.Read.All",
                "TeamsActivity.Send",
                "TeamsAppInstallation.ReadWriteSelfForUser.All",
                "Mail.Send",
                "MailboxSettings.Read",
                "LicenseAssignment.Read.All",
                "SharePointTenantSettings.Read.All",
            }
        ),
        "sharepoint": frozenset({"Sites.Read.All"}),
    },
)
ACTOR = Registration(
    client_id=ACTOR_CLIENT_ID,
    name="Custos actor",
    object_id="0b1ec700-0002-4f00-8a00-ac7020000002",
    secret="actor-secret-of-the-simulated-tenant",  # noqa: S106  # of a tenant that does not exist
    roles={
        "graph": frozenset(
            {
                "Sites.ReadWrite.All",
                "Files.ReadWrite.All",
                "Sites.FullControl.All",
                "Sites.Archive.All",
                "GroupMember.ReadWrite.All",
            }
        ),
        "sharepoint": frozenset({"Sites.FullControl.All"}),
    },
)
BOT = Registration(
    client_id=BOT_CLIENT_ID,
    name="Custos",
    object_id="0b1ec700-0003-4f00-8a00-b07000000003",
    secret="bot-secret-of-the-simulated-tenant",  # noqa: S106  # of a tenant that does not exist
    roles={"graph": frozenset(), "sharepoint": frozenset()},
)
TOOLS = Registration(
    client_id=TOOLS_CLIENT_ID,
    name="Administration tools",
    object_id="0b1ec700-0004-4f00-8a00-700150000004",
    secret="tools-secret-of-the-simulated-tenant",  # noqa: S106  # of a tenant that does not exist
    roles={
        "graph": OBSERVER.roles["graph"]
        | ACTOR.roles["graph"]
        | {
            "Sites.Manage.All",
            "Group.ReadWrite.All",
            "Directory.Read.All",
            "SharePointTenantSettings.ReadWrite.All",
            "RecordsManagement.Read.All",
            "TeamSettings.Read.All",
            "AuditLogsQuery.Read.All",
            "InformationProtectionPolicy.Read.All",
        },
        "sharepoint": frozenset({"Sites.FullControl.All"}),
    },
)
SIGN_IN = Registration(
    client_id=SIGN_IN_CLIENT_ID,
    name="Custos sign-in",
    object_id="0b1ec700-0005-4f00-8a00-519e11000005",
    secret="",  # a public client has none
    roles={"graph": frozenset(), "sharepoint": frozenset()},
)
REGISTRATIONS = (OBSERVER, ACTOR, BOT, TOOLS, SIGN_IN)
PUBLIC_CLIENTS = frozenset({SIGN_IN_CLIENT_ID})
"""Those by which people sign in with a code: they hold no role of their own, and act in the person's name."""
SYSTEM_ASSIGNED = TOOLS
