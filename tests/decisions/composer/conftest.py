"""A practice and drafts without a database."""

from __future__ import annotations

from uuid import UUID

import pytest

from bedside.decisions.composer.rules import Draft
from bedside.decisions.gate.rules.classes import MessageClass
from bedside.safeguards.practices.rules import Profile, Specialty


@pytest.fixture
def practice() -> Profile:
    return make_practice()


def make_practice(**changes: object) -> Profile:
    from dataclasses import replace

    profile = Profile(
        practice_id=UUID(int=1),
        name="Maple Street Family Practice",
        sender_name="Maple Street",
        sender_address="hello@maple.example",
        reply_address="",
        postal_address="1 Maple Street, Springfield, KS 66000",
        phone="555-0100",
        website="https://www.maple.example",
        time_zone="America/Chicago",
        specialty=Specialty.PRIMARY_CARE,
        idle_minutes=15,
        second_factor_required=False,
        opt_in_required=True,
    )
    return replace(profile, **changes)  # type: ignore[arg-type]


def make_draft(inside: str = "", **changes: object) -> Draft:
    """A draft whose one mj-text holds `inside`; `column` replaces the whole column, `mjml` the whole source."""
    column = changes.pop("column", f"<mj-text>{inside}</mj-text>")
    mjml = changes.pop(
        "mjml",
        f"<mjml><mj-body><mj-section><mj-column>{column}</mj-column></mj-section></mj-body></mjml>",
    )
    given = {
        "name": "Draft",
        "subject": "A word from us",
        "preheader": "",
        "message_class": MessageClass.TREATMENT,
        "mjml": mjml,
        **changes,
    }
    return Draft(**given)  # type: ignore[arg-type]
