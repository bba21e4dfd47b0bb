"""Suppressed addresses as hashes, for a service that also sends for the practice (CSP-09, docs/decisions/0012).

Bedside keeps no suppressed address, so only those of people still on record can be hashed; the others are counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from bedside.ground.errors import Refusal
from bedside.ground.scope import Scope, in_scope
from bedside.kit.mail.addresses import InvalidAddress, parse_address
from bedside.records.consent import list_entries
from bedside.records.consent.models import AddressSuppression
from bedside.records.consent.rules.lists import KEYED_FORM, MARK, PLAIN_FORM
from bedside.records.consent.rules.suppressions import LIST_KEY_BYTES, address_hash, keyed_hash
from bedside.records.consent.suppressed import every_index
from bedside.records.patients.queries import page
from bedside.safeguards.audit.looking import record_look
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from bedside.records.patients.rules import Patient

VERSION = "1"
_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedList:
    """`text` is the whole file. `left_out`: suppressions in force whose address nobody on record has."""

    text: str
    lines: int
    people: int
    left_out: int


def export_list(scope: Scope, *, key: bytes | None, at: datetime) -> ExportedList:
    """Hashes of every suppressed address on record, in the order of the hashes, which tells nothing.

    `key` (32 bytes, fresh, handed over apart from the file) makes them HMAC-SHA-256; None makes plain SHA-256, which
    whoever has a list of likely addresses can turn back. The ledger names each person before anybody sees the file.
    Raises Refusal for a key of another length.
    """
    scope.require(Right.EXPORT_PATIENTS)
    if key is not None and len(key) != LIST_KEY_BYTES:
        raise Refusal("list_key", "The key of a list has 32 bytes.")
    form = PLAIN_FORM if key is None else KEYED_FORM
    with in_scope(scope):
        lines, people, seen = set[str](), list[UUID](), set[UUID]()
        for patient, lookup_key, rows in _suppressed_people(scope):
            hashed = address_hash(lookup_key) if key is None else keyed_hash(lookup_key, key=key)
            lines.update(f"{hashed},{covers},{reason}" for _, covers, reason in rows)
            people.append(patient.id)
            seen.update(row_id for row_id, _, _ in rows)
        total = AddressSuppression.objects.filter(practice_id=scope.practice_id, lifted_at=None).count()
        record_look(scope, list_entries.SUPPRESSIONS_EXPORTED, at=at, about="", subjects=people, form=form)
    text = "\n".join([f"{MARK} {VERSION} {form}", "hash,scope,reason", *sorted(lines), ""])
    return ExportedList(text=text, lines=len(lines), people=len(people), left_out=total - len(seen))


def _suppressed_people(scope: Scope) -> Iterator[tuple[Patient, str, list[tuple[UUID, str, str]]]]:
    """Each patient with a suppressed address: the address in normal form, and (id, scope, reason) of each row."""
    rows_of = _rows_by_index(scope)
    keys, after = practice_keys(scope), None
    while rows_of and (patients := page(scope, after=after, limit=_AT_ONCE)):
        after = patients[-1].id
        for patient in patients:
            try:
                lookup_key = parse_address(patient.email).lookup_key
            except InvalidAddress:
                continue
            indexes = every_index(keys, lookup_key)
            if rows := [row for index in indexes for row in rows_of.get(index, ())]:
                yield patient, lookup_key, rows


def _rows_by_index(scope: Scope) -> dict[bytes, list[tuple[UUID, str, str]]]:
    rows = AddressSuppression.objects.filter(practice_id=scope.practice_id, lifted_at=None)
    found: dict[bytes, list[tuple[UUID, str, str]]] = {}
    for index, row_id, covers, reason in rows.values_list(
        "address_index", "id", "scope", "reason"
    ).iterator():
        found.setdefault(bytes(index), []).append((row_id, covers, reason))
    return found
