"""For any text whatever: no error, spans inside it, suggestions that change something, and linear time."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bedside.kit.phi import Place, PlaceKind, screen
from bedside.kit.phi.folding import fold
from bedside.kit.phi.readable import from_markup, from_signs

_WORDS = st.sampled_from(
    [
        "your",
        "you",
        "diabetes",
        "flu",
        "shot",
        "is",
        "due",
        "Mrs.",
        "Alvarez",
        "555-0142",
        "219-09-9999",
        "3/14/62",
        "March",
        "9",
        "results",
        "metformin",
        "500",
        "mg",
        "https://maple.example/x?dob=1",
        "since",
        "surgery",
        "as",
        "a",
        "patient",
        "with",
        ".",
        "!",
        "\n",
        "\u200b",
        "\xad",
        "İ",
        "ß",
        "ﬁ",
        "𝐝𝐢𝐚𝐛𝐞𝐭𝐞𝐬",
        "שלום",
        "😀",
        "½",
        "²",
        "{{",
        "first_name",
        "}}",
        "**",
        "[a](b)",
        "<b>",
        "&amp;",
    ]
)
_TEXTS = st.one_of(
    st.text(max_size=300, alphabet=st.characters(exclude_categories=("Cs",))),
    st.lists(_WORDS, max_size=40).map(" ".join),
)


@settings(max_examples=120, deadline=None)
@given(text=_TEXTS, kind=st.sampled_from(PlaceKind))
@example(text="İ Your diabetes", kind=PlaceKind.BODY)
@example(text="\u200bYour flu shot is due\u200b", kind=PlaceKind.SUBJECT)
@example(text="%", kind=PlaceKind.LINK)
def test_never_raises_and_keeps_spans_inside_the_text(text, kind):
    for one in screen([Place(where="w", text=text, kind=kind)]):
        assert one.where == "w"
        assert 0 <= one.start < one.end <= len(text)
        assert one.suggestion is None or one.suggestion != text[one.start : one.end]
        assert one.why.endswith((".", ")"))


@settings(max_examples=80, deadline=None)
@given(text=_TEXTS)
def test_folding_never_grows_and_keeps_every_place(text):
    folded = fold(text)

    assert len(folded.text) == len(folded.lower) <= len(text)
    assert list(folded.sentence_starts) == sorted(set(folded.sentence_starts))
    for start in range(len(folded.text)):
        first, last = folded.span(start, start + 1)
        assert 0 <= first < last <= len(text)


@settings(max_examples=80, deadline=None)
@given(text=_TEXTS, read=st.sampled_from([from_markup, from_signs]))
def test_reading_leads_back_to_what_was_written(text, read):
    for stretch in read(text):
        assert len(stretch.text) == len(stretch.starts) == len(stretch.ends)
        for sign, start, end in zip(stretch.text, stretch.starts, stretch.ends, strict=True):
            assert 0 <= start < end <= len(text)
            assert sign == text[start:end] or sign == "\n" or text[start] == "&"


_HOSTILE = {
    "points": ".",
    "blanks": " ",
    "lines": "\n",
    "digits": "1",
    "digits apart": "1 ",
    "digits dashed": "1-",
    "points and digits": "1.",
    "colons": ":a",
    "letters": "a",
    "capitals": "Maria ",
    "names": "Dear Maria Ann ",
    "at": "a@",
    "dots and at": "a.a@a.",
    "your": "your ",
    "you have": "you have been ",
    "health": "diabetes ",
    "due": "your flu shot ",
    "you are due": "you are due for ",
    "open tags": "<a ",
    "open quotes": '<a href="',
    "brackets": "[a](",
    "stars": "**",
    "entities": "&a",
    "comments": "<!--",
    "slashes": "/a",
    "addresses": "12 a ",
    "percent": "%41",
    "months": "march ",
    "numbers": "mrn ",
    "braces": "{{",
    "hidden": "\u200b",
    "wide": "𝐝",
}


@pytest.mark.parametrize("piece", _HOSTILE.values(), ids=_HOSTILE.keys())
def test_time_grows_no_faster_than_the_text(piece):
    short, long = _seconds(piece, 2_000), _seconds(piece, 16_000)

    # Eight times the text; quadratic would be sixty-four times the time.
    assert long < 25 * max(short, 0.004), f"{short:.3f} s, then {long:.3f} s"


def _seconds(piece: str, length: int) -> float:
    text = (piece * (length // len(piece) + 1))[:length]
    best = 99.0
    for _ in range(2):
        start = time.process_time()
        for kind in (PlaceKind.BODY, PlaceKind.LINK, PlaceKind.PICTURE):
            screen([Place(where="w", text=text, kind=kind)])
        from_markup(text)
        from_signs(text)
        best = min(best, time.process_time() - start)
    return best
