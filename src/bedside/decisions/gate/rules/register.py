"""Every rule of the gate, in the order in which its reasons are told; and every reason by its code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.decisions.gate.rules import (
    address_suppressed,
    address_usable,
    authorization_held,
    authorization_seen,
    category_refused,
    class_chosen,
    content_approved,
    deceased,
    encrypted_route,
    fundraising_notice,
    minor_represented,
    notice_agreed,
    opt_in_given,
    patients_are_not_prospects,
    postal_address_present,
    refill_prescribed,
    remuneration_answered,
    research_basis,
    restriction_kept,
    stopped_everything,
    unsubscribe_present,
)

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.verdict import Rule

RULES: tuple[Rule, ...] = tuple(
    module.RULE
    for module in (
        # about the message
        class_chosen,
        remuneration_answered,
        content_approved,
        postal_address_present,
        unsubscribe_present,
        research_basis,
        fundraising_notice,
        encrypted_route,
        # about the person
        patients_are_not_prospects,
        address_usable,
        deceased,
        restriction_kept,
        stopped_everything,
        category_refused,
        address_suppressed,
        opt_in_given,
        notice_agreed,
        refill_prescribed,
        authorization_held,
        authorization_seen,
        minor_represented,
    )
)
