"""What people do, as `POST /sim/act` and `python -m simulator act` ask for it: one function for each verb.

A deed is a JSON object `{"verb": …, …}`. Places (`at`, `to`) are web addresses or server-relative paths, or
`{"driveId": …, "itemId": …}`; people are named by user principal name, mail address, id or full name. Each function
returns what there is to say about it as a JSON object.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

from aiohttp import web

from custos.records.address import NotAnAddress, read_address
from simulator.control.clock_moves import wanted_moment
from simulator.entra.identity import AUTHORITY
from simulator.entra.people import SIGN_INS
from simulator.refusal import Refused, bad_request, not_found
from simulator.teams.cards import Button, find_button, press
from simulator.teams.client import TEAMS, Answer, Forgery
from simulator.teams.conversations import CONVERSATIONS, Conversation, Message
from simulator.teams.installs import install, uninstall
from simulator.tenant import directory, files, labelling, sharing
from simulator.tenant.clock import instant, moment
from simulator.tenant.model import Actor, Item, User
from simulator.tenant.state import Tenant
from simulator.webhooks.delivery import COURIER

Deed = dict[str, Any]


class Deeds:
    """Does what people of one tenant do."""

    def __init__(self, tenant: Tenant, app: web.Application) -> None:
        self._tenant = tenant
        self._app = app

    async def do(self, deed: Mapping[str, Any]) -> dict[str, Any]:
        """Do one deed. Raises Refused as the service would refuse, or 400 for a deed that cannot be understood."""
        verb = str(deed.get("verb", ""))
        doing = self._verbs().get(verb)
        if doing is None:
            raise bad_request(f"There is no verb {verb!r}; there are {', '.join(sorted(self._verbs()))}.")
        told = await doing(dict(deed))
        return {"verb": verb, "at": instant(self._tenant.clock.seconds())} | told

    def _verbs(self) -> dict[str, Callable[[Deed], Awaitable[dict[str, Any]]]]:
        return {
            "upload": self._upload,
            "edit": self._edit,
            "rename": self._rename,
            "move": self._move,
            "share": self._share,
            "unshare": self._unshare,
            "delete": self._delete,
            "label": self._label,
            "press": self._press,
            "say": self._say,
            "sign-in": self._sign_in,
            "leave": self._leave,
            "return": self._return,
            "away": self._away,
            "back": self._back,
            "install": self._install,
            "uninstall": self._uninstall,
            "advance-clock": self._advance,
        }

    # -- files ------------------------------------------------------------------------------------------------------

    async def _upload(self, deed: Deed) -> dict[str, Any]:
        folder = self._item(deed, "at")
        if not folder.is_folder:
            raise bad_request("A file can be uploaded into a library or folder only.")
        name, size = _text(deed, "name"), _number(deed, "size", 20_000)
        modified = moment(str(deed["modified"])) if deed.get("modified") else None
        by = self._actor(deed, folder)
        return self._told(files.upload(self._tenant, folder, name, size=size, by=by, client_modified=modified))

    async def _edit(self, deed: Deed) -> dict[str, Any]:
        item = self._item(deed, "at")
        size = _number(deed, "size", item.size)
        return self._told(files.edit(self._tenant, item, by=self._actor(deed, item), size=size))

    async def _rename(self, deed: Deed) -> dict[str, Any]:
        item = self._item(deed, "at")
        return self._told(files.rename(self._tenant, item, _text(deed, "name"), by=self._actor(deed, item)))

    async def _move(self, deed: Deed) -> dict[str, Any]:
        item = self._item(deed, "at")
        return self._told(files.move(self._tenant, item, self._item(deed, "to"), by=self._actor(deed, item)))

    async def _delete(self, deed: Deed) -> dict[str, Any]:
        item = self._item(deed, "at")
        told = self._told(item)
        files.delete(self._tenant, item, silently=bool(deed.get("silently")))
        return told

    async def _label(self, deed: Deed) -> dict[str, Any]:
        item, name = self._item(deed, "at"), str(deed.get("label", ""))
        by = self._actor(deed, item)
        if name:
            labelling.set_label(self._tenant, item, name, by=by, full_control=bool(deed.get("as_admin")))
        else:
            labelling.clear_label(self._tenant, item, by=by, full_control=bool(deed.get("as_admin")))
        return self._told(item)

    async def _share(self, deed: Deed) -> dict[str, Any]:
        item, whom = self._item(deed, "at"), _text(deed, "with")
        by, editing = self._actor(deed, item), bool(deed.get("edit"))
        if whom in ("anyone", "organization"):
            made, new = sharing.create_link(
                self._tenant,
                item,
                scope="anonymous" if whom == "anyone" else "organization",
                kind="edit" if editing else "view",
                by=by,
                expires=moment(str(deed["expires"])) if deed.get("expires") else 0,
            )
            return self._told(item) | {"permissionId": made.id, "link": made.link.url if made.link else "", "new": new}
        mail = whom if "@" in whom else self._person(whom).mail
        entries = sharing.invite(
            self._tenant,
            item,
            mails=[mail],
            role="write" if editing else "read",
            by=by,
            as_link=bool(deed.get("as_link")),
        )
        return self._told(item) | {"permissionId": entries[0].id, "with": mail}

    async def _unshare(self, deed: Deed) -> dict[str, Any]:
        item = self._item(deed, "at")
        wanted = str(deed.get("permission", ""))
        doomed = [each.id for each in item.own or () if wanted in ("", each.id)]
        if not doomed:
            raise not_found("The sharing entry")
        for permission_id in doomed:
            sharing.unshare(self._tenant, item, permission_id)
        return self._told(item) | {"removed": doomed}

    # -- people -----------------------------------------------------------------------------------------------------

    async def _sign_in(self, deed: Deed) -> dict[str, Any]:
        """`person` enters the `code` that an app shows them, and the app may act in their name."""
        user = self._person(_text(deed, "person"))
        self._app[SIGN_INS].enter(_text(deed, "code"), user, self._app[AUTHORITY].now())
        return _who(user)

    async def _leave(self, deed: Deed) -> dict[str, Any]:
        user = self._person(_text(deed, "person"))
        directory.leave(self._tenant, user)
        for group in self._tenant.groups.values():
            if user.id in group.owners or user.id in group.members:
                self._app[COURIER].group_changed(group.id)
        return _who(user)

    async def _return(self, deed: Deed) -> dict[str, Any]:
        user = self._person(_text(deed, "person"))
        directory.return_to_work(user)
        return _who(user)

    async def _away(self, deed: Deed) -> dict[str, Any]:
        """`person` sets automatic replies, as Outlook does when somebody is out of office: until a moment, or without an end."""
        user, until = self._person(_text(deed, "person")), str(deed.get("until", ""))
        directory.set_replies(user, begins=int(self._tenant.clock.seconds()), ends=int(moment(until)) if until else 0)
        return _who(user)

    async def _back(self, deed: Deed) -> dict[str, Any]:
        user = self._person(_text(deed, "person"))
        directory.stop_replies(user)
        return _who(user)

    async def _install(self, deed: Deed) -> dict[str, Any]:
        user = self._person(_text(deed, "person"))
        return _who(user) | {"installation": install(self._app[CONVERSATIONS], self._app[TEAMS], user)}

    async def _uninstall(self, deed: Deed) -> dict[str, Any]:
        user = self._person(_text(deed, "person"))
        uninstall(self._app[CONVERSATIONS], self._app[TEAMS], user)
        return _who(user)

    async def _press(self, deed: Deed) -> dict[str, Any]:
        """`person` whose chat it is, `button`, and optionally `message`, `carrying`, `inputs`, `data`, `by`,
        `forge`.
        """
        owner = self._person(_text(deed, "person"))
        conversation = self._conversation(owner)
        message, button = self._offering(conversation, deed)
        presser = self._person(str(deed["by"])) if deed.get("by") else owner
        answer = await self._heard(
            press(
                self._app[TEAMS],
                conversation,
                message,
                by=presser,
                button=button,
                typed=_object(deed, "inputs"),
                altered=_object(deed, "data"),
                forgery=_forgery(deed),
            )
        )
        return _who(presser) | {"message": message.id, "note": message.note} | _answered(answer)

    async def _say(self, deed: Deed) -> dict[str, Any]:
        """`person` writes `text` to the bot."""
        user = self._person(_text(deed, "person"))
        if user.id not in self._app[CONVERSATIONS].installed:
            raise Refused(403, "Forbidden", f"{user.name} does not have the bot.")
        conversation, _ = self._app[CONVERSATIONS].open(user.id)
        text = _text(deed, "text")
        message_id = self._app[CONVERSATIONS].next_id()
        activity = self._app[TEAMS].activity(user, conversation.id, "message", text=text, textFormat="plain")
        conversation.messages.append(Message(message_id, "person", self._tenant.clock.now(), activity))
        answer = await self._heard(self._app[TEAMS].deliver(activity, _forgery(deed)))
        return _who(user) | {"message": message_id} | _answered(answer)

    async def _heard(self, delivery: Awaitable[Answer]) -> Answer:
        try:
            return await delivery
        except ValueError as error:
            raise Refused(409, "conflict", str(error)) from error

    def _conversation(self, user: User) -> Conversation:
        found = self._app[CONVERSATIONS].find(self._app[CONVERSATIONS].id_for(user.id))
        if found is None:
            raise not_found(f"A chat of {user.name} with the bot")
        return found

    def _offering(self, conversation: Conversation, deed: Deed) -> tuple[Message, Button]:
        """The message that the deed names, or the newest that offers the button, and the button."""
        newest = self._message(conversation, str(deed.get("message", "")))
        wanted = _text(deed, "button"), _object(deed, "carrying")
        try:
            return newest, find_button(newest, *wanted)
        except Refused:
            for older in reversed(conversation.messages if not deed.get("message") else ()):
                if older.cards and not older.deleted:
                    with suppress(Refused):
                        return older, find_button(older, *wanted)
            raise

    @staticmethod
    def _message(conversation: Conversation, message_id: str) -> Message:
        shown = [each for each in conversation.messages if each.cards and not each.deleted]
        found = next((each for each in reversed(shown) if message_id in ("", each.id)), None)
        if found is None:
            raise not_found("A card")
        return found

    # -- time -------------------------------------------------------------------------------------------------------

    async def _advance(self, deed: Deed) -> dict[str, Any]:
        clock = self._tenant.clock
        clock.send(wanted_moment(clock, deed))
        now, bound_for = instant(clock.seconds()), clock.bound_for
        if bound_for is None:
            return {"now": now, "clock": f"The clock stands at {now}."}
        return {
            "now": now,
            "clock": f"The clock walks to {instant(bound_for.timestamp())} and stops where Custos has something to do.",
        }

    # -- reading a deed ---------------------------------------------------------------------------------------------

    def _item(self, deed: Deed, name: str) -> Item:
        place = deed.get(name)
        if isinstance(place, dict):
            return self._tenant.item(str(place.get("driveId", "")), str(place.get("itemId", "")))
        try:
            written = _text(deed, name)
            return self._tenant.item_at(
                read_address(self._tenant.root_url + written if written.startswith("/") else written).url
            )
        except NotAnAddress as refused:
            raise bad_request(f"{refused}") from refused

    def _person(self, name: str) -> User:
        wanted = name.strip().lower()
        everyone = self._tenant.users.values()
        exact = [user for user in everyone if wanted in (user.id, user.upn.lower(), user.mail.lower())]
        found = exact or [user for user in everyone if user.name.lower() == wanted]
        if len(found) > 1:
            raise Refused(409, "conflict", f"{name} is the name of {', '.join(user.upn for user in found)}.")
        if not found:
            raise not_found(f"A person called {name!r}")
        return found[0]

    def _actor(self, deed: Deed, item: Item) -> Actor:
        """Who does it: `by`, or else somebody who works in the site."""
        if deed.get("by"):
            return self._tenant.actor(self._person(str(deed["by"])))
        site = item.drive.site
        group = self._tenant.groups.get(site.group_id)
        candidates = [*site.members, *site.owners, *(group.members if group else ()), *(group.owners if group else ())]
        for user_id in candidates:
            user = self._tenant.users.get(user_id)
            if user is not None and user.enabled and not user.guest:
                return self._tenant.actor(user)
        return self._tenant.actor(next(user for user in self._tenant.users.values() if user.enabled and not user.guest))

    def _told(self, item: Item) -> dict[str, Any]:
        return {
            "driveId": item.drive.id,
            "itemId": item.id,
            "listItemId": item.list_item_id,
            "name": item.name,
            "url": f"{item.drive.url}/{item.path}".rstrip("/"),
        }


def _text(deed: Deed, name: str) -> str:
    value = str(deed.get(name, "")).strip()
    if not value:
        raise bad_request(f"{deed.get('verb')} needs {name!r}.")
    return value


def _number(deed: Deed, name: str, default: int) -> int:
    value = deed.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise bad_request(f"{name!r} must be a whole number.")
    return value


def _object(deed: Deed, name: str) -> dict[str, Any]:
    value = deed.get(name) or {}
    if not isinstance(value, dict):
        raise bad_request(f"{name!r} must be a JSON object.")
    return value


def _forgery(deed: Deed) -> Forgery | None:
    name = str(deed.get("forge", "") or "")
    if not name:
        return None
    try:
        return Forgery(name)
    except ValueError as error:
        raise bad_request(f"There is no forgery {name!r}; there are {', '.join(Forgery)}.") from error


def _who(user: User) -> dict[str, Any]:
    return {"personId": user.id, "person": user.name, "upn": user.upn}


def _answered(answer: Answer) -> dict[str, Any]:
    return {"status": answer.status, "answer": answer.body}
