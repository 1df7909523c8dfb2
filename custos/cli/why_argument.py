"""`--why`: the reason that the audit keeps, of what somebody decides."""

from __future__ import annotations

import argparse

from custos.cli.values import short_text


def why_argument(parser: argparse.ArgumentParser, *, required: bool = False) -> None:
    """The argument, as `args.why`."""
    parser.add_argument(
        "--why", default="", required=required, type=short_text, metavar="REASON", help="the reason, for the audit"
    )
