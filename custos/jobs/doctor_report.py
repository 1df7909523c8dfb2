"""`custos doctor --report`: what an administrator can send to whoever helps, without the name of a person, a place, a file or a label.

Nothing of it is text that came from a tenant, a register or a policy: it is made of words of Custos' own, Microsoft's names of roles, and
numbers. So there is nothing to take out afterwards.
"""

from __future__ import annotations

import platform
import re
from collections import Counter
from collections.abc import Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING

import msgspec

from custos import __version__
from custos.inventory.drive_state import DriveStates
from custos.jobs import incidents
from custos.jobs.doctor_look import Look
from custos.model.policy import Bundle
from custos.storage.queues import ALL, poison
from custos.storage.state_format import FORMAT

if TYPE_CHECKING:
    from custos.bootstrap import Custos

_ROLE = re.compile(r"[A-Za-z]{2,40}(?:\.[A-Za-z]{2,40}){1,3}")
_PACKAGES = ("azure-functions", "azure-identity", "deltalake", "httpx", "msgraph-sdk", "polars")


async def report(app: Custos, looks: Sequence[Look], bundle: Bundle | None) -> bytes:
    """The report, as JSON that a person can read before they send it. Raises StorageTrouble."""
    told = {
        "custos": __version__,
        "state_format": FORMAT,
        "python": platform.python_version(),
        "packages": {name: version(name) for name in _PACKAGES},
        "made_on": app.clock.now().date().isoformat(),
        "settings": _settings(app),
        "looks": [_look(look) for look in looks],
        "policies": _policies(bundle),
        "libraries": Counter([state.state.value async for state in DriveStates.of(app.account).all()]),
        "incidents": Counter([noted.kind.value async for noted in incidents.standing(app.account)]),
        "queues": {name: await app.account.queue(name).length() for one in ALL for name in (one, poison(one))},
    }
    return msgspec.json.format(msgspec.json.encode(told), indent=1)


def _look(look: Look) -> dict[str, object]:
    roles = sorted(role for role in look.roles if _ROLE.fullmatch(role))
    return {
        "what": look.what,
        "sign": look.sign.value,
        "must": look.must,
        "numbers": dict(look.numbers),
        "roles": roles,
    }


def _settings(app: Custos) -> dict[str, object]:
    """Whether each is set; of those that are numbers or a choice, what."""
    settings = app.settings
    return {
        "actor": settings.writes_enabled,
        "bot": bool(settings.bot_app_id),
        "teams_app": bool(settings.teams_app_id),
        "mailbox": bool(settings.mailbox),
        "webhooks": bool(settings.public_url),
        "sites": settings.sites,
        "units_per_minute": settings.units_per_minute,
        "units_share": settings.units_share,
        "lease_seconds": settings.lease_seconds,
        "rehearsal": settings.is_rehearsal,
        "telemetry": app.telemetry.on,
    }


def _policies(bundle: Bundle | None) -> dict[str, object]:
    """How many, in which state, with which actions: a policy's own name is the council's word."""
    if bundle is None:
        return {}
    policies = bundle.policies.values()
    steps = Counter(step.kind.value for policy in policies for rule in policy.rules for step in rule.steps)
    records = bundle.records
    return {
        "states": Counter(policy.state.value for policy in policies),
        "actions": steps,
        "assets": len(records.assets),
        "schedule": len(records.schedule),
        "holds": len(records.holds),
    }
