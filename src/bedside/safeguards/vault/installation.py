"""The installation key: what everything that belongs to no practice is sealed under and derived from.

Promise: sessions, second-factor secrets, links in mails and backups do not change when the root key does.
Key handling: 32 random bytes, wrapped by the root provider in one file, opened once per process, never in clear on
the disk. The file alone opens nothing, so each machine may have its copy.
Compatibility pledge: the file is JSON with `format`, `wrapped_by` and `wrapped` (base64).
"""

from __future__ import annotations

import base64
import binascii
import json
import threading
from typing import TYPE_CHECKING

from bedside.ground.errors import Refusal
from bedside.kit.sealing import Place, Sealer, random_key
from bedside.safeguards.vault.root import make_secret_file, replace_secret_file
from bedside.safeguards.vault.roots import Roots, WrongRootKey, roots_of

if TYPE_CHECKING:
    from pathlib import Path

    from bedside.safeguards.vault.roots import RootSettings

PLACE = Place(practice="", table="installation", row="", column="key", version=1)
_FORMAT = "bedside-installation-key-1"
_SIZE_MAX = 16_384
_open: dict[Path, Sealer] = {}
_lock = threading.Lock()


class InstallationKeyMissing(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "installation_key_missing",
            "The installation key file is missing; put installation.key back from your safe copy.",
        )


def installation_key(settings: RootSettings) -> Sealer:
    """Opened once per process. Raises InstallationKeyMissing, WrongRootKey, ProviderDown, Refusal."""
    path = settings.installation_key_file
    with _lock:
        kept = _open.get(path)
        if kept is None:
            kept = _open[path] = Sealer(read_installation_key(path, roots_of(settings)))
    return kept


def wrapped_by(path: Path) -> str:
    """The name of the root key that the file was wrapped by. Raises InstallationKeyMissing, Refusal."""
    return _parse(path)[0]


def read_installation_key(path: Path, roots: Roots) -> bytes:
    """The 32 bytes. Raises InstallationKeyMissing, WrongRootKey, ProviderDown, Refusal."""
    by, wrapped = _parse(path)
    try:
        return roots.unwrap(wrapped, by=by, place=PLACE)
    except WrongRootKey:
        raise Refusal(
            "wrong_root_key",
            "The root key does not fit this installation's installation.key; put back the two that belong together.",
        ) from None


def make_installation_key(path: Path, roots: Roots) -> bool:
    """Makes the file if there is none. True if made."""
    return not path.exists() and make_secret_file(path, _file(random_key(), roots))


def rewrap_installation_key(path: Path, roots: Roots) -> bool:
    """Puts the same key, wrapped by the present root key, in the file's place. False if it is already.

    Raises as `read_installation_key`.
    """
    if wrapped_by(path) == roots.present.name and roots.present.name.startswith("local:"):
        return False
    put_installation_key(path, read_installation_key(path, roots), roots)
    return True


def put_installation_key(path: Path, key: bytes, roots: Roots) -> None:
    replace_secret_file(path, _file(key, roots))


def _file(key: bytes, roots: Roots) -> bytes:
    wrapped, by = roots.wrap(key, place=PLACE)
    text = json.dumps({"format": _FORMAT, "wrapped_by": by, "wrapped": base64.b64encode(wrapped).decode()})
    return f"{text}\n".encode()


def _parse(path: Path) -> tuple[str, bytes]:
    """(name of the root key, wrapped key)."""
    try:
        with path.open("rb") as file:
            text = file.read(_SIZE_MAX)
    except FileNotFoundError:
        raise InstallationKeyMissing from None
    try:
        found = json.loads(text)
        known = {_FORMAT: found}[found["format"]]
        return str(known["wrapped_by"]), base64.b64decode(known["wrapped"], validate=True)
    except (ValueError, KeyError, TypeError, binascii.Error):
        raise Refusal(
            "installation_key_damaged",
            "The installation key file is damaged; put installation.key back from your safe copy.",
        ) from None
