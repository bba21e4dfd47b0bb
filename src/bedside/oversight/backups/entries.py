"""What backups write into the ledger of each practice they hold."""

from bedside.safeguards.audit.rules import declare

MADE = declare(
    "backup.made", "Made backup {name}: {rows} rows, {size} bytes, {keys}.",
    name=str, rows=int, size=int, sha256=str, keys=str,
)  # fmt: skip
# Whether `keys.sealed` in that folder is replaced when somebody is erased.
KEYS_FOLLOW = "with_keys_that_follow_erasures"
KEYS_STAY = "with_keys_that_do_not_follow_later_erasures"
CHECKED = declare("backup.checked", "Checked backup {name}: {finding}.", name=str, finding=str, rows=int)
RESTORED = declare(
    "backup.restored",
    "Restored backup {name}, made at {made_at}, with the keys as of {keys_at}; {erased} records of people erased since "
    "and {renewed} of people given a new key since were removed, {paused} campaigns paused, {imports} imports ended.",
    name=str, made_at=str, keys_at=str, erased=int, renewed=int, paused=int, imports=int,
)  # fmt: skip
