"""What campaigns do when somebody is erased: write to them no more, and keep nothing of them but the outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from bedside.correspondence.campaigns.models import RecipientRow
from bedside.correspondence.campaigns.sealed import FORGOTTEN
from bedside.ground.scope import Scope, in_scope, reading
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from uuid import UUID

ERASED_CODE = "person_erased"
# One lock order for everybody: people's rows only, never a campaign's row after them.
_LOCK = """
    SELECT state = 'handing_over' FROM campaigns_recipient
    WHERE practice_id = %s AND patient_id = %s ORDER BY id FOR UPDATE
"""
_BEING_SENT = """
    SELECT count(*) FROM campaigns_recipient
    WHERE practice_id = %s AND patient_id = %s AND state = 'handing_over'
"""
# In a campaign that is over, or not sent yet to anybody, whoever waits can only be cancelled; what is settled stays.
_FORGET = """
    UPDATE campaigns_recipient AS r SET
        facts_sealed = ''::bytea, last_facts_sealed = NULL, reply_sealed = NULL, next_attempt_at = NULL,
        state = CASE WHEN {waits} THEN 'cancelled' ELSE r.state END,
        codes = CASE WHEN {waits} THEN ARRAY[%(code)s] ELSE r.codes END
    FROM campaigns_campaign AS c
    WHERE c.id = r.campaign_id AND r.practice_id = %(practice)s AND r.patient_id = %(patient)s
    RETURNING {waits_no_more}
""".format(
    waits="r.state IN ('waiting', 'deferred', 'held') AND c.state NOT IN ('finished', 'cancelled')",
    waits_no_more="r.codes = ARRAY[%(code)s]::varchar[]",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgottenMail:
    """`rows`: campaigns that included the person; `stopped`: those that were still to write to them."""

    rows: int
    stopped: int


def being_handed_over(scope: Scope, patient_id: UUID) -> bool:
    """True while some process has taken the person for an attempt: the message may be on the wire."""
    with reading(scope), connection.cursor() as cursor:
        cursor.execute(_BEING_SENT, [scope.practice_id, patient_id])
        return bool(cursor.fetchone()[0])


def begin_forgetting(scope: Scope, patient_id: UUID) -> bool:
    """Keeps every sender from taking the person until the transaction ends: they pass over rows that are held.

    True if one has taken them already.
    """
    scope.require(Right.ERASE_PATIENTS)
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute(_LOCK, [scope.practice_id, patient_id])
        return any(taken for (taken,) in cursor.fetchall())


def traces(scope: Scope, patient_id: UUID) -> tuple[int, int]:
    """(campaigns that included the person, how many of those rows still hold something sealed about them)."""
    with reading(scope):
        rows = RecipientRow.objects.filter(practice_id=scope.practice_id, patient_id=patient_id)
        emptied = rows.filter(facts_sealed=FORGOTTEN, last_facts_sealed=None, reply_sealed=None)
        total = rows.count()
        return total, total - emptied.count()


def forget_person(scope: Scope, patient_id: UUID) -> ForgottenMail:
    """Removes everything known of one person from every campaign but that they were in it and how it ended.

    Only after `begin_forgetting` has said that no message to them is being handed over.
    """
    scope.require(Right.ERASE_PATIENTS)
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute(_FORGET, {"practice": scope.practice_id, "patient": patient_id, "code": ERASED_CODE})
        outcomes = [bool(stopped) for (stopped,) in cursor.fetchall()]
    return ForgottenMail(rows=len(outcomes), stopped=sum(outcomes))
