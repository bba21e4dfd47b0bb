"""What a sign-up form may be, and what it says before its button."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.ground.errors import Refusal
from bedside.records.consent.rules import Category
from bedside.records.patients.rules import Relationship
from bedside.records.signups import actions
from bedside.records.signups.rules import (
    BadAnswers,
    FormTexts,
    Language,
    Promises,
    answers_from_bytes,
    answers_to_bytes,
    check_definition,
    check_publishable,
    definition_from_plain,
    definition_to_plain,
    read_answers,
    statement,
    wording_text,
)
from tests.records.signups.forms import ADDRESS, TEXTS, answers, definition, promise

if TYPE_CHECKING:
    from datetime import datetime

    from bedside.ground.scope import Scope

TODAY = date(2026, 11, 20)
PROMISES = Promises(
    practice="Maple Street",
    monthly={Category.NEWSLETTER: 4, Category.OFFERS: 1},
    notice_url="https://maple.example/notice",
    notice_version="2026-02",
    consumer_policy_url="https://maple.example/health-data",
)


@pytest.mark.row("CON-04")
@pytest.mark.parametrize(
    "foreign",
    [
        {"default": True},
        {"checked": ["newsletter"]},
        {"categories": [{"code": "newsletter", "default": True}]},
        {"preset_ticks": []},
    ],
)
def test_refuses_a_form_with_a_box_that_comes_ticked(foreign: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refused:
        definition_from_plain({**definition_to_plain(definition()), **foreign})
    assert refused.value.code == "preset_tick"
    assert definition_from_plain(definition_to_plain(definition())) == definition()


@pytest.mark.row("AUT-13")
def test_refuses_an_authorization_in_a_form() -> None:
    with pytest.raises(Refusal) as refused:
        definition_from_plain({**definition_to_plain(definition()), "authorization": "x"})
    assert refused.value.code == "authorization_in_form"
    for why in ("I authorize the use of my records.", "Autorizo el uso de mis datos."):
        with pytest.raises(Refusal) as refused:
            check_definition(definition(texts={Language.ENGLISH: FormTexts(title="Mail", why=why)}))
        assert refused.value.code == "authorization_in_form"


@pytest.mark.row("CON-10")
def test_offers_no_mail_without_saying_how_often() -> None:
    check_publishable(definition(), PROMISES)
    with pytest.raises(Refusal) as refused:
        check_publishable(definition(categories=(Category.NEWSLETTER, Category.RESEARCH)), PROMISES)
    assert refused.value.code == "frequency"


@pytest.mark.row("CON-25", "SEN-15")
@pytest.mark.parametrize(
    ("missing", "code"),
    [("notice_url", "notice"), ("notice_version", "notice"), ("consumer_policy_url", "consumer_policy")],
)
def test_publishes_nothing_without_its_notice_and_policy(
    scope: Scope, at: datetime, missing: str, code: str
) -> None:
    promise(scope, at=at, **{missing: ""})
    form_id = actions.save_form(scope, None, definition(), at=at)
    with pytest.raises(Refusal) as refused:
        actions.publish_form(scope, form_id, based_on=1, at=at)
    assert refused.value.code == code


@pytest.mark.row("SEN-15")
def test_says_where_the_policy_for_people_who_are_no_patients_stands() -> None:
    for relationship, shown in ((Relationship.PROSPECT, True), (Relationship.PATIENT, False)):
        said = statement(definition(relationship=relationship), PROMISES, language=Language.ENGLISH)
        assert bool(said.policy) is shown


@pytest.mark.row("CON-10", "CON-26")
def test_says_what_why_how_often_and_how_to_stop_in_each_language() -> None:
    expected = {
        Language.ENGLISH: (
            "Tips for staying well.",
            "At most 4 mails a month.",
            "At most 1 mail a month.",
            "stop at any",
        ),
        Language.SPANISH: (
            "Consejos para estar bien.",
            "4 correos al mes.",
            "1 correo al mes.",
            "Puede parar en todo",
        ),
    }
    for language, parts in expected.items():
        text = wording_text(statement(definition(), PROMISES, language=language))
        assert all(part in text for part in parts)
        assert "[x]" not in text


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": " "}, "form_name"),
        ({"relationship": Relationship.WORKFORCE}, "relationship"),
        ({"categories": ()}, "categories"),
        ({"texts": {}}, "languages"),
        ({"texts": {Language.ENGLISH: FormTexts(title="", why="x")}}, "title"),
        ({"texts": {Language.ENGLISH: FormTexts(title="x", why="")}}, "why"),
        ({"texts": {**TEXTS, Language.SPANISH: FormTexts(title="x", why="y")}}, "interests"),
        ({"websites": ("http://maple.example",)}, "websites"),
        ({"websites": ("https://maple.example/join",)}, "websites"),
        ({"websites": ("https://a.example; script-src *",)}, "websites"),
        ({"websites": ("https://*.example",)}, "websites"),
    ],
)
def test_refuses_what_is_no_form(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_definition(definition(**changes))
    assert refused.value.code == code


def test_takes_only_what_the_form_offers() -> None:
    typed = {"email": ADDRESS, "phone": "555-0100", "birth_date": "2/29/2000", "language": "es", "mrn": "7"}
    given = read_answers(
        definition(asked=()), typed, ticked={"newsletter", "research"}, topics={"9"}, language=Language.ENGLISH,
        today=TODAY,
    )  # fmt: skip
    assert given.categories == (Category.NEWSLETTER,)
    assert (given.phone, given.birth_date, given.language) == ("", None, Language.ENGLISH)
    whole = read_answers(definition(), typed, ticked=(), topics=(), language=Language.ENGLISH, today=TODAY)
    assert (whole.birth_date, whole.language) == (date(2000, 2, 29), Language.SPANISH)


def test_says_what_cannot_be_read() -> None:
    typed = {"email": "paula at example", "phone": "5" * 41, "birth_date": "2027-01-01"}
    with pytest.raises(BadAnswers) as refused:
        read_answers(definition(), typed, ticked=(), topics=(), language=Language.ENGLISH, today=TODAY)
    assert refused.value.problems == {"email": "address", "phone": "long", "birth_date": "date"}


@given(
    st.dictionaries(
        st.sampled_from(["email", "first_name", "phone", "state", "language", "birth_date"]),
        st.text(max_size=90),
    )
)
def test_whatever_is_typed_is_answers_or_a_refusal(typed: dict[str, str]) -> None:
    try:
        given = read_answers(
            definition(), typed, ticked={"collection"}, topics={"0"}, language=Language.ENGLISH, today=TODAY
        )
    except BadAnswers:
        return
    assert answers_from_bytes(answers_to_bytes(given, seen={"form": "x"})) == (given, {"form": "x"})


def test_answers_come_back_as_they_were() -> None:
    whole = answers(birth_date=TODAY, interests=("Sleep",), collection=True)
    assert answers_from_bytes(answers_to_bytes(whole, seen={})) == (whole, {})
