"""Sealed records: AES-256-GCM envelopes bound to the place where they lie.

Promise: whoever holds the database and not the key learns lengths and nothing else; a sealed value that was changed,
cut, or moved to another practice, table, row or column, or beneath another version, does not open. Nothing of a value
is given out before its tag was checked, and no error says more than that it does not open, and which of a batch.

Covered: a stolen dump or disk, a hand in the database that edits, swaps, copies or cuts values, one practice's data
put into another's rows, an older value put back beneath a newer version.

Not covered: who was written when (ids and times are in clear); lengths; a whole row put back together with its version
(the ledger keeps versions, so that is where it shows), or deleted; the memory of a running process; whoever has
the key. A nonce used twice would undo both secrecy and authenticity under that key: nonces come from the operating
system for each value, one call for a batch, and are never kept, counted or passed in.

Keys: 32 random bytes, derived for each purpose by HKDF-Expand with SHA-256. A key seals at most 2**32 values (random
nonces, NIST SP 800-38D section 8.3). Python cannot wipe memory: a key lives as long as its sealer. No object here
shows a key when printed.

Speed: `Sealer.seal` and `open` are for one value; `seal_many`, `open_many` and, with a key for each value, `Sealers`
are for batches and cost about what the cipher costs (`bin/bench vault`). Both write and read the same bytes.

Compatibility pledge: format byte 1, as docs/reference/sealed-format.md has it byte by byte, opens for ever. Any change
takes a new format byte. tests/kit/sealing/vectors.json holds the format to it.
"""

from bedside.kit.sealing.envelope import Sealer, Sealers, Unsealable, random_key
from bedside.kit.sealing.index import BlindIndex
from bedside.kit.sealing.place import Place, Places

__all__ = ["BlindIndex", "Place", "Places", "Sealer", "Sealers", "Unsealable", "random_key"]
