"""listItem delta: every row of a list, then what changed, page by page, with the tokens of driveItem delta.

Source: https://learn.microsoft.com/graph/api/listitem-delta
"""

from __future__ import annotations

from bisect import bisect_right

from simulator.graph import vocabulary
from simulator.graph.calls import READ_SITES, Answer, Call, Operation
from simulator.graph.delta import DEFAULT_PAGE, LARGEST_PAGE, Token, gone, page, read_token, units
from simulator.graph.list_items import content_type, encoder_for, library
from simulator.graph.options import DELTA
from simulator.refusal import Refused
from simulator.tenant.model import Drive, Item


def _delta(call: Call) -> Answer:
    drive = library(call)
    wanted = call.query.get("token") or call.arguments.get("token")
    if wanted is None:
        token = Token("f", drive.epoch, drive.sequence, 1)
    elif wanted == "latest":
        return _answered(call, [], delta_token=Token("c", drive.epoch, drive.sequence, drive.sequence))
    else:
        token = _known(wanted)
    if token.epoch != drive.epoch:
        raise gone(call, drive)
    size = call.top(DEFAULT_PAGE, LARGEST_PAGE)
    return _enumeration(call, drive, token, size) if token.kind == "f" else _changes(call, drive, token, size)


def _known(text: str) -> Token:
    token = read_token(text)
    if token is None:
        raise Refused(400, "invalidRequest", "The delta token is not valid.", inner="invalidDeltaToken")
    return token


def _enumeration(call: Call, drive: Drive, token: Token, size: int) -> Answer:
    write, order, at = encoder_for(call), drive.order, max(1, token.position)
    began = token.began if token.position > 1 else drive.sequence
    values: list[str] = []
    while at < len(order) and len(values) < size:
        item = order[at]
        at += 1
        if item is not None:
            values.append(write(item))
    if at < len(order):
        return _answered(call, values, next_token=Token("f", token.epoch, began, at))
    return _answered(call, values, delta_token=Token("c", token.epoch, began, began))


def _changes(call: Call, drive: Drive, token: Token, size: int) -> Answer:
    write, log = encoder_for(call), drive.log
    at = bisect_right(log, token.position, key=lambda change: change.seq)
    values: list[str] = []
    while at < len(log) and len(values) < size:
        item = log[at].item
        if item.seq == log[at].seq and item.parent is not None:
            values.append(_tombstone(item) if item.gone else write(item))
        at += 1
    reached = max(token.position, log[at - 1].seq if at else 0)
    following = Token("c", token.epoch, token.began, reached)
    if at < len(log):
        return _answered(call, values, next_token=following)
    return _answered(call, values, delta_token=following)


def _tombstone(item: Item) -> str:
    return (
        f'{{"id":"{item.list_item_id}","parentReference":{{"siteId":"{item.drive.site.collection_id}"}},'
        f'{content_type(item)},"deleted":{{"state":"deleted"}}}}'
    )


def _answered(
    call: Call, values: list[str], *, next_token: Token | None = None, delta_token: Token | None = None
) -> Answer:
    return page(call, values, "listItem", next_token=next_token, delta_token=delta_token)


OPERATIONS = (
    Operation(
        "GET", "sites/{site}/lists/{list}/items/delta", _delta, READ_SITES, units, options=DELTA | {"$expand"},
        names=vocabulary.LIST_ITEM,
    ),
)  # fmt: skip
