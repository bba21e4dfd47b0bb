"""What permissions do when two records turn out to be one person's: the stricter word of both holds.

A no, a restriction, a pause of the record that goes is said again of the one that stays, and what its address is kept
from holds for the address of the other. A yes is not: it was given under another name or address, and asking once more
costs less than a mail that nobody asked for. For the same reason it does not matter which of a yes and a no came later.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bedside.ground.scope import Scope, in_scope
from bedside.records.consent import entries
from bedside.records.consent.elsewhere import other_addresses
from bedside.records.consent.queries import acts_of, permissions_of, suppressions_of
from bedside.records.consent.recording import add_event, wait_for_others
from bedside.records.consent.rules import (
    Answer,
    Category,
    EventKind,
    Evidence,
    SuppressionReason,
    Terms,
    Way,
    taken_back,
)
from bedside.records.consent.rules.suppressions import SuppressionKind
from bedside.records.consent.suppressing import is_by_itself, keep_address_from
from bedside.records.patients import queries as patients
from bedside.safeguards.audit.actions import record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime
    from uuid import UUID

    from bedside.records.consent.rules import PersonPermissions
    from bedside.records.consent.suppressed import SuppressionView

SOURCE: Final = "joined_record"
# A bounce says that one mailbox is gone, and nothing of what its owner wants.
_OF_THE_MAILBOX: Final = frozenset({SuppressionReason.BOUNCED})


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidAgain:
    """One act of the record that goes, to be recorded of the one that stays."""

    kind: EventKind
    category: Category | None = None
    terms: Terms | None = None


def said_again(
    gone: PersonPermissions, stays: PersonPermissions, *, took_back: frozenset[EventKind], today: date
) -> Iterator[SaidAgain]:
    """What the record that stays lacks to be as strict as either; nothing once that was recorded.

    `took_back` is what `rules.taken_back` says of the acts of the record that goes.
    """
    for category, permission in gone.permissions.items():
        held = stays.permissions[category]
        if permission.answer is Answer.REFUSED and (
            held.answer is not Answer.REFUSED
            or (permission.refused_beyond_links and not held.refused_beyond_links)
        ):
            yield SaidAgain(kind=EventKind.REFUSED, category=category)
    if gone.stopped_everything_at is not None and (
        stays.stopped_everything_at is None or (gone.stop_beyond_links and not stays.stop_beyond_links)
    ):
        yield SaidAgain(kind=EventKind.STOPPED_EVERYTHING)
    if gone.email_restricted and not stays.email_restricted:
        yield SaidAgain(kind=EventKind.RESTRICTED)
    elif narrower := gone.restricted_from - stays.restricted_from:
        yield SaidAgain(kind=EventKind.RESTRICTED, terms=Terms(categories=tuple(sorted(narrower))))
    if _represented_longer(gone, stays, today=today):
        terms = Terms(until=gone.represented_until)
        yield SaidAgain(kind=EventKind.REPRESENTATIVE_RECORDED, terms=terms)
    # Whoever asked for no email at all is not written to at the address that the other record names.
    if gone.other_way is not None and (
        stays.other_way is None or (stays.other_way is Way.OTHER_EMAIL is not gone.other_way)
    ):
        yield SaidAgain(kind=EventKind.OTHER_WAY_ASKED, terms=Terms(way=gone.other_way))
    yield from _signed_no_more(gone, stays, took_back)
    yield from _less_often(gone, stays)


def _represented_longer(gone: PersonPermissions, stays: PersonPermissions, *, today: date) -> bool:
    if not gone.represented_on(today):
        return False
    if not stays.represented_on(today):
        return True
    until = stays.represented_until
    return until is not None and (gone.represented_until is None or gone.represented_until > until)


def _signed_no_more(
    gone: PersonPermissions, stays: PersonPermissions, took_back: frozenset[EventKind]
) -> Iterator[SaidAgain]:
    """Whoever took a signature back does not want what it allowed, whatever they signed under their other record."""
    standing = [one for one in stays.authorizations if one.revoked_at is None]
    if standing and _revoked(gone):
        yield SaidAgain(kind=EventKind.AUTHORIZATION_REVOKED)
    held = {
        EventKind.PART2_REVOKED: stays.part2 is not None,
        EventKind.COLLECTION_WITHDRAWN: stays.collection,
        EventKind.PLAIN_MAIL_WITHDRAWN: stays.plain_mail,
    }
    for kind, is_held in held.items():
        if is_held and kind in took_back:
            yield SaidAgain(kind=kind)


def _revoked(held: PersonPermissions) -> bool:
    """True for somebody who revoked an authorization and has none left that admits anything."""
    counting = [one for one in held.authorizations if one.verified and not one.found_false]
    return any(one.revoked_at for one in held.authorizations) and all(one.revoked_at for one in counting)


def _less_often(gone: PersonPermissions, stays: PersonPermissions) -> Iterator[SaidAgain]:
    for category, monthly in gone.monthly_max.items():
        if monthly < stays.monthly_max.get(category, monthly + 1):
            terms = Terms(monthly_max=monthly)
            yield SaidAgain(kind=EventKind.FREQUENCY_CHOSEN, category=category, terms=terms)
    for category, until in gone.paused_until.items():
        held = stays.paused_until.get(category)
        if held is None or held < until:
            yield SaidAgain(kind=EventKind.PAUSED, category=category, terms=Terms(until=until))


def join_permissions(scope: Scope, *, from_patient: UUID, to_patient: UUID, at: datetime, today: date) -> int:
    """Records of `to_patient` what makes it as strict as both; gives how many acts. Done again it records nothing.

    Call it in the transaction that joins the records; who may do that is theirs to say.
    """
    with in_scope(scope):
        for one in sorted((from_patient, to_patient)):
            wait_for_others(one)
        held = permissions_of(scope, [from_patient, to_patient])
        took_back = taken_back(acts_of(scope, from_patient))
        gone, stays = held[from_patient], held[to_patient]
        acts = [*said_again(gone, stays, took_back=took_back, today=today)]
        for act in acts:
            add_event(
                scope,
                to_patient,
                act.kind,
                source=SOURCE,
                at=at,
                evidence=_evidence(scope, from_patient, act),
                category=act.category,
                terms=act.terms,
            )
        kept_away = _keep_away(scope, from_patient, to_patient, at=at)
        record(
            scope,
            entries.JOINED,
            at=at,
            subject=to_patient,
            joined_from=str(from_patient),
            said_again=len(acts) + kept_away,
        )
    return len(acts) + kept_away


def _keep_away(scope: Scope, from_patient: UUID, to_patient: UUID, *, at: datetime) -> int:
    """Keeps the addresses of the record that stays from what those of the other are kept from.

    Gives how many rows that were, without those that only follow an act which is said again.
    """
    theirs, own = _addresses(scope, from_patient), _addresses(scope, to_patient)
    kept = 0
    for said in (one for address in sorted(theirs - own) for one in suppressions_of(scope, address)):
        for address in sorted(own) if _is_of_person(said) else ():
            row = keep_address_from(scope, address, covers=said.scope, reason=said.reason, at=at)
            if row is not None and not _follows_an_act(scope, said):
                record(
                    scope, entries.SUPPRESSED, at=at, subject=row, covers=said.scope.value, reason=said.reason.value
                )  # fmt: skip
                kept += 1
    return kept


def _follows_an_act(scope: Scope, said: SuppressionView) -> bool:
    """True for what a no put on the address: it ends with that no, and not by staff's hand only."""
    return said.reason is SuppressionReason.ASKED and not is_by_itself(scope, said.id)


def _is_of_person(said: SuppressionView) -> bool:
    """Whether it says something of whose address it is, and not of the mailbox or of everybody at a domain."""
    return (
        said.lifted_at is None
        and said.of is not SuppressionKind.DOMAIN
        and said.reason not in _OF_THE_MAILBOX
    )


def _addresses(scope: Scope, patient_id: UUID) -> set[str]:
    """Where somebody is or was to be written to."""
    return {
        patients.get(scope, patient_id).email,
        other_addresses(scope, [patient_id]).get(patient_id, ""),
    } - {""}


def _evidence(scope: Scope, patient_id: UUID, act: SaidAgain) -> Evidence | None:
    """The other address that somebody asked for goes along; without it they would be written to nowhere."""
    if act.terms is None or act.terms.way is not Way.OTHER_EMAIL:
        return None
    return Evidence(address=other_addresses(scope, [patient_id]).get(patient_id, ""))
