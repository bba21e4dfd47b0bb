"""The invented people a mail is shown for: one of whom all is known, one of whom little is, one whose name is long."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bedside.decisions.composer.rules.sample import sample_on

if TYPE_CHECKING:
    from datetime import date

    from bedside.records.patients.rules import Patient

SAMPLE_NAMES: Final = (
    ("Maria Jones", "Everything is known about her."),
    ("Somebody hardly known", "Only an address is known: the words for a missing value stand in the mail."),
    ("A long name", "A name of many letters and signs, such as there are."),
)


def sample_people(today: date) -> tuple[Patient, ...]:
    """As many as SAMPLE_NAMES, in that order."""
    known = sample_on(today)
    hardly = replace(
        known, first_name="", last_name="", provider="", last_visit=None, next_appointment=None, conditions=(),
        medications=(), phone="", birth_date=None,
    )  # fmt: skip
    long_name = replace(
        known,
        first_name="María de los Ángeles Guadalupe",
        last_name="Fernández-Castañeda O\u2019Sullivan-Wołoszczuk",
        provider="Dr. Christopherson-Featherstonehaugh, MD, PhD, FACP",
    )
    return known, hardly, long_name
