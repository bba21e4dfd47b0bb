"""A practice with people, and a receiving server over real TLS. What needs Django is imported when it is set up."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from bedside.ground.scope import Scope
    from bedside.kit.transport.behaviour import Behaviour
    from bedside.records.patients.rules import Patient
    from tests.correspondence.building import Post


@pytest.fixture
def people(scope: Scope, at: datetime) -> list[Patient]:
    from tests.correspondence.building import make_people

    return make_people(scope, 12, at=at)


@pytest.fixture
def approver(scope_of: Callable[[str], Scope]) -> Scope:
    return scope_of("ada")


@pytest.fixture
def post_office(tmp_path: Path, settings: object) -> Iterator[Callable[..., Post]]:
    """Starts a receiving server that behaves as asked and points the relay settings at it."""
    running: list[tuple] = []

    from bedside.kit.transport.encryption import server_context
    from bedside.kit.transport.receiver import Behaviour, CountingSink, Receiver
    from tests.correspondence.building import Post, make_certificates

    def start(
        behaviour: Behaviour | None = None, *, trusted: bool = True, tls_name: str = "relay.example"
    ) -> Post:
        authority, certificate, key = make_certificates(tmp_path / f"tls{len(running)}")
        if not trusted:
            authority = make_certificates(tmp_path / f"other{len(running)}")[0]
        sink = CountingSink(keep=True)
        context = server_context(certificate_file=str(certificate), key_file=str(key))
        receiver = Receiver(sink=sink, tls=context, behaviour=behaviour or Behaviour())
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()
        _, port = asyncio.run_coroutine_threadsafe(receiver.start("127.0.0.1", port=0), loop).result(10)
        running.append((loop, receiver, thread))
        settings.BEDSIDE_RELAY_HOST, settings.BEDSIDE_RELAY_PORT = "127.0.0.1", port
        settings.BEDSIDE_RELAY_TLS_NAME, settings.BEDSIDE_RELAY_CA_FILE = tls_name, str(authority)
        return Post(sink=sink, port=port, ca_file=str(authority), loop=loop)

    yield start
    for loop, receiver, thread in running:
        asyncio.run_coroutine_threadsafe(receiver.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@pytest.fixture(autouse=True)
def _a_relay_is_named(settings):
    """Without one nothing is ready to be sent; nothing answers there."""
    settings.BEDSIDE_RELAY_HOST = settings.BEDSIDE_RELAY_HOST or "relay.example"
