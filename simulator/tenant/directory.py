"""What happens to people, groups and sites as a whole: leavers, membership, visibility, locks."""

from __future__ import annotations

from typing import Literal

from simulator.refusal import Refused, bad_request
from simulator.tenant.model import Group, LockState, Site, User
from simulator.tenant.state import Tenant


def leave(tenant: Tenant, user: User) -> None:
    """Somebody leaves: the account is disabled. Ownerships stay, as they do in life."""
    if not tenant.users[user.id].enabled:
        raise bad_request(f"{user.name} has left already.")
    user.enabled = False


def set_replies(user: User, *, begins: int, ends: int) -> None:
    """The mailbox answers by itself, from a moment to another; `ends` 0 for no end."""
    user.replies, user.away_from, user.away_until = "scheduled" if ends else "alwaysEnabled", begins, ends


def stop_replies(user: User) -> None:
    """The mailbox answers no more by itself."""
    user.replies = "disabled"


def return_to_work(user: User) -> None:
    """The account is enabled again."""
    user.enabled = True


def add_member(group: Group, user: User, *, role: Literal["member", "owner"] = "member") -> None:
    """Somebody joins a group or team; an owner is a member too. Guests are refused (403) where its settings say so."""
    if user.guest and user.id not in group.members and group.settings.get("AllowToAddGuests") == "false":
        raise Refused(403, "Authorization_RequestDenied", "Guests cannot be added to this group.")
    if user.id not in group.members:
        group.members.append(user.id)
    if role == "owner" and user.id not in group.owners:
        group.owners.append(user.id)


def remove_member(group: Group, user: User) -> None:
    """Somebody leaves a group or team. The last owner of a group with members cannot go (400)."""
    if user.id not in group.members and user.id not in group.owners:
        raise Refused(404, "Request_ResourceNotFound", "The person is no member.")
    if group.owners == [user.id] and len(group.members) > 1:
        raise bad_request("The group must have at least one owner.")
    group.members = [each for each in group.members if each != user.id]
    group.owners = [each for each in group.owners if each != user.id]


def set_visibility(group: Group, visibility: Literal["Private", "Public"]) -> None:
    """A team or group becomes public or private."""
    group.visibility = visibility


def lock_site(tenant: Tenant, site: Site, lock: LockState) -> None:
    """Lock or unlock a site. The root site cannot be locked (400)."""
    if not site.path:
        raise bad_request("The root site cannot be locked.")
    site.lock = lock
    site.modified = tenant.now()


def delete_site(tenant: Tenant, site: Site) -> None:
    """Remove a site with its libraries; its group stays without one. The root site cannot be deleted (400)."""
    if not site.path:
        raise bad_request("The root site cannot be deleted.")
    for drive in site.drives:
        tenant.drives.pop(drive.id, None)
        tenant.drives_by_list.pop(drive.list_id.lower(), None)
    tenant.sites.pop(site.id, None)
    tenant.sites_by_path.pop(site.path.lower(), None)
    if site.group_id in tenant.groups:
        tenant.groups[site.group_id].site_id = ""
