"""The open questions, every morning before the digests: with whoever answers for them today, and up the line where nobody answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custos.jobs import vacancies
from custos.jobs.accountability import accountable_today
from custos.notices import escalation
from custos.notices.escalation import Upkeep
from custos.policy import Bundle
from custos.storage.queues import NOTIFY

if TYPE_CHECKING:
    from custos.bootstrap import Custos


async def look_after(app: Custos, bundle: Bundle) -> Upkeep:
    """Hand on, hand up, have the cards say so, and note which assets have no valid owner.

    Raises StorageTrouble, or a MicrosoftTrouble when Entra cannot be read: then nothing changes hands.
    """
    now = app.clock.now()
    accountable = await accountable_today(app, bundle)
    await vacancies.look(app.account, accountable)
    done = await escalation.look_after(app.cases, accountable, now, app.zone)
    for digest_id in sorted(done.stale_cards):
        await app.account.queue(NOTIFY).send({"update": digest_id})
    return done
