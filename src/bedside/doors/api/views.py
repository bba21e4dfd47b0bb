"""`POST /api/v1/fhir`, `/hl7`, `/patients`, and `GET /api/v1/imports/<id>`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.urls import reverse

from bedside.doors.api.answers import answer, problem, taken
from bedside.doors.api.calling import BODY_BYTES_MAX, announced_bytes, api_call, body_of, spooled
from bedside.doors.api.people import read_people
from bedside.ground import clock
from bedside.ground.errors import NotFound
from bedside.records.intake import queries
from bedside.records.intake.deciding import sentence_of
from bedside.records.intake.live import (
    RECORDS_MAX,
    TooMany,
    is_from,
    receive_sent,
    take_fhir,
    take_messages,
    take_people,
)
from bedside.records.intake.nouns import ImportState, failure_sentence
from bedside.records.intake.waiting import require_room

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from bedside.safeguards.apikeys.actions import ApiCaller

JSON_TYPES: Final = frozenset({"application/fhir+json", "application/json"})
LINES_TYPES: Final = frozenset({"application/fhir+ndjson", "application/ndjson", "application/x-ndjson"})
HL7_TYPES: Final = frozenset(
    {"application/hl7-v2", "application/hl7-v2+er7", "x-application/hl7-v2+er7", "text/plain"}
)
_REASONS_SHOWN: Final = 100


@api_call("POST")
def fhir(request: HttpRequest, caller: ApiCaller) -> HttpResponse:
    """A Bundle, one resource, or one resource a line; more than a transaction takes becomes an import (202)."""
    kind = request.content_type
    if kind not in JSON_TYPES | LINES_TYPES:
        return problem(
            415, "content_type", "Send FHIR R4 as application/fhir+json or application/fhir+ndjson."
        )
    if _is_file(request):
        return _as_import(request, caller, "fhir")
    body = body_of(request, caller)
    try:
        done = take_fhir(
            caller.scope,
            caller.source_id,
            body,
            is_lines=kind in LINES_TYPES,
            at=clock.now(),
            for_member=caller.made_by,
        )
    except TooMany:
        return _import(caller, "fhir", [body])
    return taken(done)


@api_call("POST")
def hl7(request: HttpRequest, caller: ApiCaller) -> HttpResponse:
    """HL7 v2 messages, one or several after each other; more than a transaction takes becomes an import (202)."""
    if request.content_type not in HL7_TYPES:
        return problem(415, "content_type", "Send HL7 v2 as application/hl7-v2 or text/plain.")
    if _is_file(request):
        return _as_import(request, caller, "hl7")
    body = body_of(request, caller)
    try:
        done = take_messages(caller.scope, caller.source_id, body, at=clock.now(), for_member=caller.made_by)
    except TooMany:
        return _import(caller, "hl7", [body])
    return taken(done)


@api_call("POST")
def patients(request: HttpRequest, caller: ApiCaller) -> HttpResponse:
    """One person or a list of them in plain JSON."""
    if request.content_type != "application/json":
        return problem(415, "content_type", "Send JSON as application/json.")
    if announced_bytes(request) > BODY_BYTES_MAX:
        return problem(413, "too_large", f"Send at most {BODY_BYTES_MAX // 1024**2} MB at once.")
    people = read_people(body_of(request, caller))
    return taken(
        take_people(caller.scope, caller.source_id, people, at=clock.now(), for_member=caller.made_by)
    )


@api_call("GET")
def one_import(request: HttpRequest, caller: ApiCaller, import_id: UUID) -> HttpResponse:  # noqa: ARG001
    """Where an import of the key's own system stands."""
    if not is_from(caller.scope, import_id, caller.source_id):
        raise NotFound("There is no such import of this system.")
    view = queries.view(caller.scope, import_id)
    rejected = queries.rejected(caller.scope, import_id, offset=0, limit=_REASONS_SHOWN)
    return answer(
        {
            "id": str(view.id),
            "state": view.state.value,
            "is_over": view.state in {ImportState.FINISHED, ImportState.CANCELLED},
            "bytes": view.size_bytes,
            "bytes_done": view.bytes_done,
            "new": view.new,
            "changed": view.changed,
            "unchanged": view.unchanged,
            "not_kept": view.skipped,
            "refused": view.rejected,
            "reasons": [
                {"record": each.line, "code": each.code, "sentence": each.sentence or sentence_of(each.code)}
                for each in rejected
            ],
            "failure": {"code": view.failure, "sentence": failure_sentence(view.failure)}
            if view.failure
            else None,
        }
    )


def _is_file(request: HttpRequest) -> bool:
    """Whether the sender asks for an import (RFC 7240), or sends too much to take at once."""
    wishes = {part.strip() for part in request.headers.get("Prefer", "").split(",")}
    return "respond-async" in wishes or announced_bytes(request) > BODY_BYTES_MAX


def _as_import(request: HttpRequest, caller: ApiCaller, name: str) -> HttpResponse:
    require_room(caller.scope, caller.source_id)  # before a byte of it lies here
    upload = spooled(request, caller)
    try:
        return _import(caller, name, upload.chunks())
    finally:
        upload.close()


def _import(caller: ApiCaller, name: str, pieces: Iterable[bytes]) -> HttpResponse:
    require_room(caller.scope, caller.source_id)
    import_id = receive_sent(
        caller.scope,
        caller.source_id,
        name=f"{name} {clock.now():%Y-%m-%d %H:%M}",
        pieces=pieces,
        at=clock.now(),
        for_member=caller.made_by,
    )
    address = reverse("api_import", args=[import_id])
    made = answer({"import": str(import_id), "at_once": RECORDS_MAX, "address": address}, status=202)
    made.headers["Location"] = address
    return made
