"""Messages over an open wire, the envelope of the next behind the content of this one.

Promise: every message pulled from the source is reported exactly once; a refusal of one never touches the
next; content is written only after MAIL and RCPT were accepted and `on_intent` has returned.
Source: RFC 2920 section 3.1 and RFC 3030 section 4 (what may follow what); RFC 5321 section 4.5.2 (dots).
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from bedside.kit.transport.capabilities import misfit, scan
from bedside.kit.transport.envelopes import HandOff, Outcome, Outgoing, Stage
from bedside.kit.transport.failures import FailureKind, Progress, TransportFailure
from bedside.kit.transport.replies import Reply, without_addresses
from bedside.kit.transport.wire import SERVICE_ENDED, SERVICE_ENDS, Dialogue, Wire

if TYPE_CHECKING:
    from bedside.kit.transport.capabilities import Capabilities
    from bedside.kit.transport.encryption import TlsEvidence
    from bedside.kit.transport.envelopes import Timeouts

OnResult = Callable[[Outgoing, HandOff | TransportFailure], None]
_Step = tuple[Stage | None, bytes]  # None: no step of a message

# Larger contents are written block by block, each waiting for the socket, so memory stays bounded and a slow
# but living server is not taken for a dead one.
BLOCK_BYTES: Final = 262_144

_CONTINUE: Final = 354
_BAD_SEQUENCE: Final = 503
_INTERMEDIATE: Final = 300
_PERMANENT: Final = 500
_TEMPORARY: Final = 400
_RESET: Final[_Step] = (None, b"RSET\r\n")
_OUT_OF_STEP: Final = "The server's replies are out of step."
_LINE_WITH_DOT = re.compile(rb"\n\.")  # twice as fast here as `in`; contents have no bare LF


class _Flight:
    """A message on its way, with the commands of its envelope."""

    __slots__ = ("message", "progress", "steps")

    def __init__(self, message: Outgoing) -> None:
        self.message = message
        self.progress = Progress.NOT_STARTED
        self.steps: tuple[_Step, ...] = ()

    @property
    def group(self) -> bytes:
        """The envelope as one group (RFC 2920)."""
        return b"".join([command for _, command in self.steps])


class Transfer:
    """One run of messages; used once."""

    def __init__(
        self,
        wire: Wire,
        *,
        capabilities: Capabilities,
        evidence: TlsEvidence,
        timeouts: Timeouts,
        next_message: Callable[[], Outgoing | None],
        on_result: OnResult,
    ) -> None:
        self._wire = wire
        self._capabilities = capabilities
        self._evidence = evidence
        self._timeouts = timeouts
        self._next_message = next_message
        self._on_result = on_result
        self._flights: deque[_Flight] = deque()
        self._pipelines = capabilities.offers("PIPELINING")
        self._chunks = capabilities.offers("CHUNKING")
        self._last_step: tuple[_Step, ...] = () if self._chunks else ((Stage.DATA, b"DATA\r\n"),)
        # Postfix keeps a transaction open when it refuses a content by its end-of-data restrictions. DATA
        # behind that would deliver an empty message in the old transaction, so RSET goes in between.
        self._resets_behind_content = not self._chunks
        self._is_unclean = False  # the last message was refused: a transaction may still be open

    def dialogue(self) -> Dialogue[None]:
        """Until the source is exhausted or the connection ends; see SmtpConnection.run."""
        try:
            yield from self._send_all()
        except BaseException as error:
            self._wire.give_up()
            self._report_unanswered(error)
            raise

    def _report_unanswered(self, error: BaseException) -> None:
        failure = error if isinstance(error, TransportFailure) else self._wire.failure
        assert failure is not None  # noqa: S101  `run` has just set it
        while self._flights:
            flight = self._flights.popleft()
            self._on_result(flight.message, failure.at(flight.progress))

    def _send_all(self) -> Dialogue[None]:
        flight = self._pull()
        self._announce(flight)
        while flight is not None:
            flight = yield from self._send(flight)
        if self._is_unclean:
            yield from self._reset()

    def _send(self, flight: _Flight) -> Dialogue[_Flight | None]:
        """Take this message to its answer and give the one after it, its envelope already on the way."""
        refusal = yield from self._hear_envelope(flight)
        if refusal is not None:
            self._is_unclean = True
            self._report(refusal)
            following = self._pull(reset_first=True)
            self._announce(following)
            return following
        following = self._pull(reset_first=self._resets_behind_content) if self._pipelines else None
        yield from self._write_content(flight, following=following)
        self._report((yield from self._hear_answer(flight)))
        return following if self._pipelines else self._pull(reset_first=self._is_unclean)

    def _pull(self, *, reset_first: bool = False) -> _Flight | None:
        """The next message that fits this server; those that do not are reported on the way."""
        self._wire.transport()
        while (message := self._next_message()) is not None:
            flight = _Flight(message)
            self._flights.append(flight)
            scanned = scan(message.content)
            reason = misfit(message, scanned=scanned, capabilities=self._capabilities)
            if reason is None:
                flight.steps = self._steps(message, is_ascii=scanned.is_ascii, reset_first=reset_first)
                return flight
            self._flights.pop()
            self._on_result(message, reason)
        return None

    def _announce(self, flight: _Flight | None) -> None:
        """Write the envelope, where the server allows all of it at once."""
        if flight is not None and self._pipelines:
            self._wire.write(flight.group, replies=len(flight.steps))

    def _steps(self, message: Outgoing, *, is_ascii: bool, reset_first: bool) -> tuple[_Step, ...]:
        steps: tuple[_Step, ...] = (
            (Stage.MAIL, self._mail_command(message, is_ascii=is_ascii)),
            (Stage.RCPT, f"RCPT TO:<{message.rcpt_to}>\r\n".encode()),
            *self._last_step,
        )
        return (_RESET, *steps) if reset_first else steps

    def _mail_command(self, message: Outgoing, *, is_ascii: bool) -> bytes:
        command = f"MAIL FROM:<{message.mail_from}>"
        if self._capabilities.offers("SIZE"):
            command += f" SIZE={len(message.content)}"
        if not is_ascii:
            command += " BODY=8BITMIME"
        if message.smtputf8:
            command += " SMTPUTF8"
        if message.require_tls:
            command += " REQUIRETLS"
        return f"{command}\r\n".encode()

    def _hear_envelope(self, flight: _Flight) -> Dialogue[HandOff | None]:
        """The refusal of this envelope; None when the content may follow."""
        refusal: tuple[Stage, Reply] | None = None
        takes_recipient = False
        for stage, command in flight.steps:
            if not self._pipelines:
                self._wire.write(command, replies=1)
            reply = yield from self._wire.hear(within_s=self._patience(stage))
            if _goes_on(reply, stage):
                takes_recipient |= stage is Stage.RCPT
                if refusal is not None and stage is Stage.DATA:
                    yield from self._end_unwanted_data(takes_recipient=takes_recipient)
            elif refusal is None:
                refusal = (stage or Stage.MAIL, reply)
                if not self._pipelines or reply.code == SERVICE_ENDS:
                    break
        if refusal is None:
            return None
        if self._was_disturbed(flight, refusal):
            return (yield from self._hear_again(flight))
        return self._hand_off(refusal[1], stage=refusal[0], message=flight.message)

    def _end_unwanted_data(self, *, takes_recipient: bool) -> Dialogue[None]:
        """A server may await content although it refused the recipient: give it none (RFC 2920 3.1).

        One that took the recipient after refusing the sender holds a transaction that is not ours to end.
        """
        if takes_recipient:
            self._wire.fail(FailureKind.PROTOCOL_ERROR, _OUT_OF_STEP)
        self._wire.write(b".\r\n", replies=1)
        yield from self._wire.hear(within_s=self._timeouts.accept_s)

    def _was_disturbed(self, flight: _Flight, refusal: tuple[Stage, Reply]) -> bool:
        """Some servers keep a transaction open after refusing its content; that is no fault of the next.

        Without DATA behind it the envelope has done no harm and can be said again.
        """
        stage, reply = refusal
        is_about_order = stage is Stage.MAIL and reply.code == _BAD_SEQUENCE
        return self._is_unclean and is_about_order and flight.steps[0] is not _RESET

    def _hear_again(self, flight: _Flight) -> Dialogue[HandOff | None]:
        flight.steps = (_RESET, *flight.steps)
        self._announce(flight)
        return (yield from self._hear_envelope(flight))

    def _reset(self) -> Dialogue[None]:
        """Leave no open transaction behind for the next run."""
        self._wire.write(_RESET[1], replies=1)
        yield from self._wire.hear(within_s=self._timeouts.command_s)

    def _write_content(self, flight: _Flight, *, following: _Flight | None) -> Dialogue[None]:
        """Everything before the first byte may fail without doubt; from there on the message is in doubt."""
        start, content, end = self._framed(flight.message.content)
        replies = 1
        if following is not None:
            end += following.group
            replies += len(following.steps)
        self._wire.transport()
        if flight.message.on_intent is not None:
            flight.message.on_intent()
        flight.progress = Progress.IN_DOUBT
        if len(content) <= BLOCK_BYTES:
            self._wire.write(b"".join((start, content, end)), replies=replies)
        else:
            yield from self._write_blocks(start, content)
            self._wire.write(end, replies=replies - 1)

    def _write_blocks(self, start: bytes, content: bytes) -> Dialogue[None]:
        self._wire.write(start, replies=1)  # a server may refuse before it has read everything
        view = memoryview(content)
        for at in range(0, len(content), BLOCK_BYTES):
            self._wire.write(bytes(view[at : at + BLOCK_BYTES]), replies=0)
            yield from self._wire.drained(within_s=self._timeouts.content_s)

    def _framed(self, content: bytes) -> tuple[bytes, bytes, bytes]:
        """By length, or by a final dot with the dots at line starts doubled."""
        if self._chunks:
            return b"BDAT %d LAST\r\n" % len(content), content, b""
        if content.startswith(b".") or _LINE_WITH_DOT.search(content):
            content = (b"\n" + content).replace(b"\n.", b"\n..")[1:]
        return b"", content, b".\r\n"

    def _hear_answer(self, flight: _Flight) -> Dialogue[HandOff]:
        reply = yield from self._wire.hear(within_s=self._timeouts.accept_s)
        hand_off = self._hand_off(reply, stage=Stage.CONTENT, message=flight.message)
        self._is_unclean = hand_off.outcome is not Outcome.ACCEPTED
        return hand_off

    def _hand_off(self, reply: Reply, *, stage: Stage, message: Outgoing) -> HandOff:
        if reply.code == SERVICE_ENDS:
            self._wire.fail(FailureKind.CLOSED, SERVICE_ENDED)
        return HandOff(
            code=reply.code,
            enhanced=reply.enhanced,
            reply_text=reply.text,
            reply_safe=without_addresses(reply.text, secrets=(message.rcpt_to, message.mail_from)),
            outcome=self._outcome(reply, stage=stage),
            stage=stage,
            tls=self._evidence,
        )

    def _outcome(self, reply: Reply, *, stage: Stage) -> Outcome:
        if reply.code >= _PERMANENT:
            return Outcome.PERMANENT
        if reply.code >= _TEMPORARY:
            return Outcome.TEMPORARY
        if reply.code < _INTERMEDIATE and stage is Stage.CONTENT:
            return Outcome.ACCEPTED
        # "Go on" where an end was due, or the reverse: the dialogue is out of step, nothing can be trusted.
        self._wire.fail(FailureKind.PROTOCOL_ERROR, _OUT_OF_STEP)
        raise self._wire.ended()

    def _report(self, result: HandOff) -> None:
        flight = self._flights.popleft()
        self._on_result(flight.message, result)

    def _patience(self, stage: Stage | None) -> float:
        return self._timeouts.data_s if stage is Stage.DATA else self._timeouts.command_s


def _goes_on(reply: Reply, stage: Stage | None) -> bool:
    if stage is Stage.DATA:
        return reply.code == _CONTINUE
    return reply.code < _INTERMEDIATE
