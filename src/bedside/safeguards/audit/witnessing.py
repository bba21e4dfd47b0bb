"""A checkpoint by mail to a witness, through the smart host: verified TLS or nothing."""

from __future__ import annotations

import asyncio
from html import escape
from typing import TYPE_CHECKING, Final

from django.conf import settings

from bedside.ground.errors import Refusal
from bedside.ground.relay import TIMEOUTS, relay_context, relay_target
from bedside.ground.scope import Purpose, system_scope
from bedside.kit.mail import MailError, MessageParts, Origin, Recipient, compile_message, parse_address
from bedside.kit.transport.smtp import HandOff, Outcome, Outgoing, TransportFailure, connect
from bedside.safeguards.practices.queries import profile

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from bedside.kit.mail import EmailAddress

_SUBJECT: Final = "Checkpoint of a ledger: please keep this message"
_TEXT: Final = """\
Please keep this message. It proves how a record stood at this moment: whoever changes an entry
before number {size} later can be found out with it. It says nothing about any person.

Ledger: {origin}
Entries: {size}
Fingerprint of the key (SHA-256): {fingerprint}

{note}
"""


def send_to_witness(
    address: str, *, practice_id: UUID, size: int, note: str, fingerprint: str, at: datetime
) -> None:
    """Raises Refusal with the code of whatever kept the message from being taken over."""
    scope = system_scope(practice_id, name="ledger", purpose=Purpose.COMPLIANCE, rights=frozenset())
    sender = profile(scope)
    text = _TEXT.format(size=size, origin=f"bedside/{practice_id}", fingerprint=fingerprint, note=note)
    try:
        from_address, to_address = parse_address(sender.sender_address), parse_address(address)
        content, needs_smtputf8 = _message(
            text, name=sender.sender_name, from_address=from_address, to_address=to_address,
            message_id=f"<ledger-{size}-{practice_id}@{settings.BEDSIDE_EHLO_NAME}>", at=at,
        )  # fmt: skip
    except MailError as error:
        raise Refusal("mail_unfit", "A message to the witness cannot be written.") from error
    outgoing = Outgoing(
        mail_from=from_address.wire, rcpt_to=to_address.wire, content=content, smtputf8=needs_smtputf8
    )
    try:
        answer = asyncio.run(_hand_over(outgoing))
    except TransportFailure as error:
        raise Refusal(f"mail_{error.kind.value}", "The mail server was not reached safely.") from error
    if answer.outcome is not Outcome.ACCEPTED:
        raise Refusal(f"mail_{answer.outcome.value}_refusal", "The mail server did not take the message.")


def _message(
    text: str,
    *,
    name: str,
    from_address: EmailAddress,
    to_address: EmailAddress,
    message_id: str,
    at: datetime,
) -> tuple[bytes, bool]:
    parts = MessageParts(
        subject=_SUBJECT,
        html=f"<!doctype html><html><body><pre>{escape(text)}</pre></body></html>",
        text=text,
        from_name=name,
        from_address=from_address,
        origin=Origin.AUTOMATIC,
    )
    recipient = Recipient(to_address=to_address, message_id=message_id, date=at)
    made = compile_message(parts).render(recipient, {})
    return made.content, made.needs_smtputf8


async def _hand_over(outgoing: Outgoing) -> HandOff:
    connection = await connect(
        relay_target(), tls=relay_context(), timeouts=TIMEOUTS, ehlo_name=settings.BEDSIDE_EHLO_NAME
    )
    try:
        return await connection.send(outgoing)
    finally:
        await connection.close()
