"""Owing and sending letters, for these tests."""

from __future__ import annotations

from email import message_from_bytes, policy
from typing import TYPE_CHECKING

from bedside.correspondence.letters.sending import send_due
from bedside.ground.identity import new_id
from bedside.ground.scope import Scope, in_scope
from bedside.records.consent import owing
from bedside.records.consent.models import LetterRow
from bedside.records.consent.rules import LetterKind

if TYPE_CHECKING:
    from datetime import datetime
    from email.message import EmailMessage
    from uuid import UUID

    from tests.correspondence.building import Post

ADDRESS = "zoe.new@example.org"
LINK = "s/AbCdEf-secret_token"


def owe(scope: Scope, at: datetime, kind: LetterKind = LetterKind.CONFIRM_SIGNUP, **changes: object) -> UUID:
    chosen = {
        "patient_id": None, "address": ADDRESS, "about": new_id(), "language": "en", "at": at, "link": LINK,
    } | changes  # fmt: skip
    letter_id = owing.owe_letter(scope, kind, **chosen)
    assert letter_id is not None
    return letter_id


def send(scope: Scope, at: datetime) -> int:
    return send_due(scope.practice_id, clock=lambda: at)


def row(scope: Scope, letter_id: UUID) -> LetterRow:
    with in_scope(scope):
        return LetterRow.objects.get(id=letter_id)


def mails(post: Post) -> list[EmailMessage]:
    return [message_from_bytes(content, policy=policy.default) for content in post.contents()]
