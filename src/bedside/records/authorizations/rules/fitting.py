"""Which form would let a message go out, once somebody has signed it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.records.authorizations.rules.nouns import DocumentKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bedside.records.authorizations.rules.nouns import Content
    from bedside.records.consent.rules import Sensitivity


def fits(
    content: Content,
    *,
    kind: DocumentKind,
    purpose: str,
    sensitivities: Iterable[Sensitivity],
    remuneration: bool,
) -> bool:
    """True where a form of this kind names the purpose (empty for any), each sensitive matter and the payment.

    A consent under 42 CFR Part 2 is about one matter, so that only its purpose is asked for.
    """
    if content.kind is not kind or (purpose and purpose not in content.purposes):
        return False
    if kind is DocumentKind.PART2_CONSENT:
        return True
    return set(sensitivities) <= set(content.sensitivities) and (content.remuneration or not remuneration)
