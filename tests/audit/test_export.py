"""What an auditor is given, checked by the stand-alone file."""

from __future__ import annotations

import ast
import asyncio
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as some

from custos.audit import export, verify_audit
from custos.audit.chain import Chain
from custos.audit.events import Event, What
from custos.audit.merkle_paths import inclusion_path
from custos.audit.verify_audit import Broken, Witness
from custos.clock import FixedClock
from custos.storage.account import Account
from tests.audit.forged_chain import NOW
from tests.azurite_account import account_on
from tests.limits import steady

SECRET = bytes(range(32))
WITNESS = Witness("internal-audit", verify_audit.public_key(SECRET))


@pytest.fixture
async def account(azurite: str) -> AsyncIterator[Account]:
    opened = account_on(azurite)
    yield opened
    await opened.close()


@pytest.fixture
async def chain(account: Account) -> Chain:
    """Three days of events, each with its checkpoint; the second is co-signed."""
    name = uuid4().hex
    for day in range(3):
        opened = Chain(
            table=account.rows(f"audit{name}"),
            container=account.container(f"audit{name}"),
            clock=FixedClock(NOW + timedelta(days=day)),
            origin="custos-audit/x",
            salt=lambda: uuid4().hex,
        )
        about = [
            Event(what=What.CASE_DECIDED, at=NOW, by="sian@x.example", run=f"R-{day}", details={"why": "Sian asked"})
            for _ in range(2 + day)
        ]
        await opened.append(about)
        checkpoint = await opened.checkpoint()
        if day:
            line = verify_audit.cosignature(checkpoint, WITNESS.name, SECRET, 1_700_000_000)
            await opened.cosign(checkpoint.at[:10], line, WITNESS)
    return opened


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)


def checked(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str]:
    code = verify_audit.main([str(one) for one in arguments])
    out = capsys.readouterr()
    return code, out.out + out.err


async def test_a_folder_verifies_with_a_bare_python(chain: Chain, tmp_path: Path) -> None:
    """The file in the folder, run without anything installed, says what holds and ends with 0; a changed word ends it with 1."""
    folder = tmp_path / "audit"
    await export.export(chain, folder)
    bare = [sys.executable, "-I", "-S", str(folder / "verify_audit.py"), str(folder)]
    told = await asyncio.to_thread(run, bare)
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout == "It holds: 12 events, 3 checkpoints, the newest of 2026-11-25.\n"
    events = folder / "events.jsonl"
    events.write_text(events.read_text().replace("Sian asked", "Sian knew.", 1))
    told = await asyncio.to_thread(run, bare)
    assert (told.returncode, told.stderr) == (1, "")
    assert told.stdout == 'It does not hold: event 1: the value "details.why" was changed.\n'


def test_the_verifier_needs_nothing_but_python() -> None:
    """It imports the standard library alone."""
    source = Path(verify_audit.__file__).read_text()
    roots = {
        (node.module if isinstance(node, ast.ImportFrom) else alias.name).split(".")[0]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }
    assert roots <= sys.stdlib_module_names


async def test_any_changed_byte_is_found(chain: Chain, tmp_path: Path) -> None:
    """Whatever byte of whatever file, and any file that is missing, doubled or new."""
    folder = tmp_path / "audit"
    await export.export(chain, folder)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    assert len(files) == 9

    @steady
    @given(some.data())
    def tampered(data: some.DataObject) -> None:
        path = data.draw(some.sampled_from(files))
        whole = path.read_bytes()
        place = data.draw(some.integers(0, len(whole) - 1))
        how = data.draw(some.sampled_from(["change", "drop", "double", "cut", "delete", "new"]))
        try:
            match how:
                case "change":
                    other = data.draw(some.integers(0, 255).filter(lambda byte: byte != whole[place]))
                    path.write_bytes(whole[:place] + bytes([other]) + whole[place + 1 :])
                case "drop":
                    path.write_bytes(whole[:place] + whole[place + 1 :])
                case "double":
                    path.write_bytes(whole[:place] + whole[place : place + 1] + whole[place:])
                case "cut":
                    path.write_bytes(whole[:place])
                case "delete":
                    path.unlink()
                case _:
                    (path.parent / "zz.txt").write_text("x")
            with pytest.raises(Broken):
                verify_audit.verify_folder(folder)
        finally:
            (path.parent / "zz.txt").unlink(missing_ok=True)
            path.write_bytes(whole)

    tampered()
    verify_audit.verify_folder(folder)


async def test_a_forger_who_does_everything_anew_meets_the_copy_that_was_kept(
    chain: Chain, account: Account, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another audit, whole in itself, does not go on from the checkpoint that somebody kept, and no witness signed it."""
    folder, kept = tmp_path / "audit", tmp_path / "kept.txt"
    await export.export(chain, folder)
    shutil.copy(folder / "checkpoints/2026-11-24.txt", kept)
    assert checked(capsys, folder, "--since", kept, "--witness", WITNESS.text)[0] == 0
    forged = Chain(
        table=account.rows(f"audit{uuid4().hex}"),
        container=account.container(f"audit{uuid4().hex}"),
        clock=chain.clock,
        origin=chain.origin,
        salt=lambda: uuid4().hex,
    )
    await forged.append([Event(what=What.PLAN_MADE, at=NOW) for _ in range(12)])
    await forged.checkpoint()
    other = tmp_path / "forged"
    await export.export(forged, other)
    assert checked(capsys, other)[0] == 0
    code, said = checked(capsys, other, "--since", kept)
    assert (code, "that you kept is not in the folder" in said) == (1, True)
    code, said = checked(capsys, other, "--witness", WITNESS.text)
    assert (code, "internal-audit did not sign" in said) == (1, True)


async def test_one_event_is_proved_without_the_others(
    chain: Chain, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The proof shows that event and no other, of the newest checkpoint and with its cosignature; changed anywhere it proves nothing."""
    text = await export.prove(chain, 2)
    proof = tmp_path / "event-2.tlog-proof"
    proof.write_text(text, "utf-8")
    code, said = checked(capsys, "--proof", proof, "--witness", WITNESS.text)
    assert code == 0
    assert "It holds: event 2 of 11." in said
    assert "Sian asked" in said
    assert "R-1" not in said
    body = text.partition("\n\n")[0]

    @steady
    @given(some.data())
    def tampered(data: some.DataObject) -> None:
        place = data.draw(some.integers(0, len(body) - 1))
        letter = data.draw(some.sampled_from("ABab01+/ \n").filter(lambda one: one != body[place]))
        with pytest.raises(Broken):
            verify_audit.proven(body[:place] + letter + body[place + 1 :] + text[len(body) :])

    tampered()


async def test_the_beginning_is_proved_without_the_events(
    chain: Chain, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A witness sees from a few hashes that today's audit goes on from the checkpoint that they signed."""
    proof = tmp_path / "since.txt"
    proof.write_text(await export.prove_since(chain, "2026-11-23"), "utf-8")
    code, said = checked(capsys, "--proof", proof)
    assert (code, said) == (0, "It holds: 2 events are the beginning of 11.\n")


async def test_a_folder_without_names_verifies_all_the_same(
    chain: Chain, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An auditor who may not read names is given the hashes alone."""
    folder = tmp_path / "audit"
    await export.export(chain, folder, hidden=True)
    assert not any(b"ian" in path.read_bytes() for path in folder.rglob("*.jsonl"))
    code, said = checked(capsys, folder)
    assert code == 0
    assert said.endswith("Names and words were left out of it.\n")


async def test_a_witness_makes_a_key_and_signs(
    chain: Chain, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the stand-alone file alone: the key is never overwritten, and the line that is handed back is kept by the chain."""
    folder, key = tmp_path / "audit", tmp_path / "witness.key"
    await export.export(chain, folder)
    code, public = checked(capsys, "--new-key", "county-auditor", "--key", key)
    assert (code, key.stat().st_mode & 0o777) == (0, 0o600)
    assert checked(capsys, "--new-key", "county-auditor", "--key", key)[0] == 2
    code, line = checked(capsys, folder, "--cosign", "county-auditor", "--key", key)
    assert code == 0
    witness = Witness.read(public)
    await chain.cosign("2026-11-25", line, witness)
    with pytest.raises(Broken):
        await chain.cosign("2026-11-23", line, witness)
    found = await chain.verify([witness, WITNESS])
    assert dict(found.cosigned) == {"county-auditor": "2026-11-25", "internal-audit": "2026-11-25"}


@pytest.mark.parametrize(
    "written", ["", "{}", "[]", "null", "c2sp.org/tlog-proof@v1\nextra\nindex 1\n\nx", "\x00" * 50]
)
def test_what_is_no_proof_is_refused_in_a_sentence(
    written: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a traceback."""
    path = tmp_path / "proof"
    path.write_text(written)
    code, said = checked(capsys, "--proof", path)
    assert (code, said.startswith("It does not hold: ")) == (1, True)


@pytest.mark.parametrize("values", ["{", "[]", '{"by": 1}', '{"by": ["salt"]}', "null"])
async def test_a_proof_whose_values_are_none_is_refused_in_a_sentence(chain: Chain, values: str) -> None:
    """Whatever stands where an event's values should be."""
    checkpoint = next(iter((await chain.checkpoints()).values()))
    links = [one async for one in chain.links(last=checkpoint.size)]
    path = inclusion_path([verify_audit.leaf_hash(one.event) for one in links], 0)
    text = verify_audit.proof_text(links[0]._replace(values=values), 0, path, checkpoint.text)
    with pytest.raises(Broken):
        verify_audit.proven(text)
