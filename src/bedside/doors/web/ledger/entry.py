"""One entry: who, what for, from where, on whom, when, and the proof that it stands in the ledger unchanged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bedside.doors.web.ledger.codes import detail_label, words_of
from bedside.doors.web.ledger.noting import note_names
from bedside.doors.web.ledger.phrases import DEED_WORDS, PURPOSE_WORDS, kind_words_of, plain
from bedside.doors.web.ledger.things import Sort, Thing, Things, sort_of_detail
from bedside.doors.web.ledger.views import sees_ledger
from bedside.doors.web.ledger.words import entry_address, lines
from bedside.doors.web.pages import whole_number
from bedside.ground import clock
from bedside.ground.errors import NotFound, Refusal
from bedside.kit.ledger import canonical_json, proof_of_entry
from bedside.safeguards.audit.actions import record
from bedside.safeguards.audit.entries import LEDGER_EXPORTED
from bedside.safeguards.audit.people import people_of
from bedside.safeguards.audit.proving import proof
from bedside.safeguards.audit.queries import entries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest

    from bedside.ground.scope import Scope
    from bedside.safeguards.audit.queries import LedgerEntry

PEOPLE_IN_PIECE = 20
PEOPLE_ON_PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """One typed detail of an entry as the page shows it: a thing if it is an id of ours, else words."""

    label: str
    words: str
    thing: Thing | None
    is_code: bool = False


@sees_ledger
def entry_page(request: HttpRequest, scope: Scope, entry_id: int) -> HttpResponse:
    """Everything about one entry; with `person` in the address, about that patient's part of an act on many."""
    person = read_person(request)
    entry = find_entry(scope, entry_id, person)
    things = Things(scope)
    line = lines(scope, [entry], things=things, person=person)[0]
    context = {
        "line": line,
        "entry": entry,
        "of_person": person,
        "deed": DEED_WORDS[entry.deed],
        "kind": kind_words_of(entry.kind),
        "purpose": PURPOSE_WORDS.get(entry.purpose, words_of(entry.purpose)),
        "details": _details(entry, things),
        "from_address": _origin(entry.origin),
        "proof": proof(scope, entry_id, person=person),
        **(_people(scope, entry, things, page=request.GET.get("page", "1")) if line.people else {}),
    }
    note_names(scope, things.named_patients, page="ledger_entry", at=clock.now())
    return render(request, "web/ledger/entry.html", context)


@sees_ledger
def people(request: HttpRequest, scope: Scope, entry_id: int) -> HttpResponse:
    """A piece of a page: on whom an act on many was, the first of them, each with the page about their part."""
    found = people_of(scope, entry_id, offset=0, limit=PEOPLE_IN_PIECE + 1)
    things = Things(scope)
    shown = _named(things, found[:PEOPLE_IN_PIECE])
    note_names(scope, things.named_patients, page="ledger_people", at=clock.now())
    more = reverse("ledger_entry", args=[entry_id]) + "#people" if len(found) > PEOPLE_IN_PIECE else ""
    told = [(thing, entry_address(entry_id, UUID(thing.id))) for thing in shown]
    return render(request, "web/ledger/people.html", {"people": told, "more": more})


@sees_ledger
def proof_file(request: HttpRequest, scope: Scope, entry_id: int) -> HttpResponse:
    """The proof of one entry, or of one patient's part in it, as `bedside-verify proof` reads it."""
    person = read_person(request)
    found = proof(scope, entry_id, person=person)
    if found is None:
        raise NotFound("This entry is not sealed yet; try again in a few seconds.")
    if not found.holds:
        raise Refusal(
            "entry_changed",
            "This entry is not as it was sealed, so there is no proof of it; see Verification for what to do.",
        )
    record(
        scope,
        LEDGER_EXPORTED,
        at=clock.now(),
        subject=person or "",
        wanted_kind="all",
        about=f"entry/{entry_id}",
        form="bedside-proof-1",
    )
    document = proof_of_entry(
        index=found.index, size=found.size, path=found.path, body=found.body, note=found.note
    )
    response = HttpResponse(canonical_json(document), content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="ledger-entry-{entry_id}.proof.json"'
    return response


def find_entry(scope: Scope, entry_id: int, person: UUID | None) -> LedgerEntry:
    """Raises NotFound, also when the act was not on that person."""
    found = entries(scope, before_id=entry_id + 1, kind="", actor_id="", subject="", limit=1, person=person)
    if not found or found[0].id != entry_id:
        raise NotFound("There is no such entry in the ledger.")
    return found[0]


def read_person(request: HttpRequest) -> UUID | None:
    """Raises NotFound for what is no id."""
    text = request.GET.get("person", "")
    try:
        return UUID(text) if text else None
    except ValueError:
        raise NotFound from None


def _people(scope: Scope, entry: LedgerEntry, things: Things, *, page: str) -> dict[str, Any]:
    """One page of the people of an act on many."""
    pages = -(-entry.count // PEOPLE_ON_PAGE)
    number = min(max(1, whole_number(page, otherwise=1)), pages)
    offset = (number - 1) * PEOPLE_ON_PAGE
    found = people_of(scope, entry.id, offset=offset, limit=PEOPLE_ON_PAGE)
    return {
        "people": [(thing, entry_address(entry.id, UUID(thing.id))) for thing in _named(things, found)],
        "page": number,
        "pages": pages,
        "previous": number - 1 if number > 1 else None,
        "next": number + 1 if number < pages else None,
    }


def _named(things: Things, ids: Sequence[UUID]) -> list[Thing]:
    things.add_patients(ids)
    return [things.get(str(one), Sort.PATIENT) for one in ids]


def _details(entry: LedgerEntry, things: Things) -> list[Detail]:
    return [_detail(name, value, things) for name, value in entry.details.items() if value not in (None, "")]


def _detail(name: str, value: Any, things: Things) -> Detail:
    label = detail_label(name)
    thing = things.get(str(value), sort_of_detail(name)) if isinstance(value, str) else None
    if thing is not None and thing.name:
        return Detail(label=label, words="", thing=thing)
    words = plain(name, value)
    # A hash is told letter by letter; no words would help it.
    if isinstance(value, str) and words == value and any(sign.isdigit() for sign in value):
        return Detail(label=label, words=words, thing=None, is_code=True)
    return Detail(label=label, words=words[:1].upper() + words[1:], thing=None)


def _origin(origin: str) -> str:
    if not origin:
        return "Inside the server itself"
    if origin.startswith("cli:"):
        return f"The server's command line, as its user {origin.removeprefix('cli:')}"
    return f"The network address {origin}"
