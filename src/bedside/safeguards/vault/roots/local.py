"""The root key on this machine: in a file, or in the environment of the process."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from bedside.ground.errors import Refusal
from bedside.kit.sealing import Sealer, Unsealable
from bedside.kit.sealing.envelope import KEY_BYTES
from bedside.safeguards.vault.root import read_root_key
from bedside.safeguards.vault.roots.contract import WrongRootKey

if TYPE_CHECKING:
    from pathlib import Path

    from bedside.kit.sealing import Place

_NAME_LETTERS = 8


class LocalRoot:
    """32 bytes known to this process. The name is of the key, not of where it lay, so that it may be moved."""

    def __init__(self, key: bytes) -> None:
        self._sealer = Sealer(key)
        self._name = f"local:{self._sealer.derive('root key name').hex()[:_NAME_LETTERS]}"

    @property
    def name(self) -> str:
        return self._name

    def wrap(self, key: bytes, *, place: Place) -> bytes:
        return self._sealer.seal(key, place=place)

    def unwrap(self, wrapped: bytes, *, place: Place) -> bytes:
        try:
            return self._sealer.open(wrapped, place=place)
        except Unsealable as error:
            raise WrongRootKey from error


def from_file(path: Path) -> LocalRoot:
    """Raises RootKeyMissing, Refusal."""
    return LocalRoot(read_root_key(path))


def from_text(text: str, *, setting: str) -> LocalRoot:
    """From the base64 of a setting. Raises Refusal that names the setting and never its value."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise Refusal(
            "root_key_damaged", f"The setting {setting} must be the base64 of {KEY_BYTES} random bytes."
        )
    return LocalRoot(key)
