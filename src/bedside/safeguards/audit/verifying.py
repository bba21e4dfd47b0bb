"""Verification: everything made anew from the rows and compared with what was signed.

Promise: finds each entry that was changed, dropped, swapped, listed twice or left out, each tile and checkpoint that
was changed or dropped, and an ending that was cut off if an earlier verification or an anchor remembers it; names
the entry where one is to be named. Nothing that the sealer keeps to save work is believed.
Not covered: who can write tables *and* open the vault can write another history; anchors outside are for that.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import connection

from bedside.ground.scope import Scope, in_scope, reading
from bedside.kit.ledger import EMPTY_ROOT, BadCheckpoint, BadTile, open_note
from bedside.kit.sealing import Unsealable
from bedside.safeguards.audit.findings import (
    READ_MAX,
    anchorings_kept,
    invented,
    keep_verification,
    last_verification_kept,
    verifications_kept,
)
from bedside.safeguards.audit.listing import Listed, checkpoints
from bedside.safeguards.audit.marking import mark_of
from bedside.safeguards.audit.mentions import mend
from bedside.safeguards.audit.order import BadOrder, ListedIds, RowOfLeaves, decode
from bedside.safeguards.audit.sealing import seal_late
from bedside.safeguards.audit.signing import PublicKey, origin_of, public_keys
from bedside.safeguards.audit.standing import Verification, shown
from bedside.safeguards.audit.tail import Newest, newest
from bedside.safeguards.audit.tree import DamagedRow, stored_tiles
from bedside.safeguards.audit.turns import take_turn
from bedside.safeguards.audit.walking import Unsound, Walk, genuine, walk_from

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bedside.safeguards.audit.models import Verification as Row

FINDINGS: Final = {
    "sound": "Every entry is as it was sealed.",
    "empty": "Nothing is sealed yet.",
    "late_entries": "Every entry is as it was sealed; some that came late are sealed only now.",
    "index_mended": "Every entry is as it was sealed; the index of who is mentioned had gaps and is mended.",
    "index_changed": "The index of who is mentioned holds what no entry says.",
    "entry_changed": "An entry was changed after it was sealed.",
    "entry_missing": "An entry that was sealed is gone.",
    "entry_mislabelled": "The columns of an entry do not say what the entry says.",
    "entry_foreign": "A row was put into the ledger past Bedside; it is not sealed and says nothing.",
    "verification_foreign": "A result of verification was put among these past Bedside; it counts for nothing.",
    "mark_changed": "A checkpoint was told to begin looking elsewhere; it is not believed and nothing was left out.",
    "entry_twice": "Two checkpoints list the same entry.",
    "tile_changed": "Stored hashes of the tree are not those of the entries.",
    "checkpoint_missing": "A checkpoint is gone.",
    "checkpoint_changed": "A checkpoint was changed.",
    "checkpoint_unsigned": "A checkpoint is not signed by the key that was in use.",
    "key_changed": "A public key is not the one that was made.",
    "truncated": "The ledger ends earlier than a verification or an anchor remembers.",
    "rewritten": "The ledger has another root than a verification or an anchor remembers.",
}
EVERY: Final = timedelta(hours=23)
_STILL_SOUND: Final = {"sound", "empty", "late_entries", "index_mended"}
_IDS_PER_QUESTION: Final = 50_000
_BEFORE_ALL: Final = -(2**63)
# Every signed entry was right when these were found.
_TREE_WAS_RIGHT: Final = ("entry_foreign", "index_changed", "mark_changed", "verification_foreign")
_IDS = """
    SELECT id, count FROM audit_entry WHERE practice_id = %s AND id > %s AND id <= %s ORDER BY id LIMIT %s
"""
# Rows with a number that was never given out.
_BEYOND = """
    SELECT id, count FROM audit_entry
    WHERE practice_id = %s AND id > (SELECT last_value FROM audit_entry_id_seq) ORDER BY id LIMIT 1
"""
# The sum of `mentions.weight`.
_MENTIONED = """
    SELECT count(*), coalesce(sum(('x' || encode(substr(
        sha256(%s::bytea || int8send(subject) || int8send(entry_id)), 1, 7), 'hex'))::bit(56)::bigint), 0)
    FROM audit_mention WHERE practice_id = %s
"""


@dataclass(slots=True, kw_only=True)
class _Looked:
    """What the walk over the checkpoints saw. `mark_changed_at`: the leaf at which one has another's mark."""

    walk: Walk
    ids: ListedIds = field(default_factory=ListedIds)
    remembered: dict[int, bytes] = field(default_factory=dict)
    marks_began: bool = False
    mark_changed_at: int | None = None


def verify(scope: Scope, *, at: datetime, only_new: bool = False) -> Verification:
    """Looks at the whole ledger, or at what came since the last sound verification, and keeps what was found.

    Seals rows that came so late that the sealer missed them. Raises Refusal or Fault when the vault cannot be
    opened: without the keys nothing can be said.
    """
    with reading(scope):
        head = newest(scope.practice_id)
        since = _last_sound(scope) if only_new else None
    from_size = since.size if since else 0
    try:
        finding, index, entry_id = _look(scope, head, since, at=at), None, None
    except Unsound as found:
        finding, index, entry_id = found.finding, found.index, found.entry_id
    row = keep_verification(
        scope, at=at, from_size=from_size, size=head.size if head else 0,
        root=head.root if head else EMPTY_ROOT, sound=finding in _STILL_SOUND, finding=finding,
        first_bad_index=index, entry_id=entry_id,
    )  # fmt: skip
    return shown(row)


def is_due(scope: Scope, *, at: datetime) -> bool:
    """Whether the whole ledger was last looked at about a day ago, or never."""
    last = last_verification_kept(scope, from_size=0)
    return last is None or abs(at - last.at) >= EVERY  # a clock set back must not put it off


def _look(scope: Scope, head: Newest | None, since: Row | None, *, at: datetime) -> str:
    remembered = _remembered(scope)
    size = head.size if head else 0
    if remembered and max(remembered) > size:
        raise Unsound("truncated", index=size)
    if head is None:
        return "empty"
    try:
        keys = public_keys(scope)
    except Unsealable as error:
        raise Unsound("key_changed", index=None) from error
    looked = _Looked(walk=_begin(scope, since), remembered=remembered)
    with reading(scope):  # nothing is written meanwhile, so the transaction holds nobody up
        for each in checkpoints(scope, after=looked.walk.size, up_to=size):
            _check(scope, each, keys, looked)
    if looked.walk.size != size:
        raise Unsound("checkpoint_missing", index=looked.walk.size)
    said = "sound" if since else _complete(scope, head, looked, at=at)
    if looked.mark_changed_at is not None:
        raise Unsound("mark_changed", index=looked.mark_changed_at)
    return said


def _begin(scope: Scope, since: Row | None) -> Walk:
    if since is None:
        return Walk(practice_id=scope.practice_id, salt=secrets.token_bytes(16))
    try:
        with reading(scope):
            walk = walk_from(scope.practice_id, since.size, stored_tiles(scope.practice_id, since.size))
    except (DamagedRow, BadTile) as error:
        raise Unsound("tile_changed", index=0) from error
    if walk.frontier.root() != bytes(since.root):
        raise Unsound("tile_changed", index=0)
    return walk


def _check(scope: Scope, each: Listed, keys: Sequence[PublicKey], looked: _Looked) -> None:
    """One checkpoint: its place, its signature, what it says of itself, then its rows and the root over them."""
    walk = looked.walk
    if each.start != walk.size:
        raise Unsound("checkpoint_missing", index=walk.size)
    _check_note(scope, each, keys)
    rows = _rows_of(each)
    walk.add(rows)
    looked.ids.add(rows)
    if walk.frontier.root() != each.root:
        raise _changed(each, rows, walk)
    if (each.first_id, each.last_id) != (rows[0].id, rows[-1].id):  # what finds an entry's place
        raise Unsound("checkpoint_changed", index=each.start)
    if walk.suspect is not None:
        raise Unsound("tile_changed", index=walk.suspect[0])
    if looked.remembered.get(each.size, each.root) != each.root:
        raise Unsound("rewritten", index=each.start)
    _check_mark(each, looked)


def _check_mark(each: Listed, looked: _Looked) -> None:
    """Told at the end, since nothing follows from it. Without a mark are only those from before there were any."""
    if hmac.compare_digest(each.mark, mark_of(each.settled)):
        looked.marks_began = True
    elif (each.mark or looked.marks_began) and looked.mark_changed_at is None:
        looked.mark_changed_at = each.start


def _check_note(scope: Scope, each: Listed, keys: Sequence[PublicKey]) -> None:
    used = [key for key in keys if key.from_size < each.size]
    if not used or used[-1].version != each.key_version:
        raise Unsound("checkpoint_unsigned", index=each.start)
    try:
        note = open_note(each.note, keys={used[-1].name: used[-1].key})
    except BadCheckpoint as error:
        raise Unsound("checkpoint_unsigned", index=each.start) from error
    said = (note.origin, note.size, note.root, note.at)
    if said != (origin_of(scope.practice_id), each.size, each.root, each.at):
        raise Unsound("checkpoint_changed", index=each.start)


def _rows_of(each: Listed) -> list[RowOfLeaves]:
    try:
        rows = decode(each.entries)
    except BadOrder as error:
        raise Unsound("checkpoint_changed", index=each.start) from error
    if sum(row.count for row in rows) != each.size - each.start:
        raise Unsound("checkpoint_changed", index=each.start)
    return rows


def _changed(each: Listed, rows: Sequence[RowOfLeaves], walk: Walk) -> Unsound:
    """Which entry does not lead to the signed root: the stored hashes tell, as far as tiles were complete.

    At the right edge, where no hash is stored, it can only be said from which leaf on.
    """
    suspect = walk.suspect[0] if walk.suspect and walk.suspect[1] == 0 else walk.suspect_in_edge()
    if suspect is None and len(rows) > 1:
        return Unsound("entry_changed", index=each.start)
    index = each.start if suspect is None else suspect
    return Unsound("entry_changed", index=index, entry_id=_row_at(rows, index - each.start))


def _row_at(rows: Sequence[RowOfLeaves], offset: int) -> int | None:
    for row in rows:
        if offset < row.count:
            return row.id if offset >= 0 else None
        offset -= row.count
    return None


def _complete(scope: Scope, head: Newest, looked: _Looked, *, at: datetime) -> str:
    """Whether every row is listed, once; the index of who is mentioned besides."""
    if looked.ids.twice is not None:
        raise Unsound("entry_twice", index=None, entry_id=looked.ids.twice)
    unlisted = _unlisted(scope, looked.ids, up_to=max(head.mark.settled_id, looked.ids.rising[-1]))
    foreign = _foreign(scope, unlisted)
    late = [row.id for row in unlisted if row.id <= head.mark.settled_id and row.id not in foreign]
    if late:
        seal_late(scope, late, at=at)
    mended = _mended(scope, head, looked)
    if foreign:
        raise Unsound("entry_foreign", index=None, entry_id=min(foreign))
    if mended == "index_changed":
        raise Unsound("index_changed", index=None)
    if invented(scope):
        raise Unsound("verification_foreign", index=None)
    return "late_entries" if late else mended


def _mended(scope: Scope, head: Newest, looked: _Looked) -> str:
    if _index_is_right(scope, looked.walk):
        return "sound"
    for each in checkpoints(scope, after=0, up_to=head.size):
        with in_scope(scope):
            mend(scope.practice_id, decode(each.entries))
    return "index_mended" if _index_is_right(scope, looked.walk) else "index_changed"


def _index_is_right(scope: Scope, walk: Walk) -> bool:
    """With what was sealed since the walk began; no sealer is at it meanwhile."""
    with in_scope(scope), connection.cursor() as cursor:
        take_turn(scope.practice_id)
        head = newest(scope.practice_id)
        for each in checkpoints(scope, after=walk.size, up_to=head.size if head else 0):
            walk.add(_rows_of(each))
        cursor.execute(_MENTIONED, [walk.salt, scope.practice_id])
        return bool(cursor.fetchone() == (walk.mentioned, walk.mentioned_sum))


def _foreign(scope: Scope, rows: Sequence[RowOfLeaves]) -> set[int]:
    """Those that Bedside did not write, and one that has a number that was never given out."""
    with reading(scope), connection.cursor() as cursor:
        cursor.execute(_BEYOND, [scope.practice_id])
        beyond = {number for number, _ in cursor.fetchall()}
        judged = genuine(scope.practice_id, rows)
        return beyond | {row.id for row, bodies in judged if bodies is None or row.id < 1}


def _unlisted(scope: Scope, ids: ListedIds, *, up_to: int) -> list[RowOfLeaves]:
    """Rows up to that id that no checkpoint lists."""
    late, after = [], _BEFORE_ALL
    while True:
        with reading(scope), connection.cursor() as cursor:
            cursor.execute(_IDS, [scope.practice_id, after, up_to, _IDS_PER_QUESTION])
            found = dict(cursor.fetchall())
        late += [RowOfLeaves(number, found[number]) for number in ids.lacking(found)]
        if len(found) < _IDS_PER_QUESTION:
            return late
        after = max(found)


def _remembered(scope: Scope) -> dict[int, bytes]:
    """Roots by size that earlier verifications and anchors saw."""
    looks = verifications_kept(scope, at_most=READ_MAX)
    found = {row.size: bytes(row.root) for row in looks if row.sound or row.finding in _TREE_WAS_RIGHT}
    found |= {row.size: bytes(row.root) for row in anchorings_kept(scope, at_most=READ_MAX)}
    found.pop(0, None)
    return found


def _last_sound(scope: Scope) -> Row | None:
    last = last_verification_kept(scope, size__gt=0)
    return last if last is not None and last.sound else None
