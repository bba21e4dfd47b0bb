"""From acts to the present state: a pure fold, so that the state can be computed again at any time (CON-01).

An act that nobody has verified, that is a line of an import, never overrules what the person or staff said:
not a no by a yes, and not a paper that somebody has seen (SUP-03). It may say no where the person said yes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bedside.records.consent.rules.nouns import (
    BY_LINK,
    NOT_PAUSED,
    NOTHING_CHOSEN,
    NOTHING_SAID,
    PROMOTIONAL,
    Answer,
    Authorization,
    Category,
    EventKind,
    ExpiryEvent,
    Part2Consent,
    Permission,
    PersonPermissions,
)
from bedside.records.consent.rules.terms import (
    StateProfile,
    Way,
    read_document,
    read_purposes,
    read_sensitivities,
    read_until,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from bedside.records.consent.rules.nouns import Event

_ANSWERS = {EventKind.GRANTED.value: Answer.GRANTED, EventKind.REFUSED.value: Answer.REFUSED}
_NOTHING_SAID = dict(NOTHING_SAID)
_CATEGORIES = {category.value: category for category in Category}
_ALL = frozenset(Category)
_NONE: frozenset[Category] = frozenset()


# The state of a person without any act.
NOTHING_RECORDED = PersonPermissions(
    permissions=NOTHING_SAID,
    stopped_everything_at=None,
    email_restricted=False,
    authorization=None,
    representative_recorded=False,
    monthly_max=NOTHING_CHOSEN,
    paused_until=NOT_PAUSED,
)


def fold(events: Iterable[Event]) -> PersonPermissions:
    """The present state after `events` in the order in which they were recorded."""
    state = _State()
    for event in events:
        answer = _ANSWERS.get(event.kind)
        if answer is None:
            _OTHERS[event.kind](state, event)
        else:
            state.answer(event, answer)
    return PersonPermissions(
        permissions=state.permissions,
        stopped_everything_at=state.stopped_at,
        email_restricted=state.restricted,
        authorization=state.authorizations[-1] if state.authorizations else None,
        representative_recorded=state.represented,
        stop_verified=state.stop_verified,
        stop_beyond_links=state.stop_beyond_links,
        authorizations=tuple(state.authorizations),
        restricted_from=_ALL if state.restricted else frozenset(state.restricted_from),
        represented_until=state.represented_until,
        monthly_max=state.monthly_max,
        paused_until=state.paused_until,
        other_way=state.other_way,
        plain_mail=state.plain_mail,
        proven_mark=state.proven_mark,
        part2=state.part2,
        collection=state.collection,
    )


class _State:
    """What has been understood so far."""

    __slots__ = (
        "authorizations", "before_refusal", "collection", "monthly_max", "other_way", "part2", "paused_until",
        "permissions", "plain_mail", "proven_mark", "represented", "represented_until", "restricted",
        "restricted_from", "stop_beyond_links", "stop_verified", "stopped_at",
    )  # fmt: skip

    def __init__(self) -> None:
        self.permissions = _NOTHING_SAID.copy()  # far cheaper than to build it again
        self.stopped_at: datetime | None = None
        self.stop_verified = False
        self.stop_beyond_links = False
        self.before_refusal: Mapping[Category, Permission] = _NOTHING_SAID
        self.restricted = False
        self.restricted_from: frozenset[Category] = _NONE
        self.represented = False
        self.represented_until: date | None = None
        self.authorizations: Sequence[Authorization] = ()
        self.monthly_max = NOTHING_CHOSEN
        self.paused_until = NOT_PAUSED
        self.other_way: Way | None = None
        self.plain_mail = False
        self.proven_mark = ""
        self.part2: Part2Consent | None = None
        self.collection = False

    def answer(self, event: Event, answer: Answer) -> None:
        category = _CATEGORIES[event.category]
        held = self.permissions[category]
        if not event.verified and held.verified and (held.answer is answer or held.answer is Answer.REFUSED):
            return
        if answer is Answer.REFUSED:
            self.before_refusal = {**self.before_refusal, category: held}
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
        """A paper takes the place of the earlier one without a document, or of the same document."""
        fresh = _authorization(event)
        if not event.verified and any(_outweighs(held) for held in self.authorizations):
            return
        others = [held for held in self.authorizations if held.document_id != fresh.document_id]
        self.authorizations = (*others, fresh)

    def revoke(self, event: Event) -> None:
        """Ends one document, or all of them where the act names none."""
        document = read_document(event.terms)
        self.authorizations = [
            replace(held, revoked_at=event.at)
            if held.revoked_at is None and document in {None, held.document_id}
            else held
            for held in self.authorizations
        ]

    def find_false(self, event: Event) -> None:
        document = read_document(event.terms)
        self.authorizations = [
            replace(held, found_false=True) if held.document_id == document else held
            for held in self.authorizations
        ]

    def restrict(self, event: Event) -> None:
        narrow = frozenset(_CATEGORIES[code] for code in event.terms.get("categories", ()))
        self.restricted = self.restricted or not narrow
        self.restricted_from |= narrow

    def lift_restriction(self, _event: Event) -> None:
        self.restricted = False
        self.restricted_from = _NONE

    def represent(self, event: Event) -> None:
        self.represented = True
        self.represented_until = read_until(event.terms)

    def end_representative(self, _event: Event) -> None:
        self.represented = False
        self.represented_until = None

    def choose_frequency(self, event: Event) -> None:
        category, monthly = _CATEGORIES[event.category], event.terms.get("monthly")
        others = {one: number for one, number in self.monthly_max.items() if one is not category}
        self.monthly_max = others if monthly is None else {**others, category: int(monthly)}

    def pause(self, event: Event) -> None:
        until = read_until(event.terms)
        if until is None:
            raise ValueError("a pause without its last day was stored")
        self.paused_until = {**self.paused_until, **dict.fromkeys(_meant(event), until)}

    def end_pause(self, event: Event) -> None:
        meant = _meant(event)
        self.paused_until = {one: day for one, day in self.paused_until.items() if one not in meant}

    def ask_other_way(self, event: Event) -> None:
        self.other_way = Way(event.terms["way"])

    def end_other_way(self, _event: Event) -> None:
        self.other_way = None

    def choose_plain_mail(self, event: Event) -> None:
        self.plain_mail = event.verified or self.plain_mail

    def withdraw_plain_mail(self, _event: Event) -> None:
        self.plain_mail = False

    def prove_address(self, event: Event) -> None:
        if event.verified:
            self.proven_mark = event.terms["mark"]

    def consent_part2(self, event: Event) -> None:
        if event.verified:
            terms = event.terms
            self.part2 = Part2Consent(
                document_id=read_document(terms),
                purposes=read_purposes(terms),
                until=read_until(terms),
                care_only=bool(terms.get("care_only", False)),
            )

    def revoke_part2(self, _event: Event) -> None:
        self.part2 = None

    def consent_collection(self, event: Event) -> None:
        self.collection = event.verified or self.collection

    def withdraw_collection(self, _event: Event) -> None:
        self.collection = False


# What was agreed to, by the act that takes it back.
_TAKEN_BACK_BY = {
    EventKind.PART2_CONSENTED.value: EventKind.PART2_REVOKED,
    EventKind.COLLECTION_CONSENTED.value: EventKind.COLLECTION_WITHDRAWN,
    EventKind.PLAIN_MAIL_CHOSEN.value: EventKind.PLAIN_MAIL_WITHDRAWN,
}


def taken_back(events: Iterable[Event]) -> frozenset[EventKind]:
    """The acts among these that took something back which was not agreed to again: more than never having agreed."""
    found: set[EventKind] = set()
    for event in events:
        if event.kind in _TAKEN_BACK_BY and event.verified:
            found.discard(_TAKEN_BACK_BY[event.kind])
        elif (kind := EventKind(event.kind)) in _TAKEN_BACK_BY.values():
            found.add(kind)
    return frozenset(found)


def _meant(event: Event) -> frozenset[Category]:
    """The categories of a pause: one, or all that is promotional."""
    return frozenset({_CATEGORIES[event.category]}) if event.category else PROMOTIONAL


def _outweighs(held: Authorization) -> bool:
    """True if no line of a file may come after it: somebody has seen it, or it was revoked."""
    return held.verified or held.revoked_at is not None


def _authorization(event: Event) -> Authorization:
    if event.signed_on is None:
        raise ValueError("an authorization without the day of its signature was stored")
    terms = event.terms
    return Authorization(
        signed_on=event.signed_on,
        expires_on=event.expires_on,
        expires_event=ExpiryEvent(event.expires_event) if event.expires_event else None,
        revoked_at=None,
        remuneration_stated=event.remuneration_stated,
        sender_covered=event.sender_covered,
        verified=event.verified,
        document_id=read_document(terms),
        purposes=read_purposes(terms),
        sensitivities=read_sensitivities(terms),
        profile=StateProfile(terms.get("profile", StateProfile.FEDERAL)),
        recorded_at=event.at,
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
    EventKind.FREQUENCY_CHOSEN.value: _State.choose_frequency,
    EventKind.PAUSED.value: _State.pause,
    EventKind.PAUSE_ENDED.value: _State.end_pause,
    EventKind.AUTHORIZATION_FOUND_FALSE.value: _State.find_false,
    EventKind.OTHER_WAY_ASKED.value: _State.ask_other_way,
    EventKind.OTHER_WAY_ENDED.value: _State.end_other_way,
    EventKind.PLAIN_MAIL_CHOSEN.value: _State.choose_plain_mail,
    EventKind.PLAIN_MAIL_WITHDRAWN.value: _State.withdraw_plain_mail,
    EventKind.ADDRESS_PROVEN.value: _State.prove_address,
    EventKind.PART2_CONSENTED.value: _State.consent_part2,
    EventKind.PART2_REVOKED.value: _State.revoke_part2,
    EventKind.COLLECTION_CONSENTED.value: _State.consent_collection,
    EventKind.COLLECTION_WITHDRAWN.value: _State.withdraw_collection,
}
