"""Which fields of a record tell what is specially protected, so that only whoever may see that is shown them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bedside.kit.terminology import System, sensitivity_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bedside.records.patients.rules import Patient

PROTECTED_FIELDS: Final = ("conditions", "medications")


def hidden_fields(patient: Patient, *, special: bool) -> frozenset[str]:
    """Fields that are neither shown nor typed over; `special` says whether the specially protected may be shown.

    Of somebody with substance use records (42 CFR Part 2) they are hidden whatever stands in them.
    """
    if special:
        return frozenset()
    return frozenset(
        name for name in PROTECTED_FIELDS if patient.part2 or _is_telling(getattr(patient, name))
    )


def _is_telling(words: Iterable[str]) -> bool:
    return any(sensitivity_of(System.TEXT, word).is_special for word in words)
