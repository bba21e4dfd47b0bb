"""The sealer takes each row once, in writing, and signs the root over all of them (promise P4)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction

from bedside.ground.identity import new_id
from bedside.ground.scope import in_scope
from bedside.kit.ledger import leaf_hash, open_note, root_of
from bedside.safeguards.audit import sealing, signing
from bedside.safeguards.audit.actions import record, record_each, seal
from bedside.safeguards.audit.bodies import unpack
from bedside.safeguards.audit.models import Checkpoint, Entry, Mention, Tile
from bedside.safeguards.audit.order import decode
from bedside.safeguards.audit.rules import Deed, declare
from bedside.safeguards.practices.entries import PROFILE_CHANGED

SEEN = declare("sample.seen", "Saw them.", Deed.READ)
MINUTES = timedelta(minutes=2)


def leaves(scope):
    """Every leaf hash in the order that the checkpoints write down."""
    with in_scope(scope):
        found = []
        for checkpoint in Checkpoint.objects.order_by("size"):
            for row in decode(bytes(checkpoint.entries)):
                entry = Entry.objects.get(id=row.id)
                found += map(leaf_hash, unpack(bytes(entry.body), count=entry.count))
            assert len(found) == checkpoint.size
            assert root_of(found) == bytes(checkpoint.root)
        return found


def people(count):
    return [new_id() for _ in range(count)]


def write(scope, at, count=1):
    for _ in range(count):
        record(scope, PROFILE_CHANGED, at=at, subject=new_id())


def unsealed(scope):
    from bedside.safeguards.audit.tail import unsealed as rows

    with in_scope(scope):
        return [row.id for row in rows(scope.practice_id, rows_max=1000)]


def test_seals_what_is_there_and_nothing_twice(scope, at):
    write(scope, at, 3)
    record_each(scope, SEEN, at=at, about="", subjects=people(700))
    first = seal(scope, at=at)
    assert len(leaves(scope)) == first.size == first.leaves
    assert seal(scope, at=at) is None
    write(scope, at)
    second = seal(scope, at=at)
    assert (second.leaves, second.size) == (1, first.size + 1)
    assert unsealed(scope) == []


def test_keeps_complete_tiles_and_the_edge_in_mind_or_not(scope, at):
    for count in (255, 1, 300, 2, 1000, 65_000, 1):
        record_each(scope, SEEN, at=at, about="", subjects=people(count))
        sealed = seal(scope, at=at)
        if count % 2:
            sealing.forget()
    found = leaves(scope)
    assert sealed.size == len(found) > 65_536
    with in_scope(scope):
        assert Tile.objects.filter(level=0).count() == len(found) // 256
        assert Tile.objects.filter(level=1).count() == len(found) // 65_536 == 1
        tile = Tile.objects.get(level=1, number=0)
        below = Tile.objects.filter(level=0).order_by("number").values_list("root", flat=True)
        assert bytes(tile.hashes) == b"".join(map(bytes, below[:256]))
        assert bytes(tile.root) == root_of(found[:65_536])


def test_signs_each_root_with_the_key_of_the_practice(scope, at):
    write(scope, at)
    seal(scope, at=at)
    with in_scope(scope):
        row = Checkpoint.objects.latest("size")
    (key,) = signing.public_keys(scope)
    checkpoint = open_note(row.note, keys={key.name: key.key})
    assert (checkpoint.size, checkpoint.root, checkpoint.at) == (row.size, bytes(row.root), at)
    assert checkpoint.origin == f"bedside/{scope.practice_id}"


def test_makes_no_checkpoint_larger_than_allowed(scope, at, monkeypatch):
    monkeypatch.setattr(sealing, "LEAVES_PER_CHECKPOINT", 100)
    write(scope, at, 250)
    record_each(scope, SEEN, at=at, about="", subjects=people(300))  # a row is never cut
    seal(scope, at=at)
    leaves(scope)
    with in_scope(scope):
        sizes = [row.size - row.start for row in Checkpoint.objects.order_by("size")]
    assert unsealed(scope) == []
    assert max(sizes) == 300
    assert sorted(sizes)[-2] == 100


def test_a_row_with_a_lower_number_that_comes_later_is_sealed_later(committed, at):
    """As when a transaction took its number first and was committed last."""
    scope = committed.scope
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute("SELECT nextval('audit_entry_id_seq') FROM generate_series(1, 5)")
        early = [number for (number,) in cursor.fetchall()]
    write(scope, at)
    seal(scope, at=at)
    for number in (early[2], early[0], early[4]):
        write(scope, at)
        # Only the owner of the tables may name a number.
        committed.tamper(
            "INSERT INTO audit_entry (id, practice_id, at, kind, actor_kind, actor_id, purpose, subject, body)"
            " SELECT %s, practice_id, at, kind, actor_kind, actor_id, purpose, subject, body FROM audit_entry"
            " ORDER BY id DESC LIMIT 1",
            (number,),
        )
        seal(scope, at=at)
        sealing.forget()
    assert unsealed(scope) == []
    leaves(scope)


def test_the_mark_moves_on_so_that_an_idle_look_is_short(committed, at, nothing_else_runs):
    scope = committed.scope
    for step in range(4):
        write(scope, at, 20)
        seal(scope, at=at + step * MINUTES)
    with in_scope(scope):
        marks = list(Checkpoint.objects.order_by("size").values_list("settled_id", "last_id"))
        newest = Entry.objects.latest("id").id
    assert [settled for settled, _ in marks] == sorted(settled for settled, _ in marks)
    assert marks[-1][0] == marks[-2][1]  # what was seen one look ago, two minutes earlier
    assert marks[-1][1] == newest
    for step in range(4, 7):  # idle: nothing is written, and yet there is less and less to look through
        assert seal(scope, at=at + step * MINUTES) is None
    assert sealing._memories[scope.practice_id].mark.settled_id == newest
    assert sealing._memories[scope.practice_id].sealed == set()


def test_keeps_the_time_it_is_given_whatever_the_clock_does(scope, at):
    for moment in (at, at + timedelta(days=3), at - timedelta(days=400), at + timedelta(seconds=1)):
        write(scope, moment)
        assert seal(scope, at=moment).at == moment
    leaves(scope)
    assert unsealed(scope) == []


def test_seals_nothing_of_another_practice(scope, stranger_scope, at):
    write(scope, at)
    write(stranger_scope, at)
    seal(scope, at=at)
    assert unsealed(scope) == []
    assert len(unsealed(stranger_scope)) > 0
    assert seal(stranger_scope, at=at).size == len(leaves(stranger_scope))


def test_mentions_each_person_of_a_row_on_many_and_of_a_list_of_one(scope, at):
    many, one = people(300), people(1)
    record_each(scope, SEEN, at=at, about="", subjects=many)
    record_each(scope, SEEN, at=at, about=new_id(), subjects=one)
    write(scope, at)
    seal(scope, at=at)
    with in_scope(scope):
        found = set(Mention.objects.values_list("subject", flat=True))
    assert found == {int.from_bytes(person.bytes[8:], signed=True) for person in [*many, *one]}


def test_refuses_to_sign_over_damage_to_what_is_already_sealed(scope, at, monkeypatch):
    write(scope, at, 3)
    seal(scope, at=at)
    sealing.forget()
    monkeypatch.setattr("bedside.safeguards.audit.tree.leaf_hash", lambda body: leaf_hash(body + b" "))
    write(scope, at)
    with pytest.raises(sealing.LedgerDamaged):
        seal(scope, at=at)


def test_a_checkpoint_that_was_rolled_back_leaves_nothing_behind(scope, at):
    write(scope, at, 3)
    with pytest.raises(RuntimeError), transaction.atomic():
        seal(scope, at=at)
        raise RuntimeError
    with in_scope(scope):
        assert not Checkpoint.objects.exists()
    seal(scope, at=at)
    assert unsealed(scope) == []
    leaves(scope)
