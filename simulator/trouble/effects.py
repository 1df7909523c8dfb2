"""What those troubles do that are no answers: to tokens, clocks, delta tokens, subscriptions and chats."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from simulator.app_keys import TENANT, TROUBLES
from simulator.entra.identity import AUTHORITY
from simulator.refusal import bad_request
from simulator.teams.client import TEAMS
from simulator.teams.conversations import CONVERSATIONS
from simulator.teams.installs import uninstall
from simulator.tenant.model import User
from simulator.trouble import kinds
from simulator.trouble.kinds import Trouble
from simulator.trouble.troubles import Standing
from simulator.webhooks.delivery import COURIER
from simulator.webhooks.subscription_store import SUBSCRIPTIONS


def attach(app: web.Application) -> None:
    """Let the troubles of an application happen to it."""
    effects = _Effects(app)
    troubles = app[TROUBLES]
    troubles.check, troubles.begin, troubles.end = effects.check, effects.begin, effects.end


class _Effects:
    def __init__(self, app: web.Application) -> None:
        self._app = app

    def check(self, trouble: Trouble) -> None:
        """Refuses a trouble about somebody who is not there."""
        person = getattr(trouble, "person", "")
        if person and not self._people(person):
            raise bad_request(f"Nobody is called {person!r}; write a name, user principal name, mail address or id.")

    def begin(self, each: Standing[Any]) -> None:
        app, trouble = self._app, each.trouble
        match trouble:
            case kinds.Expired():
                self._expire(trouble)
            case kinds.Revoked():
                app[AUTHORITY].revoke_tokens(challenge=trouble.challenge)
            case kinds.ShortTokens():
                app[AUTHORITY].longest = trouble.seconds
            case kinds.Skew(of="entra"):
                app[AUTHORITY].entra_ahead = trouble.seconds
            case kinds.Skew():
                app[AUTHORITY].services_ahead = trouble.seconds
            case kinds.Forged():
                app[COURIER].forge_all(trouble.claim, trouble.count)
            case kinds.Lifecycle():
                self._tell(trouble.event, trouble.path)
            case kinds.Unsubscribed():
                for subscription in [one for one in app[SUBSCRIPTIONS] if trouble.path in one.resource]:
                    app[SUBSCRIPTIONS].remove(subscription)
            case kinds.ConversationGone():
                app[CONVERSATIONS].gone |= {user.id for user in self._people(trouble.person)}
            case kinds.BotBlocked():
                app[CONVERSATIONS].blocked |= {user.id for user in self._people(trouble.person)}
            case kinds.BotUninstalled():
                for user in self._people(trouble.person):
                    uninstall(app[CONVERSATIONS], app[TEAMS], user)

    def end(self, each: Standing[Any]) -> None:
        app, trouble = self._app, each.trouble
        match trouble:
            case kinds.ShortTokens():
                app[AUTHORITY].longest = None
            case kinds.Skew(of="entra"):
                app[AUTHORITY].entra_ahead = 0.0
            case kinds.Skew():
                app[AUTHORITY].services_ahead = 0.0
            case kinds.BotBlocked():
                app[CONVERSATIONS].blocked -= {user.id for user in self._people(trouble.person)}

    def _expire(self, trouble: kinds.Expired) -> None:
        for drive in self._app[TENANT].drives.values():
            if trouble.path in drive.id or trouble.path in drive.url:
                drive.epoch += 1
                drive.resync = trouble.code

    def _tell(self, event: str, path: str) -> None:
        for subscription in [one for one in self._app[SUBSCRIPTIONS] if path in one.resource]:
            self._app[COURIER].lifecycle(subscription, event)

    def _people(self, name: str) -> list[User]:
        """Those whom a name means: "" everybody."""
        wanted = name.strip().lower()
        users = self._app[TENANT].users.values()
        return [
            user for user in users if wanted in ("", user.id, user.upn.lower(), user.mail.lower(), user.name.lower())
        ]
