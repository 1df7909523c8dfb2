"""`custos grant` shows which app roles are missing and which are too many, gives exactly the missing ones, and takes away by tier."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from custos.cli.main import main
from custos.jobs.app_roles import NEEDS, Api, Tier, Who
from custos.m365.app_roles import GRAPH_APP_ID, SCOPES, AppRoles
from custos.m365.sign_in import SignIn
from custos.report.shapes.work import AppRoles as Shown
from custos.settings import REPOSITORY, settings_from
from simulator.councils import policies_of
from tests.simulated_tenant import SimulatedTenant

ENGINEER, MANAGER = "platform.engineer@wrenbridge.example", "records.manager@wrenbridge.example"


@dataclass
class Terminal:
    """Somebody's terminal on a tenant, without any storage: whoever gives rights needs none."""

    tenant: SimulatedTenant
    environment: Mapping[str, str]
    capture: pytest.CaptureFixture[str]

    def custos(self, *typed: str, **settings: str) -> tuple[int, str]:
        """The exit code, and what was printed, on one line."""
        code = main([*typed], {**self.environment, **settings})
        told = self.capture.readouterr()
        return code, " ".join((told.out + told.err).split())

    def sign_in(self, person: str) -> None:
        """Let a person enter the code."""

        async def enter() -> None:
            at = SignIn(settings_from(self.environment))
            await at.sign_in(lambda shown: self.tenant.act(verb="sign-in", person=person, code=shown.code) and None)

        asyncio.run(enter())

    def take(self, role: str, *, of: str = "CUSTOS_OBSERVER_CLIENT_ID", resource: str = "Microsoft Graph") -> None:
        """Take a role away, as an administrator does in the directory."""

        async def taken() -> None:
            settings = settings_from(self.environment)
            async with AppRoles(settings.graph_url, await SignIn(settings).token(SCOPES, ENGINEER)) as directory:
                principal = await directory.principal(self.environment[of])
                assert principal is not None
                listed = f"{settings.graph_url}/servicePrincipals/{principal.id}/appRoleAssignments"
                held = json.loads(await directory._sent("GET", listed))["value"]
                on = next(each for each in held if each["resourceDisplayName"] == resource)["resourceId"]
                roles = {each["appRoleId"]: each["id"] for each in held if each["resourceId"] == on}
                api = await directory.principal("00000003-0000-0000-c000-000000000000")
                assert api is not None
                answer = await directory._client.delete(f"{listed}/{roles[api.roles[role]]}")
                assert answer.status_code == 204

        asyncio.run(taken())

    def give(self, role: str, *, to: str) -> None:
        """Give a role of Microsoft Graph, as an administrator does in the directory."""

        async def given() -> None:
            settings = settings_from(self.environment)
            async with AppRoles(settings.graph_url, await SignIn(settings).token(SCOPES, ENGINEER)) as directory:
                principal, graph = (
                    await directory.principal(self.environment[to]),
                    await directory.principal(GRAPH_APP_ID),
                )
                assert principal is not None
                assert graph is not None
                await directory.give(principal, graph, graph.roles[role])

        asyncio.run(given())


@pytest.fixture
def terminal(tenant: SimulatedTenant, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Terminal]:
    """A terminal at which the administrator is signed in. What is taken away is given again at the end."""
    environment = {
        **tenant.environment,
        "AzureWebJobsStorage": "none",
        "CUSTOS_SIGN_IN_FOLDER": str(tmp_path / "people"),
    }
    found = Terminal(tenant, environment, capsys)
    found.sign_in(ENGINEER)
    yield found
    found.custos("grant", *Tier, "--give", "--as", ENGINEER)


def test_what_is_missing_is_shown_and_nothing_is_changed(terminal: Terminal) -> None:
    """By default the missing roles are shown with what each is for and who may give them, and looking twice shows the same."""
    terminal.take("Mail.Send")
    code, said = terminal.custos("grant")
    assert code == 1
    assert "missing observer Microsoft Graph Mail.Send (notices: mails whom Teams does not reach" in said
    assert "1 role is missing, and nothing was changed. Whoever is Privileged Role Administrator" in said
    assert terminal.custos("grant") == (code, said)


def test_exactly_what_is_missing_is_given(terminal: Terminal) -> None:
    """The missing role is given and read back; done again there is nothing to do, and what was held stays."""
    before = terminal.custos("grant", "--json")[1]
    terminal.take("Mail.Send")
    _, said = terminal.custos("grant", "--give")
    assert said.count("Given to the observer") == 1
    assert "Given to the observer (Custos observer): Mail.Send of Microsoft Graph." in said
    assert "Everything that was missing is given." in said
    assert "Nothing was missing, and nothing was changed." in terminal.custos("grant", "--give")[1]
    assert terminal.custos("grant", "--json")[1] == before


def test_what_no_tier_needs_is_too_much(terminal: Terminal) -> None:
    """A role that nothing needs is told, for whatever it is good for it is good for a thief too; it is not taken away unasked."""
    code, said = terminal.custos("grant", *Tier)
    assert code == 1
    assert "too much actor Microsoft Graph Sites.FullControl.All (no tier needs it: take it away)" in said
    assert "held actor SharePoint Sites.FullControl.All (site-administration" in said
    assert "missing" not in said, "full control on SharePoint carries the right to label there"


def test_tiers_are_given_one_by_one(terminal: Terminal) -> None:
    """What was not asked for is not given: without a word nothing that writes."""
    terminal.take("Files.ReadWrite.All", of="CUSTOS_ACTOR_CLIENT_ID")
    assert "Files.ReadWrite.All" not in terminal.custos("grant", "--give")[1]
    assert (
        "missing actor Microsoft Graph Files.ReadWrite.All (labels, sharing" in terminal.custos("grant", "sharing")[1]
    )
    assert "Given to the actor (Custos actor): Files.ReadWrite.All" in terminal.custos("grant", "labels", "--give")[1]


def test_roles_are_taken_away_by_tier(terminal: Terminal) -> None:
    """Whoever leaves names the tiers: what is held for them alone is taken and read back, what another tier needs is kept and said."""
    code, said = terminal.custos("grant", "--take")
    assert (code, "--take needs the tiers." in said) == (2, True)
    code, said = terminal.custos("grant", "labels", "notices", "--take")
    assert (code, said.count("Taken from the observer (Custos observer): Mail.Send of Microsoft Graph.")) == (0, 1)
    assert "Kept: Files.ReadWrite.All of Microsoft Graph, which the actor has for labels, sharing." in said
    assert "Taken from the actor (Custos actor): Sites.FullControl.All of Microsoft Graph." in said, "nothing needed it"
    terminal.custos("grant", *Tier, "--take")
    code, said = terminal.custos("grant", *Tier, "--take")
    assert (code, "nothing was changed" in said, "Kept" in said) == (0, True, False)
    left = json.loads(terminal.custos("grant", *Tier, "--json")[1])["roles"]
    assert {each["state"] for each in left} == {"missing"}
    terminal.give("Sites.FullControl.All", to="CUSTOS_ACTOR_CLIENT_ID")


def test_steps_for_whoever_may_not_run_programs(terminal: Terminal) -> None:
    """The same as requests that can be sent by hand, with every id; anybody of the directory can have them printed."""
    terminal.take("Mail.Send")
    terminal.sign_in(MANAGER)
    code, said = terminal.custos("grant", "--steps")
    assert code == 1
    assert "# Mail.Send of Microsoft Graph, to the observer (Custos observer)" in said
    assert "/appRoleAssignments" in said
    assert '"appRoleId": "b633e1c5-b582-4048-a93e-9f11b44c7e96"' in said


def test_whoever_may_not_give_is_told_who_may(terminal: Terminal) -> None:
    """Somebody without the directory role is refused by Entra, which is said with the role that it takes; nothing is given."""
    terminal.take("Mail.Send")
    terminal.sign_in(MANAGER)
    code, said = terminal.custos("grant", "--give")
    assert (code, "Given" in said) == (2, False)
    assert "Insufficient privileges" in said
    assert "Sign in as somebody who is Privileged Role Administrator" in said
    assert "missing" in terminal.custos("grant")[1]


def test_identity_that_is_not_there_is_told(terminal: Terminal) -> None:
    """An identity that the directory does not know is one sentence with its client id; so is an actor that is not set."""
    unknown = "99999999-0000-4f00-8a00-000000000000"
    code, said = terminal.custos("grant", CUSTOS_OBSERVER_CLIENT_ID=unknown)
    assert (code, f"no service principal of the observer ({unknown})" in said) == (2, True)
    code, said = terminal.custos("grant", "labels", CUSTOS_ACTOR_CLIENT_ID="")
    assert (code, "No actor is set, and labels is for it. Set CUSTOS_ACTOR_CLIENT_ID." in said) == (2, True)


def test_sites_are_granted_one_by_one(terminal: Terminal) -> None:
    """Where only named sites may be seen the roles for all are too much; each site of the registers is granted, shown, taken away."""
    narrow = {"CUSTOS_SITES": "register", "CUSTOS_POLICIES": str(policies_of())}
    _, said = terminal.custos("grant", **narrow)
    assert (
        "missing observer Microsoft Graph Sites.Selected (observe: opens the sites that are granted one by one" in said
    )
    assert "too much observer Microsoft Graph Files.Read.All (no tier needs it: take it away)" in said
    code, said = terminal.custos("grant", "--sites", "--steps", **narrow)
    assert (code, said.count("POST ")) == (1, said.count('"roles": ["read"]')), said
    code, said = terminal.custos("grant", "labels", "--sites", "--give", **narrow)
    sites = said.count("Given to the observer: read on https://")
    assert sites == said.count("Given to the actor: write on https://") > 3
    assert said.count("locked") % 2 == 0, "a site that is locked costs no other its rights"
    assert said.count("held, untold") == 2 * sites, "Microsoft does not tell a person which right it is"
    assert terminal.custos("grant", "labels", "--sites", **narrow)[1].count("Given") == 0
    terminal.sign_in(MANAGER)
    code, said = terminal.custos("grant", "--sites", "--give", **narrow)
    assert (code, "Sign in as somebody who is SharePoint Administrator" in said) == (2, True)
    code, said = terminal.custos("grant", "labels", "--sites", "--take", "--as", ENGINEER, **narrow)
    assert (said.count("Taken from"), "Nothing is left." in said, code) == (2 * sites, True, 0)


def test_for_machines(terminal: Terminal) -> None:
    """With --json the same is printed in a shape that stays."""
    main(["grant", "--json"], terminal.environment)
    shown = msgspec.json.decode(terminal.capture.readouterr().out, type=Shown)
    wanted = {each.role for each in NEEDS if each.who is Who.OBSERVER and each.api is Api.GRAPH}
    assert wanted <= {each.role for each in shown.roles if each.state == "held"}


def test_operators_page_names_every_role() -> None:
    """The table of identities in docs/operator.md has exactly the roles of the tiers."""
    page = (REPOSITORY / "docs" / "operator.md").read_text(encoding="utf-8")
    for who in Who:
        (line,) = (each for each in page.splitlines() if each.startswith(f"| {who} |"))
        said = {role for role in line.replace("`", " ").replace(",", " ").replace(";", " ").split() if "." in role}
        assert said == {each.role for each in NEEDS if each.who is who}
