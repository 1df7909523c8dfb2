"""The Teams app of an organisation: manifest and icons in one zip, made from the settings of the installation.

The bot speaks to people one by one; the feed's notices are sent as the observer, so its id is the app's own in Entra
(`webApplicationInfo`). The only type of activity that Custos sends, `systemDefault`, is Teams' own and is not declared. The app keeps its
id from version to version, because it is made from the tenant's.
Sources: https://learn.microsoft.com/microsoftteams/platform/resources/schema/manifest-schema,
https://learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/apps-package,
https://learn.microsoft.com/graph/teams-send-activityfeednotifications
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

from custos.setting_forms import is_id, shared
from release.errors import CannotRelease

MANIFEST_VERSION = "1.29"
SCHEMA = f"https://developer.microsoft.com/json-schemas/teams/v{MANIFEST_VERSION}/MicrosoftTeams.schema.json"
ICONS: Mapping[str, int] = {"color.png": 192, "outline.png": 32}
"""File ► the pixels of its sides that Teams asks for."""
_ICONS = Path(__file__).with_name("icons")
_LONGEST_NAME = 30
_LONGEST_DEVELOPER = 32
_ACCENT = "#1F3A5F"
_VERSION = re.compile(r"\d{1,5}\.\d{1,5}\.\d{1,5}")
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the app is made of. `council` is who offers it; the addresses are pages of the council's own; `version` is `1.2.3`."""

    tenant_id: str
    bot_app_id: str
    observer_client_id: str
    council: str
    name: str
    website: str
    privacy: str
    terms: str
    version: str


def manifest(asked: Asked) -> dict[str, object]:
    """The manifest. Raises CannotRelease with everything that Teams would refuse, a sentence each."""
    wrong = [
        f"{what} must be the id of a registration, such as 6a2b…-…, not {value!r}."
        for what, value in (
            ("CUSTOS_TENANT_ID", asked.tenant_id),
            ("CUSTOS_BOT_APP_ID", asked.bot_app_id),
            ("CUSTOS_OBSERVER_CLIENT_ID", asked.observer_client_id),
        )
        if not is_id(value)
    ]
    wrong += shared({"CUSTOS_OBSERVER_CLIENT_ID": asked.observer_client_id, "CUSTOS_BOT_APP_ID": asked.bot_app_id})
    for what, value, most in (("--name", asked.name, _LONGEST_NAME), ("--council", asked.council, _LONGEST_DEVELOPER)):
        if not 0 < len(value.strip()) <= most:
            wrong.append(f"{what} must have 1 to {most} characters, not {len(value.strip())}.")
    for what, value in (("--website", asked.website), ("--privacy", asked.privacy), ("--terms", asked.terms)):
        if not _is_page(value):
            wrong.append(f"{what} must be a page that begins with https://, not {value!r}.")
    if not _VERSION.fullmatch(asked.version):
        wrong.append(f"--app-version must be three numbers such as 1.0.0, not {asked.version!r}.")
    if wrong:
        raise CannotRelease(" ".join(wrong))
    return {
        "$schema": SCHEMA,
        "manifestVersion": MANIFEST_VERSION,
        "version": asked.version,
        "id": str(uuid5(NAMESPACE_URL, f"custos/{asked.tenant_id.lower()}")),
        "developer": {
            "name": asked.council.strip(),
            "websiteUrl": asked.website,
            "privacyUrl": asked.privacy,
            "termsOfUseUrl": asked.terms,
        },
        "name": {"short": asked.name.strip(), "full": f"{asked.name.strip()}: questions about what you answer for"},
        "description": {
            "short": "Asks you about content that you answer for, and does what you decide.",
            "full": "Custos keeps the council's retention schedule and its rules for sharing. When something in SharePoint or Teams needs "
            "a decision from whoever answers for it, it asks them here, on one card a day at most. Nothing is deleted, and nothing happens "
            "because somebody did not answer.",
        },
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": _ACCENT,
        "bots": [{"botId": asked.bot_app_id, "scopes": ["personal"], "isNotificationOnly": False}],
        "webApplicationInfo": {"id": asked.observer_client_id, "resource": "https://graph.microsoft.com"},
        "defaultInstallScope": "personal",
    }


def write(asked: Asked, archive: Path) -> dict[str, object]:
    """Write the zip, with manifest and icons at its root, and return the manifest. Raises CannotRelease, and writes nothing then."""
    made = manifest(asked)
    files = {
        "manifest.json": json.dumps(made, indent=2).encode(),
        **{name: (_ICONS / name).read_bytes() for name in ICONS},
    }
    archive.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in files.items():
            zipped.writestr(zipfile.ZipInfo(name, date_time=_EPOCH), content)
    return made


def _is_page(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and "." in str(parts.hostname)
