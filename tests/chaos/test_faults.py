"""Rounds of a campaign: drawn from a seed, told in a line, and the same again from that line."""

from __future__ import annotations

import pytest

from chaos.fault_proxy import step_name
from chaos.faults import BY_TENANT, REQUESTS, Blow, Planned, Side, draw, planned

STEPS = {
    "upload": {Side.HOST: ["table runs", "queue act", *["table audit"] * 40, "tenant labels"], Side.OPERATOR: []},
    "undo": {Side.HOST: ["table actions"] * 3, Side.OPERATOR: ["queue act", "table runs"]},
}


def test_a_seed_draws_the_same_rounds_and_a_line_says_one_again() -> None:
    """The same seed gives the same rounds, another seed others; each can be said in its line and read again."""
    drawn = [draw(7, number, STEPS) for number in range(1, 60)]
    assert drawn == [draw(7, number, STEPS) for number in range(1, 60)]
    assert drawn != [draw(8, number, STEPS) for number in range(1, 60)]
    assert [planned(str(one)) for one in drawn] == drawn


def test_every_blow_is_drawn_and_can_fall() -> None:
    """Every blow comes, rare steps as often as frequent ones, each at a step that its job takes, and where it can be dealt."""
    drawn = [draw(1, number, STEPS) for number in range(1, 400)]
    assert {one.blow for one in drawn} == set(Blow) - {Blow.NONE}
    for one in drawn:
        steps = STEPS[one.job][one.side]
        assert 1 <= one.nth <= steps.count(one.step)
        assert one.step in REQUESTS or one.blow not in BY_TENANT
    uploads = [one.step for one in drawn if one.job == "upload" and one.blow is Blow.KILL]
    assert uploads.count("table runs") > uploads.count("table audit") / 2


@pytest.mark.parametrize(
    "line", ["upload/kick/host/before/table runs/1", "upload/kill/host/at/table runs/1", "upload/kill"]
)
def test_a_line_that_is_no_round_is_refused(line: str) -> None:
    """One sentence says what was written and what to write instead."""
    with pytest.raises(ValueError, match=r"is no round; write JOB/BLOW/SIDE/before\|after/STEP/NUMBER"):
        planned(line)
    assert planned("upload") == Planned(job="upload")


BATCH = b"--x\r\n\r\nPUT http://127.0.0.1:1/devstoreaccount1/audit(PartitionKey='chain',RowKey='head') HTTP/1.1\r\n"
MADE = b"--x\r\n\r\nPOST http://127.0.0.1:1/devstoreaccount1/actions HTTP/1.1\r\n"


@pytest.mark.parametrize(
    ("method", "path", "body", "name"),
    [
        ("PATCH", "/devstoreaccount1/runs(PartitionKey='run',RowKey='R-1')", b"", "table runs"),
        ("POST", "/devstoreaccount1/incidents", b"", "table incidents"),
        ("POST", "/devstoreaccount1/$batch", BATCH, "table audit"),
        ("POST", "/devstoreaccount1/$batch", MADE, "table actions"),
        ("GET", "/devstoreaccount1/runs()?$filter=x", b"", ""),
        ("POST", "/devstoreaccount1/act/messages?visibilitytimeout=5", b"", "queue act"),
        ("DELETE", "/devstoreaccount1/act/messages/1?popreceipt=2", b"", "queue act done"),
        ("PUT", "/devstoreaccount1/act/messages/1?popreceipt=2", b"", ""),
        ("PUT", "http://127.0.0.1:1/devstoreaccount1/inventory/items/_delta_log/01.json", b"", "commit items"),
        ("PUT", "/devstoreaccount1/plans/runs/R-1/keys", b"", "blob plans"),
        ("PUT", "/devstoreaccount1/azure-webjobs-hosts/timers/x", b"", ""),
        ("PATCH", "/graph/v1.0/drives/b%21x/items/1/retentionLabel", b"", "tenant label"),
        ("POST", "/bot/teams/v3/conversations/a%3A1/activities", b"", "tenant card"),
        ("GET", "/graph/v1.0/drives/b%21x/root/delta?token=1", b"", "tenant delta"),
        ("GET", "/graph/v1.0/users", b"", ""),
    ],
)
def test_a_step_has_a_name_that_people_understand(method: str, path: str, body: bytes, name: str) -> None:
    """What leaves something behind in storage or on the tenant is a step; what only reads storage is none."""
    assert step_name(method, path, body) == name
