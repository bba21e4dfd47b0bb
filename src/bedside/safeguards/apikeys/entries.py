"""Kinds of ledger entries about API keys."""

from uuid import UUID

from bedside.safeguards.audit.rules import declare

MADE = declare(
    "apikey.made",
    "Made the API key {name}, which may {right} for one system.",
    name=str,
    right=str,
    source_id=UUID,
)
REVOKED = declare("apikey.revoked", "Revoked the API key {name}.", name=str)
USED = declare("apikey.used", "Came with the API key {name}; noted once a day.", name=str)
