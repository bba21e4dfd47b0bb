"""What of the campaigns' tables is sealed under which key, and sealing it anew under a person's new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.correspondence.campaigns.models import RecipientRow
from bedside.correspondence.campaigns.revealing import COLUMN as REVEAL
from bedside.correspondence.campaigns.rules import RecipientState
from bedside.correspondence.campaigns.sealed import (
    APPROVAL,
    CAMPAIGN,
    FACTS,
    FORGOTTEN,
    LAST_FACTS,
    REPLY,
    seal_about,
    unseal_about,
)
from bedside.ground.errors import Refusal
from bedside.safeguards.vault.columns import Under, bound_by, declare_column, reseals_person

if TYPE_CHECKING:
    from uuid import UUID

    from bedside.ground.scope import Scope
    from bedside.kit.sealing import Sealer

_OF_PERSON = {"facts_sealed": FACTS, "last_facts_sealed": LAST_FACTS, "reply_sealed": REPLY}
for _column in _OF_PERSON:
    declare_column("campaigns_recipient", _column, under=Under.PERSON)
for _column in ("certificate_sha256", "content_sha256"):
    declare_column("campaigns_recipient", _column, under=Under.NOTHING)
for _column in ("audience_digest", "content_hash", "approved_hash"):
    declare_column("campaigns_campaign", _column, under=Under.NOTHING)
for _table, _column in (
    ("campaigns_approval", "bound_hash"),
    ("campaigns_message_facts", "mark"), ("campaigns_message_facts", "facts"),  # codes, yes and no about a message
    ("campaigns_part", "people"),  # ids
):  # fmt: skip
    declare_column(_table, _column, under=Under.NOTHING)
for _table, _column, _name in (
    (CAMPAIGN, "name_sealed", "name"), (CAMPAIGN, "rule_sealed", "rule"),
    (CAMPAIGN, "reveal_sealed", REVEAL), (APPROVAL, "comment_sealed", "comment"),
):  # fmt: skip
    declare_column(
        _table,
        _column,
        under=Under.PRACTICE,
        bound=bound_by("id", place=lambda row, name=_name: (row, name, 1)),
    )


def reseal(scope: Scope, person_id: UUID, old: Sealer, new: Sealer) -> int:
    """What the gate was told about the person, and what servers answered, in every campaign.

    Raises Refusal while a mail to them is in hand: the answer to it is sealed under the key they have now.
    """
    mine = RecipientRow.objects.filter(practice_id=scope.practice_id, patient_id=person_id)
    if mine.filter(state=RecipientState.HANDING_OVER).exists():
        raise Refusal("mail_in_hand", "A mail to this person is just being sent; try again in a minute.")
    count = 0
    for row in mine.select_for_update():
        changed = []
        for column, name in _OF_PERSON.items():
            sealed = getattr(row, column)
            if sealed is None or bytes(sealed) == FORGOTTEN:
                continue
            setattr(row, column, _under(new, _plain(old, row, sealed, name), row, name))
            changed.append(column)
        row.save(update_fields=changed)
        count += len(changed)
    return count


def _plain(old: Sealer, row: RecipientRow, sealed: bytes, name: str) -> bytes:
    return unseal_about(
        old,
        sealed,
        practice_id=row.practice_id,
        campaign_id=row.campaign_id,
        patient_id=row.patient_id,
        column=name,
    )


def _under(new: Sealer, plain: bytes, row: RecipientRow, name: str) -> bytes:
    return seal_about(
        new,
        plain,
        practice_id=row.practice_id,
        campaign_id=row.campaign_id,
        patient_id=row.patient_id,
        column=name,
    )


reseals_person("campaigns_recipient", reseal)
