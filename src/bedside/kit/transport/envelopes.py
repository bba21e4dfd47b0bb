"""What is handed to the client and what comes back.

Promise: everything here is frozen; a `HandOff` carries the evidence of the connection that it went through.
"""

from __future__ import annotations

from collections.abc import Callable  # noqa: TC003  part of a public dataclass, resolvable at run time
from dataclasses import dataclass, field
from enum import StrEnum

from bedside.kit.transport.encryption import TlsEvidence  # noqa: TC001  part of a public dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The server to speak to and the name that its certificate must carry.

    `host` is a name or an address to connect to; `tls_name` is what is verified and may differ from it.
    With `implicit_tls` encryption begins at once (port 465), otherwise STARTTLS is demanded.
    """

    host: str
    port: int
    tls_name: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    implicit_tls: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Longest silence tolerated, in seconds, by stage; defaults from RFC 5321 section 4.5.3.2.

    The RFC has no value for `connect_s`, `handshake_s` and `close_s`; these are ours. `content_s` is for each
    block of content, `accept_s` for the reply after the last one.
    """

    connect_s: float = 30.0
    handshake_s: float = 60.0
    greeting_s: float = 300.0
    command_s: float = 300.0
    data_s: float = 120.0
    content_s: float = 180.0
    accept_s: float = 600.0
    close_s: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One message to one recipient.

    `mail_from` may be empty (the null sender). `content` is the whole message, every line ended by CRLF, no
    line of it altered by the client. `on_intent` is called immediately before the first byte of content is
    written; when it raises, none is. `require_tls` demands REQUIRETLS of the server (RFC 8689).
    """

    mail_from: str
    rcpt_to: str
    content: bytes = field(repr=False)
    smtputf8: bool = False
    require_tls: bool = False
    on_intent: Callable[[], None] | None = None


class Outcome(StrEnum):
    """The server's answer to a message: "temporary" and "permanent" are refusals."""

    ACCEPTED = "accepted"
    TEMPORARY = "temporary"
    PERMANENT = "permanent"


class Stage(StrEnum):
    """The command that was answered."""

    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    CONTENT = "content"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOff:
    """The server's answer to one message and the proof of how it was protected.

    `reply_text` is the server's own text and may hold an address: keep it sealed. `reply_safe` is the same
    with addresses removed, on one line. `enhanced` is such as "2.1.5". An outcome other than accepted at
    stage mail, rcpt or data means that no content was sent.
    """

    code: int
    enhanced: str
    reply_text: str = field(repr=False)
    reply_safe: str
    outcome: Outcome
    stage: Stage
    tls: TlsEvidence
