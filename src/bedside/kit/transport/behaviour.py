"""The ways in which the receiving server can be difficult, for tests and demonstrations.

Promise: the default is a correct server; nothing here makes it take mail before encryption.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

EXTENSIONS: Final = ("PIPELINING", "8BITMIME", "SMTPUTF8", "CHUNKING", "ENHANCEDSTATUSCODES")


class Moment(StrEnum):
    """A point of the dialogue, named by what the client has just done."""

    CONNECT = "connect"
    EHLO = "ehlo"
    STARTTLS = "starttls"
    HANDSHAKE = "handshake"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    CONTENT = "content"
    RSET = "rset"
    QUIT = "quit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """How the server behaves towards every connection.

    `extensions` are offered as they stand ("CHUNKING", "REQUIRETLS"). `injected` is written in clear in one
    piece with the reply to STARTTLS. `temporary_attempts` refuses the first so many attempts for each
    recipient at `temporary_at` (rcpt or content). `unknown_recipients` is a shell pattern, such as
    "*@gone.example", refused permanently. `session_messages` says 421 instead of taking one more message.
    `close_at` and `stall_at` drop the connection or fall silent where a reply was due. `reply_bytes` cuts
    replies into pieces of that size. `replaced` answers one moment with exactly these bytes.
    `keeps_refused_transaction` leaves the transaction open after refusing content, as some servers do.
    """

    offer_starttls: bool = True
    refuse_starttls: bool = False
    implicit_tls: bool = False
    injected: bytes = b""
    extensions: tuple[str, ...] = EXTENSIONS
    size_bytes_max: int = 50_000_000
    temporary_attempts: int = 0
    temporary_at: Moment = Moment.RCPT
    unknown_recipients: str | None = None
    session_messages: int | None = None
    close_at: Moment | None = None
    stall_at: Moment | None = None
    reply_bytes: int | None = None
    is_wordy: bool = False
    endless_at: Moment | None = None
    replaced: tuple[Moment, bytes] | None = None
    takes_data_without_recipient: bool = False
    keeps_refused_transaction: bool = False
    auth: tuple[str, ...] = ()
