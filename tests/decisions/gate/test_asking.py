"""The gate gathers the facts itself, and nobody else can make what delivery accepts."""

from __future__ import annotations

import copy
import pickle
import re
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from bedside.decisions.gate import addresses, sources
from bedside.decisions.gate import cleared as issuing
from bedside.decisions.gate import queries as gate
from bedside.decisions.gate.cleared import Cleared, NotCleared
from bedside.decisions.gate.rules import Decision, MessageClass
from bedside.ground.errors import Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import Actor, ActorKind
from bedside.records.consent import actions as consent
from bedside.records.consent.rules import Category, Evidence, Paper, Source, SuppressionReason, Terms, Way
from bedside.records.patients import queries as patients
from bedside.records.patients.rules import Patient
from tests.decisions.gate.cases import message
from tests.records.consent.people import add_patient

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from bedside.ground.scope import Scope

PAPER = Paper(
    signed_on=date(2026, 3, 1),
    expires_on=date(2026, 11, 20),
    expires_event=None,
    remuneration_stated=False,
    sender_covered=True,
)
TERMS = Terms(purposes=("cosmetic_offers",))
OFFER = message(MessageClass.MARKETING)
REMINDER = message(MessageClass.TREATMENT)


def willing(scope: Scope, at: datetime, **values: object) -> Patient:
    patient = add_patient(scope, at=at, **values)
    consent.grant(scope, patient.id, category=Category.OFFERS, source=Source.PAPER, at=at)
    consent.record_authorization(scope, patient.id, paper=PAPER, source=Source.PAPER, at=at, terms=TERMS)
    return patient


def code(scope: Scope, asked: object, patient: Patient, at: datetime) -> list[str]:
    (answered,) = gate.ask(scope, asked, [patient], at=at)
    return [reason.code for reason in answered.verdict.reasons]


def test_answers_everybody_in_the_order_given(scope: Scope, at: datetime) -> None:
    people = [
        willing(scope, at),
        add_patient(scope, at=at, email="two@example.org"),
        add_patient(scope, at=at, email=""),
        add_patient(scope, at=at, email="four@example.org", deceased=True),
        Patient(id=new_id(), email="not an address"),
    ]
    answers = gate.ask(scope, OFFER, people, at=at)
    assert [answered.patient_id for answered in answers] == [patient.id for patient in people]
    first = [answered.verdict.reasons[0].code for answered in answers]
    assert first == ["basis_marketing", "opt_in_missing", "no_address", "deceased", "no_address"]


@pytest.mark.row("MKT-03")
def test_a_revocation_counts_at_once(scope: Scope, at: datetime) -> None:
    """MKT-03."""
    patient = willing(scope, at)
    assert code(scope, OFFER, patient, at) == ["basis_marketing"]
    consent.revoke_authorization(scope, patient.id, source=Source.PHONE, at=at)
    assert code(scope, OFFER, patient, at) == ["authorization_revoked"]


@pytest.mark.row("AUT-20")
def test_an_unverified_paper_from_a_file_admits_nothing(scope: Scope, at: datetime) -> None:
    """AUT-20."""
    patient = add_patient(scope, at=at)
    consent.grant(scope, patient.id, category=Category.OFFERS, source=Source.PAPER, at=at)
    consent.record_imported(scope, [], [(patient.id, date(2026, 3, 1))], at=at)
    assert code(scope, OFFER, patient, at) == ["authorization_unverified"]


def test_an_authorization_ends_with_its_last_day_where_the_practice_is(scope: Scope, at: datetime) -> None:
    patient = willing(scope, at)
    chicago = ZoneInfo("America/Chicago")
    last_minute = datetime(2026, 11, 20, 23, 59, tzinfo=chicago)
    assert code(scope, OFFER, patient, last_minute) == ["basis_marketing"]
    assert code(scope, OFFER, patient, datetime(2026, 11, 21, 0, 0, tzinfo=chicago)) == [
        "authorization_expired"
    ]


def test_a_suppressed_address_counts_for_its_categories_only(scope: Scope, at: datetime) -> None:
    patient = willing(scope, at)
    consent.suppress_address(scope, patient.email, reason=SuppressionReason.COMPLAINED, at=at)
    assert code(scope, OFFER, patient, at) == ["address_complained"]
    assert code(scope, REMINDER, patient, at) == ["basis_treatment"]


def test_looks_at_medicines_for_a_refill_only(scope: Scope, at: datetime) -> None:
    patient = add_patient(scope, at=at, medications=("lisinopril",))
    (reminder,) = gate.ask(scope, REMINDER, [patient], at=at)
    assert reminder.facts.person.prescription is None
    refill = message(MessageClass.REFILL)
    assert code(scope, refill, patient, at) == ["basis_refill"]
    assert code(scope, refill, replace(patient, medications=()), at) == ["no_current_prescription"]


def test_a_child_waits_for_a_parent_on_record(scope: Scope, at: datetime) -> None:
    child = add_patient(scope, at=at, birth_date=date(2015, 5, 5))
    assert code(scope, REMINDER, child, at) == ["minor_without_representative"]
    consent.record_representative(scope, child.id, source=Source.IN_PERSON, at=at)
    assert code(scope, REMINDER, child, at) == ["basis_treatment"]


def test_people_who_share_an_address_are_asked_about_one_by_one(scope: Scope, at: datetime) -> None:
    one, other = add_patient(scope, at=at), add_patient(scope, at=at)
    decisions = [answered.verdict.decision for answered in gate.ask(scope, REMINDER, [one, other], at=at)]
    assert decisions == [Decision.ALLOW, Decision.ALLOW]


def test_facts_hold_no_name_and_no_address(scope: Scope, at: datetime) -> None:
    (answered,) = gate.ask(scope, OFFER, [willing(scope, at)], at=at)
    stored = answered.facts.to_bytes()
    assert b"Jane" not in stored
    assert b"example.org" not in stored


@pytest.mark.row("AUT-21")
def test_another_practices_permissions_count_for_nothing(
    scope: Scope, stranger_scope: Scope, at: datetime
) -> None:
    """AUT-21."""
    patient = willing(scope, at)
    assert code(stranger_scope, OFFER, patient, at) == ["opt_in_missing", "authorization_missing"]


def test_clears_the_allowed_and_answers_about_the_rest(scope: Scope, at: datetime) -> None:
    yes, no = willing(scope, at), add_patient(scope, at=at, email="two@example.org")
    cleared, others = gate.clear(scope, OFFER, [no, yes], at=at)
    assert [one.patient_id for one in cleared] == [yes.id]
    assert cleared[0].patient == yes
    assert cleared[0].campaign_id == OFFER.campaign_id
    assert [one.patient_id for one in others] == [no.id]


def test_nobody_but_the_gate_makes_or_changes_a_clearance(scope: Scope, at: datetime) -> None:
    patient = willing(scope, at)
    (given,), _ = gate.clear(scope, OFFER, [patient], at=at)
    with pytest.raises(NotCleared):
        Cleared(key=object(), patient=patient, facts=given.facts, verdict=given.verdict)
    with pytest.raises(TypeError):
        Cleared(patient=patient, facts=given.facts, verdict=given.verdict)
    with pytest.raises(NotCleared):
        given.patient = patient
    for copied in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(NotCleared):
            copied(given)
    with pytest.raises(NotCleared):
        type("Forged", (Cleared,), {})


def test_even_the_gate_clears_nobody_it_did_not_allow(scope: Scope, at: datetime) -> None:
    patient = willing(scope, at)
    (given,), _ = gate.clear(scope, OFFER, [patient], at=at)
    _, (refused,) = gate.clear(scope, OFFER, [add_patient(scope, at=at, email="x@example.org")], at=at)
    with pytest.raises(NotCleared):
        issuing.issue(patient=patient, facts=refused.facts, verdict=refused.verdict)
    other = Patient(id=new_id())
    with pytest.raises(NotCleared):
        issuing.issue(patient=other, facts=given.facts, verdict=given.verdict)


def test_asks_for_many_people_with_few_queries(
    scope: Scope, at: datetime, django_assert_max_num_queries: object
) -> None:
    ids: list[UUID] = [add_patient(scope, at=at, email=f"p{n}@example.org").id for n in range(20)]
    people = patients.by_ids(scope, ids)
    consent.suppress_address(scope, "p3@example.org", reason=SuppressionReason.BOUNCED, at=at)
    with django_assert_max_num_queries(12):  # of these, eight open and close scopes
        answers = gate.ask(scope, REMINDER, people, at=at)
    assert [answered.verdict.decision for answered in answers].count(Decision.SUPPRESS) == 1


def test_no_other_code_reaches_for_the_gates_key() -> None:
    """Python cannot hide a name, so the source is searched for anybody who takes it."""
    source = Path(issuing.__file__).parents[2]
    takers = [
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        if re.search(r"gate\.cleared import.*\b(issue|_KEY)\b|cleared\.(issue|_KEY)\b", path.read_text())
    ]
    assert sorted(takers) == ["decisions/gate/queries.py", "decisions/gate/strangers.py"]


# --- another address, a proven one, how often
ELSEWHERE = "jane.elsewhere@example.net"


@pytest.mark.row("RGT-12", "MKT-12")
@pytest.mark.parametrize("message_class", ["treatment", "account_transactional", "marketing"])
def test_another_address_takes_the_place_of_the_first_for_every_class(
    scope: Scope, at: datetime, message_class: str
) -> None:
    patient = willing(scope, at)
    asked = message(MessageClass(message_class))
    consent.ask_other_way(
        scope, patient.id, way=Way.OTHER_EMAIL, address=ELSEWHERE, source=Source.PHONE, at=at
    )
    (cleared,), _ = gate.clear(scope, asked, [patient], at=at)
    assert cleared.patient.email == ELSEWHERE
    consent.end_other_way(scope, patient.id, source=Source.PHONE, at=at)
    (cleared,), _ = gate.clear(scope, asked, [patient], at=at)
    assert cleared.patient.email == patient.email


def test_the_other_address_is_the_one_looked_up_among_the_suppressed(scope: Scope, at: datetime) -> None:
    patient = willing(scope, at)
    consent.suppress_address(scope, patient.email, reason=SuppressionReason.STAFF, at=at)
    consent.ask_other_way(
        scope, patient.id, way=Way.OTHER_EMAIL, address=ELSEWHERE, source=Source.PHONE, at=at
    )
    assert code(scope, REMINDER, patient, at) == ["basis_treatment"]
    consent.suppress_address(scope, ELSEWHERE, reason=SuppressionReason.BOUNCED, at=at)
    assert code(scope, REMINDER, patient, at) == ["address_bounced"]


def test_without_the_other_address_nothing_goes_to_the_first(scope: Scope, at: datetime) -> None:
    patient = willing(scope, at)
    consent.ask_other_way(
        scope, patient.id, way=Way.OTHER_EMAIL, address=ELSEWHERE, source=Source.PHONE, at=at
    )
    with gate_addresses_lost():
        assert code(scope, REMINDER, patient, at) == ["no_address"]


@contextmanager
def gate_addresses_lost() -> Iterator[None]:
    kept = addresses.other_addresses
    addresses.other_addresses = lambda _scope, _ids: {}
    try:
        yield
    finally:
        addresses.other_addresses = kept


def test_no_link_sends_mail_to_another_address(scope: Scope, at: datetime) -> None:
    """Mails are forwarded: whoever holds one must not be able to have the next ones."""
    patient = willing(scope, at)
    own = replace(scope, actor=Actor(kind=ActorKind.PATIENT, id=str(patient.id)))
    with pytest.raises(Refusal, match="ask the practice"):
        consent.ask_other_way(
            own, patient.id, way=Way.OTHER_EMAIL, address=ELSEWHERE, source=Source.PREFERENCE_PAGE, at=at
        )
    assert consent.ask_other_way(own, patient.id, way=Way.LETTER, source=Source.PREFERENCE_PAGE, at=at)
    assert code(scope, REMINDER, patient, at + timedelta(days=3)) == ["other_way_letter"]


@pytest.mark.row("RGT-10")
def test_a_restriction_holds_for_its_categories_alone(scope: Scope, at: datetime) -> None:
    patient = willing(scope, at)
    chosen = [Category.OFFERS]
    assert consent.restrict_categories(scope, patient.id, categories=chosen, source=Source.PAPER, at=at)
    assert not consent.restrict_categories(scope, patient.id, categories=chosen, source=Source.PAPER, at=at)
    assert code(scope, OFFER, patient, at) == ["email_restricted"]
    assert code(scope, REMINDER, patient, at) == ["basis_treatment"]
    assert consent.lift_restriction(scope, patient.id, source=Source.PAPER, at=at)
    assert code(scope, OFFER, patient, at) == ["basis_marketing"]


@pytest.mark.row("RGT-15")
def test_a_representative_acts_until_the_last_day(scope: Scope, at: datetime) -> None:
    child = add_patient(scope, at=at, birth_date=date(2015, 5, 5))
    last = at.date() + timedelta(days=1)
    consent.appoint_representative(
        scope, child.id, authority="mother", until=last, source=Source.PAPER, at=at
    )
    assert code(scope, REMINDER, child, at + timedelta(days=1)) == ["basis_treatment"]
    assert code(scope, REMINDER, child, at + timedelta(days=2)) == ["minor_without_representative"]
    with pytest.raises(Refusal):
        consent.appoint_representative(scope, child.id, authority=" ", until=None, source=Source.PAPER, at=at)


@pytest.mark.row("SEN-02", "SEN-04")
def test_a_part_2_consent_is_asked_for_and_taken_back(scope: Scope, at: datetime) -> None:
    patient = replace(willing(scope, at), part2=True)
    asked, at = replace(REMINDER, portal_route=True, address_proof_required=False), at + timedelta(days=3)
    assert code(scope, asked, patient, at) == ["part2_consent_missing"]
    consent.record_part2_consent(
        scope, patient.id, purposes=(), until=None, care_only=True, source=Source.PAPER, at=at
    )
    assert code(scope, asked, patient, at) == ["address_unproven"]
    assert consent.revoke_part2_consent(scope, patient.id, source=Source.PHONE, at=at)
    assert code(scope, asked, patient, at) == ["part2_consent_missing"]


@pytest.mark.row("CON-21")
def test_plain_mail_is_a_choice_of_its_own_that_admits_nothing(scope: Scope, at: datetime) -> None:
    patient = willing(scope, at)
    with pytest.raises(Refusal):
        consent.choose_plain_mail(scope, patient.id, source=Source.PAPER, at=at, evidence=Evidence())
    warned = Evidence(wording="warning-1")
    assert consent.choose_plain_mail(scope, patient.id, source=Source.PAPER, at=at, evidence=warned)
    assert code(scope, replace(REMINDER, encrypted_route=False), patient, at) == ["no_encrypted_route"]
    assert consent.withdraw_plain_mail(scope, patient.id, source=Source.PAPER, at=at)


@pytest.mark.row("CON-10")
def test_mails_are_counted_only_where_there_is_a_limit(
    scope: Scope, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient, later = willing(scope, at), at + timedelta(days=3)
    asked: list[datetime] = []

    def history(_scope: Scope, people: list[UUID], *, since: datetime, **_: object) -> dict[UUID, int]:
        asked.append(since)
        return dict.fromkeys(people, 4)

    monkeypatch.setattr(sources, "_histories", {"here": history})
    tips = message(MessageClass.GENERAL_HEALTH, opt_in_required=False)
    assert code(scope, tips, patient, later) == ["basis_general_health"]
    assert asked == []
    assert code(scope, replace(tips, monthly_cap=4), patient, later) == ["frequency_reached"]
    assert code(scope, replace(tips, monthly_cap=5), patient, later) == ["basis_general_health"]
    assert asked[0].utcoffset() is not None
    monkeypatch.setattr(sources, "_histories", {})
    assert code(scope, replace(tips, monthly_cap=5), patient, later) == ["frequency_unknown"]


def test_people_asked_about_together_get_the_answers_they_get_alone(scope: Scope, at: datetime) -> None:
    """Whoever is alike is decided about once; nobody may get the answer of somebody who only seems alike."""
    people = [willing(scope, at), willing(scope, at), *(add_patient(scope, at=at) for _ in range(2))]
    other = "other@example.org"
    for change in (
        {"deceased": True}, {"birth_date": date(2015, 1, 1)}, {"state": "WA"}, {"email": ""}, {"part2": True},
    ):  # fmt: skip
        people += [willing(scope, at, **change), add_patient(scope, at=at, **change)]
    left, kept, early = (
        willing(scope, at),
        willing(scope, at, email=other),
        willing(scope, at - timedelta(days=9)),
    )
    consent.refuse(scope, left.id, category=Category.OFFERS, source=Source.PHONE, at=at, evidence=None)
    consent.suppress_address(scope, other, reason=SuppressionReason.STAFF, at=at)
    people += [left, kept, early]
    for asked in (OFFER, REMINDER, message(MessageClass.REFILL)):
        together = gate.ask(scope, asked, people, at=at)
        assert together == [gate.ask(scope, asked, [one], at=at)[0] for one in people]
        assert len({one.verdict for one in together}) > 2
