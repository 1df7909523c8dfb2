"""What is left after a round, read raw: the tenant's own record, tables, queues, the mirror's Parquet. No code of Custos.

Everything is plain JSON, so that it can be kept in a file and looked at again.
"""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import polars as pl
from azure.core.exceptions import ResourceNotFoundError
from azure.data.tables import TableServiceClient
from azure.storage.blob import ContainerClient
from azure.storage.queue import QueueClient, QueueServiceClient

Row = dict[str, Any]
TABLES = (
    "audit",
    "actions",
    "runs",
    "incidents",
    "digests",
    "drivestate",
    "timers",
    "cases",
    "actionreports",
    "control",
)
_MIRRORED = ("item_id", "parent_id", "name", "label", "is_folder")
_CONTAINER = "inventory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What there is.

    `writes`: the tenant's record of requests that wrote, `{number, at, app, method, path, body, status}`.
    `drives`: library ► its items, `{id, parent, name, label, folder, number}`; `urls`: library ► its address.
    `tables`: name ► rows as Azure Tables gives them. `queues`: name ► texts of the messages, seen and unseen, and under
    `"…"` the number of those that are hidden.
    `mirror`: rows of the table `items`. `actor`: the client id that writes. `before`: incidents that stood before the
    campaign, `kind|subject`. `now`: the tenant's time.
    """

    writes: list[Row]
    drives: Mapping[str, list[Row]]
    urls: Mapping[str, str]
    tables: Mapping[str, list[Row]]
    queues: Mapping[str, Row]
    mirror: list[Row]
    actor: str
    now: str
    before: list[str] = field(default_factory=list)

    def keep(self, file: Path) -> None:
        """Write it down as one JSON file."""
        file.write_text(json.dumps(asdict(self), default=str, indent=1, sort_keys=True))

    @classmethod
    def kept(cls, file: Path) -> Evidence:
        """Evidence that was written down."""
        return cls(**json.loads(file.read_text()))


def gather(tenant: str, connection: str, *, actor: str, before: Iterable[str] = ()) -> Evidence:
    """Read everything: of the tenant at `tenant`, and of the storage that `connection` (a connection string) opens."""
    held = _get(f"{tenant}/sim/items")
    return Evidence(
        writes=_get(f"{tenant}/sim/writes")["writes"],
        drives=held["drives"],
        urls=held["urls"],
        tables=read_tables(connection),
        queues=read_queues(connection),
        mirror=_mirror(connection),
        actor=actor,
        now=str(_get(f"{tenant}/sim/clock")["now"]),
        before=sorted(before),
    )


def at_a_glance(tenant: str, connection: str, *, before: Iterable[str] = ()) -> Evidence:
    """What tells whether all has come to rest, without the tenant's record and the mirror."""
    tables = {key: list[Row]() for key in TABLES}
    tables |= read_tables(connection, ("runs", "incidents", "digests", "drivestate", "actions"))
    return Evidence(
        writes=[],
        drives={},
        urls={},
        tables=tables,
        queues=read_queues(connection),
        mirror=[],
        actor="",
        now=str(_get(f"{tenant}/sim/clock")["now"]),
        before=sorted(before),
    )


def read_tables(connection: str, names: Iterable[str] = TABLES) -> dict[str, list[Row]]:
    """The rows of the tables, with `PartitionKey` and `RowKey`."""
    with TableServiceClient.from_connection_string(connection) as service:
        return {name: _rows(service, name) for name in names}


def read_queues(connection: str) -> dict[str, Row]:
    """Every queue that holds anything: `{"messages": texts that can be seen now, "hidden": number}`."""
    found: dict[str, Row] = {}
    with QueueServiceClient.from_connection_string(connection) as service:
        for name, count in _counts(service).items():
            with service.get_queue_client(name) as client:
                seen = [str(message.content) for message in client.peek_messages(32)]
            found[name] = {"messages": seen, "hidden": max(0, count - len(seen))}
    return found


@dataclass
class Queues:
    """The queues of an account, asked again and again whether anything waits in them."""

    connection: str
    _service: QueueServiceClient = field(init=False)
    _clients: dict[str, QueueClient] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self._service = QueueServiceClient.from_connection_string(self.connection)

    def is_empty(self, *, but: Iterable[str] = ()) -> bool:
        """Whether no queue holds a message, seen or hidden; those of `but` are not asked."""
        if not self._clients:
            self._clients = {name: self._service.get_queue_client(name) for name in _names(self._service)}
        asked = [client for name, client in self._clients.items() if name not in but]
        return not any(client.get_queue_properties().approximate_message_count for client in asked)

    def forget(self) -> None:
        """Look for new queues the next time."""
        self._clients = {}


def _names(service: QueueServiceClient) -> list[str]:
    return [str(queue.name) for queue in service.list_queues()]


def _counts(service: QueueServiceClient) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name in _names(service):
        with service.get_queue_client(name) as client:
            counts[name] = int(client.get_queue_properties().approximate_message_count or 0)
    return {name: count for name, count in counts.items() if count}


def _rows(service: TableServiceClient, name: str) -> list[Row]:
    try:
        with service.get_table_client(name) as client:
            return [dict(entity) for entity in client.list_entities()]
    except ResourceNotFoundError:
        return []


def _mirror(connection: str) -> list[Row]:
    """The newest version of the Delta table `items`: which files make it up is asked of delta-rs, they are read as Parquet."""
    from deltalake import DeltaTable
    from deltalake.exceptions import TableNotFoundError

    parts = dict(re.findall(r"(\w+)=([^;]+)", connection))
    emulator = {"azure_storage_use_emulator": "true", "allow_http": "true", "proxy_url": _origin(parts["BlobEndpoint"])}
    try:
        table = DeltaTable(f"az://{_CONTAINER}/items", storage_options=emulator)
    except TableNotFoundError:
        return []
    rows: list[Row] = []
    with ContainerClient.from_connection_string(connection, _CONTAINER) as container:
        names = {_plain(name): name for name in container.list_blob_names(name_starts_with="items/")}
        for uri in table.file_uris():
            path = _plain(uri.partition(f"{_CONTAINER}/")[2])
            content = container.download_blob(names[path]).readall()
            frame = pl.read_parquet(content, columns=list(_MIRRORED))
            drive = path.partition("/drive_id=")[2].partition("/")[0]
            rows += [{"drive_id": drive, **row} for row in frame.iter_rows(named=True)]
    return rows


def _plain(path: str) -> str:
    """A path as it is meant, however often its partition was encoded on the way."""
    return unquote(unquote(path))


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return json.load(answer)
