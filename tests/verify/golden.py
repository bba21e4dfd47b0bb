"""A small ledger that is the same for ever: fixed entries, keys and times, with a change of key in the middle.

`python -m tests.verify.golden` writes tests/verify/golden anew; a change there is a change of the format.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bedside.kit import ledger

FOLDER = Path(__file__).parent / "golden"
ORIGIN = "bedside.example/riverside"
PRACTICE = "6f1c9a52-0f0e-4c59-8d0c-2f3f4b1f7a10"
STRANGER = "d0a1c1b2-5b0e-4f64-9b39-0a54b3a4b9aa"
START = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
SIZES = (1, 5, 8, 21, 21, 300)  # the second 21 vouches for the same entries at a later time
SMALL_SIZES = (1, 5, 10, 12, 12)
SECOND_KEY_AT = 9  # the entry that introduces the second key, sealed by a checkpoint of the first


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    name: str
    key: Ed25519PrivateKey

    @property
    def public(self) -> bytes:
        return self.key.public_key().public_bytes_raw()


def signer(number: int) -> Signer:
    seed = hashlib.sha256(b"golden key %d" % number).digest()
    return Signer(name=f"bedside.example/riverside/{number}", key=Ed25519PrivateKey.from_private_bytes(seed))


FIRST, SECOND, FORGER = signer(1), signer(2), signer(3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A checkpoint as the product stores it."""

    note: str
    size: int
    signer: Signer


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """A log as it lies in the product's database: bodies, the leaf hashes of the tree, signed checkpoints."""

    bodies: tuple[bytes, ...]
    leaves: tuple[bytes, ...]
    checkpoints: tuple[Row, ...]

    def export(self) -> bytes:
        """What the product would write from these rows."""
        began: dict[str, ledger.ExportedKey] = {}
        for row in self.checkpoints:
            by = row.signer
            key = ledger.ExportedKey(name=by.name, public=by.public, from_size=row.size)
            began.setdefault(by.name, key)
        header = ledger.ExportHeader(
            origin=ORIGIN, practice=PRACTICE, size=len(self.leaves), keys=list(began.values())
        )
        lines = ledger.export_lines(
            header,
            entries=zip(self.leaves, self.bodies, strict=True),
            notes=[row.note for row in self.checkpoints],
        )
        return "".join(lines).encode()

    def newest(self) -> bytes:
        """The checkpoint that somebody outside keeps."""
        return self.checkpoints[-1].note.encode()


def body(index: int, *, kind: str = "patient.opened", **details: object) -> bytes:
    fields = {
        "practice": PRACTICE,
        "at": (START + timedelta(seconds=index)).isoformat(),
        "actor_kind": "staff",
        "actor": f"staff-{index % 3}",
        "purpose": "treatment",
        "origin": "web",
        "outcome": "done" if index % 7 else "refused",
        "subject": hashlib.sha256(b"%d" % (index % 11)).hexdigest()[:32],
        "kind": kind,
        "details": details or {"fields": index},
    }
    return ledger.canonical_json(fields).encode()


def introduction(index: int, key: Signer) -> bytes:
    return body(
        index, kind="ledger.key_introduced", public_sha256=hashlib.sha256(key.public).hexdigest(), version=2
    )


def checkpoint(leaves: tuple[bytes, ...], size: int, *, at: datetime, by: Signer) -> Row:
    made = ledger.Checkpoint(origin=ORIGIN, size=size, root=ledger.root_of(leaves[:size]), at=at)
    return Row(note=ledger.sign(made, key=by.key, name=by.name), size=size, signer=by)


def log() -> Log:
    return sealed(bodies(SIZES[-1]), sizes=SIZES, by_first=4)


def small_log() -> Log:
    """The same story in twelve entries, for tests that read it thousands of times."""
    return sealed(bodies(SMALL_SIZES[-1]), sizes=SMALL_SIZES, by_first=3)


def bodies(count: int) -> tuple[bytes, ...]:
    made = [body(index) for index in range(count)]
    made[SECOND_KEY_AT] = introduction(SECOND_KEY_AT, SECOND)
    return tuple(made)


def sealed(bodies: tuple[bytes, ...], *, sizes: tuple[int, ...], by_first: int) -> Log:
    """`by_first` checkpoints are signed by the first key, the others by the second."""
    leaves = tuple(ledger.leaf_hash(each) for each in bodies)
    rows = [
        checkpoint(
            leaves, size, at=START + timedelta(minutes=number), by=FIRST if number < by_first else SECOND
        )
        for number, size in enumerate(sizes)
    ]
    return Log(bodies=bodies, leaves=leaves, checkpoints=tuple(rows))


def with_statement() -> tuple[Log, bytes]:
    """The golden log with an entry about a certificate of erasure, and that certificate with its proof."""
    certificate = {
        "format": "bedside-erasure-1",
        "practice": PRACTICE,
        "requested_at": START.isoformat(),
        "erased_at": (START + timedelta(days=1)).isoformat(),
        "keys_destroyed": 1,
        "kept": [{"what": "consent_evidence", "why": "45 CFR 164.316(b)(2)(i)"}],
    }
    place = 33
    plain = list(bodies(SIZES[-1]))
    plain[place] = body(
        place, kind="erasure.certified", certificate_sha256=ledger.statement_hash(certificate)
    )
    made = sealed(tuple(plain), sizes=SIZES, by_first=4)
    statement = ledger.sign_statement(certificate, key=SECOND.key, name=SECOND.name)
    return made, ledger.attach_proof(statement, proof=proof(made, place))


def proof(made: Log, index: int) -> dict[str, object]:
    row = made.checkpoints[-1]
    path = ledger.inclusion_proof(index, row.size, read_tile(made.leaves))
    return dict(
        ledger.proof_of_entry(index=index, size=row.size, path=path, body=made.bodies[index], note=row.note)
    )


def read_tile(leaves: tuple[bytes, ...]):
    tiles = {(tile.level, tile.number): tile.hashes for tile in ledger.grow(size=0, leaves=leaves, read=None)}
    return lambda level, number, width: tiles[level, number][:width]


def public_text(key: Signer) -> str:
    return base64.b64encode(key.public).decode()


def files() -> dict[str, bytes]:
    made, statement = with_statement()
    return {
        "ledger.export": made.export(),
        "checkpoint-300.txt": made.newest(),
        "checkpoint-8.txt": made.checkpoints[2].note.encode(),
        "key-1.txt": f"{public_text(FIRST)}\n".encode(),
        "key-2.txt": f"{public_text(SECOND)}\n".encode(),
        "proof.json": f"{ledger.canonical_json(proof(made, 18))}\n".encode(),
        "certificate.json": statement,
    }


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, content in files().items():
        (FOLDER / name).write_bytes(content)


if __name__ == "__main__":
    main()
