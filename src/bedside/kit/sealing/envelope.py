"""The envelope: the package's docstring says what it promises, docs/reference/sealed-format.md its bytes."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import repeat
from operator import itemgetter
from typing import TYPE_CHECKING, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bedside.kit.sealing.place import Place, Places

KEY_BYTES = 32
_FORMAT = b"\x01"
_NONCE_BYTES = 12
HEADER_BYTES = 5
_TAG_BYTES = 16
_SHORTEST = HEADER_BYTES + _NONCE_BYTES + _TAG_BYTES
_HEADER = itemgetter(slice(HEADER_BYTES))
_NONCE = slice(HEADER_BYTES, HEADER_BYTES + _NONCE_BYTES)
_BODY = slice(HEADER_BYTES + _NONCE_BYTES, None)
_NONCE_OF = itemgetter(_NONCE)
_BODY_OF = itemgetter(_BODY)
_Encrypt = Callable[[bytes, bytes, bytes], bytes]  # nonce, content, associated data


class Unsealable(Exception):
    """A sealed value does not open: wrong key, wrong place, changed, cut, or of an unknown format.

    `position` says which value of a batch it was, None for one asked alone. Never a hint of the content.
    """

    def __init__(self, why: str, *, position: int | None = None) -> None:
        super().__init__(why if position is None else f"value {position} of the batch: {why}")
        self.why = why
        self.position = position


class Sealer:
    """Seals and opens under one key. Cheap to keep, safe to share between threads."""

    __slots__ = ("_cipher", "_header", "_key", "version")

    def __init__(self, key: bytes, *, version: int = 1) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError("a sealing key has 32 bytes")
        self._key = key
        self._cipher = AESGCM(key)
        self.version = version
        self._header = header_of(version)

    def __repr__(self) -> str:
        return f"Sealer(version={self.version})"  # never the key

    def seal(self, plain: bytes, *, place: Place) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return self._header + nonce + self._cipher.encrypt(nonce, plain, place.associated())

    def open(self, sealed: bytes, *, place: Place) -> bytes:
        """Raises Unsealable, with no hint of the content, if anything at all is off."""
        sealed = bytes(sealed)
        if len(sealed) < _SHORTEST or not sealed.startswith(self._header):
            raise Unsealable("not sealed under this key")
        try:
            return self._cipher.decrypt(sealed[_NONCE], sealed[_BODY], place.associated())
        except InvalidTag:
            raise Unsealable("changed, moved, or sealed under another key") from None

    def seal_many(self, plains: Sequence[bytes], *, places: Places) -> list[bytes]:
        """Each value sealed in its place, in the same order, as by `seal`."""
        return _sealed_each(
            repeat(self._cipher.encrypt, len(plains)), plains, header=self._header, places=places
        )

    def open_many(self, sealed: Sequence[bytes], *, places: Places) -> list[bytes]:
        """Each value opened, in the same order.

        Raises Unsealable with the position of the first that does not open; then none is given. Whoever can do
        without it asks again for the others.
        """
        return _opened_each(
            repeat(self._cipher),
            sealed,
            header=self._header,
            places=places,
            sealers=lambda: repeat(self, len(sealed)),
        )

    def derive(self, purpose: str) -> bytes:
        """32 bytes for one other use of this key (HKDF-Expand, RFC 5869, since the key is already uniform)."""
        return HKDFExpand(algorithm=SHA256(), length=KEY_BYTES, info=purpose.encode()).derive(self._key)

    def child(self, purpose: str) -> Self:
        return type(self)(self.derive(purpose), version=self.version)


class Sealers:
    """Many keys of one version, one for each row: row i is sealed and opened under key i. Never shows a key."""

    __slots__ = ("_keys", "version")

    def __init__(self, keys: Sequence[bytes], *, version: int = 1) -> None:
        if not {KEY_BYTES}.issuperset(map(len, keys)):
            raise ValueError("a sealing key has 32 bytes")
        self._keys = keys
        self.version = version

    @classmethod
    def fresh(cls, how_many: int) -> Self:
        """New random keys."""
        return cls([random_key() for _ in range(how_many)])

    def __repr__(self) -> str:
        return f"Sealers({len(self._keys)}, version={self.version})"  # never the keys

    def __len__(self) -> int:
        return len(self._keys)

    def each(self) -> list[Sealer]:
        """A sealer for each key, for whoever seals more than one value under it."""
        return [Sealer(key, version=self.version) for key in self._keys]

    def at(self, positions: Iterable[int]) -> Self:
        """The keys at these positions, in this order; one may be asked for several times."""
        keys = self._keys
        return type(self)([keys[position] for position in positions], version=self.version)

    def wrapped(self, sealer: Sealer, *, places: Places) -> list[bytes]:
        """The keys themselves, sealed under another key, for storage. `unwrapped` gives them back."""
        return sealer.seal_many(self._keys, places=places)

    @classmethod
    def unwrapped(cls, sealer: Sealer, wrapped: Sequence[bytes], *, places: Places, version: int = 1) -> Self:
        """Raises Unsealable with the position of the first that does not open."""
        return cls(sealer.open_many(wrapped, places=places), version=version)

    def seal_each(self, plains: Sequence[bytes], *, places: Places) -> list[bytes]:
        self._check_count(places)
        encrypts = (AESGCM(key).encrypt for key in self._keys)
        return _sealed_each(encrypts, plains, header=header_of(self.version), places=places)

    def open_each(self, sealed: Sequence[bytes], *, places: Places) -> list[bytes]:
        """As `Sealer.open_many`. Raises Unsealable with the position of the first that does not open."""
        self._check_count(places)
        return _opened_each(
            map(AESGCM, self._keys),
            sealed,
            header=header_of(self.version),
            places=places,
            sealers=self.each,
        )

    def _check_count(self, places: Places) -> None:
        if len(self._keys) != len(places):
            raise ValueError("each value has one key")


def _sealed_each(
    encrypts: Iterable[_Encrypt], plains: Sequence[bytes], *, header: bytes, places: Places
) -> list[bytes]:
    _check_lengths(plains, places)
    random = os.urandom(
        _NONCE_BYTES * len(plains)
    )  # one call: the system's own cost is then nothing per value
    nonces = [random[start : start + _NONCE_BYTES] for start in range(0, len(random), _NONCE_BYTES)]
    return [
        header + nonce + encrypt(nonce, plain, associated)
        for encrypt, nonce, plain, associated in zip(
            encrypts, nonces, plains, places.associated(), strict=True
        )
    ]


def _opened_each(
    ciphers: Iterable[AESGCM],
    sealed: Sequence[bytes],
    *,
    header: bytes,
    places: Places,
    sealers: Callable[[], Iterable[Sealer]],
) -> list[bytes]:
    """`sealers` are asked only when something does not open, to say which value and why.

    Splitting a value takes `map` a third of the time of a loop. It ends with its shortest input, which is no other
    than the values: the places are as many, and so are the ciphers, or more.
    """
    _check_lengths(sealed, places)
    if set(map(_HEADER, sealed)) <= {header}:
        nonces, bodies = map(_NONCE_OF, sealed), map(_BODY_OF, sealed)
        try:
            return [*map(AESGCM.decrypt, ciphers, nonces, bodies, places.associated())]
        except (InvalidTag, ValueError):  # ValueError: what is too short to hold a nonce
            pass
    raise _first_unsealable(sealers(), sealed, places=places)


def _first_unsealable(sealers: Iterable[Sealer], sealed: Sequence[bytes], *, places: Places) -> Unsealable:
    for position, (sealer, value) in enumerate(zip(sealers, sealed, strict=True)):
        try:
            sealer.open(value, place=places.at(position))
        except Unsealable as error:
            return Unsealable(error.why, position=position)
    raise AssertionError("a batch does not open, yet each of its values does")


def _check_lengths(values: Sequence[bytes], places: Places) -> None:
    if len(values) != len(places):
        raise ValueError("each value has one place")


def header_of(version: int) -> bytes:
    """What each value sealed under a key of this version begins with."""
    return _FORMAT + version.to_bytes(4, "big")


def key_version(sealed: bytes) -> int:
    """The version of the key a value was sealed under. Raises Unsealable for what is no sealed value."""
    sealed = bytes(sealed)
    if len(sealed) < _SHORTEST or sealed[:1] != _FORMAT:
        raise Unsealable("not a sealed value")
    return int.from_bytes(sealed[1:HEADER_BYTES], "big")


def random_key() -> bytes:
    return os.urandom(KEY_BYTES)
