"""Which of several authorizations a message rests on: the one against which least speaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from bedside.decisions.gate.rules.facts import MessageFacts
    from bedside.records.consent.rules import Authorization


def best_authorization(
    authorizations: Sequence[Authorization], message: MessageFacts, *, today: date
) -> Authorization | None:
    """The one that fits this message best, the newest of equals; None where there is none.

    Only chooses: whether it is enough is for the rules to say, which see the facts of the chosen one alone.
    """
    if len(authorizations) <= 1:
        return authorizations[0] if authorizations else None
    return max(reversed(authorizations), key=lambda held: _fit(held, message, today=today))


def _fit(held: Authorization, message: MessageFacts, *, today: date) -> tuple[bool, ...]:
    in_force = held.revoked_at is None and not held.found_false and held.signed_on <= today
    return (
        in_force and (held.expires_on is None or held.expires_on >= today),
        held.verified,
        held.sender_covered,
        message.authorization_purpose in held.purposes,
        set(message.sensitivities) <= set(held.sensitivities),
        held.remuneration_stated or not message.remuneration,
    )
