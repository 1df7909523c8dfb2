"""The Bicep files are sound as far as that can be told without a compiler, and each kind of fault would be found."""

from __future__ import annotations

import pytest

from tests.infra.bicep import parse
from tests.infra.check import check, folder
from tests.infra.extract_types import INFRA, TYPES

FILES = folder(INFRA)


def test_files_are_sound() -> None:
    """Names, functions, modules, types, required and read-only properties, allowed values: nothing is wrong in any file."""
    assert check(FILES) == []


def test_types_are_microsofts() -> None:
    """The types that the check goes by say where they come from."""
    assert "https://github.com/Azure/bicep-types-az at " in TYPES.read_text(encoding="utf-8")[:200]


def test_nothing_comes_from_a_registry() -> None:
    """Every module is a file beside it, so that all of it can be checked and deployed without another network."""
    modules = [statement.what for name, text in FILES.items() for statement in parse(text, name).of("module")]
    assert len(modules) > 5
    assert set(modules) <= set(FILES)


@pytest.mark.parametrize(
    ("file", "was", "planted", "said"),
    [
        (
            "app.bicep",
            "instanceMemoryMB: instanceMemory",
            "instanceMemryMB: instanceMemory",
            "has no property 'instanceMemryMB'",
        ),
        ("app.bicep", "{ name: 'python', version: '3.13' }", "{ name: 'pyhton', version: '3.13' }", "not 'pyhton'"),
        (
            "app.bicep",
            "maximumInstanceCount: maximumInstances",
            "maximumInstanceCount: sharePointUrl",
            "is int, not string",
        ),
        ("app.bicep", "httpsOnly: true", "httpsOnly: 'true'", "httpsOnly is bool, not string"),
        (
            "app.bicep",
            "parent: site\n  name: 'scm'",
            "parent: plan\n  name: 'scm'",
            "the parent of noScmPassword is a Microsoft.Web/sites",
        ),
        ("app.bicep", "name: 'appsettings'", "name: 'appsetings'", "needs name:"),
        ("app.bicep", "serverFarmId: plan.id", "serverFarmId: plann.id", "plann is declared nowhere"),
        (
            "app.bicep",
            "site.properties.defaultHostName",
            "site.properties.defaultHost",
            "has no properties.defaultHost",
        ),
        ("app.bicep", "sites@2024-11-01' = {", "sites@2024-11-02' = {", "is not among the types"),
        ("storage.bicep", "minimumTlsVersion: 'TLS1_2'", "minimumTlsVersion: 'TLS12'", "is one of TLS1_0"),
        ("storage.bicep", "  kind: 'StorageV2'\n", "", "lacks kind"),
        ("storage.bicep", "name: 'stcustos${token}'", "name: 'stcustos-${token}'", "must look like"),
        ("storage.bicep", "name: 'stcustos${token}'", "name: 'stcustosstcustos${token}'", "has 3 to 24 characters"),
        ("storage.bicep", "scope: account\n", "scope: acount\n", "acount is declared nowhere"),
        ("storage.bicep", "allowProtectedAppendWrites: false", "state: 'Locked'", "state can only be read"),
        ("storage.bicep", "principalType: 'ServicePrincipal'", "principalType: 'Service'", "is one of"),
        ("storage.bicep", "name: '${name}-poison'", "name: '${name}-poison", "does not end on its line"),
        (
            "storage.bicep",
            "var queues = ['act', 'evaluate'",
            "var queues = ['act' 'evaluate'",
            "a comma, a new line or ]",
        ),
        ("storage.bicep", "guid(account.id", "guiid(account.id", "guiid is no function"),
        (
            "network.bicep",
            "cidrSubnet(addressPrefix, 26, 0)",
            "cidrSubnet(addressPrefix, 26)",
            "takes 3 to 3 arguments",
        ),
        ("network.bicep", "environment().suffixes.storage", "environment().suffix.storage", "has no suffix"),
        ("alerts.bicep", "ExpectedHttpStatusCode: 200", "ExpectedHttpStatusCode: '200'", "is int, not string"),
        ("alerts.bicep", "componentId: insightsId\n", "", "lacks componentId"),
        ("bot.bicep", "msaAppType: 'UserAssignedMSI'", "msaAppType: 'UserAssignedMsi'", "is one of"),
        ("bot.bicep", "channelName: 'MsTeamsChannel'", "channelName: 'TeamsChannel'", "needs channelName"),
        (
            "custos.bicep",
            "module network 'network.bicep'",
            "module network 'networks.bicep'",
            "there is no networks.bicep",
        ),
        ("custos.bicep", "    sku: storageSku\n", "", "storage.bicep asks for sku"),
        ("custos.bicep", "    sku: storageSku\n", "    skuu: storageSku\n    sku: storageSku\n", "asks for no skuu"),
        (
            "custos.bicep",
            "storage.outputs.deploymentContainer",
            "storage.outputs.container",
            "has no output outputs.container",
        ),
        (
            "custos.bicep",
            "param instanceMemory int = 2048",
            "param instanceMemory int = 2049",
            "is one of 512, 2048, 4096, not 2049",
        ),
        ("custos.bicep", "unitsPerMinute: unitsPerMinute", "unitsPerMinute: unitsShare", "is int, not string"),
        ("main.bicep", "  scope: group\n", "", "needs a scope"),
        (
            "main.bicep",
            "targetScope = 'subscription'",
            "targetScope = 'resourceGroup'",
            "is not deployed into a resourceGroup",
        ),
        ("main.bicep", "param mailbox string = ''", "param mailbox string = 0", "its default is int"),
        ("main.bicep", "    mailbox: mailbox\n", "", "mailbox is never used"),
        (
            "main.bicep",
            "param mailbox string",
            "param teamsAppId string = ''\nparam mailbox string",
            "teamsAppId is declared 2 times",
        ),
    ],
)
def test_planted_fault_is_found(file: str, was: str, planted: str, said: str) -> None:
    """A fault of this kind in this file is told, so a check that finds nothing means something."""
    assert was in FILES[file]
    found = check({**FILES, file: FILES[file].replace(was, planted, 1)}, only=file)
    assert [each for each in found if said in each and each.startswith(f"{file}:")], found
