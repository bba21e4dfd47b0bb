"""The copy of everything held about a person who asked for it (45 CFR 164.524)."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest
from django.urls import reverse

from bedside.ground import clock
from bedside.ground.errors import NotAllowed, NotFound
from bedside.ground.identity import new_id
from bedside.oversight.evidence.copying import copy_for
from bedside.records.consent import actions as consent
from bedside.records.consent import requests
from bedside.records.consent.confirmations import open_confirmation
from bedside.records.consent.rules import Category
from bedside.safeguards.audit.queries import entries
from tests.records.authorizations.forms import BORN, form, published, signed
from tests.records.consent.people import add_patient, as_patient

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from django.test import Client

    from bedside.ground.scope import Scope

NASTY = "<script>alert(1)</script>"


@pytest.fixture
def jane(scope: Scope, at: datetime) -> UUID:
    """Somebody with a record, a choice, a signed form and a mail."""
    who = add_patient(
        scope, at=at, last_name=NASTY, birth_date=BORN, city="Springfield", conditions=("asthma",)
    ).id
    consent.refuse(scope, who, category=Category.OFFERS, source="phone", at=at)
    signed(scope, who, published(scope, form(), at=at), at=at)
    return who


def asked(scope: Scope, patient_id: UUID, *, confirm: bool = True) -> UUID:
    own, at = as_patient(scope, patient_id), clock.now()
    requests.ask(own, patient_id, language="en", at=at)
    link = open_confirmation(requests.link_of(own, patient_id))
    assert link is not None
    if confirm:
        requests.confirm(own, link, at=at)
    return link.confirmation_id


@pytest.mark.row("RGT-01")
def test_staff_save_everything_held_as_one_file(
    signed_in: Callable[[str], Client], scope: Scope, jane: UUID
) -> None:
    client, request_id = signed_in("chloe"), asked(scope, jane)
    assert "Save their copy" in client.get(reverse("requests")).content.decode()
    answer = client.post(reverse("request_copy", args=[request_id]))
    assert answer.headers["Content-Type"] == "application/zip"
    with ZipFile(io.BytesIO(answer.content)) as packed:
        assert packed.namelist() == ["copy.html", "copy.json", "signed-1.html"]
        page, held = packed.read("copy.html").decode(), json.loads(packed.read("copy.json"))
        assert b"Jane Roe" in packed.read("signed-1.html")
    assert (held["record"]["city"], held["record"]["conditions"]) == ("Springfield", ["asthma"])
    assert {"about": "Offers", "answer": "No"}.items() <= held["choices"][3].items()
    assert any("Said no to: Offers" in one["what"] for one in held["acts"])
    assert [one["in_force"] for one in held["signed"]] == [True]
    assert {"Copy of a signed authorization", "Please confirm your request"} <= {
        one["mail"] for one in held["mails"]
    }
    for words in ("Springfield", "asthma", "Said no to: Offers", "Copy of a signed authorization"):
        assert words in page
    assert NASTY not in page, "nothing typed runs in the file"
    [told] = entries(scope, before_id=None, kind="request.copy_made", actor_id="", subject=str(jane), limit=5)
    assert told.details["documents"] == 1


@pytest.mark.row("RGT-14")
def test_gives_nothing_before_somebody_has_confirmed(
    signed_in: Callable[[str], Client], scope: Scope, jane: UUID
) -> None:
    request_id = asked(scope, jane, confirm=False)
    assert signed_in("chloe").post(reverse("request_copy", args=[request_id])).status_code == 404
    with pytest.raises(NotFound):
        copy_for(scope, new_id(), at=clock.now())


def test_only_who_may_export_and_never_in_another_practice(
    signed_in: Callable[[str], Client],
    scope: Scope,
    scope_of: Callable[[str], Scope],
    stranger_scope: Scope,
    jane: UUID,
) -> None:
    request_id = asked(scope, jane)
    with pytest.raises(NotAllowed):
        copy_for(scope_of("ana"), request_id, at=clock.now())
    with pytest.raises(NotFound):
        copy_for(stranger_scope, request_id, at=clock.now())
    address = reverse("request_copy", args=[request_id])
    assert signed_in("chloe").get(address).url == reverse("requests")
    assert "Save their copy" not in signed_in("omar").get(reverse("requests")).content.decode()
    assert signed_in("omar").post(address).status_code == 403
