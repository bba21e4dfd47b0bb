"""What permissions do when two records turn out to be one person's: the stricter word of both holds.

A no, a restriction, a pause of the record that goes is said again of the one that stays. A yes is not: it was given
under another name or address, and asking once more costs less than a mail that nobody asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bedside.ground.scope import Scope, in_scope
from bedside.records.consent import entries
from bedside.records.consent.elsewhere import other_addresses
from bedside.records.consent.queries import permissions_of
from bedside.records.consent.recording import add_event, wait_for_others
from bedside.records.consent.rules import Answer, Category, EventKind, Evidence, Terms, Way
from bedside.safeguards.audit.actions import record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime
    from uuid import UUID

    from bedside.records.consent.rules import PersonPermissions

SOURCE: Final = "joined_record"


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidAgain:
    """One act of the record that goes, to be recorded of the one that stays."""

    kind: EventKind
    category: Category | None = None
    terms: Terms | None = None


def said_again(gone: PersonPermissions, stays: PersonPermissions, *, today: date) -> Iterator[SaidAgain]:
    """What the record that stays lacks to be as strict as either; nothing once that was recorded."""
    for category, permission in gone.permissions.items():
        held = stays.permissions[category]
        if permission.answer is Answer.REFUSED and held.answer is not Answer.REFUSED:
            yield SaidAgain(kind=EventKind.REFUSED, category=category)
    if gone.stopped_everything_at is not None and stays.stopped_everything_at is None:
        yield SaidAgain(kind=EventKind.STOPPED_EVERYTHING)
    if gone.email_restricted and not stays.email_restricted:
        yield SaidAgain(kind=EventKind.RESTRICTED)
    elif narrower := gone.restricted_from - stays.restricted_from:
        yield SaidAgain(kind=EventKind.RESTRICTED, terms=Terms(categories=tuple(sorted(narrower))))
    if gone.represented_on(today) and not stays.represented_on(today):
        terms = Terms(until=gone.represented_until)
        yield SaidAgain(kind=EventKind.REPRESENTATIVE_RECORDED, terms=terms)
    if gone.other_way is not None and stays.other_way is None:
        yield SaidAgain(kind=EventKind.OTHER_WAY_ASKED, terms=Terms(way=gone.other_way))
    yield from _less_often(gone, stays)


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
        acts = [*said_again(held[from_patient], held[to_patient], today=today)]
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
        record(
            scope,
            entries.JOINED,
            at=at,
            subject=to_patient,
            joined_from=str(from_patient),
            said_again=len(acts),
        )
    return len(acts)


def _evidence(scope: Scope, patient_id: UUID, act: SaidAgain) -> Evidence | None:
    """The other address that somebody asked for goes along; without it they would be written to nowhere."""
    if act.terms is None or act.terms.way is not Way.OTHER_EMAIL:
        return None
    return Evidence(address=other_addresses(scope, [patient_id]).get(patient_id, ""))
