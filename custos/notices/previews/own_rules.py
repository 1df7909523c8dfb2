"""A rule of somebody's own policies, as the owner of the fixture's asset would get it."""

from __future__ import annotations

from custos.kinds import DECLARED as KINDS
from custos.kinds.declaration import Lies
from custos.model.policy import Bundle
from custos.model.state import State
from custos.notices.previews.fixture_cases import case_of, found
from custos.notices.previews.fixture_council import ADVICE, NOW, OWNER, PEOPLE, PLANNING, SITE
from custos.notices.previews.preview import Shown, digest
from custos.notices.question_wording import topics_of

_SEVERAL = 3  # things that a rule finds, where it is not about a place


def rules_that_ask(bundle: Bundle) -> tuple[str, ...]:
    """The rules that put something before people, as `policy/rule`."""
    return tuple("/".join(key) for key in topics_of(bundle, dict.fromkeys(bundle.policies, State.ENFORCE)))


def own_rule(bundle: Bundle, name: str) -> Shown:
    """What a rule that asks, `policy/rule`, sends about an asset of the fixture. What its sentence names is the catalogue's example."""
    policy, _, rule = name.partition("/")
    declared = KINDS[bundle.policies[policy].rule(rule).kind]
    drive = "" if declared.lies is Lies.OF_SITE else ADVICE
    count = 1 if declared.place else _SEVERAL
    findings = found(bundle, name, asset_id=PLANNING, site_id=SITE, drive_id=drive, count=count)
    case = case_of(findings, bundle, told=NOW)
    to = next((person for person in PEOPLE if person.user_id == case.assignee.user_id), OWNER)
    return digest([case], to)
