"""Service mails owed to one person: once each, sealed, and taken back while nobody has them in hand."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction

from bedside.ground.errors import Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import Scope, in_scope
from bedside.records.consent import owing
from bedside.records.consent.models import LetterRow
from bedside.records.consent.rules import LetterKind

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

ADDRESS = "zoe.new@example.org"


def owe(scope: Scope, at: datetime, **changes: object) -> UUID | None:
    chosen = {
        "patient_id": None,
        "address": ADDRESS,
        "about": new_id(),
        "language": "en",
        "at": at,
        **changes,
    }
    return owing.owe_letter(scope, LetterKind.CONFIRM_SIGNUP, **chosen)


def row(scope: Scope, letter_id: UUID | None) -> LetterRow:
    with in_scope(scope):
        return LetterRow.objects.get(id=letter_id)


def test_owes_the_same_letter_once_while_it_is_under_way(scope: Scope, at: datetime, jane: UUID) -> None:
    about = new_id()
    assert owe(scope, at, about=about)
    assert owe(scope, at, about=about) is None
    assert owe(scope, at, about=about, patient_id=jane)
    assert owing.owe_letter(scope, LetterKind.WELCOME, patient_id=jane, about=None, language="", at=at)
    assert (
        owing.owe_letter(scope, LetterKind.WELCOME, patient_id=jane, about=None, language="", at=at) is None
    )
    assert owing.drop_letters(scope, about=about) == 2
    assert owe(scope, at, about=about)


def test_stores_address_and_link_sealed_only(scope: Scope, at: datetime, jane: UUID) -> None:
    stranger = owe(scope, at, link="s/secrettoken")
    own = owe(scope, at, patient_id=jane, link="c/secrettoken")
    assert row(scope, stranger).sealed
    assert row(scope, stranger).own_sealed is None
    assert row(scope, own).own_sealed
    assert row(scope, own).sealed is None
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(row_to_json(l)::text, ' ') FROM consent_letter l")
        stored = cursor.fetchone()[0]
        cursor.execute(
            "SELECT string_agg(args::text, ' ') FROM procrastinate_jobs WHERE task_name = 'letters.send'"
        )
        jobs = cursor.fetchone()[0]
    for secret in ("zoe", ADDRESS.encode().hex(), "secrettoken"):
        assert secret not in stored
        assert secret not in jobs
    assert str(scope.practice_id) in jobs


def test_stands_and_falls_with_the_act_that_owes_it(scope: Scope, at: datetime) -> None:
    with pytest.raises(RuntimeError), in_scope(scope), transaction.atomic():
        owe(scope, at)
        raise RuntimeError
    assert not owing.letters_due(scope, at=at)


def test_is_due_at_its_time_and_not_after_it_was_dropped(scope: Scope, at: datetime) -> None:
    about, later = new_id(), at + timedelta(hours=1)
    owe(scope, at, about=about, due_at=later)
    assert not owing.letters_due(scope, at=at)
    assert owing.letters_due(scope, at=later)
    assert owing.drop_letters(scope, about=about) == 1
    assert owing.drop_letters(scope, about=about) == 0
    assert not owing.letters_due(scope, at=later)


def test_refuses_what_is_no_address_and_whoever_was_erased(scope: Scope, at: datetime) -> None:
    with pytest.raises(Refusal):
        owe(scope, at, address="nobody")
    with pytest.raises(Refusal):
        owe(scope, at, patient_id=new_id())
    with pytest.raises(ValueError, match="address"):
        owe(scope, at, address="")
    with pytest.raises(ValueError, match="path"):
        owe(scope, at, link="https://elsewhere.example/x")


def test_belongs_to_one_practice(scope: Scope, stranger_scope: Scope, at: datetime) -> None:
    about = new_id()
    owe(scope, at, about=about)
    assert not owing.letters_due(stranger_scope, at=at)
    assert owing.drop_letters(stranger_scope, about=about) == 0


@pytest.mark.parametrize(
    ("language", "short"),
    [
        ("es", "es"),
        ("es-MX", "es"),
        ("Spanish", "es"),
        ("español", "es"),
        ("en", "en"),
        ("", "en"),
        ("French", "en"),
    ],
)
def test_writes_spanish_to_whoever_reads_it(language: str, short: str) -> None:
    assert owing.short_language(language) == short
