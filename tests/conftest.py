"""Fixtures that every area shares: real storage, and a tenant that behaves as a real one does."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator

import pytest

from custos.settings import Settings, settings_from
from local_host.azurite import Azurite
from local_host.child_process import Child
from tests.running_stack import Council, govern, standing, traffic
from tests.shuffle import (  # noqa: F401  # pytest finds hooks by their names
    pytest_collection_modifyitems,
    pytest_make_parametrize_id,
    pytest_runtest_logreport,
    pytest_terminal_summary,
)
from tests.simulated_tenant import SimulatedTenant


@pytest.fixture(scope="session")
def azurite() -> Iterator[str]:
    """The connection string of an Azurite that lives as long as the session, in memory.

    Queues, tables and containers are shared by all tests: name your own.
    """
    with Azurite() as running:
        yield running.connection_string


@pytest.fixture(scope="module")
def tenant() -> Iterator[SimulatedTenant]:
    """A simulated tenant, fresh for each test module. It records its traffic when CUSTOS_TRAFFIC names a directory."""
    with Child("simulator", ["serve", "--port", "0", "--scale", "0.003", *traffic()]) as running:
        with urllib.request.urlopen(f"{running.url}/sim/environment", timeout=60) as answer:
            environment: dict[str, str] = json.load(answer)
        yield SimulatedTenant(running.url, environment)


@pytest.fixture(scope="module")
def settings(tenant: SimulatedTenant, azurite: str) -> Settings:
    """Settings for that tenant and the session's storage."""
    return settings_from({**tenant.environment, "AzureWebJobsStorage": azurite})


@pytest.fixture(scope="session")
def council(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Council]:
    """The whole product at work on a council that is mirrored already; the tests that come in by the front door share it.

    It has storage of its own. Leave no fault and no broken policy behind, and assert on what you did yourself.
    """
    with standing(tmp_path_factory.mktemp("stage") / "home") as opened:
        yield opened


@pytest.fixture(scope="session")
def governed(council: Council) -> str:
    """The run in which the council's approved policies did all that they may do. A test may have undone it since."""
    return govern(council)
