"""`recovery.json` beside the backups: how enough shares open them when root key and machine are lost together.

Promise: with the private half of the recovery key the installation key comes out of it, and with less nothing; a file
that was changed anywhere, or made by somebody else, is refused and never half believed.
Not covered: an older copy of the file together with enough of the older shares. They give the installation key, which
opens `keys.sealed`; the practices' keys in there are copied to the newest recovery key only and stay shut.
Key handling: the copy of the installation key is the one in the database (HPKE, see `recovery_copy`), taken over as it
is; the mark over all else is made with the installation key itself, so it is checked once that is open.
Compatibility pledge: JSON with `format`, `public` and `installation_copy` (base64), `shares`, `needed`, `made_at`,
`mark` (hex).
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from bedside.ground.errors import Refusal
from bedside.kit.sealing import Sealer
from bedside.safeguards.vault.installation import PLACE, put_installation_key, read_installation_key
from bedside.safeguards.vault.recovery_copy import is_marked, open_copy, secret_of_private
from bedside.safeguards.vault.root import make_root_key
from bedside.safeguards.vault.roots import roots_of

if TYPE_CHECKING:
    from psycopg import Connection

    from bedside.safeguards.vault.roots import RootSettings

RECOVERY_FILE = "recovery.json"
SIZE_MAX = 16_384
_FORMAT = "bedside-recovery-1"
_NEWEST = (
    "SELECT public, mark, installation_copy, shares, needed, made_at FROM vault_recoverykey"
    " ORDER BY id DESC LIMIT 1"
)


def recovery_text(connection: Connection[Any], *, installation: Sealer) -> str | None:
    """The file's content for the recovery key in force, as this connection sees it. None when there is none.

    Raises Refusal when the one in the database was not made by this installation.
    """
    row = connection.execute(_NEWEST).fetchone()
    if row is None:
        return None
    public, mark, copy = (bytes(part) for part in row[:3])
    if not is_marked(public, mark, installation=installation):
        raise Refusal(
            "recovery_key_foreign",
            "The recovery key in the database is not one this installation made; make a new one: "
            "bedside keys recovery make --replace",
        )
    body = {
        "format": _FORMAT, "public": base64.b64encode(public).decode(), "shares": row[3], "needed": row[4],
        "installation_copy": base64.b64encode(copy).decode(), "made_at": row[5].isoformat(),
    }  # fmt: skip
    return json.dumps({**body, "mark": _mark(body, installation)}, indent=1, sort_keys=True) + "\n"


def open_recovery(text: str, private: bytes) -> bytes:
    """The installation key. Raises Refusal for shares of another recovery key, and for a file that was changed."""
    try:
        body = json.loads(text)
        mark = body.pop("mark")
        public, copy = (
            base64.b64decode(body[name], validate=True) for name in ("public", "installation_copy")
        )
        known = body["format"] == _FORMAT and isinstance(mark, str)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, binascii.Error):
        raise _damaged() from None
    if not known:
        raise _damaged()
    if X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw() != public:
        raise Refusal(
            "recovery_shares_old",
            "These shares are of another recovery key than recovery.json; bring the shares that were made last, or "
            "put the file's newest copy back.",
        )
    try:
        key = open_copy(copy, private=private, place=PLACE, secret=secret_of_private(private))
    except Refusal:
        raise _damaged() from None
    if not hmac.compare_digest(mark.encode(), _mark(body, Sealer(key)).encode()):
        raise _damaged()
    return key


def bring_back(key: bytes, *, settings: RootSettings, in_use: bool) -> None:
    """Writes installation.key anew, wrapped by the present root key; makes root.key where it is a file that is gone.

    `in_use`: something in the database is sealed under the installation key there is, so another one is refused.
    Raises ProviderDown, Refusal.
    """
    if _held(settings) == key:
        return  # a run before this one was interrupted
    if in_use and _held(settings) is not None:
        raise Refusal(
            "installation_in_use",
            "This home has an installation.key of another installation that is in use; take a new home.",
        )
    if settings.kept_in_file and not settings.key_file.exists():
        make_root_key(settings.key_file)
    put_installation_key(settings.installation_key_file, key, roots_of(settings))


def _held(settings: RootSettings) -> bytes | None:
    """The installation key of this home; None when there is none or nothing here opens it."""
    try:
        return read_installation_key(settings.installation_key_file, roots_of(settings))
    except Refusal:
        return None


def _damaged() -> Refusal:
    return Refusal(
        "recovery_file_damaged",
        "recovery.json beside the backups was changed or is not whole, so nothing was recovered; put its copy back.",
    )


def _mark(body: dict[str, Any], installation: Sealer) -> str:
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":")).encode()
    return hmac.digest(installation.derive("recovery file"), canonical, "sha256").hex()
