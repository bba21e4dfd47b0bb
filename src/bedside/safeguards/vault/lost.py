"""Getting the installation key back when the root key is lost: before Django can start, which needs it.

Asks the database directly, for one row of a table that belongs to no practice.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from psycopg.errors import UndefinedTable

from bedside.ground import settings as read
from bedside.ground.errors import Refusal
from bedside.ground.postgres import ensure_running
from bedside.ground.postgres.target import Login, connect, database_for
from bedside.safeguards.vault.installation import PLACE, put_installation_key
from bedside.safeguards.vault.recovery_copy import open_copy, secret_of_private
from bedside.safeguards.vault.root import make_root_key
from bedside.safeguards.vault.roots import RootSettings, roots_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bedside.ground.postgres.target import DatabaseTarget

_NEWEST = "SELECT public, installation_copy FROM vault_recoverykey ORDER BY id DESC LIMIT 1"


def recover_installation(private: bytes, *, environ: Mapping[str, str]) -> None:
    """Writes installation.key anew, wrapped by the present root key; makes root.key where that is lost too.

    Raises Refusal when the shares are not of the recovery key in force, ProviderDown.
    """
    home = read.home(environ)
    settings = RootSettings.read(environ, home=home)
    row = _newest(_database(environ, home))
    if row is None:
        raise Refusal(
            "no_recovery",
            "There is no recovery key in this database, so shares open nothing here; "
            "put a backup back first, from after the shares were made: bedside backup restore DIR --shares",
        )
    public, copy = (bytes(part) for part in row)
    if X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw() != public:
        raise Refusal(
            "recovery_shares_old",
            "These shares are of another recovery key than the one in force; bring the shares that were made last.",
        )
    key = open_copy(copy, private=private, place=PLACE, secret=secret_of_private(private))
    if settings.kept_in_file and not settings.key_file.exists():
        make_root_key(settings.key_file)
    put_installation_key(settings.installation_key_file, key, roots_of(settings))


def _newest(database: DatabaseTarget) -> tuple[bytes, bytes] | None:
    """(public half, copy of the installation key). None, too, where nothing was ever set up or put back."""
    with connect(database, login=Login.APP) as connection:
        try:
            return cast("tuple[bytes, bytes] | None", connection.execute(_NEWEST).fetchone())
        except UndefinedTable:
            return None


def _database(environ: Mapping[str, str], home: Path) -> DatabaseTarget:
    """The embedded one is started if nobody runs it."""
    target = database_for(environ, home)
    if not target.embedded:
        return target
    ensure_running(home)
    return replace(target, name=environ.get("BEDSIDE_DATABASE_NAME") or target.name)
