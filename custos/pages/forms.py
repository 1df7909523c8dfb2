"""A form that was sent: who sent it from where, and what stands in it. Everything in it is hostile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from custos.errors import CustosError
from custos.pages.http import Request

LARGEST_BODY = 32 * 1024  # bytes; a hundred answers are 4 KB
_MOST_FIELDS = 250
_LONGEST_VALUE = 200
_KIND = "application/x-www-form-urlencoded"


class BadForm(CustosError):  # reads like the rest of the tree in custos.errors
    """The form is none that a page of ours sends. Its text is for whoever sent it."""


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form, in their order."""

    fields: tuple[tuple[str, str], ...]

    def one(self, name: str) -> str:
        """The only value of a field, "" where it is missing. Raises BadForm when there are several."""
        found = self.all(name)
        if len(found) > 1:
            raise BadForm(f"The form says “{name}” more than once.")
        return found[0] if found else ""

    def all(self, name: str) -> list[str]:
        """Every value of a field."""
        return [value for each, value in self.fields if each == name]


def read_form(request: Request) -> Form:
    """The form in a request's body. Raises BadForm."""
    if _comes_from_elsewhere(request.headers):
        raise BadForm("The form was sent from a page of somebody else.")
    if len(request.body) > LARGEST_BODY:
        raise BadForm("The form is larger than any that these pages send.")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _KIND:
        raise BadForm("The form was sent in another way than these pages send theirs.")
    try:
        text = request.body.decode("ascii")
        pairs = parse_qsl(
            text, keep_blank_values=True, strict_parsing=bool(text), errors="strict", max_num_fields=_MOST_FIELDS
        )
    except ValueError as error:  # also UnicodeDecodeError
        raise BadForm("The form cannot be read.") from error
    if any(len(name) > _LONGEST_VALUE or len(value) > _LONGEST_VALUE for name, value in pairs):
        raise BadForm("A field of the form is longer than any that these pages send.")
    return Form(tuple(pairs))


def _comes_from_elsewhere(headers: Mapping[str, str]) -> bool:
    """Whether the browser says that another site sent it. Old browsers say nothing; then the token alone counts.

    Source: https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
    """
    return headers.get("sec-fetch-site", "same-origin").lower() != "same-origin"
