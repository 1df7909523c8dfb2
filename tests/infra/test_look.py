"""What stands in the way of a deployment, or is missing after it, is one sentence each; what cannot be told stops nobody.

`az` and `curl` are stand-ins: programs that answer what Azure and SharePoint were recorded to answer, by the words of the command.
"""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.infra.extract_types import INFRA

SUBSCRIPTION, TENANT, OTHER = (f"{number}0000000-0000-4000-8000-000000000000" for number in (1, 2, 3))
_AZ = """#!/usr/bin/env bash
for answer in "$ROOM"/answers/*; do
  words=$(head -n 1 "$answer")
  case "$*" in
    *"$words"*) tail -n +3 "$answer"; exit "$(sed -n 2p "$answer")" ;;
  esac
done
exit 1
"""
_CURL = """#!/usr/bin/env bash
cat "$ROOM/realm" 2>/dev/null
"""
_SCRIPT = (INFRA / "pipelines" / "look.sh").read_text(encoding="utf-8")
TOKEN = "abcdefghijklm"
_RESOURCES = re.findall(r"(always|page|network) (Microsoft\.\w+/\w+) ([^\s\"]+)", _SCRIPT)
_SETTINGS = "AzureWebJobsStorage__accountName CUSTOS_TENANT_ID CUSTOS_SHAREPOINT_URL CUSTOS_OBSERVER_CLIENT_ID CUSTOS_SCHEDULE_SWEEP"
_SUBSCRIPTION = f"/subscriptions/{SUBSCRIPTION}"


def rows(*whens: str, token: str = TOKEN, tag: str = "prod") -> list[str]:
    """What `az resource list` says of one installation: kind in small letters, name, tag."""
    return [
        f"{kind.lower()}\t{name.replace('TOKEN', token).replace('*', 'x1y2')}\t{tag}"
        for when, kind, name in _RESOURCES
        if when in whens
    ]


_PROVIDERS = re.findall(r"Microsoft\.\w+", _SCRIPT[_SCRIPT.index("providers=") : _SCRIPT.index("# Every resource")])


@dataclass
class Azure:
    """A subscription, as `az` tells of it."""

    room: Path

    def says(self, words: str, *lines: str, code: int = 0) -> None:
        """What a command answers that has these words."""
        name = re.sub(r"\W+", "-", words)
        (self.room / "answers" / name).write_text("\n".join((words, str(code), *lines)) + "\n")

    def look(self, when: str, **settings: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": f"{self.room}/bin:{os.environ['PATH']}", "ROOM": str(self.room), **settings}
        command = ["bash", str(INFRA / "pipelines" / "look.sh"), when]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    def before(self, **settings: str) -> tuple[int, list[str]]:
        """Exit code and sentences, with the settings of a first deployment."""
        first = {"AZURE_SUBSCRIPTION_ID": SUBSCRIPTION, "CUSTOS_SHAREPOINT_URL": "https://x.sharepoint.com"}
        done = self.look("before", **{**first, **settings})
        return done.returncode, done.stderr.splitlines()

    def after(self, **settings: str) -> tuple[int, list[str]]:
        done = self.look("after", AZURE_RESOURCE_GROUP="rg", **settings)
        return done.returncode, done.stderr.splitlines()


@pytest.fixture
def azure(tmp_path: Path) -> Azure:
    """Everything as it should be."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "answers").mkdir()
    for name, text in (("az", _AZ), ("curl", _CURL)):
        (tmp_path / "bin" / name).write_text(text)
        (tmp_path / "bin" / name).chmod(0o755)
    (tmp_path / "realm").write_text(
        f'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer realm="{TENANT}",client_id="x"\r\n'
    )
    found = Azure(tmp_path)
    found.says("account show --query id", SUBSCRIPTION)
    found.says("account show --query name", "Council")
    found.says("account show --query tenantId", TENANT)
    found.says("ad signed-in-user show", "me")
    found.says("role assignment list", f"Owner\t{_SUBSCRIPTION}")
    found.says("provider list", *_PROVIDERS)
    found.says("resource list", *rows("always"))
    found.says("immutability-policy show", "Unlocked")
    found.says("storage account show", "false")
    found.says("appsettings list", *_SETTINGS.split())
    return found


def test_nothing_is_in_the_way(azure: Azure) -> None:
    """The first time and the second, before and after, nobody is stopped and nothing is wrong."""
    assert azure.before() == (0, [])
    assert azure.before(AZURE_RESOURCE_GROUP="rg", CUSTOS_STORAGE_ACCOUNT="st") == (0, [])
    assert azure.after() == (0, [])
    assert azure.look("before", CUSTOS_SHAREPOINT_URL="https://x.sharepoint.com").stdout.endswith(
        "Nothing is in the way.\n"
    )
    assert azure.look("after", AZURE_RESOURCE_GROUP="rg").stdout == "All of it is there.\n"


def _said(found: tuple[int, list[str]], words: str) -> None:
    code, sentences = found
    assert (code, len(sentences)) == (1, 1), sentences
    assert words in sentences[0]


def test_the_wrong_subscription(azure: Azure) -> None:
    """azd and az mean two: both are named, and how to choose."""
    azure.says("account show --query id", OTHER)
    _said(azure.before(), f"goes into subscription {SUBSCRIPTION}, and az is signed in to {OTHER} (Council)")


def test_an_id_is_the_same_in_any_letters(azure: Azure) -> None:
    """A subscription's id that was written in capitals is no other subscription."""
    small = "abcdef00-0000-4000-8000-000000000000"
    azure.says("account show --query id", small)
    azure.says("role assignment list", f"Owner\t/subscriptions/{small}")
    assert azure.before(AZURE_SUBSCRIPTION_ID=small.upper()) == (0, [])


def test_the_wrong_directory(azure: Azure) -> None:
    """The subscription's directory is not that of SharePoint: identities of one cannot read the other."""
    azure.says("account show --query tenantId", OTHER)
    _said(
        azure.before(), f"https://x.sharepoint.com belongs to directory {TENANT}, and subscription Council to {OTHER}"
    )


def test_nobody_is_signed_in(azure: Azure) -> None:
    """azd signs in by itself: then nothing is asked, that is said, and the deployment goes on."""
    azure.says("account show --query id", code=1)
    for when in ("before", "after"):
        done = azure.look(when, AZURE_RESOURCE_GROUP="rg")
        assert (done.returncode, done.stdout) == (0, "Nobody is signed in to az (az login): nothing was looked at.\n")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "is not set"),
        ("x.sharepoint.com", "write it as https://"),
        ("https://x-admin.sharepoint.com", "write the root of SharePoint, https://x.sharepoint.com."),
        ("https://x-my.sharepoint.com/", "write the root of SharePoint, https://x.sharepoint.com."),
        ("https://x.sharepoint.com/sites/a", "write the root of SharePoint, https://x.sharepoint.com."),
    ],
)
def test_no_sharepoint(azure: Azure, url: str, said: str) -> None:
    """An address that is missing, or none, or not the root."""
    _said(azure.before(CUSTOS_SHAREPOINT_URL=url), said)


_OF_GROUP = f"{_SUBSCRIPTION}/resourceGroups/rg"
_ADMINISTRATOR = "Role Based Access Control Administrator"


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ([], "You hold no role on subscription Council"),
        ([f"Reader\t{_SUBSCRIPTION}"], "you hold Reader, which is not enough. Deploying takes Owner"),
        ([f"Contributor\t{_SUBSCRIPTION}"], "you hold Contributor, which is not enough"),
        (
            [f"Contributor\t{_OF_GROUP}", f"{_ADMINISTRATOR}\t{_SUBSCRIPTION}/resourceGroups/other"],
            f"you hold Contributor, {_ADMINISTRATOR}, which is not enough",
        ),
        ([f"Owner\t{_OF_GROUP}/providers/Microsoft.Web/sites/mine"], "you hold Owner, which is not enough"),
    ],
)
def test_no_right(azure: Azure, held: list[str], said: str) -> None:
    """Nobody whose roles are known and not enough begins what would stop half way."""
    azure.says("role assignment list", *held)
    _said(azure.before(), said)


@pytest.mark.parametrize(
    "held",
    [
        ["Owner\t/"],
        [f"Owner\t{_SUBSCRIPTION.upper()}"],
        ["Owner\t/providers/Microsoft.Management/managementGroups/council"],
        [f"Contributor\t{_SUBSCRIPTION}", f"{_ADMINISTRATOR}\t{_SUBSCRIPTION}"],
        [f"Contributor\t{_SUBSCRIPTION}", f"User Access Administrator\t{_SUBSCRIPTION}"],
    ],
)
def test_right_enough(azure: Azure, held: list[str]) -> None:
    """Roles hold below where they were given."""
    azure.says("role assignment list", *held)
    done = azure.look("before", CUSTOS_SHAREPOINT_URL="https://x.sharepoint.com")
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "Signed in to Council. Nothing is in the way.\n")


@pytest.mark.parametrize(
    "held", [[f"Owner\t{_OF_GROUP}"], [f"Contributor\t{_OF_GROUP}", f"{_ADMINISTRATOR}\t{_SUBSCRIPTION}"]]
)
@pytest.mark.parametrize("group", ["", "rg"])
def test_right_on_the_group_alone(azure: Azure, held: list[str], group: str) -> None:
    """Who may deploy into one group is not refused, and told how to."""
    azure.says("role assignment list", *held)
    done = azure.look("before", CUSTOS_SHAREPOINT_URL="https://x.sharepoint.com", AZURE_RESOURCE_GROUP=group)
    assert (
        done.returncode,
        "into resource group rg, and not at the subscription: az deployment group" in done.stdout,
    ) == (0, True)
    assert azure.before(AZURE_RESOURCE_GROUP="another")[0] == 1


def test_rights_that_cannot_be_told(azure: Azure) -> None:
    """Roles that cannot be listed, and a role of the council's own, refuse nobody."""
    azure.says("role assignment list", f"Deployer\t{_SUBSCRIPTION}")
    done = azure.look("before", CUSTOS_SHAREPOINT_URL="https://x.sharepoint.com")
    assert (done.returncode, "Whether Deployer let you deploy" in done.stdout) == (0, True)
    azure.says("role assignment list", code=1)
    done = azure.look("before", CUSTOS_SHAREPOINT_URL="https://x.sharepoint.com")
    assert (done.returncode, "Which roles you hold cannot be told" in done.stdout) == (0, True)
    assert done.stdout.endswith("Nothing is in the way. But for what could not be told.\n")


def test_providers_that_are_not_registered(azure: Azure) -> None:
    """All of them at once, with the command."""
    azure.says("provider list", *_PROVIDERS[2:])
    _said(
        azure.before(),
        f"Not registered in subscription Council: {_PROVIDERS[0]} {_PROVIDERS[1]}. For each: az provider register",
    )


def test_a_second_deployment_over_a_locked_audit(azure: Azure) -> None:
    """A policy that was locked cannot be changed: the setting that leaves it alone is named."""
    azure.says("immutability-policy show", "Locked")
    again = {"AZURE_RESOURCE_GROUP": "rg", "CUSTOS_STORAGE_ACCOUNT": "st"}
    _said(azure.before(**again), "azd env set CUSTOS_AUDIT_RETENTION_DAYS 0")
    assert azure.before(**again, CUSTOS_AUDIT_RETENTION_DAYS="0") == (0, [])


def test_what_cannot_be_told_stops_nobody(azure: Azure) -> None:
    """A service principal has no signed-in user, a network no SharePoint, a reader no list of providers."""
    azure.says("ad signed-in-user show", code=1)
    azure.says("provider list", code=1)
    (azure.room / "realm").unlink()
    done = azure.look("before", CUSTOS_SHAREPOINT_URL="https://x.sharepoint.com")
    assert (done.returncode, done.stdout.count("cannot be told")) == (0, 3)


def test_half_a_deployment(azure: Azure) -> None:
    """Each resource that is missing is named, whatever others of its kind lie in the group, and that a second time does no harm."""
    azure.says(
        "resource list",
        *(row for row in rows("always") if "bot-custos" not in row and "appi-" not in row),
        *rows("always", token="other", tag="test"),
    )
    _said(
        azure.after(CUSTOS_STORAGE_ACCOUNT=f"stcustos{TOKEN}"),
        f"Missing in rg: Microsoft.BotService/botServices bot-custos-{TOKEN}, Microsoft.Insights/components appi-custos-{TOKEN}. Run",
    )
    _said(azure.after(), "set CUSTOS_STORAGE_ACCOUNT to it")
    azure.says(
        "resource list", *rows("always")[1:], *(row for row in rows("always", token="other") if "stcustos" not in row)
    )
    _said(azure.after(), "bot-custos-")
    azure.says(
        "resource list",
        *(row for row in rows("always") if "workbooks" not in row),
        "microsoft.insights/workbooks\tx\tNone",
    )
    _said(azure.after(), "Missing in rg: Microsoft.Insights/workbooks")
    azure.says("resource list", "microsoft.web/sites\ttheirs\tNone")
    _said(azure.after(), "the deployment did not come to its end")
    done = azure.look("after")
    assert (done.returncode, "did not come to its end" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    ("asked", "when", "said"),
    [
        (
            {"CUSTOS_PRIVATE_NETWORK": "true"},
            "network",
            f"virtualNetworks vnet-custos-{TOKEN}, Microsoft.Network/privateDnsZones privatelink.blob.*",
        ),
        ({"CUSTOS_PAGE_CLIENT_ID": OTHER}, "page", f"id-custos-page-{TOKEN}"),
    ],
)
def test_what_was_asked_for(azure: Azure, asked: dict[str, str], when: str, said: str) -> None:
    """A private network and the page's identity are looked for where the deployment was asked for them."""
    _said(azure.after(**asked), said)
    made = [row.replace("privatelink.blob.x1y2", "privatelink.blob.core.windows.net") for row in rows("always", when)]
    azure.says("resource list", *made)
    assert azure.after(**asked) == (0, [])


def test_what_cannot_be_told_afterwards(azure: Azure) -> None:
    """Settings and keys that cannot be read are not missing, and not all of it was looked at."""
    azure.says("storage account show", code=1)
    azure.says("appsettings list", code=1)
    done = azure.look("after", AZURE_RESOURCE_GROUP="rg")
    assert (done.returncode, done.stdout.count("cannot be told")) == (0, 2)
    assert done.stdout.endswith("All of it is there. But for what could not be told.\n")


def test_what_opens_to_keys(azure: Azure) -> None:
    """Storage that takes keys, and a setting that would win over the identity."""
    azure.says("storage account show", "true")
    _said(azure.after(), "opens to keys")
    azure.says("storage account show", "false")
    azure.says("appsettings list", *_SETTINGS.split(), "AzureWebJobsStorage")
    _said(azure.after(), "which wins over its identity")
    azure.says("appsettings list", "CUSTOS_TENANT_ID")
    _said(azure.after(), "lacks settings: AzureWebJobsStorage__accountName CUSTOS_SHAREPOINT_URL")


def test_without_az_nothing_is_looked_at(tmp_path: Path) -> None:
    """azd needs no az: then that is said, and the deployment goes on."""
    done = subprocess.run(
        ["/bin/bash", str(INFRA / "pipelines" / "look.sh"), "before"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "az is not installed: nothing was looked at.\n")


_NAMED = r"^resource \w+ '(Microsoft\.\w+/\w+)@[^\n]*\n(?:  for [^\n]*\n)? +name: '?([^\n]*?)'?\n"


def test_kinds_are_those_of_the_templates() -> None:
    """Each resource that the templates make is looked for by the name that they give it, and each provider of them."""
    made = {
        (kind, re.sub(r"\$\{token\}", "TOKEN", name))
        for path in INFRA.glob("*.bicep")
        for kind, name in re.findall(_NAMED, path.read_text(encoding="utf-8"), re.MULTILINE)
        if kind not in ("Microsoft.Authorization/roleAssignments", "Microsoft.Resources/resourceGroups")
    }
    kinds = {kind for _, kind, _ in _RESOURCES}
    assert kinds == {kind for kind, _ in made}
    named = {(kind, re.sub(r"(blob|queue|table)", "${service}", name)) for _, kind, name in _RESOURCES}
    named = {(kind, re.sub(r"^(poison|failing|silent)-", "${rule.name}-", name)) for kind, name in named}
    assert {(kind, name) for kind, name in named if "*" not in name} <= made
    assert {kind.partition("/")[0] for kind in kinds} - {"Microsoft.Network"} <= set(_PROVIDERS)
    install = (INFRA.parent / "docs" / "install.md").read_text(encoding="utf-8")
    assert [name for name in _PROVIDERS if f"`{name}`" not in install and f"--namespace {name}`" not in install] == []
