"""Addresses that are not to be written to, kept as blind indexes so that they outlive the record (CON-24)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from bedside.ground.errors import NotFound, Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import ActorKind, Scope, in_scope
from bedside.kit.mail.addresses import InvalidAddress, parse_address
from bedside.records.consent import entries, list_entries
from bedside.records.consent.models import AddressSuppression
from bedside.records.consent.rules import (
    USUAL_SCOPE,
    Category,
    LiftReason,
    Source,
    SuppressionReason,
    SuppressionScope,
)
from bedside.records.consent.rules.suppressions import (
    INDEX_LABELS,
    LIST_SOURCE,
    PUBLIC_DOMAINS,
    SuppressionKind,
    SuppressionSource,
    address_hash,
)
from bedside.safeguards.audit.actions import record
from bedside.safeguards.audit.queries import entries as ledger
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

NOTE_MAX = 500
# How a person can have told staff, or the product, that they want mail again.
_SPOKEN = frozenset(
    one.value
    for one in (
        Source.IN_PERSON, Source.PHONE, Source.PAPER, Source.LETTER, Source.EMAIL_REPLY, Source.SIGNUP_FORM,
        Source.PREFERENCE_PAGE, Source.CONFIRMED_LINK,
    )
)  # fmt: skip
_SOURCE_OF: Mapping[SuppressionReason, SuppressionSource] = {
    SuppressionReason.BOUNCED: SuppressionSource.BOUNCE,
    SuppressionReason.COMPLAINED: SuppressionSource.COMPLAINT,
    SuppressionReason.ERASED: SuppressionSource.ERASED,
    SuppressionReason.STAFF: SuppressionSource.STAFF,
}
_PUBLIC = (
    "Anybody can have a mailbox there, so this would stop mail to a large part of your patients. "
    "Add the one address instead, or say that the whole service is meant."
)


def suppress_address(
    scope: Scope,
    address: str,
    *,
    reason: SuppressionReason,
    at: datetime,
    covers: SuppressionScope | None = None,
) -> bool:
    """Keeps an address from everything, or from what `covers` says; None takes what is usual for the reason.

    How it came about follows from the reason and from who acts (`SuppressionSource`).

    Gives False when that stood already. Raises Refusal for what is no address.
    """
    scope.require(Right.RECORD_CONSENT)
    wanted = USUAL_SCOPE[reason] if covers is None else covers
    with in_scope(scope):
        suppression_id = keep_address_from(scope, address, covers=wanted, reason=reason, at=at)
        if suppression_id is None:
            return False
        record(
            scope,
            entries.SUPPRESSED,
            at=at,
            subject=suppression_id,
            covers=wanted.value,
            reason=reason.value,
        )
    return True


def suppress_domain(
    scope: Scope, domain: str, *, covers: SuppressionScope, at: datetime, is_public_meant: bool
) -> bool:
    """Keeps every address at a domain, and at those below it, from what `covers` says.

    Gives False when that stood already. Raises Refusal for what is no domain, and for one where anybody can have a
    mailbox unless `is_public_meant`.
    """
    scope.require(Right.RECORD_CONSENT)
    name = _domain(domain)
    if name in PUBLIC_DOMAINS and not is_public_meant:
        raise Refusal("public_domain", _PUBLIC)
    index = practice_keys(scope).blind_index(INDEX_LABELS[SuppressionKind.DOMAIN], name)
    with in_scope(scope):
        reason, of = SuppressionReason.STAFF, SuppressionKind.DOMAIN
        suppression_id = keep_index_from(scope, index, covers=covers, reason=reason, at=at, of=of)
        if suppression_id is None:
            return False
        record(scope, list_entries.DOMAIN_SUPPRESSED, at=at, subject=suppression_id, covers=covers.value)
    return True


def lift_suppression(
    scope: Scope,
    suppression_id: UUID,
    *,
    because: LiftReason,
    at: datetime,
    source: str = "",
    note: str = "",
) -> None:
    """Ends one suppression, for one of the reasons that allow it (SUP-03).

    The person's own new word needs `source`: how it reached the practice. `note` is kept sealed. Raises NotFound,
    and Refusal for a word that nobody can say how it came.
    """
    scope.require(Right.RECORD_CONSENT)
    if because is LiftReason.ASKED_AGAIN and source not in _SPOKEN:
        raise Refusal("source", "Say how the person told you that they want mail again.")
    keys = practice_keys(scope)
    with in_scope(scope):
        rows = AddressSuppression.objects.filter(
            practice_id=scope.practice_id, id=suppression_id, lifted_at=None
        )
        sealed = keys.seal(
            note.strip()[:NOTE_MAX].encode(),
            table="consent_suppression", row=str(suppression_id), column="note",
        ) if note.strip() else None  # fmt: skip
        lifted = rows.update(
            lifted_at=at, lifted_because=because.value, lifted_source=source if source in _SPOKEN else "", note=sealed
        )  # fmt: skip
        if lifted != 1:
            raise NotFound("That suppression is not in force any more.")
        record(scope, entries.LIFTED, at=at, subject=suppression_id, because=because.value)


def keep_address_from(
    scope: Scope, address: str, *, covers: SuppressionScope, reason: SuppressionReason, at: datetime
) -> UUID | None:
    """The row alone, for acts that are recorded otherwise. None when it was there already, by more than a list."""
    return keep_index_from(scope, _index(scope, address), covers=covers, reason=reason, at=at)


def keep_index_from(
    scope: Scope,
    address_index: bytes,
    *,
    covers: SuppressionScope,
    reason: SuppressionReason,
    at: datetime,
    of: SuppressionKind = SuppressionKind.ADDRESS,
) -> UUID | None:
    """As `keep_address_from`, by the keyed hash of the address, or of what `of` says.

    What only a list had said becomes this act's own, so that undoing the list does not take it back.
    """
    suppression_id = new_id()
    row = AddressSuppression(
        id=suppression_id,
        practice_id=scope.practice_id,
        of=of.value,
        address_index=address_index,
        scope=covers.value,
        reason=reason.value,
        source=_source(scope, reason).value,
        at=at,
    )
    with in_scope(scope):
        AddressSuppression.objects.bulk_create([row], ignore_conflicts=True)
        if AddressSuppression.objects.filter(id=suppression_id).exists():
            return suppression_id
        return _take_from_list(row)


def _take_from_list(said: AddressSuppression) -> UUID | None:
    """The row of a list that says the same as `said`, now said by whoever acts. None where a list is not why."""
    rows = AddressSuppression.objects.filter(
        practice_id=said.practice_id, address_index=said.address_index, scope=said.scope, reason=said.reason,
        lifted_at=None, source__startswith=LIST_SOURCE,
    )  # fmt: skip
    row = rows.select_for_update().first()
    if row is None:
        return None
    row.source = said.source
    row.save(update_fields=["source"])
    return row.id


def _source(scope: Scope, reason: SuppressionReason) -> SuppressionSource:
    if reason in _SOURCE_OF:
        return _SOURCE_OF[reason]
    return SuppressionSource.LINK if scope.actor.kind is ActorKind.PATIENT else SuppressionSource.STAFF


def lift_what_was_asked(scope: Scope, address: str, *, category: Category | None, at: datetime) -> int:
    """Ends what a request to stop had put on the address, because the person now asks for the mail again.

    `category` None ends the stop of everything. A complaint ends only by the person's own hand. What a wider
    suppression kept from other categories stays kept. Whoever was erased and now says yes, as somebody new, is
    treated alike. A list's no by hash is that person's too; one for a whole domain is not. Gives how many rows ended.
    """
    if not address:
        return 0
    own = scope.actor.kind is ActorKind.PATIENT
    reasons = [
        SuppressionReason.ASKED,
        SuppressionReason.ERASED,
        *([SuppressionReason.COMPLAINED] if own else []),
    ]
    narrow = [SuppressionScope(category.value)] if category else []
    with in_scope(scope):
        rows = AddressSuppression.objects.filter(
            practice_id=scope.practice_id,
            address_index__in=_own_indexes(scope, address),
            lifted_at=None,
        ).filter(
            Q(reason__in=reasons, scope__in=[SuppressionScope.MARKETING, *narrow])
            | Q(reason=SuppressionReason.ERASED, scope=SuppressionScope.EVERYTHING)
        )
        ended = list(rows.select_for_update())
        rows.update(lifted_at=at, lifted_because=LiftReason.ASKED_AGAIN.value)
        for row in ended:
            covers = SuppressionScope(row.scope)
            if category is not None and covers in {SuppressionScope.MARKETING, SuppressionScope.EVERYTHING}:
                rest = covers.covered - {category}
                _keep_from(scope, address, rest, reason=SuppressionReason(row.reason), at=at)
    return len(ended)


def lift_what_the_click_added(
    scope: Scope, address: str, *, covers: SuppressionScope, clicked_at: datetime, at: datetime
) -> None:
    """Ends what one click on "stop" put on the address at `clicked_at`, and nothing older."""
    if not address:
        return
    with in_scope(scope):
        AddressSuppression.objects.filter(
            practice_id=scope.practice_id,
            address_index=_index(scope, address),
            lifted_at=None,
            reason=SuppressionReason.ASKED.value,
            scope=covers.value,
            at=clicked_at,
        ).update(lifted_at=at, lifted_because=LiftReason.ASKED_AGAIN.value)


def asked_of_staff(scope: Scope, address: str) -> frozenset[Category]:
    """What staff keep the address from because somebody asked them to, not by a click.

    Such a row alone has a ledger entry of its own (`suppress_address`).
    """
    if not address:
        return frozenset()
    with in_scope(scope):
        rows = AddressSuppression.objects.filter(
            practice_id=scope.practice_id,
            address_index=_index(scope, address),
            lifted_at=None,
            reason=SuppressionReason.ASKED.value,
        )
        scopes = [SuppressionScope(row.scope) for row in rows if is_by_itself(scope, row.id)]
    return frozenset().union(*(one.covered for one in scopes))


def is_by_itself(scope: Scope, suppression_id: UUID) -> bool:
    """Whether it was put there as an act of its own, and did not follow a no to a category or to all mail."""
    kind, subject = entries.SUPPRESSED.name, str(suppression_id)
    return bool(ledger(scope, before_id=None, kind=kind, actor_id="", subject=subject, limit=1))


def _keep_from(
    scope: Scope, address: str, rest: Iterable[Category], *, reason: SuppressionReason, at: datetime
) -> None:
    for other in rest:
        keep_address_from(scope, address, covers=SuppressionScope(other.value), reason=reason, at=at)


def _index(scope: Scope, address: str) -> bytes:
    return practice_keys(scope).blind_index("address", _lookup_key(address))


def _own_indexes(scope: Scope, address: str) -> list[bytes]:
    keys, key = practice_keys(scope), _lookup_key(address)
    hashed = keys.blind_index(INDEX_LABELS[SuppressionKind.HASH], address_hash(key))
    return [keys.blind_index("address", key), hashed]


def _lookup_key(address: str) -> str:
    try:
        return parse_address(address).lookup_key
    except InvalidAddress as error:
        raise Refusal("address", str(error)) from None


def _domain(text: str) -> str:
    """A domain as typed, with or without the sign before it, in the form of indexes."""
    try:
        return parse_address(f"anybody@{text.strip().removeprefix('@')}").domain_ascii
    except InvalidAddress:
        raise Refusal("domain", "Give a domain such as example.org, without anything before it.") from None
