"""What happens to a patient: visits, appointments, conditions, medicines, vaccinations, procedures, payers, consents.

Each reader raises `Unreadable`; an event that belongs to nobody (`no_person`) is of no use to anybody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.kit.clinical import fhir_parts as parts
from bedside.kit.clinical.nouns import (
    Appointment,
    CarePlan,
    Condition,
    Consent,
    Coverage,
    Immunization,
    Medication,
    Procedure,
    Visit,
)
from bedside.kit.clinical.outcomes import Reason, Unreadable
from bedside.kit.clinical.values import Period

if TYPE_CHECKING:
    from bedside.kit.clinical.fhir_parts import Json
    from bedside.kit.clinical.outcomes import Doubt
    from bedside.kit.clinical.values import Concept, Moment, Reference


def visit(resource: Json, *, source_id: str, doubts: list[Doubt]) -> Visit:
    """FHIR Encounter."""
    place = "Encounter"
    setting = parts.child(resource, "class", place)
    return Visit(
        source_id=source_id,
        person=_person(resource, "subject", place, doubts),
        updated_at=parts.updated_at(resource, place, doubts),
        status=parts.status(resource, place, doubts),
        setting=parts.coding(setting, "Encounter.class", doubts) if setting else None,
        types=parts.concepts(resource, "type", place, doubts),
        reasons=parts.concepts(resource, "reasonCode", place, doubts),
        period=parts.period(resource, "period", place, doubts),
        practitioners=_each(resource, "participant", "individual", place, doubts),
        locations=_each(resource, "location", "location", place, doubts),
        organization=parts.reference(resource, "serviceProvider", place, doubts),
        doubts=tuple(doubts),
    )


def appointment(resource: Json, *, source_id: str, doubts: list[Doubt]) -> Appointment:
    """FHIR Appointment. Whoever declined is not part of it."""
    place = "Appointment"
    actors = [
        actor
        for each in parts.children(resource, "participant", place, doubts)
        if parts.status(each, place, doubts) != "declined"
        and (actor := parts.reference(each, "actor", place, doubts)) is not None
    ]
    people = tuple(actor for actor in actors if actor.resource_type in {"Patient", ""})
    if not people:
        raise Unreadable(Reason.NO_PERSON, place="Appointment.participant")
    kind = parts.concept(resource, "appointmentType", place, doubts)
    services = parts.concepts(resource, "serviceType", place, doubts)
    return Appointment(
        source_id=source_id,
        people=people,
        updated_at=parts.updated_at(resource, place, doubts),
        status=parts.status(resource, place, doubts),
        types=(*services, kind) if kind.codes or kind.text else services,
        reasons=parts.concepts(resource, "reasonCode", place, doubts),
        start=parts.moment(resource, "start", place, doubts),
        end=parts.moment(resource, "end", place, doubts),
        practitioners=tuple(actor for actor in actors if actor.resource_type.startswith("Practitioner")),
        locations=tuple(actor for actor in actors if actor.resource_type == "Location"),
        doubts=tuple(doubts),
    )


def condition(resource: Json, *, source_id: str, doubts: list[Doubt]) -> Condition:
    """FHIR Condition. One that is over at an age or in words has abated, too, but not at a known time."""
    place = "Condition"
    return Condition(
        source_id=source_id,
        person=_person(resource, "subject", place, doubts),
        updated_at=parts.updated_at(resource, place, doubts),
        status=parts.first_code(resource, "clinicalStatus", place, doubts).lower(),
        verification=parts.first_code(resource, "verificationStatus", place, doubts).lower(),
        concept=parts.concept(resource, "code", place, doubts),
        categories=parts.concepts(resource, "category", place, doubts),
        onset=_begin(resource, "onset", place, doubts),
        abatement=_begin(resource, "abatement", place, doubts),
        has_abated=any(key in _ABATED and value not in (None, False) for key, value in resource.items()),
        recorded=parts.moment(resource, "recordedDate", place, doubts),
        doubts=tuple(doubts),
    )


def medication(resource: Json, *, source_id: str, doubts: list[Doubt]) -> Medication:
    """FHIR MedicationRequest. A medicine described within the request itself is looked up there."""
    place = "MedicationRequest"
    asked = parts.reference(resource, "medicationReference", place, doubts)
    named = parts.concept(resource, "medicationCodeableConcept", place, doubts)
    if asked is not None and asked.id.startswith("#"):
        named, asked = _contained_code(resource, asked.id[1:], doubts=doubts) or named, None
    return Medication(
        source_id=source_id,
        person=_person(resource, "subject", place, doubts),
        updated_at=parts.updated_at(resource, place, doubts),
        status=parts.status(resource, place, doubts),
        intent=parts.status(resource, place, doubts, key="intent"),
        concept=named,
        reference=asked,
        authored=parts.moment(resource, "authoredOn", place, doubts),
        requester=parts.reference(resource, "requester", place, doubts),
        doubts=tuple(doubts),
    )


def immunization(resource: Json, *, source_id: str, doubts: list[Doubt]) -> Immunization:
    """FHIR Immunization. A time only said in words is none."""
    place = "Immunization"
    return Immunization(
        source_id=source_id,
        person=_person(resource, "patient", place, doubts),
        updated_at=parts.updated_at(resource, place, doubts),
        status=parts.status(resource, place, doubts),
        vaccine=parts.concept(resource, "vaccineCode", place, doubts),
        occurred=parts.moment(resource, "occurrenceDateTime", place, doubts),
        doubts=tuple(doubts),
    )


def procedure(resource: Json, *, source_id: str, doubts: list[Doubt]) -> Procedure:
    """FHIR Procedure."""
    place = "Procedure"
    at = parts.moment(resource, "performedDateTime", place, doubts)
    return Procedure(
        source_id=source_id,
        person=_person(resource, "subject", place, doubts),
        updated_at=parts.updated_at(resource, place, doubts),
        status=parts.status(resource, place, doubts),
        concept=parts.concept(resource, "code", place, doubts),
        performed=parts.period(resource, "performedPeriod", place, doubts)
        or (None if at is None else Period(start=at, end=at)),
        doubts=tuple(doubts),
    )


def coverage(resource: Json, *, source_id: str, doubts: list[Doubt]) -> Coverage:
    """FHIR Coverage."""
    place = "Coverage"
    return Coverage(
        source_id=source_id,
        person=_person(resource, "beneficiary", place, doubts),
        updated_at=parts.updated_at(resource, place, doubts),
        status=parts.status(resource, place, doubts),
        type=parts.concept(resource, "type", place, doubts),
        relationship=parts.concept(resource, "relationship", place, doubts),
        payors=parts.references(resource, "payor", place, doubts),
        classes=tuple(
            (
                parts.first_code(each, "type", "Coverage.class", doubts),
                parts.text(each, "value", "Coverage.class", doubts),
            )
            for each in parts.children(resource, "class", place, doubts)
        ),
        period=parts.period(resource, "period", place, doubts),
        doubts=tuple(doubts),
    )


def consent(resource: Json, *, source_id: str, doubts: list[Doubt]) -> Consent:
    """FHIR Consent. Raises for a rule that is neither yes nor no: a guess could be the wrong one."""
    place = "Consent"
    rule = parts.child(resource, "provision", place)
    return Consent(
        source_id=source_id,
        person=_person(resource, "patient", place, doubts),
        updated_at=parts.updated_at(resource, place, doubts),
        status=parts.status(resource, place, doubts),
        scope=parts.concept(resource, "scope", place, doubts),
        categories=parts.concepts(resource, "category", place, doubts),
        given=parts.moment(resource, "dateTime", place, doubts),
        permits=_permits(rule, doubts=doubts),
        exceptions=len(parts.children(rule, "provision", "Consent.provision", doubts)),
        purposes=tuple(
            parts.coding(each, "Consent.provision.purpose", doubts)
            for each in parts.children(rule, "purpose", "Consent.provision", doubts)
        ),
        period=parts.period(rule, "period", "Consent.provision", doubts),
        doubts=tuple(doubts),
    )


def care_plan(resource: Json, *, source_id: str, doubts: list[Doubt]) -> CarePlan:
    """FHIR CarePlan."""
    place = "CarePlan"
    return CarePlan(
        source_id=source_id,
        person=_person(resource, "subject", place, doubts),
        updated_at=parts.updated_at(resource, place, doubts),
        status=parts.status(resource, place, doubts),
        intent=parts.status(resource, place, doubts, key="intent"),
        categories=parts.concepts(resource, "category", place, doubts),
        period=parts.period(resource, "period", place, doubts),
        doubts=tuple(doubts),
    )


_ABATED = frozenset(
    f"abatement{form}" for form in ("DateTime", "Age", "Period", "Range", "String", "Boolean")
)


def _person(resource: Json, key: str, place: str, doubts: list[Doubt]) -> Reference:
    """The patient; a type that is not said is taken for one, for nothing else stands here but a group."""
    named = parts.reference(resource, key, place, doubts)
    if named is None or named.resource_type not in {"Patient", ""} or not (named.id or named.value):
        raise Unreadable(Reason.NO_PERSON, place=f"{place}.{key}")
    return named


def _each(resource: Json, group: str, key: str, place: str, doubts: list[Doubt]) -> tuple[Reference, ...]:
    found = parts.children(resource, group, place, doubts)
    if not found:
        return ()
    place = f"{place}.{group}"
    named = [parts.reference(each, key, place, doubts) for each in found]
    return tuple([each for each in named if each is not None])


def _begin(resource: Json, element: str, place: str, doubts: list[Doubt]) -> Moment | None:
    """onsetDateTime or the start of onsetPeriod; an age or words give no date."""
    at = parts.moment(resource, f"{element}DateTime", place, doubts)
    if at is not None or resource.get(f"{element}Period") is None:
        return at
    span = parts.period(resource, f"{element}Period", place, doubts)
    return None if span is None else span.start


def _contained_code(resource: Json, own_id: str, *, doubts: list[Doubt]) -> Concept | None:
    """One step and no further, so that records which contain each other cannot go on for ever."""
    for each in parts.children(resource, "contained", "MedicationRequest", doubts):
        if each.get("id") == own_id:
            return parts.concept(each, "code", "MedicationRequest.contained", doubts)
    return None


def _permits(rule: Json, *, doubts: list[Doubt]) -> bool | None:
    said = parts.status(rule, "Consent.provision", doubts, key="type")
    if said not in {"", "permit", "deny"}:
        raise Unreadable(Reason.UNKNOWN_VALUE, place="Consent.provision.type")
    return None if not said else said == "permit"
