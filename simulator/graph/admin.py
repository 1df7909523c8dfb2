"""Settings of the tenant: sharing, reports; and what no app may read, the retention labels.

Sources: https://learn.microsoft.com/graph/api/sharepointsettings-get, sharepointsettings-update,
adminreportsettings-get, adminreportsettings-update, security-labelsroot-list-retentionlabel,
security-tenantdatasecurityandgovernance-list-sensitivitylabels
"""

from __future__ import annotations

from typing import Any

from simulator.graph.calls import Answer, Call, Operation, answer
from simulator.refusal import Refused, bad_request
from simulator.tenant.model import Capability

_CAPABILITY: dict[Capability, str] = {
    "disabled": "disabled",
    "existing_guests": "existingExternalUserSharingOnly",
    "new_guests": "externalUserSharingOnly",
    "anyone": "externalUserAndGuestSharing",
}
_BY_NAME = {name: capability for capability, name in _CAPABILITY.items()}
_READ = ("SharePointTenantSettings.Read.All", "SharePointTenantSettings.ReadWrite.All")
_WRITE = ("SharePointTenantSettings.ReadWrite.All",)
_READ_REPORTS = ("ReportSettings.Read.All", "ReportSettings.ReadWrite.All")
_READ_LABELS = ("SensitivityLabels.Read.All", "SensitivityLabel.Read")


def _settings_body(call: Call) -> dict[str, Any]:
    settings = call.tenant.sharing
    restricted = "allowList" if settings.allowed_domains else "blockList" if settings.blocked_domains else "none"
    return {
        "sharingCapability": _CAPABILITY[settings.capability],
        "sharingDomainRestrictionMode": restricted,
        "sharingAllowedDomainList": settings.allowed_domains,
        "sharingBlockedDomainList": settings.blocked_domains,
        "isResharingByExternalUsersEnabled": settings.resharing_by_guests,
        "isRequireAcceptingUserToMatchInvitedUserEnabled": True,
        "isLegacyAuthProtocolsEnabled": False,
        "isUnmanagedSyncAppForTenantRestricted": False,
        "isLoopEnabled": True,
        "isSiteCreationEnabled": False,
        "deletedUserPersonalSiteRetentionPeriodInDays": 365,
        "tenantDefaultTimezone": "(UTC+00:00) Dublin, Edinburgh, Lisbon, London",
    }


def _settings(call: Call) -> Answer:
    return answer(_settings_body(call))


def _update_settings(call: Call) -> Answer:
    """200 with all settings. Sites keep what they are set to; what they allow is never more than the tenant."""
    asked, settings = call.json(), call.tenant.sharing
    if unknown := asked.keys() - {*_settings_body(call), "@odata.type"}:
        raise bad_request(f"sharepointSettings has no {', '.join(sorted(unknown))}.")
    if fixed := asked.keys() - _CHANGEABLE - {"@odata.type"}:
        raise call.absent(f"PATCH /{call.path} of {', '.join(sorted(fixed))}")
    capability = _BY_NAME.get(asked.get("sharingCapability", _CAPABILITY[settings.capability]))
    if capability is None:
        raise bad_request(f"sharingCapability has no value {asked['sharingCapability']!r}.")
    blocked = _domains(asked, "sharingBlockedDomainList", settings.blocked_domains)
    allowed = _domains(asked, "sharingAllowedDomainList", settings.allowed_domains)
    resharing = asked.get("isResharingByExternalUsersEnabled", settings.resharing_by_guests)
    if not isinstance(resharing, bool):
        raise bad_request("isResharingByExternalUsersEnabled is true or false.")
    settings.capability, settings.resharing_by_guests = capability, resharing
    mode = asked.get("sharingDomainRestrictionMode")
    settings.blocked_domains = blocked if mode in (None, "blockList") else []
    settings.allowed_domains = allowed if mode in (None, "allowList") else []
    return answer(_settings_body(call))


_CHANGEABLE = {
    "sharingCapability", "sharingDomainRestrictionMode", "sharingAllowedDomainList", "sharingBlockedDomainList",
    "isResharingByExternalUsersEnabled",
}  # fmt: skip


def _domains(asked: dict[str, Any], name: str, present: list[str]) -> list[str]:
    found = asked.get(name, present)
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise bad_request(f"{name} is a list of domains.")
    return [each.lower() for each in found]


def _report_settings(call: Call) -> Answer:
    return answer({"displayConcealedNames": call.tenant.names_concealed})


def _update_report_settings(call: Call) -> Answer:
    concealed = call.json().get("displayConcealedNames")
    if not isinstance(concealed, bool):
        raise bad_request("displayConcealedNames is true or false.")
    call.tenant.names_concealed = concealed
    return answer({"displayConcealedNames": concealed})


def _sensitivity_labels(call: Call) -> Answer:
    found = call.tenant.sensitivity_labels.items()
    values = [{"id": key, "name": name, "hasProtection": False, "priority": at} for at, (key, name) in enumerate(found)]
    return answer({"value": values})


def no_app(call: Call) -> Answer:
    """An app without a user is refused, whatever roles it holds."""
    raise Refused(403, "Forbidden", f"App-only access is not supported for {call.path}; a signed-in user is needed.")


_SETTINGS, _REPORTS, _LABELS = "admin/sharepoint/settings", "admin/reportSettings", "security/labels/retentionLabels"
OPERATIONS = (
    Operation("GET", _SETTINGS, _settings, _READ, 0),
    Operation("PATCH", _SETTINGS, _update_settings, _WRITE, 0),
    Operation("GET", _REPORTS, _report_settings, _READ_REPORTS, 0),
    Operation("PATCH", _REPORTS, _update_report_settings, ("ReportSettings.ReadWrite.All",), 0),
    Operation("GET", "security/dataSecurityAndGovernance/sensitivityLabels", _sensitivity_labels, _READ_LABELS, 0),
    Operation("GET", _LABELS, no_app, (), 0),
    Operation("GET", _LABELS + "/{label}", no_app, (), 0),
    Operation("POST", _LABELS, no_app, (), 0),
)
