"""What goes to somebody who need not trust us: the proof of one entry, and the whole ledger."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from bedside.ground.errors import NotFound
from bedside.ground.scope import Scope, reading
from bedside.kit.ledger import TILE_WIDTH, BadTile, inclusion_proof, leaf_hash, verify_inclusion
from bedside.kit.ledger.export import ExportedKey, ExportHeader
from bedside.kit.ledger.export import export_lines as lines_of_export
from bedside.safeguards.audit.listing import checkpoints, place_of
from bedside.safeguards.audit.models import Checkpoint, Entry
from bedside.safeguards.audit.order import RowOfLeaves, decode
from bedside.safeguards.audit.signing import is_signed, origin_of, public_keys
from bedside.safeguards.audit.tail import newest
from bedside.safeguards.audit.tree import HASH_BYTES, DamagedRow, bodies_of, stored_tiles

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

_ROWS_AT_ONCE: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryProof:
    """That `body` is leaf `index` of the tree of `size` leaves whose root the signed `note` vouches for.

    `path`: the siblings, nearest first. `holds` is False when the entry as it is stored now does not lead to that
    root: it was changed after it was sealed, or something that the proof needs was; `body` is empty then if it
    cannot be read.
    """

    index: int
    size: int
    path: tuple[bytes, ...]
    note: str
    body: bytes
    leaf_hash: bytes
    holds: bool


def proof(scope: Scope, entry_id: int, *, person: UUID | None) -> EntryProof | None:
    """The proof of an entry, of an act on many that of one person's leaf, or of its first; None until it is sealed.

    Raises NotFound for an unknown entry, and for a person whom it does not mention.
    """
    with reading(scope):
        row = Entry.objects.filter(practice_id=scope.practice_id, id=entry_id).values("id", "count").first()
        if row is None:
            raise NotFound("There is no such entry in the ledger.")
        head = newest(scope.practice_id)
        place = place_of(scope.practice_id, entry_id) if head else None
        if head is None or place is None:
            return None
        try:
            bodies = _bodies(scope.practice_id, RowOfLeaves(entry_id, row["count"]))
            offset = _offset(bodies, person)
            index = place[0] + offset
            path = inclusion_proof(index, head.size, stored_tiles(scope.practice_id, head.size))
        except (DamagedRow, BadTile):
            return EntryProof(
                index=place[0], size=head.size, path=(), note=head.note, body=b"", leaf_hash=b"", holds=False
            )
    leaf = leaf_hash(bodies[offset])
    is_in_tree = verify_inclusion(leaf=leaf, index=index, size=head.size, path=path, root=head.root)
    holds = is_in_tree and is_signed(scope, head)
    return EntryProof(
        index=index, size=head.size, path=tuple(path), note=head.note, body=bodies[offset], leaf_hash=leaf,
        holds=holds,
    )  # fmt: skip


def _bodies(practice_id: UUID, row: RowOfLeaves) -> list[bytes]:
    return next(bodies for _, bodies in bodies_of(practice_id, [row]))


def _offset(bodies: list[bytes], person: UUID | None) -> int:
    if person is None:
        return 0
    wanted = f'"subject":"{person}"'.encode()
    for offset, body in enumerate(bodies):
        if wanted in body:
            return offset
    raise NotFound("This entry is not about that person.")


def export_lines(scope: Scope) -> Iterator[str]:
    """The sealed ledger as `bedside-verify` reads it, line by line, each with its line end; constant memory.

    Empty when nothing is sealed. An entry that is gone or unreadable has an empty body, so that the verifier names
    it. Raises Refusal or Fault when the vault cannot be opened.
    """
    with reading(scope):
        head = newest(scope.practice_id)
    if head is None:
        return
    header = ExportHeader(
        origin=origin_of(scope.practice_id),
        practice=str(scope.practice_id),
        size=head.size,
        keys=_keys(scope),
    )
    bodies = _all_bodies(scope, head.size)
    hashes = _all_hashes(scope, head.size)
    notes = (each.note for each in checkpoints(scope, after=0, up_to=head.size))
    entries = (
        (leaf_hash(body) if stored is None else stored, body)
        for stored, body in zip(hashes, bodies, strict=True)
    )
    yield from lines_of_export(header, entries=entries, notes=notes)


def _keys(scope: Scope) -> list[ExportedKey]:
    """Those that signed something, with the size of the first checkpoint that each signed."""
    with reading(scope):
        rows = Checkpoint.objects.filter(practice_id=scope.practice_id)
        found = []
        for key in public_keys(scope):
            first = (
                rows.filter(key_version=key.version, size__gt=key.from_size)
                .order_by("size")
                .values_list("size", flat=True)
                .first()
            )
            if first is not None:
                found.append(ExportedKey(name=key.name, public=key.key.public_bytes_raw(), from_size=first))
    return found


def _all_bodies(scope: Scope, size: int) -> Iterator[bytes]:
    rows = (row for each in checkpoints(scope, after=0, up_to=size) for row in decode(each.entries))
    while part := list(islice(rows, _ROWS_AT_ONCE)):
        with reading(scope):
            bodies = [body for row in part for body in _whatever_is_there(scope.practice_id, row)]
        yield from bodies


def _whatever_is_there(practice_id: UUID, row: RowOfLeaves) -> list[bytes]:
    try:
        return _bodies(practice_id, row)
    except DamagedRow:
        return [b""] * row.count


def _all_hashes(scope: Scope, size: int) -> Iterator[bytes | None]:
    """As the tree holds them; at the right edge, where no tile is complete yet, as the rows give them.

    None where neither can say: then the roots tell that something is wrong there, and the export goes on.
    """
    for number in range(-(-size // TILE_WIDTH)):
        with reading(scope):
            hashes = _hashes_of(scope.practice_id, number, size)
        yield from hashes


def _hashes_of(practice_id: UUID, number: int, size: int) -> Sequence[bytes | None]:
    width = min(TILE_WIDTH, size - number * TILE_WIDTH)
    try:
        found = stored_tiles(practice_id, size)(0, number, width)
    except (BadTile, DamagedRow):
        return [None] * width
    return found if len(found) == width and all(len(each) == HASH_BYTES for each in found) else [None] * width
