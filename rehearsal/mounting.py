"""`make run MOUNT=DIRECTORY`: a real directory tree as a library of the rehearsal's council, with an asset and a schedule entry."""

from __future__ import annotations

import csv
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

ASSET = "IA-900"
LIBRARY = "Mounted"
_SITE = "https://wrenbridge.sharepoint.example/sites/mounted"
_ENTRY = "RS-PRJ-01"
_ASSET_ROW = {
    "asset_id": ASSET,
    "name": "Files of this machine",
    "description": "A directory tree that nobody at the council wrote",
    "function": "Information management",
    "department": "Corporate",
    "iao_upn": "head.information.governance@wrenbridge.example",
    "location_type": "m365",
    "location_refs": _SITE,
    "classification": "OFFICIAL",
    "personal_data": "none",
    "schedule_refs": _ENTRY,
    "publication": "none",
    "value": "low",
    "vital_record": "no",
    "sharing_posture": "internal",
    "status": "active",
    "review_interval_months": "12",
    "review_due": "2027-05-31",
}


def register(policies: Path) -> None:
    """Add the mounted site to a copy of the registers: an asset, and the schedule entry that its files follow."""
    _append(policies / "register" / "information_asset_register.csv", _ASSET_ROW)
    _append(policies / "register" / "site_map.csv", {"location": _SITE, "asset_id": ASSET, "schedule_ref": _ENTRY})


def fingerprint(directory: Path) -> str:
    """A digest of every name, size and date below a directory, to show that nothing on disk changed."""
    seen = hashlib.sha256()
    for folder, folders, files in os.walk(directory):
        folders.sort()
        for name in sorted(files):
            try:
                found = (Path(folder) / name).lstat()
            except OSError:
                continue  # gone meanwhile, which is not our doing
            seen.update(f"{folder}/{name}\0{found.st_size}\0{found.st_mtime_ns}\n".encode(errors="surrogateescape"))
    return seen.hexdigest()


def _append(register_file: Path, row: Mapping[str, str]) -> None:
    with register_file.open(newline="", encoding="utf-8") as file:
        columns = next(csv.reader(file))
    with register_file.open("a", newline="", encoding="utf-8") as file:
        csv.DictWriter(file, columns, restval="").writerow(row)
