"""`--as`: who of those who are signed in here does it. It chooses among people who have proved who they are, and proves nothing."""

from __future__ import annotations

import argparse

from custos.cli.values import person


def as_argument(parser: argparse.ArgumentParser) -> None:
    """The argument, as `args.person`."""
    parser.add_argument(
        "--as",
        dest="person",
        default="",
        type=person,
        metavar="UPN",
        help="which of the people signed in here does this (default: the last)",
    )
