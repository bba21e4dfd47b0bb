"""The recovery key that copies may be made for: the one in force, and in force by what the ledger remembers, too.

A mark tells that this installation made a recovery key, not that it is the newest: whoever kept shares that were
replaced could put its row back and be given each later key. Each practice's ledger names the one made last.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.conf import settings

from bedside.ground.errors import Refusal
from bedside.safeguards.audit.actions import record
from bedside.safeguards.vault import entries
from bedside.safeguards.vault.installation import installation_key
from bedside.safeguards.vault.recovery import recovery_in_force
from bedside.safeguards.vault.remembered import remembered

if TYPE_CHECKING:
    from datetime import datetime

    from bedside.ground.scope import Scope
    from bedside.safeguards.vault.recovery import Recovery


def fingerprint(recovery: Recovery) -> str:
    """What the ledger names a recovery key by: of the public half, which tells nothing."""
    return hashlib.sha256(recovery.public).hexdigest()[:32]


def current_recovery(scope: Scope) -> Recovery | None:
    """None when there is none. Raises Refusal when it is not this installation's, or was replaced before."""
    found = recovery_in_force(installation_key(settings.BEDSIDE_ROOT))
    known = remembered(scope).recovery
    if found is not None and known and known != fingerprint(found):
        raise Refusal(
            "recovery_key_replaced",
            "The recovery key in the database is not the one made last; somebody may have put an older one back. "
            "Nothing is copied to it. Make a new one: bedside keys recovery make --replace",
        )
    return found


def recovery_for(scope: Scope, *, at: datetime) -> Recovery | None:
    """As `current_recovery`, for a key about to be stored; from then on the practice's ledger remembers which it is."""
    found = current_recovery(scope)
    if found is not None and not remembered(scope).recovery:
        record(scope, entries.RECOVERY_TAKEN, at=at, subject=scope.practice_id, recovery=fingerprint(found))
    return found
