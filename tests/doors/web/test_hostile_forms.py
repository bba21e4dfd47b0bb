"""What no page of ours sends: numbers that are none, signs that are none, ids of another practice in a form."""

from __future__ import annotations

import pytest

from bedside.correspondence.campaigns import actions as campaigns
from tests.correspondence.building import make_people, make_plan

NO_NUMBERS = ["9" * 5000, "9" * 25, "²", "٣", "-1", "1e400", "\x00", "[" * 9000]


@pytest.fixture
def everything(signed_in, scope, cast, at):
    """Omar with every role, and the address of one of each thing there is."""
    from bedside.safeguards.staff.actions import change_roles
    from bedside.safeguards.staff.rules import Role

    change_roles(scope, cast["omar"], roles=list(Role), at=at)
    (person, *_) = make_people(scope, 3, at=at)
    plan = make_plan(scope, at=at)
    draft, submitted = (campaigns.create(scope, plan, at=at) for _ in range(2))
    campaigns.submit(scope, submitted, at=at)
    return signed_in("omar"), {
        "patient": f"/patients/{person.id}/edit/",
        "segment": f"/segments/{plan.segment_id}/",
        "message": f"/messages/{plan.message_id}/",
        "schedule": f"/campaigns/{draft}/schedule/",
        "decide": f"/campaigns/{submitted}/decide/",
        "people": f"/campaigns/{submitted}/people/",
        "look": f"/messages/{plan.message_id}/look/",
    }


@pytest.mark.parametrize("number", NO_NUMBERS, ids=lambda text: ascii(text[:6]))
def test_takes_what_is_no_number_for_none(everything, number):
    client, pages = everything
    typed = dict.fromkeys(("version", "based_on", "page", "hash", "do", "before", "blocks"), number)
    for name in ("patient", "segment", "message", "schedule", "decide"):
        assert client.post(pages[name], typed).status_code in {200, 302, 409, 422}, name
    if len(number) < 3000:
        assert client.get(pages["people"], {"page": number}).status_code == 200
        assert client.get(pages["look"], {"revision": number}).status_code == 200


def test_knows_no_segment_message_or_patient_of_another_practice_in_a_form(
    everything, stranger_scope, at, scope
):
    client, pages = everything
    theirs = make_plan(stranger_scope, at=at)
    (stranger, *_) = make_people(stranger_scope, 1, at=at)
    draft = pages["schedule"].removesuffix("schedule/")
    version = {"based_on": "1"}
    for step, field, foreign in (
        ("audience/", "segment", theirs.segment_id),
        ("message/", "message", theirs.message_id),
    ):
        answer = client.post(draft + step, {**version, field: str(foreign)})
        assert answer.status_code in {404, 422}, step
        assert str(foreign) not in answer.content.decode()
    preview = pages["message"] + "preview/"
    assert client.post(preview, {"patient": str(stranger.id)}).status_code == 404
    assert client.get(pages["look"], {"patient": str(stranger.id)}).status_code == 404


def test_shows_nobodys_name_or_mails_without_a_ledger_entry(everything, ledger_of):
    """Also on the small pieces of pages, which anybody signed in can ask for by hand (45 CFR 164.312(b))."""
    client, pages = everything
    found = client.post(pages["message"] + "preview/", {"words": "Planted"})
    assert "Planted1" in found.content.decode()
    [searched] = ledger_of("patients.searched")
    assert (searched.details, searched.count) == ({"count": 3}, 3)
    assert client.get(pages["patient"].replace("/edit/", "/mails/")).status_code == 200
    assert ledger_of("patient.seen")[0].details == {"page": "mails"}
