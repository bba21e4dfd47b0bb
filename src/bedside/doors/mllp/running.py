"""The process `bedside mllp`: from the settings to the port, until a signal ends it."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings

from bedside.doors.mllp.listening import Place, listen, tls_context
from bedside.doors.mllp.peers import Peers, check_source
from bedside.ground import logs
from bedside.ground.errors import Refusal

if TYPE_CHECKING:
    import ssl

log = logs.logger("mllp")


def run(*, host: str, port: int) -> None:
    """Serves until SIGTERM or SIGINT. Raises Refusal for settings that do not fit together."""
    tls, peers = _tls(), _peers()
    asyncio.run(_serve(Place(host=host, port=port), tls, peers))


async def _serve(place: Place, tls: ssl.SSLContext, peers: Peers) -> None:
    ending = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ending.set)
    await listen(
        place, tls=tls, peers=peers, ending=ending, ready=lambda port: log.info("mllp.listening", port=port)
    )


def _tls() -> ssl.SSLContext:
    if not settings.BEDSIDE_MLLP_CERTIFICATE_FILE or not settings.BEDSIDE_MLLP_KEY_FILE:
        raise Refusal(
            "certificate",
            "Set BEDSIDE_MLLP_CERTIFICATE_FILE and BEDSIDE_MLLP_KEY_FILE: nothing is taken without TLS.",
        )
    authority = settings.BEDSIDE_MLLP_CLIENT_CA_FILE
    return tls_context(
        certificate_file=Path(settings.BEDSIDE_MLLP_CERTIFICATE_FILE),
        key_file=Path(settings.BEDSIDE_MLLP_KEY_FILE),
        client_ca_file=Path(authority) if authority else None,
    )


def _peers() -> Peers:
    """Either certificates say who a peer is, or the port is for one system: never neither, never both."""
    named = settings.BEDSIDE_MLLP_SOURCE
    if bool(named) is bool(settings.BEDSIDE_MLLP_CLIENT_CA_FILE):
        raise Refusal(
            "peers",
            "Set either BEDSIDE_MLLP_CLIENT_CA_FILE, so that certificates say which system a peer is, or "
            "BEDSIDE_MLLP_SOURCE with the id of the one system that sends to this port.",
        )
    if not named:
        return Peers(source_id=None)
    try:
        source_id = UUID(named)
    except ValueError:
        raise Refusal(
            "source", "BEDSIDE_MLLP_SOURCE must be an id as `bedside sources list --json` shows it."
        ) from None
    check_source(source_id)
    return Peers(source_id=source_id)
