"""Shapes of the reports: the first look."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from custos.report.shapes.base import Shape, Version, said


class FirstLookThing(Shape, frozen=True, kw_only=True):
    """One of the things to do first."""

    what: Annotated[str, said("what to do")]
    why: Annotated[str, said("why it matters")]
    who: Annotated[str, said("who can do it")]
    command: Annotated[str, said("what shows it, behind `custos`")]


class FirstLookHolding(Shape, frozen=True, kw_only=True):
    """What one asset holds."""

    asset: Annotated[str | None, said('its id; "" what no asset covers, null what lies where that is not known')]
    name: Annotated[str, said("in words")]
    owner: Annotated[str, said("post of its owner, or that it is vacant and who stands in")]
    sites: Annotated[int, said("how many sites")]
    libraries: Annotated[int, said("how many libraries")]
    complete: Annotated[int, said("how many of them were read to their end; fewer: every count is at least so much")]
    files: Annotated[int, said("files that were read")]
    size: Annotated[int, said("their bytes, as far as known")]
    files_without_size: Annotated[int, said("files whose size is not known")]
    ages: Annotated[dict[str, int], said("files by how long ago a person last worked on them")]
    labels: Annotated[dict[str, int], said("files by what label they have")]
    open_links: Annotated[int, said("links that anyone can open and nothing allows")]
    outside: Annotated[int, said("people from outside with access")]
    outside_without_agreement: Annotated[int, said("those whom no agreement in date covers")]


class FirstLookSite(Shape, frozen=True, kw_only=True):
    """A site that no asset covers; null is not known."""

    title: Annotated[str, said("its title")]
    url: Annotated[str, said("its address")]
    files: Annotated[int | None, said("files in it")]
    size: Annotated[int | None, said("their bytes")]
    outside: Annotated[int | None, said("people from outside with access")]
    open_links: Annotated[int, said("links that anyone can open and nothing allows")]
    last_worked_in: Annotated[datetime | None, said("when a person last worked there")]


class FirstLook(Shape, frozen=True, kw_only=True):
    """Of `custos report first-look`."""

    version: Version = 1
    as_of: Annotated[datetime, said("when it was made")]
    complete: Annotated[int, said("libraries read to their end")]
    libraries: Annotated[int, said("libraries expected")]
    sites: Annotated[int, said("governed sites")]
    writes: Annotated[bool, said("whether Custos may write")]
    documents: Annotated[list[str], said("sentences: governing documents that are past their own review")]
    things: Annotated[list[FirstLookThing], said("the ten things to do first, the gravest consequence first")]
    more: Annotated[int, said("things beyond the ten")]
    holdings: Annotated[list[FirstLookHolding], said("by asset")]
    unclaimed: Annotated[list[FirstLookSite], said("sites that no asset covers")]
    organisation_links: Annotated[int, said("links for the whole organisation")]
    unknown_links: Annotated[int, said("links of which it is not known who may open them")]
    unknown_access: Annotated[int, said("accesses of which it is not known whose they are")]
