"""`settings.yaml` says who may do what and what an approval needs; what it gets wrong is said, and where nobody may."""

from __future__ import annotations

from datetime import date

import pytest

from custos.errors import BadInput, Problem
from custos.model.duration import Duration
from custos.policy import Bundle, load_files
from custos.records.rights import Right
from tests.policy.policies import shipped

TODAY = date(2026, 11, 23)


def changed(was: str, now: str, name: str = "settings.yaml") -> Bundle:
    text = shipped().files[name].decode()
    assert was in text
    return load_files({**shipped().files, name: text.replace(was, now).encode()}, today=TODAY)


def wrong(was: str, now: str) -> list[Problem]:
    with pytest.raises(BadInput) as refused:
        changed(was, now)
    return list(refused.value.problems)


def test_shipped_rights_have_holders() -> None:
    """In the sample council everybody who is needed is there."""
    assert [one for one in changed("operate:", "operate:").warnings if one.code == "nobody"] == []


def test_a_right_that_nobody_has_is_told() -> None:
    """Whoever validates hears that nobody may let a policy enforce, and which posts would."""
    files = changed("enforce: [siro]", "enforce: []")
    assert files.settings.rights.roles[Right.ENFORCE] == frozenset()
    told = [one.what for one in files.warnings if one.code == "nobody"]
    assert told == [
        "Nobody may let a policy enforce: no row of people_roles.csv that is in date has the roles of no one."
    ]


def test_a_role_that_nobody_holds_is_told() -> None:
    """A council whose register spells the post in a way that the settings do not know hears of every right that hangs on it."""
    files = changed("Senior Information Risk Owner", "Lead for Risk", "register/people_roles.csv")
    told = " ".join(one.what for one in files.warnings if one.code == "nobody")
    assert "Nobody may let a policy enforce" in told
    assert "Nobody is Senior Information Risk Owner" in told


def test_an_unknown_right_or_role_is_refused_at_its_place() -> None:
    """A slip is told with line and column, and what was meant."""
    (role,) = wrong("enforce: [siro]", "enforce: [sirro]")
    assert (role.code, role.mark.file, role.mark.line > 1) == ("unknown-role", "settings.yaml", True)
    assert '"siro"' in str(role)
    (right,) = wrong("enforce: [siro]", "enforced: [siro]")
    assert right.code == "unknown-key"
    assert '"enforce"' in str(right)


def test_an_approval_needs_what_the_settings_say() -> None:
    """The reference's example, the shortest pilot and how long plans and mirrors are good can be set, and have usual values."""
    assert changed("10 working days", "3 weeks").settings.approval.shortest_pilot == Duration(3, "week")
    assert changed("reference: CIG-2026-014", "# nothing").settings.approval.reference.example == "CIG-2026-014"
    (problem,) = wrong("reference: CIG-2026-014", "reference: any")
    assert "no example of a reference" in problem.what
    for key, usual in (("plan_lasts", "14 days"), ("mirror_lasts", "3 days")):
        (problem,) = wrong(f"{key}: {usual}", f"{key}: 0 days")
        assert "nothing could ever be approved or applied" in problem.what


@pytest.mark.parametrize(
    "name", ["Migration Service Account", "svc_*@wrenbridge.example", "“svc.migration@wrenbridge.example”"]
)
def test_an_account_that_can_never_match_is_refused(name: str) -> None:
    """`not_people` names accounts as the directory does; whatever else stands there leaves the account a person."""
    (found,) = wrong("svc.migration@wrenbridge.example", f'"{name}"')
    assert "is neither a sign-in name nor an object id" in found.what
    assert found.mark.line > 1


def test_an_account_may_be_named_by_its_object_id() -> None:
    """An application's account has no sign-in name that lasts."""
    number = "0f1e2d3c-0000-4000-8000-00000000ABCD"
    assert number.lower() in changed("svc.migration@wrenbridge.example", number).settings.not_people


@pytest.mark.parametrize(
    ("wave", "said"),
    [
        ("{from: 2027-01-11, departments: [Plaice]}", 'There is no department "Plaice".'),
        ("{from: 2027-01-11, assets: [IA-099]}", 'There is no asset "IA-099".'),
        ("{from: 2027-01-11}", "The wave is of nobody."),
        ("{from: 2027-01-11, assets: [IA-004]}, {from: 2027-02-01, assets: [IA-004]}", "IA-004 is in two waves"),
        ("{from: next year, assets: [IA-004]}", "2027"),
    ],
)
def test_a_wave_of_nobody_is_refused(wave: str, said: str) -> None:
    """A department or asset that the register does not have, nobody at all, somebody twice, a day that is none."""
    text = shipped().files["settings.yaml"].decode()
    with pytest.raises(BadInput) as refused:
        load_files({**shipped().files, "settings.yaml": f"{text}\nwaves: [{wave}]\n".encode()}, today=TODAY)
    assert said in " ".join(map(str, refused.value.problems))


def test_who_is_in_no_wave_is_told() -> None:
    """Whoever validates hears which assets nobody will be asked about."""
    text = shipped().files["settings.yaml"].decode()
    content = f"{text}\nwaves: [{{from: 2027-01-11, assets: [IA-004]}}]\n".encode()
    told = " ".join(one.what for one in load_files({**shipped().files, "settings.yaml": content}, today=TODAY).warnings)
    assert "are in no wave: nobody is asked about them." in told
    assert "IA-004" not in told.partition("are in no wave")[0].rpartition(".")[2]
