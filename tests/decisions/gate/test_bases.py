"""What a message may never rest on, and that a signature alone is no choice of a kind of mail."""

from __future__ import annotations

import re

import pytest

from bedside.decisions.gate.rules import (
    CLASS_RULES,
    REASONS,
    ROWS,
    RULES,
    Basis,
    Decision,
    MessageClass,
    decide,
)
from bedside.decisions.gate.rules.basis import BASES
from bedside.records.consent.rules import Answer, Category
from tests.decisions.gate.cases import facts

EXCEPTIONS = re.compile(
    r"face.to.face|nominal|promotional gift|164\.508\(a\)\(3\)\(i\)\([AB]\)", re.IGNORECASE
)


@pytest.mark.row("MKT-04")
def test_no_basis_is_one_of_the_two_exceptions_for_face_to_face_and_gifts() -> None:
    """45 CFR 164.508(a)(3)(i)(A)-(B) are no basis for anything written."""
    words = [f"{one.code} {one.sentence} {one.citation}" for one in (*BASES, *REASONS.values())]
    words += [f"{row.code} {row.words} {row.citation}" for row in ROWS]
    words += [f"{rule.name} {rule.question} {rule.citation}" for rule in RULES]
    words += [f"{one} {rule.label} {rule.basis} {rule.citation}" for one, rule in CLASS_RULES.items()]
    words += [basis.value for basis in Basis]
    assert len(words) > len(MessageClass)
    assert [text for text in words if EXCEPTIONS.search(text)] == []


@pytest.mark.row("MKT-04")
def test_marketing_rests_on_an_authorization_and_nothing_else() -> None:
    assert {basis.value for basis in Basis} == {"none", "consent", "authorization", "paid_authorization"}
    without = facts(MessageClass.MARKETING, authorization=None)
    assert decide(without).decision is Decision.SUPPRESS


@pytest.mark.row("CON-09")
@pytest.mark.parametrize(
    ("answer", "codes"),
    [
        (Answer.GRANTED, ["basis_marketing"]),
        (Answer.UNKNOWN, ["opt_in_missing"]),
        (Answer.REFUSED, ["category_refused", "opt_in_missing"]),
    ],
)
def test_a_kind_of_mail_that_was_not_chosen_stays_away_whatever_was_signed(
    answer: Answer, codes: list[str]
) -> None:
    asked = facts(MessageClass.MARKETING, answer=answer)
    verdict = decide(asked)
    assert sorted(reason.code for reason in verdict.reasons) == codes
    assert (verdict.decision is Decision.ALLOW) == (answer is Answer.GRANTED)


@pytest.mark.row("CON-09")
def test_every_kind_of_mail_that_needs_a_yes_has_a_category_to_choose() -> None:
    of_choice = {rule.category for rule in CLASS_RULES.values() if rule.opt_in_where_asked}
    assert of_choice == {Category.NEWSLETTER, Category.SERVICES, Category.OFFERS}
