"""People sign in at a terminal, through Microsoft's own library, and are who the directory says they are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from custos.errors import BadInput
from custos.m365.sign_in import Code, SignIn
from custos.settings import settings_from
from tests.simulated_tenant import SimulatedTenant

SIRO, MANAGER = "siro@wrenbridge.example", "records.manager@wrenbridge.example"
LEFT = "head.send@wrenbridge.example"


def terminal(tenant: SimulatedTenant, folder: Path, **changes: str) -> SignIn:
    """Somebody's terminal, whose sign-ins are kept in a folder."""
    named: Mapping[str, str] = {**tenant.environment, "AzureWebJobsStorage": "none", **changes}
    return SignIn(replace(settings_from(named), sign_in_folder=folder))


async def as_person(at: SignIn, tenant: SimulatedTenant, person: str) -> str:
    """Have a person enter the code that the terminal shows. Who is signed in then."""
    return (await at.sign_in(lambda shown: tenant.act(verb="sign-in", person=person, code=shown.code) and None)).upn


async def test_whoever_enters_the_code_is_signed_in(tenant: SimulatedTenant, tmp_path: Path) -> None:
    """The terminal shows a page and a code; whoever enters it there is who works at the terminal from then on."""
    shown: list[Code] = []

    def show(code: Code) -> None:
        shown.append(code)
        tenant.act(verb="sign-in", person="Elaine Whitcombe", code=code.code.lower())

    account = await terminal(tenant, tmp_path).sign_in(show)
    assert (account.upn, account.name) == (SIRO, "Elaine Whitcombe")
    assert shown[0].page == f"{tenant.url}/sim/sign-in"
    again = await terminal(tenant, tmp_path).account()
    assert again == account, "a later command knows them, too"


async def test_nobody_is_anybody_without_a_sign_in(tenant: SimulatedTenant, tmp_path: Path) -> None:
    """Where nobody signed in, nobody can be told, and it is said how to sign in; naming somebody changes nothing."""
    at = terminal(tenant, tmp_path)
    with pytest.raises(BadInput, match=r"Nobody is signed in.*custos sign-in"):
        await at.account()
    with pytest.raises(BadInput, match=r"siro@wrenbridge\.example is not signed in here"):
        await at.account(SIRO)


async def test_of_several_people_one_is_chosen(tenant: SimulatedTenant, tmp_path: Path) -> None:
    """The last who signed in is meant, unless another who did is named."""
    at = terminal(tenant, tmp_path)
    assert await as_person(at, tenant, SIRO) == SIRO
    assert await as_person(at, tenant, MANAGER) == MANAGER
    assert (await at.account()).upn == MANAGER
    assert (await at.account(f" {SIRO.upper()} ")).upn == SIRO
    with pytest.raises(BadInput, match="not signed in here"):
        await at.account("hacker@nowhere.example")
    assert sorted(at.sign_out()) == [MANAGER, SIRO]
    with pytest.raises(BadInput, match="Nobody is signed in"):
        await terminal(tenant, tmp_path).account()


async def test_tokens_are_for_the_eyes_of_their_owner(tenant: SimulatedTenant, tmp_path: Path) -> None:
    """The folder and the file of the tokens open to nobody else."""
    folder = tmp_path / "own"
    await as_person(terminal(tenant, folder), tenant, SIRO)
    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / "tokens").stat().st_mode & 0o077 == 0


async def test_a_leaver_cannot_sign_in_and_is_signed_out(tenant: SimulatedTenant, tmp_path: Path) -> None:
    """An account that is switched off enters no code, and one that is switched off later is nobody from the next token on."""
    at = terminal(tenant, tmp_path)
    with pytest.raises(AssertionError, match="account is disabled"):
        await as_person(at, tenant, LEFT)
    await as_person(at, tenant, MANAGER)
    kept = json.loads((tmp_path / "tokens").read_text())
    kept["AccessToken"] = {}  # as when the hour of the access token is over
    (tmp_path / "tokens").write_text(json.dumps(kept))
    tenant.act(verb="leave", person=MANAGER)
    try:
        with pytest.raises(BadInput, match="The user account is disabled"):
            await terminal(tenant, tmp_path).account()
    finally:
        tenant.act(verb="return", person=MANAGER)


async def test_without_an_app_to_sign_in_by_it_is_said(tenant: SimulatedTenant, tmp_path: Path) -> None:
    """A setting that is missing, or an app that the tenant does not know, is said in words."""
    for client, said in (
        ("", "No app registration is set"),
        ("00000000-0000-0000-0000-000000000000", "not found in the directory"),
    ):
        with pytest.raises(BadInput, match=said):
            await as_person(terminal(tenant, tmp_path, CUSTOS_SIGN_IN_CLIENT_ID=client), tenant, SIRO)
