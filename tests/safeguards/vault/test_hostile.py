"""Somebody who writes the database, a provider that lies, and administrators in a hurry."""

from __future__ import annotations

import os

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from django.db import transaction

from bedside.ground.errors import Refusal
from bedside.ground.scope import in_scope
from bedside.kit.sealing import Unsealable
from bedside.oversight.retention.holds import lift_hold, place_hold
from bedside.oversight.retention.rules import HoldCode
from bedside.safeguards.vault import marks
from bedside.safeguards.vault.destroying import ask, carry_out, release
from bedside.safeguards.vault.models import PracticeKey, RecoveryKey
from bedside.safeguards.vault.queries import (
    forget_keys,
    installation,
    practice_key_place,
    practice_keys,
    roots,
)
from bedside.safeguards.vault.recovering import copy_for_recovery, make_shares, recover_practice
from bedside.safeguards.vault.rooting import rewrap_practice
from bedside.safeguards.vault.roots import ProviderDown, Roots, WrongRootKey
from bedside.safeguards.vault.rules import CACHE_S
from bedside.safeguards.vault.shares import combine, split

PLACE = {"table": "t", "row": "r", "column": "c"}


# --- a provider that lies


class Careless:
    """Wraps, and opens what it wrapped to something else, or not at all."""

    name = "careless:1"

    def __init__(self, answer: bytes | None) -> None:
        self._answer = answer

    def wrap(self, key, *, place):  # noqa: ARG002
        return b"gone"

    def unwrap(self, wrapped, *, place):  # noqa: ARG002
        if self._answer is None:
            raise WrongRootKey
        return self._answer


@pytest.mark.parametrize("answer", [None, b"", os.urandom(32)], ids=["refuses", "nothing", "another"])
def test_keeps_the_old_wrapping_when_the_new_root_gives_nothing_back(scope, at, answer, monkeypatch):
    known = roots()
    sealed = practice_keys(scope).seal(b"x", **PLACE)
    monkeypatch.setattr(
        "bedside.safeguards.vault.rooting.roots", lambda: Roots(Careless(answer), known.present)
    )
    with pytest.raises(ProviderDown):
        rewrap_practice(scope, at=at)
    forget_keys()
    assert practice_keys(scope).open(sealed, **PLACE) == b"x"


# --- a process that only reads


def test_a_process_that_only_reads_lets_go_of_destroyed_keys(scope_of, clock):
    omar, chloe = scope_of("omar"), scope_of("chloe")
    ours = practice_keys(omar)
    sealed = ours.seal(b"x", **PLACE)
    request_id = ask(omar, None, at=clock())
    clock.now = release(chloe, request_id, at=clock())
    assert carry_out(omar, request_id, at=clock())
    ours._ring._asked_at -= CACHE_S
    ours._ring._looked_at -= CACHE_S
    with pytest.raises(Unsealable):
        ours.open(sealed, **PLACE)


# --- shares


def test_whole_shares_of_something_else_are_refused_in_words():
    wallet = split(os.urandom(16), shares=3, needed=2)
    with pytest.raises(Refusal) as refused:
        combine(wallet)
    assert refused.value.code == "recovery_shares_wrong"


def _made(scope, at, *, replace: bool = False) -> bytes:
    with transaction.atomic():
        lines = make_shares(shares=3, needed=2, replace=replace, at=at)
        copy_for_recovery(scope, at=at)
    return combine(lines)


def test_replaced_shares_open_nothing_that_is_left_in_the_database(scope, at):
    from bedside.safeguards.vault.installation import PLACE as OF_INSTALLATION
    from bedside.safeguards.vault.recovery_copy import open_copy, secret_of_installation, secret_of_private

    first = _made(scope, at)
    _made(scope, at, replace=True)
    with in_scope(scope):
        copies = [
            (bytes(row.recovery_copy), practice_key_place(row.practice_id, row.version))
            for row in PracticeKey.objects.all()
        ]
    copies += [(bytes(row.installation_copy), OF_INSTALLATION) for row in RecoveryKey.objects.all()]
    assert len(copies) == 3
    for copy, place in copies:
        for secret in (secret_of_private(first), secret_of_installation(installation())):
            with pytest.raises(Refusal):
                open_copy(copy, private=first, place=place, secret=secret)


def test_recovers_no_key_that_somebody_put_into_the_database(scope, at):
    """They know the public half and the place, and mark a version of theirs as the one in use."""
    private = _made(scope, at)
    theirs, place = os.urandom(32), practice_key_place(scope.practice_id, 7)
    suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    public = X25519PrivateKey.from_private_bytes(private).public_key()
    with in_scope(scope):
        made = PracticeKey.objects.get(version=1)
        for info in (b"bedside recovery 1", b"bedside recovery 2"):
            copy = suite.encrypt(theirs, public, info + place.associated())
            row = PracticeKey(
                practice_id=scope.practice_id, version=7, state="active", wrapped=b"x", wrapped_by="",
                recovery_copy=copy, recovery_id=made.recovery_id, created_at=at,
            )  # fmt: skip
            # Without a mark nobody looks at it; were there one, the copy itself would not open.
            for store, code in (
                (PracticeKey.save, "practice_key_changed"),
                (marks.add, "recovery_copy_damaged"),
            ):
                with pytest.raises(Refusal) as refused, transaction.atomic():
                    store(row)
                    recover_practice(scope, private, at=at)
                assert refused.value.code == code
                row.id = None
    forget_keys()
    assert practice_keys(scope).sealing_version == 1


def test_failed_copying_leaves_the_recovery_key_before_in_force(scope, at, monkeypatch):
    """The shares of the new one would never have been shown."""
    first = _made(scope, at)
    monkeypatch.setattr(
        "bedside.safeguards.vault.recovering.copy_to_recovery",
        lambda _scope: (_ for _ in ()).throw(ProviderDown("away")),
    )
    with pytest.raises(ProviderDown):
        _made(scope, at, replace=True)
    monkeypatch.undo()
    assert recover_practice(scope, first, at=at).lost == ()


# --- closing


def test_a_practice_is_not_closed_over_a_legal_hold(scope_of, clock):
    from tests.correspondence.building import make_people

    omar, chloe = scope_of("omar"), scope_of("chloe")
    (person,) = make_people(omar, 1, at=clock())
    hold_id = place_hold(chloe, person.id, code=HoldCode.LITIGATION, reason="Case", at=clock())
    with pytest.raises(Refusal) as refused:
        ask(omar, None, at=clock())
    assert refused.value.code == "closing_forbidden"
    lift_hold(chloe, hold_id, at=clock())
    request_id = ask(omar, None, at=clock())
    due = release(chloe, request_id, at=clock())
    place_hold(chloe, person.id, code=HoldCode.AUDIT, reason="Again", at=clock())
    assert not carry_out(omar, request_id, at=due), "closed over a hold placed while it cooled"
    assert practice_keys(omar).open(practice_keys(omar).seal(b"x", **PLACE), **PLACE) == b"x"
