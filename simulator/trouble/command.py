"""`python -m simulator trouble`: put a trouble on a running simulated tenant, take it off, see what has happened.

python -m simulator trouble --at http://127.0.0.1:P on latency --seconds 0.5 --path /delta
"""

from __future__ import annotations

import argparse
import json
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from simulator.refusal import Refused
from simulator.trouble.kinds import KINDS, Trouble, words_of
from simulator.trouble.script import read_script

_HOW = "on KIND puts one on, off takes them off, list shows them, kinds explains them, play FILE follows a script"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `trouble` on its parser."""
    parser.description = "Put trouble on a running simulated tenant, and take it off again."
    parser.add_argument("--at", dest="tenant", metavar="URL", default="", help="the tenant, http://127.0.0.1:P")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB", help=_HOW)
    kinds = verbs.add_parser("on", help="put a trouble on").add_subparsers(dest="kind", required=True, metavar="KIND")
    for name, kind in KINDS.items():
        each = kinds.add_parser(name, help=words_of(kind), description=f"{words_of(kind)} Source: {kind.source}")
        for flag, default in _options(kind):
            if isinstance(default, bool):
                each.add_argument(flag, action=argparse.BooleanOptionalAction, default=None)
            elif isinstance(default, tuple):
                each.add_argument(flag, nargs="+", type=int, help=f"default: {' '.join(map(str, default))}")
            else:
                each.add_argument(flag, type=type(default), help=f"default: {default!r}")
    off = verbs.add_parser("off", help="take troubles off")
    off.add_argument("which", nargs="?", default="", help="an id or a kind (default: all)")
    verbs.add_parser("list", help="troubles that wait or stand, and what has happened")
    verbs.add_parser("kinds", help="every kind of trouble")
    verbs.add_parser("play", help="follow a script").add_argument("file", type=Path, help="YAML or JSON")


def _options(kind: type[Trouble]) -> Iterator[tuple[str, Any]]:
    for field in msgspec.structs.fields(kind):
        yield f"--{field.name.replace('_', '-')}", field.default


def run(options: argparse.Namespace) -> int:
    """Do as asked and print what the tenant says; 1 if it refused, 2 if it cannot be reached."""
    if options.verb == "kinds":
        for name, kind in KINDS.items():
            print(f"{name:18} {words_of(kind)}")
        return 0
    if not options.tenant:
        print("Say which tenant: --at http://127.0.0.1:PORT, before the verb.", file=sys.stderr)
        return 1
    try:
        method, path, body = _request(options)
        told = _call(f"{options.tenant.rstrip('/')}/sim/faults{path}", method, body)
    except Refused as refusal:
        print(refusal.message, file=sys.stderr)
        return 1
    except urllib.error.HTTPError as error:
        print(_words(error), file=sys.stderr)
        return 1
    except OSError as error:
        print(f"There is no simulated tenant at {options.tenant}: {error}", file=sys.stderr)
        return 2
    if told is not None:
        print(json.dumps(told, indent=2, ensure_ascii=False))
    return 0


def _request(options: argparse.Namespace) -> tuple[str, str, object]:
    match options.verb:
        case "on":
            names = [field.name for field in msgspec.structs.fields(KINDS[options.kind])]
            given = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
            return "POST", "", {"kind": options.kind, **given}
        case "play":
            script = read_script(options.file)
            return "POST", "", {"seed": script.seed, "troubles": msgspec.to_builtins(script.troubles)}
        case "off":
            return "DELETE", f"/{quote(options.which)}" if options.which else "", None
        case _:
            return "GET", "", None


def _call(url: str, method: str, body: object) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def _words(error: urllib.error.HTTPError) -> str:
    with error:
        try:
            return str(json.load(error)["error"]["message"])
        except (json.JSONDecodeError, KeyError, TypeError):
            return f"The tenant answered {error.code}."
