"""What the product writes, the verifier reads: a ledger with acts on many and a change of key, proofs, a certificate."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest

from bedside.ground.identity import new_id
from bedside.kit.ledger import canonical_json, proof_of_entry
from bedside.oversight.retention import actions, queries
from bedside.oversight.retention.rules import ErasureReason
from bedside.safeguards.audit import sealing
from bedside.safeguards.audit.actions import record, record_each, seal
from bedside.safeguards.audit.queries import entries, export_lines, proof
from bedside.safeguards.audit.rules import Deed, declare
from bedside.safeguards.audit.signing import public_keys
from bedside.safeguards.practices.entries import PROFILE_CHANGED
from bedside_verify import Report, read_anchors, read_key, verify_erasure, verify_ledger, verify_proof
from tests.oversight.retention.building import make_jane

VISITED = declare("sample.visited", "Visited them.", Deed.READ)
PEOPLE = [new_id() for _ in range(300)]


@pytest.fixture
def sealed(scope, at):
    """Three checkpoints under the first key, one under the second."""
    sealing.forget()
    record_each(scope, VISITED, at=at, about="", subjects=PEOPLE)
    seal(scope, at=at)
    record(scope, PROFILE_CHANGED, at=at, subject=new_id())
    seal(scope, at=at + timedelta(seconds=2))
    sealing.rotate_signing_key(scope, at=at + timedelta(seconds=4))
    record(scope, PROFILE_CHANGED, at=at, subject=new_id())
    seal(scope, at=at + timedelta(seconds=6))
    yield scope
    sealing.forget()


def test_ledger_of_the_product_is_sound_with_its_first_key_alone(sealed, tmp_path):
    first, second = keys(sealed)
    report = verify(sealed, tmp_path, key=first, anchor=newest_note(sealed))
    assert report.sound
    assert report.warnings == []
    assert report.facts["keys"] == 2
    assert report.facts["entries"] > 300
    assert verify(
        sealed, tmp_path, key=second, anchor=newest_note(sealed)
    ).sound  # the log names the first too


def test_ledger_of_the_product_is_not_sound_with_anything_changed(sealed, tmp_path):
    text = "".join(export_lines(sealed))
    person = str(PEOPLE[7])
    changed = text.replace(person, str(new_id()), 1)
    assert changed != text
    report = check(changed, tmp_path, key=keys(sealed)[0], anchor=newest_note(sealed))
    assert [each.code for each in report.findings] == ["changed-entry"]


def test_proof_of_one_persons_part_is_sound_and_of_nobody_else(sealed):
    visited = next(each for each in entries_of(sealed) if each.kind == VISITED.name)
    found = proof(sealed, visited.id, person=PEOPLE[7])
    document = canonical_json(
        proof_of_entry(index=found.index, size=found.size, path=found.path, body=found.body, note=found.note)
    )
    trusted = [read_key(keys(sealed)[1])]
    assert str(PEOPLE[7]) in found.body.decode()
    assert verify_proof(document.encode(), trusted=trusted).sound
    forged = document.replace(str(PEOPLE[7]), str(PEOPLE[8]))
    assert [each.code for each in verify_proof(forged.encode(), trusted=trusted).findings] == ["not-in-log"]


def test_certificate_of_erasure_is_sound_and_gains_its_proof(scope, scope_of, at):
    officer, jane = scope_of("chloe"), make_jane(scope, at=at)
    erased = actions.erase(officer, jane.id, reason=ErasureReason.PERSON_ASKED, at=at)
    trusted = [read_key(_text(key)) for key in public_keys(officer)]
    bare = verify_erasure(queries.certificate(officer, erased.erasure_id), trusted=trusted)
    assert bare.sound
    assert "carries no proof" in bare.warnings[0]
    sealing.forget()
    seal(officer, at=at + timedelta(seconds=2))
    proven = queries.certificate(officer, erased.erasure_id)
    report = verify_erasure(proven, trusted=trusted)
    assert report.sound
    assert report.warnings == []
    counted = json.loads(proven)
    counted["certificate"]["verified"] = []
    forged = canonical_json(counted).encode()
    assert {each.code for each in verify_erasure(forged, trusted=trusted).findings} == {
        "changed-certificate",
        "other-certificate",
    }


def verify(scope, tmp_path, *, key: str, anchor: str) -> Report:
    return check("".join(export_lines(scope)), tmp_path, key=key, anchor=anchor)


def check(text: str, tmp_path, *, key: str, anchor: str) -> Report:
    path = tmp_path / "ledger.export"
    path.write_text(text)
    return verify_ledger(
        lambda: path.open("rb"), trusted=[read_key(key)], anchors=read_anchors(anchor.encode())
    )


def newest_note(scope) -> str:
    return json.loads(list(export_lines(scope))[-2])


def keys(scope) -> list[str]:
    return [key.fingerprint if key.version == 1 else _text(key) for key in public_keys(scope)]


def _text(key) -> str:
    return base64.b64encode(key.key.public_bytes_raw()).decode()


def entries_of(scope):
    return entries(scope, before_id=None, kind="", actor_id="", subject="", limit=50)
