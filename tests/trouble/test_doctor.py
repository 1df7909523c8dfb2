"""`custos doctor` says what works, what is missing, too much and cannot be told, what follows, and writes a report without names."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from custos.bootstrap import Custos
from custos.jobs import doctor_reach
from custos.jobs.doctor_advice import ADVICE
from custos.jobs.doctor_look import Look, Sign
from custos.jobs.doctor_report import report
from custos.m365.licences import ROLE
from custos.records.model import Records
from local_host.azurite import Azurite
from simulator.entra.identity import AUTHORITY
from simulator.entra.registrations import OBSERVER, OBSERVER_CLIENT_ID
from simulator.tenant.model import LabelDefinition
from tests.running_stack import desk
from tests.trouble.tiny_council import World

HOSTILE = "Zoë O'Grady-Świątek <zoe@x.example> \x1b[31m \u202e ../../etc/passwd {{7*7}} <script>"


def test_what_does_not_work_says_what_follows(world: World) -> None:
    """Each thing that does not work has what it means, for which policies, and what to do; a delete under a hold is too much."""
    label = _label_of_held_asset(world)
    labels = world.server.tenant.labels
    world.server.do(lambda: labels.update({label.name: replace(label, auto_delete=True)}))
    try:
        said = world.custos("doctor")
        looks = json.loads(world.custos("doctor", "--json").out)["looks"]
    finally:
        world.server.do(lambda: labels.update({label.name: label}))
    by = {look["what"]: look for look in looks}
    assert {look["sign"] for look in looks} <= {sign.value for sign in Sign}
    assert all(bool(look["means"]) == (look["sign"] != "works") for look in looks)
    held = [look for look in looks if (look["what"], look["sign"]) == ("holds", "too much")]
    assert any(f"the label {label.name}" in look["detail"] and "deletes by itself" in look["detail"] for look in held)
    assert held[0]["policies"] == ["labels-from-schedule"]
    assert by["priority cleanup"]["sign"] == "cannot be told"
    assert "Get-RetentionCompliancePolicy -PriorityCleanup" in said.out
    assert said.code == int(any(look["must"] for look in looks))
    assert world.custos("doctor", "--strict").code == 1


def test_licences_are_told_where_the_observer_may_look(world: World) -> None:
    """Those that carry labels, or Teams, and none that does; more units than Microsoft allows by them; without the role it cannot be
    told. A bot whose app nobody has is missing."""
    tenant, authority = world.server.tenant, world.server.app[AUTHORITY]
    whole, roles = tenant.service_plans, {**OBSERVER.roles, "graph": OBSERVER.roles["graph"] - {ROLE}}
    assert world.ask(_licences) == [
        (Sign.WORKS, "50,001 licences of 50,001 carry labels that an application sets"),
        (
            Sign.TOO_MUCH,
            "50,001 licences: Microsoft allows 6,250 resource units a minute, and CUSTOS_UNITS_PER_MINUTE says 1,000,000",
        ),
    ]
    try:
        world.server.do(lambda: setattr(tenant, "service_plans", ("SHAREPOINTENTERPRISE",)))
        (first, _) = world.ask(_licences)
        assert (first[0], first[1].startswith("none of 50,001 licences carries labels that an application sets")) == (
            Sign.MISSING,
            True,
        )
        world.server.do(lambda: authority.registrations.update({OBSERVER_CLIENT_ID: replace(OBSERVER, roles=roles)}))
        assert [said for sign, said in world.ask(_bot) if sign is Sign.MISSING] == [
            "no licence of this tenant that is switched on carries Teams: people are asked by mail alone"
        ]
        fresh = {**world.environment, "CUSTOS_TEAMS_APP_ID": ""}
        with Azurite() as storage, desk({**fresh, **storage.environment}) as another:
            assert another.ask(_bot) == [
                (Sign.MISSING, "signs in, and nobody is known to have its app: publish it, and set CUSTOS_TEAMS_APP_ID")
            ]
            assert [sign for sign, _ in another.ask(_licences)] == [Sign.UNTOLD]
    finally:
        world.server.do(lambda: authority.registrations.update({OBSERVER_CLIENT_ID: OBSERVER}))
        world.server.do(lambda: setattr(tenant, "service_plans", whole))


async def _bot(app: Custos) -> list[tuple[Sign, str]]:
    return [(look.sign, look.detail) for look in await doctor_reach.bot(app)]


async def _licences(app: Custos) -> list[tuple[Sign, str]]:
    return [(look.sign, look.detail) for look in await doctor_reach.licences_held(app)]


def _label_of_held_asset(world: World) -> LabelDefinition:
    records = world.ask(_records)
    ref = next(
        ref for hold in records.holds for ref in hold.schedule_refs or records.assets[hold.asset_id].schedule_refs
    )
    return world.server.tenant.labels[records.schedule[ref].label]


async def _records(app: Custos) -> Records:
    return app.loader.load(app.today()).records


def test_report_names_nobody(world: World, tmp_path: Path) -> None:
    """What is sent to strangers has no name of a person, a site, a library, a file, a label or a policy; it says what does not work."""
    target = tmp_path / "report.json"
    world.custos("doctor", "--report", str(target))
    told = target.read_text(encoding="utf-8")
    assert {look["what"] for look in json.loads(told)["looks"]} >= ADVICE.keys() - {"registers"}
    tenant = world.server.tenant
    names = {tenant.host, *tenant.labels, "labels-from-schedule", "wrenbridge", str(tmp_path)}
    for user in tenant.users.values():
        names |= {user.upn, user.name}
    for site in tenant.sites.values():
        names |= {site.url, site.title, site.path, site.id, *(drive.id for drive in site.drives)}
    assert [name for name in names if len(name) > 3 and name.lower() in told.lower()] == []


def test_hostile_text_does_not_reach_the_report(world: World) -> None:
    """Whatever stands in a look, a role or an error, the report holds words of Custos' own, names of roles and numbers."""
    looks = [
        Look(Sign.MISSING, "people", f"{HOSTILE}: not at all", numbers={"named": 3}),
        Look(Sign.TOO_MUCH, "observer", HOSTILE, roles=frozenset({HOSTILE, "Files.ReadWrite.All"})),
    ]
    told = world.ask(lambda app: report(app, looks, None)).decode()
    assert [
        piece for piece in ("Zoë", "Grady", "x.example", "passwd", "script", "\x1b", "\u202e") if piece in told
    ] == []
    assert [look["roles"] for look in json.loads(told)["looks"]] == [[], ["Files.ReadWrite.All"]]


def test_report_that_cannot_be_written_is_one_sentence(world: World, tmp_path: Path) -> None:
    """A place that is not there is named, and nothing else is printed."""
    said = world.custos("doctor", "--report", str(tmp_path / "nowhere" / "report.json"))
    assert (said.code, said.out) == (2, "")
    assert "cannot be written" in said.err
