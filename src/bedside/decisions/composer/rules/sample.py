"""The invented person whom every preview is addressed to unless somebody chooses otherwise (MIN-08)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from uuid import UUID

from bedside.decisions.composer.rules.appointments import Appointment
from bedside.decisions.composer.rules.fields import FIELDS
from bedside.records.patients.rules import Patient, Sex

SAMPLE_PATIENT = Patient(
    id=UUID(int=0),
    mrn="SAMPLE-1",
    first_name="Maria",
    last_name="Jones",
    birth_date=date(1979, 5, 14),
    sex=Sex.FEMALE,
    email="maria.jones@example.com",
    phone="555-0142",
    last_visit=date(2026, 3, 2),
    next_appointment=date(9999, 12, 3),
    provider="Dr. Rivera",
    conditions=("high blood pressure",),
    medications=("Examplomab",),
    language="en",
)


def sample_on(today: date) -> Patient:
    """The sample person with an appointment two weeks ahead, so that the preview never looks stale."""
    return replace(
        SAMPLE_PATIENT,
        next_appointment=today + timedelta(days=14),
        last_visit=today - timedelta(days=262),
    )


def sample_appointment_on(today: date) -> Appointment:
    """The visit of the sample person."""
    return Appointment(
        day=today + timedelta(days=14), time=time(14, 30), place=FIELDS["appointment_place"].sample
    )
