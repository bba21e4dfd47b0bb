"""Every rule of the gate, in the order in which its reasons are told; and every reason by its code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.decisions.gate.rules import (
    address_proven,
    address_suppressed,
    address_usable,
    advertising_labelled,
    authorization_form_kept,
    authorization_held,
    authorization_not_false,
    authorization_purpose_chosen,
    authorization_purpose_named,
    authorization_purposes_recorded,
    authorization_seen,
    authorization_within_a_year,
    category_refused,
    class_chosen,
    collection_consented,
    consent_given,
    content_approved,
    deceased,
    encrypted_route,
    frequency_kept,
    frequency_known,
    fundraising_notice,
    minor_represented,
    not_paused,
    notice_agreed,
    opt_in_given,
    other_way_kept,
    part2_consent_covers,
    part2_consent_held,
    patients_are_not_prospects,
    postal_address_present,
    prospects_are_not_patients,
    refill_prescribed,
    remuneration_answered,
    research_basis,
    restriction_kept,
    route_fits,
    sensitivity_authorized,
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
        # about the message for a person like this
        authorization_purpose_chosen,
        route_fits,
        # about the person
        patients_are_not_prospects,
        prospects_are_not_patients,
        address_usable,
        deceased,
        restriction_kept,
        other_way_kept,
        stopped_everything,
        not_paused,
        category_refused,
        address_suppressed,
        opt_in_given,
        consent_given,
        notice_agreed,
        refill_prescribed,
        authorization_held,
        authorization_not_false,
        authorization_within_a_year,
        authorization_form_kept,
        authorization_purpose_named,
        authorization_seen,
        authorization_purposes_recorded,
        sensitivity_authorized,
        part2_consent_held,
        part2_consent_covers,
        collection_consented,
        advertising_labelled,
        address_proven,
        minor_represented,
        frequency_kept,
        frequency_known,
    )
)
