"""The runbooks, rehearsed: what they tell somebody to do has the effect that they promise."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from azure.data.tables import UpdateMode

from custos.audit.events import What
from custos.bootstrap import Custos
from custos.inventory.drive_state import DriveStates
from custos.jobs import discovery, doctor_reach, evaluation, subscriptions
from custos.m365 import subscriptions as graph_subscriptions
from custos.storage.queues import ALL
from custos.storage.rows import Row
from local_host.azurite import Azurite
from tests.docs.pages import RUNBOOKS, examples
from tests.running_stack import APPROVER, OPERATOR, desk
from tests.trouble.tiny_council import LIBRARY, World


async def _thrown(app: Custos) -> None:
    """The command of the emergency runbook, as `az` would carry it out."""
    (typed,) = examples("sh", "switch", page=RUNBOOKS / "emergency-stop.md")
    words = shlex.split(typed.text)
    assert words[words.index("--table-name") + 1] == "control"
    entity = dict(word.split("=", 1) for word in words[words.index("--entity") + 1 :])
    assert entity.pop("stopped@odata.type") == "Edm.Boolean"
    keys = entity.pop("PartitionKey"), entity.pop("RowKey")
    row: dict[str, Any] = {**entity, "PartitionKey": keys[0], "RowKey": keys[1], "stopped": entity["stopped"] == "true"}
    how = UpdateMode(words[words.index("--if-exists") + 1])
    await app.account.rows("control").client.upsert_entity(row, mode=how)
    app.stop_switch.cache_seconds = 0


def test_emergency_stop_without_custos(world: World) -> None:
    """A switch that was thrown by hand in the table ends all writes, is shown with whoever threw it, and `custos start` takes it back."""
    world.sync()
    world.ask(_thrown)
    item = world.upload()
    world.sync()
    assert world.done(item)[What.ACTION_DONE] == 0
    assert "WRITES ARE STOPPED by you@council.gov.uk: what you saw" in " ".join(world.custos("status").out.split())
    assert world.custos("start", "--why", "rehearsed", "--as", APPROVER).code == 0
    world.ask(evaluation.evaluate)
    world.later()
    assert world.done(item)[What.ACTION_DONE] == 1


def test_a_switch_thrown_in_haste_stops_all_the_same(world: World) -> None:
    """A row with nothing but the word stops, whatever else it lacks."""

    async def hasty(app: Custos) -> tuple[str, str]:
        await app.account.rows("control").upsert(Row("switch", "writes", {"stopped": True}))
        app.stop_switch.cache_seconds = 0
        stop = await app.stop_switch.stopped()
        assert stop is not None
        await app.account.rows("control").delete("switch", "writes")
        return stop.by, stop.why

    assert world.ask(hasty) == ("somebody", "no reason was written down")


def test_mirror_that_was_lost_comes_again(world: World) -> None:
    """Without the mirror and its state a first reading makes it whole, and nothing is done a second time."""
    item = world.upload()
    world.sync()
    before = world.done(item)[What.ACTION_DONE]

    async def lose(app: Custos) -> None:
        for name in ("inventory", "sync"):
            container = app.account.container(name)
            for blob in [one async for one in container.names("")]:
                await container.delete(blob)
        for table in ("drivestate", "pendingchanges"):
            rows = app.account.rows(table)
            for row in [one async for one in rows.query()]:
                await rows.delete(row.partition, row.key)
        app.__dict__.pop("lakehouse", None)
        app.__dict__.pop("registers", None)

    world.ask(lose)
    assert world.ask(_states) == 0
    world.ask(discovery.discover)
    drives = [f"/sites/send-ehcp/{drive.path}" for drive in world.drive(LIBRARY).site.drives if not drive.system]
    world.sync(*drives)
    assert world.is_true()
    world.ask(evaluation.evaluate)
    world.work()
    assert world.done(item)[What.ACTION_DONE] == before == 1


def test_everything_that_was_lost_comes_back(world: World, tmp_path: Path) -> None:
    """A backup in an empty account: the audit holds, writes stay stopped until `start`, and nothing is done a second time: neither what
    was done before the backup, nor what was done after it and is known no more, nor what was under way."""
    before = world.upload()
    world.sync()
    underway = world.upload()
    world.read()
    world.ask(evaluation.evaluate_changes)  # its batches wait in the queue while the backup is made
    assert world.ask(_open_runs) == 1
    folder = str(tmp_path / "backup")
    said = world.custos("backup", folder)
    assert (said.code, said.out.startswith("Backup of 2026-")) == (0, True), said.err
    since = world.upload()
    world.sync()
    items = (before, underway, since)
    labelled = [item.stamp for item in items]
    assert None not in labelled
    assert world.custos("restore", folder).code == 2, "what stands is newer"
    with Azurite() as empty, desk({**world.environment, **empty.environment}) as own:
        again = World(world.server, own, own.environment)
        said = again.custos("restore", folder)
        assert (said.code, "lost: comes back" in said.out, "Nothing was changed" in said.out) == (1, True, True), (
            said.err
        )
        said = again.custos("restore", folder, "--why", "rehearsed", "--as", OPERATOR)
        assert (said.code, "stand again" in said.out) == (0, True), said.err
        assert f"WRITES ARE STOPPED by {OPERATOR}: restored from a backup of" in " ".join(
            again.custos("status").out.split()
        )
        again.ask(_looked_at_anew)
        assert again.ask(_open_runs) == 0, "what was under way ended with the backup"
        fresh = world.upload()
        again.sync()
        assert again.is_true()
        assert fresh.stamp is None, "nothing is written before somebody starts it"
        assert again.custos("start", "--why", "rehearsed", "--as", APPROVER).code == 0
        again.ask(_fresh)
        again.ask(evaluation.evaluate)
        again.work()
        assert [item.stamp for item in items] == labelled
        assert fresh.stamp is not None
        assert again.custos("audit", "verify").code == 0
        assert again.done(before)[What.ACTION_DONE] == 1


async def _open_runs(app: Custos) -> int:
    return len([run async for run in app.runs.open(app.clock.now())])


async def _looked_at_anew(app: Custos) -> None:
    """The queues are there, as Azure has them, and empty; sites and libraries are found again."""
    for name in ALL:
        await app.account.queue(name).create()
    await discovery.discover(app)


async def _states(app: Custos) -> int:
    return len([one async for one in DriveStates.of(app.account).all()])


@contextmanager
def _endpoint(keys: set[str]) -> Iterator[str]:
    """An address at which notifications are taken with these keys, as the host guards it."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = parse_qs(urlsplit(self.path).query)
            known = query.get("code", [""])[0] in keys
            said = query.get("validationToken", [""])[0].encode() if known else b""
            self.send_response(200 if known else 401)
            self.send_header("Content-Type", "text/plain")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *said: object) -> None:
            """Nothing of it is told."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


async def _watched(app: Custos) -> set[str]:
    return {one.notification_url for one in (await graph_subscriptions.list_all(app.m365.observer)).values}


def test_key_is_renewed_and_custos_leaves(world: World) -> None:
    """With a new key every webhook is made anew and none keeps the old one; who leaves has none, and no timer makes one until `start`,
    whoever stops again by hand or by `custos stop`."""
    keys = {"old"}
    with _endpoint(keys) as url:
        at = {**world.environment, "CUSTOS_PUBLIC_URL": url, "CUSTOS_WEBHOOK_KEY": "old"}
        with desk(at) as before:
            wanted = before.ask(subscriptions.reconcile)
            assert wanted is not None
            assert wanted.held == wanted.wanted > 0
            assert before.ask(_webhooks) == [f"{wanted.held} of {wanted.held} libraries are watched"]
        keys ^= {"old", "new"}
        with desk({**at, "CUSTOS_WEBHOOK_KEY": "new"}) as after:
            assert after.ask(_webhooks) == [
                f"0 of {wanted.held} libraries are watched",
                f"Microsoft holds {wanted.held} that lead elsewhere, or watch what nobody wants watched",
            ]
            done = after.ask(subscriptions.reconcile)
            assert done is not None
            assert (done.held, done.removed) == (wanted.wanted, wanted.held)
            assert after.ask(_watched) == {f"{url}/api/graph/notifications?code=new"}

            said = world.custos("leave")
            assert (said.code, f"Microsoft holds {wanted.held} webhooks" in said.out) == (1, True)
            assert "Nothing was changed" in said.out
            said = world.custos("leave", "--why", "rehearsed", "--as", OPERATOR)
            assert (said.code, "Microsoft holds 0 webhooks now" in said.out) == (0, True)
            after.ask(_thrown)
            said = world.custos("stop", "--why", "rehearsed", "--as", OPERATOR)
            assert (said.code, "goes on leaving" in said.out) == (0, True)
            after.ask(_fresh)
            again = after.ask(subscriptions.reconcile)
            assert again is not None
            assert (again.wanted, again.held, after.ask(_watched)) == (0, 0, set())
            assert world.custos("start", "--why", "the test is over", "--as", APPROVER).code == 0
    world.ask(_fresh)


async def _webhooks(app: Custos) -> list[str]:
    """What the doctor says of them, but for keys that other tests guessed at."""
    return [look.detail for look in await doctor_reach.webhooks(app) if "renew the key" not in look.detail]


async def _fresh(app: Custos) -> None:
    """Fifteen seconds later."""
    app.stop_switch.cache_seconds = 0
    await asyncio.sleep(0)
