"""A council as its files describe it: five YAML files in `simulator/councils/NAME/`, read and checked against each other.

| file | says |
|---|---|
| `council.yaml` | names, host, domain, departments, accounts of nobody, labels |
| `people.yaml` | posts and their holders, how accounts are named, names of everybody else |
| `sites.yaml` | sites and libraries with their sizes, and what lies outside the governed sites |
| `facts.yaml` | what is planted to be found: links, people from outside, holds |
| `names.yaml` | what folders and files are called |
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from custos.errors import BadInput
from custos.problems import Problems
from simulator.council import checks
from simulator.council.reading import read
from simulator.council.shapes import CouncilData, CouncilFile, FactsFile, NamesFile, PeopleFile, SitesFile


@cache
def read_council(folder: Path) -> CouncilData:
    """A council out of its folder. Raises BadInput with everything that is wrong with its files, each with its place."""
    problems = Problems()
    files = (
        read(folder / "council.yaml", CouncilFile, problems),
        read(folder / "people.yaml", PeopleFile, problems),
        read(folder / "sites.yaml", SitesFile, problems),
        read(folder / "facts.yaml", FactsFile, problems),
        read(folder / "names.yaml", NamesFile, problems),
    )
    match files:
        case (
            CouncilFile() as council, PeopleFile() as people, SitesFile() as sites, FactsFile() as facts, NamesFile() as names
        ) if not problems.errors:  # fmt: skip
            data = CouncilData(council, people, sites, facts, names)
            checks.check(data, problems)
            if not problems.errors:
                return data
    raise BadInput(problems.all)
