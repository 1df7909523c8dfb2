"""Each kind of trouble with answers, tokens and clocks: Custos ends where it would have ended without, and nothing is done twice.

Somebody puts a file into a library and shares it with everybody. Custos shall see it, label it and give the link an end,
once, whatever happens meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from custos.audit.events import What
from custos.inventory.drive_state import SyncState, Why
from custos.jobs import sync
from simulator.tenant import files
from simulator.tenant.model import Item
from tests.trouble.tiny_council import World

type Troubles = list[dict[str, Any]]

STORIES: dict[str, Troubles] = {
    "latency": [{"kind": "latency", "seconds": 0.01, "most": 0.05}],
    "half of them fail": [{"kind": "errors", "rate": 0.5, "statuses": [500, 502, 504], "path": "/graph/"}],
    "truncated": [{"kind": "truncated", "path": "/drives/", "times": 3}],
    "truncated batch": [{"kind": "truncated", "path": "$batch", "times": 2}],
    "a page in HTML": [{"kind": "html", "path": "/drives/", "status": 502, "times": 2}],
    "HTML that says 200": [{"kind": "html", "path": "/delta", "status": 200}],
    "not JSON": [{"kind": "not_json", "path": "/graph/", "times": 4}],
    "dropped": [{"kind": "dropped", "path": "/graph/", "times": 3, "after": 1}],
    "dropped after the writes were done": [
        {"kind": "dropped", "path": "/drives/", "method": "PATCH", "done": True, "times": 2}
    ],
    "writes fail": [{"kind": "status", "path": "/drives/", "method": "PATCH", "status": 504, "times": 3}],
    "cut midway": [{"kind": "midway", "path": "/graph/", "times": 4, "after": 1}],
    "delta forgotten": [{"kind": "expired", "path": "send-ehcp"}],
    "delta forgotten, the other way": [
        {"kind": "expired", "path": "send-ehcp", "code": "resyncChangesUploadDifferences"}
    ],
    "429, decimal": [{"kind": "throttled", "path": "/drives/", "seconds": 0.4}],
    "503, untold": [{"kind": "throttled", "path": "/drives/", "seconds": 0.4, "status": 503, "told": False}],
    "429 inside a batch": [{"kind": "part", "status": 429, "retry_after": 0.3, "times": 2}],
    "424 inside a batch": [{"kind": "part", "status": 424, "times": 2}],
    "a part is missing": [{"kind": "batch_missing", "times": 2}],
    "token revoked": [{"kind": "revoked", "path": "/graph/", "after": 1}],
    "token challenged": [{"kind": "revoked", "path": "/graph/", "after": 1, "challenge": True}],
    "short tokens": [{"kind": "short_tokens", "seconds": 30}, {"kind": "revoked"}],
    "Entra away": [{"kind": "entra_away", "times": 0}, {"kind": "revoked"}],
    "services four minutes ahead": [{"kind": "skew", "seconds": 240}],
    "Entra four minutes ahead": [{"kind": "skew", "seconds": 240, "of": "entra"}, {"kind": "revoked"}],
    "tokens not yet valid": [{"kind": "skew", "seconds": 900, "of": "entra"}, {"kind": "revoked"}],
    "tokens just past": [
        {"kind": "skew", "seconds": -100, "of": "entra"},
        {"kind": "short_tokens", "seconds": 60},
        {"kind": "revoked"},
    ],
}


TOGETHER = (
    ("latency", "truncated", "services four minutes ahead"),
    ("a page in HTML", "dropped after the writes were done"),
    ("not JSON", "Entra four minutes ahead"),
    ("dropped", "424 inside a batch"),
    ("429, decimal", "a part is missing", "writes fail"),
    ("delta forgotten", "truncated batch", "token revoked"),
    ("delta forgotten, the other way", "429 inside a batch", "token challenged"),
    ("503, untold", "short tokens"),
)
"""Stories that do not meet at one request: one to read, one to look at a file, one to write, one with tokens or clocks."""

_LUCK = "half of them fail"


@dataclass
class Rounds:
    """What a file goes through, once for each of `TOGETHER`, and alone for what is in none of them."""

    world: World
    _of: dict[tuple[str, ...], Mapping[str, int]] = field(default_factory=dict)

    def with_story(self, story: str) -> Mapping[str, int]:
        """How often each kind of trouble came in the round of a story, which ended right."""
        names = next((some for some in TOGETHER if story in some), (story,))
        if names not in self._of:
            self._of[names] = self._lived(names)
        return self._of[names]

    def _lived(self, names: tuple[str, ...]) -> Mapping[str, int]:
        world = self.world
        item = world.upload()
        world.share(item)
        before, hits = set(world.mirror()["item_id"]), world.happened()
        world.trouble(*(trouble for name in names for trouble in STORIES[name]))
        world.sync()
        came = {kind: number - hits.get(kind, 0) for kind, number in world.happened().items()}
        assert before <= set(world.mirror()["item_id"])
        if world.state().state is not SyncState.COMPLETE:
            assert world.state().why or world.state().begun
        world.later()
        world.read()
        assert_done_once(world, item, unsure=_LUCK in names)
        return came


@pytest.fixture(scope="module")
def rounds(tiny: World) -> Rounds:
    return Rounds(tiny)


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("story", STORIES)
def test_custos_ends_right(rounds: Rounds, story: str) -> None:
    """Under the trouble nothing known is lost; after it the mirror is true, and each thing was done once."""
    came = rounds.with_story(story)
    assert all(came.get(trouble["kind"], 0) for trouble in STORIES[story]), "the trouble never came"


def assert_done_once(world: World, item: Item, *, unsure: bool = False) -> None:
    """The mirror is the tenant; the file has its label, its one link an end, and the audit each of both once.

    `unsure`: by bad luck no answer may have come to a write and to every look after it, which the audit says before it says done.
    """
    assert world.is_true()
    assert item.stamp is not None
    (link,) = item.own or ()
    assert link.expires
    assert world.done(item)[What.ACTION_DONE] == 2
    assert unsure or world.done(item)[What.ACTION_UNKNOWN] == 0


def test_a_long_wait_goes_back_into_the_queue(world: World) -> None:
    """Told to wait for a quarter of an hour, nobody sits it out or comes early: the library is asked for again then."""
    item = world.upload()
    hits = world.happened().get("throttled", 0)
    world.trouble({"kind": "throttled", "path": "/delta", "seconds": 900})
    for _ in range(2):
        (report,) = world.read()
        assert report.more
        assert 880 < report.retry_after <= 901
    assert world.happened()["throttled"] == hits + 1
    world.calm()
    world.read()
    assert item.id in set(world.mirror()["item_id"])


def test_a_listing_that_is_not_whole_deletes_nothing(world: World) -> None:
    """A page fails in the middle of reading all anew: what delta never told of stays, until the listing is whole."""
    tenant = world.server.tenant
    drives = (drive for site in tenant.sites.values() for drive in site.drives if site.path.startswith("sites/"))
    drive = next(one for one in drives if not one.system and int(one.list_id[:2], 16) % 3 == 0)
    path = drive.url.removeprefix(tenant.root_url)
    world.read(path)
    doomed = next(item for item in drive.items.values() if not item.is_folder)
    world.server.do(lambda: files.delete(tenant, doomed, silently=True))
    world.trouble({"kind": "page", "times": 0})
    report = world.ask(lambda app: sync.sync(app, drive.id, full=True))
    assert (report.state, report.removed) == (SyncState.INCOMPLETE, 0)
    assert doomed.id in set(world.mirror(path)["item_id"])
    world.calm()
    world.read(path)
    assert doomed.id not in set(world.mirror(path)["item_id"])
    assert world.is_true(path)


def test_a_locked_site_is_left_out_and_kept(world: World) -> None:
    """423 says nothing about what is in a library: what is known of it stays, and it is read when it can be."""
    before = set(world.mirror()["item_id"])
    item = world.upload()
    world.trouble({"kind": "status", "status": 423, "path": "/delta", "times": 0})
    (report,) = world.read()
    assert (report.state, report.why) == (SyncState.INCOMPLETE, Why.LOCKED)
    assert set(world.mirror()["item_id"]) == before
    world.calm()
    world.read()
    assert set(world.mirror()["item_id"]) == before | {item.id}
