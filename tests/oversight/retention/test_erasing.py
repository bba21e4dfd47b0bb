"""Erased means erased: nothing left to find, nothing broken for anybody else, nothing half done."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from bedside.correspondence.campaigns import actions as campaigns
from bedside.correspondence.campaigns import progress
from bedside.correspondence.campaigns import queries as campaign_queries
from bedside.correspondence.campaigns.models import RecipientRow
from bedside.correspondence.campaigns.rules import RecipientState
from bedside.correspondence.delivery import claims
from bedside.decisions.gate import queries as gate
from bedside.decisions.gate.rules import Decision, MessageClass
from bedside.decisions.segments import index
from bedside.decisions.segments import queries as segments
from bedside.decisions.segments.freshness import freshness
from bedside.ground.errors import NotAllowed, NotFound, Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import in_scope
from bedside.kit.ledger.statement import open_statement
from bedside.oversight.retention import actions, queries, verifying
from bedside.oversight.retention.rules import ErasureReason, HoldCode, Kept, Thing
from bedside.records.consent import queries as consent
from bedside.records.consent.actions import ask_other_way, grant
from bedside.records.consent.rules import Category, SuppressionReason, Way
from bedside.records.intake.actions import receive
from bedside.records.intake.models import Likeness, Piece, Reject
from bedside.records.patients import queries as patients
from bedside.records.patients.actions import revise
from bedside.records.patients.exporting import rows as export_rows
from bedside.safeguards.audit.actions import seal
from bedside.safeguards.audit.queries import entries
from bedside.safeguards.audit.signing import public_keys
from tests.correspondence.building import approve_as, make_plan
from tests.oversight.retention.building import ADDRESS, NUMBER, run_import

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from bedside.ground.scope import Scope
    from bedside.oversight.retention.actions import Erased
    from bedside.records.patients.rules import Patient

TODAY_FIELDS = ("Jane", "Plantedmark", ADDRESS, NUMBER, "555-0123")


def erase(officer: Scope, who: Patient, at: datetime) -> Erased:
    return actions.erase(officer, who.id, reason=ErasureReason.PERSON_ASKED, at=at)


def found(scope: Scope, text: str, at: datetime) -> list[UUID]:
    return segments.search_patients(
        scope, text=text, rule=segments.EVERYBODY, order=segments.Order.NAME, offset=0, limit=50,
        today=at.date(), at=at,
    ).ids  # fmt: skip


def make_campaign(scope: Scope, approver: Scope, at: datetime) -> UUID:
    plan = make_plan(scope, message_class="general_health", at=at)
    campaign_id = campaigns.create(scope, plan, at=at)
    campaigns.submit(scope, campaign_id, at=at)
    approve_as(approver, campaign_id, at=at)
    return campaign_id


def row_of(scope: Scope, campaign_id: UUID, who: UUID) -> RecipientRow:
    with in_scope(scope):
        return RecipientRow.objects.get(campaign_id=campaign_id, patient_id=who)


def test_nobody_finds_an_erased_person(scope: Scope, officer: Scope, jane: Patient, at: datetime) -> None:
    segments.count(scope, segments.EVERYBODY, today=at.date(), at=at)  # columns that still hold her
    for text in TODAY_FIELDS:
        assert found(scope, text, at)[:1] == [jane.id], text
    erase(officer, jane, at)
    for text in TODAY_FIELDS:
        assert found(scope, text, at) == [], text
    with pytest.raises(NotFound):
        patients.get(scope, jane.id)
    assert patients.ids_by_address(scope, ADDRESS) == []
    assert patients.ids_by_mrn(scope, [NUMBER]) == {}
    assert jane.id not in segments.matching_ids(scope, segments.EVERYBODY, today=at.date(), at=at)
    assert list(export_rows(scope, [jane.id])) == []
    index.forget_columns()
    index.rebuild(scope, at=at)
    assert found(scope, "Jane", at) == []
    assert patients.count(scope) == len(found(scope, "", at)) == 2


def test_the_columns_leave_them_out_before_they_are_built_anew(
    scope: Scope, officer: Scope, jane: Patient, at: datetime
) -> None:
    index.rebuild(scope, at=at)
    assert segments.finds(scope, jane.id)
    erase(officer, jane, at)
    with in_scope(scope):
        state = index._state(scope)
        assert state is not None
        fresh = freshness(scope, settled=state.settled_change, base=state.base_change)
        kept = index._snapshot(scope, state, fresh).base.columns(["id_lo"])["id_lo"]
    assert jane.id.int % 2**64 in kept.to_list()
    assert not segments.finds(scope, jane.id)


def test_everybody_else_is_as_before(scope: Scope, officer: Scope, jane: Patient, at: datetime) -> None:
    others = [one for one in patients.page(scope, after=None, limit=10) if one.id != jane.id]
    assert len(others) == 2
    erase(officer, jane, at)
    assert patients.page(scope, after=None, limit=10) == others


def test_says_what_went_and_what_stays(scope: Scope, officer: Scope, jane: Patient, at: datetime) -> None:
    with in_scope(scope):
        rejected = Reject.objects.count()
    done = erase(officer, jane, at)
    assert done.destroyed[Thing.RECORDS] == done.destroyed[Thing.PERSON_KEYS] == 1
    assert done.destroyed[Thing.IMPORT_FILES] == 1
    assert done.destroyed[Thing.REJECTED_ROWS] == 1
    assert done.kept[Kept.DOCUMENTS] == 1
    assert done.kept[Kept.CONSENT_ACTS] >= 1
    with in_scope(scope):
        assert Piece.objects.count() == 0
        assert Reject.objects.count() == rejected - 1
        assert Likeness.objects.filter(patient_id=jane.id).count() == 0


def test_a_damaged_rejected_row_keeps_nobody_from_being_erased(
    scope: Scope, officer: Scope, jane: Patient, at: datetime
) -> None:
    with in_scope(scope):
        row = Reject.objects.order_by("-id").first()
        assert row is not None
        Reject.objects.filter(id=row.id).update(sealed=bytes(row.sealed)[:-1] + b"!")
    assert erase(officer, jane, at).destroyed[Thing.RECORDS] == 1
    with in_scope(scope):
        assert not Reject.objects.filter(id=row.id).exists()


def test_notes_beside_permissions_go_and_signed_papers_stay(
    scope: Scope, officer: Scope, jane: Patient, at: datetime
) -> None:
    before = {view.event.kind: view.evidence for view in consent.history(scope, jane.id)}
    assert before["granted"] is not None
    erase(officer, jane, at)
    after = {view.event.kind: view.evidence for view in consent.history(scope, jane.id)}
    assert after.keys() == before.keys()
    assert after["granted"] is None


def test_a_later_import_brings_a_stranger_who_gets_nothing_until_they_say_yes(
    scope: Scope, officer: Scope, jane: Patient, at: datetime
) -> None:
    erase(officer, jane, at)
    again = f"Patient ID,First name,Last name,Email,Email consent\n{NUMBER},Jane,Plantedmark,{ADDRESS.upper()},yes\n"
    run_import(scope, again.encode(), at=at + timedelta(days=1))
    fresh = patients.get(scope, patients.ids_by_mrn(scope, [NUMBER])[NUMBER])
    assert fresh.id != jane.id
    for message_class in (MessageClass.TREATMENT, MessageClass.GENERAL_HEALTH):
        answer = gate.explain(scope, fresh, message_class, remuneration=False, at=at).verdict
        assert answer.decision is Decision.SUPPRESS
        assert "address_erased" in {reason.code for reason in answer.reasons}
    said = at + timedelta(days=2)
    grant(scope, fresh.id, category=Category.NEWSLETTER, source="in_person", at=said)
    opened = gate.explain(scope, fresh, MessageClass.GENERAL_HEALTH, remuneration=False, at=said).verdict
    closed = gate.explain(scope, fresh, MessageClass.TREATMENT, remuneration=False, at=said).verdict
    assert (opened.decision, closed.decision) == (Decision.ALLOW, Decision.SUPPRESS)


@pytest.mark.row("CON-24")
def test_the_address_they_asked_us_to_use_instead_is_kept_away_too(
    scope: Scope, officer: Scope, jane: Patient, at: datetime
) -> None:
    other = "jane.elsewhere@example.net"
    ask_other_way(scope, jane.id, way=Way.OTHER_EMAIL, address=other, source="phone", at=at)
    erase(officer, jane, at)
    for address in (ADDRESS, other):
        assert [one.reason for one in consent.suppressions_of(scope, address)] == [SuppressionReason.ERASED]


def test_a_campaign_that_waits_skips_them_and_its_approval_still_holds(
    scope: Scope, officer: Scope, scope_of: Callable[[str], Scope], jane: Patient, at: datetime
) -> None:
    campaign_id = make_campaign(scope, scope_of("ada"), at)
    assert row_of(scope, campaign_id, jane.id).state == RecipientState.WAITING
    done = erase(officer, jane, at)
    assert done.destroyed[Thing.MAILS_STOPPED] == 1
    row = row_of(scope, campaign_id, jane.id)
    assert (row.state, row.codes) == (RecipientState.CANCELLED, ["person_erased"])
    assert campaign_queries.approval_holds(scope, campaign_id)
    told = campaign_queries.explanation(scope, campaign_id, row.id)
    assert (told.erased, told.facts, told.reply) == (True, b"", "")


def test_facts_of_others_in_the_campaign_still_open(
    scope: Scope, officer: Scope, scope_of: Callable[[str], Scope], jane: Patient, at: datetime
) -> None:
    campaign_id = make_campaign(scope, scope_of("ada"), at)
    erase(officer, jane, at)
    lines, total = campaign_queries.recipients(scope, campaign_id, state="", code="", offset=0, limit=10)
    opened = [campaign_queries.explanation(scope, campaign_id, line.id) for line in lines]
    assert total == 3
    assert [bool(one.facts) for one in opened] == [not one.erased for one in opened]
    assert sum(one.erased for one in opened) == 1


def test_waits_while_a_message_is_being_handed_over(
    scope: Scope, officer: Scope, scope_of: Callable[[str], Scope], jane: Patient, at: datetime
) -> None:
    campaign_id = make_campaign(scope, scope_of("ada"), at)
    campaigns.schedule(scope, campaign_id, at=at)
    sender = claims.sender_scope(scope.practice_id)
    progress.start(sender, campaign_id, at=at)
    taken = progress.claim(sender, campaign_id, 0, claim_id=new_id(), limit=10, at=at)
    assert jane.id in {one.patient_id for one in taken}
    with pytest.raises(Refusal) as refused:
        erase(officer, jane, at)
    assert refused.value.code == "handing_over"
    assert patients.get(scope, jane.id) == jane


def test_a_legal_hold_forbids_it_until_it_is_lifted(
    scope: Scope, officer: Scope, jane: Patient, at: datetime
) -> None:
    hold_id = actions.place_hold(
        officer, jane.id, code=HoldCode.LITIGATION, reason="Plantedmark v. us, 26-CV-17", at=at
    )
    with pytest.raises(Refusal) as refused:
        erase(officer, jane, at)
    assert refused.value.code == "legal_hold"
    assert "lawsuit" in refused.value.sentence
    assert "Plantedmark" not in refused.value.sentence
    actions.lift_hold(officer, hold_id, at=at)
    erase(officer, jane, at)


def test_an_import_that_is_not_over_comes_first(
    scope: Scope, officer: Scope, jane: Patient, at: datetime
) -> None:
    receive(scope, name="more.csv", pieces=[b"Patient ID,Last name\n9,Nine\n"], at=at)
    with pytest.raises(Refusal) as refused:
        erase(officer, jane, at)
    assert refused.value.code == "imports_open"


def test_twice_is_refused_and_says_so(officer: Scope, jane: Patient, at: datetime) -> None:
    erase(officer, jane, at)
    with pytest.raises(Refusal) as refused:
        erase(officer, jane, at)
    assert refused.value.code == "already_erased"


def test_only_whoever_may(
    scope_of: Callable[[str], Scope], stranger_scope: Scope, jane: Patient, at: datetime
) -> None:
    for name in ("omar", "ana", "ada", "abe"):
        with pytest.raises(NotAllowed):
            erase(scope_of(name), jane, at)
    with pytest.raises(NotFound):
        erase(stranger_scope, jane, at)


def test_somebody_who_was_editing_finds_nobody(
    scope: Scope, officer: Scope, jane: Patient, at: datetime
) -> None:
    held, version = patients.get_versioned(scope, jane.id)
    erase(officer, jane, at)
    with pytest.raises(NotFound):
        revise(scope, held, based_on_version=version, at=at)


def test_a_check_that_fails_undoes_everything(
    scope: Scope, officer: Scope, jane: Patient, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifying, "finds", lambda *_: True)
    with pytest.raises(verifying.NotErased):
        erase(officer, jane, at)
    assert patients.get(scope, jane.id) == jane
    assert queries.erasures(officer, since=None, until=None, offset=0, limit=5) == ([], 0)


def test_the_certificate_is_signed_and_names_nobody(
    scope: Scope, officer: Scope, jane: Patient, at: datetime
) -> None:
    done = erase(officer, jane, at)
    keys = {key.name: key.key for key in public_keys(scope)}
    body = open_statement(done.certificate, keys=keys)
    assert body["person"] == str(jane.id)
    assert body["method"]["algorithm"] == "AES-256-GCM"
    assert len(body["verified"]) == 6
    assert {one["what"] for one in body["kept"]} == set(Kept)
    assert all(one["citation"] for one in body["kept"])
    text = json.dumps(body)
    assert not [word for word in (*TODAY_FIELDS, "Plantednote") if word.casefold() in text.casefold()]


def test_is_in_the_ledger_with_the_hash_of_the_certificate(
    scope: Scope, officer: Scope, jane: Patient, at: datetime
) -> None:
    done = erase(officer, jane, at)
    (entry,) = entries(
        scope, before_id=None, kind="patient.erased", actor_id="", subject=str(jane.id), limit=5
    )
    assert entry.details["erasure"] == str(done.erasure_id)
    assert len(entry.details["certificate_sha256"]) == 64


def test_what_an_older_backup_brings_back_is_removed_again(
    scope: Scope, officer: Scope, jane: Patient, at: datetime
) -> None:
    from bedside.records.patients.models import PatientRow

    with in_scope(scope):
        before = PatientRow.objects.get(id=jane.id)
    erase(officer, jane, at)
    with in_scope(scope):
        before.save(force_insert=True)
    assert patients.count(scope) == 3
    assert patients.by_ids(scope, [jane.id]) == []
    assert actions.erase_again(officer, at=at) == 1
    assert patients.count(scope) == 2


def test_the_certificate_comes_with_the_ledgers_proof_once_it_is_sealed(
    scope: Scope, officer: Scope, jane: Patient, at: datetime
) -> None:
    done = erase(officer, jane, at)
    assert queries.certificate(officer, done.erasure_id) == done.certificate
    seal(scope, at=at)
    proven = json.loads(queries.certificate(officer, done.erasure_id))
    assert proven["certificate"] == json.loads(done.certificate)["certificate"]
    assert json.loads(proven["proof"]["body"])["kind"] == "patient.erased"


def damage(scope: Scope, statement: str, patient_id: UUID) -> None:
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute(statement, [patient_id])


@pytest.mark.parametrize(
    ("statement", "keys"),
    [
        ("UPDATE patients_patient SET sealed = sealed || '\\x00'::bytea WHERE id = %s", 1),
        ("UPDATE patients_patient SET version = version + 1 WHERE id = %s", 1),
        ("UPDATE vault_personkey SET wrapped = '\\x0100000001'::bytea WHERE person_id = %s", 1),
        ("DELETE FROM vault_personkey WHERE person_id = %s", 0),
    ],
)
def test_erases_somebody_whose_record_does_not_open(
    scope: Scope, officer: Scope, jane: Patient, at: datetime, statement: str, keys: int
) -> None:
    """Who damaged a row must not keep its person from being erased, nor the certificate claim more than was done."""
    damage(scope, statement, jane.id)
    assert not actions.look(officer, jane.id, at=at).opens
    done = erase(officer, jane, at)
    assert (done.destroyed[Thing.RECORDS], done.destroyed[Thing.PERSON_KEYS]) == (1, keys)
    assert done.kept[Kept.SUPPRESSIONS] == 1
    stated = queries.statement_of(officer, done.erasure_id)
    assert stated["record_opened"] is False
    assert "record_unreadable" in stated["not_covered"]
    assert len(stated["keys_destroyed"]) == keys
    assert "address_kept_away" not in stated["verified"]
    with pytest.raises(NotFound):
        patients.get(scope, jane.id)
    # The hash of the address stood beside the record, so nothing goes there although nobody could read it.
    assert consent.suppressed_addresses(scope, {jane.id: ADDRESS})[jane.id].reason == "erased"


def test_a_record_that_opens_is_certified_without_a_word_about_it(
    officer: Scope, jane: Patient, at: datetime
) -> None:
    assert actions.look(officer, jane.id, at=at).opens
    stated = queries.statement_of(officer, erase(officer, jane, at).erasure_id)
    assert "record_opened" not in stated
    assert "record_unreadable" not in stated["not_covered"]
