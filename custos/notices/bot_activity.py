"""What Teams posts to the bot: the few fields of an activity that Custos reads.

Names and addresses in it are for display; who somebody is says `aad_object_id` alone, and only after the token was
checked.
Source: https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#activity-object
"""

from __future__ import annotations

import msgspec


class Account(msgspec.Struct, frozen=True, rename="camel"):
    """A person or bot. `aad_object_id` is "" for bots and for people from outside the tenant."""

    id: str = ""
    name: str = ""
    aad_object_id: str = ""


class Conversation(msgspec.Struct, frozen=True, rename="camel"):
    """Where it was said."""

    id: str = ""
    tenant_id: str = ""
    conversation_type: str = ""


class _Tenant(msgspec.Struct, frozen=True):
    id: str = ""


class ChannelData(msgspec.Struct, frozen=True):
    """What the channel adds."""

    tenant: _Tenant = _Tenant()


class Activity(msgspec.Struct, frozen=True, rename="camel"):
    """One activity. `value` is kept as it came, to be read by whoever knows its form."""

    type: str
    id: str = ""
    name: str = ""
    action: str = ""
    text: str = ""
    channel_id: str = ""
    service_url: str = ""
    sender: Account = msgspec.field(name="from", default=Account())
    recipient: Account = Account()
    conversation: Conversation = Conversation()
    channel_data: ChannelData = ChannelData()
    members_added: tuple[Account, ...] = ()
    members_removed: tuple[Account, ...] = ()
    value: msgspec.Raw = msgspec.Raw(b"null")

    @property
    def tenants(self) -> frozenset[str]:
        """Every tenant that the activity names."""
        return frozenset({self.conversation.tenant_id, self.channel_data.tenant.id} - {""})


decode = msgspec.json.Decoder(Activity).decode
