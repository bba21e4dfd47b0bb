"""What was agreed with a person beyond yes and no: restrictions, other ways, who acts for them, special consents.

Separate facts under separate laws, never one flag: a restriction (45 CFR 164.522(a)), another way to be reached
(164.522(b)), a personal representative (164.502(g)), the warned choice of unencrypted mail (78 FR 5634), a Part 2
consent (42 CFR 2.31), a consent to keep health interests (RCW 19.373.030).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bedside.ground.errors import NotAllowed, Refusal
from bedside.ground.scope import ActorKind, Scope, in_scope
from bedside.kit.mail.addresses import InvalidAddress, parse_address
from bedside.records.consent import entries
from bedside.records.consent.recording import add_event, begin
from bedside.records.consent.rules import EventKind, Evidence, Terms, Way
from bedside.safeguards.audit.actions import record
from bedside.safeguards.practices.queries import profile

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import date, datetime
    from uuid import UUID

    from bedside.records.consent.rules import Category, PersonPermissions
    from bedside.safeguards.audit.rules import EntryKind

AUTHORITY_LENGTH_MAX = 200


def restrict_categories(
    scope: Scope,
    patient_id: UUID,
    *,
    categories: Collection[Category],
    source: str,
    at: datetime,
    evidence: Evidence | None = None,
) -> bool:
    """Records that we agreed not to use email for these kinds (45 CFR 164.522(a)); False if all stood already.

    `restrict_email` is for all mail. Only staff agree for the practice. Raises NotAllowed, NotFound, Refusal.
    """
    if not categories:
        raise Refusal("categories", "Choose the kinds of mail that the restriction is about.")
    _staff_only(scope)
    with in_scope(scope):
        held, _ = begin(scope, patient_id)
        if held.restricted_from.issuperset(categories):
            return False
        chosen = tuple(sorted(categories))
        terms = Terms(categories=chosen)
        add_event(
            scope, patient_id, EventKind.RESTRICTED, source=source, at=at, evidence=evidence, terms=terms
        )
        told = "+".join(one.value for one in chosen)
        record(scope, entries.RESTRICTED_FOR, at=at, subject=patient_id, source=source, categories=told)
    return True


def ask_other_way(
    scope: Scope,
    patient_id: UUID,
    *,
    way: Way,
    address: str = "",
    source: str,
    at: datetime,
    evidence: Evidence | None = None,
) -> bool:
    """Records how a person asked to be reached instead (45 CFR 164.522(b)); no reason is asked for.

    `address` comes with `Way.OTHER_EMAIL` alone and is sealed with the evidence; from then on it takes the place of
    the address on record for every mail. A link may not redirect mail, for mails are forwarded. False if it stood
    already. Raises Refusal, NotAllowed, NotFound.
    """
    if (way is Way.OTHER_EMAIL) != bool(address):
        raise Refusal("other_way", "Give the other address, or choose another way than email.")
    if way is Way.OTHER_EMAIL and scope.actor.kind is ActorKind.PATIENT:
        raise Refusal("ask_practice", "Please ask the practice to write to another address.")
    _check_address(address)
    with in_scope(scope):
        held, _ = begin(scope, patient_id)
        if held.other_way is way and way is not Way.OTHER_EMAIL:
            return False
        add_event(
            scope,
            patient_id,
            EventKind.OTHER_WAY_ASKED,
            source=source,
            at=at,
            evidence=replace(evidence or Evidence(), address=address) if address else evidence,
            terms=Terms(way=way),
        )
        record(scope, entries.OTHER_WAY_ASKED, at=at, subject=patient_id, source=source, way=way.value)
    return True


def end_other_way(
    scope: Scope, patient_id: UUID, *, source: str, at: datetime, evidence: Evidence | None = None
) -> bool:
    """The address on record counts again. False if there was nothing to end."""
    return _switch(
        scope, patient_id, EventKind.OTHER_WAY_ENDED, entry=entries.OTHER_WAY_ENDED,
        changes=lambda held: held.other_way is not None, source=source, at=at, evidence=evidence,
    )  # fmt: skip


def appoint_representative(
    scope: Scope,
    patient_id: UUID,
    *,
    authority: str,
    until: date | None,
    source: str,
    at: datetime,
    evidence: Evidence | None = None,
) -> None:
    """Records who may act for the person: by what authority (sealed) and until which day (45 CFR 164.502(g), RGT-15).

    Raises Refusal for an authority that is not told or a day that is past, NotAllowed, NotFound.
    """
    _staff_only(scope)
    told = authority.strip()
    if not told or len(told) > AUTHORITY_LENGTH_MAX:
        raise Refusal("authority", "Say in a few words what allows this person to act, such as: mother.")
    if until is not None and until < at.astimezone(profile(scope).zone).date():
        raise Refusal("until", "That day is past; give the last day on which they may act.")
    noted = evidence or Evidence()
    with in_scope(scope):
        begin(scope, patient_id)
        add_event(
            scope,
            patient_id,
            EventKind.REPRESENTATIVE_RECORDED,
            source=source,
            at=at,
            evidence=replace(noted, note=f"{told}. {noted.note}".strip()),
            terms=Terms(until=until),
        )
        last = until.isoformat() if until else ""
        record(scope, entries.APPOINTED, at=at, subject=patient_id, source=source, until=last)


def choose_plain_mail(
    scope: Scope, patient_id: UUID, *, source: str, at: datetime, evidence: Evidence
) -> bool:
    """Records that a person wants unencrypted mail after the warning (CON-21); it admits nothing by itself.

    `evidence.wording` is the version of the warning that was shown. False if it stood already.
    """
    if not evidence.wording:
        raise Refusal("warning", "Say which warning the person was shown.")
    return _switch(
        scope, patient_id, EventKind.PLAIN_MAIL_CHOSEN, entry=entries.PLAIN_MAIL_CHOSEN,
        changes=lambda held: not held.plain_mail, source=source, at=at, evidence=evidence,
    )  # fmt: skip


def withdraw_plain_mail(
    scope: Scope, patient_id: UUID, *, source: str, at: datetime, evidence: Evidence | None = None
) -> bool:
    """Ends what `choose_plain_mail` recorded. False if there was nothing to end."""
    return _switch(
        scope, patient_id, EventKind.PLAIN_MAIL_WITHDRAWN, entry=entries.PLAIN_MAIL_WITHDRAWN,
        changes=lambda held: held.plain_mail, source=source, at=at, evidence=evidence,
    )  # fmt: skip


def record_part2_consent(
    scope: Scope,
    patient_id: UUID,
    *,
    purposes: Collection[str],
    until: date | None,
    care_only: bool,
    document_id: UUID | None = None,
    source: str,
    at: datetime,
    evidence: Evidence | None = None,
) -> None:
    """Records a signed consent to use substance use records; it takes the place of an earlier one (42 CFR 2.31).

    `care_only` is the single consent for treatment, payment and operations, which names no purposes (2.31(a)(5)).
    Raises Refusal, NotAllowed, NotFound.
    """
    _staff_only(scope)
    if bool(purposes) is care_only:
        raise Refusal("purposes", "Choose the purposes that the consent names, or that it is for all care.")
    if until is not None and until < at.astimezone(profile(scope).zone).date():
        raise Refusal("until", "That consent has ended already; check the day.")
    terms = Terms(purposes=tuple(sorted(purposes)), until=until, care_only=care_only, document_id=document_id)
    with in_scope(scope):
        begin(scope, patient_id)
        add_event(
            scope, patient_id, EventKind.PART2_CONSENTED, source=source, at=at, evidence=evidence, terms=terms
        )
        last = until.isoformat() if until else ""
        record(
            scope, entries.PART2_CONSENTED, at=at, subject=patient_id, source=source, until=last,
            care_only=care_only,
        )  # fmt: skip


def revoke_part2_consent(
    scope: Scope, patient_id: UUID, *, source: str, at: datetime, evidence: Evidence | None = None
) -> bool:
    """Ends the Part 2 consent at once (42 CFR 2.31(a)(6)). False if there is none."""
    return _switch(
        scope, patient_id, EventKind.PART2_REVOKED, entry=entries.PART2_REVOKED,
        changes=lambda held: held.part2 is not None, source=source, at=at, evidence=evidence,
    )  # fmt: skip


def consent_to_collection(
    scope: Scope, patient_id: UUID, *, source: str, at: datetime, evidence: Evidence | None = None
) -> bool:
    """Records that we may keep what somebody's choices say about their health. False if it stood already."""
    return _switch(
        scope, patient_id, EventKind.COLLECTION_CONSENTED, entry=entries.COLLECTION_CONSENTED,
        changes=lambda held: not held.collection, source=source, at=at, evidence=evidence,
    )  # fmt: skip


def withdraw_collection(
    scope: Scope, patient_id: UUID, *, source: str, at: datetime, evidence: Evidence | None = None
) -> bool:
    """Ends what `consent_to_collection` recorded. False if there was nothing to end."""
    return _switch(
        scope, patient_id, EventKind.COLLECTION_WITHDRAWN, entry=entries.COLLECTION_WITHDRAWN,
        changes=lambda held: held.collection, source=source, at=at, evidence=evidence,
    )  # fmt: skip


def _switch(
    scope: Scope,
    patient_id: UUID,
    kind: EventKind,
    *,
    entry: EntryKind,
    changes: Callable[[PersonPermissions], bool],
    source: str,
    at: datetime,
    evidence: Evidence | None,
) -> bool:
    """Turns one thing on or off; not recorded where it stands so already."""
    with in_scope(scope):
        held, _ = begin(scope, patient_id)
        if not changes(held):
            return False
        add_event(scope, patient_id, kind, source=source, at=at, evidence=evidence)
        record(scope, entry, at=at, subject=patient_id, source=source)
    return True


def _staff_only(scope: Scope) -> None:
    if scope.actor.kind is ActorKind.PATIENT:
        raise NotAllowed


def _check_address(address: str) -> None:
    if not address:
        return
    try:
        parse_address(address)
    except InvalidAddress as error:
        raise Refusal("address", "Give the other address such as jane@mail.example.") from error
