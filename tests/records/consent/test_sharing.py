"""Files of people leave out whoever opted out (CSP-09); a yes to email says nothing about another channel (CON-17)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from bedside.ground.scope import in_scope
from bedside.records.consent import actions
from bedside.records.consent.models import ConsentEvent
from bedside.records.consent.rules import Category, SuppressionReason, SuppressionScope
from bedside.records.consent.sharing import without_opted_out
from tests.records.consent.people import add_patient

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.test import Client

    from bedside.ground.scope import Scope


@pytest.mark.row("CSP-09")
def test_leaves_out_whoever_opted_out_and_keeps_the_order(scope: Scope, at: datetime) -> None:
    names = ("free", "marketing", "everything", "offers", "stopped", "none")
    people = {
        name: add_patient(scope, at=at, email=f"{name}@example.org" if name != "none" else "").id
        for name in names
    }
    for covered in (SuppressionScope.MARKETING, SuppressionScope.EVERYTHING, SuppressionScope.OFFERS):
        actions.suppress_address(
            scope, f"{covered.value}@example.org", reason=SuppressionReason.ASKED, covers=covered, at=at
        )
    actions.stop_everything(scope, people["stopped"], source="phone", at=at)
    kept = without_opted_out(scope, list(people.values()))
    assert kept == [people[name] for name in ("free", "offers", "none")]


@pytest.mark.row("CSP-09")
def test_the_file_of_patients_leaves_them_out_and_its_name_says_so(
    signed_in: Callable[[str], Client], scope: Scope, at: datetime
) -> None:
    add_patient(scope, at=at, email="free@example.org")
    add_patient(scope, at=at, email="opted.out@example.org")
    actions.suppress_address(scope, "opted.out@example.org", reason=SuppressionReason.ASKED, at=at)
    client, page = signed_in("chloe"), reverse("patients_export")
    usual = client.post(page, {"do": "export", "purpose": "operations"})
    text = b"".join(usual.streaming_content).decode()
    assert "free@example.org" in text
    assert "opted.out" not in text
    assert "without-opted-out" in usual["Content-Disposition"]
    asked = {"do": "export", "suppressed": "yes"}
    assert client.post(page, {**asked, "purpose": "operations"}).status_code == 422
    audit = client.post(page, {**asked, "purpose": "compliance"})
    assert "opted.out@example.org" in b"".join(audit.streaming_content).decode()
    assert "for-compliance-only" in audit["Content-Disposition"]


@pytest.mark.row("CON-17")
def test_a_yes_to_email_is_kept_as_one_to_email_alone(scope: Scope, at: datetime) -> None:
    jane = add_patient(scope, at=at)
    actions.grant(scope, jane.id, category=Category.NEWSLETTER, source="phone", at=at)
    with in_scope(scope):
        channels = set(ConsentEvent.objects.filter(patient_id=jane.id).values_list("channel", flat=True))
    assert channels == {"email"}
