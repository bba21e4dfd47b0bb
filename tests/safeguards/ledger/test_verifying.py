"""Verification finds whatever was changed after it was sealed, and names it (promise P4).

Damage is done as the owner of the tables could do it; the product's own role may not.
"""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from bedside.ground.identity import new_id
from bedside.ground.scope import in_scope
from bedside.safeguards.audit import sealing
from bedside.safeguards.audit.actions import record, record_each, seal
from bedside.safeguards.audit.models import Checkpoint, Entry, Mention, SigningKey
from bedside.safeguards.audit.order import RowOfLeaves, decode, encode
from bedside.safeguards.audit.queries import standing
from bedside.safeguards.audit.rules import Deed, declare
from bedside.safeguards.audit.verifying import FINDINGS, verify
from bedside.safeguards.practices.entries import PROFILE_CHANGED

LOOKED = declare("sample.looked", "Looked at them.", Deed.READ)


def write(scope, at, count=1):
    for _ in range(count):
        record(scope, PROFILE_CHANGED, at=at, subject=new_id())


def filled(scope, at):
    """A log of several checkpoints, with rows on one and on many, complete tiles and an edge."""
    write(scope, at, 40)
    seal(scope, at=at)
    record_each(scope, LOOKED, at=at, about="", subjects=[new_id() for _ in range(900)])
    write(scope, at, 20)
    seal(scope, at=at)
    write(scope, at, 5)
    return seal(scope, at=at)


def row_ids(scope):
    with in_scope(scope):
        return list(Entry.objects.order_by("id").values_list("id", flat=True))


def index_of(scope, entry_id):
    with in_scope(scope):
        index = 0
        for checkpoint in Checkpoint.objects.order_by("size"):
            for row in decode(bytes(checkpoint.entries)):
                if row.id == entry_id:
                    return index
                index += row.count
    raise AssertionError


def test_finds_nothing_in_a_sound_ledger_and_keeps_that(scope, at):
    assert verify(scope, at=at).finding == "empty"
    sealed = filled(scope, at)
    found = verify(scope, at=at)
    assert (found.sound, found.finding, found.size) == (True, "sound", sealed.size)
    assert standing(scope, at=at).verification == found


def test_looks_at_what_is_new_only_when_told_so(scope, at):
    first = filled(scope, at)
    verify(scope, at=at)
    for count in (1, 300):
        write(scope, at, count)
        seal(scope, at=at)
        found = verify(scope, at=at, only_new=True)
        assert (found.finding, found.from_size) == ("sound", first.size)
        first = found


def test_names_the_entry_that_was_changed(committed, at):
    filled(committed.scope, at)
    victim = row_ids(committed.scope)[10]
    committed.tamper(
        "UPDATE audit_entry SET body = convert_to(replace(convert_from(body, 'UTF8'), 'operations', 'treatment'),"
        " 'UTF8'), purpose = 'treatment' WHERE id = %s",
        (victim,),
    )
    found = verify(committed.scope, at=at)
    assert (found.sound, found.finding, found.entry_id) == (False, "entry_changed", victim)
    assert found.first_bad_index == index_of(committed.scope, victim)


def test_names_the_entry_whose_columns_were_changed(committed, at):
    filled(committed.scope, at)
    victim = row_ids(committed.scope)[12]
    committed.tamper("UPDATE audit_entry SET actor_id = 'somebody' WHERE id = %s", (victim,))
    found = verify(committed.scope, at=at)
    assert (found.finding, found.entry_id) == ("entry_mislabelled", victim)


def test_names_the_entry_that_was_dropped(committed, at):
    filled(committed.scope, at)
    victim = row_ids(committed.scope)[-1]
    committed.tamper("DELETE FROM audit_entry WHERE id = %s", (victim,))
    found = verify(committed.scope, at=at)
    assert (found.finding, found.entry_id) == ("entry_missing", victim)
    assert found.first_bad_index == index_of(committed.scope, victim)


def test_names_the_first_of_two_entries_that_were_swapped(committed, at):
    filled(committed.scope, at)
    first, second = row_ids(committed.scope)[20:22]
    committed.tamper(
        "UPDATE audit_entry e SET (at, kind, actor_kind, actor_id, purpose, subject, body) ="
        " (SELECT at, kind, actor_kind, actor_id, purpose, subject, body FROM audit_entry o"
        " WHERE o.id = CASE WHEN e.id = %s THEN %s ELSE %s END) WHERE e.id IN (%s, %s)",
        (first, second, first, first, second),
    )
    found = verify(committed.scope, at=at)
    assert (found.finding, found.entry_id) == ("entry_changed", first)


def test_finds_one_person_taken_out_of_an_act_on_many(committed, at):
    filled(committed.scope, at)
    with in_scope(committed.scope):
        row = Entry.objects.get(count=900)
    from bedside.safeguards.audit.bodies import pack, unpack

    bodies = unpack(bytes(row.body), count=900)
    bodies[450] = bodies[449]
    committed.tamper("UPDATE audit_entry SET body = %s WHERE id = %s", (pack(b"\n".join(bodies)), row.id))
    found = verify(committed.scope, at=at)
    assert (found.finding, found.entry_id) == ("entry_changed", row.id)
    assert found.first_bad_index == index_of(committed.scope, row.id) + 450
    committed.tamper("UPDATE audit_entry SET count = 899 WHERE id = %s", (row.id,))
    assert verify(committed.scope, at=at).finding == "entry_changed"


def test_finds_a_changed_entry_at_the_edge_where_no_hash_is_kept(committed, at):
    filled(committed.scope, at)
    victim = row_ids(committed.scope)[-3]
    committed.tamper(
        "UPDATE audit_entry SET body = convert_to(replace(convert_from(body, 'UTF8'), 'operations', 'treatment'),"
        " 'UTF8'), purpose = 'treatment' WHERE id = %s",
        (victim,),
    )
    found = verify(committed.scope, at=at)
    assert found.finding == "entry_changed"
    assert found.first_bad_index <= index_of(committed.scope, victim)


def test_finds_a_changed_tile(committed, at):
    filled(committed.scope, at)
    committed.tamper(
        "UPDATE audit_tile SET hashes = set_byte(hashes, 64, get_byte(hashes, 64) # 1) WHERE level = 0 AND number = 1"
    )
    found = verify(committed.scope, at=at)
    assert (found.finding, found.first_bad_index) == ("tile_changed", 258)


def test_finds_a_changed_root_of_a_tile_and_a_dropped_tile(committed, at):
    filled(committed.scope, at)
    committed.tamper("UPDATE audit_tile SET root = set_byte(root, 0, get_byte(root, 0) # 1) WHERE number = 2")
    assert verify(committed.scope, at=at).finding == "tile_changed"
    committed.tamper("DELETE FROM audit_tile WHERE number = 0")
    found = verify(committed.scope, at=at)
    assert (found.finding, found.first_bad_index) == ("tile_changed", 0)


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ("SET note = replace(note, 'at 2026', 'at 2025')", "checkpoint_unsigned"),
        ("SET at = at + interval '1 second'", "checkpoint_changed"),
        ("SET root = set_byte(root, 0, get_byte(root, 0) # 1)", "checkpoint_changed"),
        ("SET key_version = 2", "checkpoint_unsigned"),
        ("SET entries = substr(entries, 1, length(entries) - 1)", "checkpoint_changed"),
        ("SET size = size + 1", "checkpoint_changed"),
        ("SET start = start - 1", "checkpoint_missing"),
    ],
)
def test_finds_a_changed_checkpoint(committed, at, change, finding):
    filled(committed.scope, at)
    with in_scope(committed.scope):
        middle = Checkpoint.objects.order_by("size")[1]
    committed.tamper(f"UPDATE audit_checkpoint {change} WHERE id = %s", (middle.id,))
    found = verify(committed.scope, at=at)
    assert (found.sound, found.finding) == (False, finding)
    assert found.finding in FINDINGS


def test_finds_a_dropped_checkpoint(committed, at):
    filled(committed.scope, at)
    with in_scope(committed.scope):
        first, middle = Checkpoint.objects.order_by("size")[:2]
    committed.tamper("DELETE FROM audit_checkpoint WHERE id = %s", (middle.id,))
    found = verify(committed.scope, at=at)
    assert (found.finding, found.first_bad_index) == ("checkpoint_missing", first.size)


def cut_the_ending_off(committed) -> Checkpoint:
    """Removes the newest checkpoint with its entries; gives what it was."""
    with in_scope(committed.scope):
        last = Checkpoint.objects.latest("size")
    ids = [row.id for row in decode(bytes(last.entries))]
    committed.tamper("DELETE FROM audit_checkpoint WHERE id = %s", (last.id,))
    committed.tamper("DELETE FROM audit_entry WHERE id = ANY(%s)", (ids,))
    return last


def test_finds_an_ending_that_was_cut_off_since_the_last_verification(committed, at):
    filled(committed.scope, at)
    verify(committed.scope, at=at)
    last = cut_the_ending_off(committed)
    found = verify(committed.scope, at=at)
    assert (found.finding, found.first_bad_index) == ("truncated", last.start)


def test_finds_another_ending_written_after_a_verification(committed, at):
    """Whoever cuts the ending off and lets the product write another one of the same length."""
    filled(committed.scope, at)
    verify(committed.scope, at=at)
    last = cut_the_ending_off(committed)
    sealing.forget()
    write(committed.scope, at, 5)
    assert seal(committed.scope, at=at).size == last.size
    assert verify(committed.scope, at=at).finding == "rewritten"


def test_finds_a_public_key_that_was_put_in_place_of_ours(committed, at):
    filled(committed.scope, at)
    committed.tamper("UPDATE audit_signingkey SET public = sha256('another')")
    assert verify(committed.scope, at=at).finding == "key_changed"
    assert standing(committed.scope, at=at).trouble == "signing_key_changed"


def test_seals_a_row_that_the_mark_passed_and_says_so(committed, at, nothing_else_runs):
    scope = committed.scope
    committed.owner.execute("SELECT nextval('audit_entry_id_seq')")
    write(scope, at, 30)
    seal(scope, at=at)
    for step in range(1, 4):  # the mark moves on, past the number that was given to nobody yet
        write(scope, at)
        seal(scope, at=at + step * timedelta(minutes=2))
    ids = row_ids(scope)
    gap = next(number for number in range(ids[0], ids[-1]) if number not in ids)
    with in_scope(scope):
        assert Checkpoint.objects.latest("size").settled_id > gap
    committed.tamper(
        "INSERT INTO audit_entry (id, practice_id, at, kind, actor_kind, actor_id, purpose, subject, body)"
        " SELECT %s, practice_id, at, kind, actor_kind, actor_id, purpose, subject, body FROM audit_entry"
        " WHERE id = %s",
        (gap, ids[-1]),
    )
    assert seal(scope, at=at + timedelta(hours=1)) is None
    found = verify(scope, at=at)
    assert (found.sound, found.finding) == (True, "late_entries")
    assert verify(scope, at=at).finding == "sound"


def test_finds_a_row_that_two_checkpoints_list(scope, at, monkeypatch):
    write(scope, at, 3)
    seal(scope, at=at)
    with in_scope(scope):
        checkpoint = Checkpoint.objects.latest("size")
    from bedside.safeguards.audit.sealing import seal_late

    seal_late(scope, [decode(bytes(checkpoint.entries))[1].id], at=at)
    found = verify(scope, at=at)
    assert (found.finding, found.entry_id) == ("entry_twice", decode(bytes(checkpoint.entries))[1].id)


def test_mends_the_index_of_who_is_mentioned(committed, at):
    filled(committed.scope, at)
    assert committed.tamper("DELETE FROM audit_mention") == 900
    found = verify(committed.scope, at=at)
    assert (found.sound, found.finding) == (True, "index_mended")
    with in_scope(committed.scope):
        assert Mention.objects.count() == 900
    assert verify(committed.scope, at=at).finding == "sound"


def test_a_list_of_rows_in_another_order_is_found(committed, at):
    """The list is not signed, but the root over its leaves is."""
    filled(committed.scope, at)
    with in_scope(committed.scope):
        first, middle = Checkpoint.objects.order_by("size")[:2]
    ours, theirs = decode(bytes(first.entries)), decode(bytes(middle.entries))
    single = next(row for row in theirs if row.count == 1)
    swapped = sorted([*ours[1:], RowOfLeaves(single.id, 1)], key=lambda row: row.id)
    committed.tamper("UPDATE audit_checkpoint SET entries = %s WHERE id = %s", (encode(swapped), first.id))
    assert verify(committed.scope, at=at).finding == "entry_changed"


def test_keeps_the_private_half_of_a_key_sealed(scope, at):
    write(scope, at)
    seal(scope, at=at)
    with in_scope(scope):
        (row,) = SigningKey.objects.all()
    from bedside.safeguards.audit.signing import signer

    assert signer(scope).private.private_bytes_raw() not in bytes(row.sealed_private)
    assert json.dumps(FINDINGS)
