"""What the cells of a column look like, judged on a sample; used to propose a mapping, never to read values."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SAMPLE_CELLS_MAX = 500
_CELL_CHARACTERS_MAX = 400
_NOTE_CHARACTERS = 150
_CARD_DIGITS_MIN, _CARD_DIGITS_MAX = 13, 19

_DATE_YEAR = r"(?:\d{4}|\d{2})"
_IS_DATE = re.compile(
    rf"(?:\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}[-/. ]\d{{1,2}}[-/. ]{_DATE_YEAR}"
    rf"|\d{{1,2}}[- ][A-Za-z]{{3,9}}[-, ]+{_DATE_YEAR}|[A-Za-z]{{3,9}}\.? \d{{1,2}},? \d{{4}})"
    r"(?:[ T][\d:. AaPpMm+Z-]+)?"
).fullmatch
_IS_EMAIL = re.compile(r"\s*(?:mailto:)?[^\s@<>]{1,64}@[^\s@<>]+\.[^\s@<>]{2,}\s*", re.IGNORECASE).fullmatch
_IS_PHONE = re.compile(
    r"\+?\d?[\s.-]?\(?\d{3}\)?[\s.-]?\d{3}[\s.-]?\d{4}(?:\s*(?:x|ext\.?)\s*\d+)?"
).fullmatch
_IS_SSN = re.compile(r"\d{3}-\d{2}-\d{4}").fullmatch
_IS_ZIP = re.compile(r"\d{5}(?:-\d{4})?").fullmatch
_IS_YES_NO = re.compile(
    r"y|n|yes|no|true|false|0|1|t|f|x|s[ií]|opt(?:ed)?[ -]?(?:in|out)", re.IGNORECASE
).fullmatch
_IS_SEX = re.compile(r"f|m|female|male|woman|man|other|unknown|u|x", re.IGNORECASE).fullmatch
# A number, or a number with a few letters before it, or a UUID: what systems call a patient by.
_IS_CODE = re.compile(
    r"-?\d+(?:\.\d+)?|[A-Z]{1,4}-?\d{3,}|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}"
).fullmatch


class Shape(StrEnum):
    """What most cells of a column look like. `EMPTY` says nothing; `OTHER` is ordinary text."""

    EMPTY = "empty"
    EMAIL = "email"
    DATE = "date"
    PHONE = "phone"
    POSTAL_CODE = "postal_code"
    YES_NO = "yes_no"
    SEX = "sex"
    CODE = "code"
    SOCIAL_SECURITY = "social_security"
    PAYMENT_CARD = "payment_card"
    NOTE = "note"
    OTHER = "other"


def _is_card(cell: str) -> bool:
    digits = cell.replace(" ", "").replace("-", "")
    if not (digits.isascii() and digits.isdigit() and _CARD_DIGITS_MIN <= len(digits) <= _CARD_DIGITS_MAX):
        return False
    odd, even = digits[-1::-2], digits[-2::-2]
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in even)
    return (sum(map(int, odd)) + doubled) % 10 == 0


def _is_note(cell: str) -> bool:
    return len(cell) >= _NOTE_CHARACTERS and ";" not in cell and "|" not in cell


# In this order: the first whose share of the filled cells is reached names the column. One social security
# number in five is enough to keep a column out; a card number must be nearly all, as every tenth number of
# that length passes the check digit by chance.
_TESTS: tuple[tuple[Shape, Callable[[str], object], float], ...] = (
    (Shape.SOCIAL_SECURITY, _IS_SSN, 0.2),
    (Shape.PAYMENT_CARD, _is_card, 0.8),
    (Shape.NOTE, _is_note, 0.2),
    (Shape.EMAIL, _IS_EMAIL, 0.6),
    (Shape.DATE, _IS_DATE, 0.6),
    (Shape.PHONE, _IS_PHONE, 0.6),
    (Shape.SEX, _IS_SEX, 0.9),
    (Shape.YES_NO, _IS_YES_NO, 0.8),
    (Shape.POSTAL_CODE, _IS_ZIP, 0.8),
    (Shape.CODE, _IS_CODE, 0.8),
)


def shape_of(cells: Sequence[str]) -> Shape:
    """The shape of a column from a sample of its cells (blank ones count for nothing).

    >>> shape_of(["ann@example.org", "", "lee@example.net"])
    <Shape.EMAIL: 'email'>
    """
    filled = [cell.strip()[:_CELL_CHARACTERS_MAX] for cell in cells[:SAMPLE_CELLS_MAX] if cell.strip()]
    if not filled:
        return Shape.EMPTY
    for shape, test, share in _TESTS:
        if sum(1 for cell in filled if test(cell)) >= share * len(filled):
            return shape
    return Shape.OTHER


def looks_like_value(cell: str) -> bool:
    """Whether a cell is surely somebody's value and no column name: an address, a date, a long number."""
    text = cell.strip()[:_CELL_CHARACTERS_MAX]
    if _IS_EMAIL(text) or _IS_DATE(text) or _IS_SSN(text):
        return True
    return bool(_IS_PHONE(text)) or (text.isdigit() and len(text) >= 4)  # noqa: PLR2004  "2024" is no name either
