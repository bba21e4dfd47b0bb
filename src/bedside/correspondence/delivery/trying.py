"""Test mails: exactly what a campaign sends, filled in for an invented person, to whoever asked, and to nobody else.

They go the same way, signed by the same key. A worker that dies may send one twice: it goes to staff and says nothing
about anybody.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from django.conf import settings

from bedside.correspondence.campaigns import queries as campaigns
from bedside.correspondence.campaigns.way_out import WayOut
from bedside.correspondence.delivery import entries
from bedside.correspondence.delivery.keys import known_keys, signing_key
from bedside.correspondence.delivery.models import TrialRow
from bedside.correspondence.delivery.route import TIMEOUTS, relay_context, relay_target
from bedside.decisions.composer.previews import SAMPLE_PREFERENCES, SAMPLE_UNSUBSCRIBE
from bedside.decisions.composer.queries import values
from bedside.decisions.composer.rules.sample import sample_on
from bedside.decisions.preflight.rules import Trial
from bedside.ground.errors import NotAllowed, Refusal
from bedside.ground.identity import new_id
from bedside.ground.jobs import enqueue
from bedside.ground.scope import ActorKind, in_scope, reading
from bedside.kit.mail import MailError, MessageParts, Origin, Recipient, compile_message, parse_address, sign
from bedside.kit.transport.smtp import HandOff, Outcome, Outgoing, TransportFailure, connect
from bedside.safeguards.audit.actions import record
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.queries import member
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from bedside.decisions.composer.rules import Content
    from bedside.ground.scope import Scope
    from bedside.kit.mail import DkimKey

AN_HOUR_MAX: Final = 20
_HOUR: Final = timedelta(hours=1)
_SHOWN_MAX: Final = 20


def ask_for_trial(scope: Scope, campaign_id: UUID, *, at: datetime) -> UUID:
    """Has the campaign's mail, as it is now, sent to the address the actor signs in with. Raises Refusal, NotFound."""
    if not (scope.may(Right.RUN_CAMPAIGNS) or scope.may(Right.APPROVE_CAMPAIGNS)):
        raise NotAllowed
    if scope.actor.kind is not ActorKind.STAFF:
        raise Refusal("no_account", "Sign in to have a test sent to yourself.")
    content = campaigns.content(scope, campaign_id)
    relay_target()  # says now what is missing, and not in a job that nobody sees
    test_id = new_id()
    with in_scope(scope):
        mine = TrialRow.objects.filter(practice_id=scope.practice_id, asked_at__gt=at - _HOUR)
        if mine.count() >= AN_HOUR_MAX:
            raise Refusal("too_many_tests", f"At most {AN_HOUR_MAX} tests an hour; try again later.")
        TrialRow.objects.create(
            id=test_id,
            practice_id=scope.practice_id,
            campaign_id=campaign_id,
            content_hash=content.content_hash,
            account_id=scope.actor.id,
            asked_at=at,
        )
        record(scope, entries.TEST_ASKED, at=at, subject=campaign_id, content=content.content_hash.hex())
        enqueue("delivery.try_out", practice_id=scope.practice_id, test_id=test_id)
    return test_id


def try_out(scope: Scope, test_id: UUID, *, at: datetime) -> None:
    """Sends one test mail and keeps what became of it. Does nothing for one that was sent, or is of older content."""
    with reading(scope):
        row = TrialRow.objects.filter(practice_id=scope.practice_id, id=test_id, state="waiting").first()
        content = campaigns.content(scope, row.campaign_id) if row else None
    if row is None or content is None:
        return
    if content.content_hash != bytes(row.content_hash):
        _settle(scope, row, state="failed", code="changed_meanwhile", at=at)
        return
    try:
        answer = asyncio.run(_hand_over(_outgoing(scope, row, content, at=at)))
    except (TransportFailure, MailError, Refusal) as problem:
        code = problem.kind.value if isinstance(problem, TransportFailure) else "not_written"
        _settle(scope, row, state="failed", code=code, at=at)
        return
    row.host = relay_target().tls_name
    row.tls_version = answer.tls.version
    row.certificate_sha256 = bytes.fromhex(answer.tls.fingerprint_sha256)
    is_taken = answer.outcome is Outcome.ACCEPTED
    _settle(
        scope, row, state="delivered" if is_taken else "failed", code="" if is_taken else "refused", at=at
    )


def trials_of(scope: Scope, campaign_id: UUID) -> list[TrialRow]:
    """The newest tests of a campaign, newest first."""
    with reading(scope):
        rows = TrialRow.objects.filter(practice_id=scope.practice_id, campaign_id=campaign_id)
        return list(rows.order_by("-asked_at")[:_SHOWN_MAX])


def describe(scope: Scope, *, campaign_id: UUID, content_hash: bytes, prepare: bool, at: datetime) -> WayOut:
    """For the pre-flight: the relay, the signing key's length, and tests of exactly this content."""
    try:
        host = relay_target().tls_name
    except Refusal:
        host = ""
    with reading(scope):
        rows = TrialRow.objects.filter(
            practice_id=scope.practice_id,
            campaign_id=campaign_id,
            content_hash=content_hash,
            state="delivered",
        )
        tests = tuple(
            Trial(id=one, host=where, at=when)
            for one, where, when in rows.order_by("asked_at").values_list("id", "host", "done_at")
            if when is not None
        )
    return WayOut(host=host, dkim_bits=_bits(scope, prepare=prepare, at=at), tests=tests)


def _bits(scope: Scope, *, prepare: bool, at: datetime) -> int:
    if prepare:
        return _rsa_bits(signing_key(scope, at=at))
    domain = profile(scope).sender_domain.lower()
    return next((_rsa_bits(key) for key in known_keys(scope) if key.domain == domain), 0)


def _rsa_bits(key: DkimKey) -> int:
    """0 for another kind of key, which not every receiver can check (RFC 8463 section 3)."""
    return key.private_key.key_size if isinstance(key.private_key, RSAPrivateKey) else 0


def _outgoing(scope: Scope, row: TrialRow, content: Content, *, at: datetime) -> Outgoing:
    practice = profile(scope)
    to_address = parse_address(member(scope, row.account_id).email)
    filled = values(
        sample_on(at.astimezone(practice.zone).date()),
        practice,
        content=content,
        unsubscribe_url=SAMPLE_UNSUBSCRIBE,
        preferences_url=SAMPLE_PREFERENCES,
        today=at.astimezone(practice.zone).date(),
    )
    parts = MessageParts(
        subject=content.subject,
        html=content.html,
        text=content.text,
        from_name=practice.sender_name,
        from_address=parse_address(practice.sender_address),
        reply_to=parse_address(practice.reply_address) if practice.reply_address else None,
        origin=Origin.CAMPAIGN,
        list_id=f"mail.{practice.sender_domain}",
    )
    recipient = Recipient(
        to_address=to_address, message_id=f"<test-{row.id}@{practice.sender_domain}>", date=at
    )
    rendered = compile_message(parts).render(recipient, filled)
    return Outgoing(
        mail_from=practice.sender_address,
        rcpt_to=to_address.wire,
        content=sign(rendered, (signing_key(scope, at=at),), at) + rendered.content,
        smtputf8=rendered.needs_smtputf8,
    )


async def _hand_over(outgoing: Outgoing) -> HandOff:
    connection = await connect(
        relay_target(), tls=relay_context(), timeouts=TIMEOUTS, ehlo_name=settings.BEDSIDE_EHLO_NAME
    )
    try:
        return await connection.send(outgoing)
    finally:
        await connection.close()


def _settle(scope: Scope, row: TrialRow, *, state: str, code: str, at: datetime) -> None:
    with in_scope(scope):
        row.state, row.code, row.done_at = state, code, at
        row.save()
        record(scope, entries.TEST_SENT, at=at, subject=row.campaign_id, state=state, code=code)
