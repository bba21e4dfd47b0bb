"""Makes vectors.json, from which another implementation can check itself: `python -m tests.kit.sealing.vectors`.

The bytes of docs/reference/sealed-format.md are put together here by hand, with the bare primitives and fixed nonces;
the product's own code must then arrive at the same (test_vectors.py). Invented content only.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

FILE = Path(__file__).with_name("vectors.json")
PRACTICE = "01980000-0000-7000-8000-000000000001"
PERSON = "01980000-0000-7000-8000-0000000000a1"
RECORD = {"practice": PRACTICE, "table": "patients_patient", "row": PERSON, "column": "sealed", "version": 1}


def fixed(label: str, size: int = 32) -> bytes:
    """Bytes anybody can make again: the beginning of SHA-256 of the label."""
    return hashlib.sha256(label.encode()).digest()[:size]


def associated(place: dict[str, str | int]) -> bytes:
    parts = [str(place[name]).encode() for name in ("practice", "table", "row", "column", "version")]
    return b"".join(len(part).to_bytes(2, "big") + part for part in parts)


def seal(key: bytes, version: int, nonce: bytes, plain: bytes, place: dict[str, str | int]) -> bytes:
    cipher = Cipher(algorithms.AES256(key), modes.GCM(nonce)).encryptor()
    cipher.authenticate_additional_data(associated(place))
    content = cipher.update(plain) + cipher.finalize()
    return b"\x01" + version.to_bytes(4, "big") + nonce + content + cipher.tag


def sealed(name: str, *, plain: bytes, key_version: int = 1, **place: str | int) -> dict[str, object]:
    key, nonce, where = fixed(f"key {name}"), fixed(f"nonce {name}", 12), {**RECORD, **place}
    return {
        "name": name,
        "key": key.hex(),
        "key_version": key_version,
        "place": where,
        "associated": associated(where).hex(),
        "nonce": nonce.hex(),
        "plain": plain.hex(),
        "sealed": seal(key, key_version, nonce, plain, where).hex(),
    }


def refused(name: str, changed: bytes, **place: str | int) -> dict[str, object]:
    """What must not open: `changed` is the sealed value as found, the rest as in the vector it was made from."""
    return {
        "name": name,
        "key": GOOD["key"],
        "key_version": 1,
        "place": {**RECORD, **place},
        "sealed": changed.hex(),
    }


GOOD = sealed("a record", plain=b'{"first_name":"Rosa","last_name":"Invented"}')


def derived(purpose: str) -> dict[str, str]:
    key = fixed("key to derive from")
    first = hmac.digest(key, purpose.encode() + b"\x01", "sha256")  # RFC 5869 section 2.3, one block
    return {"key": key.hex(), "purpose": purpose, "derived": first.hex()}


def indexed(label: str, value: str) -> dict[str, str]:
    key = fixed("key of an index")
    index = hmac.digest(key, label.encode() + b"\x00" + value.encode(), "sha256")
    return {"key": key.hex(), "label": label, "value": value, "index": index.hex()}


def wrapped(person: str, version: int) -> dict[str, object]:
    place = {
        "practice": PRACTICE,
        "table": "vault_personkey",
        "row": person,
        "column": "wrapped",
        "version": 1,
    }
    practice_key, person_key = fixed(f"practice key {version}"), fixed(f"person key {person}")
    nonce = fixed(f"nonce {person} {version}", 12)
    record = {**RECORD, "row": person}
    return {
        "practice_key": practice_key.hex(),
        "practice_key_version": version,
        "place": place,
        "person_key": person_key.hex(),
        "wrapped": seal(practice_key, version, nonce, person_key, place).hex(),
        "record_place": record,
        "record": seal(person_key, 1, nonce, b'{"city":"Fairhaven"}', record).hex(),
        "record_plain": b'{"city":"Fairhaven"}'.hex(),
    }


def make() -> dict[str, object]:
    good = bytes.fromhex(str(GOOD["sealed"]))
    flipped = {
        name: good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :]
        for name, at in {
            "format": 0,
            "key version": 4,
            "nonce": 5,
            "content": 17,
            "tag": len(good) - 1,
        }.items()
    }
    moved = {
        "practice": "01980000-0000-7000-8000-000000000002",
        "table": "campaigns_recipient",
        "row": "01980000-0000-7000-8000-0000000000a2",
        "column": "other",
        "version": 2,
    }
    return {
        "about": "Vectors for docs/reference/sealed-format.md; made by tests/kit/sealing/vectors.py. Bytes as hex.",
        "sealed": [
            GOOD,
            sealed("nothing", plain=b""),
            sealed("a later version under a later key", plain=b"second", key_version=7, version=12),
            sealed("the newest key there can be", plain=b"x", key_version=2**32 - 1),
            sealed("a place with letters beyond ASCII", plain=b"x", row="Größe"),
            sealed("a place without a row", plain=b"x", row=""),
            sealed("a row of 300 bytes", plain=b"x", row="r" * 300),
            sealed("content longer than one block", plain=bytes(range(256)) * 2),
        ],
        "refused": [
            *(refused(f"one bit of the {name}", changed) for name, changed in flipped.items()),
            *(refused(f"another {name}", good, **{name: value}) for name, value in moved.items()),
            *(refused(f"cut to {size} bytes", good[:size]) for size in (0, 1, 5, 16, 17, 32, len(good) - 1)),
            refused("a byte too many", good + b"\x00"),
        ],
        "derived": [derived(purpose) for purpose in ("blind index", "session", "Größe", "")],
        "blind_index": [
            indexed("address", "pia@example.org"),
            indexed("mrn", "ms-1"),
            indexed("address", "größe@example.org"),
        ],
        "wrapped_key": [wrapped(PERSON, 1), wrapped("01980000-0000-7000-8000-0000000000a2", 2)],
    }


def written() -> str:
    return json.dumps(make(), indent=1, ensure_ascii=True) + "\n"


if __name__ == "__main__":
    FILE.write_text(written())
