"""The way out: one smart host, from the settings, always with a verified certificate."""

from __future__ import annotations

import stat
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from bedside.ground.errors import Refusal
from bedside.kit.transport.smtp import Target, Timeouts, client_context

if TYPE_CHECKING:
    import ssl

IMPLICIT_TLS_PORT = 465
# A sender must notice a dead relay long before the minutes that RFC 5321 allows a server.
TIMEOUTS = Timeouts(
    connect_s=15, handshake_s=20, greeting_s=60, command_s=60, data_s=60, content_s=120, accept_s=300
)


def relay_target() -> Target:
    """The relay. Raises Refusal saying which setting is missing or wrong."""
    host = settings.BEDSIDE_RELAY_HOST
    if not host:
        raise Refusal(
            "no_relay",
            "No mail server is set up: set BEDSIDE_RELAY_HOST (and port, name and password file) and start again.",
        )
    username = settings.BEDSIDE_RELAY_USERNAME
    port = settings.BEDSIDE_RELAY_PORT
    return Target(
        host=host,
        port=port,
        tls_name=settings.BEDSIDE_RELAY_TLS_NAME or host,
        username=username or None,
        password=_password() if username else None,
        implicit_tls=port == IMPLICIT_TLS_PORT,
    )


def relay_context() -> ssl.SSLContext:
    """Made once a process for each state of the authorities' file. Raises Refusal when it cannot be read."""
    path = settings.BEDSIDE_RELAY_CA_FILE
    if not path:
        return _context("", 0)
    try:
        return _context(path, Path(path).stat().st_mtime_ns)
    except OSError as error:
        raise Refusal(
            "relay_ca_file", "The file of BEDSIDE_RELAY_CA_FILE cannot be read or holds no certificate."
        ) from error


@lru_cache(maxsize=4)
def _context(path: str, _changed: int) -> ssl.SSLContext:
    return client_context(path or None)


def _password() -> str:
    name = settings.BEDSIDE_RELAY_PASSWORD_FILE
    if not name:
        raise Refusal(
            "no_relay_password", "Set BEDSIDE_RELAY_PASSWORD_FILE to the file with the relay's password."
        )
    path = Path(name)
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise Refusal(
                "relay_password_open",
                "Others may read the relay's password file; run: chmod 600 on that file.",
            )
        return path.read_text().strip()
    except OSError as error:
        raise Refusal(
            "no_relay_password", "The file of BEDSIDE_RELAY_PASSWORD_FILE cannot be read."
        ) from error
