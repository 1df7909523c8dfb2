"""driveItem delta: a full enumeration, then what changed, page by page.

Tokens are opaque to clients. Inside: kind, epoch, the drive's sequence number when the round began, a position, and for
a timestamp token the moment. A round of kind `f` walks the library from its first item and then continues with what was
logged meanwhile, so that an item changed during the enumeration appears again, later and newer. Kind `c` walks the log.

Source: https://learn.microsoft.com/graph/api/driveitem-delta
"""

from __future__ import annotations

import base64
import binascii
from bisect import bisect_right
from dataclasses import dataclass
from typing import Literal

from simulator.graph.calls import Answer, Call
from simulator.graph.items import Encoder, encoder, tombstone
from simulator.refusal import Refused
from simulator.tenant.clock import moment
from simulator.tenant.files import check_site
from simulator.tenant.model import Change, Drive, Item

DEFAULT_PAGE, LARGEST_PAGE = 200, 1000


@dataclass(frozen=True, slots=True)
class Token:
    """Where a round stands."""

    kind: Literal["f", "c"]
    epoch: int
    began: int
    position: int
    page: int = 0
    since: int | None = None

    def text(self) -> str:
        """The opaque form."""
        numbers = (self.epoch, self.began, self.position, self.page, *(() if self.since is None else (self.since,)))
        raw = ";".join((self.kind, *map(str, numbers)))
        return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def read_token(text: str) -> Token | None:
    """The token in its opaque form; None if it is none of ours."""
    try:
        kind, *numbers = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().split(";")
        if kind == "f":
            return Token("f", *map(int, numbers))
        if kind == "c":
            return Token("c", *map(int, numbers))
    except (binascii.Error, UnicodeDecodeError, ValueError, TypeError):
        return None
    return None


def units(call: Call) -> int:
    """2 a page of a full enumeration, 1 with a token. Mid-enumeration pages are charged as enumeration."""
    token = read_token(call.query.get("token") or call.arguments.get("token") or "")
    return 1 if "token" in call.query and (token is None or token.kind == "c") else 2


def delta(call: Call) -> Answer:
    """A page of delta for a drive's root folder."""
    drive = call.tenant.drive(call["drive"])
    check_site(drive, writing=False)
    _check(call, drive)
    wanted = call.query.get("token") or call.arguments.get("token")
    if wanted is None:
        token = Token("f", drive.epoch, drive.sequence, 0)
    elif wanted == "latest":
        return page(call, [], delta_token=Token("c", drive.epoch, drive.sequence, drive.sequence))
    else:
        token = read_token(wanted) or _from_moment(call, drive, wanted)
    if token.epoch != drive.epoch:
        raise gone(call, drive)
    size = call.top(DEFAULT_PAGE, LARGEST_PAGE)
    if token.page % 4 == 3:
        size = max(1, size * 3 // 5)  # $top is a hint: smaller pages are normal
    write = encoder(call.select(), hierarchical="hierarchicalsharing" in call.prefer, in_delta=True)
    if token.kind == "f":
        return _enumeration(call, drive, token, size, write)
    return _changes(call, drive, token, size, write)


def _check(call: Call, drive: Drive) -> None:
    item = call.arguments.get("item", "root")
    if item not in ("root", drive.root.id):
        raise call.absent("delta of a folder below the root")
    if call.query.get("$expand"):
        raise Refused(400, "notSupported", f"$expand={call.query['$expand']} is not supported on delta.")


def _from_moment(call: Call, drive: Drive, text: str) -> Token:
    """The round that a moment begins. What the log reaches back to is told as changes, deletions included; before that
    only what still exists is known, by when it was modified, and what the log has comes after it.
    """
    try:
        since = moment(text.replace(" ", "+"))
    except ValueError:
        raise Refused(400, "invalidRequest", "The delta token is not valid.", inner="invalidDeltaToken") from None
    if since < call.tenant.began:
        return Token("f", drive.epoch, 0, 0, since=since)
    reached = next((change.seq - 1 for change in drive.log if change.at >= since), drive.sequence)
    return Token("c", drive.epoch, reached, reached)


def gone(call: Call, drive: Drive) -> Refused:
    """410 with the address of a new enumeration, and one of Graph's two ways to merge it."""
    refusal = Refused(410, drive.resync, "The delta token has expired; enumerate anew.")
    refusal.headers["Location"] = call.link(token=Token("f", drive.epoch, 0, 0).text())
    return refusal


def _enumeration(call: Call, drive: Drive, token: Token, size: int, write: Encoder) -> Answer:
    order, at, end = drive.order, token.position, len(drive.order)
    if token.position == 0 and token.since is None:
        token = Token("f", token.epoch, drive.sequence, 0, token.page)
    values: list[str] = []
    if token.page % 2 == 1 and at > 0:
        before = order[at - 1]
        if before is not None and token.since is None:
            values.append(write(before))  # repeats across pages are normal
    while at < end and len(values) < size:
        item = order[at]
        at += 1
        if item is not None and (token.since is None or item.modified >= token.since):
            values.append(write(item))
    if at < end:
        return page(call, values, next_token=Token("f", token.epoch, token.began, at, token.page + 1, token.since))
    rest = Token("c", token.epoch, token.began, token.began, token.page + 1)
    if drive.sequence > token.began or int(drive.list_id[:2], 16) % 3 == 0:
        return page(call, values, next_token=rest)  # and the last page may be empty
    return page(call, values, delta_token=Token("c", token.epoch, token.began, token.began))


def _changes(call: Call, drive: Drive, token: Token, size: int, write: Encoder) -> Answer:
    log = drive.log
    at = bisect_right(log, token.position, key=lambda change: change.seq)
    values: list[str] = []
    told: set[str] = set()
    with_parents = not _parents_excluded(call)
    while at < len(log) and len(values) < size:
        change = log[at]
        item = change.item
        if item.seq == change.seq:  # else a later entry of the log tells it
            above = [each for each in _ancestors(item) if each.id not in told] if with_parents and not item.gone else []
            if values and len(values) + len(above) + 1 > size:
                break
            values += [write(folder) for folder in above]
            values.append(tombstone(item) if item.gone else _marked(call, token, change, write))
            told.update(folder.id for folder in above)
            told.add(item.id)
        at += 1
    reached = log[at - 1].seq if at else token.position
    if at < len(log):
        return page(call, values, next_token=Token("c", token.epoch, token.began, reached, token.page + 1))
    reached = max(reached, token.position)
    if values and token.page == 0 and reached % 3 == 0:
        return page(call, values, next_token=Token("c", token.epoch, token.began, reached, token.page + 1))
    return page(call, values, delta_token=Token("c", token.epoch, reached, reached))


def _parents_excluded(call: Call) -> bool:
    return "deltaexcludeparent" in call.prefer or any(name.lower() == "deltaexcludeparent" for name in call.headers)


def _ancestors(item: Item) -> list[Item]:
    found = []
    at = item.parent
    while at is not None:
        found.append(at)
        at = at.parent
    return found[::-1]


def _marked(call: Call, token: Token, change: Change, write: Encoder) -> str:
    """The item, marked if its sharing changed since the round's token: files only, and only for full control."""
    text = write(change.item)
    wanted = "deltashowsharingchanges" in call.prefer and call.full_control
    if wanted and not change.item.is_folder and change.item.shared_seq > token.began:
        return text[:-1] + ',"@microsoft.graph.sharedChanged":"True"}'
    return text


def page(
    call: Call,
    values: list[str],
    kind: str = "driveItem",
    *,
    next_token: Token | None = None,
    delta_token: Token | None = None,
) -> Answer:
    """A page of delta with one of the two links."""
    if next_token is not None:
        link = f'"@odata.nextLink":"{call.link(token=next_token.text())}"'
    else:
        assert delta_token is not None
        link = f'"@odata.deltaLink":"{call.link(token=delta_token.text())}"'
    context = f'"@odata.context":"{call.base}/$metadata#Collection({kind})"'
    return Answer(f'{{{context},{link},"value":[{",".join(values)}]}}'.encode())
