"""Kinds of ledger entries about practices."""

from bedside.safeguards.audit.rules import declare

PRACTICE_CREATED = declare("practice.created", "Set up the practice.")
PROFILE_CHANGED = declare("practice.profile_changed", "Changed the practice's settings.")
