"""The page for choices: plain, masked, in two languages, in force with the click."""

from __future__ import annotations

import string
from datetime import date
from typing import TYPE_CHECKING

import pytest

from bedside.doors.pickup.visiting import masked
from bedside.doors.pickup.words import TEXTS, Language, choose_language
from bedside.records.authorizations.rules import PLAIN_GRADE_MAX, grade
from bedside.records.authorizations.rules import Language as ReadingLanguage
from bedside.records.consent import actions, queries
from bedside.records.consent.rules import Answer, Category
from bedside.records.patients import actions as patients
from bedside.records.patients import queries as patient_queries
from tests.records.consent.people import ADDRESS
from tests.records.consent.test_answers import PAPER

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from django.test import Client

    from bedside.ground.scope import Scope

LABEL_WORDS = 6  # of fewer, a grade says nothing


def answers(scope: Scope, patient_id: UUID) -> dict[Category, Answer]:
    held = queries.permissions_of(scope, [patient_id])[patient_id]
    return {category: said.answer for category, said in held.permissions.items()}


def test_keeps_a_choice_per_category_at_once(
    door: Client, scope: Scope, jane: UUID, token_for: Callable[[object], str]
) -> None:
    chosen = {"act": "choices", "newsletter": "yes", "offers": "no", "reminders": "yes", "research": "maybe"}
    page = door.post(f"/p/{token_for(None)}", chosen)
    assert "Saved." in page.content.decode()
    held = answers(scope, jane)
    assert held[Category.NEWSLETTER] is Answer.GRANTED
    assert held[Category.OFFERS] is Answer.REFUSED
    assert held[Category.RESEARCH] is Answer.UNKNOWN
    assert held[Category.SERVICES] is Answer.UNKNOWN


def test_saving_the_same_again_writes_nothing(
    door: Client, scope: Scope, jane: UUID, token_for: Callable[[object], str]
) -> None:
    token = token_for(None)
    for _ in range(2):
        page = door.post(f"/p/{token}", {"newsletter": "yes", "offers": "no"})
    assert "Nothing was changed." in page.content.decode()
    assert len(queries.history(scope, jane)) == 2


@pytest.mark.row("CON-04")
def test_nothing_is_ticked_for_a_person_who_said_nothing(
    door: Client, token_for: Callable[[object], str]
) -> None:
    """CON-04."""
    page = door.get(f"/p/{token_for(None)}").content.decode()
    assert "checked" not in page
    assert page.count("You have not chosen yet.") == len(Category)


def test_stops_everything_and_starts_again(
    door: Client, scope: Scope, jane: UUID, token_for: Callable[[object], str]
) -> None:
    token = token_for(Category.NEWSLETTER)
    assert "You have stopped all mails" in door.post(f"/p/{token}", {"act": "stop_all"}).content.decode()
    assert queries.permissions_of(scope, [jane])[jane].stopped_everything_at is not None
    assert "You have stopped all mails" not in door.post(f"/p/{token}", {"act": "resume"}).content.decode()
    assert queries.permissions_of(scope, [jane])[jane].stopped_everything_at is None


@pytest.mark.row("AUT-15")
def test_takes_back_a_signed_permission(
    door: Client, scope: Scope, jane: UUID, at: datetime, token_for: Callable[[object], str]
) -> None:
    """AUT-15."""
    token = token_for(None)
    assert 'value="revoke"' not in door.get(f"/p/{token}").content.decode()
    actions.record_authorization(scope, jane, paper=PAPER, source="paper", at=at)
    assert 'value="revoke"' in door.get(f"/p/{token}").content.decode()
    assert (
        "You have taken back your permission" in door.post(f"/p/{token}", {"act": "revoke"}).content.decode()
    )
    held = queries.permissions_of(scope, [jane])[jane].authorization
    assert held is not None
    assert held.revoked_at is not None


@pytest.mark.row("CON-12")
def test_shows_no_health_and_no_whole_address(
    door: Client, scope: Scope, jane: UUID, at: datetime, token_for: Callable[[object], str]
) -> None:
    """CON-12."""
    from dataclasses import replace

    told = replace(
        patient_queries.get(scope, jane),
        last_name="Roe-Planted",
        conditions=("asthma",),
        medications=("lisinopril",),
        birth_date=date(1980, 2, 29),
    )
    patients.change(scope, told, at=at)
    token = token_for(Category.OFFERS)
    for response in (door.get(f"/u/{token}"), door.get(f"/p/{token}"), door.post(f"/u/{token}")):
        text = response.content.decode()
        assert "j•••@example.org" in text
        assert not [word for word in (ADDRESS, "Jane", "Roe", "asthma", "lisinopril", "1980") if word in text]


@pytest.mark.parametrize(
    ("address", "shown"),
    [("jane@example.org", "j•••@example.org"), ("a@b.example", "a•••@b.example"), ("", "")],
)
def test_masks_an_address(address: str, shown: str) -> None:
    assert masked(address) == shown


def test_refuses_a_body_that_no_form_of_ours_sends(
    door: Client, scope: Scope, jane: UUID, token_for: Callable[[object], str]
) -> None:
    response = door.post(f"/p/{token_for(None)}", {"act": "stop_all", "more": "x" * 10_000})
    assert response.status_code == 413
    assert queries.history(scope, jane) == []


def test_speaks_spanish_by_address_or_browser(door: Client, token_for: Callable[[object], str]) -> None:
    token = token_for(None)
    by_browser = door.get(f"/p/{token}", headers={"accept-language": "es-MX,es;q=0.9,en;q=0.8"})
    by_address = door.get(f"/p/{token}?lang=es", headers={"accept-language": "en"})
    for response in (by_browser, by_address):
        text = response.content.decode()
        assert '<html lang="es">' in text
        assert "¿Qué correos quiere recibir?" in text
        assert "Which mails" not in text
        assert response["Content-Language"] == "es"


@pytest.mark.parametrize(
    ("wanted", "accepted", "language"),
    [
        ("", "", "en"),
        ("", "fr-FR, es;q=0.5", "es"),
        ("", "en-GB,es", "en"),
        ("de", "es", "es"),
        ("es", "en", "es"),
        ("<script>", ";;;,,,", "en"),
    ],
)
def test_chooses_a_language_it_has(wanted: str, accepted: str, language: str) -> None:
    assert choose_language(wanted, accepted) == language


def test_both_languages_say_the_same_things() -> None:
    english, spanish = TEXTS[Language.ENGLISH], TEXTS[Language.SPANISH]
    assert set(english) == set(spanish)
    for key, text in english.items():
        places = [
            {name for _, name, _, _ in string.Formatter().parse(one) if name} for one in (text, spanish[key])
        ]
        assert places[0] == places[1], key


def test_reads_at_the_level_of_sixth_grade() -> None:
    """Flesch-Kincaid over all English texts, with syllables counted roughly by groups of vowels."""
    import re

    text = " ".join(one if one[-1] in ".?!" else one + "." for one in TEXTS[Language.ENGLISH].values())
    words = re.findall(r"[A-Za-z']+", text)
    sentences = len(re.findall(r"[.?!]", text))
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", word.lower())))) for word in words)
    grade = 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59
    assert grade <= 6


@pytest.mark.parametrize("language", list(Language))
def test_no_sentence_is_harder_than_eighth_grade(language: Language) -> None:
    reading = ReadingLanguage(language.value)
    hard = {
        key: text
        for key, text in TEXTS[language].items()
        if len(text.split()) > LABEL_WORDS and grade(text, reading) > PLAIN_GRADE_MAX
    }
    assert hard == {}


def test_asks_search_engines_to_stay_away(door: Client) -> None:
    assert b"Disallow: /" in door.get("/robots.txt").content
