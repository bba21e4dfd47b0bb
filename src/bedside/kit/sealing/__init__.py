"""Sealed records: AES-256-GCM envelopes bound to the place where they lie.

Promise: whoever holds the database and not the key learns lengths and nothing else; a sealed value that was
changed, cut, moved to another practice, table, row or column, or rolled back to an older version does not open.
Not covered: who was written when (ids and times are in clear), lengths, memory of a running process, deletion.
Keys: 32 random bytes, derived into purposes by HKDF-SHA256; a key seals at most 2**32 values with random nonces
(NIST SP 800-38D section 8.3).
Compatibility pledge: format byte 1 is `1 | key version, 4 bytes big-endian | nonce, 12 | ciphertext | tag, 16`;
the associated data is each part of the Place as UTF-8 with a 2-byte big-endian length before it.
"""

from bedside.kit.sealing.envelope import Sealer, Sealers, Unsealable, random_key
from bedside.kit.sealing.index import BlindIndex
from bedside.kit.sealing.place import Place, Places

__all__ = ["BlindIndex", "Place", "Places", "Sealer", "Sealers", "Unsealable", "random_key"]
