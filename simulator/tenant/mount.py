"""A real directory tree as a document library: its own names, sizes and times, read-only on disk.

Labels and sharing that are put on it live in memory. Nothing is ever written to the disk, and no file is opened.
"""

from __future__ import annotations

import os
from pathlib import Path

from simulator.council.empty_sites import add_library, grant_site, new_site, place
from simulator.tenant.files import content_seed
from simulator.tenant.model import Actor, Drive, Item
from simulator.tenant.state import Tenant

PATH = "sites/mounted"


def mount(tenant: Tenant, name: str, directory: Path) -> Drive:
    """Expose a directory as library `name` of the site /sites/mounted.

    Directories that cannot be read, and anything that is neither file nor directory, are left out. Symbolic links are
    not followed.
    """
    site = tenant.sites_by_path.get(PATH)
    if site is None:
        site = new_site(tenant, PATH, "Mounted", kind="team")
        steward = tenant.users_by_upn[f"records.manager@{tenant.domain}"]
        site.owners, site.admins, site.capability = [steward.id], [steward.id], "anyone"
        grant_site(tenant, site)
    drive = add_library(tenant, site, name)
    drive.read_only = True
    owner = tenant.actor(tenant.users[site.owners[0]])
    waiting = [(drive.root, directory)]
    while waiting:
        folder, at = waiting.pop()
        with os.scandir(at) as entries:
            for entry in sorted(entries, key=lambda each: each.name):
                if entry.is_dir(follow_symlinks=False):
                    if os.access(entry.path, os.R_OK | os.X_OK):
                        waiting.append((_add(drive, folder, entry, owner), Path(entry.path)))
                elif entry.is_file(follow_symlinks=False):
                    _add(drive, folder, entry, owner)
    return drive


def _add(drive: Drive, folder: Item, entry: os.DirEntry[str], owner: Actor) -> Item:
    found, is_folder = entry.stat(follow_symlinks=False), entry.is_dir(follow_symlinks=False)
    name = entry.name.encode("utf-8", "replace").decode()  # names on disk may be no valid text
    size, at = 0 if is_folder else found.st_size, int(found.st_mtime)
    item = place(drive, folder, name, at=at, by=owner, size=size, is_folder=is_folder)
    item.content = content_seed(size, at, name)
    return item
