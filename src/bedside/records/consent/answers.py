"""What a person says about our mail: yes or no to a category, stop everything, start again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.ground.errors import Refusal
from bedside.ground.scope import ActorKind, Scope, in_scope
from bedside.records.consent import entries
from bedside.records.consent.recording import add_event, begin
from bedside.records.consent.rules import (
    BY_LINK,
    PROMOTIONAL,
    Answer,
    EventKind,
    SuppressionReason,
    SuppressionScope,
)
from bedside.records.consent.suppressing import (
    asked_of_staff,
    keep_address_from,
    lift_what_was_asked,
)
from bedside.safeguards.audit.actions import record

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from bedside.records.consent.rules import Category, Evidence, PersonPermissions


def grant(
    scope: Scope,
    patient_id: UUID,
    *,
    category: Category,
    source: str,
    at: datetime,
    evidence: Evidence | None = None,
) -> bool:
    """Records a yes to one category. Gives False when the person had said so already.

    Ends the suppression of their address for this category if that came from a request to stop (SUP-03).
    Does not undo `stop_everything`: that takes `resume`. A patient's own scope, that is a link, never overrules
    a no that staff recorded. Raises NotAllowed, NotFound, Refusal (`ask_practice`).
    """
    with in_scope(scope):
        held, address = begin(scope, patient_id)
        _require_open(scope, held, address, category=category)
        lifted = lift_what_was_asked(scope, address, category=category, at=at)
        said = held.permissions[category]
        if said.answer is Answer.GRANTED and said.verified and not lifted:
            return False
        add_event(
            scope, patient_id, EventKind.GRANTED, category=category, source=source, at=at, evidence=evidence
        )
        record(
            scope,
            entries.GRANTED,
            at=at,
            subject=patient_id,
            category=category.value,
            source=source,
            lifted=lifted,
        )
    return True


def refuse(
    scope: Scope,
    patient_id: UUID,
    *,
    category: Category,
    source: str,
    at: datetime,
    evidence: Evidence | None = None,
) -> bool:
    """Records a no to one category, in force for every send that is cleared after this commits.

    Gives False when the person had said so already. For promotional mail their address is suppressed as well,
    because CAN-SPAM counts addresses and the no must outlive the record (15 USC 7704(a)(4), CON-24).
    """
    with in_scope(scope):
        held, address = begin(scope, patient_id)
        if category in PROMOTIONAL:
            _suppress_own(scope, address, SuppressionScope(category.value), at)
        if not refusal_is_news(held, category, source=source):
            return False
        add_event(
            scope, patient_id, EventKind.REFUSED, category=category, source=source, at=at, evidence=evidence
        )
        record(scope, entries.REFUSED, at=at, subject=patient_id, category=category.value, source=source)
    return True


def stop_everything(
    scope: Scope, patient_id: UUID, *, source: str, at: datetime, evidence: Evidence | None = None
) -> bool:
    """Records that a person wants no mail at all. Gives False when that was recorded already."""
    with in_scope(scope):
        held, address = begin(scope, patient_id)
        _suppress_own(scope, address, SuppressionScope.MARKETING, at)
        if not stop_is_news(held, source=source):
            return False
        add_event(scope, patient_id, EventKind.STOPPED_EVERYTHING, source=source, at=at, evidence=evidence)
        record(scope, entries.STOPPED, at=at, subject=patient_id, source=source)
    return True


def resume(
    scope: Scope, patient_id: UUID, *, source: str, at: datetime, evidence: Evidence | None = None
) -> bool:
    """Undoes `stop_everything`; what was said about each category counts again. Raises as `grant`."""
    with in_scope(scope):
        held, address = begin(scope, patient_id)
        _require_open(scope, held, address, category=None)
        lifted = lift_what_was_asked(scope, address, category=None, at=at)
        if held.stopped_everything_at is None and not lifted:
            return False
        add_event(scope, patient_id, EventKind.RESUMED, source=source, at=at, evidence=evidence)
        record(scope, entries.RESUMED, at=at, subject=patient_id, source=source, lifted=lifted)
    return True


def refusal_is_news(held: PersonPermissions, category: Category, *, source: str) -> bool:
    """False where that no stands already and this one weighs no more."""
    said = held.permissions[category]
    return not (said.answer is Answer.REFUSED and said.verified) or _weighs_more(source, said.source)


def stop_is_news(held: PersonPermissions, *, source: str) -> bool:
    """As `refusal_is_news`, for the stop of everything."""
    return not (held.stop_verified and (held.stop_beyond_links or source in BY_LINK))


def _suppress_own(scope: Scope, address: str, covers: SuppressionScope, at: datetime) -> None:
    if address:
        keep_address_from(scope, address, covers=covers, reason=SuppressionReason.ASKED, at=at)


def open_to_links(scope: Scope, held: PersonPermissions, address: str) -> frozenset[Category | None]:
    """What a link may start again; None stands for mail at all.

    Mails are forwarded and mailboxes shared, so what somebody signed or said to staff outweighs a click.
    """
    if held.stop_beyond_links:
        return frozenset()
    closed = asked_of_staff(scope, address)
    open_ones = {
        category
        for category, said in held.permissions.items()
        if category not in closed and not said.refused_beyond_links
    }
    return frozenset(open_ones) | (frozenset() if closed else frozenset({None}))


def ask_practice() -> Refusal:
    """The refusal of a yes that takes more than a link."""
    return Refusal("ask_practice", "Please ask the practice to start these mails again.")


def _require_open(scope: Scope, held: PersonPermissions, address: str, *, category: Category | None) -> None:
    """Raises Refusal if a link, that is a patient's own scope, is to turn round what staff recorded."""
    if scope.actor.kind is ActorKind.PATIENT and category not in open_to_links(scope, held, address):
        raise ask_practice()


def _weighs_more(source: str, than: str) -> bool:
    """A no on paper after one by link is worth its own row: the first may be taken back by link, it may not."""
    return source not in BY_LINK and than in BY_LINK
