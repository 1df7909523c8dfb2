"""Shapes of the day's work: questions, incidents, audit, state."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from custos.report.shapes.base import Shape, Value, Version, said


class Sync(Shape, frozen=True, kw_only=True):
    """Of `custos sync`."""

    version: Version = 1
    queued: Annotated[int, said("libraries that are read now")]


class WhoamiPost(Shape, frozen=True, kw_only=True):
    """A post that somebody holds."""

    role: Annotated[str, said("what it is called in people_roles.csv")]
    in_date: Annotated[bool, said("whether they hold it today")]


class Whoami(Shape, frozen=True, kw_only=True):
    """Of `custos whoami`."""

    version: Version = 1
    id: Annotated[str, said("object id in Entra")]
    upn: Annotated[str, said("sign-in name")]
    name: Annotated[str, said("as the directory has it")]
    posts: Annotated[list[WhoamiPost], said("theirs that carry a role")]
    rights: Annotated[list[str], said("what they may do today, by the names of settings.yaml")]


class CaseLine(Shape, frozen=True, kw_only=True):
    """What one rule found on the case's subject."""

    rule: Annotated[str, said("policy/rule")]
    kind: Annotated[str, said("what was found")]
    count: Annotated[int, said("how many")]
    because: Annotated[str, said('why, each sentence where they differ; "" when a name must not be told')]
    not_done: Annotated[str, said("what cannot be done about it any more, and why")]
    protected: Annotated[str, said("what is left alone besides, and why")]
    measured_at: Annotated[datetime, said("when")]


class CaseAnswer(Shape, frozen=True, kw_only=True):
    """One press of a button."""

    answer: Annotated[str, said("which")]
    reason: Annotated[str, said('why, "" when none is given')]
    by: Annotated[str, said("sign-in name")]
    role: Annotated[str, said("in which role")]
    at: Annotated[datetime, said("when")]


class CasePlace(Shape, frozen=True, kw_only=True):
    """A library or site that a question is about."""

    subject: Annotated[str, said("its key")]
    name: Annotated[str, said("of the library or site")]
    url: Annotated[str, said("of the library or site")]
    count: Annotated[int, said("findings there that were put before people")]


class CaseUnanswered(Shape, frozen=True, kw_only=True):
    """Somebody who was asked and did not answer in time."""

    by: Annotated[str, said("sign-in name")]
    role: Annotated[str, said("in which role")]
    asked_on: Annotated[date, said("on which day")]
    due_on: Annotated[date, said("by which day they should have answered")]


class Case(Shape, frozen=True, kw_only=True):
    """One question to a person."""

    id: Annotated[str, said("its id")]
    asset: Annotated[str, said('id of its asset, "" for none')]
    asset_name: Annotated[str, said("as the register names it")]
    concern: Annotated[str, said("what the question is about: use (sharing, quietness, ownership) or labels")]
    subject: Annotated[str, said("key of the library or site")]
    name: Annotated[str, said("of the library or site, and how many more there are")]
    url: Annotated[str, said("of the library or site")]
    places: Annotated[list[CasePlace], said("every library and site that it is about")]
    state: Annotated[str, said("how it stands")]
    overdue: Annotated[bool, said("whether somebody let the deadline pass, and the question still stands")]
    waits_for: Annotated[str, said("what it waits for")]
    waits_for_whom: Annotated[str, said('from whom, "" for nobody')]
    until: Annotated[datetime | None, said("until when; null: no day is set")]
    then: Annotated[str, said('what comes after, "" for nothing')]
    needs_somebody: Annotated[bool, said("whether a person has to do something about it")]
    asked: Annotated[str, said('sign-in name, "" for nobody')]
    asked_as: Annotated[str, said("in which role")]
    because: Annotated[str, said("why they are asked")]
    opened_at: Annotated[datetime, said("when")]
    told_at: Annotated[datetime | None, said("when somebody was told of it first; null: not yet")]
    asked_at: Annotated[datetime | None, said("when whoever is asked was told; null: not yet")]
    deadline: Annotated[datetime | None, said("when the answer is due")]
    remind_on: Annotated[list[date], said("when they are reminded of it")]
    reminded_at: Annotated[datetime | None, said("when they were reminded last; null: not yet")]
    unanswered: Annotated[list[CaseUnanswered], said("who was asked before and did not answer in time")]
    decision: Annotated[str, said('the answer that counts, "" for none')]
    decided_at: Annotated[datetime | None, said("when")]
    keep_until: Annotated[datetime | None, said("until when the answer holds")]
    waits: Annotated[str, said('what an agreement waits for, "" for nothing but its notice')]
    not_done: Annotated[str, said('what of it is not done any more, and why; "" for nothing')]
    ended: Annotated[str, said('why the question is history, "" while it is not')]
    lines: Annotated[list[CaseLine], said("what was found")]
    answers: Annotated[list[CaseAnswer], said("everything that was answered")]


class Cases(Shape, frozen=True, kw_only=True):
    """Of `custos cases`."""

    version: Version = 1
    cases: Annotated[list[Case], said("what needs somebody first; those that are over with --all")]


class WaveOwner(Shape, frozen=True, kw_only=True):
    """Somebody who is asked in a wave."""

    name: Annotated[str, said("who")]
    questions: Annotated[int, said("how many")]


class WaveShape(Shape, frozen=True, kw_only=True):
    """One wave."""

    begins: Annotated[
        date | None,
        said("when its owners are first asked; null: in no wave, so never, or at once where there are no waves"),
    ]
    departments: Annotated[list[str], said("departments of its assets")]
    assets: Annotated[list[str], said("its assets")]
    owners: Annotated[list[WaveOwner], said("who is asked, the busiest first")]
    questions: Annotated[int, said("questions that it releases, or has released and were not put yet")]
    days: Annotated[int, said("working days until everybody was told of all of theirs")]


class WavesShape(Shape, frozen=True, kw_only=True):
    """Of `custos waves`."""

    version: Version = 1
    waves: Annotated[list[WaveShape], said("in the order of their days; what is in none comes last")]


class IncidentShape(Shape, frozen=True, kw_only=True):
    """One incident."""

    number: Annotated[int, said("for --close")]
    kind: Annotated[str, said("what kind")]
    subject: Annotated[str, said("what it is about")]
    count: Annotated[int, said("how often it was seen")]
    first: Annotated[datetime, said("when it was seen first")]
    last: Annotated[datetime, said("when it was seen last")]
    detail: Annotated[str, said("what happened")]
    runbook: Annotated[str, said("the page that says what to do")]


class Incidents(Shape, frozen=True, kw_only=True):
    """Of `custos incidents`."""

    version: Version = 1
    incidents: Annotated[list[IncidentShape], said("those that stand, the oldest first")]


class AuditEvent(Shape, frozen=True, kw_only=True):
    """One event of the chain."""

    sequence: Annotated[int, said("its number in the chain")]
    digest: Annotated[str, said("of the chain up to here")]
    what: Annotated[str, said("subject:action")]
    at: Annotated[datetime, said("when")]
    by: Annotated[str, said("who")]
    run: Annotated[str, said('"" where it does not apply, here and below')]
    plan: Annotated[str, said("id of the plan")]
    policy: Annotated[str, said("id of the policy")]
    policy_hash: Annotated[str, said("of what the policy meant")]
    rule: Annotated[str, said("of that policy")]
    asset: Annotated[str, said("id of the asset")]
    subject: Annotated[str, said("its key: kind and ids")]
    action: Annotated[str, said("key of the action")]
    details: Annotated[dict[str, Value], said("what else is recorded")]


class Audit(Shape, frozen=True, kw_only=True):
    """Of `custos audit show`."""

    version: Version = 1
    events: Annotated[int, said("how many there are")]
    shown: Annotated[list[AuditEvent], said("the last of them")]


class HistoryLeft(Shape, frozen=True, kw_only=True):
    """A place that the item left."""

    url: Annotated[str, said('its address, "" when it is not known')]
    at: Annotated[datetime, said("when a sync saw that it was no longer there")]


class HistoryItem(Shape, frozen=True, kw_only=True):
    """What is known of one item."""

    kind: Annotated[str, said('file, folder, "" when that is not known')]
    item: Annotated[str, said("its id")]
    drive: Annotated[str, said("id of its library")]
    library: Annotated[str, said("address of its library")]
    url: Annotated[str, said('where it lies, "" when the mirror has it no more')]
    here: Annotated[bool, said("whether the mirror has it")]
    complete: Annotated[bool, said("whether its library was read to its end; if not, it may be there all the same")]
    asset: Annotated[str, said("id of the asset of its library today")]
    created: Annotated[datetime | None, said("when it was made, null when that is not known")]
    label: Annotated[
        str | None, said('its retention label, "" for none, null when it is not known or the item is gone')
    ]
    left: Annotated[list[HistoryLeft], said("where it lay before")]
    events: Annotated[list[AuditEvent], said("what was done with it and asked about it")]


class History(Shape, frozen=True, kw_only=True):
    """Of `custos history`."""

    version: Version = 1
    items: Annotated[list[HistoryItem], said("what lies there, then what lay there")]


class AuditVerified(Shape, frozen=True, kw_only=True):
    """Of `custos audit verify`."""

    version: Version = 1
    holds: Annotated[bool, said("whether the chain holds")]
    broken: Annotated[str, said('where it is broken, "" when it holds')]
    events: Annotated[int, said("how many were looked at")]
    checkpoints: Annotated[int, said("how many daily checkpoints were compared with")]
    cosigned: Annotated[dict[str, str], said('witness ► the newest day whose checkpoint they signed, "" for none')]
    digest: Annotated[str, said("of the head")]


class DoctorLook(Shape, frozen=True, kw_only=True):
    """One thing that was looked at."""

    sign: Annotated[str, said("works, missing, too much, cannot be told, or not set up")]
    what: Annotated[str, said("what was looked at")]
    detail: Annotated[str, said("what was found")]
    must: Annotated[bool, said("true: without it Custos does not do its work, and the command ends with 1")]
    means: Annotated[str, said("what follows from it; empty when it works")]
    do: Annotated[str, said("what to do")]
    policies: Annotated[list[str], said("of which policies that is said")]


class Doctor(Shape, frozen=True, kw_only=True):
    """Of `custos doctor`."""

    version: Version = 1
    looks: Annotated[list[DoctorLook], said("in the order of the screen")]


class AppRole(Shape, frozen=True, kw_only=True):
    """A role that an identity needs or holds."""

    identity: Annotated[str, said("observer or actor")]
    api: Annotated[str, said("on what it is held")]
    role: Annotated[str, said("its name")]
    state: Annotated[str, said("held, missing, too much, or not offered by this tenant")]
    tiers: Annotated[list[str], said("which tiers need it")]
    purpose: Annotated[str, said("what it is for")]


class AppRoles(Shape, frozen=True, kw_only=True):
    """Of `custos grant`."""

    version: Version = 1
    roles: Annotated[list[AppRole], said("by identity, API and name")]


class StatusRun(Shape, frozen=True, kw_only=True):
    """A run that goes on or waits, or the last one."""

    id: Annotated[str, said("its id")]
    state: Annotated[str, said("how it stands")]
    actions: Annotated[int, said("how many it is to do")]
    started_at: Annotated[datetime, said("when")]


class StatusLibrary(Shape, frozen=True, kw_only=True):
    """A library that is not read to its end, is being read, or has entries that could not be read."""

    id: Annotated[str, said("its drive's id")]
    name: Annotated[str, said("its name")]
    state: Annotated[str, said("how it stands")]
    why: Annotated[str, said('why, "" when there is no trouble')]
    odd: Annotated[int, said("entries that could not be read and stay unknown")]


class StatusWaiting(Shape, frozen=True, kw_only=True):
    """An agreement that is not carried out yet."""

    asset: Annotated[str, said("id of its asset")]
    about: Annotated[str, said("the library or site")]
    run: Annotated[str, said("the run that it waits in")]
    why: Annotated[str, said("what it waits for")]


class StatusGrown(Shape, frozen=True, kw_only=True):
    """Something that a policy reaches and its approval does not cover."""

    policy: Annotated[str, said("whose approval")]
    place: Annotated[str, said("site or library")]
    asset: Annotated[str, said('id of its asset, "" for none')]
    rules: Annotated[list[str], said("which of its rules")]
    why: Annotated[str, said("what has changed")]


class Status(Shape, frozen=True, kw_only=True):
    """Of `custos status`."""

    version: Version = 1
    at: Annotated[datetime, said("when")]
    in_order: Annotated[bool, said("whether nothing waits for an operator")]
    stopped: Annotated[str, said('who stopped all writes and why, "" when nobody did')]
    libraries: Annotated[dict[str, int], said("state ► libraries")]
    troubled: Annotated[list[StatusLibrary], said("libraries to look at")]
    items: Annotated[int, said("in the mirror")]
    oldest: Annotated[datetime | None, said("when the library was read that was read longest ago")]
    compared: Annotated[datetime | None, said("when the library was compared that waits longest for it")]
    drift: Annotated[int, said("rows that delta had not told of")]
    policies: Annotated[dict[str, str], said("policy ► how far it may go")]
    reasons: Annotated[dict[str, str], said("policy ► why it does not go as far as its file asks")]
    not_approved_yet: Annotated[list[StatusGrown], said("what policies reach that nobody has approved")]
    read_too_long_ago: Annotated[int, said("libraries in which nothing is done until they are read again")]
    refused_policies: Annotated[int, said("problems of newer files, which do not count")]
    remarks: Annotated[int, said("what `custos register` lists")]
    documents: Annotated[list[str], said("sentences: governing documents that are past their own review")]
    loosened: Annotated[list[str], said("what edits of registers and settings loosened in the last seven days")]
    doubts: Annotated[list[str], said("addresses of the registers that are not as in the mirror")]
    strangers: Annotated[
        list[str], said("people of the registers who could not sign in when the directory was last asked")
    ]
    gone: Annotated[list[str], said("what protected something and is gone from the registers")]
    runs: Annotated[list[StatusRun], said("that go on or wait, and the last one")]
    cases: Annotated[dict[str, int], said("state ► questions")]
    unasked: Annotated[int, said("questions for which nobody can be asked")]
    held_back: Annotated[int, said("questions that wait for their wave")]
    overdue: Annotated[int, said("questions of which somebody let the deadline pass")]
    vacant: Annotated[
        list[str], said("assets without a valid owner, since when, and who stands in; as of the last morning")
    ]
    untold: Annotated[int, said("writes that nobody has been told of yet")]
    waiting: Annotated[list[StatusWaiting], said("agreements that wait for more than their notice")]
    queues: Annotated[dict[str, int], said("queue ► messages")]
    incidents: Annotated[list[IncidentShape], said("those that stand")]
    refused_requests: Annotated[dict[str, int], said("door: why ► requests refused today")]
    spent: Annotated[dict[str, int], said("today's resource units, requests and throttled answers")]
