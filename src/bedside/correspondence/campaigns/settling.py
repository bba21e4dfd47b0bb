"""Storing what became of people: in one statement for many, each person's facts under their own key.

Every write is guarded by the claim that took the person and by the state, as in `progress`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, LiteralString

from django.db import connection

from bedside.correspondence.campaigns.models import CampaignRow
from bedside.correspondence.campaigns.rules import CampaignState, RecipientState
from bedside.correspondence.campaigns.sealed import LAST_FACTS, REPLY, seal_about
from bedside.ground.scope import Scope, in_scope
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault.queries import person_keys

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from bedside.correspondence.campaigns.progress import Claimed
    from bedside.kit.sealing import Sealer


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What the connection and the receiving server said. `reply` is the server's own text."""

    host: str
    peer: str
    tls_version: str
    cipher: str
    certificate_sha256: bytes
    reply_code: int
    enhanced: str
    reply: str
    handed_over_at: datetime
    content_sha256: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of one claimed person. `codes` is never empty; `facts` are those of the last time of asking."""

    recipient_id: int
    patient_id: UUID
    state: RecipientState
    codes: tuple[str, ...]
    next_attempt_at: datetime | None = None
    facts: bytes = b""
    proof: Proof | None = None
    resent: bool = False


# A person goes back to waiting without the attempt that was not made.
_SETTLE: LiteralString = """
    UPDATE campaigns_recipient AS r SET
        state = u.state, codes = string_to_array(u.codes, ' '), next_attempt_at = u.next_attempt_at,
        last_facts_sealed = coalesce(u.facts, r.last_facts_sealed), resent = r.resent OR u.resent,
        attempt = r.attempt - (u.state IN ('waiting', 'cancelled'))::int,
        claim_id = CASE WHEN u.state = 'waiting' THEN NULL ELSE r.claim_id END,
        host = u.host, peer = u.peer, tls_version = u.tls_version, cipher = u.cipher,
        certificate_sha256 = u.certificate_sha256, reply_code = u.reply_code, enhanced = u.enhanced,
        reply_sealed = u.reply, handed_over_at = u.handed_over_at, content_sha256 = u.content_sha256
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[], %s::bytea[], %s::boolean[], %s::text[],
        %s::text[], %s::text[], %s::text[], %s::bytea[], %s::int[], %s::text[], %s::bytea[], %s::timestamptz[],
        %s::bytea[]) AS u(id, state, codes, next_attempt_at, facts, resent, host, peer, tls_version, cipher,
        certificate_sha256, reply_code, enhanced, reply, handed_over_at, content_sha256)
    WHERE r.id = u.id AND r.practice_id = %s AND r.claim_id = %s AND r.state = 'handing_over'
"""


def settle(
    scope: Scope,
    campaign_id: UUID,
    claim_id: UUID,
    settled: Sequence[Settled],
    *,
    sealers: Mapping[UUID, Sealer] | None = None,
) -> int:
    """Stores what became of claimed people, in one statement; gives how many it was stored for.

    Somebody whose campaign was cancelled meanwhile is not put back but cancelled. `sealers`: keys of these people
    that the caller has open already; None looks them up.
    """
    scope.require(Right.RUN_CAMPAIGNS)
    if not settled:
        return 0
    with in_scope(scope), connection.cursor() as cursor:
        if any(one.state in GOES_ON for one in settled) and _is_cancelled(scope, campaign_id):
            settled = [_cancelled(one) for one in settled]
        if sealers is None:
            sealers = person_keys(scope, [one.patient_id for one in settled if _is_sealed(one)])
        columns = zip(*(_columns(scope, campaign_id, one, sealers) for one in settled), strict=True)
        cursor.execute(_SETTLE, [*map(list, columns), scope.practice_id, claim_id])
        return int(cursor.rowcount)


GOES_ON = frozenset({RecipientState.WAITING, RecipientState.DEFERRED, RecipientState.HELD})


def _is_cancelled(scope: Scope, campaign_id: UUID) -> bool:
    rows = CampaignRow.objects.filter(practice_id=scope.practice_id, id=campaign_id)
    # The lock makes a cancel wait, so that none falls between this look and the write.
    return (
        rows.select_for_update(of=("self",)).values_list("state", flat=True).first()
        == CampaignState.CANCELLED
    )


def _cancelled(one: Settled) -> Settled:
    if one.state not in GOES_ON:
        return one
    return Settled(
        recipient_id=one.recipient_id,
        patient_id=one.patient_id,
        state=RecipientState.CANCELLED,
        codes=("campaign_cancelled",),
        facts=one.facts,
    )


def _is_sealed(one: Settled) -> bool:
    """True if something about the person comes with it."""
    return bool(one.facts or (one.proof is not None and one.proof.reply))


def _about(
    scope: Scope, campaign_id: UUID, one: Settled | Claimed, plain: bytes, sealer: Sealer | None, column: str
) -> bytes | None:
    """None for nothing, and for somebody whose key is gone: nothing about them is written down any more."""
    if sealer is None or not plain:
        return None
    return seal_about(
        sealer,
        plain,
        practice_id=scope.practice_id,
        campaign_id=campaign_id,
        patient_id=one.patient_id,
        column=column,
    )


def _columns(
    scope: Scope, campaign_id: UUID, one: Settled, sealers: Mapping[UUID, Sealer]
) -> tuple[object, ...]:
    sealer = sealers.get(one.patient_id)
    facts = _about(scope, campaign_id, one, one.facts, sealer, LAST_FACTS)
    start = (one.recipient_id, one.state.value, " ".join(one.codes), one.next_attempt_at, facts, one.resent)
    proof = one.proof
    if proof is None:
        return (*start, "", "", "", "", None, None, "", None, None, None)
    reply = _about(scope, campaign_id, one, proof.reply.encode(), sealer, REPLY)
    return (
        *start, proof.host, proof.peer, proof.tls_version, proof.cipher, proof.certificate_sha256,
        proof.reply_code, proof.enhanced, reply, proof.handed_over_at, proof.content_sha256,
    )  # fmt: skip


_NOTE: LiteralString = """
    UPDATE campaigns_recipient AS r SET last_facts_sealed = u.facts
    FROM unnest(%s::bigint[], %s::bytea[]) AS u(id, facts)
    WHERE r.id = u.id AND r.practice_id = %s AND r.claim_id = %s AND r.state = 'handing_over'
"""


def note_facts(
    scope: Scope,
    campaign_id: UUID,
    claim_id: UUID,
    facts: Sequence[tuple[Claimed, bytes]],
    *,
    sealers: Mapping[UUID, Sealer],
) -> None:
    """Keeps what the gate was told just before hand-off, so that no message is ever without it.

    `sealers` holds the key of everybody in `facts`.
    """
    with in_scope(scope), connection.cursor() as cursor:
        sealed = [
            _about(scope, campaign_id, one, plain, sealers[one.patient_id], LAST_FACTS)
            for one, plain in facts
        ]
        numbers = [one.recipient_id for one, _ in facts]
        cursor.execute(_NOTE, [numbers, sealed, scope.practice_id, claim_id])
