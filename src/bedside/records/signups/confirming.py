"""Confirming a sign-up by the link in its mail: one button, once, within a week (CON-05, CON-06, CON-07)."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from bedside.ground.errors import NotFound
from bedside.ground.scope import Actor, ActorKind, Scope, in_scope, reading
from bedside.kit.sealing import Unsealable
from bedside.records.consent.owing import drop_letters, handed_over_at
from bedside.records.consent.rules import LetterKind
from bedside.records.signups.models import PendingRow
from bedside.records.signups.queries import published_version
from bedside.records.signups.recording import record_signup
from bedside.records.signups.rules import answers_from_bytes
from bedside.records.signups.taking import PendingState
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from bedside.records.consent.rules import Category
    from bedside.records.signups.rules import Answers


class Standing(StrEnum):
    """What a link can do, or did."""

    OPEN = "open"  # a POST would confirm
    DONE = "done"
    ALREADY = "already"
    EXPIRED = "expired"


def standing(scope: Scope, pending_id: UUID, *, token: str, at: datetime) -> Standing:
    """What the link could do now. Changes nothing. Raises NotFound for a link that is not of this sign-up."""
    with reading(scope):
        rows = PendingRow.objects.filter(practice_id=scope.practice_id, id=pending_id)
        return _standing(rows.first(), token=token, at=at)


def asked_for(scope: Scope, pending_id: UUID, *, token: str, at: datetime) -> tuple[Category, ...]:
    """The kinds of mail that were ticked, while the link can still confirm; none later. Raises NotFound."""
    with reading(scope):
        row = PendingRow.objects.filter(practice_id=scope.practice_id, id=pending_id).first()
        if row is None or _standing(row, token=token, at=at) is not Standing.OPEN:
            return ()
        try:
            return _open(scope, row)[0].categories
        except Unsealable:
            return ()


def confirm(scope: Scope, pending_id: UUID, *, token: str, network_address: str, at: datetime) -> Standing:
    """Puts the sign-up on record; only the first click does anything. `scope` is `visitor_scope`. Raises NotFound."""
    with in_scope(scope):
        rows = PendingRow.objects.filter(practice_id=scope.practice_id, id=pending_id)
        row = rows.select_for_update().first()
        found = _standing(row, token=token, at=at)
        if row is None or found is not Standing.OPEN:
            return found
        try:
            answers, seen = _open(scope, row)
        except Unsealable:
            return Standing.EXPIRED
        second = _second_step(scope, pending_id, network_address, at=at)
        drop_letters(scope, about=pending_id)  # before the welcome, which is about the same
        own = replace(scope, actor=Actor(kind=ActorKind.PATIENT, id=str(pending_id)))
        record_signup(
            own,
            published_version(scope, row.version_id),
            answers,
            seen={**seen, **second},
            pending_id=pending_id,
            confirmed=True,
            at=at,
        )
        rows.update(sealed=None, state=PendingState.CONFIRMED.value, ended_at=at)
    return Standing.DONE


def _open(scope: Scope, row: PendingRow) -> tuple[Answers, dict[str, str]]:
    plain = practice_keys(scope).open(
        bytes(row.sealed or b""), table="signups_pending", row=str(row.id), column="sealed"
    )
    return answers_from_bytes(plain)


def _second_step(scope: Scope, pending_id: UUID, network_address: str, *, at: datetime) -> dict[str, str]:
    zone = profile(scope).zone
    sent_at = handed_over_at(scope, LetterKind.CONFIRM_SIGNUP, about=pending_id)
    return {
        "sent_at": sent_at.astimezone(zone).isoformat() if sent_at else "",
        "confirmed_at": at.astimezone(zone).isoformat(),
        "confirmed_from": network_address,
    }


def _standing(row: PendingRow | None, *, token: str, at: datetime) -> Standing:
    known = b"" if row is None else bytes(row.token_sha256)
    if row is None or not hmac.compare_digest(known, hashlib.sha256(token.encode()).digest()):
        raise NotFound
    if row.state == PendingState.CONFIRMED.value:
        return Standing.ALREADY
    if row.state == PendingState.EXPIRED.value or at >= row.expires_at:
        return Standing.EXPIRED
    return Standing.OPEN
