"""What staff see of service mails: on the patient's page, and by command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bedside.records.consent.rules import LetterKind
from tests.correspondence.letters.writing_to import LINK, owe, send

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.test import Client

    from bedside.ground.scope import Scope
    from bedside.records.patients.rules import Patient
    from tests.correspondence.building import Post


def test_the_patients_page_lists_their_service_mails(
    scope: Scope, at: datetime, people: list[Patient], post_office: Callable[..., Post],
    signed_in: Callable[[str], Client],
) -> None:  # fmt: skip
    post_office()
    jane, other = people[0], people[1]
    owe(scope, at, LetterKind.WELCOME, patient_id=jane.id, address="")
    owe(scope, at, LetterKind.REQUEST_ANSWERED, patient_id=other.id, address="")
    send(scope, at)
    owe(scope, at, LetterKind.AUTHORIZATION_COPY, patient_id=jane.id, address="")
    page = signed_in("ana").get(f"/patients/{jane.id}/mails/").content.decode()
    for words in ("Service mails", "Welcome after a sign-up", "Delivered", "Copy of a signed", "Waiting"):
        assert words in page
    assert "Your request is answered" not in page
    assert LINK not in page


@pytest.mark.django_db
def test_commands_list_and_retry(
    scope: Scope, at: datetime, people: list[Patient], post_office: Callable[..., Post], capsys: object
) -> None:
    import json

    from bedside.config.commands import run

    post_office()
    letter_id = owe(scope, at, link="")  # its text needs a link, so it fails
    send(scope, at)
    assert run(["mail", "letters", "--state", "failed", "--practice", "maple", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["rows"]
    assert (row["id"], row["letter"], row["tries"]) == (str(letter_id), "confirm_signup", 1)
    assert "missing" in row["why"]
    assert "zoe" not in str(row)
    assert run(["mail", "retry", str(people[0].id), "--practice", "maple"]) != 0
    assert run(["mail", "letters", "--state", "odd", "--practice", "maple"]) != 0
    assert "one of: owed" in capsys.readouterr().err
