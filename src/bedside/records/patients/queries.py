"""Questions about patients. Opening records is not free: ask for the ids you show and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, LiteralString
from uuid import UUID

from django.db import connection

from bedside.ground import arrays
from bedside.ground.errors import NotFound
from bedside.ground.rows import fetch_binary, fetch_first
from bedside.ground.scope import Scope, reading
from bedside.kit.mail.addresses import InvalidAddress, lookup_key_of, parse_address
from bedside.records.patients.models import MergedRow, PatientRow
from bedside.records.patients.sealed import open_patients
from bedside.safeguards.vault.queries import (
    JOIN_PERSON_KEYS,
    WRAPPED_KEY,
    practice_keys,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bedside.kit.sealing import Sealers
    from bedside.records.patients.rules import Patient
    from bedside.records.patients.sealed import SealedRow

OPEN_AT_ONCE_MAX = 2000
_FIRST = UUID(int=0)
_SURVIVORS: LiteralString = """
    SELECT patient_id, survivor_id FROM patients_merged WHERE practice_id = %s AND patient_id = ANY(%b::uuid[])
"""
_SEALED: LiteralString = "held.id, held.id::text, held.sealed, held.version, " + WRAPPED_KEY
_HELD: LiteralString = " FROM patients_patient AS held" + JOIN_PERSON_KEYS + "WHERE held.practice_id = %s"
_BY_IDS: LiteralString = "SELECT " + _SEALED + _HELD + " AND held.id = ANY(%s::uuid[])"
# A record that was joined to another is nobody's to be listed; it is opened by its own id only.
_NOT_JOINED: LiteralString = " AND NOT EXISTS (SELECT FROM patients_merged WHERE patient_id = held.id)"
_PAGE: LiteralString = "SELECT " + _SEALED + _HELD + _NOT_JOINED + " AND held.id > %s ORDER BY held.id"
_BY_ADDRESSES: LiteralString = """
    SELECT id, address_index FROM patients_patient
    WHERE practice_id = %(practice)s AND address_index = ANY(%(indexes)s::bytea[]) ORDER BY id
"""
# The number of a record that was joined to another means that other; a record's own number comes last and wins.
_BY_MRNS: LiteralString = """
    SELECT survivor_id, mrn_index FROM patients_merged
    WHERE practice_id = %(practice)s AND mrn_index = ANY(%(indexes)s::bytea[])
    UNION ALL
    SELECT id, mrn_index FROM patients_patient
    WHERE practice_id = %(practice)s AND mrn_index = ANY(%(indexes)s::bytea[])
"""


def count(scope: Scope) -> int:
    """Without those who were joined to another."""
    with reading(scope):
        rows = PatientRow.objects.filter(practice_id=scope.practice_id).count()
        return rows - MergedRow.objects.filter(practice_id=scope.practice_id).count()


def has_any(scope: Scope) -> bool:
    """Whether there is a patient at all; cheaper than counting them."""
    with reading(scope):
        return PatientRow.objects.filter(practice_id=scope.practice_id).exists()


def get(scope: Scope, patient_id: UUID) -> Patient:
    """Raises NotFound for an unknown, erased or other practice's patient."""
    found = by_ids(scope, [patient_id])
    if not found:
        raise NotFound
    return found[0]


def get_versioned(scope: Scope, patient_id: UUID) -> tuple[Patient, int]:
    """The record and its version, for somebody who is about to edit it. Raises NotFound."""
    rows = _held(scope, [patient_id])
    if not rows:
        raise NotFound
    return open_patients(rows, keys=practice_keys(scope))[0], rows[0][3]


def by_ids(scope: Scope, patient_ids: Iterable[UUID]) -> list[Patient]:
    """Opened records in the order asked for; ids without a record or key are left out."""
    wanted = list(patient_ids)
    opened: dict[UUID, Patient] = {}
    for start in range(0, len(wanted), OPEN_AT_ONCE_MAX):
        part = wanted[start : start + OPEN_AT_ONCE_MAX]
        rows = _held(scope, part)
        opened.update({patient.id: patient for patient in open_patients(rows, keys=practice_keys(scope))})
    return [found for patient_id in wanted if (found := opened.get(patient_id)) is not None]


def by_ids_with_keys(scope: Scope, patient_ids: Sequence[UUID]) -> tuple[list[Patient], Sealers]:
    """As `by_ids`, and the key of each person found, in the same order: for sealing what comes of it.

    At most `OPEN_AT_ONCE_MAX` ids. Half the price of asking for the keys once more.
    """
    rows = {row[0]: row for row in _held(scope, [*patient_ids])}
    found = [row for one in patient_ids if (row := rows.get(one)) is not None]
    keys = practice_keys(scope)
    return open_patients(found, keys=keys), keys.persons([row[1] for row in found], [row[4] for row in found])


def page(scope: Scope, *, after: UUID | None, limit: int) -> list[Patient]:
    """The next `limit` patients in order of their ids, which is the order they were first saved in."""
    return open_patients(sealed_page(scope, after=after, limit=limit), keys=practice_keys(scope))


def sealed_page(scope: Scope, *, after: UUID | None, limit: int) -> list[SealedRow]:
    """The rows of that page, not opened."""
    with reading(scope):
        return fetch_first(_PAGE, [scope.practice_id, after or _FIRST], rows=limit)


def ids_by_address(scope: Scope, address: str) -> list[UUID]:
    """Patients with this mail address. An invalid address finds none."""
    try:
        key = parse_address(address).lookup_key
    except InvalidAddress:
        return []
    index = practice_keys(scope).blind_index("address", key)
    with reading(scope):
        rows = PatientRow.objects.filter(practice_id=scope.practice_id, address_index=index)
        return list(rows.order_by("id").values_list("id", flat=True))


def ids_by_addresses(scope: Scope, addresses: Iterable[str]) -> dict[str, list[UUID]]:
    """Patients by address as given, oldest first; addresses that are invalid or nobody's are left out."""
    keys = practice_keys(scope)
    by_index: dict[bytes, list[str]] = {}
    for address in set(addresses):
        try:
            index = keys.blind_index("address", lookup_key_of(address))
        except InvalidAddress:
            continue
        by_index.setdefault(index, []).append(address)
    found: dict[str, list[UUID]] = {}
    with reading(scope):
        for row_id, row_index in _matching(scope, _BY_ADDRESSES, by_index):
            for address in by_index[row_index]:
                found.setdefault(address, []).append(row_id)
    return found


def ids_by_mrn(scope: Scope, mrns: Iterable[str]) -> dict[str, UUID]:
    keys = practice_keys(scope)
    index_to_mrn = {keys.blind_index("mrn", mrn_key(mrn)): mrn for mrn in mrns if mrn}
    with reading(scope):
        return {index_to_mrn[index]: row_id for row_id, index in _matching(scope, _BY_MRNS, index_to_mrn)}


def _matching(scope: Scope, statement: LiteralString, indexes: Iterable[bytes]) -> list[tuple[UUID, bytes]]:
    """(id, blind index) of each patient found, in the statement's order."""
    with connection.cursor() as cursor:
        cursor.execute(statement, {"practice": scope.practice_id, "indexes": arrays.byte_strings(indexes)})
        return [(row_id, bytes(index)) for row_id, index in cursor.fetchall()]


def survivors(scope: Scope, patient_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Whom each of these became, of those who were joined to another (`merging`)."""
    with reading(scope):
        return dict(fetch_binary(_SURVIVORS, [scope.practice_id, list(patient_ids)]))


def last_change(scope: Scope) -> int:
    """The number of the newest change, 0 without any."""
    with reading(scope):
        rows = PatientRow.objects.filter(practice_id=scope.practice_id).order_by("-change_no")
        return rows.values_list("change_no", flat=True).first() or 0


def mrn_key(mrn: str) -> str:
    """The form in which two spellings of one record number are equal."""
    return mrn.strip().casefold()


def _held(scope: Scope, patient_ids: list[UUID]) -> list[SealedRow]:
    """Whoever has no key any more is not among them."""
    with reading(scope):
        return fetch_binary(_BY_IDS, [scope.practice_id, arrays.uuids(patient_ids)])
