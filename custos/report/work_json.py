"""The day's work for machines: questions, incidents, audit, state."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from custos.audit.chain import Recorded, Verification
from custos.jobs.app_roles import Comparison
from custos.jobs.doctor_advice import ADVICE, affected
from custos.jobs.doctor_look import Look, Sign
from custos.jobs.history import ItemHistory
from custos.jobs.incidents import Noted
from custos.jobs.status import Overview
from custos.model.policy import Bundle
from custos.notices.case_progress import Progress, progress
from custos.notices.model import Answer, Case, Line
from custos.notices.waves import Waves
from custos.report.shapes import work as shapes
from custos.report.shapes.base import data


def cases(found: Iterable[Case], now: datetime, zone: ZoneInfo, waves: Waves | None = None) -> shapes.Cases:
    """Questions to people."""
    return shapes.Cases(cases=[_case(case, progress(case, now, zone, waves)) for case in found])


def _case(case: Case, stands: Progress) -> shapes.Case:
    return shapes.Case(
        id=case.id,
        asset=case.asset_id,
        asset_name=case.asset_name,
        concern=case.concern,
        subject=case.subject_key,
        name=case.about,
        url=case.subject_url,
        places=[shapes.CasePlace(subject=one.key, name=one.name, url=one.url, count=one.count) for one in case.homes],
        state=case.state.value,
        overdue=stands.overdue,
        waits_for=stands.waits_for,
        waits_for_whom=stands.whom,
        until=stands.until,
        then=stands.then,
        needs_somebody=stands.needs_somebody,
        asked=case.assignee.who.upn,
        asked_as=case.assignee.role.value,
        because=case.assignee.because,
        opened_at=case.opened_at,
        told_at=case.told_at,
        asked_at=case.asked_at,
        deadline=case.deadline,
        remind_on=list(case.remind_on),
        reminded_at=case.reminded_at,
        unanswered=[
            shapes.CaseUnanswered(by=one.who.upn, role=one.role.value, asked_on=one.asked_on, due_on=one.due_on)
            for one in case.unanswered
        ],
        decision=case.decision.value if case.decision else "",
        decided_at=case.decided_at,
        keep_until=case.keep_until,
        waits=case.waits,
        not_done=case.barred,
        ended=case.released_why,
        lines=[_line(line) for line in case.lines],
        answers=[_answer(answer) for answer in case.answers],
    )


def _line(line: Line) -> shapes.CaseLine:
    return shapes.CaseLine(
        rule=line.key,
        kind=line.kind.value,
        count=line.count,
        because=line.because or " ".join(line.seen),
        not_done=line.barred,
        protected=line.protected,
        measured_at=line.measured_at,
    )


def _answer(answer: Answer) -> shapes.CaseAnswer:
    return shapes.CaseAnswer(
        answer=answer.verb.value, reason=answer.reason, by=answer.who.upn, role=answer.role.value, at=answer.at
    )


def incidents(standing: Iterable[Noted]) -> list[shapes.IncidentShape]:
    """What an operator must look at."""
    return [
        shapes.IncidentShape(
            number=number,
            kind=one.kind.value,
            subject=one.subject,
            count=one.count,
            first=one.first,
            last=one.last,
            detail=one.detail,
            runbook=one.kind.runbook,
        )
        for number, one in enumerate(standing, 1)
    ]


def audit(shown: Iterable[Recorded], *, events: int) -> shapes.Audit:
    """What was done."""
    return shapes.Audit(events=events, shown=[_event(recorded) for recorded in shown])


def history(items: Iterable[ItemHistory]) -> shapes.History:
    """What is known of what lies or lay at an address."""
    return shapes.History(
        items=[
            shapes.HistoryItem(
                kind=one.kind or "",
                item=one.item_id,
                drive=one.drive_id,
                library=one.library,
                url=one.url,
                here=one.here,
                complete=one.complete,
                asset=one.asset_id,
                created=one.created,
                label=one.label,
                left=[shapes.HistoryLeft(url=left.url, at=left.at) for left in one.left],
                events=[_event(recorded) for recorded in one.events],
            )
            for one in items
        ]
    )


def _event(recorded: Recorded) -> shapes.AuditEvent:
    event = recorded.event
    return shapes.AuditEvent(
        sequence=recorded.sequence,
        digest=recorded.digest,
        what=event.what.value,
        at=event.at,
        by=event.by,
        run=event.run,
        plan=event.plan,
        policy=event.policy,
        policy_hash=event.policy_hash,
        rule=event.rule,
        asset=event.asset_id,
        subject=event.subject,
        action=event.action,
        details={name: data(value) for name, value in event.details.items()},
    )


def verified(found: Verification) -> shapes.AuditVerified:
    """Whether the chain holds."""
    return shapes.AuditVerified(
        holds=found.broken is None,
        broken=str(found.broken or ""),
        events=found.events,
        checkpoints=found.checkpoints,
        cosigned=dict(found.cosigned),
        digest=found.digest,
    )


def app_roles(found: Comparison) -> shapes.AppRoles:
    """What identities hold and need."""
    return shapes.AppRoles(
        roles=[
            shapes.AppRole(
                identity=one.who.value,
                api=one.api.value,
                role=one.role,
                state=one.state.value,
                tiers=[tier.value for tier in one.tiers],
                purpose=one.purpose,
            )
            for one in found.standings
        ]
    )


def doctor(looks: Iterable[Look], bundle: Bundle | None) -> shapes.Doctor:
    """What works on this tenant, and what the rest means."""
    return shapes.Doctor(looks=[_look(look, bundle) for look in looks])


def _look(look: Look, bundle: Bundle | None) -> shapes.DoctorLook:
    works = look.sign is Sign.WORKS
    advice = None if works else ADVICE.get(look.what)
    return shapes.DoctorLook(
        sign=look.sign.value,
        what=look.what,
        detail=look.detail,
        must=look.must,
        means=advice.means if advice else "",
        do=advice.do if advice else "",
        policies=[] if works else list(affected(bundle, look.what)),
    )


def status(found: Overview, gone: Sequence[str]) -> shapes.Status:
    """The state of everything."""
    troubled = {state.drive_id: state for state in (*found.incomplete, *found.odd, *found.running)}
    return shapes.Status(
        at=found.now,
        in_order=found.in_order,
        stopped=found.stopped,
        libraries={state.value: number for state, number in found.libraries.items()},
        troubled=[
            shapes.StatusLibrary(
                id=state.drive_id,
                name=state.name,
                state=state.state.value,
                why=f"{state.why} {state.detail}".strip(),
                odd=state.odd,
            )
            for state in troubled.values()
        ],
        items=found.items,
        oldest=found.oldest,
        compared=found.compared,
        drift=found.drift,
        policies={name: standing.state.value for name, standing in found.policies.items()},
        reasons={name: standing.reason for name, standing in found.policies.items() if standing.reason},
        not_approved_yet=[
            shapes.StatusGrown(
                policy=name, place=one.place, asset=one.asset_id, rules=list(one.rules), why=one.sentence
            )
            for name, standing in found.policies.items()
            if standing.coverage
            for one in standing.coverage.grown
        ],
        read_too_long_ago=found.aged,
        refused_policies=found.refused_policies,
        remarks=found.remarks,
        documents=list(found.documents),
        loosened=[sentence for news in found.loosened for sentence in news.sentences],
        doubts=[one.sentence for one in found.doubts],
        strangers=list(found.strangers),
        gone=list(gone),
        runs=[
            shapes.StatusRun(id=run.id, state=run.state.value, actions=run.actions, started_at=run.started_at)
            for run in found.runs
        ],
        cases={state.value: number for state, number in found.cases.items()},
        unasked=found.unasked,
        held_back=found.held_back,
        overdue=found.overdue,
        vacant=list(found.vacant),
        untold=found.untold,
        waiting=[
            shapes.StatusWaiting(asset=one.asset_id, about=one.about, run=one.run, why=one.why) for one in found.waiting
        ],
        queues=dict(found.queues),
        incidents=incidents(sorted(found.incidents, key=lambda one: (one.first, one.subject))),
        refused_requests={f"{door.value}: {why}": number for (door, why), number in found.refused_requests.items()},
        spent={"units": found.units, "requests": found.requests, "throttles": found.throttles},
    )
