"""What every word of the policy language means, once: for editors (hover), for `custos schema` and for the reference.

Facts and operators speak for themselves (`custos.kinds`, `custos.policy.operators`). Keyed by the code's own words, so that
nothing new goes untold.
"""

from __future__ import annotations

from collections.abc import Mapping

from custos.kinds import DECLARED
from custos.model.policy import FAMILY_WORDS, Family, OnlyIf, Recipient
from custos.model.state import State
from custos.model.subject import Kind
from custos.policy.operators import ITS_CLASS, Operand
from custos.policy.policy_test_words import MISSING, UNKNOWN, Expectation

POLICY: Mapping[str, str] = {
    "policy": "Its permanent name; the file is named like it.",
    "title": "What people read above its findings.",
    "why": "The reason, for the people who are asked.",
    "family": "What it is about. Findings of one family on one asset are one question.",
    "owner": "Who answers for the policy: a sign-in name of people_roles.csv.",
    "policy_ref": "Clauses of the Information Management Policy that it carries out, rows of policy_clauses.csv.",
    "cig_ref": "The minute of the Corporate Information Group about it, for the record: `custos minute` writes it.",
    "state": "How far it may go.",
    "pilot": "Assets on which the state pilot asks and acts.",
    "review_due": "After this day the policy only simulates until somebody has reviewed it.",
    "priority": "Who wins where two policies label one file: the higher.",
    "yields_to": "Policies whose label wins where both would label one file.",
    "covers": "What the policy looks at.",
    "rules": "What it finds, and what is done about it.",
    "limits": "Ceilings on what it may change; 0 means nothing at all.",
}
STATES: Mapping[State, str] = {
    State.DRAFT: "checked, and never evaluated",
    State.SIMULATE: "evaluated and planned; nobody is asked, nothing is changed",
    State.PILOT: "asks and acts, on its pilot assets alone",
    State.ENFORCE: "asks and acts on everything that it covers",
}
FAMILIES: Mapping[Family, str] = FAMILY_WORDS
RULE: Mapping[str, str] = {
    "find": "The finding's permanent name.",
    "about": "What kind of thing it is about. Write it first: it decides the facts.",
    "when": "Facts and what they must be. Unknown facts find nothing and are counted.",
    "because": "The reason as people read it; facts' names stand in braces.",
    "steps": "What is done, in order, the least destructive first.",
}
COVERS: Mapping[str, str] = {
    "assets": "`all`, a list of ids, or attributes of the register that must all fit",
    "unregistered": "`yes`: also content that no asset covers",
    "sites": "addresses of sites, as the browser shows them",
    "libraries": "addresses of libraries, as the browser shows them",
    "except": "`assets`, `sites`, `libraries` that are taken away again at the end",
}
EVERYTHING = "the whole tenant, less what settings.yaml leaves out under `not_governed`"
VALUES: Mapping[str, str] = {
    "yes": "the fact holds; where a value is asked for, true",
    "no": "the fact does not hold; where a value is asked for, false",
    "is_missing": "it is known that there is none",
    "is_present": "it is known that there is one",
    ITS_CLASS: "the sharing level that settings.yaml allows the class of the place",
}
"""Of facts that are yes or no, of those that can be missing, and of sharing levels."""
JOINTS: Mapping[str, str] = {
    "all": "every condition of the list holds",
    "any": "at least one condition of the list holds",
    "not": "the condition does not hold",
}
ATTRIBUTES: Mapping[str, str] = {
    "department": "a department that the register uses",
    "classification": "the asset's classification",
    "personal_data": "the personal data in the asset",
    "sharing_posture": "how far the asset may be shared",
    "status": "the asset's status",
    "vital_record": "whether the asset is a vital record",
    "schedule_refs": "an entry of the retention schedule",
}

KINDS: Mapping[Kind, str] = {kind: declared.meaning for kind, declared in DECLARED.items()}
OPERANDS: Mapping[Operand, str] = {
    Operand.VALUE: "one value",
    Operand.VALUES: "a list of values",
    Operand.DURATION: "a span: a number and hours, days, working days, weeks, months or years",
    Operand.DAY: "a day: 2027-05-31",
    Operand.YES: "yes or no",
}
OPTIONS: Mapping[str, str] = {
    "within": "the time to answer; required by `ask`",
    "remind": "`[5 working days, 8 working days]`: when people are reminded of an `ask`",
    "after": "the notice: the time between the first word to a person about the finding and this step",
    "only_if": "what must also be true; without it, `always`",
}
RECIPIENTS: Mapping[Recipient, str] = {
    Recipient.OWNER: "the asset's Information Asset Owner or who stands in: deputy, escalation address or line manager, "
    "SIRO. Where no asset covers the subject, the head of information governance",
    Recipient.STEWARD: "the first data steward of the asset who can sign in and whose delegation to answer questions is in date, "
    "if every rule of the same question asks the "
    "steward; else the owner",
    Recipient.GOVERNANCE: "the head of information governance, for content that no asset covers; where one does, its owner",
}
ONLY_IF: Mapping[OnlyIf, str] = {
    OnlyIf.ALWAYS: "nothing more than the notice",
    OnlyIf.OWNER_AGREES: "whoever is asked pressed *Agree* about this very finding",
}
LIMITS: Mapping[str, str] = {
    "actions_per_run": "in one run",
    "actions_per_day": "in one day",
    "actions_per_site_per_day": "on one site in one day",
    "actions_per_owner_per_day": "on the assets of one owner in one day",
    "irreversible_per_day": "that cannot be undone, in one day",
    "percent_of_scope": "per run, as a percentage of the subjects that the rule looks at; at least one",
}
HOUSE_LIMITS: Mapping[str, str] = {
    "actions_per_run": "in one run, of all policies together",
    "actions_per_day": "in one day",
    "actions_per_site_per_day": "on one site in one day",
    "actions_per_owner_per_day": "on the assets of one owner in one day",
    "actions_per_asset_per_day": "on one asset in one day",
    "percent_of_asset_per_day": "of the items of one asset in one day",
    "irreversible_per_day": "that cannot be undone, in one day",
    "undo_per_day": "put back by `custos undo` in one day; the only ceiling that an undo has",
}
TEST_FILE: Mapping[str, str] = {
    "policy": "the policy that the tests are about",
    "tests": "what it must say of something described in a few words",
}
TEST: Mapping[str, str] = {
    "name": "what it shows, as a sentence",
    "rule": "the rule that is tried",
    "now": "the day on which it is tried",
    "at": "the address of the site or library where the subject lies",
    "given": "what is known of the subject",
    "expect": "what it comes to",
    "because": "words that the reason must contain",
}
OUTCOMES: Mapping[Expectation, str] = {
    Expectation.ACT: "the rule holds, and something is done without waiting for anybody",
    Expectation.WAIT: "the rule holds; something will be done after a notice, or when the owner agrees",
    Expectation.TELL: "the rule holds, and people are told or asked; nothing else is ever done",
    Expectation.KEEP: "the rule does not hold, or a hold, a record or a person's choice protects the subject",
    Expectation.EXEMPT: "the rule holds, and an exception in date covers it",
    Expectation.UNKNOWN: "it cannot be decided",
}
GIVEN_BESIDE: Mapping[str, str] = {
    "library_read": "`no`: the library was read by half only",
    "site_access": "how the site stands",
    "changed_by": "who changed the file last",
    "file_date": "the file's own date, which survives migration",
    "inherited": "`yes`: the permission belongs to a folder above",
}
GIVEN_VALUES: Mapping[str, Mapping[str, str]] = {
    "site_access": {
        "readable": "the site can be read",
        "locked": "the site is locked: it can be read and not changed, or not even read",
        "forbidden": "Custos may not read the site",
        "gone": "the site is no longer there",
    },
    "changed_by": {"person": "a person changed it", "application": "an application changed it"},
    "any": {UNKNOWN: "it could not be read", MISSING: "it was read, and there is none"},
}
"""Values of what may be given beside the facts, and what may be given instead of any value."""
SETTINGS: Mapping[str, str] = {
    "not_people": "accounts whose changes are nobody's work: administrators, migration and service accounts",
    "roles": "which posts of `people_roles.csv` carry which role: found by role, whatever the post is called",
    "rights": "which roles may do what, as below; a right that is not written has its usual roles",
    "approval": "what an approval needs in addition to somebody who may give it",
    "freezes": "spans of days in which nothing is written",
    "waves": "from when on owners of which departments or assets are asked; without it, all of them at once",
    "history": "how long what is known of a file that is gone is kept, as your schedule says; 7 years unless written",
    "witnesses": "the public keys of those outside the platform team who co-sign the audit's checkpoints",
    "not_governed": "sites that are left out of every policy and every count",
    "classes": "what each sharing posture of the register allows, and what is allowed where no asset covers the content",
    "limits": "ceilings for all policies together",
}
CLASS: Mapping[str, str] = {
    "site_sharing": "the loosest sharing level of a site",
    "anyone_links": "links that anyone can open",
    "organisation_links": "links for the whole organisation",
    "guests": "guests in teams and sites",
    "public_teams": "teams that everybody in the organisation can join",
}
APPROVAL: Mapping[str, str] = {
    "reference": "an example of a minute of the Corporate Information Group: CIG-2026-014. Its year means this year or the last, "
    "other digits for at least as many",
    "shortest_pilot": "how long a policy pilots at least before it may enforce",
    "plan_lasts": "how old a plan may be that is approved or applied",
    "mirror_lasts": "how old the mirror may be from which a plan was made",
}
WAVE: Mapping[str, str] = {
    "from": "the first day on which they are asked",
    "departments": "departments, as the register of assets writes them",
    "assets": "single assets, whatever their department",
}
FREEZE: Mapping[str, str] = {
    "from": "the first day",
    "to": "the last day",
    "why": "the reason, for plans and people",
    "assets": "only these assets; without it, everything",
}
