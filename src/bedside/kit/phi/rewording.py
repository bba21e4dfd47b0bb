"""Other words for what tells of the reader: the same news, said to everybody."""

from __future__ import annotations

import re
from typing import Final

_OWNER: Final = re.compile(r"\b(?:your|his|her|my|their) (?:own )?", re.IGNORECASE)
_RECENT: Final = re.compile(
    r"\b(?:recent|last|latest|upcoming|previous|most recent|current|scheduled) ", re.IGNORECASE
)
_SEASONS: Final = (
    (re.compile(r"\bflu\b|influenza", re.IGNORECASE), "flu shot season is here"),
    (re.compile(r"\bcovid", re.IGNORECASE), "COVID-19 vaccines are available"),
    (re.compile(r"shingles|shingrix", re.IGNORECASE), "shingles vaccines are available"),
    (re.compile(r"pneumonia|pneumococcal", re.IGNORECASE), "pneumonia vaccines are available"),
    (re.compile(
        r"\bvaccin|immuniz|\bshots?\b|booster|tetanus", re.IGNORECASE), "vaccines are available for everybody"),
    (re.compile(r"mammo", re.IGNORECASE), "mammogram appointments are available"),
    (re.compile(r"colonoscop", re.IGNORECASE), "colon health matters at every age"),
    (re.compile(r"cleaning|dental|teeth", re.IGNORECASE), "appointments for cleanings are available"),
    (re.compile(r"eye|vision|glasses", re.IGNORECASE), "appointments for eye exams are available"),
    (re.compile(
        r"check-?up|physical|wellness|well visit|annual", re.IGNORECASE), "appointments for checkups are available"),
    (re.compile(r"refill|prescription|medic|\brx\b", re.IGNORECASE), "refills can be asked for online"),
    (re.compile(r"result|\blabs?\b|test", re.IGNORECASE), "a message is waiting for you"),
)  # fmt: skip
_APPOINTMENTS: Final = "appointments are available"


def season_or_available(found: str) -> str:
    """ "Your flu shot is due" as "flu shot season is here"."""
    for expression, words in _SEASONS:
        if expression.search(found):
            return as_begun(found, words)
    return as_begun(found, _APPOINTMENTS)


def available(found: str) -> str:
    return season_or_available(found)


def due_for(found: str) -> str:
    return season_or_available(found)


def for_anybody(found: str) -> str | None:
    """ "As a patient with asthma" as "for everybody"; None where a whole clause would have to be turned round."""
    if found.lower().startswith("as "):
        return as_begun(found, "for everybody")
    return None


def message_waits(found: str) -> str:
    return as_begun(found, "a message is waiting for you")


def without_owner(found: str) -> str | None:
    """ "Since your surgery" as "since surgery": no longer the reader's own."""
    shorter = _RECENT.sub("", _OWNER.sub("", found, count=1), count=1).strip()
    return as_begun(found, shorter) if shorter and shorter != found else None


def plain_appointment(found: str) -> str:
    """What MIN-03 leaves of an appointment: that there is one."""
    return as_begun(found, "your appointment" if "your" in found.lower() else "appointment")


def as_begun(found: str, words: str) -> str:
    """With a capital where the words it replaces had one."""
    return words[:1].upper() + words[1:] if found[:1].isupper() else words
