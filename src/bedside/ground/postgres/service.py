"""The operating-system user that PostgreSQL runs as: never root, which it refuses.

Whoever is not root runs it as themselves. Root gives it to the system user `bedside`, and becomes the owner of
a home that belongs to somebody else, so that no file of root's is left there for its owner to stumble over.
"""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bedside.ground.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedside.ground.postgres.places import Places

SYSTEM_USER = "bedside"
_USERADD_TIMEOUT_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceUser:
    """Whose process the server is. `is_other` when this process, being root, must switch to it."""

    name: str
    uid: int
    gid: int
    is_other: bool

    @property
    def switch_user(self) -> int | None:
        return self.uid if self.is_other else None

    @property
    def switch_group(self) -> int | None:
        return self.gid if self.is_other else None

    @property
    def switch_extra_groups(self) -> list[int] | None:
        return [] if self.is_other else None


def become_owner_of_home(places: Places) -> None:
    """Gives up root for good when the home belongs to an ordinary user; else does nothing."""
    owner = places.home.stat().st_uid
    if os.geteuid() != 0 or owner == 0:
        return
    account = _account(owner)
    os.setgroups([])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)


def service_user(places: Places) -> ServiceUser:
    """Says who runs the server of this home; as root creates the system user once, saying so on stderr.

    Raises: Refusal when that user cannot be made, has no name, or cannot enter the home.
    """
    own = os.geteuid()
    if own != 0:
        return _service(_account(own), is_other=False)
    found = _service(_account_for_root(places), is_other=True)
    _refuse_closed_home(places, service=found)
    return found


@contextmanager
def acting_as(service: ServiceUser) -> Iterator[None]:
    """Touches files and opens sockets as the service user.

    Root must not follow paths through folders that the service user can rearrange: a link placed there would
    let a broken server have root write anywhere. Changes the whole process, so only the supervisor, which has
    one thread, may use it.
    """
    if not service.is_other:
        yield
        return
    uid, gid = os.geteuid(), os.getegid()
    os.setegid(service.gid)
    os.seteuid(service.uid)
    try:
        yield
    finally:
        os.seteuid(uid)
        os.setegid(gid)


def _account(uid: int) -> pwd.struct_passwd:
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        raise Refusal(
            "database_user_nameless",
            f"User id {uid} has no name on this machine, and PostgreSQL needs one: add it to /etc/passwd.",
        ) from None


def _account_for_root(places: Places) -> pwd.struct_passwd:
    """A cluster keeps the user that it was made with."""
    if places.inner.is_dir() and places.inner.stat().st_uid != 0:
        return _account(places.inner.stat().st_uid)
    return _found_system_user() or _made_system_user()


def _service(account: pwd.struct_passwd, *, is_other: bool) -> ServiceUser:
    return ServiceUser(name=account.pw_name, uid=account.pw_uid, gid=account.pw_gid, is_other=is_other)


def _found_system_user() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        return None


def _made_system_user() -> pwd.struct_passwd:
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    command += ["--shell", "/usr/sbin/nologin", SYSTEM_USER]
    # Its failures are answered below: two starts at once may both try, and then one of them fails.
    with suppress(FileNotFoundError):
        answer = subprocess.run(command, capture_output=True, timeout=_USERADD_TIMEOUT_S, check=False)
        if answer.returncode == 0:
            sys.stderr.write(f"Created the system user {SYSTEM_USER} for the database server.\n")
    made = _found_system_user()
    if made is None:
        raise Refusal(
            "database_user_missing",
            f"PostgreSQL does not run as root: create the system user {SYSTEM_USER}, or start Bedside as another user.",
        )
    return made


def _refuse_closed_home(places: Places, *, service: ServiceUser) -> None:
    answer = subprocess.run(
        ["/bin/sh", "-c", 'cd "$1"', "sh", str(places.home)],
        capture_output=True,
        check=False,
        cwd="/",
        user=service.switch_user,
        group=service.switch_group,
        extra_groups=service.switch_extra_groups,
    )
    if answer.returncode != 0:
        raise Refusal(
            "database_home_closed",
            f"The database's user {service.name} cannot enter {places.home}: give that folder and those above it "
            "mode 711, or put Bedside's home elsewhere, for example in /var/lib/bedside.",
        )
