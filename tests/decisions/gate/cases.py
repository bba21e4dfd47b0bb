"""Facts for the tables: a person and a message against whom nothing speaks, and ways to change them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

from bedside.decisions.gate.rules import (
    CLASS_RULES,
    AuthorizationFacts,
    Facts,
    MessageClass,
    MessageFacts,
    PersonFacts,
)
from bedside.records.consent.rules import Answer
from bedside.records.patients.rules import Relationship

AT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
SIGNED = AuthorizationFacts(
    signed_on=date(2026, 3, 1),
    expires_on=date(2027, 3, 1),
    expires_event=None,
    revoked=False,
    remuneration_stated=True,
    sender_covered=True,
    verified=True,
    purposes=("cosmetic_offers",),
)


def message(of_class: MessageClass, **changes: object) -> MessageFacts:
    plain = MessageFacts(
        campaign_id=UUID(int=1),
        message_class=of_class,
        category=CLASS_RULES[of_class].category,
        remuneration=False,
        opt_in_required=True,
        approved=True,
        postal_address_present=True,
        unsubscribe_present=True,
        encrypted_route=True,
        research_basis_recorded=True,
        fundraising_notice_recorded=True,
        authorization_purpose="cosmetic_offers",
        advertising_labelled=True,
    )
    return replace(plain, **changes)


def person(**changes: object) -> PersonFacts:
    willing = PersonFacts(
        address_usable=True,
        deceased=False,
        minor=False,
        representative_recorded=False,
        prescription=True,
        answer=Answer.GRANTED,
        stopped_everything=False,
        email_restricted=False,
        suppression=None,
        authorization=SIGNED,
        relationship=Relationship.PATIENT,
        jurisdiction="IL",
        paused_until=None,
        monthly_max=None,
        mailed=0,
        address_proven=True,
        other_way=None,
        part2_record=False,
        part2_consent=None,
        collection_consented=True,
    )
    return replace(willing, **changes)


def facts(
    message_class: MessageClass = MessageClass.MARKETING,
    *,
    about_message: dict[str, object] | None = None,
    today: date = TODAY,
    **about_person: object,
) -> Facts:
    return Facts(
        patient_id=UUID(int=2),
        message=message(message_class, **(about_message or {})),
        person=person(**about_person),
        asked_at=AT,
        today=today,
    )
