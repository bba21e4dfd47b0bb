"""Run as a process: prepares, erases, and searches a database for marks with every key that is left.

A value is tried under every key, wherever it lies: AES-GCM is counter mode and a tag, so what a key could open is
read here without its place and its tag. Nothing can hide behind the wrong associated data.
"""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedside.ground.scope import Scope

_HEADER_BYTES, _NONCE_BYTES, _TAG_BYTES = 5, 12, 16
_COLUMNS = """
    SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
      AND has_table_privilege(c.oid, 'SELECT') AND a.atttypid {is_bytes} 'bytea'::regtype ORDER BY 1, 2
"""


def prepare() -> dict[str, Any]:
    """Jane with something of her in every room, and a campaign that waits for her."""
    from tests.oversight.retention.racing import _campaign, _practice

    scope, person = _practice()
    campaign_id = _campaign(scope)
    _build_columns(scope)
    return {"practice": str(scope.practice_id), "person": str(person), "campaign": str(campaign_id)}


def erase(person: str) -> dict[str, Any]:
    """Erases, and does what the worker does next."""
    from bedside.oversight.retention import actions
    from bedside.oversight.retention.rules import ErasureReason
    from tests.oversight.retention.racing import _now

    scope = _scope()
    done = actions.erase(scope, UUID(person), reason=ErasureReason.PERSON_ASKED, at=_now())
    _build_columns(scope)
    return {"erasure": str(done.erasure_id)}


def search(*marks: str) -> dict[str, Any]:
    """Where a mark can be read, as `table.column`, and how many values were tried under how many keys."""
    from bedside.ground.scope import in_scope

    scope, tried = _scope(), 0
    found: set[str] = set()
    with in_scope(scope):
        keys = _every_key(scope)
        for place, value in _values("="):
            tried += 1
            if any(_has(plain, marks) for plain in _readings(value, keys)):
                found.add(place)
        for place, value in _values("<>"):
            if _has(str(value).encode(), marks):
                found.add(place)
    return {"found": sorted(found), "tried": tried, "keys": len(keys)}


def public_key() -> dict[str, Any]:
    """The key in use, in base64."""
    import base64

    from bedside.safeguards.audit.signing import public_keys

    raw = public_keys(_scope())[-1].key.public_bytes_raw()
    return {"key": base64.b64encode(raw).decode()}


def _values(is_bytes: str) -> Iterator[tuple[str, Any]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS.format(is_bytes=is_bytes))
        for table, column in cursor.fetchall():
            kind = "" if is_bytes == "=" else "::text"
            cursor.execute(f'SELECT "{column}"{kind} FROM "{table}" WHERE "{column}" IS NOT NULL')  # noqa: S608  names of the catalogue
            for (value,) in cursor.fetchall():
                yield f"{table}.{column}", value


def _every_key(scope: Scope) -> list[bytes]:
    """The root's, the installation's, each version of the practice's and every person's that is there."""
    from bedside.safeguards.vault.models import PersonKey, PracticeKey
    from bedside.safeguards.vault.queries import installation, person_keys, practice_keys

    versions = PracticeKey.objects.values_list("version", flat=True)
    persons = PersonKey.objects.values_list("person_id", flat=True)
    ring = practice_keys(scope)._ring
    sealers = [installation(), *map(ring.opening, versions), *person_keys(scope, list(persons)).values()]
    return [sealer._key for sealer in sealers]


def _readings(value: Any, keys: list[bytes]) -> Iterator[bytes]:
    """The value as it is, and what each key makes of it, unpacked where it is packed."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    raw = bytes(value)
    yield from _unpacked(raw)
    nonce = raw[_HEADER_BYTES : _HEADER_BYTES + _NONCE_BYTES]
    if len(raw) < _HEADER_BYTES + _NONCE_BYTES + _TAG_BYTES:
        return
    for key in keys:
        reader = Cipher(algorithms.AES(key), modes.CTR(nonce + b"\0\0\0\2")).decryptor()
        yield from _unpacked(reader.update(raw[_HEADER_BYTES + _NONCE_BYTES : -_TAG_BYTES]))


def _unpacked(plain: bytes) -> Iterator[bytes]:
    import polars as pl
    import zstandard

    yield plain
    if plain.startswith(b"\x28\xb5\x2f\xfd"):
        yield zstandard.ZstdDecompressor().decompressobj().decompress(plain)
    if plain.startswith(b"\xff\xff\xff\xff"):
        yield str(pl.read_ipc_stream(io.BytesIO(plain)).to_dicts()).encode()


def _has(plain: bytes, marks: tuple[str, ...]) -> bool:
    folded = plain.lower()
    return any(mark.lower().encode() in folded for mark in marks)


def _build_columns(scope: Scope) -> None:
    from bedside.decisions.segments.index import rebuild
    from tests.oversight.retention.racing import _now

    rebuild(scope, at=_now())


def _scope() -> Scope:
    from bedside.doors.cli.shared import administrator_scope
    from bedside.ground.scope import Purpose
    from bedside.safeguards.practices.queries import directory

    return administrator_scope(directory()[0][0], purpose=Purpose.COMPLIANCE)


def main() -> None:
    import django

    django.setup()
    verbs = {"prepare": prepare, "erase": erase, "search": search, "public_key": public_key}
    sys.stdout.write(json.dumps(verbs[sys.argv[1]](*sys.argv[2:])))


if __name__ == "__main__":
    main()
