"""Somebody of whom nothing but an address is known is a patient like any other: sealed, and read on the record."""

from __future__ import annotations

import logging

import pytest
from django.db import connection
from django.urls import reverse

from bedside.ground.identity import new_id
from bedside.ground.scope import in_scope
from bedside.records.patients import actions, queries
from bedside.records.patients.rules import Patient
from bedside.safeguards.audit.queries import entries

ADDRESS = "zqvera.zqmarked@example.org"


@pytest.fixture
def known_by_address(scope, at):
    patient = Patient(id=new_id(), email=ADDRESS)
    actions.add(scope, patient, at=at)
    return patient


@pytest.mark.row("MKT-18")
def test_a_bare_address_is_stored_sealed(scope, known_by_address):
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute("SELECT p::text FROM patients_patient p")
        (stored,) = (row[0] for row in cursor.fetchall())
    assert str(known_by_address.id) in stored
    for secret in (ADDRESS, "zqmarked"):
        assert secret not in stored
        assert secret.encode().hex() not in stored
    assert queries.get(scope, known_by_address.id).email == ADDRESS


@pytest.mark.row("MKT-18")
def test_whoever_looks_at_a_bare_address_is_in_the_ledger_and_no_log_has_it(
    signed_in, scope, known_by_address, caplog
):
    with caplog.at_level(logging.DEBUG):
        page = signed_in("ana").get(reverse("patient", args=[known_by_address.id]))
    assert ADDRESS in page.content.decode()
    subject = str(known_by_address.id)
    seen = entries(scope, before_id=None, kind="patient.seen", actor_id="", subject=subject, limit=9)
    assert len(seen) == 1
    assert "zqmarked" not in caplog.text
