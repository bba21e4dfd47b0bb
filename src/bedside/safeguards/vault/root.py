"""The root key's file: 32 bytes that only Bedside's user may read; never in the database.

Made at the very first start. A missing file beside existing data is refused, since a fresh key would open nothing.
"""

from __future__ import annotations

import os
import secrets
import stat
from typing import TYPE_CHECKING

from bedside.ground.errors import Refusal
from bedside.kit.sealing import random_key
from bedside.kit.sealing.envelope import KEY_BYTES

if TYPE_CHECKING:
    from pathlib import Path

ROOT_KEY_FILE = "root.key"
OLD_SUFFIX = ".old"  # the file's name after a rotation, until whoever keeps the keys takes it away
NEW_SUFFIX = ".new"  # and before one


class RootKeyMissing(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "root_key_missing",
            "The root key file is missing, so nothing can be opened; put root.key back from your safe copy.",
        )


def read_root_key(path: Path) -> bytes:
    """The root key.

    Raises RootKeyMissing when there is no file, Refusal when others may read it or it is damaged.
    """
    try:
        file = path.open("rb")
    except FileNotFoundError:
        raise RootKeyMissing from None
    with file:  # asked of the very file that is read, not of one that lay there a moment before
        if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
            raise Refusal("root_key_open", "Others may read the root key file; run: chmod 600 root.key")
        key = file.read(KEY_BYTES + 1)
    if len(key) != KEY_BYTES:
        raise Refusal(
            "root_key_damaged", "The root key file is damaged; put root.key back from your safe copy."
        )
    return key


def make_root_key(path: Path) -> bool:
    """Makes the file if there is none. True if made. Two starts at once: one makes it, both use it."""
    return make_secret_file(path, random_key())


def make_secret_file(path: Path, content: bytes) -> bool:
    """Makes a file that its owner alone may read, if there is none. True if made; whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = _draft(path, content)
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    else:
        settle(path.parent)
        return True
    finally:
        draft.unlink()


def replace_secret_file(path: Path, content: bytes) -> None:
    """Puts the file in the place of the present one; whoever reads meanwhile gets the one or the other whole."""
    _draft(path, content).replace(path)
    settle(path.parent)


def _draft(path: Path, content: bytes) -> Path:
    # A name that nobody can guess, and never a file or link that is there already: whoever could put one in place
    # would be given the key.
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        os.write(handle, content)
        os.fsync(handle)
    finally:
        os.close(handle)
    return draft


def settle(folder: Path) -> None:
    """A new name in a folder survives a power cut only once the folder itself is on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
