"""The page and the command that take over who may act for whom."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from bedside.config import commands
from bedside.records.consent.queries import permissions_of
from tests.records.consent.people import add_patient

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path
    from uuid import UUID

    from django.test import Client

    from bedside.ground.scope import Scope

CONTENT = (
    b"patient number,representative,relationship,until,evidence\n"
    b"K-1,Ann Roe,mother,none,Birth certificate seen\nK-9,Tom Roe,father,none,Seen\n"
)


@pytest.fixture
def child(scope: Scope, at: datetime) -> UUID:
    return add_patient(scope, at=at, mrn="K-1", last_name="Roe", birth_date=date(2015, 5, 4)).id


@pytest.mark.row("RGT-15")
def test_brings_a_list_and_shows_what_was_rejected(
    signed_in: Callable[[str], Client], scope: Scope, child: UUID
) -> None:
    client, page = signed_in("omar"), reverse("representatives")
    assert "Record them" in client.get(page).content.decode()
    without = client.post(page, {"file": SimpleUploadedFile("list.csv", CONTENT)})
    assert without.status_code == 422, "nobody said how they know"
    assert client.post(page, {"source": "paper"}).status_code == 422
    sent = {"file": SimpleUploadedFile("list.csv", CONTENT), "source": "paper"}
    text = client.post(page, sent).content.decode()
    assert "Recorded</dt><dd>1" in text
    assert "No patient on record has this number." in text
    assert permissions_of(scope, [child])[child].representative_recorded
    assert signed_in("ada").post(page, sent).status_code == 403


@pytest.mark.row("RGT-15")
def test_the_command_keeps_what_was_rejected_in_a_file_of_its_owner(
    scope: Scope, child: UUID, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed, rejected = tmp_path / "list.csv", tmp_path / "rejected.csv"
    listed.write_bytes(CONTENT)
    words = ["consent", "representatives", str(listed), "--source", "paper", "--practice", "maple", "--json"]
    chosen = commands.build_parser().parse_args([*words, "--rejected", str(rejected)])
    chosen.needs_django = False
    assert commands.perform(chosen) == 0
    shown = capsys.readouterr().out
    assert json.loads(shown) == {"recorded": 1, "known": 0, "rejected": {"unknown": 1}}
    assert '"3","K-9","No patient on record has this number."' in rejected.read_text("utf-8-sig")
    assert rejected.stat().st_mode & 0o077 == 0
    assert commands.perform(chosen) != 0, "never over another file"
    assert permissions_of(scope, [child])[child].representative_recorded
