"""The fixed texts: plain, the same in both languages, silent about anybody's care, and never changed unseen."""

from __future__ import annotations

import hashlib
import re

import pytest

from bedside.correspondence.letters.wording import FRAMES, LANGUAGES, mark_of, wording
from bedside.doors.pickup.confirming_words import BUTTONS, CONFIRMING
from bedside.doors.pickup.words import Language as PageLanguage
from bedside.records.consent.proving import Confirmed
from bedside.records.consent.rules import LetterKind

EACH = [(kind, language) for kind in LetterKind for language in LANGUAGES]
GRADE_MAX = 8.0
# Of the texts that were sent so far. Whoever changes one adds the old one to `_EARLIER` and the new mark here.
TEXTS_SHA256 = "570afe4d2d7a03f61b7324164fb2267918229b746967c56b2f6af26893936294"
# Words that would tell what somebody is treated for, or that they are.
TELLING = re.compile(
    r"diagnos|treat|patient|therap|recovery|mental|cancer|pregnan|weight|drug|alcohol|appointment|visit|doctor|"
    r"pacient|tratamiento|terapia|embaraz|cita\b|médic|doctor",
    re.IGNORECASE,
)


def grade(text: str) -> float:
    """Flesch-Kincaid; for Spanish, whose words are longer, by Fernandez Huerta's ease scaled to the same ends."""
    words = re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)?", text)
    sentences = max(1, len(re.findall(r"[.!?]", text)))
    syllables = sum(
        max(1, len(re.findall(r"[aeiouyáéíóúü]+", word.lower().removesuffix("e")))) for word in words
    )
    return 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59


def spanish_ease(text: str) -> float:
    """Fernandez Huerta (1959): above 60 is plain."""
    words = re.findall(r"[^\W\d_]+", text)
    sentences = max(1, len(re.findall(r"[.!?]", text)))
    syllables = sum(max(1, len(re.findall(r"[aeiouáéíóúü]+", word.lower()))) for word in words)
    return 206.84 - 60 * syllables / len(words) - 1.02 * len(words) / sentences


def whole(kind: LetterKind, language: str) -> str:
    text, frame = wording(kind, language), FRAMES[language]
    parts = [*text.paragraphs, text.why, frame.no_reply_needed]
    return " ".join(parts).replace("{{ practice }}", frame.neutral_practice)


@pytest.mark.parametrize(("kind", "language"), EACH)
def test_is_plain_enough_for_eighth_grade(kind: LetterKind, language: str) -> None:
    text = whole(kind, language)
    if language == "es":
        assert spanish_ease(text) >= 60, text
    else:
        assert grade(text) <= GRADE_MAX, text


@pytest.mark.row("CON-08")
@pytest.mark.parametrize(("kind", "language"), EACH)
def test_holds_nothing_about_care_and_no_place_for_it(kind: LetterKind, language: str) -> None:
    text = wording(kind, language)
    assert not TELLING.search(text.subject)
    assert not TELLING.search(" ".join(text.paragraphs))
    places = set(re.findall(r"\{\{ *(\w+) *\}\}", " ".join((text.subject, *text.paragraphs, text.why))))
    assert places <= {"practice"}
    assert "{{" not in text.subject


@pytest.mark.parametrize("kind", list(LetterKind))
def test_both_languages_say_as_much(kind: LetterKind) -> None:
    english, spanish = wording(kind, "en"), wording(kind, "es")
    assert english != spanish
    assert len(english.paragraphs) == len(spanish.paragraphs)
    assert bool(english.button) == bool(spanish.button)
    assert wording(kind, "fr") == english


@pytest.mark.row("CON-03")
def test_no_text_changes_without_its_old_one_being_kept() -> None:
    marks = "".join(mark_of(wording(kind, language), language) for kind, language in EACH)
    assert hashlib.sha256(marks.encode()).hexdigest() == TEXTS_SHA256


def test_the_page_says_every_outcome_in_both_languages() -> None:
    for language in PageLanguage:
        assert set(CONFIRMING[language]) == set(Confirmed)
        assert BUTTONS[language]
        text = " ".join(" ".join(said) for said in CONFIRMING[language].values())
        assert spanish_ease(text) >= 60 if language is PageLanguage.SPANISH else grade(text) <= GRADE_MAX
