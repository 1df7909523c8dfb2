"""`custos backup`: what Custos keeps, copied into a directory with a checksum of each part; or such a copy looked through."""

from __future__ import annotations

import argparse
from pathlib import Path

from custos.backup.check import check, read_backup
from custos.backup.folder import Manifest, Part
from custos.bootstrap import Custos
from custos.cli.command import Exit, Implementation, Screen
from custos.cli.values import directory
from custos.jobs.backup import backup
from custos.policy.wording import size_words
from custos.report.screen import words
from custos.wording import many

_SENSITIVE = "It holds names of files and people: keep it as safe as the storage account."


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder",
        type=directory,
        metavar="DIRECTORY",
        help="where it goes; it must not be there, be empty, or hold a backup that was broken off",
    )
    parser.add_argument(
        "--check",
        dest="online",
        action="store_false",
        help="copy nothing: compare each part of the backup in DIRECTORY with its checksum",
    )
    parser.set_defaults(online=True)


def _check(args: argparse.Namespace, screen: Screen) -> int:
    folder: Path = args.folder
    found = read_backup(folder)
    check(found)
    screen.out.print(words(f"{folder} is as it was written. {_said(found.manifest)}"), soft_wrap=True)
    return Exit.OK


async def _run(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    folder: Path = args.folder

    def told(part: Part) -> None:
        screen.err.print(words(f"{part.name}: {part.entries:,}, {size_words(part.bytes)}"), soft_wrap=True)

    manifest = await backup(app, folder, told)
    screen.out.print(words(f"{_said(manifest)} It is in {folder}. {_SENSITIVE}"), soft_wrap=True)
    return Exit.OK


def _said(manifest: Manifest) -> str:
    rows, blobs = sum(one.entries for one in manifest.tables), sum(one.entries for one in manifest.containers)
    size = size_words(sum(one.bytes for one in (*manifest.tables, *manifest.containers)))
    return (
        f"Backup of {manifest.begun[:16]}: {many(rows, 'row')} of {many(len(manifest.tables), 'table')}, "
        f"{many(blobs, 'blob')} of {many(len(manifest.containers), 'container')}, {size}."
    )


COMMAND = Implementation(_arguments, offline=_check, online=_run)
