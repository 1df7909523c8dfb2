"""What `custos audit` does besides reading: the folder for an auditor, proofs, cosignatures, and taking personal data out."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from custos.audit import export
from custos.audit.verify_audit import Broken, Witness
from custos.bootstrap import Custos
from custos.cli.command import Exit, Screen
from custos.cli.values import is_taken
from custos.errors import BadInput, Mark, Problem
from custos.jobs import audit_erasure, identity, policies
from custos.records.rights import Right
from custos.report.screen import words
from custos.wording import many

_MOST_BYTES = 10_000  # of a cosignature
_SHORTEST = 4  # characters of a text that is taken out


async def export_folder(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    """Write a folder that verifies without Custos."""
    folder: Path = _needed(args.to, "--to DIRECTORY", "where the folder is written")
    if await asyncio.to_thread(is_taken, folder):
        raise _problem(f"{folder} is there already.", "Name a directory that is empty or not there yet.")
    with screen.err.status("Reading the chain …"):
        found = await export.export(app.audit, folder, hidden=args.hidden)
    said = f"{many(found.read.sequence, 'event')} and {many(len(found.checkpoints), 'checkpoint')} are in {folder}."
    screen.out.print(words(said), soft_wrap=True)
    screen.out.print(words(f"Check it anywhere: python {folder / 'verify_audit.py'} {folder}"), soft_wrap=True)
    return Exit.OK


async def prove(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    """Write the proof of one event, or that the audit of a day is the beginning of today's."""
    path: Path = _needed(args.to, "--to FILE", "where the proof is written")
    if (args.number is None) == (args.since is None):
        raise _problem("Say what is to be proved.", "Add --number N for an event, or --since DAY for a checkpoint.")
    with screen.err.status("Reading the chain …"):
        try:
            if args.number is not None:
                text = await export.prove(app.audit, args.number)
            else:
                text = await export.prove_since(app.audit, args.since.isoformat())
        except Broken as error:
            raise _problem(
                f"It cannot be proved: {error}.", "`custos audit checkpoint` writes the checkpoint of today."
            ) from error
    try:
        await asyncio.to_thread(_write_new, path, text)
    except OSError as error:
        raise _problem(f"{path} cannot be written: {error.strerror}.", "Name a file that is not there yet.") from error
    screen.out.print(
        words(f"The proof is in {path}. Check it anywhere: python verify_audit.py --proof {path}"), soft_wrap=True
    )
    return Exit.OK


async def cosign(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    """Keep the line with which a witness signed a checkpoint."""
    path: Path = _needed(args.signature, "--signature FILE", "the line that the witness handed back")
    try:
        line = await asyncio.to_thread(_small_text, path)
    except OSError as error:
        raise _problem(f"{path} cannot be read: {error.strerror}.", "Name the file with the line.") from error
    bundle = await policies.judging(app)
    names = {witness.name: witness for witness in map(Witness.read, bundle.settings.witnesses)}
    named = line.split(" ")[1] if line.count(" ") == 2 else ""
    if named not in names:
        raise _problem("No witness of settings.yaml signed this.", "Add their public key under witnesses.")
    for day in sorted(await app.audit.checkpoints(), reverse=True):
        try:
            await app.audit.cosign(day, line, names[named])
        except Broken:
            continue
        screen.out.print(words(f"{named} signed the checkpoint of {day}; it is kept."))
        return Exit.OK
    raise _problem(f"This is not {named}'s signature of any checkpoint here.", "Ask for the line again.")


async def erase(app: Custos, args: argparse.Namespace, screen: Screen) -> int:
    """Take a text out of the audit's values, once somebody who may do so gave a reason."""
    text: str = _needed(args.text, "--text TEXT", "the name, sign-in name or words to take out")
    if len(text) < _SHORTEST:
        raise _problem(f'"{text}" is too short: it stands in too much.', f"Write at least {_SHORTEST} characters.")
    with screen.err.status("Reading the chain …"):
        found = await audit_erasure.find(app.audit, text)
    values = many(sum(len(one.names) for one in found), "value")
    screen.out.print(words(f"It stands in {values} of {many(len(found), 'event')}."))
    if not found or not args.why:
        screen.out.print(
            "Nothing was changed." + ("" if not found else ' Say why to take it out: --why "…". It never comes back.')
        )
        return Exit.OK
    if text.casefold() in args.why.casefold():
        raise _problem(
            "The reason holds the very text that is to go.", "Word the reason without it: it stays in the audit."
        )
    by = await identity.require(app, Right.ERASE, args.person)
    await audit_erasure.erase(app.clock, app.audit, found, by=by, why=args.why)
    screen.out.print(
        "It is taken out. The chain and every proof hold as before, and the audit says that it was erased, by whom and why."
    )
    return Exit.OK


def _needed[T](value: T | None, option: str, what: str) -> T:
    if not value:
        raise _problem(f"{option} is missing: {what}.", f"Add {option}.")
    return value


def _write_new(path: Path, text: str) -> None:
    with path.open("x", encoding="utf-8") as file:
        file.write(text)


def _small_text(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(_MOST_BYTES).decode("utf-8", errors="replace").strip()


def _problem(what: str, remedy: str) -> BadInput:
    return BadInput([Problem(Mark("command line"), what, remedy, code="audit")])
