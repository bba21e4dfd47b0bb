"""How hard a form is to read."""

from __future__ import annotations

import pytest

from bedside.records.authorizations.rules import PLAIN_GRADE_MAX, Language, content_grade, grade
from bedside.records.authorizations.rules.readability import _english_syllables, _spanish_syllables
from tests.records.authorizations.forms import form

PLAIN = "We write to you about our care. You can stop at any time. Just tell us."
LEGAL = (
    "Notwithstanding the aforementioned provisions, the undersigned irrevocably authorizes the redisclosure of "
    "individually identifiable health information to affiliated business associates and their successors."
)
LLANO = "Le escribimos sobre su salud. Puede parar cuando quiera. Solo nos lo dice."
JURIDICO = (
    "No obstante las disposiciones anteriormente mencionadas, el abajo firmante autoriza irrevocablemente la "
    "divulgación de información sanitaria individualmente identificable a los asociados comerciales."
)


@pytest.mark.row("AUT-10")
@pytest.mark.parametrize(
    ("text", "language", "plain"),
    [
        (PLAIN, Language.ENGLISH, True),
        (LEGAL, Language.ENGLISH, False),
        (LLANO, Language.SPANISH, True),
        (JURIDICO, Language.SPANISH, False),
    ],
)
def test_tells_plain_words_from_legal_ones(text, language, plain):
    assert (grade(text, language) <= PLAIN_GRADE_MAX) is plain


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("cat", 1),
        ("practice", 2),
        ("information", 4),
        ("used", 1),
        ("treated", 2),
        ("table", 2),
        ("the", 1),
        ("services", 3),
        ("rhythm", 1),
    ],
)
def test_counts_english_syllables(word, count):
    assert _english_syllables(word) == count


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("gato", 2),
        ("información", 4),
        ("día", 2),
        ("cuando", 2),
        ("guerra", 2),
        ("leer", 2),
        ("quiere", 2),
        ("país", 2),
    ],
)
def test_counts_spanish_syllables(word, count):
    assert _spanish_syllables(word) == count


def test_flesch_kincaid_of_a_known_sentence():
    """13 words, 1 sentence, 17 syllables by hand: 0.39 * 13 + 11.8 * 17 / 13 - 15.59."""
    text = "The old man sat by the river and told stories to many children."
    assert grade(text, Language.ENGLISH) == pytest.approx(0.39 * 13 + 11.8 * 17 / 13 - 15.59, abs=0.1)


@pytest.mark.parametrize("text", ["", "   ", "!!!", "\n\n"])
def test_no_words_ask_nothing(text):
    assert grade(text, Language.ENGLISH) == 0


@pytest.mark.row("AUT-10")
@pytest.mark.parametrize("starter", ["marketing", "paid", "california", "washington", "part2"])
@pytest.mark.parametrize("language", list(Language))
def test_the_forms_to_begin_with_are_plain(starter, language):
    assert content_grade(form(starter), language) <= PLAIN_GRADE_MAX
