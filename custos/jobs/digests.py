"""Notices: prepare the day's digests, deliver one, and say so when nobody could be reached."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from custos.jobs import action_reports, case_upkeep, incidents, policies, register_remarks
from custos.jobs.accountability import accountable_today
from custos.jobs.incidents import Incident
from custos.notices.delivery import handle_notice
from custos.notices.digest import DigestState, Prepared, prepare_digests
from custos.notices.unreached import move_on
from custos.notices.waves import Waves
from custos.storage.queues import NOTIFY

if TYPE_CHECKING:
    from custos.bootstrap import Custos


async def prepare(app: Custos) -> Prepared:
    """Hand the open questions to whoever answers for them today, promise the day's digests and queue their delivery. Harmless when it
    runs again, and late. While a register cannot be read nobody is asked, reminded or passed over, and what was done is told all the same.
    """
    await app.cases.settle()
    in_force = await policies.in_force(app)
    bundle, asking = in_force.bundle, not in_force.register_is_unreadable
    if asking:
        await case_upkeep.look_after(app, bundle)
    return await prepare_digests(
        app.clock.now(),
        book=app.cases,
        digests=app.digests,
        queue=app.account.queue(NOTIFY),
        zone=app.zone,
        holidays=bundle.records.holidays,
        machine_now=time.time(),
        action_reports=await action_reports.waiting(app, bundle),
        waves=Waves(waves=bundle.settings.waves, records=bundle.records),
        asking=asking,
        remarks=await register_remarks.waiting(
            app.cases, app.remarks, app.attestations, app.offers, await accountable_today(app, bundle)
        ),
    )


async def deliver(app: Custos, message: Mapping[str, object]) -> None:
    """Do what one message of the queue says. Raises StorageTrouble or a passing MicrosoftTrouble: then it comes again."""
    in_force = await policies.in_force(app)
    bundle, asking = in_force.bundle, not in_force.register_is_unreadable
    await handle_notice(message, context=app.delivery_context(bundle, asking=asking))
    digest_id = message.get("digest")
    if isinstance(digest_id, str):
        stored = await app.digests.get(digest_id)
        digest = stored.digest if stored is not None else None
        if digest is not None and digest.state is DigestState.UNDELIVERED:
            await incidents.note(app, Incident.UNDELIVERED, digest.person.upn, "; ".join(digest.attempts))
            if asking:  # else the next digest fails as well, and it moves on then
                who, now = await accountable_today(app, bundle), app.clock.now()
                await move_on(digest, book=app.cases, accountable=who, queue=app.account.queue(NOTIFY), now=now)
        elif digest is not None and digest.state is DigestState.SENT:
            await incidents.end(app, Incident.UNDELIVERED, digest.person.upn)
