"""The way out, which the ledger's mails to a witness take as well."""

from bedside.ground.relay import TIMEOUTS, relay_context, relay_target

__all__ = ["TIMEOUTS", "relay_context", "relay_target"]
