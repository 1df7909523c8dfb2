"""What changed in the tenant is evaluated by itself: found, asked about and closed as if everything had been looked at."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl
import pytest

from custos.bootstrap import Custos
from custos.inventory.discover import discover
from custos.jobs import evaluation, evaluation_lock, sync
from custos.jobs.evaluation import Evaluated
from custos.model.state import State
from custos.model.subject import Kind
from custos.notices.model import Case, CaseState
from custos.storage.queues import EVALUATE
from local_host.azurite import Azurite
from rehearsal.operators import APPROVER, OPERATOR, signed_in
from rehearsal.policies import copied
from rehearsal.promotion import promote_all
from tests.running_stack import HOST, Desk, desk, operator
from tests.simulated_tenant import SimulatedTenant

SITE = f"{HOST}/sites/planning-casework"
REGISTER, DECIDED = "Public register", "Decided applications"
LINKS, LABELS = "sharing-anyone-links", "labels-from-schedule"
UNLABELLED = f"{LABELS}/unlabelled-file"
PUBLISHED = f"{LINKS}/published-link-without-expiry"


@dataclass
class Office:
    """Custos at its desk, with two libraries of one site mirrored and all of it evaluated once."""

    desk: Desk
    tenant: SimulatedTenant
    drives: dict[str, str]

    def items(self, library: str) -> pl.DataFrame:
        async def read(app: Custos) -> pl.DataFrame:
            return await asyncio.to_thread(app.lakehouse.read, "items", drives=[self.drives[library]])

        return self.desk.ask(read)

    def sync(self, library: str) -> None:
        self.desk.ask(lambda app: sync.sync(app, self.drives[library]))

    def evaluate(self, *libraries: str) -> Evaluated:
        """What becomes of the changes in these libraries."""
        for library in libraries:
            self.sync(library)
        evaluated = self.desk.ask(evaluation.evaluate_changes)
        assert evaluated is not None
        return evaluated

    def cases(self, library: str) -> list[Case]:
        """Those about a library that are not history."""

        async def read(app: Custos) -> list[Case]:
            return [stored.case for stored in await app.cases.all()]

        found = self.desk.ask(read)
        return [one for one in found if one.drive_id == self.drives[library] and one.state is not CaseState.RELEASED]

    def asked(self, library: str) -> dict[str, int]:
        """How many findings each rule asks about, by `policy/rule`."""
        return {line.key: line.count for case in self.cases(library) for line in case.lines}

    def standing(self, library: str) -> list[tuple[str, str, CaseState]]:
        """The cases about a library: which they are, which findings they cover, how they stand."""
        return sorted((case.id, case.members, case.state) for case in self.cases(library))

    def waiting(self) -> int:
        """Messages that ask for an evaluation."""
        return self.desk.ask(lambda app: app.account.queue(EVALUATE).length())

    def addresses(self, library: str, ids: set[str]) -> list[str]:
        """Where items lie, folders of folders left out."""
        rows = self.items(library)
        names = {row["item_id"]: (row["parent_id"], row["name"]) for row in rows.iter_rows(named=True)}
        found = []
        for item in sorted(ids):
            parts, at = [], item
            while names[at][0]:
                at, name = names[at]
                parts.append(name)
            found.append("/".join((SITE, library, *reversed(parts))))
        return found


@pytest.fixture(scope="module")
def office(tenant: SimulatedTenant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    policies = tmp_path_factory.mktemp("policies") / "policies"
    copied(policies)
    with Azurite() as running:
        settings = {
            **tenant.environment,
            **running.environment,
            "CUSTOS_POLICIES": str(policies),
            "CUSTOS_SIGN_IN_FOLDER": str(policies.parent / "people"),
        }
        with desk({**settings, "CUSTOS_UNITS_PER_MINUTE": "1000000"}) as opened:
            opened.ask(
                lambda app: signed_in(app, lambda verb, **told: tenant.act(verb=verb, **told), APPROVER, OPERATOR)
            )
            yield Office(opened, tenant, opened.ask(_prepared))


async def _prepared(app: Custos) -> dict[str, str]:
    """Discover, mirror two libraries, let two policies ask, and evaluate everything. The libraries by name."""
    await discover(app.m365, app.account, app.lakehouse, app.clock)
    listed = await asyncio.to_thread(app.lakehouse.read, "drives", columns=["drive_id", "name", "web_url"])
    wanted = listed.filter(pl.col("web_url").str.starts_with(SITE) & pl.col("name").is_in([REGISTER, DECIDED]))
    drives = dict(wanted.select("name", "drive_id").iter_rows())
    for drive_id in drives.values():
        await sync.sync(app, drive_id)
    plan = await app.plans.save((await evaluation.look(app)).plan, by=await operator(app))
    await promote_all(app, plan.id, far=lambda policy: [State.PILOT] if policy in (LINKS, LABELS) else [])
    await evaluation.evaluate(app)
    return drives


@pytest.fixture(autouse=True)
def nothing_waits(office: Office) -> None:
    """What other tests changed is evaluated."""
    for library in (DECIDED, REGISTER):
        office.sync(library)
    office.desk.ask(evaluation.evaluate_changes)


def test_one_changed_file_is_looked_at_alone(office: Office) -> None:
    """An edited file's findings are made, and no other file's, link's or grant's; the cases of its library stay as they are."""
    before = office.standing(REGISTER)
    assert office.asked(REGISTER)[PUBLISHED] > 1
    files = office.items(REGISTER).filter(
        ~pl.col("is_folder") & (pl.col("shared_scope") == "") & (pl.col("label") == "")
    )
    item = files["item_id"][0]
    office.tenant.act(verb="edit", at=office.addresses(REGISTER, {item})[0])
    evaluated = office.evaluate(REGISTER)
    counts = evaluated.outlook.evaluation.counts
    assert counts[UNLABELLED].covered == 1
    assert counts[PUBLISHED].covered == 0
    of_items = {one.subject.item_id for one in evaluated.outlook.findings if one.subject.kind is not Kind.FOLDER}
    assert of_items - {""} <= {item}
    assert office.standing(REGISTER) == before


def test_what_did_not_change_is_not_evaluated(office: Office) -> None:
    """When nothing changed since the last evaluation, a message that asks for one finds nothing to do."""
    office.sync(REGISTER)
    assert office.desk.ask(evaluation.evaluate_changes) is None


def test_a_case_follows_the_links_one_by_one(office: Office) -> None:
    """A removed file leaves its library's case with one finding less; a new link adds one; the others are not touched."""
    before = office.asked(REGISTER)[PUBLISHED]
    shared = office.items(REGISTER).filter(~pl.col("is_folder") & (pl.col("shared_scope") == "anonymous"))
    plain = office.items(REGISTER).filter(~pl.col("is_folder") & (pl.col("shared_scope") == ""))
    gone, new = shared["item_id"][0], plain["item_id"][-1]
    office.tenant.act(verb="delete", at=office.addresses(REGISTER, {gone})[0])
    office.evaluate(REGISTER)
    assert office.asked(REGISTER)[PUBLISHED] == before - 1
    address = office.addresses(REGISTER, {new})[0]
    office.tenant.act(verb="share", at=address, **{"with": "anyone"})
    office.evaluate(REGISTER)
    assert office.asked(REGISTER)[PUBLISHED] == before
    office.desk.ask(evaluation.evaluate)
    assert office.asked(REGISTER)[PUBLISHED] == before, "everything together says the same"


def _folder(office: Office) -> tuple[str, set[str]]:
    """The folder of the library with the fewest files in it, and those files."""
    rows = office.items(DECIDED)
    files = rows.filter(~pl.col("is_folder"))
    folders = rows.filter(pl.col("is_folder") & (pl.col("parent_id") != ""))
    holding = files.group_by("parent_id").len().join(folders, left_on="parent_id", right_on="item_id")
    folder = holding.sort("len", "parent_id")["parent_id"][0]
    return folder, set(files.filter(pl.col("parent_id") == folder)["item_id"])


def test_a_moved_folder_takes_what_is_below_along(office: Office) -> None:
    """All files below a renamed folder are looked at, for their address is another; files beside it are not."""
    folder, below = _folder(office)
    office.tenant.act(verb="rename", at=office.addresses(DECIDED, {folder})[0], name="Renamed by somebody")
    evaluated = office.evaluate(DECIDED)
    assert evaluated.outlook.evaluation.counts[UNLABELLED].covered == len(below)
    found = [one for one in evaluated.outlook.findings if one.subject.item_id in below]
    assert all("Renamed%20by%20somebody" in one.subject.url for one in found)


def test_a_relabelled_folder_labels_what_is_below(office: Office) -> None:
    """The files that a folder's new label is handed down to are looked at, and lack a label no more."""
    folder, below = _folder(office)
    address = office.addresses(DECIDED, {folder})[0]
    office.tenant.act(verb="label", at=address, label="PLN-02 Pre-application advice 7y")
    evaluated = office.evaluate(DECIDED)
    assert evaluated.outlook.evaluation.counts[UNLABELLED].covered <= len(below)
    assert not {one.subject.item_id for one in evaluated.outlook.findings if one.rule == "unlabelled-file"} & below
    assert set(office.items(DECIDED).filter(pl.col("item_id").is_in(below))["label"]) != {""}


def test_a_case_closes_with_its_last_finding(office: Office) -> None:
    """A library's only link opens a case; when its file is removed the case closes, and no other case does."""
    files = office.items(DECIDED).filter(~pl.col("is_folder"))
    address = office.addresses(DECIDED, {files["item_id"][0]})[0]
    elsewhere = office.standing(REGISTER)
    before = {case.id for case in office.cases(DECIDED)}
    office.tenant.act(verb="share", at=address, **{"with": "anyone"})
    office.evaluate(DECIDED)
    (opened,) = (case for case in office.cases(DECIDED) if case.id not in before)
    assert [line.count for line in opened.lines] == [1]
    office.tenant.act(verb="delete", at=address)
    office.evaluate(DECIDED)
    assert {case.id for case in office.cases(DECIDED)} == before
    assert office.standing(REGISTER) == elsewhere


def test_many_changes_are_one_request(office: Office) -> None:
    """However many syncs ask for an evaluation, one message waits; what changes once it has begun asks anew."""
    file = office.addresses(DECIDED, {office.items(DECIDED).filter(~pl.col("is_folder"))["item_id"][1]})[0]
    office.desk.ask(evaluation.evaluate_changes)
    before = office.waiting()
    for _ in range(3):
        office.tenant.act(verb="edit", at=file)
        office.sync(DECIDED)
    assert office.waiting() == before + 1
    office.evaluate()
    office.tenant.act(verb="edit", at=file)
    office.sync(DECIDED)
    assert office.waiting() == before + 2


def test_an_evaluation_that_dies_is_done_again(office: Office) -> None:
    """When an evaluation ends without a result, the next one looks at the same changes."""
    file = office.items(DECIDED).filter(~pl.col("is_folder"))["item_id"][2]
    office.tenant.act(verb="edit", at=office.addresses(DECIDED, {file})[0])
    office.sync(DECIDED)

    async def dies(app: Custos) -> None:
        async with evaluation_lock.turn(app.account, app.clock):
            raise KeyError(file)

    with pytest.raises(KeyError):
        office.desk.ask(dies)
    evaluated = office.desk.ask(evaluation.evaluate_changes)
    assert evaluated is not None
    assert evaluated.outlook.evaluation.counts[UNLABELLED].covered >= 1
