"""From acts to the present state: a pure fold, so that the state can be computed again at any time (CON-01).

An act that nobody has verified, that is a line of an import, never overrules what the person or staff said:
not a no by a yes, and not a paper that somebody has seen (SUP-03). It may say no where the person said yes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.records.consent.rules.nouns import (
    BY_LINK,
    NOTHING_SAID,
    Answer,
    Authorization,
    Category,
    EventKind,
    ExpiryEvent,
    Permission,
    PersonPermissions,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from bedside.records.consent.rules.nouns import Event

_ANSWERS = {EventKind.GRANTED.value: Answer.GRANTED, EventKind.REFUSED.value: Answer.REFUSED}
_NOTHING_SAID = dict(NOTHING_SAID)
_CATEGORIES = {category.value: category for category in Category}


def nothing_said(patient_id: UUID) -> PersonPermissions:
    """The state of a person without any act."""
    return PersonPermissions(
        patient_id=patient_id,
        permissions=NOTHING_SAID,
        stopped_everything_at=None,
        email_restricted=False,
        authorization=None,
        representative_recorded=False,
    )


def fold(patient_id: UUID, events: Iterable[Event]) -> PersonPermissions:
    """The present state after `events` in the order in which they were recorded."""
    state = _State()
    for event in events:
        answer = _ANSWERS.get(event.kind)
        if answer is None:
            _OTHERS[event.kind](state, event)
        else:
            state.answer(event, answer)
    return PersonPermissions(
        patient_id=patient_id,
        permissions=state.permissions,
        stopped_everything_at=state.stopped_at,
        email_restricted=state.restricted,
        authorization=state.authorization,
        representative_recorded=state.represented,
        stop_verified=state.stop_verified,
        stop_beyond_links=state.stop_beyond_links,
    )


class _State:
    """What has been understood so far."""

    __slots__ = (
        "authorization", "before_refusal", "permissions", "represented", "restricted", "stop_beyond_links",
        "stop_verified", "stopped_at",
    )  # fmt: skip

    def __init__(self) -> None:
        self.permissions = _NOTHING_SAID.copy()  # far cheaper than to build it again
        self.stopped_at: datetime | None = None
        self.stop_verified = False
        self.stop_beyond_links = False
        self.before_refusal: dict[Category, Permission] = {}
        self.restricted = False
        self.represented = False
        self.authorization: Authorization | None = None

    def answer(self, event: Event, answer: Answer) -> None:
        category = _CATEGORIES[event.category]
        held = self.permissions[category]
        if not event.verified and held.verified and (held.answer is answer or held.answer is Answer.REFUSED):
            return
        if answer is Answer.REFUSED:
            self.before_refusal[category] = held
        self.permissions[category] = Permission(
            category=category, answer=answer, since=event.at, source=event.source, verified=event.verified
        )

    def undo_refusal(self, event: Event) -> None:
        """Nobody is made to say yes by taking a no back: the answer becomes what it was before that no."""
        category = _CATEGORIES[event.category]
        if event.verified and self.permissions[category].answer is Answer.REFUSED:
            self.permissions[category] = self.before_refusal[category]

    def stop(self, event: Event) -> None:
        if self.stopped_at is None:
            self.stopped_at = event.at
        self.stop_verified = self.stop_verified or event.verified
        self.stop_beyond_links = self.stop_beyond_links or (event.verified and event.source not in BY_LINK)

    def resume(self, event: Event) -> None:
        if event.verified or not self.stop_verified:
            self.stopped_at = None
            self.stop_verified = self.stop_beyond_links = False

    def authorize(self, event: Event) -> None:
        held = self.authorization
        if not event.verified and held is not None and (held.verified or held.revoked_at is not None):
            return
        self.authorization = _authorization(event, revoked_at=None)

    def revoke(self, event: Event) -> None:
        held = self.authorization
        if held is not None and held.revoked_at is None:
            self.authorization = Authorization(
                signed_on=held.signed_on,
                expires_on=held.expires_on,
                expires_event=held.expires_event,
                revoked_at=event.at,
                remuneration_stated=held.remuneration_stated,
                sender_covered=held.sender_covered,
                verified=held.verified,
            )

    def restrict(self, _event: Event) -> None:
        self.restricted = True

    def lift_restriction(self, _event: Event) -> None:
        self.restricted = False

    def represent(self, _event: Event) -> None:
        self.represented = True

    def end_representative(self, _event: Event) -> None:
        self.represented = False


def _authorization(event: Event, *, revoked_at: datetime | None) -> Authorization:
    if event.signed_on is None:
        raise ValueError("an authorization without the day of its signature was stored")
    return Authorization(
        signed_on=event.signed_on,
        expires_on=event.expires_on,
        expires_event=ExpiryEvent(event.expires_event) if event.expires_event else None,
        revoked_at=revoked_at,
        remuneration_stated=event.remuneration_stated,
        sender_covered=event.sender_covered,
        verified=event.verified,
    )


# An unknown kind raises KeyError: a record that cannot be read in full must not be read as permission.
_OTHERS = {
    EventKind.REFUSAL_UNDONE.value: _State.undo_refusal,
    EventKind.STOPPED_EVERYTHING.value: _State.stop,
    EventKind.RESUMED.value: _State.resume,
    EventKind.AUTHORIZATION_RECORDED.value: _State.authorize,
    EventKind.AUTHORIZATION_REVOKED.value: _State.revoke,
    EventKind.RESTRICTED.value: _State.restrict,
    EventKind.RESTRICTION_LIFTED.value: _State.lift_restriction,
    EventKind.REPRESENTATIVE_RECORDED.value: _State.represent,
    EventKind.REPRESENTATIVE_ENDED.value: _State.end_representative,
}
