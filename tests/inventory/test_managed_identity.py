"""In Azure the tables are opened as the observer's managed identity, at the endpoint that a function app has for it."""

from __future__ import annotations

import asyncio
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from custos.settings import settings_from
from custos.storage.account import Account

OBSERVER = "3a52cf09-6a3b-47a5-a1a5-55e3f5f8bb33"


@dataclass
class Platform:
    """An identity endpoint such as App Service has; it remembers what it was asked, and gives no token."""

    address: str = ""
    asked: list[str] = field(default_factory=list)


@contextmanager
def platform() -> Iterator[Platform]:
    told = Platform()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.asked.append(self.path)
            self.send_response(400)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        told.address = f"http://127.0.0.1:{server.server_address[1]}/msi/token"
        try:
            yield told
        finally:
            server.shutdown()
            thread.join()


async def test_tables_are_opened_as_the_observer() -> None:
    """delta-rs asks the app's own endpoint, and not a virtual machine's, for a token of the observer on Azure Storage."""
    from deltalake import DeltaTable

    with platform() as azure:
        environment = {
            "AzureWebJobsStorage__accountName": "stcustos",
            "CUSTOS_TENANT_ID": OBSERVER,
            "CUSTOS_SHAREPOINT_URL": "https://wealdshire.sharepoint.com",
            "CUSTOS_OBSERVER_CLIENT_ID": OBSERVER,
            "IDENTITY_ENDPOINT": azure.address,
        }
        options = dict(Account(settings_from(environment)).delta_options())
        assert "account_key" not in options
        with pytest.raises(OSError, match="token request"):
            await asyncio.to_thread(DeltaTable, "az://inventory/items", storage_options={**options, "max_retries": "0"})
        (asked,) = azure.asked
    assert asked.startswith("/msi/token?api-version=2019-08-01&resource=https%3A%2F%2Fstorage.azure.com")
    assert asked.endswith(f"client_id={OBSERVER}")
