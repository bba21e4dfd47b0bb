"""Reading the ledger, newest first."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q

from bedside.ground.scope import ActorKind, Scope, reading
from bedside.safeguards.audit.bodies import BadRow, first_of, unpack
from bedside.safeguards.audit.models import Entry
from bedside.safeguards.audit.people import rows_about
from bedside.safeguards.audit.proving import EntryProof, export_lines, proof
from bedside.safeguards.audit.rules import LOOKING, Deed, kinds, leaf_hash
from bedside.safeguards.audit.standing import AnchorStanding, LedgerStanding, Verification, standing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

__all__ = [
    "ADMINISTRATOR",
    "PAGE_ENTRIES_MAX",
    "AnchorStanding",
    "EntryProof",
    "LedgerEntry",
    "LedgerStanding",
    "Unnamed",
    "Verification",
    "entries",
    "export_lines",
    "found_rows",
    "proof",
    "standing",
    "who_looked",
]

PAGE_ENTRIES_MAX = 200
ADMINISTRATOR = "cli:"  # what the id of whoever gives commands on the machine itself begins with


class Unnamed(StrEnum):
    """Actors without an account to look for, as `actor_kind` of a question."""

    BEDSIDE = "bedside"
    SERVER = "server"


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One entry for reading. `details` are ids, counts and codes; `sentence` is made from them.

    `count` is the number of people the act was on. Of an act on many, `subject` and `leaf_hash` are those of the
    person asked for; asked for nobody, `subject` is empty and `leaf_hash` that of the first leaf. `about` is what
    such an act was about as a whole, a campaign for instance.
    """

    id: int
    at: datetime
    kind: str
    sentence: str
    actor_kind: str
    actor_id: str
    purpose: str
    subject: str
    origin: str
    details: Mapping[str, Any]
    leaf_hash: str
    about: str = ""
    count: int = 1
    outcome: str = "done"
    deed: Deed = Deed.WRITE


def entries(
    scope: Scope,
    *,
    before_id: int | None,
    kind: str,
    actor_id: str,
    subject: str,
    limit: int,
    since: datetime | None = None,
    until: datetime | None = None,
    actor_kind: str = "",
    person: UUID | None = None,
    deeds: frozenset[Deed] | None = None,
) -> list[LedgerEntry]:
    """A page of entries older than `before_id`, filtered by whatever is not empty; `until` is not included.

    With `person`, what was done on or about this one, each act on many as that person's own leaf.
    """
    most = min(limit, PAGE_ENTRIES_MAX)
    with reading(scope):
        rows = found_rows(
            scope, before_id=before_id, kind=kind, actor_id=actor_id, subject=subject, since=since, until=until,
            actor_kind=actor_kind, deeds=deeds,
        )  # fmt: skip
        if person is None:
            newest = newest_in_span(rows, limit=most) if until else rows[:most]
            return [_read(row) for row in newest]
        likely = rows_about(scope, person, rows, before_id=before_id)
        found = (_read_for(row, str(person)) for row in likely)
        return list(islice((entry for entry in found if entry is not None), most))


def found_rows(
    scope: Scope,
    *,
    before_id: int | None,
    kind: str,
    actor_id: str,
    subject: str,
    since: datetime | None,
    until: datetime | None,
    actor_kind: str,
    deeds: frozenset[Deed] | None,
) -> QuerySet[Entry]:
    """The rows of a question, newest first, for this room. `actor_kind` is an `ActorKind` or an `Unnamed`."""
    wanted = {"kind": kind, "actor_id": actor_id, "subject": subject}
    filters: dict[str, Any] = {name: value for name, value in wanted.items() if value}
    if before_id is not None:
        filters["id__lt"] = before_id
    if since is not None:
        filters["at__gte"] = since
    if until is not None:
        filters["at__lt"] = until
    if deeds is not None:
        filters["kind__in"] = sorted(_kinds_of(deeds))
    rows = Entry.objects.filter(_of_actor(scope, actor_kind), practice_id=scope.practice_id, **filters)
    return rows.order_by("-id")


def newest_in_span(rows: QuerySet[Entry], *, limit: int) -> QuerySet[Entry]:
    """The newest `limit` of the rows of a span of time that is over.

    Left to itself PostgreSQL reads backwards from today until it comes to the span: with a fence it first takes
    the span by the index on times.
    """
    try:
        inner, values = rows.order_by().values("id").query.sql_with_params()
    except EmptyResultSet:  # Django knows beforehand that nobody of that sort ever acted
        return rows.none()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM ({inner} OFFSET 0) AS hit ORDER BY id DESC LIMIT %s",  # noqa: S608  Django's own
            [*values, limit],
        )
        ids = [number for (number,) in cursor.fetchall()]
    return Entry.objects.filter(id__in=ids).order_by("-id")


def _of_actor(scope: Scope, kind: str) -> Q:
    """Whoever works at the machine itself and the product's own parts are both "system": told apart here.

    They are few, and asked for by name PostgreSQL knows how rare each is.
    """
    if kind not in set(Unnamed):
        return Q(actor_kind=kind) if kind else Q()
    rows = Entry.objects.filter(practice_id=scope.practice_id, actor_kind=ActorKind.SYSTEM)
    names = rows.order_by().values_list("actor_id", flat=True).distinct()
    is_server = kind == Unnamed.SERVER
    wanted = [name for name in names if name.startswith(ADMINISTRATOR) == is_server]
    return Q(actor_kind=ActorKind.SYSTEM, actor_id__in=wanted)


def who_looked(scope: Scope, patient_id: UUID, *, before_id: int | None, limit: int) -> list[LedgerEntry]:
    """Who read, found, previewed or exported this patient's data, newest first."""
    return entries(
        scope, before_id=before_id, kind="", actor_id="", subject="", limit=limit, person=patient_id,
        deeds=LOOKING,
    )  # fmt: skip


def _kinds_of(deeds: frozenset[Deed]) -> set[str]:
    return {kind.name for kind in kinds().values() if kind.deed in deeds}


def _read_for(row: Entry, person: str) -> LedgerEntry | None:
    wanted = f'"subject":"{person}"'.encode()
    try:
        bodies = unpack(bytes(row.body), count=row.count)
    except BadRow:
        return _unreadable(row) if row.subject == person else None
    for body in bodies:
        if wanted in body:
            return _read_body(row, body)
    return None


def _read(row: Entry) -> LedgerEntry:
    try:
        leaf = first_of(bytes(row.body), count=row.count)
    except BadRow:
        return _unreadable(row)
    entry = _read_body(row, leaf)
    return entry if row.count == 1 else replace(entry, subject="")


def _read_body(row: Entry, leaf: bytes) -> LedgerEntry:
    try:
        return _entry(row, leaf)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return _unreadable(row)


def _unreadable(row: Entry) -> LedgerEntry:
    """A row that somebody changed or added past Bedside must not take the page with all the others away."""
    return LedgerEntry(
        id=row.id, at=row.at, kind=row.kind, sentence="This entry cannot be read; verify the ledger.",
        actor_kind=row.actor_kind, actor_id=row.actor_id, purpose=row.purpose, subject=row.subject, origin="",
        details={}, leaf_hash="", outcome="failed",
    )  # fmt: skip


def _entry(row: Entry, leaf: bytes) -> LedgerEntry:
    body = json.loads(leaf)
    declared = kinds().get(row.kind)
    return LedgerEntry(
        id=row.id,
        at=row.at,
        kind=row.kind,
        sentence=_sentence(row.kind, body["details"]),
        actor_kind=row.actor_kind,
        actor_id=row.actor_id,
        purpose=row.purpose,
        subject=body["subject"],
        about=body.get("about", ""),
        origin=body.get("origin", ""),
        details=body["details"],
        leaf_hash=leaf_hash(leaf).hex(),
        count=row.count,
        outcome=body.get("outcome", "done"),
        deed=declared.deed if declared else Deed.WRITE,
    )


def _sentence(kind: str, details: Mapping[str, Any]) -> str:
    declared = kinds().get(kind)
    if declared is None:
        return kind
    values = {name: _words(details.get(name, "")) for name in declared.details}
    return declared.sentence.format(**values)


def _words(value: Any) -> Any:
    """Codes as words: "administrator+compliance_officer" becomes "administrator, compliance officer"."""
    return value.replace("+", ", ").replace("_", " ") if isinstance(value, str) else value
