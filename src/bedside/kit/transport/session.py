"""One connection to the receiving server: commands in, replies out, content to the sink.

Promise: strict where it protects: no MAIL before TLS (530 5.7.0), and anything that a client sends in clear
behind STARTTLS drops the connection (CVE-2011-0411).
"""

from __future__ import annotations

import asyncio
import contextlib
import fnmatch
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bedside.kit.transport.behaviour import Behaviour, Moment
from bedside.kit.transport.incoming import Incoming, Overlong
from bedside.kit.transport.signin import SignIn
from bedside.kit.transport.voice import Voice

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

    from bedside.kit.transport.sinks import Sink

RECIPIENTS_MAX: Final = 100
_READ_BYTES: Final = 131_072

_MAIL = re.compile(rb"MAIL FROM:<([^<>\s]*)>((?: [^\s]+)*)", re.IGNORECASE)
_RCPT = re.compile(rb"RCPT TO:<([^<>\s]+@[^<>\s]+)>", re.IGNORECASE)
_BDAT = re.compile(rb"BDAT ([0-9]{1,10})( LAST)?", re.IGNORECASE)
_SIZE = re.compile(rb"SIZE=([0-9]{1,15})", re.IGNORECASE)


@dataclass(slots=True, kw_only=True)
class Desk:
    """What all connections of one server share. `attempts` counts by recipient."""

    sink: Sink
    tls: ssl.SSLContext
    behaviour: Behaviour
    hostname: str
    accounts: Mapping[str, str]
    attempts: dict[str, int] = field(default_factory=dict)
    sessions: set[Session] = field(default_factory=set)


class Session(asyncio.BufferedProtocol):
    """The server's end of one connection."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._behaviour = desk.behaviour
        self._voice = Voice(desk.behaviour)
        self._incoming = Incoming(content_bytes_max=desk.behaviour.size_bytes_max)
        self._transport: asyncio.Transport | None = None
        self._view = memoryview(bytearray(_READ_BYTES))
        self._awaits_content = False
        self._chunks: list[bytes] | None = None
        self._is_last_chunk = True
        self._is_greeted = False
        self._tls_version = ""
        self._sign_in: SignIn | None = None
        self._is_signed_in = False
        self._mail_from: str | None = None
        self._recipients: list[str] = []
        self._accepted = 0
        self._handshake: asyncio.Task[None] | None = None

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  TCP transports are
        self._transport = transport
        self._voice.speak_through(transport)
        self._desk.sessions.add(self)
        if self._behaviour.implicit_tls:
            self._start_handshake()
        else:
            self._greet()

    def get_buffer(self, sizehint: int) -> memoryview:
        del sizehint
        return self._view

    def buffer_updated(self, nbytes: int) -> None:
        if self._voice.is_silent:
            return  # and keep nothing of it
        self._incoming.feed(self._view[:nbytes])
        self._take_all()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._voice.is_silent = True
        self._desk.sessions.discard(self)

    def drop(self) -> None:
        """End the connection at once."""
        if self._handshake is not None:
            self._handshake.cancel()
        self._voice.drop()

    # Commands.

    def _take_all(self) -> None:
        while not self._voice.is_silent and self._handshake is None:
            piece = self._incoming.next()
            if piece is None:
                break
            self._take(piece)
        self._voice.flush()

    def _take(self, piece: bytes | Overlong) -> None:
        if self._awaits_content:
            self._take_content(piece)
        elif isinstance(piece, Overlong):
            self._voice.say(b"500 5.5.2 Line too long")
            self._voice.leave()
        elif self._sign_in is not None:
            self._go_on_signing_in(self._sign_in, piece)
        else:
            self._obey(piece[:4].upper(), piece)

    def _obey(self, verb: bytes, line: bytes) -> None:
        if verb == b"MAIL":
            self._mail(line)
        elif verb == b"RCPT":
            self._rcpt(line)
        elif verb == b"DATA":
            self._data()
        elif verb == b"BDAT":
            self._bdat(line)
        else:
            self._obey_rarer(verb, line)

    def _obey_rarer(self, verb: bytes, line: bytes) -> None:
        if verb in {b"EHLO", b"HELO"}:
            self._ehlo()
        elif line.upper() == b"STARTTLS":
            self._starttls()
        elif verb == b"AUTH":
            self._auth(line)
        elif verb in {b"RSET", b"NOOP"}:
            if verb == b"RSET":
                self._forget()
            self._voice.say(b"250 2.0.0 Ok", at=Moment.RSET)
        elif verb == b"QUIT":
            self._voice.say(b"221 2.0.0 Bye", at=Moment.QUIT)
            self._voice.leave()
        else:
            self._voice.say(b"500 5.5.2 Command not known")

    def _greet(self) -> None:
        self._voice.say(b"220 %s ESMTP" % self._desk.hostname.encode("ascii"), at=Moment.CONNECT)
        self._voice.flush()

    def _ehlo(self) -> None:
        self._is_greeted = True
        self._forget()
        lines = [self._desk.hostname, *self._behaviour.extensions]
        if not self._tls_version and self._behaviour.offer_starttls:
            lines.append("STARTTLS")
        if self._tls_version and self._behaviour.auth:
            lines.append("AUTH " + " ".join(self._behaviour.auth))
        lines.append(f"SIZE {self._behaviour.size_bytes_max}")
        reply = "".join(f"250-{line}\r\n" for line in lines[:-1]) + f"250 {lines[-1]}"
        self._voice.say(reply.encode("ascii"), at=Moment.EHLO)

    def _starttls(self) -> None:
        if self._tls_version or not self._behaviour.offer_starttls:
            self._voice.say(b"503 5.5.1 Not now", at=Moment.STARTTLS)
        elif self._behaviour.refuse_starttls:
            self._voice.say(b"454 4.7.0 TLS not available", at=Moment.STARTTLS)
        else:
            self._voice.say(b"220 2.0.0 Ready to start TLS", at=Moment.STARTTLS)
            self._voice.add_raw(self._behaviour.injected)
            self._voice.flush()
            self._start_handshake()

    def _auth(self, line: bytes) -> None:
        if not self._tls_version:
            self._voice.say(b"530 5.7.0 Must issue a STARTTLS command first")
            return
        self._sign_in = SignIn(self._desk.accounts, mechanisms=self._behaviour.auth)
        self._go_on_signing_in(self._sign_in, line)

    def _go_on_signing_in(self, attempt: SignIn, line: bytes) -> None:
        reply = attempt.answer(line)
        if not reply.startswith(b"334"):
            self._is_signed_in = reply.startswith(b"235")
            self._sign_in = None
        self._voice.say(reply)

    def _mail(self, line: bytes) -> None:
        refusal = self._refusal_of_mail()
        found = _MAIL.fullmatch(line)
        if refusal is not None:
            self._voice.say(refusal, at=Moment.MAIL)
            if refusal.startswith(b"421"):
                self._voice.leave()
        elif found is None:
            self._voice.say(b"501 5.5.4 Syntax: MAIL FROM:<address>", at=Moment.MAIL)
        else:
            self._begin(found[1], parameters=found[2])

    def _refusal_of_mail(self) -> bytes | None:
        session_messages = self._behaviour.session_messages
        if not self._tls_version:
            return b"530 5.7.0 Must issue a STARTTLS command first"
        if not self._is_greeted:
            return b"503 5.5.1 Say EHLO first"
        if self._behaviour.auth and not self._is_signed_in:
            return b"530 5.7.0 Authentication required"
        if session_messages is not None and self._accepted >= session_messages:
            return b"421 4.7.0 Too many messages in this session"
        if self._mail_from is not None:
            return b"503 5.5.1 Nested MAIL command"
        return None

    def _begin(self, mail_from: bytes, *, parameters: bytes) -> None:
        size = _SIZE.search(parameters)
        if size and int(size[1]) > self._behaviour.size_bytes_max:
            self._voice.say(b"552 5.3.4 Message too big", at=Moment.MAIL)
        elif not mail_from.isascii() and b"SMTPUTF8" not in parameters.upper():
            self._voice.say(b"553 5.6.7 SMTPUTF8 needed", at=Moment.MAIL)
        else:
            self._mail_from = mail_from.decode("utf-8", "replace")
            self._voice.say(b"250 2.1.0 Ok", at=Moment.MAIL)

    def _rcpt(self, line: bytes) -> None:
        found = _RCPT.match(line)
        if self._mail_from is None:
            self._voice.say(b"503 5.5.1 Need MAIL command", at=Moment.RCPT)
        elif found is None or len(self._recipients) >= RECIPIENTS_MAX:
            self._voice.say(b"501 5.1.3 Bad recipient address syntax", at=Moment.RCPT)
        else:
            recipient = found[1].decode("utf-8", "replace")
            refusal = self._refusal_of(recipient, at=Moment.RCPT)
            if refusal is None:
                self._recipients.append(recipient)
            self._voice.say(refusal or b"250 2.1.5 Ok", at=Moment.RCPT)

    def _refusal_of(self, recipient: str, *, at: Moment) -> bytes | None:
        """Quotes the address as real servers do, so that clients are tried with that."""
        behaviour = self._behaviour
        pattern = behaviour.unknown_recipients
        if at is Moment.RCPT and pattern is not None and fnmatch.fnmatch(recipient, pattern):
            return b"550 5.1.1 <%s>: Recipient address rejected: User unknown" % recipient.encode()
        if behaviour.temporary_attempts and at is behaviour.temporary_at:
            attempts = self._desk.attempts.get(recipient, 0) + 1
            self._desk.attempts[recipient] = attempts
            if attempts <= behaviour.temporary_attempts:
                return b"451 4.7.1 <%s>: Greylisted, try again later" % recipient.encode()
        return None

    # Content.

    def _data(self) -> None:
        if self._recipients or self._behaviour.takes_data_without_recipient:
            self._awaits_content = True
            self._incoming.expect_data()
            self._voice.say(b"354 End data with <CR><LF>.<CR><LF>", at=Moment.DATA)
        else:
            self._voice.say(b"554 5.5.1 No valid recipients", at=Moment.DATA)

    def _bdat(self, line: bytes) -> None:
        found = _BDAT.fullmatch(line)
        if found is None or "CHUNKING" not in self._behaviour.extensions:
            self._voice.say(b"501 5.5.4 Syntax: BDAT count [LAST]")
            self._voice.leave()  # what follows would be content taken for commands
            return
        self._awaits_content = True
        self._chunks = self._chunks or []
        self._is_last_chunk = found[2] is not None
        self._incoming.expect_chunk(int(found[1]))

    def _take_content(self, content: bytes | Overlong) -> None:
        self._awaits_content = False
        if self._chunks is not None and isinstance(content, bytes):
            self._chunks.append(content)
            if not self._is_last_chunk:
                self._voice.say(b"250 2.0.0 Go on", at=Moment.CONTENT)
                return
            content = b"".join(self._chunks)
        reply = self._refusal_of_content(content) or self._keep(content)
        if reply.startswith(b"2") or not self._behaviour.keeps_refused_transaction:
            self._forget()
        self._chunks = None
        self._voice.say(reply, at=Moment.CONTENT)

    def _refusal_of_content(self, content: bytes | Overlong) -> bytes | None:
        if not self._recipients:
            return b"554 5.5.1 No valid recipients"
        if isinstance(content, Overlong) or len(content) > self._behaviour.size_bytes_max:
            return b"552 5.3.4 Message too big"
        return self._refusal_of(self._recipients[0], at=Moment.CONTENT)

    def _keep(self, content: bytes | Overlong) -> bytes:
        assert isinstance(content, bytes)  # noqa: S101  the caller has refused what is overlong
        try:
            for recipient in self._recipients:
                self._desk.sink.accept(
                    self._mail_from or "",
                    rcpt_to=recipient,
                    content=content,
                    tls_version=self._tls_version,
                )
        except OSError:
            return b"451 4.3.0 Cannot keep the message now"
        self._accepted += 1
        return b"250 2.0.0 Ok: taken"

    def _forget(self) -> None:
        self._mail_from = None
        self._recipients = []
        self._chunks = None

    # Encryption.

    def _start_handshake(self) -> None:
        if self._behaviour.stall_at is Moment.HANDSHAKE:
            self._voice.is_silent = True
        elif not self._voice.is_silent:
            self._handshake = asyncio.get_running_loop().create_task(self._shake_hands())

    async def _shake_hands(self) -> None:
        assert self._transport is not None  # noqa: S101  the task starts on an open connection
        loop = asyncio.get_running_loop()
        sealed: asyncio.Transport | None = None
        if self._incoming.is_empty:  # start_tls below reads nothing more in clear
            with contextlib.suppress(OSError):  # a client that does not want us is no fault of the server
                sealed = await loop.start_tls(self._transport, self, self._desk.tls, server_side=True)
        if sealed is None:
            self._voice.drop()
            return
        self._handshake = None
        self._transport = sealed
        self._voice.speak_through(sealed)
        self._tls_version = str(sealed.get_extra_info("ssl_object").version())
        self._is_greeted = False
        if self._behaviour.implicit_tls:
            self._greet()
        self._take_all()  # the first command may have come with the end of the handshake
