"""Mail: a mailbox for each employee and for the service account that Custos sends from, and Graph's `sendMail`.

Source: https://learn.microsoft.com/graph/api/user-sendmail
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from aiohttp import web

from simulator.entra.identity import GRAPH, require
from simulator.refusal import Refused
from simulator.tenant.model import User
from simulator.tenant.state import Tenant

_LARGEST_BYTES = 4_194_304


def service_mailbox(tenant: Tenant) -> str:
    """The address of the mailbox that Custos sends from."""
    return f"{tenant.mailbox}@{tenant.domain}"


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail in one mailbox; `content` is HTML if `html`."""

    id: int
    sent: datetime
    sender: str
    to: tuple[str, ...]
    subject: str
    content: str
    html: bool
    bounce: bool = False


@dataclass
class Mailboxes:
    """Every mailbox of the tenant: `inbox` and `sent` map an address (lower case) to its letters, oldest first."""

    inbox: dict[str, list[Letter]] = field(default_factory=dict)
    sent: dict[str, list[Letter]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def has(self, tenant: Tenant, address: str) -> bool:
        """Whether mail to this address of the tenant can be delivered: leavers and guests have no mailbox."""
        wanted = address.lower()
        if wanted in self.gone:
            return False
        if wanted == service_mailbox(tenant):
            return True
        user = tenant.users_by_upn.get(wanted) or tenant.guest_by_mail(wanted)
        return user is not None and user.enabled and not user.guest

    def send(self, tenant: Tenant, sender: str, message: _Message) -> None:
        """Deliver to everybody; what cannot be delivered comes back to the sender, as in life."""
        everyone = [*message.to_recipients, *message.cc_recipients, *message.bcc_recipients]
        to = tuple(each.email_address.address for each in everyone)
        html = message.body.content_type.lower() == "html"
        letter = Letter(
            next(self._numbers), tenant.clock.now(), sender, to, message.subject, message.body.content, html
        )
        self.sent.setdefault(sender, []).append(letter)
        for address in to:
            inside = address.lower().endswith("@" + tenant.domain)
            if not inside or self.has(tenant, address):
                self.inbox.setdefault(address.lower(), []).append(letter)
            else:
                text = f"Your message to {address} couldn't be delivered: 550 5.1.10 RecipientNotFound."
                subject = f"Undeliverable: {message.subject}"
                note = Letter(
                    next(self._numbers), letter.sent, "postmaster", (sender,), subject, text, html=False, bounce=True
                )
                self.inbox.setdefault(sender, []).append(note)


MAILBOXES = web.AppKey("mailboxes", Mailboxes)


class _Address(msgspec.Struct, rename="camel", kw_only=True):
    address: str
    name: str = ""


class _Recipient(msgspec.Struct, rename="camel", kw_only=True):
    email_address: _Address


class _Body(msgspec.Struct, rename="camel", kw_only=True):
    content: str
    content_type: str = "text"


class _Message(msgspec.Struct, rename="camel", kw_only=True):
    subject: str = ""
    body: _Body
    to_recipients: list[_Recipient]
    cc_recipients: list[_Recipient] = []
    bcc_recipients: list[_Recipient] = []


class _SendMail(msgspec.Struct, rename={"message": "Message", "save_to_sent_items": "SaveToSentItems"}, kw_only=True):
    message: _Message
    save_to_sent_items: bool = True


def routes(tenant: Tenant) -> Iterable[web.RouteDef]:
    """`sendMail`, the only thing that Custos does with mail."""

    async def send(request: web.Request) -> web.Response:
        require(request, GRAPH, "Mail.Send")
        mailboxes = request.app[MAILBOXES]
        sender = _address_of(tenant, request.match_info["user"])
        if not mailboxes.has(tenant, sender):
            raise Refused(404, "MailboxNotEnabledForRESTAPI", "The mailbox is either inactive, soft-deleted or absent.")
        raw = await request.read()
        if len(raw) > _LARGEST_BYTES:
            raise Refused(413, "RequestEntityTooLarge", "The request is larger than 4 MB.")
        message = _read(raw)
        if not (message.to_recipients or message.cc_recipients or message.bcc_recipients):
            raise Refused(400, "ErrorInvalidRecipients", "At least one recipient isn't valid.")
        if message.body.content_type.lower() not in ("text", "html"):
            raise Refused(400, "RequestBodyRead", "body.contentType must be text or html.")
        mailboxes.send(tenant, sender, message)
        return web.Response(status=202)

    return [web.post("/graph/v1.0/users/{user}/sendMail", send)]


def _address_of(tenant: Tenant, key: str) -> str:
    if key.lower() == service_mailbox(tenant):
        return key.lower()
    user: User = tenant.user(key)
    return user.mail.lower()


def _read(raw: bytes) -> _Message:
    try:
        body: dict[str, Any] = msgspec.json.decode(raw, type=dict[str, Any])
        return msgspec.convert({name[:1].upper() + name[1:]: value for name, value in body.items()}, _SendMail).message
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise Refused(400, "RequestBodyRead", str(error)) from error
