"""FHIR R4 as hospitals hand it over: bulk export (NDJSON, also gzip) and bundles.

Promise: every line that is not blank, and every entry of a bundle, gives exactly one outcome, in order; no input
raises, none is followed from record to record, and a stream takes constant memory. An outcome other than a noun
holds no value of the record.
Not here: fetching, matching people, deciding what to keep. Not read: text, extensions, contacts, attachments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson

from bedside.kit.clinical import fhir_events, fhir_people
from bedside.kit.clinical.fhir_parts import ID_CHARACTERS_MAX
from bedside.kit.clinical.fhir_types import KNOWN_TYPES
from bedside.kit.clinical.lines import LINE_BYTES_MAX, lines_of
from bedside.kit.clinical.nouns import PERSON_FIELDS
from bedside.kit.clinical.outcomes import READ_BEFORE, Doubt, Passed, Reason, Rejected, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from bedside.kit.clinical.fhir_parts import Json
    from bedside.kit.clinical.nouns import Noun

    Reader = Callable[..., Noun]

_READERS: Final[dict[str, Reader]] = {
    "Patient": fhir_people.person,
    "Practitioner": fhir_people.practitioner,
    "Location": fhir_people.location,
    "Encounter": fhir_events.visit,
    "Appointment": fhir_events.appointment,
    "Condition": fhir_events.condition,
    "MedicationRequest": fhir_events.medication,
    "Immunization": fhir_events.immunization,
    "Procedure": fhir_events.procedure,
    "Coverage": fhir_events.coverage,
    "Consent": fhir_events.consent,
    "CarePlan": fhir_events.care_plan,
}

RESOURCE_TYPES: Final = frozenset(_READERS)
"""What can be read. Other known types are passed over, unknown ones rejected."""

_PASSED: Final = {name: Passed(resource_type=name) for name in KNOWN_TYPES}


def read_ndjson(
    pieces: Iterable[bytes],
    *,
    wanted: frozenset[str] = RESOURCE_TYPES,
    person_fields: frozenset[str] = PERSON_FIELDS,
    line_bytes_max: int = LINE_BYTES_MAX,
    after: int = 0,
) -> Iterator[tuple[int, Noun | Rejected | Passed]]:
    """Read one resource a line, from bytes cut anywhere, compressed by gzip or not.

    Gives: (line from 1, outcome) for every line that is not blank. A type that is not `wanted` is `Passed` without
    being looked into, and so is what a Patient says beyond `person_fields`. Never raises for what the bytes hold.
    Lines up to `after` were read before: each is `Passed` of no sort, without being parsed.
    """
    for number, content, is_ended in lines_of(pieces, line_bytes_max=line_bytes_max):
        if number <= after:
            yield number, READ_BEFORE
            continue
        if isinstance(content, Reason):
            yield number, Rejected(line=number, resource_type="", reason=content)
            continue
        try:
            resource = orjson.loads(content)
        except orjson.JSONDecodeError:
            reason = Reason.NOT_JSON if is_ended else Reason.TRUNCATED
            yield number, Rejected(line=number, resource_type="", reason=reason)
            continue
        yield number, read_resource(resource, line=number, wanted=wanted, person_fields=person_fields)


def read_resource(
    resource: Any,
    *,
    line: int,
    wanted: frozenset[str] = RESOURCE_TYPES,
    person_fields: frozenset[str] = PERSON_FIELDS,
) -> Noun | Rejected | Passed:
    """Read one resource as JSON gave it; `line` only says where it stood."""
    if type(resource) is not dict:
        return Rejected(line=line, resource_type="", reason=Reason.NOT_AN_OBJECT)
    name = resource.get("resourceType")
    passed = _PASSED.get(name) if type(name) is str else None
    if passed is None:
        return Rejected(line=line, resource_type="", reason=Reason.UNKNOWN_TYPE, place="resourceType")
    reader = _READERS.get(passed.resource_type)
    if reader is None or passed.resource_type not in wanted:
        return passed
    doubts: list[Doubt] = []
    try:
        source_id = _source_id(resource, place=passed.resource_type)
        if reader is fhir_people.person:
            return fhir_people.person(resource, source_id=source_id, doubts=doubts, fields=person_fields)
        return reader(resource, source_id=source_id, doubts=doubts)
    except Unreadable as bad:
        return Rejected(line=line, resource_type=passed.resource_type, reason=bad.reason, place=bad.place)


def _source_id(resource: Json, *, place: str) -> str:
    """The id as it stands. Longer ones than FHIR's 64 characters are seen, odd characters are not."""
    found = resource.get("id")
    if type(found) is not str or not 0 < len(found) <= ID_CHARACTERS_MAX:
        raise Unreadable(Reason.NO_ID, place=f"{place}.id")
    if not found.isprintable() or found != found.strip():
        raise Unreadable(Reason.NO_ID, place=f"{place}.id")
    return found
