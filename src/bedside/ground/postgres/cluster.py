"""One data directory: made once and whole, opened only by its own version, closed to everybody else."""

from __future__ import annotations

import locale
import os
import shutil
import signal
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bedside.ground.errors import Fault, Refusal
from bedside.ground.postgres.binaries import Binaries, locate_binaries, reachable_by
from bedside.ground.postgres.places import APP_ROLE, OWNER_ROLE, PORT, SUPERUSER, Places
from bedside.ground.postgres.processes import end, processes_inside, start_bound, wait_until
from bedside.ground.postgres.service import ServiceUser, acting_as, service_user
from bedside.ground.postgres.sizing import machine_memory_bytes, memory_settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

INITDB_TIMEOUT_S = 600
_LEFTOVERS_TIMEOUT_S = 10
_LOG_TAIL_BYTES = 4000
_FIRST_MAJOR_WITH_BUILTIN_LOCALE = 17
_SMALL_SHARED_MEMORY_BYTES = 256 * 1024 * 1024

# On the command line, where neither a file nor ALTER SYSTEM can undo them.
_FIXED_SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "TimeZone": "UTC",
    "log_timezone": "UTC",
    # The log holds no value of anybody's (promise P3). ERROR stays out altogether, because its first line
    # quotes the input ("invalid input syntax for type date: ..."); LOG, FATAL and PANIC are kept. TERSE drops
    # DETAIL, which quotes keys, and the query of a crashed backend.
    "log_destination": "stderr",
    "logging_collector": "off",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_duration_sample": "-1",
    "log_transaction_sample_rate": "0",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_lock_waits": "off",
    "log_temp_files": "-1",
    "log_checkpoints": "off",
}
_THROW_AWAY_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A data directory that is ready to be served."""

    places: Places
    binaries: Binaries
    service: ServiceUser
    is_durable: bool
    memory: Mapping[str, str]  # PostgreSQL's settings of its size


def prepare_cluster(places: Places, *, environ: Mapping[str, str], durable: bool) -> Cluster:
    """Makes the cluster when there is none and gives it, ready to start. The caller holds the home's lock.

    Takes: `durable=False` only for throw-away clusters of tests: no fsync, and the owner may create databases.
    Raises: Refusal when PostgreSQL is missing or of another major version, the disk is full, or an existing
    durable cluster was asked for without durability. Fault when initdb fails for another reason.
    """
    service = service_user(places)
    _make_inner(places, service=service)
    with acting_as(service):
        major = _major_of(places.data)
    binaries = reachable_by(_binaries_for(major, environ=environ), service=service, places=places)
    with acting_as(service):
        _make_socket_directory(places.socket_directory, service=service)
    if major is None:
        _make_data(places, binaries=binaries, service=service, durable=durable)
    with acting_as(service):
        is_durable = not places.throw_away_mark.exists()
    if is_durable and not durable:
        raise Refusal("database_is_durable", "This cluster holds real data and is not started without fsync.")
    return Cluster(
        places=places,
        binaries=binaries,
        service=service,
        is_durable=is_durable,
        memory=_memory(places, environ) if is_durable else {},
    )


def server_command(cluster: Cluster) -> list[str]:
    """Gives the command line of the server."""
    settings = {**_FIXED_SETTINGS, **cluster.memory}
    # A list of folders: quoted, because a comma in a path would otherwise end it.
    quoted = str(cluster.places.socket_directory).replace('"', '""')
    settings["unix_socket_directories"] = f'"{quoted}"'
    if _shared_memory_bytes() < _SMALL_SHARED_MEMORY_BYTES:
        settings["dynamic_shared_memory_type"] = "sysv"  # Containers often give /dev/shm 64 MB only.
    if not cluster.is_durable:
        settings |= _THROW_AWAY_SETTINGS
    command = [cluster.binaries.program("postgres"), "-D", str(cluster.places.data)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    return command


def log_tail(path: Path, *, lines: int = 5) -> str:
    """Gives the last lines of a log; empty when there is none."""
    try:
        with path.open("rb") as log:
            log.seek(max(0, path.stat().st_size - _LOG_TAIL_BYTES))
            text = log.read().decode(errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])


def _make_inner(places: Places, *, service: ServiceUser) -> None:
    try:
        places.inner.mkdir(mode=0o700)
    except FileExistsError:
        return
    if service.is_other:
        os.chown(places.inner, service.uid, service.gid)


def _major_of(data: Path) -> int | None:
    try:
        return int((data / "PG_VERSION").read_text().split(".")[0])
    except FileNotFoundError:
        return None


def _binaries_for(major: int | None, *, environ: Mapping[str, str]) -> Binaries:
    found = locate_binaries(environ, major=major)
    if found is not None:
        return found
    if major is None:
        raise Refusal("database_binaries_missing", "Install PostgreSQL: apt-get install postgresql.")
    raise Refusal(
        "database_other_major",
        f"The data was written by PostgreSQL {major}, which is not installed here: install postgresql-{major}, "
        "or restore a backup into a new home.",
    )


def _make_socket_directory(directory: Path, *, service: ServiceUser) -> None:
    try:
        directory.mkdir(mode=0o700)
    except FileExistsError:
        found = directory.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != service.uid:
            raise Refusal(
                "database_socket_directory_taken",
                f"{directory} belongs to somebody else; remove it, or give Bedside's home a shorter path.",
            ) from None
        directory.chmod(0o700)


def _make_data(places: Places, *, binaries: Binaries, service: ServiceUser, durable: bool) -> None:
    """Under another name until whole, so that a half-made cluster is never served."""
    unfinished = places.unfinished_data
    wait_until(lambda: not processes_inside(unfinished), timeout_s=_LEFTOVERS_TIMEOUT_S)
    with acting_as(service):
        shutil.rmtree(unfinished, ignore_errors=True)
    _run_initdb(_initdb_command(unfinished, binaries=binaries, durable=durable), service=service)
    with acting_as(service):
        (unfinished / "pg_hba.conf").write_text(_access_rules())
        (unfinished / "pg_ident.conf").write_text(_user_map(service))
        if not durable:
            (unfinished / places.throw_away_mark.name).touch()
        unfinished.rename(places.data)
        _sync_directory(places.inner)


def _initdb_command(directory: Path, *, binaries: Binaries, durable: bool) -> list[str]:
    command = [binaries.program("initdb"), "-D", str(directory), "-U", SUPERUSER, "-k", "-E", "UTF8"]
    command += ["--auth-host=reject", "--auth-local=peer", "--no-instructions"]
    if binaries.major >= _FIRST_MAJOR_WITH_BUILTIN_LOCALE:
        # The same order on every machine, and no index broken by an upgrade of the C library.
        command += ["--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    else:
        command += ["--locale=C", f"--lc-ctype={_character_type()}"]
    return command if durable else [*command, "--no-sync"]


def _character_type() -> str:
    """C.UTF-8 where the C library has it; C knows upper and lower case of ASCII only."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    except locale.Error:
        return "C"
    locale.setlocale(locale.LC_CTYPE, before)
    return "C.UTF-8"


def _run_initdb(command: list[str], *, service: ServiceUser) -> None:
    with tempfile.TemporaryFile() as output:
        process = start_bound(command, service=service, output=output, when_orphaned=signal.SIGKILL)
        try:
            process.wait(timeout=INITDB_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            end(process, patience_s=_LEFTOVERS_TIMEOUT_S)
        output.seek(0)
        text = output.read().decode(errors="replace")
    if process.returncode != 0:
        _raise_for_initdb(text)


def _raise_for_initdb(text: str) -> None:
    if "No space left on device" in text:
        raise Refusal(
            "database_disk_full",
            "The disk is full: free at least 200 MB below Bedside's home and start again.",
        )
    tail = " | ".join(text.splitlines()[-3:])
    raise Fault("database_not_made", f"initdb could not make the database: {tail}", retry_after_s=None)


def _access_rules() -> str:
    return (
        "# Written once by Bedside. The socket's folder is closed to other users; so is the network.\n"
        "local all all peer map=bedside\n"
        f"local replication {SUPERUSER} peer map=bedside\n"
        "host all all all reject\n"
    )


def _user_map(service: ServiceUser) -> str:
    """Who may be whom. Root may be the two ordinary roles, as which it runs Bedside, and no superuser."""
    rows = [(service.name, SUPERUSER)]
    rows += [(name, role) for name in (service.name, "root") for role in (OWNER_ROLE, APP_ROLE)]
    lines = [f'bedside "{name}" {role}\n' for name, role in rows]
    return "# Written once by Bedside: map, operating-system user, role.\n" + "".join(lines)


def _sync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _memory(places: Places, environ: Mapping[str, str]) -> dict[str, str]:
    return memory_settings(
        memory_bytes=machine_memory_bytes(),
        free_disk_bytes=shutil.disk_usage(places.home).free,
        environ=environ,
    )


def _shared_memory_bytes() -> int:
    try:
        found = os.statvfs("/dev/shm")  # noqa: S108  asked about, not written to
    except OSError:
        return 0
    return found.f_bavail * found.f_frsize
