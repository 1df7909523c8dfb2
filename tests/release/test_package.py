"""The package is what Azure runs: complete, without anything of a sample or a test, the same whenever it is made."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path, PurePosixPath

import pytest

from custos.settings import REPOSITORY
from release.__main__ import main
from release.dependencies import installed_files
from release.errors import CannotRelease
from release.index import Found, imports_of, look_into
from release.left_out import is_left_out, kept
from release.package import PACKAGES, assemble, contents, copy_app, pack, precompile
from tests.handlers.test_deployed_app import FUNCTIONS

SITE_PACKAGES = Path(sysconfig.get_paths()["purelib"])


@dataclass(frozen=True)
class Assembled:
    """A package: its folder, its packages, the files of both, and what Azure finds in it."""

    folder: Path
    packages: Path
    found: Found


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Assembled:
    """The app with a directory of policies of one file, on the packages that the tests themselves run on, less what is left out.

    A package of which no code is left out is a link to the whole of it: ten thousand links would cost the suite seconds.
    """
    room = tmp_path_factory.mktemp("package")
    (room / "council" / ".git").mkdir(parents=True)
    (room / "council" / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (room / "council" / "settings.yaml").write_text("version: 1\n")
    copy_app(room / "app", room / "council")
    packages = room / "packages"
    packages.mkdir()
    for top, files in groupby(
        installed_files(SITE_PACKAGES, REPOSITORY / "requirements.txt"), key=lambda file: file.parts[0]
    ):
        here = list(files)
        if not any(
            is_left_out(file) for file in here if file.suffix == ".py" and not {"tests", "test"} & set(file.parts)
        ):
            (packages / top).symlink_to(SITE_PACKAGES / top)
            continue
        for file in kept(here):
            (packages / file).parent.mkdir(parents=True, exist_ok=True)
            (packages / file).hardlink_to(SITE_PACKAGES / file)
    return Assembled(room / "app", packages, look_into(room / "app", packages))


def test_worker_finds_every_function(package: Assembled) -> None:
    """Microsoft's worker library indexes the folder without this machine's packages, and every module that is ever imported is there."""
    assert set(package.found.functions) == set(FUNCTIONS)
    assert len(imports_of(package.folder)) > 250
    assert [file.name for file in (package.packages / "msgraph" / "generated").iterdir()] == [
        "base_graph_service_client.py"
    ]
    assert not (package.packages / "pytest").exists()


def test_what_is_missing_is_told(package: Assembled, tmp_path: Path) -> None:
    """A package that lacks something is refused with its name: in Azure it would be an app without functions, or die at its work."""
    (tmp_path / "function_app.py").write_text("import azure.functions\nimport tenacity_of_old\n")
    with pytest.raises(CannotRelease, match="No module named 'tenacity_of_old'"):
        look_into(tmp_path, package.packages)


def test_refused_policies_make_no_package(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Policies that `custos validate` refuses are told as it tells them, and the package of before is no longer there to be deployed."""
    (tmp_path / "council").mkdir()
    (tmp_path / "council" / "settings.yaml").write_text("version: 1\nnonsense: true\n")
    (tmp_path / "build" / "app").mkdir(parents=True)
    (tmp_path / "build" / "app" / "host.json").write_text("{}")
    assert main(["package", "--policies", str(tmp_path / "council"), "--into", str(tmp_path / "build")]) == 1
    said = capsys.readouterr()
    assert "settings.yaml:2" in said.out
    assert "No package was made: custos validate refuses" in said.err
    assert list((tmp_path / "build").iterdir()) == []


def test_nothing_that_stays_at_home(package: Assembled) -> None:
    """Neither simulator, tests, sample council, Bicep nor this machine's settings are in it; the council's own policies are."""
    files = {str(file) for file, _ in contents(package.folder)}
    tops = {file.split("/")[0] for file in files}
    assert tops == {"custos", "function_app.py", "handlers", "host.json", "policies", "requirements.txt"}
    assert {file for file in files if file.startswith("policies/")} == {"policies/settings.yaml"}
    assert not [file for file in files if "wrenbridge" in file.lower() or "simulator" in file]


def test_packages_go_where_the_worker_looks(tmp_path: Path) -> None:
    """Of the installed packages exactly the pinned ones are taken, less what is left out, into `.python_packages`."""
    repository, installed = tmp_path / "repository", tmp_path / "installed"
    for name in (
        "repository/function_app.py",
        "installed/a/__init__.py",
        "installed/a/tests/test_a.py",
        "installed/b/__init__.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    for name in ("a", "b"):
        (installed / f"{name}-1.0.dist-info").mkdir()
        record = f"{name}/__init__.py,,\n{name}-1.0.dist-info/RECORD,,\n../../../bin/{name},,\n"
        (installed / f"{name}-1.0.dist-info" / "RECORD").write_text(
            record + ("a/tests/test_a.py,,\n" if name == "a" else "")
        )
    (repository / "requirements.txt").write_text("a==1.0 \\\n    --hash=sha256:0\n")
    assemble(tmp_path / "app", installed, None, repository=repository)
    files = [str(file) for file, _ in contents(tmp_path / "app")]
    assert files == [f"{PACKAGES}/a/__init__.py", "function_app.py", "requirements.txt"]


@pytest.mark.parametrize(
    ("file", "left"),
    [
        ("msgraph/generated/models/user.py", True),
        ("msgraph/graph_request_adapter.py", False),
        ("polars/tests/thing.py", True),
        ("azure/functions/_http.pyi", True),
        ("bin/httpx", True),
        ("httpx-1.0.dist-info/RECORD", True),
        ("httpx-1.0.dist-info/METADATA", False),
        ("yaml-1.0.dist-info/licenses/tests/LICENSE", False),
        ("polars/testing/asserts.py", False),
    ],
)
def test_rules_of_what_is_left_out(file: str, left: bool) -> None:
    """Builders' files, tests, scripts and the unused models stay at home; what says whose work it is goes along."""
    assert is_left_out(PurePosixPath(file)) is left


def test_zip_holds_the_folder(tmp_path: Path) -> None:
    """The zip has every file of the folder, `.python_packages` too, and its checksum is beside it in the form of sha256sum."""
    for name in ("host.json", f"{PACKAGES}/a.py", "custos/__pycache__/b.pyc"):
        (tmp_path / "app" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "app" / name).write_text(name)
    checksum = pack(tmp_path / "app", tmp_path / "one.zip")
    with zipfile.ZipFile(tmp_path / "one.zip") as zipped:
        assert set(zipped.namelist()) == {"host.json", f"{PACKAGES}/a.py", "custos/__pycache__/b.pyc"}
    assert hashlib.sha256((tmp_path / "one.zip").read_bytes()).hexdigest() == checksum
    assert (tmp_path / "one.zip.sha256").read_text() == f"{checksum}  one.zip\n"


def test_same_files_give_the_same_zip(tmp_path: Path) -> None:
    """Time, order and rights of the files do not change the checksum, so that a package can be made again and compared."""
    for folder, mode in (("one", 0o600), ("two", 0o755)):
        (tmp_path / folder).mkdir()
        for name in ("a.py", "b.py") if mode == 0o600 else ("b.py", "a.py"):
            (tmp_path / folder / name).write_text(f"NAME = '{name}'\n")
            (tmp_path / folder / name).chmod(mode)
            os.utime(tmp_path / folder / name, (mode, mode))
        precompile(tmp_path / folder, [tmp_path / folder / "a.py"])
    assert pack(tmp_path / "one", tmp_path / "one.zip") == pack(tmp_path / "two", tmp_path / "two.zip")


def test_bytecode_counts_in_azure(tmp_path: Path) -> None:
    """Bytecode is used although the files come out of a zip with another time."""
    (tmp_path / "a.py").write_text("print('from the source')\n")
    precompile(tmp_path, [tmp_path / "a.py"])
    (tmp_path / "a.py").write_text("print('changed since')\n")
    done = subprocess.run(
        [sys.executable, "-B", "-c", "import a"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == "from the source\n"


def test_other_version_is_refused(tmp_path: Path) -> None:
    """A package that is not the pinned one is told, with both versions."""
    (tmp_path / "httpx-1.0.dist-info").mkdir()
    (tmp_path / "httpx-1.0.dist-info" / "RECORD").write_text("httpx/__init__.py,,\n")
    (tmp_path / "requirements.txt").write_text("httpx==0.28.1 \\\n    --hash=sha256:0\n")
    with pytest.raises(CannotRelease, match=r"httpx 0\.28\.1 is pinned, and 1\.0 is installed"):
        installed_files(tmp_path, tmp_path / "requirements.txt")


def test_directory_without_policies_is_refused(tmp_path: Path) -> None:
    """Whoever names a wrong directory is told so in a sentence, and the package that was there stays."""
    (tmp_path / "build" / "app").mkdir(parents=True)
    (tmp_path / "build" / "app" / "host.json").write_text("{}")
    with pytest.raises(CannotRelease, match=r"holds no settings\.yaml"):
        assemble(tmp_path / "build" / "app", SITE_PACKAGES, tmp_path)
    assert (tmp_path / "build" / "app" / "host.json").exists()


def test_stays_as_it_was_when_a_package_is_missing(tmp_path: Path) -> None:
    """When the pinned packages are not all there, nothing is touched."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "host.json").write_text("{}")
    (tmp_path / "none").mkdir()
    with pytest.raises(CannotRelease, match="nothing is installed"):
        assemble(tmp_path / "app", tmp_path / "none", None)
    shutil.rmtree(tmp_path / "none")
    assert (tmp_path / "app" / "host.json").exists()
