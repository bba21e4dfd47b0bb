"""Why a connection or a message failed, in words that hold no personal data.

Promise: a `TransportFailure` always says whether the message it speaks of may be tried elsewhere
(`not_started`) or may already have been accepted (`in_doubt`), and `sentence` never repeats what a server
said, because servers quote addresses.
"""

from __future__ import annotations

from enum import StrEnum


class FailureKind(StrEnum):
    """What went wrong; the last three concern one message and leave the connection usable."""

    CONNECT_FAILED = "connect_failed"
    NO_STARTTLS = "no_starttls"
    TLS_REFUSED = "tls_refused"
    TLS_FAILED = "tls_failed"
    CERTIFICATE_UNTRUSTED = "certificate_untrusted"
    CERTIFICATE_NAME = "certificate_name"
    CERTIFICATE_EXPIRED = "certificate_expired"
    INJECTED = "injected"
    AUTH_FAILED = "auth_failed"
    TIMED_OUT = "timed_out"
    PROTOCOL_ERROR = "protocol_error"
    CLOSED = "closed"
    NOT_SUPPORTED = "not_supported"
    TOO_LARGE = "too_large"
    UNFIT_MESSAGE = "unfit_message"


class Progress(StrEnum):
    """How far the message had come when its connection failed."""

    NOT_STARTED = "not_started"
    """No byte of content was written: another attempt cannot deliver twice."""
    IN_DOUBT = "in_doubt"
    """Content had begun and no reply came: the server may or may not have accepted."""


_ABOUT_ONE_MESSAGE = frozenset(
    {FailureKind.NOT_SUPPORTED, FailureKind.TOO_LARGE, FailureKind.UNFIT_MESSAGE},
)


class TransportFailure(Exception):
    """The outside world failed; nothing was sent in clear because of it.

    `permanent` tells that the same attempt cannot succeed later. `sentence` is for the user and the log.
    """

    def __init__(
        self,
        *,
        kind: FailureKind,
        permanent: bool,
        sentence: str,
        progress: Progress = Progress.NOT_STARTED,
    ) -> None:
        super().__init__(sentence)
        self.kind = kind
        self.permanent = permanent
        self.sentence = sentence
        self.progress = progress

    @property
    def in_doubt(self) -> bool:
        """Content had begun: do not send again without the policy for messages in doubt."""
        return self.progress is Progress.IN_DOUBT

    @property
    def not_started(self) -> bool:
        """No content was written: safe to try elsewhere."""
        return self.progress is Progress.NOT_STARTED

    @property
    def ends_connection(self) -> bool:
        """False when only this message is concerned and the connection goes on."""
        return self.kind not in _ABOUT_ONE_MESSAGE

    def at(self, progress: Progress) -> TransportFailure:
        """The same failure told of a message that had come this far."""
        return TransportFailure(
            kind=self.kind,
            permanent=self.permanent and progress is Progress.NOT_STARTED,
            sentence=self.sentence,
            progress=progress,
        )
