"""The decision table: every class, paid or not, in every state, with the row of law in the name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bedside.decisions.gate.rules import (
    CLASS_RULES,
    REASONS,
    RULE_FAILED,
    RULES,
    Decision,
    Facts,
    MessageClass,
    NoRulesInForce,
    Rule,
    decide,
    replay,
)
from bedside.records.consent.rules import Answer, ExpiryEvent, SuppressionReason
from tests.decisions.gate.cases import SIGNED, TODAY, facts

TO_PATIENTS = [one for one in MessageClass if one is not MessageClass.PROSPECT_COMMERCIAL]
COMMERCIAL = [
    MessageClass.OPERATIONS_OWN_SERVICE,
    MessageClass.GENERAL_HEALTH,
    MessageClass.MARKETING,
]
ALLOW, SUPPRESS, HOLD = Decision.ALLOW, Decision.SUPPRESS, Decision.HOLD


def codes(asked: Facts) -> set[str]:
    return {reason.code for reason in decide(asked).reasons}


@pytest.mark.parametrize("message_class", TO_PATIENTS)
def test_allows_what_nothing_speaks_against_and_says_on_what_basis(message_class: MessageClass) -> None:
    verdict = decide(facts(message_class))
    assert verdict.decision is ALLOW
    assert [reason.code for reason in verdict.reasons] == [f"basis_{message_class}"]
    assert verdict.reasons[0].citation


def test_says_that_treatment_needs_no_authorization() -> None:
    verdict = decide(facts(MessageClass.TREATMENT, authorization=None, answer=Answer.UNKNOWN))
    assert verdict.decision is ALLOW
    assert (verdict.reasons[0].sentence, verdict.reasons[0].citation) == (
        "Treatment: no authorization is needed.",
        "45 CFR 164.506(c)",
    )


# --- authorization: class x remuneration x paper (MKT-02 to MKT-07)
PAPERS = {
    "none": (None, "authorization_missing"),
    "in force": (SIGNED, None),
    "revoked": (replace(SIGNED, revoked=True), "authorization_revoked"),
    "expired": (replace(SIGNED, expires_on=TODAY - timedelta(days=1)), "authorization_expired"),
    "last day": (replace(SIGNED, expires_on=TODAY), None),
    "dated tomorrow": (replace(SIGNED, signed_on=TODAY + timedelta(days=1)), "authorization_not_yet"),
    "other sender": (replace(SIGNED, sender_covered=False), "authorization_other_sender"),
    "from a file": (replace(SIGNED, verified=False), "authorization_unverified"),
    "no end": (replace(SIGNED, expires_on=None), "authorization_without_end"),
    "ends by event": (
        replace(SIGNED, expires_on=None, expires_event=ExpiryEvent.LEFT_PRACTICE),
        None,
    ),
}


@pytest.mark.row("MKT-02")
@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("paid", [False, True], ids=["unpaid", "paid"])
@pytest.mark.parametrize("message_class", [pytest.param(c, id=f"MKT-02 {c}") for c in TO_PATIENTS])
def test_asks_for_an_authorization_where_the_law_does(
    message_class: MessageClass, paid: bool, paper: str
) -> None:
    held, fault = PAPERS[paper]
    asked = facts(message_class, about_message={"remuneration": paid}, authorization=held)
    needed = paid or message_class is MessageClass.MARKETING
    if not needed or fault is None:
        assert decide(asked).decision is ALLOW
        return
    assert decide(asked).decision is (HOLD if fault in UNSEEN else SUPPRESS)
    assert fault in codes(asked)


UNSEEN = {"authorization_unverified", "authorization_without_end"}


@pytest.mark.row("MKT-07")
@pytest.mark.parametrize(
    ("paid", "stated", "decision"),
    [
        pytest.param(True, True, ALLOW, id="MKT-07 paid, the paper says so"),
        pytest.param(True, False, SUPPRESS, id="MKT-07 paid, the paper is silent"),
        pytest.param(False, False, ALLOW, id="MKT-07 unpaid, the paper need not say"),
    ],
)
def test_a_paid_message_needs_a_paper_that_says_so(paid: bool, stated: bool, decision: Decision) -> None:
    paper = replace(SIGNED, remuneration_stated=stated)
    assert decide(facts(about_message={"remuneration": paid}, authorization=paper)).decision is decision


@pytest.mark.row("MKT-06")
def test_a_paid_reminder_goes_on_the_authorization_and_not_as_treatment() -> None:
    """MKT-06."""
    asked = facts(MessageClass.TREATMENT, about_message={"remuneration": True})
    assert codes(asked) == {"basis_paid_authorization"}


# --- what a person said
@pytest.mark.parametrize("message_class", TO_PATIENTS)
def test_a_refused_category_gets_nothing(message_class: MessageClass) -> None:
    verdict = decide(facts(message_class, answer=Answer.REFUSED))
    wanted = ALLOW if message_class is MessageClass.ACCOUNT_TRANSACTIONAL else SUPPRESS
    assert verdict.decision is wanted


def test_cites_the_law_of_each_refusal() -> None:
    assert "15 USC 7704(a)(3)-(4)" in {r.citation for r in decide(facts(answer=Answer.REFUSED)).reasons}
    fundraising = decide(facts(MessageClass.FUNDRAISING, answer=Answer.REFUSED))
    assert fundraising.reasons[0].citation == "45 CFR 164.514(f)(2)(iv)"
    care = decide(facts(MessageClass.TREATMENT, answer=Answer.REFUSED))
    assert care.reasons[0].code == "care_mail_refused"


@pytest.mark.parametrize("message_class", TO_PATIENTS)
@pytest.mark.parametrize("asked_first", [False, True], ids=["law only", "house rule"])
def test_silence_is_a_no_only_where_the_practice_asks_first(
    message_class: MessageClass, asked_first: bool
) -> None:
    asked = facts(message_class, about_message={"opt_in_required": asked_first}, answer=Answer.UNKNOWN)
    if message_class is MessageClass.LEGAL_NOTICE:
        assert codes(asked) == {"notice_not_agreed"}
    elif asked_first and message_class in COMMERCIAL:
        assert codes(asked) == {"opt_in_missing"}
        assert "stricter" in decide(asked).reasons[0].citation
    else:
        assert decide(asked).decision is ALLOW


@pytest.mark.parametrize("message_class", TO_PATIENTS)
def test_a_person_who_stopped_everything_gets_only_answers_to_own_acts(message_class: MessageClass) -> None:
    verdict = decide(facts(message_class, stopped_everything=True))
    wanted = ALLOW if message_class is MessageClass.ACCOUNT_TRANSACTIONAL else SUPPRESS
    assert verdict.decision is wanted


# --- states that speak against every class
@pytest.mark.row("CON-24", "RGT-10", "RGT-15", "RGT-16", "SUP-01")
@pytest.mark.parametrize(
    ("state", "decision", "code"),
    [
        pytest.param({"address_usable": False}, SUPPRESS, "no_address", id="no address"),
        pytest.param({"deceased": True}, SUPPRESS, "deceased", id="RGT-16 deceased"),
        pytest.param({"email_restricted": True}, SUPPRESS, "email_restricted", id="RGT-10 restriction"),
        pytest.param(
            {"suppression": SuppressionReason.BOUNCED}, SUPPRESS, "address_bounced", id="SUP-01 bounced"
        ),
        pytest.param(
            {"suppression": SuppressionReason.COMPLAINED}, SUPPRESS, "address_complained", id="MBX-13"
        ),
        pytest.param(
            {"suppression": SuppressionReason.ASKED}, SUPPRESS, "address_opted_out", id="CON-24 asked"
        ),
        pytest.param(
            {"suppression": SuppressionReason.STAFF}, SUPPRESS, "address_suppressed", id="SUP-01 staff"
        ),
        pytest.param({"minor": True}, HOLD, "minor_without_representative", id="RGT-15 minor"),
    ],
)
@pytest.mark.parametrize("message_class", TO_PATIENTS)
def test_no_class_reaches_a_person_it_must_not_reach(
    message_class: MessageClass, state: dict[str, object], decision: Decision, code: str
) -> None:
    asked = facts(message_class, **state)
    assert decide(asked).decision is decision
    assert code in codes(asked)


def test_a_minor_with_a_parent_on_record_gets_mail() -> None:
    assert decide(facts(MessageClass.TREATMENT, minor=True, representative_recorded=True)).decision is ALLOW
    assert decide(facts(MessageClass.TREATMENT, minor=None)).decision is ALLOW


# --- states of the message
@pytest.mark.row("CON-23", "CSP-04", "CSP-05", "MKT-01", "MKT-05", "MKT-21", "MKT-22", "MKT-23")
@pytest.mark.parametrize(
    ("message_class", "state", "code"),
    [
        pytest.param("marketing", {"message_class": None}, "class_missing", id="MKT-01 no class"),
        pytest.param("marketing", {"category": "reminders"}, "category_mismatch", id="MKT-01 disguise"),
        pytest.param("marketing", {"remuneration": None}, "remuneration_unanswered", id="MKT-05"),
        pytest.param("treatment", {"approved": False}, "not_approved", id="CON-23"),
        pytest.param("treatment", {"encrypted_route": False}, "no_encrypted_route", id="TLS no route"),
        pytest.param(
            "general_health", {"postal_address_present": False}, "postal_address_missing", id="CSP-04"
        ),
        pytest.param("general_health", {"unsubscribe_present": False}, "unsubscribe_missing", id="CSP-05"),
        pytest.param("fundraising", {"unsubscribe_present": False}, "unsubscribe_missing", id="MKT-21"),
        pytest.param(
            "fundraising", {"fundraising_notice_recorded": False}, "fundraising_notice_missing", id="MKT-22"
        ),
        pytest.param(
            "research_recruitment", {"research_basis_recorded": False}, "research_basis_missing", id="MKT-23"
        ),
    ],
)
def test_holds_a_message_that_is_not_ready(message_class: str, state: dict[str, object], code: str) -> None:
    asked = facts(MessageClass(message_class), about_message=state)
    assert decide(asked).decision is HOLD
    assert code in codes(asked)


@pytest.mark.parametrize(
    "message_class", ["treatment", "payment", "refill", "legal_notice", "account_transactional"]
)
def test_asks_care_and_duty_for_no_unsubscribe_link(message_class: str) -> None:
    bare = {"postal_address_present": False, "unsubscribe_present": False}
    assert decide(facts(MessageClass(message_class), about_message=bare)).decision is ALLOW


@pytest.mark.row("MKT-24")
def test_never_lets_the_class_for_strangers_reach_a_patient() -> None:
    """MKT-24: otherwise marketing could go without an authorization under that name."""
    assert codes(facts(MessageClass.PROSPECT_COMMERCIAL)) == {"patient_not_prospect"}


@pytest.mark.row("MKT-08")
def test_a_refill_reminder_needs_a_current_prescription() -> None:
    """MKT-08."""
    assert codes(facts(MessageClass.REFILL, prescription=False)) == {"no_current_prescription"}
    assert codes(facts(MessageClass.REFILL, prescription=None)) == {"no_current_prescription"}


# --- how decide combines
def test_suppressing_beats_holding_and_tells_every_reason_of_its_side() -> None:
    asked = facts(about_message={"approved": False}, deceased=True, answer=Answer.REFUSED)
    assert decide(asked).decision is SUPPRESS
    assert codes(asked) == {"deceased", "category_refused", "opt_in_missing"}


def broken(_: Facts) -> None:
    raise KeyError("Jane Roe")


def with_check(check: object, objection: Decision) -> Rule:
    return replace(RULES[0], check=check, objection=objection)


@pytest.mark.parametrize("objection", [SUPPRESS, HOLD])
def test_a_rule_that_fails_holds_the_message(objection: Decision) -> None:
    verdict = decide(facts(), rules=(*RULES, with_check(broken, objection)))
    assert verdict.decision is HOLD
    assert verdict.reasons == (RULE_FAILED,)


def test_no_rules_are_an_error_and_never_a_yes() -> None:
    with pytest.raises(NoRulesInForce):
        decide(facts(), rules=())
    with pytest.raises(NoRulesInForce):
        decide(facts(today=date(1999, 12, 31)))


def test_a_rule_is_asked_from_its_first_day_on() -> None:
    tomorrow = replace(with_check(broken, HOLD), holds_from=TODAY + timedelta(days=1))
    assert decide(facts(), rules=(*RULES, tomorrow)).decision is ALLOW
    assert decide(facts(today=TODAY + timedelta(days=1)), rules=(*RULES, tomorrow)).decision is HOLD


def test_every_rule_has_a_name_of_its_own_a_question_and_a_source() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule.question.endswith("?")
        assert rule.citation
        assert rule.objection is not ALLOW
        assert rule.check.__module__.rpartition(".")[2] == rule.name


def test_every_reason_has_a_code_of_its_own_and_a_plain_sentence() -> None:
    told = sum(len(rule.reasons) for rule in RULES) + len(CLASS_RULES) + 2
    assert len(REASONS) == told
    for reason in REASONS.values():
        assert reason.sentence.endswith(".")
        assert reason.citation


@pytest.mark.parametrize("message_class", MessageClass)
def test_replays_to_the_same_answer(message_class: MessageClass) -> None:
    for state in (
        {},
        {"authorization": None},
        {"answer": Answer.REFUSED},
        {"suppression": SuppressionReason.STAFF},
    ):
        asked = facts(message_class, **state)
        assert replay(asked.to_bytes()) == decide(asked)
