"""Who is asked: for each side its program, and what that program is told of the tenant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from peers.cli import is_installed


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The tenant that all are asked about. `environment` are an installation's settings, storage included."""

    url: str
    environment: Mapping[str, str]
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of those who are asked. `module` is run as `python -m MODULE FILE` with `told` in its environment."""

    key: str
    name: str
    how: str
    module: str
    told: Callable[[Ground], Mapping[str, str]]
    missing: Callable[[], str] = lambda: ""
    """Why it cannot be asked on this machine; "" when it can."""


def _of_the_cli(ground: Ground) -> Mapping[str, str]:
    return {"TENANT": ground.url, "NOW": ground.now}


def _without_the_cli() -> str:
    return "" if is_installed() else "it is not installed in peers/node_modules; `make peers` installs it."


def _of_custos(ground: Ground) -> Mapping[str, str]:
    return ground.environment


def _of_a_script(ground: Ground) -> Mapping[str, str]:
    """Address, identity and the tenant's time."""
    environment = ground.environment
    return {
        "IDENTITY_ENDPOINT": environment["IDENTITY_ENDPOINT"],
        "IDENTITY_HEADER": environment["IDENTITY_HEADER"],
        "GRAPH_URL": environment["CUSTOS_GRAPH_URL"],
        "SHAREPOINT_URL": environment["CUSTOS_SHAREPOINT_URL"],
        "SHAREPOINT_ENDPOINT": environment["CUSTOS_SHAREPOINT_ENDPOINT"],
        "SHAREPOINT_ADMIN_ENDPOINT": environment["CUSTOS_SHAREPOINT_ADMIN_ENDPOINT"],
        "NOW": ground.now,
    }


def _reading(ground: Ground) -> Mapping[str, str]:
    return {**_of_a_script(ground), "CLIENT_ID": ground.environment["CUSTOS_OBSERVER_CLIENT_ID"]}


def _administrating(ground: Ground) -> Mapping[str, str]:
    return {**_of_a_script(ground), "CLIENT_ID": ground.environment["CUSTOS_ACTOR_CLIENT_ID"]}


SIDES: Mapping[str, Side] = {
    side.key: side
    for side in (
        Side(
            key="custos",
            name="Custos",
            how="sync of every library, then three times `custos find`",
            module="peers.custos_script",
            told=_of_custos,
        ),
        Side(
            key="msgraph",
            name="msgraph-sdk",
            how="list items with the compliance tag, delta with sharing signals, permissions where there is one",
            module="peers.msgraph_script",
            told=_reading,
        ),
        Side(
            key="office365",
            name="office365-rest-python-client",
            how="sites from administration; all items of each library over SharePoint REST with tag and unique permissions; "
            "sharing information of those, where the site allows Anyone links",
            module="peers.office365_script",
            told=_administrating,
        ),
        Side(
            key="cli",
            name="CLI for Microsoft 365",
            how="its own commands in one Node process: `spo site list`, `spo list list`, `spo listitem list` with tag and unique "
            "permissions, "
            "`spo file sharinglink list` of those; through the HTTPS proxy",
            module="peers.cli_script",
            told=_of_the_cli,
            missing=_without_the_cli,
        ),
    )
}
