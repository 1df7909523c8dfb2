"""A morning's preparation of digests, as the timer does it, for the tests of notices."""

from __future__ import annotations

from typing import Any

from custos.notices.delivery import DeliveryContext
from custos.notices.digest import Prepared, prepare_digests


async def prepare(context: DeliveryContext, **more: Any) -> Prepared:
    """Promise the day's digests; `more` are further arguments of `prepare_digests`."""
    return await prepare_digests(
        context.now,
        book=context.book,
        digests=context.digests,
        queue=context.queue,
        zone=context.zone,
        holidays=context.records.holidays,
        machine_now=context.machine_now,
        **more,
    )
