"""`python -m simulator act`: do to a running simulated tenant what its people do. A thin client of `POST /sim/act`.

python -m simulator act --at http://127.0.0.1:P edit "/sites/planning-casework/Current applications/Plan.docx"
"""

from __future__ import annotations

import argparse
import json
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_LIBRARY = "'/sites/planning-casework/Current applications'"
_FILE = "'/sites/planning-casework/Current applications/Site plan.docx'"


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb of the command line: positional arguments by name, options by (flag, help), and one example."""

    name: str
    summary: str
    places: Sequence[tuple[str, str]]
    example: str
    options: Sequence[tuple[str, str]] = ()
    switches: Sequence[tuple[str, str]] = ()


_AT = ("at", "web address or server-relative path of a file, folder or library")
_BY = ("by", "who does it: name, user principal name or mail address (default: somebody who works in the site)")
_PERSON = ("person", "full name, user principal name or mail address")

VERBS = (
    Verb(
        "upload",
        "put a new file into a library or folder",
        [("at", "web address or path of the library or folder"), ("name", "name of the file")],
        f"upload {_LIBRARY} 'Site plan.docx' --size 120000",
        [("size", "bytes (default 20000)"), ("modified", "what the uploader says of its age, ISO 8601"), _BY],
    ),
    Verb("edit", "give a file new content", [_AT], f"edit {_FILE}", [("size", "new size in bytes"), _BY]),
    Verb("rename", "rename", [_AT, ("name", "the new name")], f"rename {_FILE} 'Old plan.docx'", [_BY]),
    Verb(
        "move",
        "move into another folder or library",
        [_AT, ("to", "web address or path of the folder or library")],
        f"move {_FILE} '/sites/planning-casework/Decided applications'",
        [_BY],
    ),
    Verb(
        "share",
        "share with anyone (a link without sign-in), the organization, or a person by mail address",
        [_AT, ("with", "anyone, organization, or a person's mail address")],
        f"share {_FILE} anyone --edit",
        [("expires", "when an Anyone link ends, ISO 8601"), _BY],
        [("edit", "let them change it, too"), ("as_link", "for a person: by a link instead of a direct grant")],
    ),
    Verb(
        "unshare",
        "take back one sharing entry of an item's own, or all of them",
        [_AT],
        f"unshare {_FILE}",
        [("permission", "id of the entry (default: all)")],
    ),
    Verb(
        "delete",
        "delete a file or a folder with everything in it",
        [_AT],
        f"delete {_FILE}",
        (),
        [("silently", "as a retention job may: delta never tells of it")],
    ),
    Verb(
        "label",
        "set a retention label; an empty name takes it away",
        [_AT, ("label", "name of the label")],
        f"label {_FILE} 'PLN-01 Planning register permanent'",
        [_BY],
        [("as_admin", "as a site collection administrator, who may change record labels")],
    ),
    Verb(
        "press",
        "press a button of a card in somebody's chat with the bot",
        [_PERSON, ("button", "its title, id or verb")],
        "press 'Alistair Munro' 'Keep in use'",
        [
            ("message", "id of the message (default: the newest with a card)"),
            ("carrying", 'of several buttons of that name, the first whose data includes this, JSON: {"case": "c-1"}'),
            ("inputs", 'what is typed into the card, JSON: {"reason": "in use"}'),
            ("data", "overwrites what the card carries, JSON, as a tampering client could"),
            ("by", "somebody else who presses it"),
            ("forge", "send a request that must be refused: wrong_audience, expired, replay, …"),
        ],
    ),
    Verb(
        "say",
        "write to the bot",
        [_PERSON, ("text", "the words")],
        "say 'Alistair Munro' 'my assets'",
        [("forge", "send a request that must be refused")],
    ),
    Verb(
        "sign-in",
        "somebody enters the code that an app shows, and is signed in to it",
        [_PERSON, ("code", "the code")],
        "sign-in 'Elaine Whitcombe' FJC3M4B7X",
    ),
    Verb("leave", "somebody leaves the council: the account is disabled", [_PERSON], "leave 'Alistair Munro'"),
    Verb("return", "somebody comes back: the account is enabled", [_PERSON], "return 'Alistair Munro'"),
    Verb(
        "away",
        "somebody is out of office: their mailbox answers by itself",
        [_PERSON],
        "away 'Alistair Munro' --until 2026-12-07T09:00:00Z",
        [("until", "when it ends, ISO 8601 (default: without an end)")],
    ),
    Verb("back", "somebody is back: the mailbox answers no more by itself", [_PERSON], "back 'Alistair Munro'"),
    Verb("install", "install the bot for somebody", [_PERSON], "install 'Alistair Munro'"),
    Verb("uninstall", "remove the bot from somebody's Teams", [_PERSON], "uninstall 'Alistair Munro'"),
    Verb(
        "advance-clock",
        "move the tenant's clock on",
        [("advance", "ISO 8601 duration, such as PT2H or P7D")],
        "advance-clock P14D",
    ),
)
_NUMBERS = frozenset({"size"})
_JSON = frozenset({"carrying", "inputs", "data"})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `act` on its parser."""
    parser.description = "Do to a running simulated tenant what its people do."
    parser.add_argument("--at", dest="tenant", required=True, metavar="URL", help="the tenant, http://127.0.0.1:P")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb in VERBS:
        example = f"example: python -m simulator act --at http://127.0.0.1:8365 {verb.example}"
        each = verbs.add_parser(verb.name, help=verb.summary, description=verb.summary, epilog=example)
        for name, words in verb.places:
            each.add_argument(name, help=words)
        for name, words in verb.options:
            kind = int if name in _NUMBERS else _json if name in _JSON else str
            each.add_argument(f"--{name.replace('_', '-')}", dest=name, help=words, type=kind)
        for name, words in verb.switches:
            each.add_argument(f"--{name.replace('_', '-')}", dest=name, help=words, action="store_true")


def run(options: argparse.Namespace) -> int:
    """Ask the tenant and print what it says; 1 if it refused, 2 if it cannot be reached."""
    verb = next(each for each in VERBS if each.name == options.verb)
    names = [name for name, _ in (*verb.places, *verb.options, *verb.switches)]
    deed = {name: getattr(options, name) for name in names if getattr(options, name) not in (None, False)}
    request = urllib.request.Request(
        f"{options.tenant.rstrip('/')}/sim/act",
        data=json.dumps({"verb": verb.name, **deed}).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            print(json.dumps(json.load(answer), indent=2, ensure_ascii=False))
    except urllib.error.HTTPError as error:
        print(_words(error), file=sys.stderr)
        return 1
    except OSError as error:
        print(f"There is no simulated tenant at {options.tenant}: {error}", file=sys.stderr)
        return 2
    return 0


def _words(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(error)["error"]["message"])
    except (json.JSONDecodeError, KeyError, TypeError):
        return f"The tenant answered {error.code}."


def _json(text: str) -> dict[str, Any]:
    found = json.loads(text)
    if not isinstance(found, dict):
        raise argparse.ArgumentTypeError(f"{text!r} is no JSON object")
    return found
