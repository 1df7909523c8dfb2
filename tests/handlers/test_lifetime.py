"""The application lives as long as the event loop that made it."""

from __future__ import annotations

import os
import subprocess
import sys

from custos.settings import REPOSITORY

_ONE_CALL = """
import asyncio
from custos.bootstrap import custos

async def one():
    app = await custos()
    assert await custos() is app
    print(await app.account.queue("sync-drive").length())

asyncio.run(one())
"""


def test_connections_are_closed_with_the_event_loop(azurite: str) -> None:
    """A function app has no hook for its end: what an invocation opened is closed when its loop ends, and nothing complains."""
    settings = {
        "AzureWebJobsStorage": azurite,
        "CUSTOS_TENANT_ID": "00000000-0000-0000-0000-000000000000",
        "CUSTOS_SHAREPOINT_URL": "https://wrenbridge.sharepoint.example",
        "CUSTOS_OBSERVER_CLIENT_ID": "22222222-2222-4222-8222-222222222222",
    }
    told = subprocess.run(
        [sys.executable, "-W", "always", "-c", _ONE_CALL],
        cwd=REPOSITORY,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (told.returncode, told.stdout.strip()) == (0, "0"), told.stderr
    assert "Unclosed" not in told.stderr
