"""What the reference says beyond the code's own words. Keyed by the code's enumerations, so that nothing new goes untold."""

from __future__ import annotations

from collections.abc import Mapping

from custos.engine.gate import Code
from custos.engine.model import ActionKind, Kind
from custos.policy.cases import Outcome
from custos.policy.model import OnlyIf, Recipient
from custos.policy.operators import Operand

COVERS = (
    ("`assets`", "`all`, a list of ids, or attributes as below"),
    ("`unregistered`", "`yes`: also content that no asset covers"),
    ("`sites`, `libraries`", "addresses, as the browser shows them"),
    ("`except`", "`assets`, `sites`, `libraries` that are taken away again at the end"),
)
ATTRIBUTES: Mapping[str, str] = {
    "department": "a department that the register uses",
    "schedule_refs": "an entry of the retention schedule",
}
KINDS: Mapping[Kind, str] = {
    Kind.SITE: "one site, whether a Team stands behind it or not",
    Kind.TEAM: "one site with a Team behind it",
    Kind.LIBRARY: "one document library",
    Kind.FOLDER: "one folder",
    Kind.FILE: "one file",
    Kind.LINK: "one sharing link on a file or folder",
    Kind.GRANT: "one person or group that has access to a file or folder: directly, or by name on a link",
    Kind.GUEST: "one guest in a team's group",
}
CONDITIONS = (
    "A condition names facts and what they must be. Facts side by side must all hold. `any:` and `all:` take lists of conditions,",
    "`not:` takes one. `fact: value` is short for `fact: {is: value}`, and `fact: [one, two]` for `fact: {in: [one, two]}`.",
    "`is_missing` and `is_present` may stand as values.",
    "",
    "A fact that was not read is *unknown*. A condition with an unknown fact is neither true nor false unless the rest decides it,",
    "and a rule that cannot be decided finds nothing: the plan counts it under *unknown*. *Missing* is something else: it is known",
    "that there is none, and `is_missing` finds it.",
)
OPERANDS: Mapping[Operand, str] = {
    Operand.VALUE: "one value",
    Operand.VALUES: "a list of values",
    Operand.DURATION: "a span: a number and hours, days, working days, weeks, months or years",
    Operand.DAY: "a day: 2027-05-31",
    Operand.YES: "yes or no",
}
FACTS = (
    "*From* says where a fact comes from and how old it may be. Facts with resource units beside them are read one by one, and only",
    "where something is shared; all others come with the mirror in bulk.",
)
ACTIONS_OF: Mapping[str, tuple[ActionKind, ...]] = {
    "tell": (ActionKind.TELL,),
    "ask": (ActionKind.ASK,),
    "apply_label": (ActionKind.APPLY_LABEL,),
    "set_expiry": (ActionKind.SET_EXPIRY,),
    "restrict_site": (ActionKind.RESTRICT_SITE,),
    "remove": (ActionKind.REMOVE_GRANT, ActionKind.REMOVE_LINK),
}
STEPS: Mapping[str, str] = {
    "tell": "puts the finding before somebody",
    "ask": "puts it before somebody who has the time `within` to decide",
    "apply_label": "applies a retention label: `from_schedule`, or a label of the schedule by its name; never one that declares a record",
    "set_expiry": "gives an Anyone link an end, so long after the step; Microsoft allows it on no other link",
    "restrict_site": "lowers the site's sharing level to the one named, or to `its class`; never raises it",
    "remove": "`remove: link` or `remove: grant`, as the rule is about",
}
OPTIONS = (
    ("`within`", "the time to answer; required by `ask`"),
    ("`after`", "the notice: the time between the first word to a person about the finding and this step"),
    ("`only_if`", "what must be true besides; without it, `always`"),
)
RECIPIENTS: Mapping[Recipient, str] = {
    Recipient.OWNER: "the asset's Information Asset Owner or who stands in: deputy, escalation address or line manager, "
    "SIRO. Where no asset covers the subject, the head of information governance",
    Recipient.STEWARD: "the first data steward of the asset who can sign in and whose delegation to answer questions is in date, "
    "if every rule of the same question asks the "
    "steward; else the owner",
    Recipient.GOVERNANCE: "the head of information governance, for content that no asset covers; where one does, its owner",
}
ONLY_IF: Mapping[OnlyIf, str] = {
    OnlyIf.ALWAYS: "nothing besides the notice",
    OnlyIf.OWNER_AGREES: "whoever is asked pressed *Agree* about this very finding",
}
REFUSED_STEPS = (
    "- removing or restricting without `only_if: owner_agrees` and an `ask: owner` (or `ask: governance`) before it",
    "- `set_expiry` on anything but a rule that surely is about `link_scope: anonymous`, or without a word to somebody before it",
    "- `set_expiry` on silence, unless the policy covers special-category or criminal-offence assets alone",
    "- `apply_label` with a label that no approved schedule entry has, or that declares a record",
    "- anything after a `remove`",
)
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
CODES: Mapping[Code, str] = {
    Code.DRAFT: "the policy is a draft",
    Code.UNKNOWN: "a fact that the action needs was not read",
    Code.INCOMPLETE: "the library was not read to its end",
    Code.NOTICE: "the notice owed has not run out, or nobody has been told yet",
    Code.AGREEMENT: "the owner must agree first",
    Code.KEEP: "the owner decided to leave it",
    Code.POSTURE: "the class of the place allows it",
    Code.SHARING_AGREEMENT: "a sharing agreement in date covers the person",
    Code.INHERITED: "the permission belongs to a folder above and can only be changed there",
    Code.FOLDER: "it is a folder: a label would tag everything in it",
    Code.UNSUPPORTED: "Microsoft has no call for it",
    Code.IRREVERSIBLE: "nothing can put it back (in an undo)",
    Code.SUPERSEDED: "another rule does more, or goes first, on the same subject",
    Code.REFUSED_BEFORE: "Microsoft refused it lately; the sentence says when it is tried again "
    "([what Microsoft refuses](operator.md#what-microsoft-refuses))",
    Code.HOLD: "a hold of the register covers it",
    Code.EXEMPT: "an exception of the register, in date, covers it",
    Code.FREEZE: "a freeze of settings.yaml: no policy writes on these days",
    Code.VITAL: "it is a vital record, and its owner did not agree",
    Code.UNPLACED: "the mirror no longer has the library or site in which it lies",
    Code.RECORD: "it is a record, or the label would declare one",
    Code.REGULATORY: "it carries a regulatory label, which nobody can change",
    Code.EXPLICIT: "somebody chose its label on the file itself, or nobody knows who did",
    Code.BUDGET: "a ceiling is reached",
    Code.NO_ACTOR: "no identity that may write is set",
    Code.STOPPED: "all writes are stopped",
    Code.STATE: "the policy's state does not let it act",
    Code.PILOT: "the policy is in pilot, and this is outside the pilot's assets",
    Code.EDITED: "the policy was edited after the plan",
    Code.REMOVED: "the policy is gone",
    Code.UNDONE: "it was put back; no policy, and no version of one, does the same again",
    Code.BUSY: "another run intends the same and has not said how it ended",
    Code.GONE: "it is no longer there",
    Code.CHANGED: "it is no longer as the plan saw it",
    Code.LOCKED: "somebody has it open or checked out",
    Code.SITE_LOCKED: "an administrator locked or archived its site",
    Code.LABEL_REFUSED: "the tenant does not take the label: it has none of that name",
    Code.PASSING: "Microsoft was busy or away; it is tried again",
}
CASES = (
    "Beside each policy stands `POLICY.cases.yaml`: what the policy must say of something described in a few words. `custos test` runs",
    "the cases offline, through the same registers, frames and rules that the tenant goes through. Every policy needs a case that finds",
    "something, one that just does not, and one that cannot be decided.",
)
CASE_KEYS = (
    ("`name`", "what it shows, as a sentence"),
    ("`rule`", "the rule that is tried"),
    ("`now`", "the day on which it is tried"),
    ("`at`", "the address of the site or library where the subject lies"),
    ("`given`", "what is known of the subject"),
    ("`expect`", "what it comes to"),
    ("`because`", "words that the reason must contain"),
)
OUTCOMES: Mapping[Outcome, str] = {
    Outcome.ACT: "the rule holds, and something is done without waiting for anybody",
    Outcome.WAIT: "the rule holds; something will be done after a notice, or when the owner agrees",
    Outcome.TELL: "the rule holds, and people are told or asked; nothing else is ever done",
    Outcome.KEEP: "the rule does not hold, or a hold, a record or a person's choice protects the subject",
    Outcome.EXEMPT: "the rule holds, and an exception in date covers it",
    Outcome.UNKNOWN: "it cannot be decided",
}
GIVEN_BESIDE = (
    ("`library_read`", "`no`: the library was read by half only"),
    ("`site_access`", "`readable`, `locked`, `forbidden` or `gone`"),
    ("`changed_by`", "`person`, `application` or `unknown`: who changed the file last"),
    ("`file_date`", "the file's own date, which survives migration"),
    ("`inherited`", "`yes`: the permission belongs to a folder above"),
)
SETTINGS = (
    ("`not_people`", "accounts whose changes are nobody's work: administrators, migration and service accounts"),
    ("`roles`", "which posts of `people_roles.csv` carry which role: found by role, whatever the post is called"),
    ("`rights`", "which roles may do what, as below; a right that is not written has its usual roles"),
    (
        "`approval`",
        "`reference`: an example of a minute of the Corporate Information Group; `shortest_pilot`; `plan_lasts`; `mirror_lasts`",
    ),
    ("`not_governed`", "sites that are left out of every policy and every count"),
    (
        "`classes`",
        "what each sharing posture of the register allows, and what is allowed where no asset covers the content",
    ),
    ("`limits`", "ceilings for all policies together, as above"),
    ("`clauses`", "the clauses that a policy may name under `policy_ref`"),
)
