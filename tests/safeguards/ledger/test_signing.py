"""The keys that sign: made once, changed by the old key's word, blotted out when retired."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bedside.ground.errors import NotAllowed, Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import in_scope
from bedside.kit.ledger import BadCheckpoint, open_note
from bedside.safeguards.audit import sealing, tail
from bedside.safeguards.audit.actions import record, seal
from bedside.safeguards.audit.models import Checkpoint, SigningKey
from bedside.safeguards.audit.queries import entries, standing
from bedside.safeguards.audit.sealing import rotate_signing_key
from bedside.safeguards.audit.signing import make_first_key, public_keys, signer
from bedside.safeguards.audit.verifying import verify
from bedside.safeguards.practices.entries import PROFILE_CHANGED


def grown(scope, at):
    record(scope, PROFILE_CHANGED, at=at, subject=new_id())
    return seal(scope, at=at)


def introduced(scope):
    found = entries(scope, before_id=None, kind="ledger.key_introduced", actor_id="", subject="", limit=9)
    return [entry.details["public_sha256"] for entry in found][::-1]


def test_makes_one_first_key_however_often_it_is_asked_for(scope, at):
    make_first_key(scope, at=at)
    make_first_key(scope, at=at)
    (key,) = public_keys(scope)
    assert introduced(scope) == [key.fingerprint]
    assert standing(scope, at=at).key_fingerprint == key.fingerprint


def test_the_old_key_seals_the_word_about_the_new_one_and_nothing_after_it(scope, at):
    grown(scope, at)
    fingerprint = rotate_signing_key(scope, at=at)
    boundary = seal(scope, at=at)
    assert boundary is None  # the announcement is sealed by then
    grown(scope, at)
    old, new = public_keys(scope)
    assert introduced(scope) == [old.fingerprint, new.fingerprint]
    assert fingerprint == new.fingerprint == standing(scope, at=at).key_fingerprint
    with in_scope(scope):
        rows = list(Checkpoint.objects.order_by("size"))
    for row in rows:
        ours, theirs = (old, new) if row.size <= new.from_size else (new, old)
        open_note(row.note, keys={ours.name: ours.key})
        with pytest.raises(BadCheckpoint):
            open_note(row.note, keys={theirs.name: theirs.key})
    assert rows[-1].key_version == 2
    assert verify(scope, at=at).finding == "sound"
    rotate_signing_key(scope, at=at)
    grown(scope, at)
    assert verify(scope, at=at).finding == "sound"
    assert [key.version for key in public_keys(scope)] == [1, 2, 3]


def test_blots_out_the_private_half_of_a_retired_key(scope, at):
    grown(scope, at)
    rotate_signing_key(scope, at=at)
    with in_scope(scope):
        halves = dict(SigningKey.objects.values_list("version", "sealed_private"))
    assert halves[1] is None
    assert halves[2] is not None
    assert signer(scope).version == 2


def test_a_checkpoint_that_the_retired_key_signs_is_found(scope, at, monkeypatch):
    """As by somebody who kept a copy of it."""
    grown(scope, at)
    kept = signer(scope)
    rotate_signing_key(scope, at=at)
    monkeypatch.setattr(sealing, "signer", lambda _: kept)
    grown(scope, at)
    assert verify(scope, at=at).finding == "checkpoint_unsigned"


def test_only_who_keeps_the_keys_may_change_them(scope, at):
    grown(scope, at)
    with pytest.raises(NotAllowed):
        rotate_signing_key(replace(scope, rights=scope.rights - {"manage_keys"}), at=at)
    assert len(public_keys(scope)) == 1


def test_changes_no_key_before_there_is_one_and_leaves_nothing_half_done(scope, at, monkeypatch):
    with pytest.raises(Refusal, match="seal first"):
        rotate_signing_key(scope, at=at)
    grown(scope, at)
    with monkeypatch.context() as patch:

        def broken(*_arguments, **_options):
            raise RuntimeError

        patch.setattr(sealing, "put_in_use", broken)
        with pytest.raises(RuntimeError):
            rotate_signing_key(scope, at=at)
    assert len(introduced(scope)) == len(public_keys(scope)) == 1
    grown(scope, at)
    assert verify(scope, at=at).finding == "sound"


def test_goes_on_in_another_cluster_where_transaction_numbers_are_small_again(
    committed, at, nothing_else_runs, monkeypatch
):
    """As after a restore: what is noted in checkpoints is far ahead of every number here."""
    from datetime import timedelta

    scope, far = committed.scope, 3_000_000_000
    with monkeypatch.context() as patch:
        alone = sealing.observe

        def elsewhere(practice_id, *, at):
            seen = alone(practice_id, at=at)
            now = replace(seen.now, next_xid=seen.now.next_xid + far)
            return tail.Seen(now=now, oldest_xid=seen.oldest_xid + far)

        patch.setattr(sealing, "observe", elsewhere)
        for step in range(3):
            record(scope, PROFILE_CHANGED, at=at, subject=new_id())
            seal(scope, at=at + step * timedelta(minutes=2))
    sealing.forget()
    marks = []
    for step in range(4, 9):
        record(scope, PROFILE_CHANGED, at=at, subject=new_id())
        assert seal(scope, at=at + step * timedelta(minutes=2)).leaves == 1
        with in_scope(scope):
            newest = Checkpoint.objects.latest("size")
        marks.append((newest.settled_id, newest.seen_xid > far))
    assert marks[0][0] < marks[1][0]  # stands still once, and then goes on
    assert not any(is_far for _, is_far in marks)
    assert marks[-1][0] == newest.last_id - 1
    assert verify(scope, at=at).finding == "sound"
