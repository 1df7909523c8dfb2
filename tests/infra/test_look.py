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
_ALWAYS = {
    kind: int(count)
    for kind, count in re.findall(
        r"(Microsoft\.\w+/\w+):(\d)", _SCRIPT[_SCRIPT.index("resources=") : _SCRIPT.index("before()")]
    )
}
_PROVIDERS = re.findall(r"Microsoft\.\w+", _SCRIPT[_SCRIPT.index("providers=") : _SCRIPT.index("# Every kind")])


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

    def after(self) -> tuple[int, list[str]]:
        done = self.look("after", AZURE_RESOURCE_GROUP="rg", CUSTOS_APP_NAME="app", CUSTOS_STORAGE_ACCOUNT="st")
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
    found.says("role assignment list", "Owner")
    found.says("provider list", *_PROVIDERS)
    found.says("resource list", *(kind.lower() for kind, count in _ALWAYS.items() for _ in range(count)))
    found.says("storage account show", "false")
    found.says("appsettings list", *re.findall(r"(?:AzureWebJobsStorage__accountName|CUSTOS_[A-Z_]+)", _SCRIPT))
    return found


def test_nothing_is_in_the_way(azure: Azure) -> None:
    """The first time and the second, before and after, nobody is stopped and nothing is wrong."""
    assert azure.before() == (0, [])
    assert azure.before(AZURE_RESOURCE_GROUP="rg", CUSTOS_STORAGE_ACCOUNT="st") == (0, [])
    assert azure.after() == (0, [])


def _said(found: tuple[int, list[str]], words: str) -> None:
    code, sentences = found
    assert (code, len(sentences)) == (1, 1), sentences
    assert words in sentences[0]


def test_the_wrong_subscription(azure: Azure) -> None:
    """azd and az mean two: both are named, and how to choose."""
    azure.says("account show --query id", OTHER)
    _said(azure.before(), f"goes into subscription {SUBSCRIPTION}, and az is signed in to {OTHER} (Council)")


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


@pytest.mark.parametrize(("url", "said"), [("", "is not set"), ("x.sharepoint.com", "write it as https://")])
def test_no_sharepoint(azure: Azure, url: str, said: str) -> None:
    """An address that is missing, or none."""
    _said(azure.before(CUSTOS_SHAREPOINT_URL=url), said)


def test_no_right(azure: Azure) -> None:
    """Nobody without any role begins what would stop half way; with some, it is said which, for the group's may do."""
    azure.says("role assignment list")
    _said(azure.before(), "You hold no role on subscription Council")
    azure.says("role assignment list", "Contributor")
    assert azure.before() == (0, [])
    assert (
        "you hold: Contributor. Deploying takes Owner"
        in azure.look("before", CUSTOS_SHAREPOINT_URL="https://x.y").stdout
    )
    azure.says("role assignment list", "Contributor", "Role Based Access Control Administrator")
    assert "you hold" not in azure.look("before", CUSTOS_SHAREPOINT_URL="https://x.y").stdout


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
    """Each kind of resource that is missing is named with its number, and that a second time does no harm."""
    left = [kind for kind, count in _ALWAYS.items() for _ in range(count) if "botServices" not in kind]
    azure.says("resource list", *left[:-1])
    _said(
        azure.after(),
        "Half of the deployment is there. Missing in rg: Microsoft.BotService/botServices (0 of 1) Microsoft.Web/sites (0 of 1)",
    )
    done = azure.look("after")
    assert (done.returncode, "did not come to its end" in done.stderr) == (1, True)


def test_what_opens_to_keys(azure: Azure) -> None:
    """Storage that takes keys, and a setting that would win over the identity."""
    azure.says("storage account show", "true")
    _said(azure.after(), "opens to keys")
    azure.says("storage account show", "false")
    azure.says(
        "appsettings list",
        *re.findall(r"(?:AzureWebJobsStorage__accountName|CUSTOS_[A-Z_]+)", _SCRIPT),
        "AzureWebJobsStorage",
    )
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


def test_kinds_are_those_of_the_templates() -> None:
    """Each kind of resource that the templates always make is looked for, and each provider of them."""
    made = {
        kind
        for path in INFRA.glob("*.bicep")
        if path.name != "network.bicep"
        for kind in re.findall(r"^resource \w+ '(Microsoft\.\w+/\w+)@", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    made -= {"Microsoft.Authorization/roleAssignments", "Microsoft.Resources/resourceGroups"}
    assert _ALWAYS.keys() == made
    assert {kind.partition("/")[0] for kind in made} <= set(_PROVIDERS)
    install = (INFRA.parent / "docs" / "install.md").read_text(encoding="utf-8")
    assert [name for name in _PROVIDERS if f"`{name}`" not in install and f"--namespace {name}`" not in install] == []
