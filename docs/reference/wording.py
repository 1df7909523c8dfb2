"""What the reference says beyond the code's own words. Keyed by the code's enumerations, so that nothing new goes untold."""

from __future__ import annotations

from collections.abc import Mapping

from custos.model.refusal import Code

CONDITIONS = (
    "A condition names facts and what they must be. Facts side by side must all hold. `any:` and `all:` take lists of conditions,",
    "`not:` takes one. `fact: value` is short for `fact: {is: value}`, and `fact: [one, two]` for `fact: {in: [one, two]}`.",
    "`is_missing` and `is_present` may stand as values.",
    "",
    "A fact that was not read is *unknown*. A condition with an unknown fact is neither true nor false unless the rest decides it,",
    "and a rule that cannot be decided finds nothing: the plan counts it under *unknown*. *Missing* is something else: it is known",
    "that there is none, and `is_missing` finds it.",
)
FACTS = (
    "*From* says where a fact comes from and how old it may be. Facts with resource units beside them are read one by one, and only",
    "where something is shared; all others come with the mirror in bulk.",
)
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
    Code.LABEL_DELETES: "the tenant's label deletes at the end of its period, and the retention schedule does not say so",
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
    Code.ZERO: "a ceiling of zero forbids it, and nobody can release it",
    Code.NO_ACTOR: "no identity that may write is set",
    Code.STOPPED: "all writes are stopped",
    Code.STATE: "the policy's state does not let it act",
    Code.PILOT: "the policy is in pilot, and this is outside the pilot's assets",
    Code.EDITED: "the policy was edited after the plan",
    Code.REMOVED: "the policy is gone",
    Code.NOT_APPROVED: "the policy's approval does not cover this place as registers and settings have it now, or this version "
    "of the policy; the sentence says what changed",
    Code.STALE: "the library was last read longer ago than `mirror_lasts` in settings.yaml",
    Code.UNDONE: "it was put back; no policy, and no version of one, does it again",
    Code.BUSY: "another run intends the same and has not said how it ended",
    Code.GONE: "it is no longer there",
    Code.CHANGED: "it is no longer as the plan saw it",
    Code.LOCKED: "somebody has it open or checked out",
    Code.SITE_LOCKED: "an administrator locked or archived its site",
    Code.LABEL_REFUSED: "the tenant does not take the label: it has none of that name",
    Code.PASSING: "Microsoft was busy or away; it is tried again",
}
TESTS = (
    "Beside each policy stands `POLICY.tests.yaml`: what the policy must say of something described in a few words. `custos test` runs",
    "the tests offline, through the same registers, frames and rules that the tenant goes through. Every policy needs a test that finds",
    "something, one that narrowly finds nothing, and one that cannot be decided.",
)
