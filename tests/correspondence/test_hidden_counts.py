"""Whoever may not see patients gets no exact count of them from a campaign's steps, as from the builder of segments."""

from __future__ import annotations

from bedside.safeguards.staff import rules as staff_rules
from bedside.safeguards.staff.rules import Right, Role
from tests.correspondence.building import make_plan


def test_choosing_an_audience_tells_a_rounded_count(signed_in, scope_of, people, at, monkeypatch):
    make_plan(scope_of("ana"), at=at)
    rights = staff_rules.ROLE_RIGHTS[Role.MARKETER] - {Right.SEE_PATIENTS}
    monkeypatch.setitem(staff_rules.ROLE_RIGHTS, Role.MARKETER, rights)
    client = signed_in("ana")
    kind = {"name": "Winter", "message_class": "general_health", "purpose": "inform", "remuneration": "no"}
    page = client.get(client.post("/campaigns/new/", kind).url).content
    assert b"about 10 patients now" in page
    assert b"12 people" not in page
