"""Councils are data: another shape makes another tenant, and what is wrong with its files is said with its place."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from custos.errors import BadInput
from custos.settings import REPOSITORY
from simulator.council import build_council
from simulator.council.data import read_council
from simulator.councils import folder_of, names


@pytest.mark.parametrize("council", names())
def test_every_council_makes_a_tenant_of_its_own(council: str) -> None:
    """Host, accounts, labels and planted facts are those of its files; each site's owners and files' authors are its people."""
    data = read_council(folder_of(council))
    tenant = build_council(council, scale=0.0005)
    assert (tenant.host, tenant.council) == (data.council.host, data.council.name)
    assert {user.upn.rpartition("@")[2] for user in tenant.users.values()} == {data.council.domain}
    assert set(tenant.labels) == {label.name for label in data.council.labels}
    assert {site.path for site in data.sites.sites} <= set(tenant.sites_by_path)
    links = tenant.planted["anyone_links"]
    assert isinstance(links, list)
    assert len(links) == sum(one.count for one in data.facts.anyone_links)
    colleagues = {tenant.actor(user).id for user in tenant.users.values()}
    authors = {item.created_by for drive in tenant.drives.values() for item in drive.order[1:] if item is not None}
    assert {author.id for author in authors if not author.application} <= colleagues


def test_accounts_go_by_the_councils_own_form() -> None:
    """One council names accounts after the post, another after the holder, with an address of the post where it says so."""
    assert "head.safeguarding@wrenbridge.example" in build_council(scale=0.0005).users_by_upn
    thornby = build_council("thornby").users_by_upn
    assert {"mellery@thornby.gov.example", "rellery@thornby.gov.example", "ig@thornby.gov.example"} & set(thornby) == {
        "rellery@thornby.gov.example",
        "ig@thornby.gov.example",
    }


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the second council that a test may spoil."""
    return shutil.copytree(folder_of("thornby"), tmp_path / "council")


SLIPS = [
    ("sites.yaml", "items: 120", "items: many", 'sites.yaml:10:33  "many" does not fit here. Write a whole number.'),
    ("sites.yaml", "words: market, years", "wrods: market, years", 'There is no key "wrods" here. Did you mean "words"?'),
    ("sites.yaml", "title: Finance", "titel: Finance", "sites.yaml:2:5  This lacks title."),
    ("sites.yaml", "last_human: 2020-02-14", "last_human: 14/02/2020", "Write a day as 2024-03-14."),
    ("sites.yaml", "years: [2012, 2019]", "years: [2012]", "This list has 1 entries. Write 2."),
    ("sites.yaml", "owners: [Payments Lead]", "owners: [Payments lead]", 'There is no post "Payments lead". Did you mean "Payments Lead"?'),
    ("sites.yaml", "department: People", "department: Poeple", 'There is no department "Poeple".'),
    ("sites.yaml", "words: adoption, label: CHI", "words: adoption, label: CIH", 'There is no label that begins with "CIH DOB 75 years".'),
    ("sites.yaml", "path: sites/payments", "path: sites/finance", 'The site "sites/finance" stands twice.'),
    ("facts.yaml", "library: sites/finance/Invoices", "library: sites/finance/Invoice", "facts.yaml:2:5  There is no library"),
    ("facts.yaml", "team: teams/market-square", "team: sites/finance", 'There is no team "sites/finance".'),
    ("facts.yaml", "kind: edit", "kind: write", '"write" does not fit here. Write one of view, edit.'),
    ("people.yaml", "manager: Head of Finance", "manager: Head of Fin", 'There is no post "Head of Fin".'),
    ("people.yaml", "'{initial}{last}'", "'{inital}{last}'", 'has {inital}, which is not made up. Did you mean "initial"?'),
    ("names.yaml", "'Fees {year}.xlsx'", "'Fees {year.xlsx'", "has a brace without its other half"),
    ("council.yaml", "set_by_hand: [Old 7 years, Scratch 30 days]", "set_by_hand: [Old 7 years", "council.yaml:27:1  This is no YAML"),
    ("council.yaml", "scale: 1\n", "scale: 1\nscale: 2\n", 'council.yaml:7:1  The key "scale" stands twice.'),
]  # fmt: skip


@pytest.mark.parametrize(("file", "was", "slip", "said"), SLIPS)
def test_a_slip_is_refused_with_its_place(copied: Path, file: str, was: str, slip: str, said: str) -> None:
    """File, line and column, what is wrong, and what to write instead."""
    text = (copied / file).read_text()
    assert was in text
    (copied / file).write_text(text.replace(was, slip, 1))
    with pytest.raises(BadInput) as refused:
        build_council(str(copied))
    assert said in str(refused.value)
    assert str(refused.value).startswith(f"{file}:")


def test_everything_that_is_wrong_is_told_at_once(copied: Path) -> None:
    """Two files with slips and a third that is missing are three problems; the command ends with 2 and no traceback."""
    (copied / "sites.yaml").write_text((copied / "sites.yaml").read_text().replace("items: 120", "items: many", 1))
    (copied / "facts.yaml").write_text("anyone_links: {}\n")
    (copied / "names.yaml").unlink()
    done = subprocess.run(
        [sys.executable, "-m", "simulator", "serve", "--council", str(copied)],
        cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert [line.split("  ")[0] for line in done.stderr.splitlines()] == [
        "facts.yaml:1:15",
        "names.yaml",
        "sites.yaml:10:33",
    ]
