"""The story that `make run` tells: from an unknown tenant to a governed one, and a link that somebody makes meanwhile."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import quote

import polars as pl

from custos.audit.events import What
from custos.bootstrap import Custos, build
from custos.dates import on_working_day
from custos.engine.dispatch import Dispatched
from custos.engine.plan import writes
from custos.engine.run_store import Progress
from custos.engine.undo import UndoScope
from custos.jobs import identity, policies, runs
from custos.jobs.evaluation import look
from custos.jobs.kpi import measure, publish
from custos.jobs.status import overview
from custos.m365 import sharing
from custos.model.plan import Plan
from custos.notices.answer_rights import offers
from custos.notices.cards import REASON
from custos.notices.case_progress import progress
from custos.notices.model import Case, CaseState, KeepReason, Verb
from custos.records.rights import Person
from custos.report import kpi as kpi_report
from custos.report import plans as plan_report
from custos.report import runs as run_report
from custos.report import status as overview_report
from custos.report import undo as undo_report
from custos.report.screen import Listing
from custos.report.wording import value
from custos.settings import settings_from
from rehearsal.narrator import Narrator
from rehearsal.operators import APPROVER, OPERATOR, signed_in
from rehearsal.promotion import REFERENCE, promote_all
from rehearsal.stack import Stage
from rehearsal.waiting import fired, mirrored, quiet, until
from simulator.entra.credential import signed_in as opening_of

_SENSITIVE = "/sites/information-rights/"


async def tell(standing: Stage, narrator: Narrator) -> None:
    """The whole story, on a stage that stands."""
    app = build(settings_from(standing.environment), opening=opening_of(standing.environment))
    try:
        await Story(app, standing, narrator).tell()
    finally:
        await app.close()


@dataclass
class Story:
    """The chapters, in order. Each leaves the tenant as the next expects it."""

    app: Custos
    stage: Stage
    narrator: Narrator
    run_id: str = field(default="", init=False)
    seen: Plan | None = field(default=None, init=False)

    async def tell(self) -> None:
        """All of it."""
        await self.find()
        await self.mirror()
        await self.plan()
        await self.enforce()
        await self.ask()
        await self.react()
        await self.account_for()
        await self.wait()
        await self.measure()

    async def find(self) -> None:
        """Chapter: what there is."""
        self.narrator.chapter(
            "Find what there is",
            "Custos lists every site of the tenant, its libraries, owners, guests and how far it may share.",
        )
        self.narrator.command("sync --discover")
        with self.narrator.working("Discovery"):
            await fired(self.stage, "discover_sites")
        counts = self.stage.state()["counts"]
        self.narrator.say(
            f"The tenant holds {counts['sites']} sites, {counts['drives']} libraries, {counts['items']:,} items "
            f"and {counts['users']} people. {counts['subscriptions']} webhooks are set."
        )

    async def mirror(self) -> None:
        """Chapter: the first mirror."""
        self.narrator.chapter(
            "Mirror it once",
            "Each library is read once by Graph delta; labels come in bulk, permissions only where something is shared.",
        )
        with self.narrator.working("First mirror") as work:
            await mirrored(self.app, work)
            await quiet(self.app, self.stage)
        spent = self.stage.state()["spent"]
        self.narrator.say(f"Cost: {spent['units']:,} resource units in {spent['requests']:,} requests.")

    async def plan(self) -> None:
        """Chapter: what the policies would do."""
        self.narrator.chapter(
            "See what the policies would do",
            "All policies simulate. This is the plan on the whole mirror; it cost no call to SharePoint. Whoever makes a plan signs in.",
        )
        self.narrator.command("sign-in")
        await signed_in(self.app, self.stage.act, APPROVER, OPERATOR)
        self.narrator.command("plan")
        with self.narrator.working("Evaluation"):
            outlook = await look(self.app)
            self.seen = await self.app.plans.save(outlook.plan, by=await self._person(OPERATOR))
        plan_report.show(self.seen, outlook.in_force.bundle.records, self.narrator.screen)

    async def enforce(self) -> None:
        """Chapter: approval, and the plan carried out."""
        self.narrator.chapter(
            "Approve and enforce",
            "Nothing writes before somebody who may, and who neither owns, wrote nor planned it, has approved exactly this version and "
            "what it reaches: first for a pilot, then, with a minute of the Corporate Information Group, for everything. In earnest a "
            "pilot lasts ten working days.",
        )
        self.narrator.command(f"promote POLICY --to enforce --plan PLAN --cig-ref {REFERENCE} --as {APPROVER}")
        assert self.seen is not None, "the plan chapter comes first"
        promoted = await promote_all(self.app, self.seen.id)
        self.narrator.say(f"{len(promoted)} policies may now enforce, approved by {APPROVER}.")
        with self.narrator.working("The plan of the enforcing policies"):
            operator = await self._person(OPERATOR)
            plan = await self.app.plans.save((await look(self.app)).plan, by=operator)
        self.narrator.command(f"apply {plan.id}")
        dispatched = await runs.apply(self.app, plan.id, by=operator)
        self.run_id = await self._follow(dispatched, len(writes(plan.actions)))

    async def ask(self) -> None:
        """Chapter: the owners are asked in Teams."""
        self.narrator.chapter(
            "Ask the owners, in Teams",
            "What only a person can decide goes to the Information Asset Owner whom the register names: one card a day each.",
        )
        with self.narrator.working("Cases and digests"):
            await fired(self.stage, "evaluate_all")
            await quiet(self.app, self.stage)
            await fired(self.stage, "digests")
            await quiet(self.app, self.stage)
        self.narrator.command("cases")
        await self._show_cases()
        await self._press()

    async def react(self) -> None:
        """Chapter: a link made meanwhile is caught."""
        self.narrator.chapter(
            "Somebody shares a file with anyone",
            "A caseworker makes a link that anyone can open, on a subject access case. The webhook says that something "
            "changed; delta says what.",
        )
        before = await self.app.audit.head()
        item = await self._share()
        seconds = await until(
            "The answer to the link", lambda: self._answered(item, before.sequence + 1), seconds=120.0
        )
        left = await sharing.read_item_permissions(self.app.m365.observer, item["drive_id"], item["item_id"])
        ends = [value(one.expires) for one in left if one.scope == "anonymous"]
        self.narrator.say(
            f"[bold]{seconds:.1f} seconds[/bold] after the click the link had an end ({', '.join(ends)}): "
            "noticed by the webhook, read by delta, judged by policy, passed by the gate, written, read back, audited."
        )

    async def account_for(self) -> None:
        """Chapter: what was done, what can be undone, what it cost."""
        self.narrator.chapter(
            "Account for it", "Every intent and outcome is in a hash chain; most of it can be put back."
        )
        await quiet(self.app, self.stage)
        self.narrator.command(f"undo {self.run_id} --dry-run")
        undo_report.show(await runs.plan_undo(self.app, UndoScope.RUN, self.run_id), self.narrator.screen)
        self.narrator.command("audit verify")
        found = await self.app.audit.verify()
        verdict = "The chain holds" if found.holds else f"THE CHAIN IS BROKEN: {found.broken}"
        self.narrator.say(f"{verdict}: {found.events:,} events, head {found.digest[:16]}.")
        self.narrator.command("status")
        await self.app.m365.throttle.flush()
        overview_report.show(await overview(self.app), self.narrator.screen)
        spent = self.stage.state()["spent"]
        self.narrator.say(
            f"The tenant counted {spent['units']:,} resource units in {spent['requests']:,} requests, "
            f"{spent['throttled']} throttled."
        )

    async def wait(self) -> None:
        """Chapter: working days pass, and most owners say nothing."""
        self.narrator.chapter(
            "Let working days pass",
            "An answer is due ten working days after the word. People are reminded on the fifth and the eighth, in the day's one message; "
            "then the question goes up the line of accountability. Nothing is done because nobody answers.",
        )
        told = [stored.case for stored in await self.app.cases.all() if stored.case.state is CaseState.TOLD]
        await self._agree(told)
        deadlines = Counter(case.deadline for case in told if case.deadline is not None)
        due = deadlines.most_common(1)[0][0]
        asked = next(case for case in told if case.deadline == due)
        last = due.astimezone(self.app.zone).date()
        holidays = (await policies.in_force(self.app)).bundle.records.holidays
        for day in (*asked.remind_on, on_working_day(last + timedelta(days=1), holidays)):
            morning = datetime.combine(day, time(9, 15), self.app.zone)
            await asyncio.to_thread(self.stage.set_clock, morning)
            with self.narrator.working(f"The digests of {day:%A %-d %B}"):
                await fired(self.stage, "digests")
                await quiet(self.app, self.stage)
            cases = [stored.case for stored in await self.app.cases.all()]
            reminded = sum(case.reminded_at is not None and case.reminded_at.date() == day for case in cases)
            escalated = sum(bool(case.unanswered) for case in cases)
            self.narrator.say(
                f"{day:%A %-d %B}: {reminded} questions were a reminder, {escalated} have gone up the line."
            )
        self.narrator.command("cases --overdue")
        await self._show_overdue()

    async def measure(self) -> None:
        """Chapter: what it comes to, in the numbers of the policy."""
        self.narrator.chapter(
            "Measure it",
            "The indicators by which the Corporate Information Group sees how departments do; `--explain` lists the rows behind each.",
        )
        self.narrator.command("kpi")
        values, _ = await measure(self.app)
        kpi_report.show(values, self.narrator.screen, by="")
        await publish(self.app)
        self.narrator.say(
            "They are published every morning, and today: `custos report quarter 2026-Q4` makes the group's pack of them."
        )

    async def _agree(self, told: list[Case]) -> None:
        """Somebody agrees to what is proposed about links that anyone can open, and it is done."""
        links = [
            case for case in told if any(offer.verb is Verb.AGREE and offer.kind is None for offer in offers(case))
        ]
        if not links:
            self.narrator.say("Nobody was asked about a link.")
            return
        case = min(links, key=lambda one: (one.asset_id, one.subject_name))
        await asyncio.to_thread(
            self.stage.act, "press", person=case.assignee.who.upn, button=Verb.AGREE.value, carrying={"c": case.id}
        )
        with self.narrator.working("What was agreed to"):
            await fired(self.stage, "evaluate_all")
            await quiet(self.app, self.stage)
        whole = await self.app.cases.get(case.id)
        stored = await self.app.cases.get(whole.case.parts[-1]) if whole and whole.case.parts else whole
        state = stored.case.state.value if stored else "gone"
        who = case.assignee.who.name
        self.narrator.say(
            f"{who} agrees about “{case.subject_name}”: the case is {state}, and the next message tells it."
        )

    async def _show_overdue(self) -> None:
        now, zone = self.app.clock.now(), self.app.zone
        cases = [stored.case for stored in await self.app.cases.all()]
        stands = sorted(
            ((progress(case, now, zone), case) for case in cases), key=lambda pair: (pair[0].need, pair[1].consequence)
        )
        late = [(how, case) for how, case in stands if how.overdue]
        found = Listing(
            f"{len(late)} of {len(cases)} cases are overdue", ("asset", "about", "waits for", "from", "then")
        )
        for how, case in late[:8]:
            found.add(case.asset_id or "none", case.subject_name, how.waits_for, how.whom, how.then)
        self.narrator.screen.print(found)

    async def _person(self, wanted: str) -> Person:
        """Somebody who is signed in."""
        return await identity.person(self.app.sign_in, self.app.m365, await policies.judging(self.app), wanted)

    async def _follow(self, dispatched: Dispatched, planned: int) -> str:
        run = dispatched.run
        if run is None:
            self.narrator.say(f"None of the {planned:,} writes may be done now: {dict(dispatched.left_out)}.")
            return ""
        if dispatched.over:
            self.narrator.say(
                f"{run.id} would break a ceiling ({dispatched.over[0]}), so it waits for somebody else's word."
            )
            self.narrator.command(f"run {run.id} --release --why 'first labelling of the backlog' --as {APPROVER}")
            await runs.release(self.app, run.id, wanted=APPROVER, why="first labelling of the backlog")
        with self.narrator.working(f"Run {run.id}") as work:

            async def finished() -> bool:
                progress: Progress = await self.app.runs.progress(run.id)
                done = run.actions - progress.waiting
                work.at(done, run.actions, f"{done:,} of {run.actions:,} actions")
                return progress.run.ended_at is not None

            await until(f"The end of {run.id}", finished, seconds=900.0)
        progress = await self.app.runs.progress(run.id)
        results = [result async for result in self.app.runs.results(run.id)]
        run_report.show(progress, results, self.narrator.screen)
        return run.id

    async def _show_cases(self) -> None:
        cases = [stored.case for stored in await self.app.cases.all()]
        found = Listing(f"{len(cases)} cases", ("asked", "asset", "about", "what", "state"))
        for case in sorted(cases, key=lambda one: one.consequence)[:12]:
            what = "; ".join(f"{line.rule} ({line.count:,})" for line in case.lines)
            found.add(
                case.assignee.who.name or "nobody", case.asset_id or "none", case.subject_name, what, case.state.value
            )
        self.narrator.screen.print(found)
        told = sum(case.state is not CaseState.FOUND for case in cases)
        counts = self.stage.state()["counts"]
        self.narrator.say(
            f"{told} of {len(cases)} cases were put to people: {counts['chats']} chats, {counts['feed']} feed notices, "
            f"{counts['mail']} mails. The cards: {self.stage.tenant}/sim/chats"
        )

    async def _press(self) -> None:
        """The Director of Planning keeps the quiet library of pre-application advice."""
        cases = [stored.case for stored in await self.app.cases.all() if stored.case.state is CaseState.TOLD]
        quiet_ones = [case for case in cases if any(line.rule == "quiet-library" for line in case.lines)]
        if not quiet_ones:
            self.narrator.say("Nobody was asked about a quiet library.")
            return
        case = min(quiet_ones, key=lambda one: (one.asset_id, one.subject_name))
        pressed = await asyncio.to_thread(
            self.stage.act,
            "press",
            person=case.assignee.who.upn,
            button=Verb.KEEP.value,
            carrying={"c": case.id},
            inputs={f"{REASON}{case.id}": KeepReason.HISTORY.value},
        )
        stored = await self.app.cases.get(case.id)
        state = stored.case.state.value if stored else "gone"
        self.narrator.say(
            f"{case.assignee.who.name} presses “Keep as it is” about “{case.subject_name}”, because it has lasting value: "
            f"the bot answered {pressed.get('status', '')}, the case is {state}, the card shows it."
        )

    async def _share(self) -> Mapping[str, Any]:
        """Somebody makes an Anyone link on a case file of a sensitive asset."""
        drives = self.app.lakehouse.read("drives", columns=["drive_id", "web_url", "governed"])
        wanted = next(one for one in drives.iter_rows(named=True) if one["governed"] and _SENSITIVE in one["web_url"])
        items = self.app.lakehouse.read("items", drives=[wanted["drive_id"]])
        unshared = ~pl.col("is_folder") & (pl.col("parent_id") != "") & (pl.col("shared_scope") == "")
        files = items.filter(unshared).sort("item_id")
        names = {one["item_id"]: one for one in items.iter_rows(named=True)}
        row = next(files.iter_rows(named=True))
        path, parent = quote(row["name"]), names.get(row["parent_id"])
        while parent is not None and parent["parent_id"]:
            path, parent = f"{quote(parent['name'])}/{path}", names.get(parent["parent_id"])
        address = f"{wanted['web_url']}/{path}"
        self.narrator.say("[dim]$ python -m simulator act share ADDRESS anyone[/dim]")
        await asyncio.to_thread(self.stage.act, "share", at=address, **{"with": "anyone"})
        return row

    async def _answered(self, item: Mapping[str, Any], first: int) -> bool:
        """Whether something was done about the item since the audit's event `first`."""
        async for recorded in self.app.audit.read(item=item["item_id"], first=first):
            if recorded.event.what is What.ACTION_DONE:
                return True
        return False
