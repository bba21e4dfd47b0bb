"""What the gate was told, as it is stored: the message's part once for a campaign, a person's part with the person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.correspondence.campaigns.models import MessageFactsRow
from bedside.decisions.gate.rules import BadFacts
from bedside.decisions.gate.rules.brief import brief, is_brief, mark_in, message_part, written_out

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from bedside.decisions.gate.queries import Answered, Cleared
    from bedside.ground.scope import Scope


def to_keep(scope: Scope, campaign_id: UUID, answers: Sequence[Answered | Cleared]) -> list[bytes]:
    """What is to be stored for each, sealed by the caller; the message's part is stored here, if it is new.

    All answers of one question. Call it inside the `in_scope` in which the rest is stored.
    """
    if not answers:
        return []
    plain, mark = message_part(answers[0].facts.message)
    row = MessageFactsRow(practice_id=scope.practice_id, campaign_id=campaign_id, mark=mark, facts=plain)
    MessageFactsRow.objects.bulk_create([row], ignore_conflicts=True)
    return brief([one.facts for one in answers])


def as_told(scope: Scope, campaign_id: UUID, patient_id: UUID, kept: bytes) -> bytes:
    """The whole facts of what `to_keep` made of them; empty for nothing. Raises BadFacts."""
    if not kept or not is_brief(kept):
        return kept
    rows = MessageFactsRow.objects.filter(
        practice_id=scope.practice_id, campaign_id=campaign_id, mark=mark_in(kept)
    )
    message = rows.values_list("facts", flat=True).first()
    if message is None:
        raise BadFacts("the message's part is not there")
    return written_out(kept, message=bytes(message), patient_id=patient_id)
