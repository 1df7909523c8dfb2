"""`python -m simulator environment` and `certificate`: what a client needs to reach a running simulated tenant."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from simulator.front.certificates import app_certificate, write_private
from simulator.tenant.clock import machine_now


class Unanswered(Exception):
    """The tenant refused or is not there; the text says what it said."""


def add_environment(parser: argparse.ArgumentParser) -> None:
    """The arguments of `environment` on its parser."""
    parser.description = "Print the variables that send any client to a running simulated tenant."
    _add_address(parser)
    parser.add_argument("--custos", action="store_true", help="the settings of Custos in place of a client's variables")


def add_certificate(parser: argparse.ArgumentParser) -> None:
    """The arguments of `certificate` on its parser."""
    parser.description = (
        "Make a certificate, give its public half to an app registration of a running simulated tenant."
    )
    _add_address(parser)
    parser.add_argument("--out", required=True, type=Path, metavar="FILE.pem", help="where its key and itself are put")
    parser.add_argument("--client", default="tools", help="observer, actor, bot or tools (default: tools)")
    parser.add_argument("--days", type=int, default=365, help="how long it is good (default: 365)")


def environment(options: argparse.Namespace) -> int:
    """Print one `export NAME=value` a line, for `eval`. Returns the exit status."""
    try:
        told = ask(options.tenant, "environment" if options.custos else "clients")
    except Unanswered as why:
        print(why, file=sys.stderr)
        return 1
    for name, value in told.items():
        print(f"export {name}={shlex.quote(value)}")
    return 0


def certificate(options: argparse.Namespace) -> int:
    """Make the file, upload the certificate and say how to sign in with it. Returns the exit status."""
    content, made = app_certificate(f"simulated-{options.client}", machine_now(), days=options.days)
    upload = {"client": options.client, "certificate": made.public_bytes(Encoding.PEM).decode()}
    try:
        told = ask(options.tenant, "certificates", upload)
        write_private(options.out, content)
    except Unanswered as why:
        print(why, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{options.out} cannot be written: {error.strerror}", file=sys.stderr)
        return 2
    print(json.dumps({**told, "file": str(options.out.resolve())}, indent=2))
    return 0


def ask(tenant: str, what: str, body: object = None) -> dict[str, Any]:
    """Call `/sim/WHAT` of a tenant and return its JSON. Raises Unanswered."""
    request = urllib.request.Request(
        f"{tenant.rstrip('/')}/sim/{what}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(request, timeout=60) as answer:
            found: dict[str, Any] = json.load(answer)
            return found
    except urllib.error.HTTPError as error:
        with error:
            raise Unanswered(json.load(error)["error"]["message"]) from error
    except (OSError, ValueError) as error:
        raise Unanswered(f"There is no simulated tenant at {tenant}: {error}") from error


def _add_address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--at", dest="tenant", required=True, metavar="URL", help="the tenant, http://127.0.0.1:P")
