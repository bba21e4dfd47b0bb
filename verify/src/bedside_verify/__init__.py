"""Checks ledgers of Bedside without Bedside.

Promise: given a public key that came by another way than the export, and the newest checkpoint that somebody
outside kept, every entry that was changed, dropped, moved, added or replayed before that checkpoint is found.
Not covered: entries never written or false when written; what came after the newest outside checkpoint, when the
signing key itself is in wrong hands; a verifier that was itself exchanged.
Keys: public ones only.
Compatibility pledge: what was once written as `bedside-ledger-1`, `bedside-proof-1`, `bedside-erasure-1` or
`bedside-consent-1` is read by every later version.
"""

from bedside_verify.findings import Finding, Report, Unusable
from bedside_verify.keys import TrustedKey, read_key
from bedside_verify.ledger import verify_ledger
from bedside_verify.notes import read_anchors
from bedside_verify.single import verify_consent, verify_erasure, verify_proof

__all__ = [
    "Finding",
    "Report",
    "TrustedKey",
    "Unusable",
    "read_anchors",
    "read_key",
    "verify_consent",
    "verify_erasure",
    "verify_ledger",
    "verify_proof",
]
