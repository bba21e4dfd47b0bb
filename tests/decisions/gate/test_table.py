"""The decision table over every combination, the rules on it, and what states add."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from bedside.decisions.gate.rules import (
    CLASS_RULES,
    ROWS,
    RULES,
    Basis,
    Case,
    Decision,
    Duties,
    Facts,
    MessageClass,
    Part2Facts,
    Part2Need,
    Route,
    Row,
    Tracking,
    decide,
    requirement,
)
from bedside.decisions.gate.rules.authorization_within_a_year import a_year_after
from bedside.decisions.gate.rules.duties import DUTY_NAMES, strictest
from bedside.decisions.gate.rules.frequency import NOTHING_STOPS, window_start
from bedside.decisions.gate.rules.rows import NOT_PATIENTS, PATIENTS
from bedside.decisions.gate.rules.table import OPEN_TO_ALL
from bedside.decisions.gate.rules.telling import tell
from bedside.records.consent.rules import PROMOTIONAL, Answer, Sensitivity, StateProfile, Way
from bedside.records.patients.rules import Relationship
from tests.decisions.gate.cases import SIGNED, TODAY, facts

ALLOW, SUPPRESS, HOLD = Decision.ALLOW, Decision.SUPPRESS, Decision.HOLD
C = MessageClass
STATES = ("", "CA", "IL", "NV", "NY", "TX", "WA")
REVEALED = ((), (Sensitivity.HIV_STI,), (Sensitivity.MENTAL_HEALTH, Sensitivity.REPRODUCTIVE))
CASES = [
    Case(
        message_class=message_class,
        paid=paid,
        relationship=relationship,
        sensitivities=frozenset(revealed),
        state=state,
        part2=part2,
    )
    for message_class, paid, relationship, revealed, state, part2 in product(
        C, (False, True), Relationship, REVEALED, STATES, (False, True)
    )
]
CARE = {C.TREATMENT, C.PAYMENT, C.REFILL}


def codes(asked: Facts) -> set[str]:
    return {reason.code for reason in decide(asked).reasons}


def expected(case: Case) -> Duties:
    """The table of the compliance catalogue in other words: what the rows together must come to."""
    patient = case.relationship in PATIENTS
    commercial = case.paid or case.message_class in {*OPEN_TO_ALL, C.MARKETING}
    marketing = case.message_class is C.MARKETING
    basis = Basis.CONSENT if case.message_class is C.LEGAL_NOTICE else Basis.NONE
    if not patient and case.message_class in OPEN_TO_ALL:
        basis = Basis.CONSENT
    if marketing:
        basis = Basis.AUTHORIZATION
    if case.paid and patient:
        basis = Basis.PAID_AUTHORIZATION
    part2 = Part2Need.NONE
    if case.part2 and case.message_class in CARE:
        part2 = Part2Need.ANY
    if case.part2 and case.message_class not in {*CARE, C.LEGAL_NOTICE, C.ACCOUNT_TRANSACTIONAL}:
        part2 = Part2Need.NAMED
    if case.part2 and case.paid:
        part2 = Part2Need.NAMED
    collection = (
        not patient
        and case.state in {"", "NV", "WA"}
        and (case.message_class is C.PROSPECT_COMMERCIAL or bool(case.sensitivities))
    )
    portal = bool(case.sensitivities) or (case.part2 and case.message_class is not C.ACCOUNT_TRANSACTIONAL)
    counted = case.message_class in {*OPEN_TO_ALL, C.MARKETING, C.FUNDRAISING} and not portal
    of_class = OPEN_TO_ALL | {C.ACCOUNT_TRANSACTIONAL}
    return Duties(
        basis=basis,
        names_sensitivity=bool(case.sensitivities) and (marketing or (case.paid and patient)),
        a_year_at_most=collection or (patient and (marketing or case.paid) and case.state in {"", "CA"}),
        part2=part2,
        collection_consent=collection,
        opt_out=commercial or case.message_class is C.FUNDRAISING,
        postal_address=commercial,
        advertising_label=commercial,
        route=Route.PORTAL if portal else Route.VERIFIED_TLS,
        tracking=Tracking.AGGREGATE if counted else Tracking.OFF,
        closed=case.message_class is C.PROSPECT_COMMERCIAL if patient else case.message_class not in of_class,
    )


@pytest.mark.row("MKT-02", "MKT-06", "MKT-11", "MKT-12", "MKT-13", "MKT-24", "SEN-01", "SEN-18", "SEN-23")
@pytest.mark.parametrize("message_class", C)
def test_the_rows_come_to_the_table_of_the_law_in_every_combination(message_class: MessageClass) -> None:
    for case in CASES:
        if case.message_class is message_class:
            assert requirement(case).duties == expected(case), case


@pytest.mark.parametrize("message_class", C)
def test_the_class_itself_says_the_same_as_the_table(message_class: MessageClass) -> None:
    for case in CASES:
        if case.message_class is message_class and case.relationship is Relationship.PATIENT:
            need, rule = requirement(case).duties, CLASS_RULES[message_class]
            assert need.authorization is rule.needs_authorization(remuneration=case.paid)
            assert need.opt_out is rule.needs_opt_out(remuneration=case.paid)
            assert need.postal_address is rule.needs_postal_address(remuneration=case.paid)
            assert need.advertising_label is rule.needs_advertising_label(remuneration=case.paid)


def test_every_combination_names_the_rows_and_their_sources() -> None:
    for case in CASES:
        found = requirement(case).rows
        assert found
        assert all(row.citation and row.words.endswith(".") for row in found)
    assert len({row.code for row in ROWS}) == len(ROWS)


@pytest.mark.row("SEN-12", "SEN-14", "SEN-20")
def test_an_unknown_state_is_as_strict_as_the_strictest() -> None:
    for case in CASES:
        if not case.state:
            unknown = requirement(case).duties
            for state in STATES:
                known = requirement(replace(case, state=state)).duties
                assert strictest(unknown, known) == unknown


def test_more_facts_that_ask_for_more_never_ask_for_less() -> None:
    """Payment, sensitivity and Part 2 only ever add duties."""
    for case in CASES:
        plain = requirement(case).duties
        for more in (
            replace(case, paid=True),
            replace(case, part2=True),
            replace(case, sensitivities=case.sensitivities | {Sensitivity.GENETIC}),
        ):
            assert strictest(plain, requirement(more).duties) == requirement(more).duties


def test_a_row_makes_no_duty_looser() -> None:
    loose, strict = Duties(), requirement(CASES[-1]).duties
    for row in ROWS:
        assert strictest(loose, row.asks) == row.asks
        for name in DUTY_NAMES:
            assert getattr(strictest(strict, row.asks), name) == getattr(strictest(row.asks, strict), name)


@pytest.mark.row("SEN-19")
def test_a_row_for_a_state_changes_the_decision_without_code() -> None:
    news = facts(C.GENERAL_HEALTH, jurisdiction="NY", authorization=None)
    assert decide(news).decision is ALLOW
    new_york = Row(
        code="new_york",
        words="New York, if it ever asks for a signature.",
        citation="none",
        asks=Duties(basis=Basis.AUTHORIZATION),
        states=frozenset({"NY"}),
    )
    rows = (*ROWS, new_york)
    assert decide(news, rows=rows).decision is SUPPRESS
    assert decide(facts(C.GENERAL_HEALTH, jurisdiction="IL", authorization=None), rows=rows).decision is ALLOW
    assert decide(news).decision is ALLOW


@pytest.mark.row("SEN-20")
def test_a_texan_gets_marketing_on_a_signature_only() -> None:
    assert decide(facts(jurisdiction="TX")).decision is ALLOW
    assert codes(facts(jurisdiction="TX", authorization=None)) == {"authorization_missing"}


# --- purposes (AUT-04) and defects
@pytest.mark.row("AUT-04")
@pytest.mark.parametrize(
    ("wanted", "named", "decision", "code"),
    [
        ("cosmetic_offers", ("cosmetic_offers",), ALLOW, "basis_marketing"),
        ("cosmetic_offers", ("wellness_newsletter", "cosmetic_offers"), ALLOW, "basis_marketing"),
        ("cosmetic_offers", ("wellness_newsletter",), SUPPRESS, "authorization_other_purpose"),
        ("", ("wellness_newsletter",), HOLD, "authorization_purpose_missing"),
        ("cosmetic_offers", (), HOLD, "authorization_purposes_unrecorded"),
    ],
)
def test_an_authorization_admits_the_purposes_it_names(
    wanted: str, named: tuple[str, ...], decision: Decision, code: str
) -> None:
    asked = facts(
        about_message={"authorization_purpose": wanted}, authorization=replace(SIGNED, purposes=named)
    )
    assert decide(asked).decision is decision
    assert code in codes(asked)


def test_no_purpose_is_asked_for_where_no_signature_is() -> None:
    asked = facts(C.TREATMENT, about_message={"authorization_purpose": ""}, authorization=None)
    assert decide(asked).decision is ALLOW


@pytest.mark.row("AUT-12")
def test_an_authorization_known_to_be_false_is_none() -> None:
    assert codes(facts(authorization=replace(SIGNED, found_false=True))) == {"authorization_false"}


@pytest.mark.row("AUT-23", "AUT-24", "SEN-12")
@pytest.mark.parametrize(
    ("state", "profile", "code"),
    [
        ("CA", StateProfile.FEDERAL, "authorization_over_a_year"),
        ("", StateProfile.FEDERAL, "authorization_over_a_year"),
        ("IL", StateProfile.CALIFORNIA, "authorization_form_over"),
        ("IL", StateProfile.WASHINGTON, "authorization_form_over"),
        ("IL", StateProfile.FEDERAL, "basis_marketing"),
        ("WA", StateProfile.FEDERAL, "basis_marketing"),  # what HIPAA protects is outside RCW 19.373
    ],
)
def test_a_year_is_as_long_as_some_authorizations_count(state: str, profile: StateProfile, code: str) -> None:
    old = replace(SIGNED, signed_on=date(2025, 11, 23), expires_on=date(2030, 1, 1), profile=profile)
    assert codes(facts(jurisdiction=state, authorization=old)) == {code}
    last_day = replace(old, signed_on=TODAY.replace(year=2025))
    assert decide(facts(jurisdiction=state, authorization=last_day)).decision is ALLOW


@pytest.mark.parametrize(
    ("signed", "last"),
    [
        (date(2027, 2, 28), date(2028, 2, 28)),
        (date(2028, 2, 29), date(2029, 2, 28)),
        (date(2026, 12, 31), date(2027, 12, 31)),
    ],
)
def test_a_year_ends_on_the_same_day_and_never_later(signed: date, last: date) -> None:
    assert a_year_after(signed) == last


# --- sensitivity and Part 2
@pytest.mark.row("SEN-01", "SEN-23")
def test_marketing_that_reveals_something_needs_it_named_and_the_portal() -> None:
    reveals = {"sensitivities": (Sensitivity.HIV_STI,)}
    assert codes(facts(about_message=reveals)) == {"sensitivity_not_authorized"}
    named = replace(SIGNED, sensitivities=(Sensitivity.HIV_STI,))
    assert codes(facts(about_message=reveals, authorization=named)) == {"portal_missing"}
    by_portal = {**reveals, "portal_route": True}
    assert decide(facts(about_message=by_portal, authorization=named)).decision is ALLOW


@pytest.mark.row("SEN-23", "CON-20")
@pytest.mark.parametrize("message_class", sorted(CARE))
def test_a_sensitive_reminder_waits_for_the_portal_whatever_the_server_offers(message_class: str) -> None:
    asked = facts(C(message_class), about_message={"sensitivities": (Sensitivity.HIV_STI,)})
    assert codes(asked) == {"portal_missing"}


PART2 = {"part2_record": True}
FOR_CARE = Part2Facts(purposes=(), until=None, care_only=True)
NAMED = Part2Facts(purposes=("cosmetic_offers",), until=TODAY, care_only=False)


@pytest.mark.row("SEN-02", "SEN-04")
@pytest.mark.parametrize("message_class", [one for one in C if one is not C.PROSPECT_COMMERCIAL])
@pytest.mark.parametrize("paid", [False, True])
def test_a_part_2_record_needs_its_own_consent(message_class: MessageClass, paid: bool) -> None:
    message = {"portal_route": True, "remuneration": paid}
    excepted = message_class in {C.LEGAL_NOTICE, C.ACCOUNT_TRANSACTIONAL} and not paid

    def answer(consent: Part2Facts | None) -> set[str]:
        return codes(facts(message_class, about_message=message, part2_consent=consent, **PART2))

    assert ("part2_consent_missing" in answer(None)) is not excepted
    care_is_enough = excepted or (message_class in CARE and not paid)
    assert ("part2_consent_care_only" in answer(FOR_CARE)) is not care_is_enough
    assert not {code for code in answer(NAMED) if code.startswith("part2")}
    over = replace(NAMED, until=TODAY - timedelta(days=1))
    assert ("part2_consent_over" in answer(over)) is not excepted
    elsewhere = replace(NAMED, purposes=("wellness",))
    assert ("part2_consent_other_purpose" in answer(elsewhere)) is not care_is_enough


# --- people who are no patients
@pytest.mark.row("MKT-24", "SEN-18")
@pytest.mark.parametrize("relationship", sorted(NOT_PATIENTS))
@pytest.mark.parametrize("message_class", C)
def test_people_who_are_no_patients_get_little_and_only_on_their_yes(
    message_class: MessageClass, relationship: str
) -> None:
    person = {"relationship": Relationship(relationship), "authorization": None}
    open_to_them = message_class in OPEN_TO_ALL | {C.ACCOUNT_TRANSACTIONAL}
    willing = decide(facts(message_class, **person))
    assert (willing.decision is ALLOW) is open_to_them
    silent = facts(message_class, about_message={"opt_in_required": False}, answer=Answer.UNKNOWN, **person)
    if message_class in OPEN_TO_ALL:
        assert codes(silent) == {"consent_missing"}
    if not open_to_them:
        assert "prospect_not_patient" in codes(silent)


@pytest.mark.row("SEN-14")
@pytest.mark.parametrize(
    ("state", "needed"), [("WA", True), ("NV", True), ("", True), ("IL", False), ("NY", False)]
)
def test_washington_and_nevada_ask_prospects_for_consent_to_collection(state: str, needed: bool) -> None:
    asked = facts(
        C.PROSPECT_COMMERCIAL,
        relationship=Relationship.PROSPECT,
        jurisdiction=state,
        collection_consented=False,
    )
    assert (codes(asked) == {"collection_consent_missing"}) is needed


# --- what a person asked for
@pytest.mark.row("RGT-12", "MKT-12")
@pytest.mark.parametrize("message_class", [one for one in C if one is not C.PROSPECT_COMMERCIAL])
def test_another_way_that_is_no_mail_stops_every_class(message_class: MessageClass) -> None:
    for way in (Way.PORTAL, Way.PHONE, Way.LETTER):
        assert codes(facts(message_class, other_way=way)) == {f"other_way_{way.value}"}
    assert decide(facts(message_class, other_way=Way.OTHER_EMAIL)).decision is ALLOW


@pytest.mark.parametrize("message_class", [one for one in C if one is not C.PROSPECT_COMMERCIAL])
def test_a_pause_ends_after_its_last_day(message_class: MessageClass) -> None:
    stops = message_class not in NOTHING_STOPS
    assert ("paused" in codes(facts(message_class, paused_until=TODAY))) is stops
    assert decide(facts(message_class, paused_until=TODAY - timedelta(days=1))).decision is ALLOW


@pytest.mark.row("CON-10")
@pytest.mark.parametrize(
    ("cap", "chosen", "mailed", "code"),
    [
        (None, None, None, "basis_marketing"),
        (4, None, 3, "basis_marketing"),
        (4, None, 4, "frequency_reached"),
        (4, 1, 1, "frequency_chosen_reached"),
        (1, 4, 1, "frequency_reached"),
        (None, 0, 0, "frequency_chosen_reached"),
        (4, None, None, "frequency_unknown"),
        (None, 2, None, "frequency_unknown"),
    ],
)
def test_no_more_mail_than_was_said_or_chosen(
    cap: int | None, chosen: int | None, mailed: int | None, code: str
) -> None:
    assert codes(facts(about_message={"monthly_cap": cap}, monthly_max=chosen, mailed=mailed)) == {code}


@pytest.mark.row("CON-11")
def test_what_we_said_about_advertising_keeps_no_reminder_back() -> None:
    for message_class in C:
        if CLASS_RULES[message_class].category not in PROMOTIONAL:
            assert decide(facts(message_class, about_message={"monthly_cap": 1}, mailed=9)).decision is ALLOW
    assert codes(facts(C.TREATMENT, monthly_max=1, mailed=1)) == {"frequency_chosen_reached"}


@pytest.mark.parametrize(
    ("today", "first"),
    [
        (date(2026, 11, 24), "2026-10-26T00:00:00-05:00"),  # over the end of summer time
        (date(2027, 3, 20), "2027-02-19T00:00:00-06:00"),  # over its beginning
        (date(2028, 3, 29), "2028-02-29T00:00:00-06:00"),
        (date(2028, 3, 1), "2028-02-01T00:00:00-06:00"),
    ],
)
def test_thirty_days_begin_at_midnight_where_the_practice_is(today: date, first: str) -> None:
    assert window_start(today, zone=ZoneInfo("America/Chicago")) == datetime.fromisoformat(first)


# --- addresses and labels
@pytest.mark.row("CON-18")
@pytest.mark.parametrize("message_class", [one for one in C if one is not C.PROSPECT_COMMERCIAL])
def test_an_unproven_address_holds_where_the_house_asks(message_class: MessageClass) -> None:
    asked = facts(message_class, about_message={"address_proof_required": True}, address_proven=False)
    exempt = message_class is C.ACCOUNT_TRANSACTIONAL
    assert codes(asked) == ({f"basis_{message_class}"} if exempt else {"address_unproven"})
    assert decide(facts(message_class, address_proven=False)).decision is ALLOW


@pytest.mark.row("CON-18")
def test_an_unproven_address_holds_what_is_sensitive() -> None:
    message = {"sensitivities": (Sensitivity.GENETIC,), "portal_route": True}
    assert codes(facts(C.TREATMENT, about_message=message, address_proven=False)) == {"address_unproven"}


@pytest.mark.row("CSP-03")
@pytest.mark.parametrize("message_class", [C.GENERAL_HEALTH, C.OPERATIONS_OWN_SERVICE, C.MARKETING])
def test_commercial_mail_is_labelled_or_goes_to_people_who_said_yes(message_class: MessageClass) -> None:
    bare = {"advertising_labelled": False, "opt_in_required": False}
    assert codes(facts(message_class, about_message=bare, answer=Answer.UNKNOWN)) == {
        "advertising_unlabelled"
    }
    assert decide(facts(message_class, about_message=bare)).decision is ALLOW
    labelled = {**bare, "advertising_labelled": True}
    assert decide(facts(message_class, about_message=labelled, answer=Answer.UNKNOWN)).decision is ALLOW


# --- taking a verdict apart
@pytest.mark.parametrize("message_class", C)
def test_the_explanation_comes_to_the_verdict(message_class: MessageClass) -> None:
    for changes in (
        {},
        {"authorization": None},
        {"answer": Answer.REFUSED, "deceased": True},
        {"minor": True, "paused_until": TODAY},
    ):
        asked = facts(message_class, **changes)
        told = tell(asked)
        assert [one.name for one in told] == [rule.name for rule in RULES]
        against = [one for one in told if one.objection is not None]
        assert all(one.arises for one in against)
        verdict = decide(asked)
        weighed = [one.objection for one in against if one.weighs is verdict.decision]
        assert tuple(weighed) == (verdict.reasons if verdict.decision is not ALLOW else ())
        assert all(one.found for one in told)


def test_answers_about_the_message_alone_are_kept_for_everybody_and_come_first() -> None:
    of_message = [rule.is_of_message for rule in RULES]
    assert of_message == sorted(of_message, reverse=True)
    assert all(rule.objection is HOLD for rule in RULES if rule.is_of_message)
