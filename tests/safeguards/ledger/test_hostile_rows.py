"""What somebody puts into the tables past Bedside neither stops the ledger nor goes unseen.

Rows are written as the product's own database role may write them, or changed as the owner of the tables may.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import zstandard
from django.db import ProgrammingError, connection

from bedside.doors.cli.shared import administrator_scope
from bedside.ground.errors import Fault
from bedside.ground.identity import new_id
from bedside.ground.scope import Purpose, in_scope
from bedside.safeguards.audit import jobs, people, sealing, verifying
from bedside.safeguards.audit.actions import record, record_each, seal
from bedside.safeguards.audit.keeping import Keeper
from bedside.safeguards.audit.mentions import number_of
from bedside.safeguards.audit.models import Entry
from bedside.safeguards.audit.places import Folder, Laid, NotKept
from bedside.safeguards.audit.queries import entries, export_lines, standing, who_looked
from bedside.safeguards.audit.rules import Deed, declare
from bedside.safeguards.audit.verifying import verify
from bedside.safeguards.practices.entries import PROFILE_CHANGED
from tests.conftest import make_practice

PEERED = declare("sample.peered", "Peered at them.", Deed.READ)
SENT = declare("sample.sent_to", "Sent to them.", Deed.SEND)
_INSERT = """
    INSERT INTO audit_entry (practice_id, at, kind, actor_kind, actor_id, purpose, subject, count, body)
    VALUES (%s, %s, 'practice.profile_changed', 'staff', 'somebody', 'operations', '', %s, %s) RETURNING id
"""


def write(scope, at, count=1):
    for _ in range(count):
        record(scope, PROFILE_CHANGED, at=at, subject=new_id())


def smuggle(scope, at, *, count, body):
    """A row that no action of the product writes, with the product's own rights; gives its id."""
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute(_INSERT, [scope.practice_id, at, count, body])
        return cursor.fetchone()[0]


def packed(*bodies):
    return zstandard.ZstdCompressor().compress(b"\n".join(bodies))


STRANGE = {
    "nothing": (1, b""),
    "no-json": (1, b"hello"),
    "two-lines": (1, b'{"kind":"a"}\n5 AAAA {"kind":"b"}'),
    "not-text": (1, b"\xff\xfe"),
    "no-fields": (1, b"{}"),
    "other-type": (1, b'{"about":"x","subject":5}'),
    "nested": (1, b'{"about":' + b"[" * 4000),
    "not-packed": (5, b"hello"),
    "fewer-than-told": (5, packed(b"{}", b"{}")),
    "number-too-large": (2, packed(*[b'{"about":"","subject":"' + b"f" * 36 + b'"}'] * 2)),
    "subject-of-no-type": (2, packed(b'{"subject":null}', b'{"subject":{}}')),
}


@pytest.mark.parametrize("name", STRANGE)
def test_a_row_that_bedside_never_wrote_stops_nothing_and_is_named(committed, at, name):
    count, body = STRANGE[name]
    write(committed.scope, at, 3)
    foreign = smuggle(committed.scope, at, count=count, body=body)
    write(committed.scope, at, 3)
    assert seal(committed.scope, at=at) is not None
    write(committed.scope, at, 3)
    assert seal(committed.scope, at=at) is not None
    with in_scope(committed.scope):
        total = Entry.objects.count()
    assert standing(committed.scope, at=at).size == total - 1
    found = verify(committed.scope, at=at)
    assert (found.sound, found.finding, found.entry_id) == (False, "entry_foreign", foreign)
    assert list(export_lines(committed.scope))
    assert entries(committed.scope, before_id=None, kind="", actor_id="", subject="", limit=100)


@pytest.mark.parametrize("body", [b"\xff\xfe", b"{}", b"", b"[1]", b'{"about":5'])
def test_an_entry_changed_into_nonsense_is_found_and_still_exported(committed, at, body):
    write(committed.scope, at, 5)
    seal(committed.scope, at=at)
    with in_scope(committed.scope):
        victim = list(Entry.objects.order_by("id").values_list("id", flat=True))[2]
    committed.tamper("UPDATE audit_entry SET body = %s WHERE id = %s", (body, victim))
    found = verify(committed.scope, at=at)
    assert (found.sound, found.entry_id) == (False, victim)
    assert sum(1 for _ in export_lines(committed.scope))
    assert entries(committed.scope, before_id=None, kind="", actor_id="", subject="", limit=100)


def test_a_tile_put_there_beforehand_holds_up_its_own_practice_only(committed, at):
    other = another_practice()
    keeper = Keeper(clock=lambda: at)
    keeper._pass()
    with in_scope(committed.scope), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_tile (practice_id, level, number, hashes, root) VALUES (%s, 0, 0, %s, %s)",
            [committed.scope.practice_id, b"x" * 8192, b"x" * 32],
        )
    write(committed.scope, at, 300)
    write(other, at, 3)
    keeper._pass()
    with in_scope(other):
        total = Entry.objects.count()
    assert standing(other, at=at).size == total
    assert keeper._failing[committed.scope.practice_id]


def test_a_failure_to_verify_one_practice_leaves_the_others_verified(committed, at, monkeypatch):
    other = another_practice()
    usual = verifying.verify

    def failing(scope, *, at):
        if scope.practice_id == committed.scope.practice_id:
            raise ValueError
        return usual(scope, at=at)

    monkeypatch.setattr(verifying, "verify", failing)
    write(other, at, 3)
    seal(other, at=at)
    jobs.verify_daily(0)
    assert standing(other, at=at).verification.sound


def another_practice():
    practice_id = make_practice("walnut", "Walnut Street Family Practice")
    return administrator_scope(practice_id, purpose=Purpose.OPERATIONS)


def looked_at(scope, person):
    return who_looked(scope, person, before_id=None, limit=50)


def test_a_look_moved_to_another_entry_in_the_index_is_found(committed, at):
    """Count and sum of the index stay as they were; who looked at the person would be told wrong."""
    person, others = new_id(), [new_id(), new_id()]
    for _ in range(3):
        record_each(committed.scope, PEERED, at=at, about="", subjects=[person, *others])
        record_each(committed.scope, PEERED, at=at, about="", subjects=others)
    seal(committed.scope, at=at)
    assert verify(committed.scope, at=at).finding == "sound"
    assert len(looked_at(committed.scope, person)) == 3
    committed.tamper(
        "UPDATE audit_mention SET entry_id = entry_id + 1 WHERE subject = %s", (number_of(person),)
    )
    assert looked_at(committed.scope, person) == []
    found = verify(committed.scope, at=at)
    assert (found.sound, found.finding) == (False, "index_changed")
    assert len(looked_at(committed.scope, person)) == 3


def test_an_index_flooded_with_mentions_that_are_none_hides_nobody(committed, at):
    person = new_id()
    record_each(committed.scope, PEERED, at=at, about="", subjects=[person, new_id()])
    seal(committed.scope, at=at)
    with in_scope(committed.scope), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_mention (practice_id, subject, entry_id)"
            " SELECT %s, %s, generate_series(1000, 12000)",
            [committed.scope.practice_id, number_of(person)],
        )
    assert len(looked_at(committed.scope, person)) == 1
    assert verify(committed.scope, at=at).finding == "index_changed"


def test_mentions_of_another_practice_hide_nobody(committed, at):
    person = new_id()
    record_each(committed.scope, PEERED, at=at, about="", subjects=[person, new_id()])
    with in_scope(committed.scope):
        newest = Entry.objects.order_by("-id").values_list("id", flat=True).first()
    other = another_practice()
    with in_scope(other), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_mention (practice_id, subject, entry_id) VALUES (%s, %s, %s)",
            [other.practice_id, number_of(person), newest],
        )
    seal(committed.scope, at=at)
    assert len(looked_at(committed.scope, person)) == 1
    assert verify(committed.scope, at=at).finding == "sound"


def test_many_other_acts_on_a_person_hide_no_older_one(committed, at, monkeypatch):
    monkeypatch.setattr(people, "_ROWS_MAX", 20)
    person = new_id()
    record_each(committed.scope, PEERED, at=at, about="", subjects=[person, new_id()])
    for _ in range(50):
        record_each(committed.scope, SENT, at=at, about="", subjects=[person, new_id()])
    seal(committed.scope, at=at)
    assert len(looked_at(committed.scope, person)) == 1


LATER = timedelta(minutes=5)


def put_with_number(database, number, *, like):
    """As the product's own role may not."""
    database.execute(
        "INSERT INTO audit_entry (id, practice_id, at, kind, actor_kind, actor_id, purpose, subject, body)"
        " SELECT %s, practice_id, at, kind, actor_kind, actor_id, purpose, subject, body FROM audit_entry"
        " WHERE id = %s",
        (number, like),
    )


@pytest.mark.parametrize("number", [2**62, 2**63 - 1, 0, -5])
def test_a_row_with_a_number_that_was_never_given_is_named_and_stops_nothing(
    committed, at, number, nothing_else_runs
):
    write(committed.scope, at, 3)
    seal(committed.scope, at=at)
    foreign = smuggle(committed.scope, at, count=1, body=b"{}")
    with pytest.raises(ProgrammingError, match="permission denied"), in_scope(committed.scope):
        put_with_number(connection.cursor(), number, like=foreign - 1)
    put_with_number(committed.owner, number, like=foreign - 1)
    committed.owner.commit()
    for part in range(4):
        sealing.forget()
        write(committed.scope, at, 2)
        assert seal(committed.scope, at=at + part * LATER).leaves == 2
    found = verify(committed.scope, at=at)
    assert (found.finding, found.entry_id) == ("entry_foreign", min(number, foreign))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_checkpoint SET settled_id = %s",
        "UPDATE audit_checkpoint SET seen_id = %s, seen_xid = 0",
        "UPDATE audit_checkpoint SET settled_id = %s, last_id = settled_id",
        "UPDATE audit_checkpoint SET settled_id = %s, mark = ''",
    ],
)
def test_a_place_to_begin_from_that_was_moved_ahead_lets_nothing_be_passed_over(
    committed, at, statement, nothing_else_runs
):
    write(committed.scope, at, 3)
    seal(committed.scope, at=at)
    committed.tamper(statement, (2**60,))
    for part in range(1, 4):
        sealing.forget()
        write(committed.scope, at, 2)
        assert seal(committed.scope, at=at + part * LATER).leaves >= 2
    assert standing(committed.scope, at=at).unsealed == 0


def test_a_place_to_begin_from_that_was_moved_within_the_list_is_named(committed, at, nothing_else_runs):
    """A row that comes late would lie below it, and only a verification of everything would seal it."""
    write(committed.scope, at, 3)
    seal(committed.scope, at=at)
    seal(committed.scope, at=at + LATER)
    sound = verify(committed.scope, at=at)
    committed.tamper("UPDATE audit_checkpoint SET settled_id = last_id, seen_xid = 0")
    found = verify(committed.scope, at=at)
    assert (sound.finding, found.sound, found.finding) == ("sound", False, "mark_changed")


@pytest.mark.parametrize("change", ["settled_id = last_id, mark = sha256('x')", "mark = ''"])
def test_a_moved_place_is_named_among_those_with_a_mark_and_by_a_look_at_what_is_new(committed, at, change):
    write(committed.scope, at, 3)
    seal(committed.scope, at=at)
    assert verify(committed.scope, at=at).sound
    for _ in range(2):
        write(committed.scope, at, 3)
        last = seal(committed.scope, at=at)
    committed.tamper(f"UPDATE audit_checkpoint SET {change} WHERE size = %s", (last.size,))  # noqa: S608
    assert verify(committed.scope, at=at, only_new=True).finding == "mark_changed"
    assert verify(committed.scope, at=at).finding == "mark_changed"


def test_checkpoints_from_before_there_were_marks_are_sound_and_sealed_upon(committed, at):
    write(committed.scope, at, 3)
    seal(committed.scope, at=at)
    committed.tamper("UPDATE audit_checkpoint SET mark = ''")
    sealing.forget()
    write(committed.scope, at, 2)
    assert seal(committed.scope, at=at).leaves == 2
    assert verify(committed.scope, at=at).finding == "sound"


def test_a_great_ledger_from_before_there_were_marks_is_sealed_on(
    committed, at, monkeypatch, nothing_else_runs
):
    """Not all of its numbers are held in memory: the place to begin from moves first, which takes two looks."""
    monkeypatch.setattr(sealing, "ROWS_BEYOND_MAX", 3)
    write(committed.scope, at, 3)
    seal(committed.scope, at=at)
    committed.tamper("UPDATE audit_checkpoint SET mark = ''")
    sealing.forget()
    write(committed.scope, at, 2)
    sealed = [seal(committed.scope, at=at + part * LATER) for part in range(4)]
    assert sum(made.leaves for made in sealed if made) == 2


def test_a_checkpoint_that_bedside_did_not_make_is_not_sealed_upon(committed, at):
    """With the true root of the true rows: sealed upon, its lines would lie under a signature for good."""
    write(committed.scope, at, 3)
    seal(committed.scope, at=at)
    write(committed.scope, at, 2)
    last = seal(committed.scope, at=at)
    committed.tamper(
        "UPDATE audit_checkpoint SET note = replace(note, 'bedside', 'another'), mark = '' WHERE size = %s",
        (last.size,),
    )
    sealing.forget()
    write(committed.scope, at, 2)
    with pytest.raises(Fault, match="newest checkpoint"):
        seal(committed.scope, at=at)
    assert verify(committed.scope, at=at).finding == "checkpoint_unsigned"


def test_what_is_sealed_during_a_verification_is_no_alarm(committed, at, monkeypatch):
    record_each(committed.scope, PEERED, at=at, about="", subjects=[new_id(), new_id()])
    seal(committed.scope, at=at)
    usual = verifying._foreign

    def meanwhile(scope, rows):
        record_each(scope, PEERED, at=at, about="", subjects=[new_id(), new_id()])
        seal(scope, at=at)
        return usual(scope, rows)

    monkeypatch.setattr(verifying, "_foreign", meanwhile)
    assert verify(committed.scope, at=at).finding == "sound"


@pytest.mark.parametrize("change", ["sealed_private = NULL", "retired_at = now()"])
def test_a_key_that_was_taken_away_is_not_quietly_replaced(committed, at, change):
    """Another first key would make every earlier checkpoint look unsigned."""
    write(committed.scope, at, 3)
    seal(committed.scope, at=at)
    with in_scope(committed.scope), connection.cursor() as cursor:
        cursor.execute("UPDATE audit_signingkey SET " + change)  # noqa: S608  one of two above
    write(committed.scope, at, 3)
    with pytest.raises(Fault, match="signing key"):
        seal(committed.scope, at=at)
    assert verify(committed.scope, at=at).finding == "sound"


def test_a_folder_that_holds_a_longer_ledger_says_so(committed, at, tmp_path):
    """The whole database rolled back takes its own memory with it; what lies outside does not."""
    longer = Laid(practice_id=committed.scope.practice_id, size=900, note="longer", fingerprint="", at=at)
    shorter = replace(longer, size=100, note="shorter")
    Folder(path=tmp_path).keep(longer)
    with pytest.raises(NotKept, match="longer_lies_there"):
        Folder(path=tmp_path).keep(shorter)
    Folder(path=tmp_path).keep(replace(shorter, practice_id=new_id()))
