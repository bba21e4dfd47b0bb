"""The backups keep one copy of all keys, which must not be older than the keys."""

from bedside.oversight.backups.actions import refresh_keys_soon
from bedside.safeguards.vault.changes import when_keys_change

when_keys_change(refresh_keys_soon)
