"""The package of the function app: a folder that runs as it is, a zip of it, and what is in it.

    build/app/             function_app.py, handlers/, custos/, policies/, host.json, functions.txt, .python_packages/
    build/custos-0.1.0.zip
    build/custos-0.1.0.zip.sha256
    build/contents.txt     every file with its bytes

Azure builds nothing: its build has 60 seconds and another Python than the app. `.funcignore` begins with `.*`, so it must not be
applied to the folder: there `.python_packages` is what the app lives on. It says which files of the repository are copied, and is
not copied itself. The same inputs give the same bytes.
Source: https://learn.microsoft.com/azure/azure-functions/python-build-options
"""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from py_compile import PycInvalidationMode
from py_compile import compile as compile_file

from custos import __version__
from custos.cli.main import main as validate
from custos.settings import REPOSITORY
from local_host.deployed_files import deployed_files
from release import dependencies, index
from release.errors import CannotRelease
from release.left_out import kept

FUNCTIONS = "functions.txt"
"""What was found when the package was made, one a line: a deployment that has fewer went wrong."""
PACKAGES = PurePosixPath(".python_packages/lib/site-packages")
_POLICIES = "policies"
_FUNCIGNORE = "# Everything here is deployed. Without this file azd would leave the bytecode behind.\n"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip knows
_LEVEL = 6
_LARGEST = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """What was made. `contents` are the files below `folder`, each with its bytes; `functions` what Azure finds in it."""

    folder: Path
    archive: Path
    sha256: str
    functions: tuple[str, ...]
    contents: tuple[tuple[PurePosixPath, int], ...]

    @property
    def bytes_unpacked(self) -> int:
        """Of all files together."""
        return sum(size for _, size in self.contents)


def assemble(folder: Path, site_packages: Path, policies: Path | None, *, repository: Path = REPOSITORY) -> None:
    """Make `folder` anew: the app's files, the policies of a council, and the pinned packages out of `site_packages`.

    Raises CannotRelease, and leaves what is there as it is.
    """
    if policies is not None and not (policies / "settings.yaml").is_file():
        raise CannotRelease(f"{policies} holds no settings.yaml, so it is no directory of policies.")
    packages = kept(dependencies.installed_files(site_packages, repository / "requirements.txt"))
    shutil.rmtree(folder, ignore_errors=True)
    copy_app(folder, policies, repository=repository)
    for file in packages:
        _place(site_packages / file, folder / PACKAGES / file, link=True)


def copy_app(folder: Path, policies: Path | None, *, repository: Path = REPOSITORY) -> None:
    """The app's own files, and the policies. Without these it has none, whatever lies in the repository: those are a sample."""
    for file in deployed_files(repository):
        if file.parts[0] != _POLICIES:
            _place(repository / file, folder / file, link=False)
    if policies is not None:
        for source in sorted(path for path in policies.rglob("*") if path.is_file()):
            below = source.relative_to(policies)
            if not any(part.startswith((".", "__pycache__")) for part in below.parts):
                _place(source, folder / _POLICIES / below, link=False)


def precompile(folder: Path, sources: Iterable[Path]) -> None:
    """Put bytecode beside sources of an assembled folder. It counts whatever the time of the file is, for a zip keeps none.

    Every instance starts from the package as it is: without, each would first compile two thousand modules.
    """
    for source in sources:
        shown = str(source.relative_to(folder))
        compile_file(str(source), dfile=shown, doraise=True, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)


def contents(folder: Path) -> tuple[tuple[PurePosixPath, int], ...]:
    """Every file below a folder with its bytes, in order of name."""
    found = (
        (PurePosixPath((Path(here) / name).relative_to(folder).as_posix()), (Path(here) / name).stat().st_size)
        for here, _, names in os.walk(folder)
        for name in names
    )
    return tuple(sorted(found))


def pack(folder: Path, archive: Path) -> str:
    """Zip a folder and write its checksum beside it, in the form of sha256sum. Returns the checksum.

    Nothing of the time or the machine goes in, so that the same files give the same bytes.
    """
    archive.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as zipped:
        for file, _ in contents(folder):
            entry = zipfile.ZipInfo(str(file), date_time=_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            with (folder / file).open("rb") as source, zipped.open(entry, "w") as target:
                shutil.copyfileobj(source, target, 1 << 20)
    with archive.open("rb") as written:
        checksum = hashlib.file_digest(written, "sha256").hexdigest()
    archive.with_name(f"{archive.name}.sha256").write_text(f"{checksum}  {archive.name}\n", encoding="utf-8")
    return checksum


def make(build: Path, policies: Path | None) -> Package:
    """Install, assemble, index, pack, and list what is in it.

    Raises CannotRelease, also when Azure would find no function, or `custos validate` refuses the policies. Then there is no package,
    neither a new one nor an older: azd would deploy it without a word.
    """
    archive = build / f"custos-{__version__}.zip"
    made = (build.resolve() / "app", archive, archive.with_name(f"{archive.name}.sha256"), build / "contents.txt")
    _remove(made)
    if policies is not None and validate(["validate", str(policies.absolute())], {}) != 0:
        raise CannotRelease(f"No package was made: custos validate refuses {policies}.")
    try:
        return _made(build, policies)
    except BaseException:
        _remove(made)
        raise


def _remove(made: Iterable[Path]) -> None:
    for path in made:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _made(build: Path, policies: Path | None) -> Package:
    requirements = REPOSITORY / "requirements.txt"
    dependencies.install(requirements, build / "dependencies")
    folder, archive = build.resolve() / "app", build / f"custos-{__version__}.zip"
    assemble(folder, build / "dependencies", policies)
    found = index.look_into(folder, folder / PACKAGES)
    (folder / FUNCTIONS).write_text("".join(f"{name}\n" for name in found.functions), encoding="utf-8")
    (folder / ".funcignore").write_text(_FUNCIGNORE, encoding="utf-8")
    precompile(folder, found.loaded)
    listed = contents(folder)
    lines = "".join(f"{size:>12} {file}\n" for file, size in listed)
    (build / "contents.txt").write_text(lines, encoding="utf-8")
    checksum = pack(folder, archive)
    return Package(folder=folder, archive=archive, sha256=checksum, functions=found.functions, contents=listed)


def largest(listed: Sequence[tuple[PurePosixPath, int]]) -> list[tuple[str, int]]:
    """The packages that take most, with their bytes."""
    sizes: Counter[str] = Counter()
    for file, size in listed:
        below = file.parts[len(PACKAGES.parts) :] if file.is_relative_to(PACKAGES) else file.parts
        sizes[below[0]] += size
    return sizes.most_common(_LARGEST)


def _place(source: Path, target: Path, *, link: bool) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if link:
        try:
            target.hardlink_to(source)
        except OSError:  # another file system
            pass
        else:
            return
    shutil.copyfile(source, target)
