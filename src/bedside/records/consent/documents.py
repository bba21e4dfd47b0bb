"""Acts about one signed document: recorded, taken back, found false, ended by its event.

The document itself lies in `records.authorizations`, which alone calls this. Here stands what the gate reads: never
without the number of a document, so that no tick on a page can become one (AUT-26).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bedside.ground.scope import Scope, in_scope
from bedside.records.consent import entries
from bedside.records.consent.recording import add_event, begin
from bedside.records.consent.rules import EventKind, Paper, Terms, check_paper
from bedside.safeguards.audit.actions import record
from bedside.safeguards.practices.queries import profile

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from bedside.records.consent.rules import Authorization, Evidence, PersonPermissions


def record_document(
    scope: Scope,
    patient_id: UUID,
    *,
    paper: Paper,
    terms: Terms,
    part2: bool,
    source: str,
    at: datetime,
    evidence: Evidence | None = None,
) -> None:
    """Records a signed document; it takes the place of one with the same number only.

    `part2`: it is a consent under 42 CFR 2.31 and no authorization. Raises Refusal for a paper that lacks what the law
    asks for, NotAllowed, NotFound; ValueError without the number of a document.
    """
    if terms.document_id is None:
        raise ValueError("only a signed document may be recorded as one")
    with in_scope(scope):
        begin(scope, patient_id)
        if paper.expires_on or paper.expires_event:
            check_paper(paper, today=at.astimezone(profile(scope).zone).date())
        kind = EventKind.PART2_CONSENTED if part2 else EventKind.AUTHORIZATION_RECORDED
        terms = replace(terms, until=paper.expires_on) if part2 else terms
        add_event(scope, patient_id, kind, source=source, at=at, evidence=evidence, paper=paper, terms=terms)
        record(
            scope,
            entries.AUTHORIZED,
            at=at,
            subject=patient_id,
            source=source,
            signed_on=paper.signed_on.isoformat(),
            expires_on=paper.expires_on.isoformat() if paper.expires_on else "",
            expires_event=paper.expires_event.value if paper.expires_event else "",
            remuneration_stated=paper.remuneration_stated,
        )


def revoke_document(
    scope: Scope,
    patient_id: UUID,
    *,
    document_id: UUID,
    source: str,
    at: datetime,
    evidence: Evidence | None = None,
) -> bool:
    """Ends one document at once (45 CFR 164.508(b)(5), 42 CFR 2.31(a)(6)). False when it is not in force."""
    with in_scope(scope):
        held, _ = begin(scope, patient_id)
        kind = _kind_to_revoke(held, document_id)
        if kind is None:
            return False
        terms = Terms(document_id=document_id)
        add_event(scope, patient_id, kind, source=source, at=at, evidence=evidence, terms=terms)
        record(scope, entries.REVOKED, at=at, subject=patient_id, source=source)
    return True


def find_document_false(
    scope: Scope,
    patient_id: UUID,
    *,
    document_id: UUID,
    source: str,
    at: datetime,
    evidence: Evidence | None = None,
) -> bool:
    """Records that something material in it is known to be untrue (45 CFR 164.508(b)(2)(v)). False if it was known.

    A Part 2 consent that is found false is taken back at the same time: it may not be relied upon (42 CFR 2.31(c)).
    """
    with in_scope(scope):
        held, _ = begin(scope, patient_id)
        found = _authorization(held, document_id)
        if (found is None or found.found_false) and not _is_part2(held, document_id):
            return False
        terms = Terms(document_id=document_id)
        kinds = [EventKind.AUTHORIZATION_FOUND_FALSE]
        kinds += [EventKind.PART2_REVOKED] if _is_part2(held, document_id) else []
        for kind in kinds:
            add_event(scope, patient_id, kind, source=source, at=at, evidence=evidence, terms=terms)
        record(scope, entries.FOUND_FALSE, at=at, subject=patient_id, source=source)
    return True


def end_document(
    scope: Scope, patient_id: UUID, *, document_id: UUID, last_day: date, source: str, at: datetime
) -> bool:
    """Records that the event has come with which an authorization ends; `last_day` is the last on which it counts.

    False when it is not in force, names no event, or ends before that day anyway.
    """
    with in_scope(scope):
        held, _ = begin(scope, patient_id)
        found = _authorization(held, document_id)
        if found is None or found.revoked_at or found.found_false or found.expires_event is None:
            return False
        if found.expires_on is not None and found.expires_on <= last_day:
            return False
        add_event(
            scope,
            patient_id,
            EventKind.AUTHORIZATION_RECORDED,
            source=source,
            at=at,
            evidence=None,
            paper=_paper(found, last_day),
            terms=Terms(
                document_id=document_id,
                purposes=found.purposes,
                sensitivities=found.sensitivities,
                profile=found.profile,
            ),
        )
        record(scope, entries.ENDED, at=at, subject=patient_id, source=source)
    return True


def _paper(found: Authorization, last_day: date) -> Paper:
    return Paper(
        signed_on=found.signed_on,
        expires_on=max(last_day, found.signed_on),
        expires_event=found.expires_event,
        remuneration_stated=found.remuneration_stated,
        sender_covered=found.sender_covered,
    )


def _kind_to_revoke(held: PersonPermissions, document_id: UUID) -> EventKind | None:
    found = _authorization(held, document_id)
    if found is not None and found.revoked_at is None:
        return EventKind.AUTHORIZATION_REVOKED
    return EventKind.PART2_REVOKED if _is_part2(held, document_id) else None


def _is_part2(held: PersonPermissions, document_id: UUID) -> bool:
    return held.part2 is not None and held.part2.document_id == document_id


def _authorization(held: PersonPermissions, document_id: UUID) -> Authorization | None:
    return next((one for one in held.authorizations if one.document_id == document_id), None)
