"""The notices that ask: each question as its owner, and whoever comes after the owner, gets it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from custos.model.finding import Finding
from custos.notices.assignment import Accountability
from custos.notices.choices import ask_steward, not_mine
from custos.notices.choices.declaration import Given
from custos.notices.escalation import handed_up
from custos.notices.model import Answer, Case, Verb
from custos.notices.previews.fixture_cases import case_of, found, shipped
from custos.notices.previews.fixture_council import (
    ADVICE,
    DEPUTY,
    GOVERNANCE,
    MANAGER,
    NOW,
    OLD,
    OTHER_SITE,
    OWNER,
    PLANNING,
    REVIEWS,
    SEND,
    SEND_OWNER,
    SEND_SITE,
    SIRO,
    SITE,
    STEWARD,
    UNCLAIMED,
    ZONE,
    accountable,
)
from custos.notices.previews.preview import Preview, Shown, day_after, digest

LINKS, QUIET = "sharing-anyone-links/anyone-link-not-allowed", "stale-content/quiet-library"
_SENSITIVE = "sharing-sensitive-links/sensitive-anyone-link"
_ENDED = "sharing-agreements/agreement-ended"


def links(count: int = 3) -> list[Finding]:
    """Links that anyone can open, in a library of planning."""
    return found(shipped(), LINKS, asset_id=PLANNING, site_id=SITE, drive_id=ADVICE, count=count)


def quiet() -> list[Finding]:
    """A library in which nobody has worked for long."""
    return found(shipped(), QUIET, asset_id=PLANNING, site_id=SITE, drive_id=OLD)


def agreement_over() -> list[Finding]:
    """People who still have access under an agreement that is over."""
    return found(shipped(), _ENDED, asset_id=PLANNING, site_id=OTHER_SITE)


def programme() -> list[Finding]:
    """What is found of a programme that ended: both sites quiet, guests and links left over."""
    bundle, sites = shipped(), (SITE, OTHER_SITE)
    quiet_sites = [
        one for site in sites for one in found(bundle, "stale-content/quiet-site", asset_id=PLANNING, site_id=site)
    ]
    guests = found(bundle, "sharing-guests/guest-after-the-end", asset_id=PLANNING, site_id=OTHER_SITE, count=3)
    return [*quiet_sites, *guests, *found(bundle, LINKS, asset_id=PLANNING, site_id=SITE, count=2)]


def asked(findings: Sequence[Finding], *, days_ago: int = 0, by: Accountability | None = None) -> Case:
    """The case about findings, of which its owner was told so many days before the fixture's first."""
    return case_of(findings, shipped(), told=NOW - timedelta(days=days_ago), by=by)


def answered(case: Case, verb: Verb, reason: str = "") -> Case:
    """The case with one more answer of whoever is asked."""
    given = Answer(
        verb=verb,
        reason=reason,
        who=case.assignee.who,
        role=case.assignee.role,
        on_behalf_of="",
        shown={line.key: line.count for line in case.lines},
        members=case.shown,
        at=NOW + timedelta(hours=1, minutes=27),
    )
    return replace(case, answers=(*case.answers, given))


def given(case: Case) -> Given:
    """Its last answer, as one that counts."""
    return Given(case=case, user_id=case.assignee.user_id, now=case.answers[-1].at, zone=ZONE, rests_on=())


def _up(case: Case, times: int) -> Case:
    """The case after so many deadlines that nobody met; told anew each time."""
    for _ in range(times):
        assert case.deadline is not None, "it was asked with a deadline"
        moment = case.deadline + timedelta(hours=9)
        case, _ = handed_up(case, accountable(moment), moment, ZONE)
        fresh = case_of(links(), shipped(), told=moment)
        case = replace(case, asked_at=moment, deadline=fresh.deadline, remind_on=fresh.remind_on)
    return case


def _several() -> Shown:
    cases = [asked(links()), asked(agreement_over()), asked(quiet())]
    return digest(cases, OWNER, waiting=14)


def _reminder() -> Shown:
    return digest([asked(links())], OWNER, days_later=7)


def _deputy() -> Shown:
    return digest([asked(links(), by=accountable(away={OWNER.upn: day_after(14)}))], DEPUTY)


def _steward() -> Shown:
    case, _ = ask_steward.CHOICE.answered(given(answered(asked(quiet()), Verb.ASK_STEWARD)))
    return digest([replace(case, asked_at=NOW)], STEWARD)


def _register_keeper() -> Shown:
    case, _ = not_mine.CHOICE.answered(given(answered(asked(links()), Verb.NOT_MINE)))
    dated = asked(links())
    return digest([replace(case, asked_at=NOW, deadline=dated.deadline)], GOVERNANCE)


def _left_alone() -> Shown:
    exempt = found(shipped(), LINKS, asset_id=PLANNING, site_id=OTHER_SITE, drive_id=ADVICE, protected_by="EX-01")
    return digest([asked(links())], OWNER, listed=[case_of(exempt, shipped())])


PREVIEWS = (
    Preview(
        name="links",
        when="when there are links that anyone can open, where the class of the content allows none",
        made=lambda: digest([asked(links())], OWNER),
    ),
    Preview(
        name="quiet-library",
        when="when nobody has worked in a library for long",
        made=lambda: digest([asked(quiet())], OWNER),
    ),
    Preview(
        name="agreement-ended",
        when="when people from outside still have access under an agreement that is over",
        made=lambda: digest([asked(agreement_over())], OWNER),
    ),
    Preview(
        name="programme-ended",
        when="when an asset's work is over: all that is found on its sites is one question, and the places stand behind a tap",
        made=lambda: digest([case_of(programme(), shipped(), told=NOW, ended=True)], OWNER),
    ),
    Preview(
        name="sensitive-links",
        when="when such links lie on special-category or criminal-offence data: no file is named, and they are given an end",
        made=lambda: digest(
            [asked(found(shipped(), _SENSITIVE, asset_id=SEND, site_id=SEND_SITE, drive_id=REVIEWS, count=2))],
            SEND_OWNER,
        ),
    ),
    Preview(
        name="unclaimed-site",
        when="when no asset of the register covers a site",
        made=lambda: digest(
            [asked(found(shipped(), "ownership/unclaimed-site", asset_id="", site_id=UNCLAIMED))], GOVERNANCE
        ),
    ),
    Preview(name="several", when="when more than one question waits: all of a day in one message", made=_several),
    Preview(
        name="left-alone",
        when="when something is held or exempt: it is listed under the questions, and nobody is asked about it",
        made=_left_alone,
    ),
    Preview(name="reminder", when="on the fifth and the eighth of ten working days without an answer", made=_reminder),
    Preview(
        name="deputy",
        when="to the deputy, when the owner is away for three working days or more, or cannot be reached",
        made=_deputy,
    ),
    Preview(name="steward", when="to the data steward, when the owner asks them to look first", made=_steward),
    Preview(
        name="line-manager",
        when="to the owner's line manager, when nobody answered in ten working days",
        made=lambda: digest([_up(asked(links()), 1)], MANAGER, days_later=15),
    ),
    Preview(
        name="siro-list",
        when="to the Senior Information Risk Owner, when the line manager did not answer either",
        made=lambda: digest([_up(asked(links()), 2)], SIRO, days_later=30),
    ),
    Preview(
        name="register-keeper",
        when="to the head of information governance, when somebody says “Not mine”",
        made=_register_keeper,
    ),
)
