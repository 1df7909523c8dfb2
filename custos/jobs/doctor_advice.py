"""What it means when something that `custos doctor` looked at does not work: for which policies, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from custos.model.action_kind import ActionKind
from custos.model.policy import Bundle


@dataclass(frozen=True, slots=True)
class Advice:
    """`means` and `do` are sentences. `actions` are those of whose policies it is said; None: of all of them."""

    means: str
    do: str
    actions: frozenset[ActionKind] | None = None


_WRITES = frozenset(kind for kind in ActionKind if kind.writes)
_ASKS = frozenset({ActionKind.ASK, ActionKind.TELL})
_LABELS, _SITES = frozenset({ActionKind.APPLY_LABEL}), frozenset({ActionKind.RESTRICT_SITE})

ADVICE: Mapping[str, Advice] = {
    "storage": Advice("Nothing runs.", "See docs/runbooks/restore-storage.md."),
    "policies": Advice("What was last good counts, or nothing does.", "Run `custos validate`."),
    "registers": Advice("A row that matches nothing covers nothing, and nobody can be asked there.", "Correct the row."),
    "observer": Advice("What it may not read stays unknown, and nothing is decided on it.", "Run `custos grant`."),
    "sites": Advice("What is not seen is not governed.", "Run `custos grant`; after it `custos sync --discover`."),
    "discovery": Advice("What could not be read stays as it was known before.", "Run `custos sync --discover`."),
    "mirror": Advice("Nothing is decided in a library that is not complete.", "Run `custos sync`, then `custos status`."),
    "actor": Advice("Findings are shown, and nothing is written.", "Run `custos grant labels sharing`.", _WRITES),
    "site administration": Advice("How far sites may share is unknown.", "Run `custos grant site-administration`.", _SITES),
    "labels": Advice(
        "Files whose label Microsoft refuses stay without it; a label that differs keeps them as the tenant says.",
        "Mend it in Purview.",
        _LABELS,
    ),
    "holds": Advice(
        "A hold of the registers stops Custos, and nothing else that deletes in the tenant.",
        "Put the same hold into Purview eDiscovery.",
        _LABELS,
    ),
    "priority cleanup": Advice(
        "Such a policy deletes under retention and under eDiscovery holds; no application can list them.",
        "Ask Purview: `Get-RetentionCompliancePolicy -PriorityCleanup`, beside the holds of the registers.",
    ),
    "licences": Advice(
        "Labels that an application sets take a licence for whoever profits; without one Microsoft refuses or forgets them.",
        "Run `custos grant licences`, or compare with the admin centre.",
        _LABELS,
    ),
    "bot": Advice("Nobody is asked in Teams; mail is tried.", "See docs/install.md, step 7.", _ASKS),
    "people": Advice("Whoever is not reached is not asked, and their deadline goes up the line.", "Name somebody else, or mend it.", _ASKS),
    "webhooks": Advice("Changes are seen at the backstop sync, hours later.", "Run `custos doctor` again after the next hour."),
}  # fmt: skip


def affected(bundle: Bundle | None, what: str) -> tuple[str, ...]:
    """The policies of which it is said; none while there are none."""
    if bundle is None or what not in ADVICE:
        return ()
    actions = ADVICE[what].actions
    return tuple(
        policy.id
        for policy in bundle.policies.values()
        if actions is None or any(step.kind in actions for rule in policy.rules for step in rule.steps)
    )
