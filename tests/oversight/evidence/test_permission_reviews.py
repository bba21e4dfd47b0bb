"""What has to be looked through: counted as the table has it, signed by a person, kept in the ledger."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.urls import reverse

from bedside.ground import clock
from bedside.ground.errors import NotAllowed, Refusal
from bedside.ground.scope import in_scope
from bedside.oversight.evidence.permission_reviews import report, reviews, sign_off
from bedside.records.consent import actions, queries
from bedside.records.consent.importing import record_imported
from bedside.records.consent.rules import Category, ImportedPermission, Paper, Terms
from tests.records.consent.people import add_patient

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.test import Client

    from bedside.ground.scope import Scope

LONG_AGO = datetime(2022, 1, 10, 12, tzinfo=UTC)
IMPORT = "import:01990000-0000-7000-8000-000000000001"
# The newest answer of each person to each kind of mail: enough where nobody's answer is undone or outweighed.
_OLD = """
    SELECT count(*) FROM (
        SELECT DISTINCT ON (patient_id, category) kind, at, verified FROM consent_event
        WHERE practice_id = %s AND kind IN ('granted', 'refused') ORDER BY patient_id, category, id DESC
    ) AS newest WHERE kind = 'granted' AND verified AND at < %s
"""
_UNVERIFIED = """
    SELECT count(*) FROM (
        SELECT DISTINCT ON (patient_id, category) verified FROM consent_event
        WHERE practice_id = %s AND kind IN ('granted', 'refused') ORDER BY patient_id, category, id DESC
    ) AS newest WHERE NOT verified
"""
_ENDING = """
    SELECT count(*) FROM consent_event
    WHERE practice_id = %s AND kind = 'authorization_recorded' AND verified AND expires_on BETWEEN %s AND %s
"""


@pytest.fixture
def people(scope: Scope, at: datetime) -> list[UUID]:
    """Ten: three long ago said yes, two of them no since; four came by a file; two signed papers."""
    found = [add_patient(scope, at=at, email=f"person{n}@example.org").id for n in range(10)]
    for one in found[:3]:
        actions.grant(scope, one, category=Category.NEWSLETTER, source="phone", at=LONG_AGO)
    for one in found[:2]:
        actions.refuse(scope, one, category=Category.NEWSLETTER, source="phone", at=at)
    actions.grant(scope, found[3], category=Category.OFFERS, source="phone", at=at)
    told = [
        ImportedPermission(patient_id=one, category=Category.OFFERS, granted=True, source=IMPORT)
        for one in found[4:8]
    ]
    with in_scope(scope):
        record_imported(scope, told, authorizations=(), at=at)
    for one, days in ((found[8], 40), (found[9], 400)):
        actions.record_authorization(
            scope, one, paper=_paper(at, days), source="paper", at=at, terms=Terms(purposes=("offers",))
        )
    return found


def _paper(at: datetime, days: int) -> Paper:
    return Paper(
        signed_on=date(2026, 1, 5), expires_on=at.date() + timedelta(days=days), expires_event=None,
        remuneration_stated=False, sender_covered=True,
    )  # fmt: skip


def counted(scope: Scope, statement: str, *values: object) -> int:
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute(statement, [scope.practice_id, *values])
        return int(cursor.fetchone()[0])


@pytest.mark.row("CON-14")
def test_counts_are_those_of_the_table(scope: Scope, people: list[UUID], at: datetime) -> None:
    found = report(scope, months=24, at=at)
    today = at.date()
    assert found.old_count == counted(scope, _OLD, at - timedelta(days=731)) == 1
    assert found.unverified_count == counted(scope, _UNVERIFIED) == 4
    assert found.ending_count == counted(scope, _ENDING, today, today + timedelta(days=90)) == 1
    assert found.pending_count == 0
    assert [one.patient_id for one in found.old] == [people[2]]
    assert {one.patient_id for one in found.unverified} == set(people[4:8])


@pytest.mark.parametrize("months", [0, -1, 121])
def test_refuses_a_number_of_months_that_is_none(scope: Scope, at: datetime, months: int) -> None:
    with pytest.raises(Refusal, match="Choose a number of months"):
        report(scope, months=months, at=at)


@pytest.mark.row("CON-14")
def test_a_person_signs_and_the_ledger_keeps_the_counts(
    scope: Scope, scope_of: Callable[[str], Scope], people: list[UUID], at: datetime
) -> None:
    chloe = scope_of("chloe")
    seen = report(chloe, months=24, at=at)
    with pytest.raises(Refusal, match="signed by a person"):
        sign_off(scope, seen, at=at)
    with pytest.raises(NotAllowed):
        sign_off(scope_of("ada"), seen, at=at)
    sign_off(chloe, seen, at=at)
    (kept,) = reviews(chloe, limit=5)
    assert (kept.reviewer_id, kept.at) == (chloe.actor.id, at)
    assert (kept.old, kept.unverified, kept.ending, kept.pending) == (1, 4, 1, 0)


@pytest.mark.row("CON-14")
def test_the_page_lists_signs_and_is_told_at_home(
    signed_in: Callable[[str], Client], people: list[UUID]
) -> None:
    client, address = signed_in("chloe"), reverse("permission_review")
    assert "Nobody has signed a review of permissions yet." in client.get("/").content.decode()
    text = client.get(address).content.decode()
    assert text.count("Say how we know") == 4
    assert reverse("permissions", args=[people[2]]) in text
    assert client.post(address, {"act": "sign", "months": "24"}).status_code == 302
    assert "Compliance officer Chloe" in client.get(address).content.decode()
    assert "Permissions were last reviewed" in client.get("/").content.decode()


@pytest.mark.row("CON-22")
def test_an_answer_from_a_file_is_verified_with_how_we_know(
    signed_in: Callable[[str], Client], scope: Scope, people: list[UUID]
) -> None:
    client, address, who = signed_in("chloe"), reverse("permission_review"), people[4]
    told = {"act": "verify", "patient": str(who), "about": "offers", "source": "letter"}
    for change, sentence in (
        ({}, "Say how you know"),
        ({"note": "File 12", "source": "paper"}, "Keep a paper with its scan"),
        ({"note": "File 12", "patient": "nobody"}, "Choose the answer from the list."),
        ({"note": "File 12", "about": "newsletter"}, "That answer is verified already."),
        ({"note": "File 12", "about": "everything"}, "Choose which mail this is about."),
    ):
        answer = client.post(address, {**told, **change})
        assert (answer.status_code, sentence in answer.content.decode()) == (422, True), change
    assert not queries.permissions_of(scope, [who])[who].permissions[Category.OFFERS].verified
    assert client.post(address, {**told, "note": "Letter in file 12."}).status_code == 302
    assert queries.permissions_of(scope, [who])[who].permissions[Category.OFFERS].verified
    assert report(scope, months=24, at=clock.now()).unverified_count == 3
    assert queries.history(scope, who)[0].evidence.note == "Letter in file 12."
