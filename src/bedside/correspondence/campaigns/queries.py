"""Questions about campaigns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Sum

from bedside.correspondence.campaigns import revealing
from bedside.correspondence.campaigns.binding import content_of, is_approved, message_facts, present_hash
from bedside.correspondence.campaigns.facts import as_told
from bedside.correspondence.campaigns.models import ApprovalRow, CampaignRow, PartRow, RecipientRow
from bedside.correspondence.campaigns.nouns import Approval, Campaign, Explanation, Numbers, Plan, Recipient
from bedside.correspondence.campaigns.readiness import sheet_of
from bedside.correspondence.campaigns.rules import CampaignState, RecipientState, Revealed
from bedside.correspondence.campaigns.sealed import (
    APPROVAL,
    CAMPAIGN,
    FACTS,
    FORGOTTEN,
    LAST_FACTS,
    REPLY,
    unseal,
    unseal_about,
)
from bedside.decisions.gate.rules import BadFacts
from bedside.ground.errors import NotFound
from bedside.ground.scope import Scope, reading
from bedside.records.consent.rules import Sensitivity
from bedside.safeguards.vault.queries import person_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from bedside.decisions.composer.rules import Content
    from bedside.decisions.gate.rules import MessageFacts
    from bedside.decisions.preflight.rules import Sheet
    from bedside.kit.sealing import Sealer

PAGE_RECIPIENTS_MAX = 200
_EXPORT_BATCH = 2000


def campaigns(scope: Scope, *, states: Iterable[CampaignState] = (), limit: int = 1000) -> list[Campaign]:
    """The practice's campaigns, newest first; all states when none is named."""
    with reading(scope):
        rows = CampaignRow.objects.filter(practice_id=scope.practice_id).order_by("-created_at")
        wanted = [state.value for state in states]
        if wanted:
            rows = rows.filter(state__in=wanted)
        return [_campaign(scope, row) for row in rows[:limit]]


def campaign(scope: Scope, campaign_id: UUID) -> Campaign:
    """Raises NotFound."""
    with reading(scope):
        return _campaign(scope, _row(scope, campaign_id))


def state_of(scope: Scope, campaign_id: UUID) -> CampaignState:
    """As cheap as a question can be: senders ask it every half second. Raises NotFound."""
    with reading(scope):
        rows = CampaignRow.objects.filter(practice_id=scope.practice_id, id=campaign_id)
        state = rows.values_list("state", flat=True).first()
    if state is None:
        raise NotFound
    return CampaignState(state)


def hash_to_approve(scope: Scope, campaign_id: UUID) -> str:
    """The hash (hex) over the campaign exactly as it is now, to be shown to whoever approves. Raises NotFound."""
    with reading(scope):
        return present_hash(scope, _row(scope, campaign_id)).hex()


def approval_holds(scope: Scope, campaign_id: UUID) -> bool:
    """True if somebody approved the campaign exactly as it is now."""
    with reading(scope):
        return is_approved(scope, _row(scope, campaign_id))


def readiness(scope: Scope, campaign_id: UUID, *, at: datetime) -> Sheet:
    """The seventeen questions answered as the campaign is now. Raises NotFound."""
    with reading(scope):
        return sheet_of(scope, _row(scope, campaign_id), at=at)


def content(scope: Scope, campaign_id: UUID) -> Content:
    """The compiled message of exactly the revision this campaign names. Raises Refusal, NotFound."""
    with reading(scope):
        return content_of(scope, _row(scope, campaign_id))


def facts_of_message(
    scope: Scope, campaign_id: UUID, *, approved: bool, encrypted_route: bool
) -> MessageFacts:
    """What the gate is told about the message itself."""
    with reading(scope):
        row = _row(scope, campaign_id)
        return message_facts(
            scope, row, content=content_of(scope, row), approved=approved, encrypted_route=encrypted_route
        )


def approvals(scope: Scope, campaign_id: UUID) -> list[Approval]:
    """Every yes and no, newest first."""
    with reading(scope):
        row = _row(scope, campaign_id)
        found = ApprovalRow.objects.filter(practice_id=scope.practice_id, campaign_id=campaign_id).order_by(
            "-at"
        )
        present = bytes(row.approved_hash or b"")
        return [_approval(scope, one, present) for one in found]


_NUMBERS = """
    SELECT state, coalesce(codes[1], ''), count(*) FROM campaigns_recipient
    WHERE practice_id = %s AND campaign_id = %s GROUP BY 1, 2
"""


def numbers(scope: Scope, campaign_id: UUID) -> Numbers:
    """How many people are in which state, and for which first reason. Counted once for a campaign that is over."""
    with reading(scope):
        rows = CampaignRow.objects.filter(practice_id=scope.practice_id, id=campaign_id)
        counted = rows.values_list("summary", flat=True).first()
        if counted is None:
            counted = count_people(scope, campaign_id)
    return _numbers(counted)


def count_people(scope: Scope, campaign_id: UUID) -> list[tuple[str, str, int]]:
    """(state, first reason, count), counted now."""
    with reading(scope), connection.cursor() as cursor:
        cursor.execute(_NUMBERS, [scope.practice_id, campaign_id])
        return [(str(state), str(code), int(count)) for state, code, count in cursor.fetchall()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Encryption:
    """How many messages were handed over, and for how many of them the row proves encryption and verification."""

    handed_over: int
    proven: int


def encryption(scope: Scope) -> Encryption:
    """Over every campaign of the practice, row by row."""
    with reading(scope):
        rows = RecipientRow.objects.filter(practice_id=scope.practice_id, state=RecipientState.DELIVERED)
        proven = rows.filter(tls_version__in=("TLSv1.2", "TLSv1.3"), certificate_sha256__isnull=False)
        return Encryption(handed_over=rows.count(), proven=proven.count())


def _numbers(counted: Iterable[Sequence[Any]]) -> Numbers:
    by_state: dict[RecipientState, int] = {}
    by_reason: dict[tuple[RecipientState, str], int] = {}
    for name, code, count in counted:
        state = RecipientState(name)
        by_state[state] = by_state.get(state, 0) + count
        if code:
            by_reason[state, code] = count
    return Numbers(by_state=by_state, by_reason=by_reason)


def recipients(
    scope: Scope, campaign_id: UUID, *, state: str, code: str, offset: int, limit: int
) -> tuple[list[Recipient], int]:
    """A page of people by number, and how many there are; empty `state` and `code` mean all."""
    with reading(scope):
        rows = _people(scope, campaign_id, state=state, code=code)
        total = rows.count()
        page = rows.order_by("id")[offset : offset + min(limit, PAGE_RECIPIENTS_MAX)]
        return [_recipient(row) for row in page], total


def every_recipient(scope: Scope, campaign_id: UUID, *, state: str, code: str) -> Iterator[Recipient]:
    """All of them, read in batches, for an export. Use it inside one scope."""
    rows = _people(scope, campaign_id, state=state, code=code).order_by("id")
    return map(_recipient, rows.iterator(chunk_size=_EXPORT_BATCH))


def explanation(scope: Scope, campaign_id: UUID, recipient_id: int) -> Explanation:
    """Everything known about one person of one campaign. Raises NotFound.

    About somebody who was erased only the outcome is known, and `erased` says so.
    """
    with reading(scope):
        rows = RecipientRow.objects.filter(practice_id=scope.practice_id, campaign_id=campaign_id)
        row = rows.filter(id=recipient_id).first()
        if row is None:
            raise NotFound
        sealer = person_keys(scope, [row.patient_id]).get(row.patient_id)
        return Explanation(
            recipient=_recipient(row),
            erased=sealer is None,
            facts=_told(scope, row, _about(row, row.facts_sealed, sealer, FACTS)),
            last_facts=_told(scope, row, _about(row, row.last_facts_sealed, sealer, LAST_FACTS)),
            host=row.host,
            peer=row.peer,
            certificate_sha256=bytes(row.certificate_sha256 or b"").hex(),
            reply=_about(row, row.reply_sealed, sealer, REPLY).decode(),
            content_sha256=bytes(row.content_sha256 or b"").hex(),
        )


def _told(scope: Scope, row: RecipientRow, kept: bytes) -> bytes:
    """As they were kept, if they cannot be written out: whoever replays them says that they cannot be read."""
    try:
        return as_told(scope, row.campaign_id, row.patient_id, kept)
    except BadFacts:
        return kept


def _about(row: RecipientRow, sealed: bytes | memoryview | None, sealer: Sealer | None, column: str) -> bytes:
    """Empty without a key, and for what an erasure has removed."""
    if sealer is None or sealed is None or bytes(sealed) == FORGOTTEN:
        return b""
    return unseal_about(
        sealer,
        sealed,
        practice_id=row.practice_id,
        campaign_id=row.campaign_id,
        patient_id=row.patient_id,
        column=column,
    )


def sent_to(scope: Scope, patient_id: UUID, *, limit: int) -> list[tuple[UUID, Recipient]]:
    """(campaign id, line) of what one patient was part of, newest first."""
    with reading(scope):
        rows = RecipientRow.objects.filter(practice_id=scope.practice_id, patient_id=patient_id).order_by(
            "-id"
        )
        return [(row.campaign_id, _recipient(row)) for row in rows[:limit]]


def in_hand(scope: Scope, campaign_ids: Iterable[UUID], patient_ids: Iterable[UUID]) -> set[UUID]:
    """Of these patients, those whose message of one of these campaigns may be on its way to the wire.

    A sender has taken it, has noted what the gate said last, and has not settled it. Of whoever it has taken and not
    asked about yet it will ask with whatever is in force now.
    """
    with reading(scope):
        rows = RecipientRow.objects.filter(
            practice_id=scope.practice_id,
            campaign_id__in=[*campaign_ids],
            patient_id__in=[*patient_ids],
            state=RecipientState.HANDING_OVER.value,
            last_facts_sealed__isnull=False,
        )
        return set(rows.values_list("patient_id", flat=True))


def _row(scope: Scope, campaign_id: UUID) -> CampaignRow:
    row = CampaignRow.objects.filter(practice_id=scope.practice_id, id=campaign_id).first()
    if row is None:
        raise NotFound("That campaign does not exist here.")
    return row


def _people(scope: Scope, campaign_id: UUID, *, state: str, code: str) -> QuerySet[RecipientRow]:
    rows = RecipientRow.objects.filter(practice_id=scope.practice_id, campaign_id=campaign_id)
    if state:
        rows = rows.filter(state=state)
    return rows.filter(codes__0=code) if code else rows


def _campaign(scope: Scope, row: CampaignRow) -> Campaign:
    name = unseal(scope, row.name_sealed, table=CAMPAIGN, row=str(row.id), column="name").decode()
    plan = Plan(
        name=name,
        message_class=row.message_class,
        purpose=row.purpose,
        remuneration=row.remuneration,
        basis_recorded=row.basis_recorded,
        message_id=row.message_id,
        message_revision=row.message_revision,
        segment_id=row.segment_id,
        send_at=row.send_at,
        authorization_purpose=row.authorization_purpose,
        sensitivities=tuple(Sensitivity(one) for one in row.sensitivities),
        revealed=Revealed(row.revealed) if row.revealed else None,
    )
    return Campaign(
        id=row.id,
        plan=plan,
        category=row.category,
        state=CampaignState(row.state),
        version=row.version,
        author_id=row.author_id,
        editor_ids=tuple(row.editor_ids),
        audience_count=row.audience_count,
        prepared_count=_prepared(scope, row),
        chunk_count=row.chunk_count,
        approved_hash=bytes(row.approved_hash or b""),
        stop_code=row.stop_code,
        created_at=row.created_at,
        updated_at=row.updated_at,
        submitted_at=row.submitted_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        reveal=revealing.kept(scope, row),
    )


def _prepared(scope: Scope, row: CampaignRow) -> int:
    """How many of the audience are decided about: while it is being frozen, part by part."""
    if row.state != CampaignState.PREPARING:
        return row.prepared_count
    parts = PartRow.objects.filter(practice_id=scope.practice_id, campaign_id=row.id)
    return parts.aggregate(Sum("done"))["done__sum"] or 0


def _recipient(row: RecipientRow) -> Recipient:
    return Recipient(
        id=row.id,
        patient_id=row.patient_id,
        state=RecipientState(row.state),
        codes=tuple(row.codes),
        attempt=row.attempt,
        next_attempt_at=row.next_attempt_at,
        handed_over_at=row.handed_over_at,
        tls_version=row.tls_version,
        cipher=row.cipher,
        reply_code=row.reply_code,
        enhanced=row.enhanced,
        resent=row.resent,
    )


def _approval(scope: Scope, row: ApprovalRow, present: bytes) -> Approval:
    comment = unseal(scope, row.comment_sealed, table=APPROVAL, row=str(row.id), column="comment").decode()
    return Approval(
        account_id=row.account_id,
        at=row.at,
        origin=row.origin,
        second_step=row.second_step,
        agent=row.agent,
        bound_hash=bytes(row.bound_hash).hex(),
        verdict=row.verdict,
        comment=comment,
        is_present=bool(present) and bytes(row.bound_hash) == present,
    )
