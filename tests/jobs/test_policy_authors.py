"""Git says who wrote a policy: everybody since the version that was approved, and nobody whose word could be left out."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from custos.jobs.policy_authors import Authors, authors_of

ANN, BEN, SIRO = "ann@wrenbridge.example", "ben@wrenbridge.example", "siro@wrenbridge.example"
FILE = "links.yaml"


def meaning(version: bytes) -> str:
    """What a version means: its first line; the lines after it are comments and the state."""
    return version.decode().partition("\n")[0]


@dataclass(frozen=True)
class Repository:
    """A council's repository with its policies in a folder."""

    root: Path

    @property
    def policies(self) -> Path:
        return self.root / "policies"

    def git(self, *words: str) -> None:
        quiet = ("-c", "user.name=x", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *quiet, *words], cwd=self.root, check=True, capture_output=True)

    def write(self, text: str) -> None:
        (self.policies / FILE).write_text(text)

    def commit(self, text: str, author: str, *, committer: str = "", and_by: str = "", at: str = "") -> str:
        """Somebody writes the file, and it is committed, `at` a time that they choose themselves. The commit's id."""
        self.write(text)
        self.git("add", "-A")
        said = "edit" + (f"\n\nCo-authored-by: Somebody <{and_by}>" if and_by else "")
        by = ("-c", f"user.email={committer or author}")
        dated = ("--date", at) if at else ()
        self.git(*by, "commit", "-q", "--author", f"Somebody <{author}>", *dated, "-m", said)
        return self.head

    def merge(self, branch: str, by: str) -> None:
        self.git("-c", f"user.email={by}", "merge", "-q", "--no-ff", "-m", "merge", "-X", "theirs", branch)

    @property
    def head(self) -> str:
        words = ["git", "rev-parse", "HEAD"]
        return subprocess.run(words, cwd=self.root, check=True, capture_output=True, text=True).stdout.strip()

    async def authors(self, approved: str = "", at: Path | None = None) -> Authors:
        policies = at or self.policies
        return await authors_of(policies, FILE, (policies / FILE).read_bytes(), meaning, approved)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """An empty one."""
    made = Repository(tmp_path / "council")
    made.policies.mkdir(parents=True)
    made.git("init", "-q")
    return made


async def test_everybody_who_wrote_it_is_named(repository: Repository) -> None:
    """Authors, those who committed another's work, and co-authors; a web page that commits is nobody."""
    repository.commit("one", ANN)
    repository.commit("two", BEN, committer="noreply@github.com")
    repository.commit("three", ANN, committer="carl@wrenbridge.example", and_by="dora@wrenbridge.example")
    told = await repository.authors()
    assert set(told.mails) == {ANN, BEN, "carl@wrenbridge.example", "dora@wrenbridge.example"}
    assert (told.untold, told.first) == ("", None)


async def test_only_what_came_after_the_approval_counts(repository: Repository) -> None:
    """Who wrote the approved version was looked at when it was approved; who wrote its state into the file wrote nothing."""
    approved = repository.commit("one", ANN)
    state = repository.commit("one\nstate: pilot", SIRO)
    told = await repository.authors(approved)
    assert (told.mails, told.commit) == ((), state)
    repository.commit("two\nstate: pilot", BEN)
    assert (await repository.authors(approved)).mails == (BEN,)


async def test_who_wrote_what_means_nothing_wrote_nothing(repository: Repository) -> None:
    """The state that `promote` asks to be committed, or a comment, makes nobody an author, also where nothing was approved yet."""
    repository.commit("one", ANN)
    repository.commit("one\nstate: pilot", SIRO)
    assert (await repository.authors()).mails == (ANN,)


async def test_both_sides_of_a_merge_count(repository: Repository) -> None:
    """A wider version on a branch, and on the main line a later comment by the same hand: whoever merges is not its only author."""
    approved = repository.commit("one\n\n\n\nstate: pilot", SIRO)
    repository.git("checkout", "-q", "-b", "side")
    repository.commit("wider\n\n\n\nstate: pilot", ANN, at="2026-11-23T00:20:00Z")
    repository.git("checkout", "-q", "-")
    repository.commit("one\n\n\n\nstate: pilot\n# a comment", ANN, at="2026-11-23T00:45:00Z")
    repository.merge("side", BEN)
    assert meaning((repository.policies / FILE).read_bytes()) == "wider"
    assert ANN in (await repository.authors(approved)).mails
    assert SIRO not in (await repository.authors(approved)).mails


async def test_what_was_taken_back_in_between_counts(repository: Repository) -> None:
    """A version that means what was approved, after an edit, hides nobody who wrote before it."""
    approved = repository.commit("one", SIRO)
    repository.commit("two", ANN)
    repository.commit("one", BEN)
    repository.commit("two", "carl@wrenbridge.example")
    assert set((await repository.authors(approved)).mails) == {ANN, BEN, "carl@wrenbridge.example"}


async def test_a_file_that_was_renamed_keeps_its_authors(repository: Repository) -> None:
    """Who wrote it under its former name wrote it."""
    text = "one\n" + "\n".join(f"line {number}" for number in range(20))
    (repository.policies / "former.yaml").write_text(text)
    repository.git("add", "-A")
    repository.git("-c", f"user.email={ANN}", "commit", "-q", "-m", "new")
    repository.git("mv", "policies/former.yaml", f"policies/{FILE}")
    repository.git("-c", f"user.email={BEN}", "commit", "-q", "-m", "renamed")
    assert set((await repository.authors()).mails) == {ANN, BEN}


async def test_a_commit_that_git_does_not_have_leaves_nobody_out(repository: Repository) -> None:
    """After the history was rewritten nobody can tell what was approved: everybody counts."""
    repository.commit("one", ANN)
    repository.commit("two", BEN)
    for approved in ("", "0" * 40, "--all", "HEAD"):
        assert set((await repository.authors(approved)).mails) == {ANN, BEN}, approved


async def test_an_edit_that_is_not_committed_is_refused(repository: Repository) -> None:
    """Nobody can tell whose it is: it has to be committed first. The state alone, as `promote` writes it, is no edit."""
    repository.commit("one", ANN)
    repository.write("one\nstate: pilot")
    assert (await repository.authors()).mails == (ANN,)
    repository.write("two")
    told = await repository.authors()
    assert told.first is not None
    assert "not committed" in told.first[0]
    repository.git("add", "-A")
    assert (await repository.authors()).first is not None, "staged is not committed"


async def test_a_cut_off_history_is_refused(repository: Repository, tmp_path: Path) -> None:
    """A shallow copy would leave out whoever wrote the file before, unless it reaches back to the approval."""
    repository.commit("one", ANN)
    approved = repository.commit("two", BEN)
    shallow = tmp_path / "shallow"
    repository.git("clone", "-q", "--depth=1", f"file://{repository.root}", str(shallow))
    told = await repository.authors(at=shallow / "policies")
    assert told.first is not None
    assert "unshallow" in told.first[1]
    assert (await repository.authors(approved, at=shallow / "policies")).first is None


async def test_where_there_is_no_git_it_says_so(repository: Repository, tmp_path: Path) -> None:
    """A folder outside any repository, and a file that git does not know: somebody has to be named."""
    plain = tmp_path / "plain"
    plain.mkdir()
    (plain / FILE).write_text("one")
    assert "not in a git repository" in (await repository.authors(at=plain)).untold
    repository.write("one")
    assert "git does not know" in (await repository.authors()).untold


async def test_addresses_are_those_of_the_mailmap(repository: Repository) -> None:
    """Who wrote from a private address is known by the one that the repository maps it to."""
    (repository.root / ".mailmap").write_text(f"Ann <{ANN}> <ann@home.example>\n")
    repository.commit("one", "ann@home.example")
    assert (await repository.authors()).mails == (ANN,)


async def test_nobody_maps_their_own_name_away(repository: Repository) -> None:
    """A .mailmap that is not committed is asked about; one that somebody set for themselves is passed over."""
    repository.commit("wider", ANN)
    own = repository.root.parent / "own.mailmap"
    own.write_text(f"Ben <{BEN}> <{ANN}>\n")
    repository.git("config", "mailmap.file", str(own))
    assert (await repository.authors()).mails == (ANN,)
    (repository.root / ".mailmap").write_text(f"Ben <{BEN}> <{ANN}>\n")
    assert (await repository.authors()).first is not None
