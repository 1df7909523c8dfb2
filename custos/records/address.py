"""Where something is in SharePoint: one type of address, read in two ways that never meet.

`read_address` reads what people paste. Understood, besides plain addresses: list views (`…/Forms/AllItems.aspx?id=…` or
`?RootFolder=…`), `/:f:/r/…`, a site's pages `SitePages/Home.aspx` and `_layouts/15/viewlsts.aspx`, without a scheme, in angle brackets
as mail programs paste them, and with `#`, `%`, `&` and `+` raw or escaped. What cannot be a place is refused with the reason and the
remedy: a sharing link, a document's id, two addresses in one, invisible characters.

`told_address` takes an address that Microsoft told or that was built of names it told: its path is what it says, whatever the names
look like. A file `Forms/page.aspx` in a folder is a file, and no view.

Only a library's own `Forms` holds its views: SharePoint lets nobody make a folder of that name at the root of a library, and anybody
further down.

Case and closing slashes make no difference, for SharePoint ignores them. Names are compared after Unicode normalisation (NFC).
Sources: https://support.microsoft.com/office/64883a5d-228e-48f5-b3d2-eb39e07630fa (characters that names cannot have) and
https://learn.microsoft.com/graph/api/resources/itemreference (paths are percent-encoded)
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from custos.invisible_characters import named, unseen_in

MANAGED_PATHS = ("sites", "teams")
"""First segments below which every site but the root site lies."""

_PERSONAL = "personal"
_HOST = re.compile(
    r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+(?::\d{1,5})?|localhost(?::\d{1,5})?"
)
_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_NEARLY_SCHEME = re.compile(r"[htps]{3,6} ?[:;]? ?/", re.IGNORECASE)
_SITE_PATH = re.compile(r"\w/(?:sites|teams)/", re.IGNORECASE)
_DRIVE = re.compile(r"[a-z]:|file:|smb:", re.IGNORECASE)
_NOT_IN_NAMES = frozenset('"*:<>?\\|')
_LINK_PREFIX = re.compile(r":[a-z]:", re.IGNORECASE)
_VIEW_OF = ("id", "rootfolder")
_OF_VIEWS = frozenset(
    {
        "csf", "e", "filterfield", "filterop", "filtertype", "filtervalue", "folderctid", "ga", "groupid", "id", "isascending", "listurl",
        "newtargetlisturl", "noauthredirect", "p", "parent", "q", "rootfolder", "searchscope", "siteid", "sortdir", "sortfield",
        "useview", "view", "viewid", "viewpath", "web", "webid",
    }
)  # fmt: skip
"""What stands behind & in the address of a view. Filters, as FilterField1, have a number."""
_FORMS_OF_ONE = ("dispform.aspx", "editform.aspx", "newform.aspx", "upload.aspx")
_FROM_BROWSER = "Copy it from the browser's address bar while the library or folder is open."
_LONGEST = 2_000
_WRAPPERS = (
    ".safelinks.protection.outlook.com",
    "urldefense.com",
    "urldefense.proofpoint.com",
    "statics.teams.cdn.office.net",
)
_TEAMS = ("teams.microsoft.com", "teams.cloud.microsoft", "teams.microsoft.us", "teams.live.com")


class NotAnAddress(ValueError):
    """A text that cannot be the address of a site, a library or what lies in one. `what` and `remedy` are for its author."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what} {remedy}")
        self.what = what
        self.remedy = remedy


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """A place in SharePoint. Equal addresses mean the same place, however they were written.

    `key` is for comparing: https://host/sites/plans/public register. `text` is for people: the same as it was spelled.
    """

    key: str
    text: str = field(compare=False)

    @property
    def host(self) -> str:
        """The host, lower case."""
        return self.key.removeprefix("https://").partition("/")[0]

    @property
    def segments(self) -> tuple[str, ...]:
        """The names of the path, folded; none for the root site."""
        path = self.key.removeprefix("https://").partition("/")[2]
        return tuple(path.split("/")) if path else ()

    @property
    def url(self) -> str:
        """The address as a browser takes it, escaped."""
        head, _, path = self.text.removeprefix("https://").partition("/")
        return f"https://{head}/{quote(path)}" if path else f"https://{head}"

    def lies_in(self, container: Address) -> bool:
        """True when it is the container or below it. In the root site lies only what is in no other site."""
        if self.key == container.key:
            return True
        if not container.segments:
            return self.host == container.host and self.segments[0] not in (*MANAGED_PATHS, _PERSONAL)
        return self.key.startswith(f"{container.key}/")

    def upwards(self) -> Iterator[Address]:
        """The address and every one above it, up to the root site."""
        key, text = self.key, self.text
        while "/" in key.removeprefix("https://"):
            yield Address(key, text)
            key, text = key.rpartition("/")[0], text.rpartition("/")[0]
        yield Address(key, text)

    def below(self, names: Iterable[str]) -> Address:
        """What lies under these names, one inside the other, as Microsoft spells them."""
        path = "/".join(names)
        return Address(f"{self.key}/{folded(path)}", f"{self.text}/{path}") if path else self

    @property
    def is_site(self) -> bool:
        """True for the root site and for what stands directly below a managed path, which is a site and no library."""
        return not self.segments or (len(self.segments) == 2 and self.segments[0] in MANAGED_PATHS)

    def moved(self, old: Address, new: Address) -> Address:
        """The same place after `old`, in which it lies, was given the address `new`."""
        return Address(new.key + self.key[len(old.key) :], new.text + self.text[len(old.text) :])


def read_address(written: str, *, host: str = "") -> Address:
    """The address that somebody wrote or pasted. Raises NotAnAddress with the reason and the remedy.

    With `host` (lower case), an address of any other host is refused.
    """
    text = _unwrapped(written)
    _unwrapped_by_mail(text)
    _whole(text)
    found, path, query = _parted(text)
    if host and found != host:
        raise NotAnAddress(f'"{found}" is another host than the tenant\'s, {host}.', "Use an address of this tenant.")
    segments = [segment for segment in unquote(path).split("/") if segment]
    return _address(found, _place(segments, query, text), text)


def told_address(url: str | None) -> Address | None:
    """The address that Microsoft told, or that was built of names it told: the place that its escaped path says, to the letter.

    None when it is none, or a viewer's that names a document by an id: then the place is unknown.
    """
    scheme = _SCHEME.match(url or "")
    if not url or not scheme or "?" in url:
        return None
    head, _, path = url[scheme.end() :].partition("/")
    host = head.casefold().removesuffix(":443")
    segments = [name for name in map(unquote, path.split("/")) if name]
    if not _HOST.fullmatch(host) or _no_place(host, segments):
        return None
    return _of(host, segments)


def looks_like_address(written: str) -> bool:
    """Whether a text is meant as an address, also a mistyped one: it begins with a scheme, or with a host and a path of a site."""
    text = _unwrapped(written)
    if _SCHEME.match(text) or _NEARLY_SCHEME.match(text):
        return True
    if _SITE_PATH.search(text) and not _DRIVE.match(text):
        return True
    head, slash, path = text.partition("/")
    first = path.partition("/")[0].casefold()
    return (
        bool(slash)
        and bool(_HOST.fullmatch(head.casefold()))
        and (
            "sharepoint" in head.casefold()
            or first in (*MANAGED_PATHS, _PERSONAL)
            or bool(_LINK_PREFIX.fullmatch(first))
        )
    )


def _unwrapped(written: str) -> str:
    """The text without the angle brackets in which mail programs put an address (RFC 3986, appendix C)."""
    text = written.strip()
    return text[1:-1].strip() if text.startswith("<") and text.endswith(">") else text


def _unwrapped_by_mail(text: str) -> None:
    """Refuse a link that a mail filter put around another, and one of Teams, which names a channel by its id.

    Sources: https://learn.microsoft.com/defender-office-365/safe-links-about and
    https://learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/deep-link-teams
    """
    host = _SCHEME.sub("", text, count=1).partition("/")[0].casefold()
    if host.endswith(_WRAPPERS):
        raise NotAnAddress(
            "This is a link that a mail program wrapped around the address.", f"Open it. {_FROM_BROWSER}"
        )
    if host.endswith(_TEAMS):
        raise NotAnAddress(
            "This is a link of Teams, which does not say where the files lie.",
            f'Choose "Open in SharePoint" in the channel\'s files. {_FROM_BROWSER}',
        )


def _whole(text: str) -> None:
    """Refuse what is longer than an address or has characters in it that nobody can see, or two addresses."""
    if len(text) > _LONGEST:
        raise NotAnAddress(f"An address of {len(text)} characters is too long.", _FROM_BROWSER)
    _seen(text)
    if len(_SCHEME.findall(text)) > 1:
        raise NotAnAddress(f'"{text}" is two addresses.', "Put ; between them.")


def _seen(text: str) -> None:
    """Refuse a character that nobody sees, written or escaped."""
    if character := unseen_in(text):
        raise NotAnAddress(
            f"The address has a character in it that cannot be seen: {named(character)}.",
            "Delete it; put ; between two addresses.",
        )


def _parted(text: str) -> tuple[str, str, str]:
    """Host, path and query. A # belongs to the path, except behind a page."""
    rest = _SCHEME.sub("", text, count=1)
    rest, _, query = rest.partition("?")
    head, _, path = rest.partition("/")
    host = head.casefold().removesuffix(":443")
    if not _HOST.fullmatch(host):
        raise NotAnAddress(f'"{text}" is not an address.', "Copy it from the browser; it begins with https://.")
    page, hash_mark, _ = path.partition("#")
    if hash_mark and page.casefold().endswith(".aspx"):
        if not page.casefold().endswith("sitepages/home.aspx"):
            raise NotAnAddress(
                "This address shows a folder behind a #, which the browser alone understands.", _FROM_BROWSER
            )
        path = page
    if "#/" in query or "#inplview" in query.casefold():
        raise NotAnAddress(
            "This address shows a folder behind a #, which the browser alone understands.", _FROM_BROWSER
        )
    return host, path, query


def _place(segments: list[str], query: str, text: str) -> list[str]:
    """The names of the place that a path and a query mean."""
    if segments and _LINK_PREFIX.fullmatch(segments[0]):
        if len(segments) < 2 or segments[1].casefold() != "r":
            raise NotAnAddress(
                "This is a sharing link, which does not say where it leads.", f"Open it. {_FROM_BROWSER}"
            )
        return _place(segments[2:], query, text)
    asked = _shown(query)
    if asked is not None:
        return asked
    if segments and segments[-1].casefold().endswith(".aspx"):
        return _of_page(segments)
    return segments


def _of_page(segments: list[str]) -> list[str]:
    """The place that a page of a site or of a library means. A file further down that is called like one is itself."""
    names = [segment.casefold() for segment in segments]
    site = 2 if names[0] in MANAGED_PATHS else 0
    own = names[site:]
    if not own:
        return segments
    if "_layouts" in own:
        if own[0] == "_layouts" and own[-1] in ("viewlsts.aspx", "start.aspx", "settings.aspx"):
            return segments[:site]
        raise NotAnAddress("This address names a document by an id, not by its place.", _FROM_BROWSER)
    if own == ["sitepages", "home.aspx"]:
        return segments[:site]
    if own[:1] == ["lists"] and len(own) == _LIST_VIEW:
        return segments[:-1]
    library = 2 if own[0] == "lists" else 1
    if own[library:-1] == ["forms"]:
        if own[-1] in _FORMS_OF_ONE:
            raise NotAnAddress("This address names a document by an id, not by its place.", _FROM_BROWSER)
        return segments[:-2]
    return segments


_LIST_VIEW = 3  # Lists/NAME/view.aspx


def _shown(query: str) -> list[str] | None:
    """The folder that a list view shows, None when the query names none. A + is a plus: SharePoint writes spaces as %20."""
    parts = query.split("&")
    for number, part in enumerate(parts):
        name, _, value = part.partition("=")
        if name.casefold() not in _VIEW_OF:
            continue
        path = unquote(_whole_value(value, parts[number + 1 :]))
        if not path.strip("/") or not path.startswith("/"):
            raise NotAnAddress(f'The address is cut off: "{name}=" names no folder.', _FROM_BROWSER)
        return [segment for segment in path.split("/") if segment]
    return None


def _whole_value(value: str, parts: list[str]) -> str:
    """The path behind `id=` with what belongs to it of the parts behind the next &.

    A browser escapes the & of a name. In a path that somebody wrote, with raw slashes, it may be raw: what follows it and is no
    setting of a view belongs to the name. What could be both is refused, for a folder `R` and a folder `R&D` may stand side by side.
    """
    raw = "/" in value
    for part in parts:
        name, is_setting, _ = part.partition("=")
        if is_setting and (not raw or name.casefold().rstrip("0123456789") in _OF_VIEWS):
            break
        if not part and not raw:
            continue
        if is_setting or not part or not raw:
            what = f'Nobody can tell whether "&{part}" belongs to a name in the address or comes after it.'
            raise NotAnAddress(what, "Write %26 for an & in a name, and leave out what comes after the folder.")
        value = f"{value}&{part}"
    return value


def _address(host: str, segments: list[str], text: str) -> Address:
    for segment in segments:
        _seen(segment)
        bad = next((character for character in segment if character in _NOT_IN_NAMES), "")
        if bad:
            raise NotAnAddress(
                f'"{segment}" cannot be a name in SharePoint: {bad} is not allowed in one.', _FROM_BROWSER
            )
        if segment != segment.strip() or segment in (".", ".."):
            raise NotAnAddress(f'"{segment}" cannot be a name in SharePoint.', _FROM_BROWSER)
    match _no_place(host, segments):
        case "":
            return _of(host, segments)
        case "personal":
            raise NotAnAddress("This is somebody's OneDrive, which Custos does not govern.", "Name a SharePoint site.")
        case _:
            remedy = f"Write https://{host}/{segments[0].casefold()}/ and the site's name."
            raise NotAnAddress(f'"{text}" names no site.', remedy)


def _no_place(host: str, segments: Sequence[str]) -> str:
    """Why nothing that Custos governs lies under a path: "personal" or "managed path"; "" when something may."""
    first = segments[0].casefold() if segments else ""
    if first == _PERSONAL or host.partition(".")[0].endswith("-my"):
        return "personal"
    return "managed path" if first in MANAGED_PATHS and len(segments) == 1 else ""


def _of(host: str, segments: Iterable[str]) -> Address:
    root, path = f"https://{host}", "/".join(segments)
    return Address(f"{root}/{folded(path)}", f"{root}/{path}") if path else Address(root, root)


def names_in(path: str) -> tuple[str, ...]:
    """The names of an escaped path, one inside the other."""
    return tuple(unquote(name) for name in path.split("/") if name)


def part_of_address(written: str) -> str:
    """A part of an address that somebody wrote, comparable with the key of one."""
    return folded(unquote(written))


def folded(text: str) -> str:
    """A name or path for comparing: what SharePoint takes for the same is equal."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())
