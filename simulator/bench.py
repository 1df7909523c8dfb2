"""How fast the tenant answers: `python -m simulator bench` starts one, reads all of it, and prints the figures.

The reader takes pages as bytes and parses nothing but their links, so that the tenant is what is measured. The tenant's
own processor time is given beside the wall time, since the reader shares the machine.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import psutil

from simulator.entra.identity import GRAPH

_NEXT = re.compile(rb'"@odata\.nextLink":"([^"]+)"')
_LEAN = (
    "id,name,size,file,folder,root,deleted,parentReference,createdDateTime,lastModifiedDateTime,lastModifiedBy,"
    "fileSystemInfo,shared,eTag,sharepointIds"
)
_COLUMNS = "fields($select=_ComplianceTag,_ComplianceTagWrittenTime,_IsRecord)"


@dataclass(frozen=True, slots=True)
class _Library:
    site_id: str
    drive_id: str
    list_id: str


def _delta(options: str) -> Callable[[_Library], str]:
    return lambda each: f"/drives/{each.drive_id}/root/delta?{options}"


def _list_items(options: str) -> Callable[[_Library], str]:
    return lambda each: f"/sites/{each.site_id}/lists/{each.list_id}/items?{options}"


_READINGS = (
    ("delta, default properties, 1000 a page", b'"parentReference"', _delta("$top=1000")),
    ("delta, selected properties, 1000 a page", b'"parentReference"', _delta(f"$select={_LEAN}&$top=1000")),
    ("delta, selected properties, 200 a page", b'"parentReference"', _delta(f"$select={_LEAN}")),
    ("list items, three columns, 1000 a page", b'"fields"', _list_items(f"$select=id&$expand={_COLUMNS}&$top=1000")),
)


def measure(scale: float) -> int:
    """Print build time, memory and throughput at a scale. Returns the process's exit status."""
    return asyncio.run(_measure(scale))


async def _measure(scale: float) -> int:
    began = time.monotonic()
    arguments = ["-m", "simulator", "serve", "--scale", str(scale), "--no-throttling"]
    server = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=subprocess.PIPE)
    assert server.stdout is not None
    try:
        told = (await server.stdout.readline()).decode().split()
        if not told:
            print("The tenant did not start.", file=sys.stderr)
            return 1
        process = psutil.Process(server.pid)
        print(f"built in {time.monotonic() - began:.1f} s, {_megabytes(process)} MB")
        async with aiohttp.ClientSession() as session:
            await _sign_in(session, told[1])
            graph = told[1] + "/graph/v1.0"
            libraries = await _libraries(session, graph)
            for name, marker, link in _READINGS:
                await _read(session, process, name, marker, [graph + link(each) for each in libraries])
        print(f"at the end {_megabytes(process)} MB")
    finally:
        server.terminate()
        await server.wait()
    return 0


def _megabytes(process: psutil.Process) -> int:
    return int(process.memory_info().rss // 1_000_000)


async def _json(session: aiohttp.ClientSession, url: str, **options: Any) -> Any:
    async with session.get(url, **options) as answer:
        answer.raise_for_status()
        return await answer.json()


async def _sign_in(session: aiohttp.ClientSession, base: str) -> None:
    environment = await _json(session, base + "/sim/environment")
    wanted = {
        "api-version": "2019-08-01",
        "resource": GRAPH,
        "client_id": environment["CUSTOS_OBSERVER_CLIENT_ID"],
    }
    headers = {"X-IDENTITY-HEADER": environment["IDENTITY_HEADER"]}
    token = await _json(session, environment["IDENTITY_ENDPOINT"], params=wanted, headers=headers)
    session.headers["Authorization"] = f"Bearer {token['access_token']}"


async def _libraries(session: aiohttp.ClientSession, graph: str) -> list[_Library]:
    found = []
    for site in (await _json(session, graph + "/sites/getAllSites?$top=200"))["value"]:
        async with session.get(f"{graph}/sites/{site['id']}/drives?$select=id,sharePointIds") as answer:
            if answer.status == 423:
                continue  # a locked site
            drives = (await answer.json())["value"]
        found += [_Library(site["id"], drive["id"], drive["sharePointIds"]["listId"]) for drive in drives]
    return found


async def _read(
    session: aiohttp.ClientSession, process: psutil.Process, name: str, marker: bytes, links: list[str]
) -> None:
    """Read all pages behind the links, two libraries at a time, and print what came."""
    waiting = list(reversed(links))
    items = pages = size = 0
    cpu, began = sum(process.cpu_times()[:2]), time.monotonic()

    async def reader() -> None:
        nonlocal items, pages, size
        while waiting:
            link: str | None = waiting.pop()
            while link is not None:
                async with session.get(link) as answer:
                    answer.raise_for_status()
                    body = await answer.read()
                pages, size, items = pages + 1, size + len(body), items + body.count(marker)
                more = _NEXT.search(body)
                link = more[1].decode() if more is not None else None

    await asyncio.gather(reader(), reader())
    wall, cpu = time.monotonic() - began, sum(process.cpu_times()[:2]) - cpu
    print(
        f"{name}: {items:,} items, {pages:,} pages, {size / max(items, 1):.0f} bytes an item; "
        f"{items / wall:,.0f} items/s by the clock, {items / cpu:,.0f} items/s of the tenant's processor time"
    )
