"""Permissions from a file: differences only, and never against a person's own no."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from bedside.ground.errors import NotAllowed
from bedside.records.consent import actions, queries
from bedside.records.consent.actions import ImportCounts
from bedside.records.consent.rules import Answer, Category, ImportedPermission, Source
from bedside.safeguards.audit.queries import entries
from tests.records.consent.people import add_patient, as_patient

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from bedside.ground.scope import Scope


def line(patient_id: UUID, category: Category | None, *, granted: bool) -> ImportedPermission:
    return ImportedPermission(patient_id=patient_id, category=category, granted=granted, source="import:7")


def test_takes_over_answers_unverified_with_one_ledger_entry(scope: Scope, jane: UUID, at: datetime) -> None:
    other = add_patient(scope, at=at, email="sam@example.org").id
    rows = [
        line(jane, Category.NEWSLETTER, granted=True),
        line(jane, Category.OFFERS, granted=False),
        line(other, None, granted=False),
    ]
    counts = actions.record_imported(scope, rows, [(jane, date(2026, 3, 1))], at=at)
    assert counts == ImportCounts(granted=1, refused=2, authorizations=1)
    held = queries.permissions_of(scope, [jane, other])
    newsletter = held[jane].permissions[Category.NEWSLETTER]
    assert (newsletter.answer, newsletter.verified, newsletter.source) == (Answer.GRANTED, False, "import:7")
    assert held[jane].permissions[Category.OFFERS].answer is Answer.REFUSED
    assert held[other].stopped_everything_at == at
    paper = held[jane].authorization
    assert paper is not None
    assert not paper.verified
    found = entries(scope, before_id=None, kind="permissions.imported", actor_id="", subject="", limit=9)
    assert len(found) == 1
    assert found[0].details["granted"] == 1


def test_writes_nothing_for_the_same_file_again(scope: Scope, jane: UUID, at: datetime) -> None:
    rows = [line(jane, Category.NEWSLETTER, granted=True), line(jane, None, granted=True)]
    papers = [(jane, date(2026, 3, 1))]
    actions.record_imported(scope, rows, papers, at=at)
    assert actions.record_imported(scope, rows, papers, at=at + timedelta(days=1)) == ImportCounts()
    assert len(queries.history(scope, jane)) == 2


def test_keeps_a_persons_own_no_against_the_file(scope: Scope, jane: UUID, at: datetime) -> None:
    own = as_patient(scope, jane)
    actions.refuse(own, jane, category=Category.NEWSLETTER, source=Source.UNSUBSCRIBE_LINK, at=at)
    actions.stop_everything(own, jane, source=Source.PREFERENCE_PAGE, at=at)
    rows = [line(jane, Category.NEWSLETTER, granted=True), line(jane, None, granted=True)]
    assert actions.record_imported(scope, rows, [], at=at) == ImportCounts(kept=2)
    held = queries.permissions_of(scope, [jane])[jane]
    assert held.permissions[Category.NEWSLETTER].answer is Answer.REFUSED
    assert held.stopped_everything_at is not None


def test_the_last_line_about_a_category_counts(scope: Scope, jane: UUID, at: datetime) -> None:
    rows = [line(jane, Category.OFFERS, granted=True), line(jane, Category.OFFERS, granted=False)]
    assert actions.record_imported(scope, rows, [], at=at) == ImportCounts(refused=1)


def test_a_newer_file_takes_away_and_never_gives_back(scope: Scope, jane: UUID, at: datetime) -> None:
    both = [Category.OFFERS, None]
    actions.record_imported(scope, [line(jane, Category.OFFERS, granted=True)], [], at=at)
    no = actions.record_imported(scope, [line(jane, about, granted=False) for about in both], [], at=at)
    yes = actions.record_imported(scope, [line(jane, about, granted=True) for about in both], [], at=at)
    assert (no, yes) == (ImportCounts(refused=2), ImportCounts(kept=2))
    held = queries.permissions_of(scope, [jane])[jane]
    assert held.permissions[Category.OFFERS].answer is Answer.REFUSED
    assert held.stopped_everything_at is not None


def test_staff_lift_what_a_file_stopped(scope: Scope, jane: UUID, at: datetime) -> None:
    actions.record_imported(scope, [line(jane, None, granted=False)], [], at=at)
    assert actions.resume(scope, jane, source=Source.PHONE, at=at)
    assert queries.permissions_of(scope, [jane])[jane].stopped_everything_at is None


def test_only_importers_import(scope_of: Callable[[str], Scope], jane: UUID, at: datetime) -> None:
    with pytest.raises(NotAllowed):
        actions.record_imported(scope_of("chloe"), [line(jane, None, granted=True)], [], at=at)
