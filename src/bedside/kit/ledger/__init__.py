"""A tamper-evident log: Merkle tree, tiles, proofs, signed checkpoints, exports, signed statements.

Promise: whoever holds a checkpoint of a log and the public key of its signer, finds out whether any entry before
that checkpoint was later changed, dropped, moved, added or replayed; one entry can be proven without the others.
Not covered: entries that were never written, or false when written; entries after the newest checkpoint that
somebody outside holds (whoever has the signing key can write another ending); secrecy, since hashes and bodies are
in clear; loss.
Keys: Ed25519 private keys are passed in by the caller, used for one signature and never kept. A public key must
reach the verifier by another way than the log itself.
Compatibility pledge: hashing as in RFC 6962 and RFC 9162 with SHA-256, notes and checkpoints as in C2SP
signed-note and tlog-checkpoint, exports as `bedside-ledger-1`. What was once written verifies for ever; a change
gets a new format name. Byte by byte: docs/reference/ledger-format.md.
"""

from bedside.kit.ledger.checkpoint import BadCheckpoint, Checkpoint, open_note, sign
from bedside.kit.ledger.export import (
    ExportedKey,
    ExportHeader,
    canonical_json,
    export_lines,
    proof_of_entry,
)
from bedside.kit.ledger.merkle import (
    EMPTY_ROOT,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from bedside.kit.ledger.notes import BadNote, add_signature
from bedside.kit.ledger.statement import (
    BadStatement,
    attach_proof,
    open_statement,
    sign_statement,
    statement_hash,
)
from bedside.kit.ledger.tiles import (
    TILE_WIDTH,
    BadTile,
    Frontier,
    OutsideTree,
    ReadTile,
    Tile,
    consistency_proof,
    grow,
    inclusion_proof,
    tree_root,
)

__all__ = [
    "EMPTY_ROOT",
    "TILE_WIDTH",
    "BadCheckpoint",
    "BadNote",
    "BadStatement",
    "BadTile",
    "Checkpoint",
    "ExportHeader",
    "ExportedKey",
    "Frontier",
    "OutsideTree",
    "ReadTile",
    "Tile",
    "add_signature",
    "attach_proof",
    "canonical_json",
    "consistency_proof",
    "export_lines",
    "grow",
    "inclusion_proof",
    "leaf_hash",
    "node_hash",
    "open_note",
    "open_statement",
    "proof_of_entry",
    "root_of",
    "sign",
    "sign_statement",
    "statement_hash",
    "tree_root",
    "verify_consistency",
    "verify_inclusion",
]
