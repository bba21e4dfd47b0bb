"""Verbs on sign-up forms, sign-ups and the intake: the door through which other rooms use them."""

from bedside.records.signups.confirming import Standing, asked_for, confirm, standing
from bedside.records.signups.forms import publish_form, retire_form, save_form
from bedside.records.signups.intake import take_person
from bedside.records.signups.intake_keys import caller, make_key, revoke_key
from bedside.records.signups.taking import Visitor, purge, receive, visitor_scope

__all__ = [
    "Standing",
    "Visitor",
    "asked_for",
    "caller",
    "confirm",
    "make_key",
    "publish_form",
    "purge",
    "receive",
    "retire_form",
    "revoke_key",
    "save_form",
    "standing",
    "take_person",
    "visitor_scope",
]
