"""The other addresses that people asked us to use (45 CFR 164.522(b)), read in bulk for the gate."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, LiteralString

from django.db import connection

from bedside.ground.scope import Scope, reading
from bedside.kit.sealing import Unsealable
from bedside.records.consent.queries import evidence_row
from bedside.records.consent.rules import EventKind
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

_NEWEST: LiteralString = """
    SELECT DISTINCT ON (patient_id) patient_id, at, evidence FROM consent_event
    WHERE practice_id = %s AND patient_id = ANY(%s) AND kind = %s
    ORDER BY patient_id, id DESC
"""


def other_addresses(scope: Scope, patient_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The address that each of these people asked for last, whether or not that still stands: the fold says so.

    Somebody whose address does not open is left out, and then has none: never the one they asked us not to use.
    """
    wanted = list(patient_ids)
    if not wanted:
        return {}
    found: dict[UUID, str] = {}
    with reading(scope), connection.cursor() as cursor:
        cursor.execute(_NEWEST, [scope.practice_id, wanted, EventKind.OTHER_WAY_ASKED.value])
        keys = practice_keys(scope)
        for patient_id, at, evidence in cursor.fetchall():
            if evidence is None:
                continue
            row = evidence_row(patient_id, EventKind.OTHER_WAY_ASKED.value, at)
            try:
                plain = keys.open(bytes(evidence), table="consent_event", row=row, column="evidence")
            except Unsealable:
                continue
            if address := json.loads(plain).get("address"):
                found[patient_id] = str(address)
    return found
