"""Who comes with a token, and what it lets them do: speak for themselves about mail, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bedside.ground import clock
from bedside.ground.errors import NotFound
from bedside.ground.scope import Actor, ActorKind, Purpose, Scope
from bedside.records.consent import by_link
from bedside.records.consent.foreign_links import note_foreign_link
from bedside.records.consent.links import Link, open_link
from bedside.records.consent.queries import permissions_of
from bedside.records.patients import queries as patients
from bedside.records.patients.queries import survivors
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from django.http import HttpRequest

    from bedside.records.consent.rules import Category, PersonPermissions
    from bedside.safeguards.practices.rules import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One opened link. `scope` acts as the patient, with the right to record their own word only."""

    token: str
    link: Link
    scope: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What a page may show: how the practice is called, the masked address, the present permissions.

    `address` is empty unless the link's mail went there: whoever holds an older mail need not know the new one.
    """

    practice: Profile
    address: str
    permissions: PersonPermissions
    open_to_yes: frozenset[Category | None]  # what this link may start; None is mail at all


def visit(request: HttpRequest, token: str, *, follows: bool = True) -> Visit | None:
    """None for a token that this installation did not make.

    Of a record that was joined to another since, it is the visit of that other: what they say here must hold for the
    mail they get. Without `follows` that is left to whoever writes for many at once (`consent.together`).
    """
    link = open_link(token)
    if link is None:
        note_foreign_link(at=clock.now())
        return None
    arrived = Visit(token=token, link=link, scope=_scope(request, link))
    survivor = survivors(arrived.scope, [link.patient_id]).get(link.patient_id) if follows else None
    if survivor is None:
        return arrived
    link = replace(link, patient_id=survivor)
    return replace(arrived, link=link, scope=_scope(request, link))


def _scope(request: HttpRequest, link: Link) -> Scope:
    return Scope(
        practice_id=link.practice_id,
        actor=Actor(kind=ActorKind.PATIENT, id=str(link.patient_id)),
        purpose=Purpose.PATIENT_REQUEST,
        rights=frozenset({Right.RECORD_CONSENT.value}),
        origin=request.META.get("REMOTE_ADDR", ""),
    )


def person(arrived: Visit) -> Person | None:
    """None when the practice or the person's record is gone: then there is nothing left to mail."""
    patient_id = arrived.link.patient_id
    try:
        patient = patients.get(arrived.scope, patient_id)
        own = by_link.is_to_present_address(arrived.scope, arrived.link, patient.email)
        return Person(
            practice=profile(arrived.scope),
            address=masked(patient.email) if own else "",
            permissions=permissions_of(arrived.scope, [patient_id])[patient_id],
            open_to_yes=by_link.open_to_yes(arrived.scope, arrived.link, at=clock.now()),
        )
    except NotFound:
        return None


def masked(address: str) -> str:
    """The first letter and the domain: enough to know one's own address by, too little for anybody else (CON-12)."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}•••@{domain}" if at else ""
