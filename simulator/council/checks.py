"""Whether the files of a council agree with each other: who and what one of them names is in another."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from string import Formatter

from custos.did_you_mean import near
from custos.errors import Mark
from custos.problems import Problems
from simulator.council.shapes import CouncilData, CouncilFile, FactsFile, NamesFile, PeopleFile, SitesFile

DRAWN = ("ref", "surname", "street", "body", "firm", "year", "date")
"""What the name of a folder or file may have in braces."""
ACCOUNT = ("post", "first", "last", "initial")
"""What an account's form may have in braces."""


def check(data: CouncilData, problems: Problems) -> None:
    """Note every name that leads nowhere, with its place."""
    people, sites, names = data.people, data.sites, data.names
    for mark, kind, written, known in (
        *_of_people(data.council, people),
        *_of_sites(data.council, people, sites, names),
        *_of_facts(data.council, people, sites, data.facts),
    ):
        if written not in known:
            problems.error(mark, f'There is no {kind} "{written}".', near(written, known))
    for mark, kind, written in _twice(people, sites):
        problems.error(mark, f'The {kind} "{written}" stands twice.', "")
    for mark, form, known in _forms(people, names):
        _check_form(mark, form, known, problems)


type _Named = tuple[Mark, str, str, Collection[str]]


def _posts(people: PeopleFile) -> Collection[str]:
    return {post.post for post in people.posts}


def libraries_of(sites: SitesFile) -> Collection[str]:
    """Every library that is filled, as `PATH OF THE SITE/PATH OF THE LIBRARY`."""
    return {f"{site.path}/{library.path or library.name}" for site in sites.sites for library in site.libraries}


def _of_people(council: CouncilFile, people: PeopleFile) -> Iterator[_Named]:
    labels = {label.name for label in council.labels}
    yield from ((council.mark, "label", name, labels) for name in council.set_by_hand)
    yield council.mark, "department", council.accounts.platform.department, council.departments
    for post in people.posts:
        yield post.mark, "department", post.department, council.departments
        if post.manager:
            yield post.mark, "post", post.manager, _posts(people)


def _of_sites(council: CouncilFile, people: PeopleFile, sites: SitesFile, names: NamesFile) -> Iterator[_Named]:
    posts = _posts(people)
    for site in sites.sites:
        yield site.mark, "department", site.department, council.departments
        yield site.mark, "sensitivity label for", site.capability, council.sensitivity
        yield from ((site.mark, "post", owner, posts) for owner in site.owners)
        for library in site.libraries:
            yield library.mark, "kind of names", library.words, names.words
            starts = [label.name[: len(library.label)] for label in council.labels]
            yield library.mark, "label that begins with", library.label, starts
    yield from ((sites.mark, "post", post, posts) for post in (sites.others_owner, sites.hold_libraries_by))
    for owned in (sites.loop, sites.onedrive, sites.private_channel):
        if owned is not None:
            yield owned.mark, "post", owned.owner, posts
    if sites.private_channel is not None:
        yield sites.private_channel.mark, "team", sites.private_channel.team, _teams(sites)


def _teams(sites: SitesFile) -> Collection[str]:
    return [site.path for site in sites.sites if site.team]


def _of_facts(council: CouncilFile, people: PeopleFile, sites: SitesFile, facts: FactsFile) -> Iterator[_Named]:
    libraries, posts = libraries_of(sites), _posts(people)
    for links in (*facts.anyone_links, *facts.organisation_links):
        yield links.mark, "library", links.library, libraries
    yield from ((outside.mark, "library", outside.library, libraries) for outside in facts.outside)
    if facts.stale_library is not None:
        yield facts.stale_library.mark, "library", facts.stale_library.library, libraries
    for planted in (*facts.held, facts.locked_record, facts.open_to_everyone):
        if planted is not None:
            yield planted.mark, "library", planted.library, libraries
            yield planted.mark, "post", planted.by, posts
    yield from ((guests.mark, "team", guests.team, _teams(sites)) for guests in facts.team_guests)
    if facts.locked_record is not None:
        yield facts.locked_record.mark, "label", facts.locked_record.label, {label.name for label in council.labels}
    if facts.named is not None:
        mark, paths = facts.named.mark, {site.path for site in sites.sites} | {site.path for site in sites.others}
        listed = [path for paths_of_name in facts.named.site_lists.values() for path in paths_of_name]
        yield from ((mark, "library", name, libraries) for name in facts.named.libraries.values())
        yield from ((mark, "site", path, paths) for path in (*facts.named.sites.values(), *listed))
        groups = [site.path for site in sites.sites if site.kind == "group"]
        yield from ((mark, "site with a group", path, groups) for path in facts.named.groups.values())


def _twice(people: PeopleFile, sites: SitesFile) -> Iterator[tuple[Mark, str, str]]:
    seen: set[tuple[str, str]] = set()
    named = [(post.mark, "post", post.post) for post in people.posts]
    named += [(site.mark, "site", site.path) for site in sites.sites]
    named += [
        (library.mark, "library", f"{site.path}/{library.name}") for site in sites.sites for library in site.libraries
    ]
    for mark, kind, name in named:
        if (kind, name) in seen:
            yield mark, kind, name
        seen.add((kind, name))


def _forms(people: PeopleFile, names: NamesFile) -> Iterable[tuple[Mark, str, Collection[str]]]:
    yield people.mark, people.post_accounts, ACCOUNT
    yield people.mark, people.staff_accounts, ACCOUNT[1:]
    for words in names.words.values():
        yield from ((words.mark, form, DRAWN) for form in (words.folder, *words.files))


def _check_form(mark: Mark, form: str, known: Collection[str], problems: Problems) -> None:
    try:
        found = [name for _, name, *_ in Formatter().parse(form) if name is not None]
    except ValueError:
        problems.error(mark, f'"{form}" has a brace without its other half.', "")
        return
    for name in found:
        if name not in known:
            problems.error(mark, f'"{form}" has {{{name}}}, which is not made up.', near(name, known))
