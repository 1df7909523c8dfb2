"""Mail, the activity feed and Teams apps through Graph."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.entra.registrations import BOT_CLIENT_ID, TEAMS_APP_ID
from simulator.mail import MAILBOXES
from simulator.teams.activity import FEED
from tests.simulator.served_tenant import LEAVER, PRIYA, SAM, SERVICE_MAILBOX, ServedTenant

SEND = f"/users/{SERVICE_MAILBOX}/sendMail"
TOPIC = {"source": "text", "value": "Digest", "webUrl": "https://teams.microsoft.com/l/entity/custos/digest"}


def letter(*to: str, **change: Any) -> dict[str, Any]:
    recipients = [{"emailAddress": {"address": each}} for each in to]
    message = {"subject": "Two decisions", "body": {"contentType": "HTML", "content": "<p>Hello</p>"}}
    return {"message": message | {"toRecipients": recipients} | change, "saveToSentItems": True}


def nudge(**change: Any) -> dict[str, Any]:
    return {
        "topic": TOPIC,
        "activityType": "systemDefault",
        "previewText": {"content": "Two decisions wait"},
        "templateParameters": [{"name": "systemDefaultText", "value": "Two decisions wait for you"}],
    } | change


async def test_mail_arrives(served: ServedTenant) -> None:
    """202, and the letter lies in the person's mailbox.

    Source: https://learn.microsoft.com/graph/api/user-sendmail
    """
    mail = served.person(PRIYA).mail
    status, told = await served.graph("POST", SEND, letter(mail))
    assert (status, told) == (202, "")
    (found,) = served.app[MAILBOXES].inbox[mail]
    assert (found.sender, found.subject, found.html) == (SERVICE_MAILBOX, "Two decisions", True)


async def test_mail_to_a_leaver_comes_back(served: ServedTenant) -> None:
    """Mail to somebody who left is accepted with 202 and bounces to the sender.

    Source: https://learn.microsoft.com/graph/api/user-sendmail
    """
    assert (await served.graph("POST", SEND, letter(served.person(LEAVER).mail, "out@fabrikam.example")))[0] == 202
    boxes = served.app[MAILBOXES].inbox
    assert [each.bounce for each in boxes[SERVICE_MAILBOX]] == [True]
    assert served.person(LEAVER).mail not in boxes
    assert len(boxes["out@fabrikam.example"]) == 1


async def test_mail_from_a_mailbox_that_is_gone_is_404(served: ServedTenant) -> None:
    """A mailbox that is gone, a leaver's and an unknown one cannot send.

    Source: https://learn.microsoft.com/graph/api/user-sendmail
    """
    mail = served.person(PRIYA).mail
    for sender in (served.person(LEAVER).upn, "nobody@wrenbridge.example"):
        assert (await served.graph("POST", f"/users/{sender}/sendMail", letter(mail)))[0] == 404
    await served.control("POST", "/people", {"person": served.person(SAM).upn, "mailbox": False})
    status, told = await served.graph("POST", f"/users/{served.person(SAM).id}/sendMail", letter(mail))
    assert (status, told["error"]["code"]) == (404, "MailboxNotEnabledForRESTAPI")


@pytest.mark.parametrize("body", [letter(), {"message": {}}, {}, letter("a@b.example", body={"content": 1})])
async def test_broken_mail_is_400(served: ServedTenant, body: dict[str, Any]) -> None:
    """No recipient, no body or a wrong type is a bad request.

    Source: https://learn.microsoft.com/graph/api/user-sendmail
    """
    assert (await served.graph("POST", SEND, body))[0] == 400


async def test_app_is_installed_once(served: ServedTenant) -> None:
    """201 the first time, 409 the second; then it is listed, with the app when asked, and has a chat.

    Source: https://learn.microsoft.com/graph/api/userteamwork-post-installedapps
    """
    await served.install(PRIYA)
    path = f"/users/{served.person(PRIYA).id}/teamwork/installedApps"
    bind = {"teamsApp@odata.bind": f"https://graph.microsoft.com/v1.0/appCatalogs/teamsApps/{TEAMS_APP_ID}"}
    assert (await served.graph("POST", path, bind))[0] == 409
    query = f"?$expand=teamsApp&$filter=teamsApp/id eq '{TEAMS_APP_ID}'"
    _, listed = await served.graph("GET", path + query)
    (found,) = listed["value"]
    assert found["teamsApp"]["id"] == TEAMS_APP_ID
    status, chat = await served.graph("GET", f"{path}/{found['id']}/chat")
    assert (status, chat["chatType"]) == (200, "oneOnOne")
    assert (await served.open_chat(PRIYA))[1]["id"] == chat["id"]


async def test_not_installed_is_an_empty_list(served: ServedTenant) -> None:
    """Without installation the list is empty and the chat 404.

    Source: https://learn.microsoft.com/graph/api/userteamwork-post-installedapps
    """
    path = f"/users/{served.person(PRIYA).id}/teamwork/installedApps"
    assert (await served.graph("GET", path))[1]["value"] == []
    assert (await served.graph("GET", f"{path}/none/chat"))[0] == 404


async def test_installation_can_be_forbidden(served: ServedTenant) -> None:
    """A leaver, a person under a policy, and another app than one's own answer 403; an unknown person 404.

    Source: https://learn.microsoft.com/graph/api/userteamwork-post-installedapps
    """
    bind = {"teamsApp@odata.bind": f"https://graph.microsoft.com/v1.0/appCatalogs/teamsApps/{TEAMS_APP_ID}"}
    await served.control("POST", "/people", {"person": served.person(SAM).upn, "installable": False})
    for name in (LEAVER, SAM):
        assert (await served.graph("POST", f"/users/{served.person(name).id}/teamwork/installedApps", bind))[0] == 403
    path = f"/users/{served.person(PRIYA).id}/teamwork/installedApps"
    other = {"teamsApp@odata.bind": "https://graph.microsoft.com/v1.0/appCatalogs/teamsApps/other"}
    assert (await served.graph("POST", path, other))[0] == 403
    assert (await served.graph("POST", path, bind, client=BOT_CLIENT_ID))[0] == 403
    assert (await served.graph("POST", "/users/nobody/teamwork/installedApps", bind))[0] == 404


async def test_catalogue_needs_its_own_role(served: ServedTenant) -> None:
    """The observer may not read the app catalogue: its id is configuration.

    Source: https://learn.microsoft.com/graph/api/appcatalogs-list-teamsapps
    """
    assert (await served.graph("GET", "/appCatalogs/teamsApps"))[0] == 403


async def test_activity_notification(served: ServedTenant) -> None:
    """204 once the app is installed, 403 before.

    Source: https://learn.microsoft.com/graph/api/userteamwork-sendactivitynotification
    """
    path = f"/users/{served.person(PRIYA).id}/teamwork/sendActivityNotification"
    assert (await served.graph("POST", path, nudge()))[0] == 403
    await served.install(PRIYA)
    assert (await served.graph("POST", path, nudge()))[0] == 204
    (notice,) = served.app[FEED].of(served.person(PRIYA).id)
    assert (notice.text, notice.preview) == ("Two decisions wait for you", "Two decisions wait")


@pytest.mark.parametrize(
    "change",
    [
        {"topic": {"source": "text", "value": "Digest"}},
        {"topic": TOPIC | {"webUrl": "https://custos.example/cases"}},
        {"topic": {"source": "entityUrl", "value": "https://example.net/x"}},
        {"activityType": "undeclared"},
        {"templateParameters": []},
    ],
)
async def test_broken_activity_notification_is_400(served: ServedTenant, change: dict[str, Any]) -> None:
    """A text topic needs a Teams link, the type must be declared or systemDefault, and that needs its text.

    Source: https://learn.microsoft.com/graph/api/userteamwork-sendactivitynotification
    """
    await served.install(PRIYA)
    path = f"/users/{served.person(PRIYA).id}/teamwork/sendActivityNotification"
    assert (await served.graph("POST", path, nudge(**change)))[0] == 400


async def test_sixth_activity_in_a_second_is_429(served: ServedTenant) -> None:
    """An app may send five a second.

    Source: https://learn.microsoft.com/graph/api/userteamwork-sendactivitynotification
    """
    await served.install(PRIYA)
    path = f"/users/{served.person(PRIYA).id}/teamwork/sendActivityNotification"
    assert [(await served.graph("POST", path, nudge()))[0] for _ in range(6)] == [204] * 5 + [429]
