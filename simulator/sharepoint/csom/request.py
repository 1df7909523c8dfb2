"""A CSOM request: how large it may be, and of which namespace it is.

Source: https://learn.microsoft.com/openspecs/sharepoint_protocols/ms-csom
"""

from __future__ import annotations

from simulator.refusal import Refused
from simulator.sharepoint import markup
from simulator.sharepoint.markup import INVALID, Element

LARGEST = 2 * 1024 * 1024
_NAMESPACE = "http://schemas.microsoft.com/sharepoint/clientquery/2009"


def too_large() -> Refused:
    """413: more than is read."""
    return Refused(413, INVALID, f"The request is larger than {LARGEST} bytes.")


def parse(body: bytes) -> Element:
    """The `Request` element. Raises Refused."""
    if len(body) > LARGEST:
        raise too_large()
    return markup.parse(body, "Request", namespace=_NAMESPACE)
