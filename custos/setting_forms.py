"""What a setting must look like: ids of registrations, addresses of mail, the root of SharePoint."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import combinations
from urllib.parse import urlsplit

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_MAIL = re.compile(r"[^@\s;,/]+@[^@\s;,/]+\.[^@\s;,/]+")
_BESIDE = ("-admin", "-my")
"""How the hosts end that stand beside the root: its administration, and people's own files.
Source: https://learn.microsoft.com/sharepoint/change-your-sharepoint-domain-name"""


def is_id(text: str) -> bool:
    """Whether it is the id of a tenant or of a registration, with its hyphens."""
    return bool(_ID.fullmatch(text))


def is_mail_address(text: str) -> bool:
    """Whether it is one address of mail."""
    return bool(_MAIL.fullmatch(text))


def root_of(address: str) -> str:
    """The root of SharePoint that is meant by one of its addresses; an address that is the root already comes back as it is."""
    parts = urlsplit(address)
    name, dot, rest = parts.netloc.rpartition("@")[2].partition(".")
    for end in _BESIDE:
        name = name.removesuffix(end)
    return f"{parts.scheme}://{name}{dot}{rest}"


def shared(ids: Mapping[str, str]) -> list[str]:
    """A sentence for every two identities, by the names of their settings, that have one id between them; empty ids are none."""
    return [
        f"{other} is the id of {one} too: each is an identity of its own, for one id would hold the rights of both."
        for (one, first), (other, second) in combinations(ids.items(), 2)
        if first and first.lower() == second.lower()
    ]
