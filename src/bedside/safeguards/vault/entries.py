"""Kinds of ledger entries about keys."""

from bedside.safeguards.audit.rules import Deed, declare

ROTATION_BEGUN = declare(
    "keys.rotation_begun", "Made version {version} of the practice's key ({reason}).", version=int, reason=str
)
ROTATION_FINISHED = declare(
    "keys.rotation_finished",
    "Version {version} of the practice's key took over; rewrapped {rewrapped} keys of persons, {left} could not be.",
    version=int, rewrapped=int, left=int,
)  # fmt: skip
KEY_COMPROMISED = declare(
    "keys.compromised", "Marked version {version} of the practice's key as compromised.", version=int
)
PERSON_KEY_ROTATED = declare("keys.person_rotated", "Gave a person's record a new key.")
DESTRUCTION_ASKED = declare(
    "keys.destruction_asked", "Asked to destroy {what} of the practice's keys.", Deed.WRITE, what=str
)
DESTRUCTION_RELEASED = declare(
    "keys.destruction_released",
    "Released the destruction of {what} of the practice's keys.",
    Deed.DECIDE,
    what=str,
)
DESTRUCTION_REFUSED = declare(
    "keys.destruction_refused", "Refused the destruction of {what} of the practice's keys ({reason}).", Deed.DECIDE,
    what=str, reason=str,
)  # fmt: skip
DESTROYED = declare("keys.destroyed", "Destroyed {what} of the practice's keys.", what=str)
ROOT_ROTATED = declare(
    "keys.root_rotated",
    "Rewrapped {count} versions of the practice's key under root key {name}.",
    count=int,
    name=str,
)
RECOVERY_MADE = declare(
    "keys.recovery_made",
    "Made a recovery key of {shares} shares, {needed} of them needed.",
    shares=int,
    needed=int,
    recovery=str,
)
RECOVERY_TAKEN = declare(
    "keys.recovery_taken", "Copied the practice's first keys to the recovery key there is.", recovery=str
)
RECOVERY_RESTORED = declare(
    "keys.recovery_restored",
    "Took over the recovery key that was kept with the keys beside a backup put back.",
    recovery=str,
)
RECOVERED = declare(
    "keys.recovered", "Recovered {count} versions of the practice's key from shares.", count=int
)
MARKED = declare(
    "keys.marked", "Marked {count} stored versions of the practice's key as they stand.", count=int
)
REPAIRED = declare(
    "keys.repaired",
    "Put {changed} changed versions of the practice's key back to the state the ledger remembers.",
    changed=int,
)
RESEALING_BEGUN = declare(
    "keys.resealing_begun",
    "Began to seal anew {count} values that version {version} of the practice's key had sealed.",
    version=int, count=int,
)  # fmt: skip
RESEALED = declare(
    "keys.resealed",
    "Sealed anew {done} values of version {version} of the practice's key; {left} do not open and stay.",
    version=int, done=int, left=int,
)  # fmt: skip
# From these the vault knows how stored versions must stand (`remembered`).
STATES = (ROTATION_FINISHED, KEY_COMPROMISED, DESTROYED, RECOVERY_MADE, RECOVERY_TAKEN, RECOVERY_RESTORED)
