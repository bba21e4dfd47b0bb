"""While the ledger cannot be written nothing is shown: one sentence, 503, and no value of anybody (promise P4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from tests.records.intake.import_files import csv_of, receive
from tests.support.ledger import ledger_unwritable
from tests.support.objects import make_objects

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.test import Client

    from bedside.ground.scope import Scope
    from tests.support.objects import Objects

SENTENCE = "The ledger cannot be written"
HTMX = {"HX-Request": "true"}
# (who asks, page, its arguments, what is posted; None asks by GET)
LOOKS = [
    ("ana", "patients", (), None),
    ("ana", "patients", (), {"text": "zqvera"}),
    ("chloe", "patients_export", (), {"do": "export", "purpose": "operations"}),
    ("ana", "patient", ("patient_id",), None),
    ("ana", "patient_edit", ("patient_id",), None),
    ("ana", "patient_edit", ("patient_id",), {"email": "not an address"}),
    ("ana", "patient_deceased", ("patient_id",), None),
    ("ana", "patient_mails", ("patient_id",), None),
    ("ana", "permissions", ("patient_id",), None),
    ("ana", "permissions", ("patient_id",), {"act": "answer"}),
    ("ana", "document_paper", ("patient_id",), None),
    ("ana", "what_if", ("patient_id",), None),
    ("ana", "campaign_replay", ("campaign_id", "recipient_id"), {}),
    ("ana", "suppressions", (), {"act": "look", "address": "zqvera.zqmarked@example.org"}),
    ("ana", "segment_new", (), {"do": "preview"}),
    ("ana", "import_columns", ("fresh_import_id",), None),
    ("ana", "import_rejected", ("import_id",), {}),
    ("ana", "message_preview", ("message_id",), {"words": "zqvera"}),
    ("ana", "message_preview", ("message_id",), {"patient": "patient_id"}),
    ("ana", "message_frame", ("message_id",), {"patient": "patient_id", "by": "get"}),
    ("ana", "campaign_people", ("campaign_id",), None),
    ("chloe", "campaign_people_export", ("campaign_id",), {}),
    ("ana", "campaign_person", ("campaign_id", "recipient_id"), None),
]


@pytest.fixture
def objects(scope: Scope, cast: object, at: datetime) -> Objects:
    made = make_objects(scope, at=at)
    content = csv_of("Z3,Zqfile,Zqmarked,1980-05-04,zqfile3@example.org,Yes,Yes")
    made.values["fresh_import_id"] = receive(scope, content, at)
    return made


def ask(client: Client, objects: Objects, page: str, names: tuple[str, ...], posted: dict | None) -> object:
    path = reverse(page, args=[objects.values[name] for name in names])
    if posted is None:
        return client.get(path)
    filled = {name: str(objects.values.get(value, value)) for name, value in posted.items()}
    return (
        client.get(path, filled) if filled.pop("by", "") == "get" else client.post(path, filled, headers=HTMX)
    )


def text_of(response: object) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return f"{body.decode()}{response.headers}"


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look[1]}{'' if look[3] is None else '-posted'}")
def test_shows_nothing_that_cannot_be_recorded(
    signed_in: Callable[[str], Client], objects: Objects, look: tuple
) -> None:
    who, page, names, posted = look
    client = signed_in(who)
    with ledger_unwritable():
        refused = ask(client, objects, page, names, posted)
        text = text_of(refused)
    shown = ask(client, objects, page, names, posted)
    assert shown.status_code in {200, 422}, "without the fault it must be shown, or this proves nothing"
    assert objects.leaked(text_of(shown))
    assert refused.status_code == 503
    assert text.count(SENTENCE) == 1
    typed = " ".join(str(value) for value in (posted or {}).values())
    assert [mark for mark in objects.leaked(text) if mark not in typed.casefold()] == []


def test_shows_a_stranger_nothing_either(stranger: Client, objects: Objects) -> None:
    with ledger_unwritable():
        answer = stranger.get(reverse("patient", args=[objects.values["patient_id"]]))
    assert answer.status_code == 503


def test_nobody_signs_in_unrecorded(cast: object) -> None:
    from django.test import Client

    from tests.conftest import PASSWORD

    client = Client(raise_request_exception=False)
    with ledger_unwritable():
        answer = client.post("/account/login/", {"login": "omar@maple.example", "password": PASSWORD})
    assert answer.status_code == 503
    assert client.get("/").status_code == 302
