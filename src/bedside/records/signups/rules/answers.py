"""What somebody typed into a form, read into values that cannot be wrong."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final

from bedside.ground.errors import Refusal
from bedside.kit.mail.addresses import InvalidAddress, parse_address
from bedside.records.signups.rules.forms import Asked, Language

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from bedside.records.consent.rules import Category
    from bedside.records.signups.rules.forms import Definition

LENGTHS: Final = {"first_name": 80, "last_name": 80, "phone": 40, "state": 40}
AGE_YEARS_MAX: Final = 130
_US_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """One filled-in form; empty where it was not asked or not answered."""

    email: str = field(repr=False)
    first_name: str = field(default="", repr=False)
    last_name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    state: str = field(default="", repr=False)
    language: Language = Language.ENGLISH
    birth_date: date | None = field(default=None, repr=False)
    categories: tuple[Category, ...] = ()
    interests: tuple[str, ...] = field(default=(), repr=False)
    collection: bool = False


class BadAnswers(Refusal):
    """Something typed cannot be read; `problems` has a code per field: missing, address, date, long."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("bad_answers", "Put right what is marked, then send again.")
        self.problems = dict(problems)


def read_answers(
    definition: Definition,
    typed: Mapping[str, str],
    *,
    ticked: Collection[str],
    topics: Collection[str],
    language: Language,
    today: date,
) -> Answers:
    """`ticked` are codes of categories and `collection`; `topics` numbers of interests as text. Raises BadAnswers.

    What the form does not offer is not taken. Interests are dropped here, before anything is stored, unless the box
    that allows keeping them was ticked (RCW 19.373.030; SEN-14).
    """
    problems: dict[str, str] = {}
    email = _email(typed.get("email", ""), problems)
    asked = set(definition.asked)
    lines = {name: _line(name, typed, problems) for name in LENGTHS if Asked(name) in asked}
    born = _birth_date(typed, problems, today=today) if Asked.BIRTH_DATE in asked else None
    wanted = typed.get("language", "") if Asked.LANGUAGE in asked else ""
    if problems:
        raise BadAnswers(problems)
    collection = definition.asks_interests and "collection" in ticked
    offered = definition.texts[language].interests
    return Answers(
        email=email,
        **lines,
        language=Language(wanted) if wanted in set(Language) else language,
        birth_date=born,
        categories=tuple(one for one in definition.categories if one.value in ticked),
        interests=tuple(t for n, t in enumerate(offered) if str(n) in topics) if collection else (),
        collection=collection,
    )


def _email(text: str, problems: dict[str, str]) -> str:
    if not text.strip():
        problems["email"] = "missing"
        return ""
    try:
        return parse_address(text.strip()).text
    except InvalidAddress:
        problems["email"] = "address"
        return ""


def clean(text: str) -> str:
    """One line, NFC, without invisible signs."""
    plain = unicodedata.normalize("NFC", text)
    return " ".join("".join(" " if unicodedata.category(sign) == "Cc" else sign for sign in plain).split())


def _line(name: str, typed: Mapping[str, str], problems: dict[str, str]) -> str:
    text = clean(typed.get(name, ""))
    if len(text) > LENGTHS[name]:
        problems[name] = "long"
    return text


def _birth_date(typed: Mapping[str, str], problems: dict[str, str], *, today: date) -> date | None:
    text = clean(typed.get("birth_date", ""))
    if not text:
        return None
    day = read_day(text)
    if day is None or day > today or day.year < today.year - AGE_YEARS_MAX:
        problems["birth_date"] = "date"
    return day


def read_day(text: str) -> date | None:
    """ISO, or month/day/year; None for what is no day."""
    american = _US_DATE.fullmatch(text)
    try:
        if american:
            month, day, year = (int(part) for part in american.groups())
            return date(year, month, day)
        return date.fromisoformat(text)
    except ValueError:
        return None
