"""Writing what goes to an auditor: a whole log (`bedside-ledger-1`) and the proof of one entry (`bedside-proof-1`).

Both are read by `bedside-verify`, which shares no code with this file. Byte by byte: docs/reference/ledger-format.md.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from bedside.kit.ledger.notes import encode_base64

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

LEDGER_FORMAT: Final = "bedside-ledger-1"
PROOF_FORMAT: Final = "bedside-proof-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedKey:
    """A key that signed checkpoints: its 32 public bytes, and the size of the first checkpoint it signed."""

    name: str
    public: bytes
    from_size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportHeader:
    """What the export says of itself. `size` is that of the newest checkpoint; `keys` are in order of first use,
    and a key that has signed no checkpoint yet is not among them."""

    origin: str
    practice: str
    size: int
    keys: Sequence[ExportedKey]


def export_lines(
    header: ExportHeader, *, entries: Iterable[tuple[bytes, bytes]], notes: Iterable[str]
) -> Iterator[str]:
    """The lines of an export, each with its line end; constant memory.

    Takes `entries` as (leaf hash, canonical body), `header.size` of them, in order of index: the hash as the tree
    holds it, not made anew from the body, so that a changed body shows. `notes` are the log's own signed
    checkpoints, every one, oldest first.
    """
    yield _header_line(header)
    for index, (leaf, body) in enumerate(entries):
        yield f"{index} {encode_base64(leaf)} {body.decode()}\n"
    yield "checkpoints\n"
    count = 0
    for note in notes:
        count += 1
        yield canonical_json(note) + "\n"
    yield f"end {count}\n"


def _header_line(header: ExportHeader) -> str:
    keys = [
        {"name": key.name, "public": encode_base64(key.public), "from_size": key.from_size}
        for key in header.keys
    ]
    fields = {
        "format": LEDGER_FORMAT,
        "origin": header.origin,
        "practice": header.practice,
        "first": 0,
        "size": header.size,
        "keys": keys,
    }
    return canonical_json(fields) + "\n"


def proof_of_entry(
    *, index: int, size: int, path: Sequence[bytes], body: bytes, note: str
) -> Mapping[str, Any]:
    """What proves that `body` is entry `index` of the log that `note`, a checkpoint of `size` entries, vouches for.

    Ready for `canonical_json`, or for `attach_proof` of a signed statement.
    """
    return {
        "format": PROOF_FORMAT,
        "index": index,
        "size": size,
        "path": [encode_base64(step) for step in path],
        "body": body.decode(),
        "note": note,
    }


def canonical_json(value: Any) -> str:
    """The one way to write a value here: keys sorted, no blanks, everything beyond ASCII escaped, no NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
