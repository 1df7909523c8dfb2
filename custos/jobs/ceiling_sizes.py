"""What percentages in ceilings are of, for an evaluation of a few changes: the sizes that the last one of everything measured."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec

from custos.clock import Clock
from custos.engine.ceiling_sizes import measure
from custos.engine.ceilings import CeilingSizes
from custos.engine.evaluate import Evaluation
from custos.engine.evaluate import evaluate as evaluate_policies
from custos.engine.facts import Facts
from custos.jobs.facts import facts as read
from custos.notices.finding_snapshots import CONTAINER
from custos.policy import Bundle
from custos.storage.account import Account

if TYPE_CHECKING:
    from custos.bootstrap import Custos

_BLOB = "sizes.json"


class _Kept(msgspec.Struct):
    version: str
    sizes: CeilingSizes


_decode = msgspec.json.Decoder(_Kept).decode


async def measured(
    clock: Clock, account: Account, bundle: Bundle, facts: Facts, evaluation: Evaluation
) -> CeilingSizes:
    """The sizes that an evaluation of everything comes to; the next ones of a few changes go by them."""
    sizes = await asyncio.to_thread(measure, evaluation.placed, facts, evaluation, clock.now())
    kept = msgspec.json.encode(_Kept(bundle.version, sizes))
    await account.container(CONTAINER).put(_BLOB, kept)
    return sizes


async def last(app: Custos, bundle: Bundle) -> CeilingSizes:
    """The sizes last measured under these policies; measured now when they never were."""
    content = await app.account.container(CONTAINER).get(_BLOB)
    if content is not None and (kept := _decode(content)).version == bundle.version:
        return kept.sizes
    facts, _ = await read(app, bundle)
    evaluation = await asyncio.to_thread(evaluate_policies, bundle, facts, app.clock.now())
    return await measured(app.clock, app.account, bundle, facts, evaluation)
