"""How often people were written to by campaigns, for the gate's rules about frequency (CON-10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, LiteralString

from django.db import connection

from bedside.ground.scope import Scope, reading

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from bedside.records.consent.rules import Category

# On its way counts whenever it was taken, so that of two campaigns at once neither can miss the other; in doubt
# counts as arrived. One look into the index per person, as the planner knows no sizes right after an import.
_COUNT: LiteralString = """
    SELECT wanted.id, had.mails
    FROM unnest(%(people)s::uuid[]) AS wanted (id)
    CROSS JOIN LATERAL (
        SELECT count(*) AS mails
        FROM campaigns_recipient AS mail
        JOIN campaigns_campaign AS campaign ON campaign.id = mail.campaign_id
        WHERE mail.practice_id = %(practice)s AND mail.patient_id = wanted.id
          AND mail.campaign_id <> %(apart_from)s AND campaign.category = %(category)s
          AND (mail.state = 'handing_over'
               OR (mail.state = 'delivered' AND mail.handed_over_at >= %(since)s)
               OR (mail.state = 'in_doubt' AND mail.first_attempt_at >= %(since)s))
    ) AS had
    WHERE had.mails > 0
"""


def mails_of_campaigns(
    scope: Scope, patient_ids: Sequence[UUID], *, category: Category, since: datetime, apart_from: UUID
) -> dict[UUID, int]:
    """Mails per person of campaigns of this category, but for one; nobody without any."""
    with reading(scope), connection.cursor() as cursor:
        cursor.execute(
            _COUNT,
            {
                "people": list(patient_ids), "practice": scope.practice_id, "apart_from": apart_from,
                "category": category.value, "since": since,
            },
        )  # fmt: skip
        return {patient_id: int(count) for patient_id, count in cursor.fetchall()}
