"""Verbs of delivery for doors."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from django.conf import settings

from bedside.correspondence.delivery.chunks import deliver_chunk
from bedside.correspondence.delivery.keys import signing_key
from bedside.correspondence.delivery.recovery import recover, sweep
from bedside.correspondence.delivery.route import TIMEOUTS, relay_context, relay_target
from bedside.ground.errors import Fault
from bedside.kit.transport.smtp import TransportFailure, connect
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from datetime import datetime

    from bedside.ground.scope import Scope
    from bedside.kit.transport.smtp import TlsEvidence

__all__ = ["check_relay", "deliver_chunk", "ensure_signing_key", "recover", "sweep"]


def ensure_signing_key(scope: Scope, *, at: datetime) -> None:
    """Makes the signing key of the practice's domain if there is none, so that its DNS record can be shown."""
    scope.require(Right.MANAGE_PRACTICE)
    signing_key(scope, at=at)


def check_relay() -> TlsEvidence:
    """Connects, encrypts, verifies and signs in; sends nothing. Raises Refusal, Fault."""
    target, tls = relay_target(), relay_context()

    async def look() -> TlsEvidence:
        connection = await connect(target, tls=tls, timeouts=TIMEOUTS, ehlo_name=settings.BEDSIDE_EHLO_NAME)
        evidence = connection.tls
        await connection.close()
        return evidence

    try:
        return asyncio.run(look())
    except TransportFailure as failure:
        retry_after_s = None if failure.permanent else 60.0
        raise Fault(f"relay_{failure.kind}", failure.sentence, retry_after_s=retry_after_s) from failure
