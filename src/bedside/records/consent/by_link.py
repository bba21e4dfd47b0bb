"""Saying yes by a link in a mail. Saying no takes nothing but the link; a yes has to come from who reads the mailbox.

Mails are forwarded, printed and found in mailboxes that changed hands. So a yes counts only with a link from a
campaign's mail of the last `YES_DAYS` to the person's present address, and never against what staff recorded.
Whatever link was used, a click can be taken back for `UNDO_MINUTES`: then it is as if it had not happened.
"""

from __future__ import annotations

import hmac
from datetime import timedelta
from typing import TYPE_CHECKING

from bedside.ground.scope import Scope, in_scope, reading
from bedside.kit.mail.addresses import InvalidAddress, parse_address
from bedside.records.consent import entries, preferring
from bedside.records.consent.answers import ask_practice, grant, open_to_links, resume
from bedside.records.consent.links import address_mark
from bedside.records.consent.queries import permissions_of
from bedside.records.consent.recording import add_event, begin
from bedside.records.consent.rules import BY_LINK, Answer, EventKind, SuppressionScope
from bedside.records.consent.suppressing import lift_what_the_click_added
from bedside.records.patients import queries as patients
from bedside.safeguards.audit.actions import record
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from datetime import datetime

    from bedside.records.consent.links import Link
    from bedside.records.consent.rules import Category, Evidence, PersonPermissions

YES_DAYS = 60
UNDO_MINUTES = 60


def is_to_present_address(scope: Scope, link: Link, address: str) -> bool:
    """True if the link's mail went to `address`: only then may a page show any part of it."""
    try:
        key = parse_address(address).lookup_key
    except InvalidAddress:
        return False
    return hmac.compare_digest(link.address_mark, address_mark(practice_keys(scope), key))


def open_to_yes(scope: Scope, link: Link, *, at: datetime) -> frozenset[Category | None]:
    """What the link could start now; None stands for mail at all. Raises NotFound."""
    with reading(scope):
        address = patients.get(scope, link.patient_id).email
        if not _is_enough(scope, link, address, at=at):
            return frozenset()
        held = permissions_of(scope, [link.patient_id])[link.patient_id]
        return open_to_links(scope, held, address)


def say_yes(
    scope: Scope, link: Link, *, category: Category | None, source: str, at: datetime, evidence: Evidence
) -> bool:
    """Grants the category, or starts mail again for None. Gives False where that stood already.

    Raises Refusal (`ask_practice`) where the link is not enough, NotFound.
    """
    with in_scope(scope):
        held, address = begin(scope, link.patient_id)
        if not _is_enough(scope, link, address, at=at):
            if _is_new(held, category):
                raise ask_practice()
            return False
        if category is None:
            return resume(scope, link.patient_id, source=source, at=at, evidence=evidence)
        return grant(scope, link.patient_id, category=category, source=source, at=at, evidence=evidence)


def choose_frequency(
    scope: Scope,
    link: Link,
    *,
    category: Category,
    monthly_max: int | None,
    source: str,
    at: datetime,
    evidence: Evidence,
) -> bool:
    """Less often needs nothing but the link; more often is a yes. Raises as `say_yes`."""
    with in_scope(scope):
        held, address = begin(scope, link.patient_id)
        before = held.monthly_max.get(category)
        more = before is not None and (monthly_max is None or monthly_max > before)
        if more and not _is_enough(scope, link, address, at=at):
            raise ask_practice()
        return preferring.choose_frequency(
            scope, link.patient_id, category=category, monthly_max=monthly_max, source=source, at=at,
            evidence=evidence,
        )  # fmt: skip


def end_pause(scope: Scope, link: Link, *, source: str, at: datetime, evidence: Evidence) -> bool:
    """Mail again before the pause is over, for all that is paused; that is a yes. Raises as `say_yes`."""
    with in_scope(scope):
        _, address = begin(scope, link.patient_id)
        if not _is_enough(scope, link, address, at=at):
            raise ask_practice()
        return preferring.end_pause(scope, link.patient_id, source=source, at=at, evidence=evidence)


def undo_click(
    scope: Scope,
    link: Link,
    *,
    category: Category | None,
    clicked_at: datetime,
    source: str,
    at: datetime,
    evidence: Evidence,
) -> None:
    """Puts back what one click by link at `clicked_at` had stopped, and no more: an open question is open again.

    The caller proves that whoever undoes it is who clicked. Raises Refusal (`ask_practice`) when too much time or
    anything else has happened since, NotFound.
    """
    with in_scope(scope):
        held, address = begin(scope, link.patient_id)
        if category not in open_to_links(scope, held, address):
            raise ask_practice()
        if not _stands(held, category, clicked_at) or at - clicked_at > timedelta(minutes=UNDO_MINUTES):
            raise ask_practice()
        covers = SuppressionScope.MARKETING if category is None else SuppressionScope(category.value)
        lift_what_the_click_added(scope, address, covers=covers, clicked_at=clicked_at, at=at)
        kind = EventKind.RESUMED if category is None else EventKind.REFUSAL_UNDONE
        add_event(scope, link.patient_id, kind, category=category, source=source, at=at, evidence=evidence)
        if category is None:
            record(scope, entries.RESUMED, at=at, subject=link.patient_id, source=source, lifted=0)
        else:
            record(
                scope,
                entries.REFUSAL_UNDONE,
                at=at,
                subject=link.patient_id,
                category=category.value,
                source=source,
            )


def _stands(held: PersonPermissions, category: Category | None, clicked_at: datetime) -> bool:
    """True if that click is why nothing is sent, and nothing has been said since."""
    if category is None:
        return held.stopped_everything_at == clicked_at and not held.stop_beyond_links
    said = held.permissions[category]
    return said.answer is Answer.REFUSED and said.since == clicked_at and said.source in BY_LINK


def _is_new(held: PersonPermissions, category: Category | None) -> bool:
    if category is None:
        return held.stopped_everything_at is not None
    return held.permissions[category].answer is not Answer.GRANTED


def _is_enough(scope: Scope, link: Link, address: str, *, at: datetime) -> bool:
    """True for a link from a campaign's mail, not too old, to the present address."""
    written = link.written_at
    if link.campaign_id is None or written is None or at - written > timedelta(days=YES_DAYS):
        return False
    return is_to_present_address(scope, link, address)
