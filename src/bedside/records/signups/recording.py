"""Putting a sign-up on record: the person, each yes with its evidence, and that the mailbox is theirs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bedside.ground.errors import Refusal
from bedside.ground.scope import Actor, ActorKind, Scope
from bedside.records.consent import actions as consent
from bedside.records.consent.confirmations import mark_of
from bedside.records.consent.links import seal_link
from bedside.records.consent.owing import owe_letter
from bedside.records.consent.queries import permissions_of
from bedside.records.consent.rules import Category, Evidence, LetterKind, Source
from bedside.records.signups import entries
from bedside.records.signups.whom import Newcomer, match_or_add
from bedside.safeguards.audit.actions import record

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from bedside.records.signups.queries import Published
    from bedside.records.signups.rules import Answers


def record_signup(
    scope: Scope,
    form: Published,
    answers: Answers,
    *,
    seen: Mapping[str, str],
    pending_id: UUID,
    confirmed: bool,
    at: datetime,
) -> UUID:
    """In the caller's transaction. `confirmed`: they pressed the button behind the link that went to this mailbox.

    Gives the person's id. A no that staff recorded stands, and nobody is told so: a mailbox may be shared.
    """
    patient_id, is_new = match_or_add(scope, _newcomer(answers), at=at)
    own = replace(scope, actor=Actor(kind=ActorKind.PATIENT, id=str(patient_id)))
    evidence = Evidence(**seen)
    if confirmed:  # found by this very address, or new with it
        consent.prove_address(own, patient_id, source=Source.CONFIRMED_LINK, at=at, evidence=evidence)
    if answers.categories and confirmed and not is_new:
        _start_again(own, patient_id, answers, evidence=evidence, at=at)
    said_yes = sum(_grant(own, patient_id, one, evidence=evidence, at=at) for one in answers.categories)
    if answers.collection:
        consent.consent_to_collection(own, patient_id, source=Source.SIGNUP_FORM, at=at, evidence=evidence)
    record(
        own, entries.CONFIRMED, at=at, subject=patient_id, form_id=form.form_id, version=form.number,
        said_yes=said_yes, is_new=is_new,
    )  # fmt: skip
    if confirmed and said_yes:
        _welcome(own, patient_id, answers, about=pending_id, at=at)
    return patient_id


def _newcomer(answers: Answers) -> Newcomer:
    return Newcomer(
        email=answers.email,
        first_name=answers.first_name,
        last_name=answers.last_name,
        phone=answers.phone,
        state=answers.state,
        language=answers.language.value,
        birth_date=answers.birth_date,
        interests=answers.interests if answers.collection else (),  # SEN-14
    )


def _grant(scope: Scope, patient_id: UUID, category: Category, *, evidence: Evidence, at: datetime) -> bool:
    try:
        return consent.grant(
            scope, patient_id, category=category, source=Source.SIGNUP_FORM, at=at, evidence=evidence
        )
    except Refusal:  # it takes more than a link: somebody said no to staff
        return False


def _start_again(
    scope: Scope, patient_id: UUID, answers: Answers, *, evidence: Evidence, at: datetime
) -> None:
    """Who had stopped everything by a link and now asks for some mails gets those, and no others."""
    held = permissions_of(scope, [patient_id])[patient_id]
    if held.stopped_everything_at is None or held.stop_beyond_links:
        return
    try:
        consent.resume(scope, patient_id, source=Source.SIGNUP_FORM, at=at, evidence=evidence)
    except Refusal:
        return
    for category in Category:
        if category not in answers.categories:
            consent.refuse(
                scope, patient_id, category=category, source=Source.SIGNUP_FORM, at=at, evidence=evidence
            )


def _welcome(scope: Scope, patient_id: UUID, answers: Answers, *, about: UUID, at: datetime) -> None:
    token = seal_link(
        practice_id=scope.practice_id,
        patient_id=patient_id,
        campaign_id=None,
        category=None,
        address_mark=bytes.fromhex(mark_of(scope, answers.email)),
        written_at=at,
    )
    owe_letter(
        scope, LetterKind.WELCOME, patient_id=patient_id, about=about, language=answers.language.value, at=at,
        link=f"p/{token}",
    )  # fmt: skip
