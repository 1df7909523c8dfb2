"""Mail out of the notices' mailbox: the last way to reach a person.

Source: https://learn.microsoft.com/graph/api/user-sendmail
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from custos.m365.graph import segment

if TYPE_CHECKING:
    from custos.m365.graph import Graph


async def send(graph: Graph, *, mailbox: str, to: Sequence[str], subject: str, html: str) -> None:
    """Send one message from `mailbox`. Microsoft answers 202: accepted, not delivered. One request, no units.

    Never sent twice by us: raises Unavailable with `maybe_done` when it may have gone. Raises Forbidden where the
    identity may not send from this mailbox, Refused for an address that cannot be. Permission: Mail.Send, limited to
    the one mailbox.
    Source: https://learn.microsoft.com/graph/api/user-sendmail
    """
    body = {
        "message": {
            "subject": subject,
            "body": {"contentType": "HTML", "content": html},
            "toRecipients": [{"emailAddress": {"address": address}} for address in to],
        },
        "saveToSentItems": True,
    }
    await graph.post(f"/users/{segment(mailbox)}/sendMail", msgspec.json.encode(body), units=0)
