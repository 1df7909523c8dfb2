"""What requests cost, and who must wait."""

from __future__ import annotations

import pytest

from simulator.app_keys import METER
from simulator.entra.registrations import OBSERVER_CLIENT_ID
from simulator.trouble.throttling import Meter, units_per_minute
from tests.simulator.graph_tenant import GraphTenant


class Watch:
    """A monotonic clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.mark.parametrize(
    ("licences", "units"), [(1, 1250), (1000, 1250), (1001, 2500), (8000, 3750), (50_000, 5000), (50_001, 6250)]
)
def test_licences_decide_the_minute(licences: int, units: int) -> None:
    """The tiers of Microsoft's page."""
    assert units_per_minute(licences) == units


def test_the_minute_ends(watch: Watch) -> None:
    """Over the budget a caller waits until the window begins again, and passes then."""
    meter = Meter(1, monotonic=watch)
    assert meter.charge("app", 1250).retry_after == 0
    watch.now += 20
    assert meter.charge("app", 1).retry_after == 40
    watch.now += 40
    assert meter.charge("app", 1).retry_after == 0


def test_coming_back_early_begins_the_wait_again(watch: Watch) -> None:
    """A call before the time is up is refused with the whole wait, counted, and charged."""
    meter = Meter(1, monotonic=watch)
    meter.charge("app", 1300)
    watch.now += 59
    early = meter.charge("app", 5)
    assert early.retry_after == 60
    watch.now += 30
    assert meter.charge("app", 1).retry_after == 60
    watch.now += 60
    assert meter.charge("app", 1).retry_after == 0
    report = meter.report()
    assert (report["units"], report["throttled"]) == (1307, 3)


def test_headers_come_at_four_fifths(watch: Watch) -> None:
    """RateLimit headers appear from 80 % of the minute's budget."""
    meter = Meter(1, monotonic=watch)
    assert meter.charge("app", 999).headers == {}
    assert meter.charge("app", 1).headers == {
        "RateLimit-Limit": "1250",
        "RateLimit-Remaining": "250",
        "RateLimit-Reset": "60",
    }


def test_apps_have_budgets_of_their_own(watch: Watch) -> None:
    """One app's spending does not stop another while the tenant's budget holds."""
    meter = Meter(1, monotonic=watch)
    meter.charge("one", 1300)
    assert meter.charge("other", 1250).retry_after == 0


def test_sharing_calls_are_counted_over_five_minutes(watch: Watch) -> None:
    """The 301st sharing call in five minutes, which counts too, waits until the second is five minutes old."""
    meter = Meter(60_000, monotonic=watch)
    for _ in range(300):
        assert meter.charge("app", 5, sharing=True).retry_after == 0
        watch.now += 0.5
    assert meter.charge("app", 5, sharing=True).retry_after == 151


def test_the_day_has_a_budget(watch: Watch) -> None:
    """Sixteen hours at full rate use the day up."""
    meter = Meter(1, monotonic=watch)
    for _ in range(960):
        assert meter.charge("app", 1250).retry_after == 0
        watch.now += 60
    assert meter.charge("app", 1).retry_after > 8000


async def test_operations_cost_what_the_page_says(graph: GraphTenant) -> None:
    """1 for one item and for delta with a token, 2 for lists and enumeration, 5 for permissions."""
    link = await graph.delta_link()
    costs = {}
    for path in (
        graph.at("a.docx"), graph.root + "/children", graph.root + "/delta", link, graph.at("a.docx") + "/permissions",
        f"/sites/{graph.site.id}/lists/{graph.drive.list_id}/items", "/users",
    ):  # fmt: skip
        before = graph.units()
        assert (await graph.get(path)).status == 200
        costs[path] = graph.units() - before
    assert list(costs.values()) == [1, 2, 2, 1, 5, 2, 0]


async def test_a_throttled_call_says_when(graph: GraphTenant) -> None:
    """429 carries Retry-After and Graph's error."""
    graph.app[METER].charge(OBSERVER_CLIENT_ID, graph.app[METER].limit)
    reply = await graph.get(graph.at("a.docx"))
    assert (reply.status, reply.code) == (429, "activityLimitReached")
    assert 0 < int(reply.headers["Retry-After"]) <= 60
    assert reply.headers["RateLimit-Remaining"] == "0"


def test_minutes_are_told_apart(watch: Watch) -> None:
    """Each minute's requests, units and refusals are kept by themselves; quiet minutes count as nothing."""
    meter = Meter(1, monotonic=watch)
    meter.charge("app", 5)
    watch.now += 120
    meter.charge("app", 1250)
    meter.charge("app", 1)
    told = [(each.requests, each.units, each.throttled) for each in meter.minutes(4)["app"]]
    assert told == [(0, 0, 0), (1, 5, 0), (0, 0, 0), (2, 1251, 1)]
