"""One person as another system sends them (`POST /intake/v1/people`).

Never an authorization (45 CFR 164.508(c) asks for a paper that somebody has seen). A yes without evidence of what was
shown counts as unverified, like a line of an import; where answers contradict each other, the no counts (SUP-03).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from bedside.ground.errors import Refusal
from bedside.kit.mail.addresses import InvalidAddress, parse_address
from bedside.records.consent.rules import Category
from bedside.records.patients.rules import Relationship
from bedside.records.signups.rules.answers import AGE_YEARS_MAX, clean, read_day

if TYPE_CHECKING:
    from collections.abc import Mapping

_LINES: Final = {"mrn": 60, "first_name": 80, "last_name": 80, "phone": 40, "state": 40, "language": 20}
_KNOWN: Final = {*_LINES, "email", "birth_date", "relationship", "answers"}
_EVIDENCE: Final = ("wording", "shown_at", "page", "ip")
_ANSWER: Final = {"category", "answer", "evidence"}
_TEXT_MAX: Final = 500
_ANSWERS_MAX: Final = 50
_NOT_HERE: Final = ("authorization", "authorizations", "signature", "consented", "opt_in")


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeEvidence:
    """What the person was shown and when; `shown_at` has an offset."""

    wording: str
    shown_at: datetime
    page: str = field(repr=False)
    ip: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeAnswer:
    """`category` None is mail at all, which can only be refused."""

    category: Category | None
    granted: bool
    evidence: IntakeEvidence | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakePerson:
    email: str = field(repr=False)
    relationship: Relationship
    mrn: str = field(default="", repr=False)
    first_name: str = field(default="", repr=False)
    last_name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    state: str = field(default="", repr=False)
    language: str = ""
    birth_date: date | None = field(default=None, repr=False)
    answers: tuple[IntakeAnswer, ...] = ()


def read_person(plain: Any, *, today: date) -> IntakePerson:
    """Raises Refusal naming the member that is wrong, never its value. Of contradictory answers the no is kept."""
    if not isinstance(plain, dict):
        raise Refusal("body", "Send one JSON object.")
    if any(name in plain for name in _NOT_HERE):
        raise Refusal(
            "authorization", "An authorization cannot be sent here; have it signed, or key its paper."
        )
    unknown = sorted(set(plain) - _KNOWN)
    if unknown:
        raise Refusal("unknown_member", "There is a member that is not known here; see the description.")
    return IntakePerson(
        email=_email(plain),
        relationship=_relationship(plain),
        birth_date=_born(plain, today=today),
        answers=_answers(plain.get("answers", [])),
        **{name: _line(plain, name) for name in _LINES},
    )


def _email(plain: Mapping[str, Any]) -> str:
    try:
        return parse_address(str(plain.get("email", ""))).text
    except InvalidAddress as error:
        raise Refusal("email", "Give an email address in email.") from error


def _relationship(plain: Mapping[str, Any]) -> Relationship:
    told = plain.get("relationship")
    if told not in {Relationship.PATIENT.value, Relationship.PROSPECT.value}:
        raise Refusal("relationship", "Give patient or prospect in relationship.")
    return Relationship(told)


def _line(plain: Mapping[str, Any], name: str) -> str:
    told = plain.get(name, "")
    if not isinstance(told, str) or len(told) > _LINES[name]:
        raise Refusal(name, f"Give text of at most {_LINES[name]} letters in {name}.")
    return clean(told)


def _born(plain: Mapping[str, Any], *, today: date) -> date | None:
    told = plain.get("birth_date")
    if not told:
        return None
    day = read_day(told) if isinstance(told, str) else None
    if day is None or day > today or day.year < today.year - AGE_YEARS_MAX:
        raise Refusal("birth_date", "Give a day such as 1980-01-31 in birth_date.")
    return day


def _answers(plain: Any) -> tuple[IntakeAnswer, ...]:
    if not isinstance(plain, list) or len(plain) > _ANSWERS_MAX:
        raise Refusal("answers", f"Give a list of at most {_ANSWERS_MAX} answers.")
    kept: dict[Category | None, IntakeAnswer] = {}
    for one in map(_answer, plain):
        earlier = kept.get(one.category)
        if earlier is None or earlier.granted:
            kept[one.category] = one
    return tuple(kept.values())


def _answer(plain: Any) -> IntakeAnswer:
    if not isinstance(plain, dict) or set(plain) - _ANSWER or plain.get("answer") not in {"yes", "no"}:
        raise Refusal("answers", "Give each answer as category, answer (yes or no) and, if known, evidence.")
    named, granted = plain.get("category"), plain["answer"] == "yes"
    if named == "everything" and not granted:
        return IntakeAnswer(category=None, granted=False, evidence=_evidence(plain.get("evidence")))
    if named not in set(Category):
        raise Refusal("category", "Name a category such as newsletter; only a no may be for everything.")
    return IntakeAnswer(category=Category(named), granted=granted, evidence=_evidence(plain.get("evidence")))


def _evidence(plain: Any) -> IntakeEvidence | None:
    """None unless all of it is given: half a proof is none."""
    if plain is None:
        return None
    if not isinstance(plain, dict) or not set(plain) <= set(_EVIDENCE):
        raise Refusal("evidence", "Give evidence as wording, shown_at, page and ip.")
    if any(not isinstance(plain.get(name), str) or not plain[name].strip() for name in _EVIDENCE):
        return None
    if any(len(plain[name]) > _TEXT_MAX for name in _EVIDENCE):
        raise Refusal("evidence", f"Give at most {_TEXT_MAX} letters for each part of the evidence.")
    try:
        shown_at = datetime.fromisoformat(plain["shown_at"])
    except ValueError as error:
        raise Refusal("shown_at", "Give shown_at as 2026-01-31T15:00:00-05:00, with its offset.") from error
    if shown_at.tzinfo is None:
        raise Refusal("shown_at", "Give shown_at as 2026-01-31T15:00:00-05:00, with its offset.")
    return IntakeEvidence(wording=plain["wording"], shown_at=shown_at, page=plain["page"], ip=plain["ip"])
