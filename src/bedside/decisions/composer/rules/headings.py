"""Name, subject, preview line and class: what travels in the header, and what the footer depends on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bedside.decisions.composer.rules.content import Problem, Where
from bedside.decisions.composer.rules.fields import (
    FIELDS,
    LACKING,
    nearest_field,
    practice_lacks,
    stray_braces,
    written_places,
)
from bedside.decisions.gate.rules.classes import CLASS_RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedside.decisions.composer.rules.content import Draft
    from bedside.decisions.composer.rules.fields import Written
    from bedside.safeguards.practices.rules import Profile

SUBJECT_LENGTH_MAX = 150
PREHEADER_LENGTH_MAX = 200
_PRETENDS_ANSWER = re.compile(r"\s*(?:re|fwd?|aw)\s*:", re.IGNORECASE)
_ODD_SIGN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def check_headings(draft: Draft, practice: Profile) -> Iterator[Problem]:
    """Problems of subject, preview line and class."""
    if draft.message_class is None:
        yield _problem("class", Where.CLASS, "choose what kind of message this is; the law asks for it.")
    yield from _subject_problems(draft)
    if len(draft.preheader) > PREHEADER_LENGTH_MAX:
        yield _problem(
            "long", Where.PREHEADER, f"shorten the preview line to {PREHEADER_LENGTH_MAX} characters."
        )
    for where, text in ((Where.SUBJECT, draft.subject), (Where.PREHEADER, draft.preheader)):
        if _ODD_SIGN.search(text):
            yield _problem("sign", where, "it has signs that cannot be seen; write it anew on one line.")
        for code, sentence in _field_problems(text, practice):
            yield _problem(code, where, sentence)


def _subject_problems(draft: Draft) -> Iterator[Problem]:
    if not draft.subject.strip():
        yield _problem("empty", Where.SUBJECT, "write a subject.")
    if len(draft.subject) > SUBJECT_LENGTH_MAX:
        yield _problem("long", Where.SUBJECT, f"shorten the subject to {SUBJECT_LENGTH_MAX} characters.")
    commercial = draft.message_class is None or CLASS_RULES[draft.message_class].opt_out
    # A subject must not pretend to be an answer: 15 USC 7704(a)(2), CSP-02.
    if commercial and _PRETENDS_ANSWER.match(draft.subject):
        yield _problem(
            "misleading", Where.SUBJECT, "do not begin with “Re:” or “Fwd:”; this is no answer to anything."
        )


def _field_problems(text: str, practice: Profile) -> Iterator[tuple[str, str]]:
    """Headers travel and are shown in the clear on lock screens: nothing but a first name (MIN-04)."""
    if stray_braces(text):
        yield (
            "field",
            "“{{” and “}}” belong around a field's name, such as {{ first_name }}; put the missing part.",
        )
    for place in written_places(text):
        if lacking := practice_lacks(place.field, practice):
            yield LACKING, lacking
        elif sentence := _place_problem(place):
            yield "field", sentence


def _place_problem(place: Written) -> str | None:
    known = FIELDS.get(place.field)
    if known is None:
        near = nearest_field(place.field)
        return f"there is no field “{place.field}”; did you mean “{near or 'first_name'}”?"
    if not known.heading:
        allowed = " or ".join(field.name for field in FIELDS.values() if field.heading)
        return f"the field “{known.name}” may not stand here, where anybody may see it; use {allowed}."
    if known.of_practice and place.fallback is not None:
        return f"the field “{known.name}” is the same for everybody; remove the words after “|”."
    if place.fallback == "":
        return f"write the words to use without a {known.label.lower()} after “|”."
    return None


def _problem(code: str, where: Where, sentence: str) -> Problem:
    return Problem(code=code, where=where, sentence=sentence)
