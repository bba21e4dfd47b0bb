"""Service mails in words for staff: what each is, where it is and why."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from bedside.correspondence.delivery.queries import reason_sentence
from bedside.records.consent.rules import LetterKind, LetterState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

KINDS: Final[Mapping[LetterKind, str]] = MappingProxyType(
    {
        LetterKind.CONFIRM_SIGNUP: "Please confirm your sign-up",
        LetterKind.CONFIRM_ADDRESS: "Please confirm your address",
        LetterKind.ADDRESS_CHANGED: "Your address was changed (to the old address)",
        LetterKind.AUTHORIZATION_COPY: "Copy of a signed authorization",
        LetterKind.AUTHORIZATION_ENDS_SOON: "An authorization ends soon",
        LetterKind.AUTHORIZATION_ASKED: "Asked to sign a form",
        LetterKind.REQUEST_CONFIRM: "Please confirm your request",
        LetterKind.REQUEST_ANSWERED: "Your request is answered",
        LetterKind.WELCOME: "Welcome after a sign-up",
    }
)
STATES: Final[Mapping[LetterState, str]] = MappingProxyType(
    {
        LetterState.OWED: "Waiting",
        LetterState.IN_HAND: "On its way",
        LetterState.SENT: "Delivered",
        LetterState.SUPPRESSED: "Not sent",
        LetterState.FAILED: "Not delivered",
        LetterState.IN_DOUBT: "In doubt",
        LetterState.DROPPED: "Not needed any more",
    }
)
_OWN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "not_reached": "It was not its turn before the connection ended; it goes with the next.",
        "record_gone": "Whom it was for is not on record any more, or is written to at another address.",
        "unwritable": "Something that this mail needs is missing, such as its link.",
    }
)


def why(state: LetterState, codes: Sequence[str]) -> str:
    """One sentence or two; empty where there is nothing to explain."""
    if state in {LetterState.SENT, LetterState.DROPPED, LetterState.IN_HAND}:
        return ""
    return " ".join(_OWN.get(code) or reason_sentence(code) for code in codes[:2])
