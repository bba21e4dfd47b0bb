"""One person's evidence as one signed file: whole, checked without Bedside, and in the ledger before it leaves."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from bedside.ground.errors import NotAllowed, NotFound
from bedside.ground.identity import new_id
from bedside.ground.scope import in_scope
from bedside.kit.ledger import canonical_json
from bedside.kit.ledger.statement import sign_statement, statement_hash
from bedside.oversight.evidence.dossier import export_evidence
from bedside.records.authorizations import queries as documents
from bedside.records.consent import actions, queries
from bedside.records.consent.models import ConsentEvent
from bedside.records.consent.rules import Category, Evidence
from bedside.safeguards.audit.queries import entries
from bedside.safeguards.audit.signing import public_keys, signer
from bedside_verify import Unusable, read_key, verify_consent
from bedside_verify.command import run
from tests.records.authorizations.forms import BORN, PDF, keyed
from tests.records.consent.people import ADDRESS, add_patient

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path
    from uuid import UUID

    from django.test import Client

    from bedside.ground.scope import Scope
    from bedside_verify import Report, TrustedKey

SHOWN = Evidence(wording="choices-1", language="en", network_address="192.0.2.7")


@pytest.fixture
def officer(scope_of: Callable[[str], Scope]) -> Scope:
    return scope_of("chloe")


@pytest.fixture
def jane(scope: Scope, at: datetime) -> UUID:
    return add_patient(scope, at=at, last_name="Roe", birth_date=BORN).id


@pytest.fixture
def whole(officer: Scope, jane: UUID, at: datetime) -> bytes:
    """The file about Jane, who said yes and no and signed a paper."""
    from bedside.records.authorizations.actions import sign_on_paper

    actions.grant(officer, jane, category=Category.NEWSLETTER, source="phone", at=at, evidence=SHOWN)
    actions.refuse(officer, jane, category=Category.OFFERS, source="letter", at=at, evidence=SHOWN)
    sign_on_paper(officer, jane, paper=keyed(), scan=PDF, at=at)
    return export_evidence(officer, jane, at=at)


@pytest.fixture
def trusted(officer: Scope, whole: bytes) -> list[TrustedKey]:
    return [read_key(base64.b64encode(key.key.public_bytes_raw()).decode()) for key in public_keys(officer)]


def codes(report: Report) -> set[str]:
    return {each.code for each in report.findings}


@pytest.mark.row("CON-16")
def test_verifies_with_the_practices_key_and_contains_every_act(
    scope: Scope, jane: UUID, whole: bytes, trusted: list[TrustedKey]
) -> None:
    report, told = verify_consent(whole, trusted=trusted), json.loads(whole)["certificate"]
    assert report.sound
    assert (report.facts["acts"], report.facts["documents"]) == (3, 1)
    with in_scope(scope):
        stored = ConsentEvent.objects.filter(patient_id=jane).order_by("id").values_list("id", flat=True)
        assert [act["number"] for act in told["acts"]] == list(stored)
    assert told["person"]["email"] == ADDRESS
    first = told["acts"][0]
    assert (first["kind"], first["evidence_state"]) == ("granted", "here")
    assert first["evidence"]["network_address"] == "192.0.2.7"
    (document,) = told["documents"]
    assert base64.b64decode(document["rendering"]) == documents.rendering(scope, document["id"])
    assert (document["counts"], document["scanned"]) == (True, True)


@pytest.mark.row("CON-16")
def test_contains_more_acts_than_a_page_shows(
    officer: Scope, jane: UUID, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "HISTORY_MAX", 2)
    for category in list(Category)[:5]:
        actions.grant(officer, jane, category=category, source="phone", at=at)
    assert len(queries.history(officer, jane)) == 2
    assert len(json.loads(export_evidence(officer, jane, at=at))["certificate"]["acts"]) == 5


def test_says_what_evidence_does_not_open(officer: Scope, jane: UUID, at: datetime) -> None:
    actions.grant(officer, jane, category=Category.OFFERS, source="phone", at=at)
    for category in (Category.NEWSLETTER, Category.SERVICES):
        later = at + timedelta(seconds=1) if category is Category.SERVICES else at
        actions.grant(officer, jane, category=category, source="phone", at=later, evidence=SHOWN)
    with in_scope(officer):
        _, first, second = ConsentEvent.objects.filter(patient_id=jane).order_by("id")
        ConsentEvent.objects.filter(id=second.id).update(evidence=first.evidence)
    acts = json.loads(export_evidence(officer, jane, at=at))["certificate"]["acts"]
    assert [act["evidence_state"] for act in acts] == ["none_kept", "here", "does_not_open"]


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told["acts"].pop(),
        lambda told: told["acts"][0].update(kind="refused"),
        lambda told: told["person"].update(name="Somebody Else"),
        lambda told: told["documents"].clear(),
    ],
)
def test_a_changed_file_is_found(
    whole: bytes, trusted: list[TrustedKey], change: Callable[[dict[str, object]], object]
) -> None:
    forged = json.loads(whole)
    change(forged["certificate"])
    report = verify_consent(canonical_json(forged).encode() + b"\n", trusted=trusted)
    assert codes(report) == {"changed-certificate"}


def test_a_signed_file_with_another_document_is_found(
    officer: Scope, whole: bytes, trusted: list[TrustedKey]
) -> None:
    body = json.loads(whole)["certificate"]
    body["documents"][0]["rendering"] = base64.b64encode(b"another text").decode()
    key = signer(officer)
    forged = sign_statement(body, key=key.private, name=key.name)
    assert codes(verify_consent(forged, trusted=trusted)) == {"changed-document"}
    body["documents"][0] = "none"
    forged = sign_statement(body, key=key.private, name=key.name)
    assert codes(verify_consent(forged, trusted=trusted)) == {"bad-document"}


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"{}", b'{"certificate":{"format":"bedside-erasure-1"},"note":""}', b"\xff" * 30]
)
def test_what_is_no_such_file_is_told(raw: bytes, trusted: list[TrustedKey]) -> None:
    with pytest.raises(Unusable, match=r"This is no file of a person's permissions.*\.$"):
        verify_consent(raw, trusted=trusted)


def test_the_ledger_holds_the_hash_of_what_was_given_away(officer: Scope, jane: UUID, whole: bytes) -> None:
    (entry,) = entries(
        officer, before_id=None, kind="consent.exported", actor_id="", subject=str(jane), limit=5
    )
    assert entry.details["certificate_sha256"] == statement_hash(json.loads(whole)["certificate"])
    assert (entry.details["acts"], entry.details["documents"]) == (3, 1)


def test_the_command_says_sound_and_shows_no_value_of_the_person(
    whole: bytes, officer: Scope, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file.json").write_bytes(whole)
    key = base64.b64encode(public_keys(officer)[0].key.public_bytes_raw()).decode()
    assert run(["consent", str(tmp_path / "file.json"), "--key", key]) == 0
    told = capsys.readouterr().out
    assert "SOUND. The file passed every check." in told
    assert ADDRESS not in told
    assert run(["consent", str(tmp_path / "file.json"), "--key", "00" * 32]) == 2


def test_only_who_may_export_gets_it(scope_of: Callable[[str], Scope], jane: UUID, at: datetime) -> None:
    for who in ("omar", "ada", "abe"):
        with pytest.raises(NotAllowed):
            export_evidence(scope_of(who), jane, at=at)
    with pytest.raises(NotFound):
        export_evidence(scope_of("chloe"), new_id(), at=at)


def test_staff_save_it_from_the_page(signed_in: Callable[[str], Client], jane: UUID) -> None:
    client = signed_in("chloe")
    assert "Save all evidence" in client.get(reverse("permissions", args=[jane])).content.decode()
    assert (
        "Save all evidence" not in signed_in("omar").get(reverse("permissions", args=[jane])).content.decode()
    )
    address = reverse("permissions_evidence", args=[jane])
    assert client.get(address).status_code == 405
    answer = client.post(address)
    assert answer["Content-Disposition"] == f'attachment; filename="permissions-{jane}.json"'
    assert json.loads(answer.content)["certificate"]["person"]["id"] == str(jane)


def test_the_command_line_writes_a_file_for_its_owner_alone(
    scope: Scope, jane: UUID, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from bedside.config import commands

    file = tmp_path / "evidence.json"
    wanted = ["consent", "export", str(jane), str(file), "--practice", "maple"]
    assert commands.run(wanted) == 0
    assert oct(file.stat().st_mode & 0o777) == "0o600"
    assert json.loads(file.read_bytes())["certificate"]["practice"] == str(scope.practice_id)
    assert commands.run(wanted) == 1
    assert "cannot be written" in capsys.readouterr().err
