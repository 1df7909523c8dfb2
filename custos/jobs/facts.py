"""The facts that policies are evaluated on: the mirror, and who of the people named in the settings is who."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import polars as pl

from custos.engine.facts import PEOPLE, Facts, facts_from
from custos.inventory.mirror_reader import Tables, read_facts
from custos.jobs import named_accounts
from custos.notices.assignment import Person
from custos.policy import Bundle

if TYPE_CHECKING:
    from custos.bootstrap import Custos


async def facts(app: Custos, bundle: Bundle, *, drives: frozenset[str] | None = None) -> tuple[Facts, Tables]:
    """The mirror as it is now, or of some libraries. Calls Entra at most, every quarter of an hour.

    Raises StorageTrouble, and a MicrosoftTrouble when Entra cannot be read.
    """
    accounts = await named_accounts.accounts(app, bundle.records, also=bundle.settings.not_people)
    tables = await read_facts(app.account, app.lakehouse, drives=drives)
    return facts_from({**tables.frames, "people": _people(accounts.people.values())}), tables


async def facts_at_rest(app: Custos, bundle: Bundle) -> Facts:
    """The mirror as it is now, for a question: who is no person is taken as it was when it was last asked of Entra.

    Entra is asked only when that never happened, or the settings name others since. Raises StorageTrouble.
    """
    known = await named_accounts.not_people(app, bundle)
    tables = await read_facts(app.account, app.lakehouse)
    people = pl.DataFrame({"user_id": list(known.values()), "upn": list(known)}, schema=PEOPLE)
    return facts_from({**tables.frames, "people": people})


def _people(people: Iterable[Person]) -> pl.DataFrame:
    known = list(people)
    return pl.DataFrame(
        {"user_id": [person.user_id for person in known], "upn": [person.upn for person in known]}, schema=PEOPLE
    )
