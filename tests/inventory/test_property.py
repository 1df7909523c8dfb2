"""Whatever people do, and however often workers die: the mirror ends equal to a fresh reading."""

from __future__ import annotations

import asyncio
import uuid
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custos.clock import FixedClock
from custos.inventory.lakehouse import Lakehouse
from custos.settings import Settings
from custos.storage.account import Account
from tests.inventory.memory_library import BEGAN, Library
from tests.inventory.synced_drive import Desk

_DEEDS = st.sampled_from(
    ["add", "add folder", "edit", "move", "relabel", "share", "unshare", "remove", "remove silently", "lapse"]
)
_PICK = st.integers(0, 1_000)
_STORY = st.lists(
    st.tuples(
        st.lists(st.tuples(_DEEDS, _PICK, _PICK), max_size=6),  # what people do
        st.integers(0, 45),  # the step at which the worker dies; 0: it lives
        st.booleans(),  # a full reading is asked for
        st.booleans(),  # the worker has no time
    ),
    min_size=1,
    max_size=4,
)


def _do(library: Library, deed: str, one: int, other: int) -> None:
    items = sorted(set(library.nodes) - {"root"})
    folders = sorted(node.id for node in library.nodes.values() if node.is_folder)
    folder = folders[other % len(folders)]
    if deed == "add":
        library.add(f"file {one}", folder, label=f"L{one % 3}" if one % 2 else "")
    elif deed == "add folder":
        library.add(f"folder {one}", folder, folder=True)
    elif deed == "lapse":
        library.lapse()
    elif items:
        item = items[one % len(items)]
        if deed == "edit":
            library.edit(item, name=f"name {other}")
        elif deed == "move" and not library.lies_in(folder, item):
            library.edit(item, parent=folder)
        elif deed == "relabel":
            library.relabel(item, f"L{other % 4}")
            if library.nodes[item].is_folder:
                library.edit(item)  # a folder that differs in nothing else is asked about at night only
        elif deed == "share":
            library.edit(item, scope="anonymous", links=(f"P{other % 5}",))
        elif deed == "unshare":
            library.edit(item, scope=None, links=())
        elif deed == "remove":
            library.remove(item)
        elif deed == "remove silently":
            library.remove_unnoticed(item)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=_STORY, page=st.integers(1, 5), own_tombstones=st.booleans())
def test_mirror_ends_equal_to_a_fresh_reading(
    storage_settings: Settings, story: list[tuple[list[tuple[str, int, int]], int, bool, bool]], page: int,
    own_tombstones: bool,
) -> None:  # fmt: skip
    """Random deeds, deaths, lapsed links and short turns end in the mirror that one undisturbed reading would make."""

    async def live(directory: str) -> None:
        account = Account(storage_settings)
        try:
            library = Library(page=page, label_page=page + 1, folder_tombstones_only=not own_tombstones)
            lakehouse = Lakehouse(None, root=str(Path(directory)))
            desk = Desk(account, lakehouse, FixedClock(BEGAN), f"b!{uuid.uuid4().hex}", library, batch_rows=4)
            await desk.register()
            silent = False
            for deeds, dies_at, full, hurried in story:
                for deed in deeds:
                    _do(library, *deed)
                    silent = silent or deed[0] == "remove silently"
                await desk.survives(dies_at, full=full, deadline=0 if hurried else 60)
            await desk.settle()
            if silent:
                await desk.sync(full=True)
            assert desk.is_true()
        finally:
            await account.close()

    with TemporaryDirectory() as directory:
        asyncio.run(live(directory))
