"""Addresses of sites and libraries: what a row gives to an asset, makes public, or a policy covers or leaves out.

What lies inside a library has its library's asset, class and schedule entry. Only holds and exceptions can name it.
"""

from __future__ import annotations

import re

from custos.records.address import MANAGED_PATHS, Address, NotAnAddress, read_address

_LINK = re.compile(r"/:([a-z]):/r/", re.IGNORECASE)
_VIEW = re.compile(r"/forms/[^/?]*\.aspx\?", re.IGNORECASE)
_FILE = re.compile(
    r".*\.(docx?|docm|xlsx?|xlsm|pptx?|pdf|csv|txt|rtf|msg|eml|jpe?g|png|tiff?|zip|one|vsdx|mpp|html?)", re.IGNORECASE
)
_REMEDY = "Name the site or the library. Only a hold or an exception can be for what lies inside one."


def read_container(written: str) -> Address:
    """The site or library that somebody wrote. Raises NotAnAddress also when what they wrote shows a folder or a file."""
    address = read_address(written)
    if shown := _shown(written, address):
        raise NotAnAddress(f"{address.text} is a {shown}.", _REMEDY)
    return address


def doubt_about(address: Address) -> str:
    """Why an address is hardly one of a site or library, as a sentence; "" when it looks like one. A site below a site has libraries,
    too, and so the address alone does not settle it.
    """
    if not _is_deep(address):
        return ""
    return f"{address.text} is deeper than a library of a site. If it is a folder, this counts for nothing."


def _shown(written: str, address: Address) -> str:
    if not _is_deep(address):
        return ""
    link = _LINK.search(written)
    if _FILE.fullmatch(address.segments[-1]):
        return "file"
    if link:
        return "folder" if link[1].casefold() == "f" else "file"
    return "folder" if _VIEW.search(written) else ""


def _is_deep(address: Address) -> bool:
    """Whether there is more in it than a site, and a library or `Lists/NAME`."""
    names = address.segments
    own = names[2:] if names and names[0] in MANAGED_PATHS else names
    return len(own) > (2 if own[:1] == ("lists",) else 1)
