"""The recipient's own record, recognised in whatever form it is written: certain, since we hold it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bedside.kit.phi.folding import fold
from bedside.kit.phi.hits import Hit
from bedside.kit.phi.nouns import Kind, Level

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bedside.kit.phi.dates import Written
    from bedside.kit.phi.folding import Folded
    from bedside.kit.phi.nouns import OwnRecord

_DIGIT_RUN: Final = re.compile(r"\d(?:[ ().-]{0,2}\d){3,20}")
_NUMBER_LENGTH_MIN: Final = 4
_LENGTH_MIN: Final = 2
_VALUES_MAX: Final = 200


def own_hits(folded: Folded, own: OwnRecord, written: Sequence[Written]) -> Iterator[Hit]:
    """Each value of the record that the text has, also in other spacing, case or form."""
    for kind, values, why in (
        (Kind.NAME, own.names, "This is the reader's name."),
        (Kind.EMAIL, own.emails, "This is the reader's mail address."),
        (Kind.ADDRESS, own.addresses, "This is the reader's postal address."),
        (Kind.CONDITION, own.terms, "This is in the reader's own record."),
    ):
        for value in values[:_VALUES_MAX]:
            yield from _words(folded, value, kind, why)
    yield from _numbers(folded, own)
    for one in written:
        is_birth = one.day is not None and one.day == own.birth_date
        if is_birth or (one.day is not None and one.day in own.dates):
            why = (
                "This is the reader's birth date." if is_birth else "This date is in the reader's own record."
            )
            yield Hit(
                start=one.start,
                end=one.end,
                kind=Kind.BIRTH_DATE if is_birth else Kind.DATE,
                level=Level.CERTAIN,
                why=why,
                suggestion="",
            )


def _words(folded: Folded, value: str, kind: Kind, why: str) -> Iterator[Hit]:
    words = re.findall(r"[\w'@+]+", fold(value).lower)
    if len("".join(words)) < _LENGTH_MIN:
        return
    expression = re.compile(r"(?<![\w])" + r"[\s,.\-_/]{1,3}".join(map(re.escape, words)) + r"(?![\w])")
    for match in expression.finditer(folded.lower):
        yield Hit(start=match.start(), end=match.end(), kind=kind, level=Level.CERTAIN, why=why)


def _numbers(folded: Folded, own: OwnRecord) -> Iterator[Hit]:
    """Numbers by their digits alone; those with letters as they are written."""
    digits = {re.sub(r"\D", "", number)[-10:] for number in own.numbers if not re.search(r"[A-Za-z]", number)}
    digits = {number for number in digits if len(number) >= _NUMBER_LENGTH_MIN}
    for match in _DIGIT_RUN.finditer(folded.text):
        if re.sub(r"\D", "", match[0])[-10:] in digits:
            yield _number(match)
    for number in own.numbers:
        if re.search(r"[A-Za-z]", number) and len(number) >= _NUMBER_LENGTH_MIN:
            for match in re.finditer(rf"(?<!\w){re.escape(number.lower())}(?!\w)", folded.lower):
                yield _number(match)


def _number(match: re.Match[str]) -> Hit:
    why = "This number is in the reader's own record."
    return Hit(
        start=match.start(), end=match.end(), kind=Kind.MRN, level=Level.CERTAIN, why=why, suggestion=""
    )
