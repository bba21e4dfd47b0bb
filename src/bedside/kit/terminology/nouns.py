"""What a value set is, and how the tables of them are written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain

from bedside.kit.terminology.sensitivity import Sensitivity


class SetKind(StrEnum):
    """What the members of a value set are."""

    CONDITION = "condition"
    MEDICATION = "medication"
    IMMUNIZATION = "immunization"
    PROCEDURE = "procedure"
    VISIT = "visit"


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueSet:
    """Codes and words that mean the same to whoever writes to patients.

    `icd` are prefixes without the point. `cpt` holds HCPCS codes too: senders mix them. `words` are phrases found
    in names, small letters; a trailing `*` lets the word go on. `but_not` are phrases taken out of a name first.
    """

    key: str
    label: str
    kind: SetKind
    sensitivity: Sensitivity = Sensitivity.HEALTH
    icd: tuple[str, ...] = ()
    snomed: tuple[str, ...] = ()
    rxnorm: tuple[str, ...] = ()
    cvx: tuple[str, ...] = ()
    loinc: tuple[str, ...] = ()
    cpt: tuple[str, ...] = ()
    cdt: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    but_not: tuple[str, ...] = ()


def value_set(
    key: str,
    label: str,
    kind: SetKind,
    sensitivity: Sensitivity = Sensitivity.HEALTH,
    *,
    icd: str = "",
    snomed: str = "",
    rxnorm: str = "",
    cvx: str = "",
    loinc: str = "",
    cpt: str = "",
    cdt: str = "",
    words: str = "",
    but_not: str = "",
) -> ValueSet:
    """One row of a table: codes apart by blanks ("59840-59857" is a range), phrases by bars."""
    return ValueSet(
        key=key,
        label=label,
        kind=kind,
        sensitivity=sensitivity,
        icd=tuple(icd.split()),
        snomed=tuple(snomed.split()),
        rxnorm=tuple(rxnorm.split()),
        cvx=tuple(cvx.split()),
        loinc=tuple(loinc.split()),
        cpt=tuple(chain.from_iterable(map(_range, cpt.split()))),
        cdt=tuple(chain.from_iterable(map(_range, cdt.split()))),
        words=_phrases(words),
        but_not=_phrases(but_not),
    )


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(phrase for phrase in (" ".join(part.split()) for part in text.split("|")) if phrase)


def _range(text: str) -> list[str]:
    """The codes of a range such as "D4341-D4342"; both ends have the same letter and length."""
    first, dash, last = text.partition("-")
    if not dash:
        return [text]
    letter = re.match(r"[A-Z]?", first)
    head = letter.group() if letter else ""
    width = len(first) - len(head)
    return [
        f"{head}{number:0{width}d}" for number in range(int(first[len(head) :]), int(last[len(head) :]) + 1)
    ]
