"""What a reply means, when to try again, and what to do in doubt: pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bedside.correspondence.campaigns.rules import RecipientState
from bedside.kit.transport.smtp import FailureKind, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

JITTER_SHARE: Final = 0.1
# Missing one of these may harm; the same Message-ID lets mail programs show a second copy once.
RESENT_IN_DOUBT: Final = frozenset({"treatment", "refill"})

SENTENCES: Final = {
    "accepted": "The receiving server took the message over an encrypted, verified connection.",
    "no_verified_tls": "No encrypted connection to a verified server could be made, so nothing was sent.",
    "relay_unreachable": "The mail server could not be reached; it is tried again.",
    "relay_sign_in": "The mail server did not accept our sign-in; an administrator must look at it.",
    "refused_temporarily": "The receiving server asked to try again later.",
    "refused_permanently": "The receiving server refused the message for good.",
    "address_unknown": "The receiving server does not know this address; it is not written to any more.",
    "gave_up": "It was tried again and again without success until the time for it was up.",
    "not_supported": "The receiving server lacks something this message needs.",
    "too_large": "The message is larger than the receiving server takes.",
    "unfit_message": "The message or its address cannot be sent as it is.",
    "unwritable": "Something this person's message needs is missing or cannot be used in it.",
    "record_gone": "This person's record is no longer there.",
    "person_erased": "This person was erased, so nothing more is sent to them.",
    "in_doubt": "The connection broke after the message had left; it may or may not have arrived.",
    "resent_in_doubt": "The connection broke after the message had left, so it is sent again to be sure.",
    "campaign_cancelled": "The campaign was cancelled before this message was sent.",
    "campaign_stopped": "The campaign was stopped before this message was sent.",
    "no_starttls": "The mail server offers no encryption.",
    "tls_refused": "The mail server refused to encrypt.",
    "tls_failed": "An encrypted connection could not be set up.",
    "certificate_untrusted": "The mail server's certificate is not from an authority trusted here.",
    "certificate_name": "The mail server's certificate is for another name.",
    "certificate_expired": "The mail server's certificate is expired or not yet valid.",
    "injected": "Somebody tampered with the connection before it was encrypted.",
}

_UNVERIFIED: Final = frozenset(
    {
        FailureKind.NO_STARTTLS, FailureKind.TLS_REFUSED, FailureKind.TLS_FAILED,
        FailureKind.CERTIFICATE_UNTRUSTED, FailureKind.CERTIFICATE_NAME, FailureKind.CERTIFICATE_EXPIRED,
        FailureKind.INJECTED,
    }
)  # fmt: skip
_ABOUT_MESSAGE: Final = {
    FailureKind.NOT_SUPPORTED: "not_supported",
    FailureKind.TOO_LARGE: "too_large",
    FailureKind.UNFIT_MESSAGE: "unfit_message",
}
_UNKNOWN_ADDRESS: Final = frozenset({"5.1.1", "5.1.10"})  # RFC 3463 section 3.2, RFC 7505 section 4.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Where a person goes. `tries_again` asks for another attempt, if the time is not up."""

    state: RecipientState
    codes: tuple[str, ...]
    tries_again: bool = False


def judge_reply(outcome: Outcome, *, enhanced: str) -> Judgement:
    """The server has answered."""
    match outcome:
        case Outcome.ACCEPTED:
            return Judgement(state=RecipientState.DELIVERED, codes=("accepted",))
        case Outcome.TEMPORARY:
            return Judgement(state=RecipientState.DEFERRED, codes=("refused_temporarily",), tries_again=True)
        case Outcome.PERMANENT:
            code = "address_unknown" if enhanced in _UNKNOWN_ADDRESS else "refused_permanently"
            return Judgement(state=RecipientState.FAILED, codes=(code,))


def judge_failure(kind: FailureKind) -> Judgement:
    """Nothing of the message was sent. A route that cannot be verified holds it, and says why."""
    if kind in _ABOUT_MESSAGE:
        return Judgement(state=RecipientState.FAILED, codes=(_ABOUT_MESSAGE[kind],))
    if kind in _UNVERIFIED:
        codes = ("no_verified_tls", kind.value)
        return Judgement(state=RecipientState.HELD, codes=codes, tries_again=True)
    code = "relay_sign_in" if kind is FailureKind.AUTH_FAILED else "relay_unreachable"
    return Judgement(state=RecipientState.DEFERRED, codes=(code,), tries_again=True)


def judge_doubt(message_class: str) -> Judgement:
    """Content had left and no reply came. Care is sent again with the same Message-ID; the rest is left in doubt."""
    if message_class in RESENT_IN_DOUBT:
        return Judgement(state=RecipientState.DEFERRED, codes=("resent_in_doubt",), tries_again=True)
    return Judgement(state=RecipientState.IN_DOUBT, codes=("in_doubt",))


def next_attempt(
    *,
    attempt: int,
    first_attempt_at: datetime,
    at: datetime,
    delays_s: Sequence[int],
    give_up_after_s: int,
    chance: float,
) -> datetime | None:
    """When to try again after attempt number `attempt` (from 1); None when the time is up.

    The last delay repeats. `chance` (0 to 1) spreads attempts by a tenth, so that they do not all come back at
    the same second.
    """
    delay_s = delays_s[min(attempt, len(delays_s)) - 1]
    moment = at + timedelta(seconds=delay_s * (1 + JITTER_SHARE * chance))
    return moment if moment <= first_attempt_at + timedelta(seconds=give_up_after_s) else None
