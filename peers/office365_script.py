"""The three questions asked by a straightforward script on `office365-rest-python-client`.

    SHAREPOINT_URL=… CLIENT_ID=… NOW=2026-11-23T09:00:00Z python -m peers.office365_script ANSWERS.json [/sites/x …]

All sites with their sharing capability from SharePoint administration, in each site its libraries with the date of the last change
by a user, in each library all items with `$select` of the compliance tag and of whether they have permissions of their own; sharing
information of those that have, in batches, where the site lets Anyone links work. The library's retries are on.

Sources: https://learn.microsoft.com/sharepoint/dev/sp-add-ins/working-with-lists-and-list-items-with-rest and
https://github.com/vgrem/office365-rest-python-client
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from azure.identity import ManagedIdentityCredential
from office365.sharepoint.client_context import ClientContext
from office365.sharepoint.sharing.object_sharing_information import ObjectSharingInformation
from office365.sharepoint.tenant.administration.sharing_capabilities import SharingCapabilities
from office365.sharepoint.tenant.administration.tenant import Tenant

from peers.answers import Answers, path_of

_TWO_YEARS = timedelta(days=731)
_PAGE = 2_000
_TAG, _UNIQUE, _FOLDER = "OData__ComplianceTag", "HasUniqueRoleAssignments", 1


class Scan:
    """Goes through the tenant once."""

    def __init__(
        self, credential: ManagedIdentityCredential, environment: Mapping[str, str], sites: Sequence[str] = ()
    ) -> None:
        self._credential = credential
        self._wanted = frozenset(sites)
        self._root = environment["SHAREPOINT_URL"]
        self._endpoint = environment["SHAREPOINT_ENDPOINT"]
        self._admin = environment["SHAREPOINT_ADMIN_ENDPOINT"]
        self._now = datetime.fromisoformat(environment["NOW"])
        self._files = 0
        self._skipped = 0
        self._unlabelled: list[str] = []
        self._open: list[str] = []
        self._untouched: list[str] = []

    def run(self) -> Answers:
        """Ask everything."""
        for site in self._sites():
            template, lock = str(site.get_property("Template")), str(site.get_property("LockState"))
            url = str(site.get_property("Url"))
            if template.startswith("SPSPERS") or (self._wanted and path_of(url) not in self._wanted):
                continue
            if lock == "NoAccess":
                self._skipped += 1
                continue
            capability = site.get_property("SharingCapability")
            self._site(url, open_to_anyone=capability == SharingCapabilities.ExternalUserAndGuestSharing)
        return Answers(
            looked=self._files,
            unlabelled=self._unlabelled,
            open=self._open,
            untouched=self._untouched,
            notes={"sites skipped": self._skipped},
        )

    def _sites(self) -> list[Any]:
        name, _, domain = self._root.removeprefix("https://").partition(".")
        context = self._context(self._admin, f"https://{name}-admin.{domain}")
        return list(
            Tenant(context).get_site_properties_from_sharepoint_by_filters("", "0", include_detail=True).execute_query()
        )

    def _context(self, url: str, audience: str) -> ClientContext:
        return ClientContext(url).with_access_token(self._token(audience)).with_auto_retry().with_rate_limit()

    def _token(self, audience: str) -> Callable[[], dict[str, Any]]:
        def token() -> dict[str, Any]:
            found = self._credential.get_token(f"{audience}/.default")
            left = int(found.expires_on - time.time()) - 300
            return {"token_type": "Bearer", "access_token": found.token, "expires_in": left}

        return token

    def _site(self, url: str, *, open_to_anyone: bool) -> None:
        context = self._context(self._endpoint + url.removeprefix(self._root), self._root)
        lists = (
            context.web.lists.filter("BaseTemplate eq 101 and Hidden eq false")
            .select(["Id", "Title", "LastItemUserModifiedDate", "ItemCount", "RootFolder/ServerRelativeUrl"])
            .expand(["RootFolder"])
            .get()
            .execute_query()
        )
        for library in (each for each in lists if not each.root_folder.server_relative_url.endswith("/SiteAssets")):
            self._library(context, library, open_to_anyone=open_to_anyone)

    def _library(self, context: ClientContext, library: Any, *, open_to_anyone: bool) -> None:
        items = (
            library.items.select(["Id", "FileRef", "FileSystemObjectType", _TAG, _UNIQUE])
            .get_all(_PAGE)
            .execute_query()
        )
        files = [item for item in items if item.get_property("FileSystemObjectType") != _FOLDER]
        self._files += len(files)
        self._unlabelled += [item.get_property("FileRef") for item in files if not item.get_property(_TAG)]
        touched = library.last_item_user_modified_date
        if files and touched is not None and touched.replace(tzinfo=UTC) < self._now - _TWO_YEARS:
            self._untouched.append(library.root_folder.server_relative_url)
        if open_to_anyone:
            reached = self._links(context, library, [item for item in items if item.get_property(_UNIQUE)])
            self._open += [path for item in files if _is_reached(path := item.get_property("FileRef"), reached)]

    def _links(self, context: ClientContext, library: Any, unique: list[Any]) -> dict[str, bool]:
        """Of each item with permissions of its own, whether an Anyone link reaches it."""
        told = {
            item.get_property("FileRef"): ObjectSharingInformation.get_list_item_sharing_information(
                context, library.id, item.id, retrieve_anonymous_links=True
            )
            for item in unique
        }
        if told:
            context.execute_batch()
        return {path: bool(each.anonymous_view_link or each.anonymous_edit_link) for path, each in told.items()}


def _is_reached(path: str, reached: dict[str, bool]) -> bool:
    """What holds for a file holds for the nearest item above it, or itself, that has permissions of its own."""
    at = path
    while at:
        if at in reached:
            return reached[at]
        at = at.rpartition("/")[0]
    return False


def main(file: Path, sites: Sequence[str]) -> None:
    """Ask about some sites, or all, and save the answers."""
    with ManagedIdentityCredential(client_id=os.environ["CLIENT_ID"]) as credential:
        Scan(credential, os.environ, sites).run().save(file)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
