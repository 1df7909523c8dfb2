"""Trouble on the way to people: whatever happens in Teams, each has one message a day, and cases say what is true."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from custos.bootstrap import Custos
from custos.jobs import digests as digest_job
from custos.jobs import evaluation
from custos.notices.digest import DigestState, StoredDigest
from custos.notices.model import CaseState
from custos.storage.queues import NOTIFY
from simulator.mail import MAILBOXES
from simulator.teams.activity import FEED
from simulator.teams.client import TEAMS
from simulator.teams.conversations import CONVERSATIONS
from simulator.teams.installs import install
from simulator.tenant.model import User
from tests.trouble.tiny_council import World

CSC, ASC = "/sites/csc-casework/Child protection", "/sites/asc-casework/Assessments"
SEND, HR = "/sites/send-ehcp/Tribunals", "/sites/hr-casework/Leavers"
RIGHTS, REGULATORY = "/sites/information-rights/Requests", "/sites/regulatory/Complaints"
ASKED: Mapping[str, str] = {
    "conversation gone": CSC,
    "row lost": ASC,
    "blocked": SEND,
    "uninstalled": HR,
    "answer lost": RIGHTS,
    "throttled, Entra away": REGULATORY,
}
"""In each library somebody made a link; the owner of its asset is asked, each in a trouble of their own."""


@dataclass(frozen=True, repr=False)
class Asked:
    """Somebody who is to have a digest, and how many messages they had before of each kind: another test may have told them."""

    world: World
    digest_id: str
    user: User
    earlier: tuple[int, int, int]

    def deliver(self) -> StoredDigest:
        """What the queue's message does."""

        async def do(app: Custos) -> StoredDigest:
            await digest_job.deliver(app, {"digest": self.digest_id})
            found = await app.digests.get(self.digest_id)
            assert found is not None
            return found

        return self.world.ask(do)

    def cards(self) -> int:
        """How many messages came into their chat with the bot."""
        return _messages(self.world, self.user)[0] - self.earlier[0]

    def elsewhere(self) -> tuple[int, int]:
        """How many lines came into their activity feed, and letters into their mailbox."""
        _, lines, letters = _messages(self.world, self.user)
        return lines - self.earlier[1], letters - self.earlier[2]

    def case_states(self) -> set[CaseState]:
        """How the cases of their digest stand."""

        async def read(app: Custos) -> set[CaseState]:
            stored = await app.digests.get(self.digest_id)
            assert stored is not None
            found = [await app.cases.get(case) for case in stored.digest.cases]
            return {each.case.state for each in found if each is not None}

        return self.world.ask(read)

    def known_in_teams(self) -> None:
        """They have the bot, and Custos knows their chat."""
        app = self.world.server.app
        if self.user.id not in app[CONVERSATIONS].installed:
            self.world.server.do(lambda: install(app[CONVERSATIONS], app[TEAMS], self.user))
        chat = app[CONVERSATIONS].id_for(self.user.id)
        self.world.ask(lambda app: app.people.met(self.user.id, conversation_id=chat, service_url=""))


@pytest.fixture(scope="module")
def digests(tiny: World) -> Mapping[str, tuple[str, str]]:
    """The digests of one morning, promised and not sent, by library: id and whom it is for."""
    for path in ASKED.values():
        tiny.share(tiny.upload(path))
    drives = {path: tiny.drive(path).id for path in ASKED.values()}
    tiny.read(*ASKED.values())

    async def prepare(app: Custos) -> dict[str, tuple[str, str]]:
        await evaluation.evaluate(app)
        await digest_job.prepare(app)
        await app.account.queue(NOTIFY).client.clear_messages()
        found = {}
        for stored in await app.digests.of_day(app.clock.now().astimezone(app.zone).date()):
            for case_id in stored.digest.cases:
                case = await app.cases.get(case_id)
                assert case is not None
                for path, drive in drives.items():
                    if drive in str(case.case):
                        found[path] = (stored.digest.id, stored.digest.person.user_id)
        return found

    return tiny.ask(prepare)


@pytest.fixture
def asked(request: pytest.FixtureRequest, world: World, digests: Mapping[str, tuple[str, str]]) -> Asked:
    """Who is asked about the library of this test."""
    digest_id, user_id = digests[ASKED[request.param]]
    user = world.server.tenant.users[user_id]
    return Asked(world, digest_id, user, _messages(world, user))


def _messages(world: World, user: User) -> tuple[int, int, int]:
    """Cards in somebody's chats with the bot, lines in their activity feed, letters in their mailbox."""
    app = world.server.app

    def count() -> tuple[int, int, int]:
        chat = app[CONVERSATIONS].open(user.id)[0]
        cards = [one for one in chat.messages if one.cards and not one.deleted]
        lines = [one for one in app[FEED].notices if one.person_id == user.id]
        return len(cards), len(lines), len(app[MAILBOXES].inbox.get(user.mail.lower(), ()))

    return world.server.do(count)


def one_of(name: str) -> Any:
    return pytest.mark.parametrize("asked", [name], indirect=True)


@one_of("conversation gone")
def test_a_chat_that_teams_forgot_is_opened_again(asked: Asked) -> None:
    """404 from the connector: the chat is opened anew and has one card."""
    asked.known_in_teams()
    asked.world.trouble({"kind": "conversation_gone", "person": asked.user.upn})
    assert asked.deliver().digest.state is asked.deliver().digest.state is DigestState.SENT
    assert (asked.cards(), asked.case_states()) == (1, {CaseState.TOLD})


@one_of("row lost")
def test_a_chat_that_custos_forgot_is_found_again(asked: Asked) -> None:
    """With Custos's own row gone, the same chat is found, and has one card."""
    asked.known_in_teams()
    asked.world.ask(lambda app: app.account.rows("contacts").delete("person", asked.user.id))
    assert asked.deliver().digest.state is asked.deliver().digest.state is DigestState.SENT
    assert (asked.cards(), asked.case_states()) == (1, {CaseState.TOLD})


@one_of("blocked")
def test_who_blocked_the_bot_is_told_once_otherwise(asked: Asked) -> None:
    """403 MessageWritesBlocked: one line in the activity feed and no card; a mail besides only where something was done."""
    asked.known_in_teams()
    asked.world.trouble({"kind": "bot_blocked", "person": asked.user.upn})
    digest = asked.deliver().digest
    assert asked.deliver().digest.state is digest.state is DigestState.SENT
    assert (asked.cards(), asked.elsewhere()) == (0, (1, int(bool(digest.done))))
    assert asked.case_states() == {CaseState.TOLD}


@one_of("uninstalled")
def test_who_removed_the_bot_gets_it_again_with_one_card(asked: Asked) -> None:
    """403 from the connector: the app is installed anew, and one card is sent."""
    asked.known_in_teams()
    asked.world.trouble({"kind": "bot_uninstalled", "person": asked.user.upn})
    assert asked.deliver().digest.state is asked.deliver().digest.state is DigestState.SENT
    assert (asked.cards(), asked.case_states()) == (1, {CaseState.TOLD})


@one_of("answer lost")
def test_a_card_whose_answer_was_lost_is_not_sent_again(asked: Asked) -> None:
    """The card arrived and nobody heard of it: uncertain, its cases untold, and no second card or other message that day."""
    asked.known_in_teams()
    asked.world.trouble({"kind": "dropped", "done": True, "method": "POST", "path": "/activities"})
    assert asked.deliver().digest.state is DigestState.UNCERTAIN
    asked.world.calm()
    assert asked.deliver().digest.state is DigestState.UNCERTAIN
    assert (asked.cards(), asked.elsewhere()) == (1, (0, 0))
    assert asked.case_states() == {CaseState.FOUND}


@one_of("throttled, Entra away")
def test_a_card_waits_for_teams_and_for_entra(asked: Asked) -> None:
    """Without a token nothing is sent and the promise stands; then, throttled first, one card."""
    asked.known_in_teams()
    asked.world.trouble({"kind": "entra_away"}, {"kind": "revoked"})
    assert asked.deliver().digest.state is DigestState.PREPARED
    assert asked.cards() == 0
    asked.world.calm()
    asked.world.trouble({"kind": "throttled", "seconds": 0.3, "path": "/activities"})
    assert asked.deliver().digest.state is asked.deliver().digest.state is DigestState.SENT
    assert (asked.cards(), asked.case_states()) == (1, {CaseState.TOLD})
