"""What keeps a form from being published: one sentence and one citation for each thing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bedside.records.authorizations.rules import (
    Expiry,
    ExpiryException,
    Language,
    Part,
    Purpose,
    PurposeKind,
    SignaturePurpose,
    is_placeholder,
    problems,
    register_of,
)
from bedside.records.consent.rules import ExpiryEvent, Sensitivity
from tests.records.authorizations.forms import PRACTICE, form, without

KNOWN = register_of([])


def codes(content):
    return [problem.code for problem in problems(content, purposes=KNOWN, practice_name=PRACTICE)]


@pytest.mark.parametrize("starter", ["marketing", "paid", "california", "washington", "part2"])
def test_lets_a_complete_form_be_published(starter):
    assert problems(form(starter), purposes=KNOWN, practice_name=PRACTICE) == ()


MISSING = [
    pytest.param(Part.INFORMATION, "45 CFR 164.508(c)(1)(i)", marks=pytest.mark.row("AUT-01")),
    pytest.param(Part.DISCLOSER, "45 CFR 164.508(c)(1)(ii)", marks=pytest.mark.row("AUT-02")),
    pytest.param(Part.RECIPIENT, "45 CFR 164.508(c)(1)(iii)", marks=pytest.mark.row("AUT-03")),
    pytest.param(Part.REASON, "45 CFR 164.508(c)(1)(iv)", marks=pytest.mark.row("AUT-04")),
    pytest.param(Part.REVOKE, "45 CFR 164.508(c)(2)(i)", marks=pytest.mark.row("AUT-07")),
    pytest.param(Part.CONDITIONING, "45 CFR 164.508(c)(2)(ii)", marks=pytest.mark.row("AUT-08")),
    pytest.param(Part.REDISCLOSURE, "45 CFR 164.508(c)(2)(iii)", marks=pytest.mark.row("AUT-09")),
    pytest.param(Part.REMUNERATION, "45 CFR 164.508(a)(3)(ii), (a)(4)"),
    pytest.param(Part.TITLE, "45 CFR 164.508(c)(3)"),
]


@pytest.mark.parametrize(("part", "citation"), MISSING)
@pytest.mark.parametrize("language", list(Language))
def test_names_the_missing_element_its_language_and_the_law(part, citation, language):
    [problem] = problems(
        without(form("paid"), part, language=language), purposes=KNOWN, practice_name=PRACTICE
    )
    assert (problem.code, problem.citation, problem.part, problem.language) == (
        f"missing_{part.value}", citation, part, language,
    )  # fmt: skip
    assert problem.sentence.endswith(f"{'Spanish' if language is Language.SPANISH else 'English'}.")


PART2 = {
    Part.INFORMATION: "42 CFR 2.31(a)(3)", Part.DISCLOSER: "42 CFR 2.31(a)(2)", Part.RECIPIENT: "42 CFR 2.31(a)(4)",
    Part.REASON: "42 CFR 2.31(a)(5)", Part.REVOKE: "42 CFR 2.31(a)(6)", Part.CONDITIONING: "42 CFR 2.31(a)(10)",
    Part.REDISCLOSURE: "42 CFR 2.31(a)(10)",
}  # fmt: skip


@pytest.mark.row("SEN-03")
@pytest.mark.parametrize("part", list(PART2))
def test_a_part_2_consent_lacks_one_element(part):
    [problem] = problems(without(form("part2"), part), purposes=KNOWN, practice_name=PRACTICE)
    assert (problem.code, problem.citation) == (f"missing_{part.value}", PART2[part])


@pytest.mark.row("SEN-03")
def test_a_part_2_consent_for_more_than_care_needs_an_end():
    for_care = form("part2", expiry=Expiry())
    assert codes(for_care) == []  # "none" is enough for care, payment and operations
    assert codes(replace(for_care, purposes=("own_services",))) == ["missing_expiry"]


@pytest.mark.row("SEN-04")
def test_a_consent_for_care_never_names_marketing():
    assert codes(form("part2", purposes=("care_and_payment", "own_services"))) == ["care_and_more"]
    assert codes(form("marketing", purposes=("care_and_payment",))) == ["care_needs_none"]


@pytest.mark.row("AUT-01")
@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "TBD",
        "your data",
        "[describe the information here]",
        "Lorem ipsum dolor sit amet",
        "xxx yyy zzz xxx",
        "All about ____ and more",
        "... ... ... ... .....",
    ],
)
def test_takes_no_placeholder_for_a_description(text):
    assert is_placeholder(text)
    assert codes(without(form(), Part.INFORMATION, text=text)) == ["missing_information"]


@pytest.mark.row("AUT-02")
def test_asks_that_the_form_names_this_practice():
    elsewhere = without(form(), Part.DISCLOSER, text="The staff of Elm Street Dental.")
    elsewhere = without(elsewhere, Part.RECIPIENT, text="A company in Springfield, nobody else.")
    assert codes(elsewhere) == ["sender_not_named"]


@pytest.mark.row("AUT-04")
@pytest.mark.parametrize("purposes", [(), ("no_such_purpose",), ("own_services", "no_such_purpose")])
def test_asks_for_purposes_from_the_register(purposes):
    assert "missing_purpose" in codes(form(purposes=purposes))


@pytest.mark.row("AUT-05")
def test_refuses_no_end_for_anything_but_research():
    assert codes(form(expiry=Expiry())) == ["missing_expiry"]
    assert codes(form(expiry=Expiry(), purposes=("research_recruitment",))) == []
    assert codes(form(expiry=Expiry(), purposes=("research_recruitment", "own_services"))) == [
        "missing_expiry"
    ]
    assert codes(form(expiry=Expiry(event=ExpiryEvent.LEFT_PRACTICE))) == []


@pytest.mark.parametrize("days", [0, -1, 3651])
def test_refuses_days_that_cannot_be(days):
    assert codes(form(expiry=Expiry(days=days))) == ["expiry_days"]


@pytest.mark.row("AUT-13")
@pytest.mark.parametrize("other", list(SignaturePurpose))
def test_never_shares_its_signature(other):
    [problem] = problems(form(also_signs=frozenset({other})), purposes=KNOWN, practice_name=PRACTICE)
    assert (problem.code, problem.citation) == ("combined", "45 CFR 164.508(b)(3)")


@pytest.mark.row("AUT-14")
def test_care_may_not_depend_on_a_marketing_form():
    assert codes(form(conditioned=True)) == ["conditioned"]
    assert codes(form(conditioned=True, purposes=("research_recruitment",))) == []


@pytest.mark.row("AUT-22")
def test_psychotherapy_notes_stand_alone():
    notes = form(psychotherapy_notes=True, sensitivities=(Sensitivity.MENTAL_HEALTH,))
    assert codes(notes) == []
    assert codes(replace(notes, purposes=("own_services", "testimonial"))) == ["psychotherapy_combined"]
    mixed = (Sensitivity.MENTAL_HEALTH, Sensitivity.GENETIC)
    assert codes(replace(notes, sensitivities=mixed)) == ["psychotherapy_combined"]


@pytest.mark.row("AUT-23", "SEN-12")
def test_a_california_form_ends_within_a_year_or_says_why_not():
    california = form("california")
    assert codes(california) == []
    for expiry in (Expiry(days=366), Expiry(event=ExpiryEvent.LEFT_PRACTICE)):
        assert codes(replace(california, expiry=expiry)) == ["california_year"]
        allowed = replace(expiry, exception=ExpiryException.CLINICAL_TRIAL)
        assert codes(replace(california, expiry=allowed)) == []


@pytest.mark.row("AUT-24")
def test_a_washington_form_ends_within_a_year_and_is_about_the_sale_alone():
    washington = form("washington")
    assert codes(washington) == []
    assert codes(replace(washington, expiry=Expiry(days=366))) == ["washington_year"]
    excused = Expiry(days=366, exception=ExpiryException.PERSON_ASKED)
    assert codes(replace(washington, expiry=excused)) == ["washington_year"]
    assert codes(replace(washington, purposes=("data_sale", "own_services"))) == ["washington_separate"]


def test_a_sale_says_that_somebody_pays():
    assert "sale_unpaid" in codes(form("washington", remuneration=False))


def test_a_purpose_of_the_practices_own_counts_as_its_kind():
    own = Purpose(
        code="our_study", kind=PurposeKind.RESEARCH, names={Language.ENGLISH: "Our study"}, own=True
    )
    endless = form(expiry=Expiry(), purposes=("our_study",))
    assert problems(endless, purposes=register_of([own]), practice_name=PRACTICE) == ()


def test_a_language_nobody_wrote_in_is_not_asked_for():
    english = form()
    english = replace(english, texts={Language.ENGLISH: english.texts[Language.ENGLISH]})
    assert codes(english) == []
    assert codes(replace(english, texts={})) == ["no_language"]
