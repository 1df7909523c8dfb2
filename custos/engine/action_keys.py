"""Names of actions: by which they are written down, and by which they are known to be the same again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

from custos.engine.codec import facts_to_json
from custos.model.action import Action
from custos.model.action_kind import ActionKind
from custos.model.subject import Fact, Subject


def action_key(policy_hash: str, subject: Subject, kind: ActionKind, before: Mapping[str, Fact]) -> str:
    """Names an action for ever: version of the policy, subject, kind and the state observed. SHA-256 in hexadecimal."""
    return _digest(policy_hash, subject, kind, before)


def effect_key(action: Action) -> str:
    """Names what an action leaves, as `effect_of` does."""
    return effect_of(action.finding.subject, action.kind, action.after)


def effect_of(subject: Subject, kind: ActionKind, after: Mapping[str, Fact]) -> str:
    """Names what is left: subject, kind and value, whichever policy or version of it wants that. SHA-256 in hexadecimal.

    An end of a link is an end whatever its day, because a policy that counts from today means another one each day.
    """
    left = {name: "set" if isinstance(value, datetime) else value for name, value in after.items()}
    return _digest("effect", subject, kind, left)


def _digest(first: str, subject: Subject, kind: ActionKind, facts: Mapping[str, Fact]) -> str:
    text = "\n".join((first, subject.key, str(subject.grantee), kind.value)).encode() + b"\n" + facts_to_json(facts)
    return hashlib.sha256(text).hexdigest()
