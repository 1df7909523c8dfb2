"""The first look as a page that prints well, on the terminal, and for machines."""

from __future__ import annotations

from datetime import datetime

from rich.console import Console

from custos.jobs.first_look import AGES, LABELS, FirstLook, Holding, Unclaimed
from custos.report.html import document
from custos.report.plots import Bar, bars
from custos.report.screen import Listing, words
from custos.report.shapes import reports as shapes
from custos.report.wording import when
from custos.wording import many

UNKNOWN = "unknown"
_UNITS = ("B", "KB", "MB", "GB", "TB")
_STEP = 1000
_UNLABELLED = LABELS[2]


def page(look: FirstLook) -> str:
    """As one HTML file."""
    ages = [Bar(label, number, f"{number:,}") for label, number in zip(AGES, look.by("ages"), strict=False)]
    labels = [
        Bar(label, number, f"{number:,}", bad=label == _UNLABELLED)
        for label, number in zip(LABELS, look.by("labels"), strict=False)
    ]
    return document(
        "first_look.html",
        look=look,
        ages=bars("Files by how long ago a person last worked on them", ages),
        labels=bars("Files by retention label", labels),
        count=counted,
        size=size_of,
        labelled=labelled,
        known=known,
        site_size=site_size,
    )


def show(look: FirstLook, screen: Console) -> None:
    """Print it."""
    for sentence in look.documents:
        screen.print(words((sentence, "red")), soft_wrap=True)
    oldest = f", the oldest on {when(look.oldest)}" if look.oldest else ""
    said = f"{look.read} of {look.libraries} libraries on {many(look.sites, 'site')} were read to their end{oldest}."
    screen.print(words(f"As at {when(look.now)}. {said}"), soft_wrap=True)
    if not look.whole:
        screen.print(words((unread(look), "red")), soft_wrap=True)
    screen.print(words(rights(look)), soft_wrap=True)
    screen.print()
    screen.print(words(("First", "bold"), f": {'' if look.things else 'nothing is known that needs attention.'}"))
    for number, thing in enumerate(look.things, 1):
        who = f"Who: {thing.who}. Shown by `custos {thing.command}`."
        screen.print(words(f"{number:>2}  {thing.what} {thing.why} {who}"), soft_wrap=True)
    if look.more:
        screen.print(f"{many(look.more, 'thing')} more: see `custos register` and `custos kpi`.")
    screen.print()
    columns = ("asset", "owner", "libraries read", "files", "size", "open links", "outside", "labelled")
    found = Listing("What is held, and by whom", columns, numbers=columns[2:])
    for one in look.holdings:
        read = f"{one.read} of {one.libraries}"
        name = f"{one.asset_id or 'none'} {one.name}"
        links, outside = f"{one.exposed:,}", f"{one.outside:,}"
        found.add(name, one.owner, read, counted(one), size_of(one), links, outside, labelled(one))
    screen.print(found)
    ages = ", ".join(f"{label} {number:,}" for label, number in zip(AGES, look.by("ages"), strict=False))
    labels = ", ".join(f"{label} {number:,}" for label, number in zip(LABELS, look.by("labels"), strict=False))
    screen.print(words(("How old", "bold"), f": {ages}"), soft_wrap=True)
    screen.print(words(("How labelled", "bold"), f": {labels}"), soft_wrap=True)
    screen.print()
    sites = Listing(
        f"{many(len(look.unclaimed), 'site')} that nobody has claimed",
        ("site", "files", "size", "outside", "open links", "last worked in"),
    )
    for site in look.unclaimed:
        active = _active(site.active)
        sites.add(
            f"{site.title} {site.url}",
            known(site.files),
            site_size(site),
            known(site.outside),
            f"{site.exposed:,}",
            active,
        )
    screen.print(sites)


def as_json(look: FirstLook) -> shapes.FirstLook:
    """For machines."""
    return shapes.FirstLook(
        as_of=look.now,
        complete=look.read,
        libraries=look.libraries,
        sites=look.sites,
        writes=look.writes,
        documents=list(look.documents),
        things=[
            shapes.FirstLookThing(what=one.what, why=one.why, who=one.who, command=one.command) for one in look.things
        ],
        more=look.more,
        holdings=[_holding(one) for one in look.holdings],
        unclaimed=[
            shapes.FirstLookSite(
                title=one.title, url=one.url, files=one.files, size=one.size, outside=one.outside,
                open_links=one.exposed, last_worked_in=one.active,
            )
            for one in look.unclaimed
        ],
        organisation_links=look.organisation_links,
        unknown_links=look.unknown_links,
        unknown_access=look.unknown_access,
    )  # fmt: skip


def rights(look: FirstLook) -> str:
    """Whether Custos may write."""
    if look.writes:
        return "Custos may write in this tenant."
    return "Custos holds no right to write: nothing was changed, and nothing can be."


def unread(look: FirstLook) -> str:
    """What it means that not everything was read."""
    if not look.libraries:
        return "No library is known yet, so nothing here says anything about the tenant: run `custos sync --discover`."
    return "Not everything was read: every number here is at least so much."


def counted(one: Holding) -> str:
    """How many files; "unknown" while nothing of it was read, "at least" while not everything was."""
    if one.libraries and not one.read and not one.files:
        return UNKNOWN
    return _at_least(one, f"{one.files:,}")


def size_of(one: Holding) -> str:
    """How large, told as `counted`."""
    if one.libraries and not one.read and not one.files:
        return UNKNOWN
    return _at_least(one, size_words(one.size), more=bool(one.unsized))


def labelled(one: Holding) -> str:
    """The share of files with a fitting label, of those whose label is known."""
    fitting, other, none, unknown = one.labels
    known_labels = fitting + other + none
    if not known_labels:
        return UNKNOWN if unknown or one.read < one.libraries else "n/a"
    return f"{fitting / known_labels:.0%}".replace("%", " %")


def known(number: int | None) -> str:
    """A count that may not be known."""
    return UNKNOWN if number is None else f"{number:,}"


def site_size(site: Unclaimed) -> str:
    """How large a site is."""
    return UNKNOWN if site.size is None else size_words(site.size)


def size_words(size: int) -> str:
    """Bytes as people read them: "38.2 GB"."""
    number, unit = float(size), 0
    while number >= _STEP and unit < len(_UNITS) - 1:
        number, unit = number / _STEP, unit + 1
    return f"{number:,.0f} {_UNITS[unit]}" if unit == 0 else f"{number:,.1f} {_UNITS[unit]}"


def _at_least(one: Holding, said: str, *, more: bool = False) -> str:
    return f"at least {said}" if more or one.read < one.libraries else said


def _active(at: datetime | None) -> str:
    return when(at) if at else UNKNOWN


def _holding(one: Holding) -> shapes.FirstLookHolding:
    return shapes.FirstLookHolding(
        asset=one.asset_id,
        name=one.name,
        owner=one.owner,
        sites=one.sites,
        libraries=one.libraries,
        complete=one.read,
        files=one.files,
        size=one.size,
        files_without_size=one.unsized,
        ages=dict(zip(AGES, one.ages, strict=True)),
        labels=dict(zip(LABELS, one.labels, strict=True)),
        open_links=one.exposed,
        outside=one.outside,
        outside_without_agreement=one.without,
    )
