"""What a signed authorization must say before it may be recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.ground.errors import Refusal

if TYPE_CHECKING:
    from datetime import date

    from bedside.records.consent.rules.nouns import Paper


def check_paper(paper: Paper, *, today: date) -> None:
    """Raises Refusal naming the first thing that keeps this paper from being an authorization.

    Source: 45 CFR 164.508(c)(1)(v)-(vi), (b)(2)(i); AUT-05, AUT-06.
    """
    if paper.signed_on > today:
        raise Refusal("signed_in_future", "The day of the signature is in the future; check the paper.")
    if paper.expires_on is None and paper.expires_event is None:
        raise Refusal(
            "authorization_without_end", "Say when the authorization ends: a date, or one of the events."
        )
    if paper.expires_on is not None and paper.expires_on < paper.signed_on:
        raise Refusal(
            "expires_before_signed", "The authorization ends before it was signed; check the dates."
        )
    if not paper.sender_covered:
        raise Refusal(
            "sender_not_named", "The paper must name this practice as the one who may use the information."
        )
