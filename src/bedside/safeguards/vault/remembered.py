"""What the ledger remembers of a practice's keys: which versions must not be what an older row would say they are.

Read whenever stored versions are read: some rows by an index, twice a minute in each process.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bedside.safeguards.audit.folding import acts
from bedside.safeguards.vault import entries
from bedside.safeguards.vault.rules import INDEX_VERSION, KeyState

if TYPE_CHECKING:
    from bedside.ground.scope import Scope

_BEFORE_REST = frozenset({KeyState.PRE_ACTIVE, KeyState.ACTIVE})
_EVERY = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """`followed_by`: the newest version that took over for good; all before it rest. `closed`: every key is destroyed.

    `recovery`: the fingerprint of the recovery key that was made or taken over last, empty when none is known.
    """

    followed_by: int = 0
    compromised: frozenset[int] = frozenset()
    destroyed: frozenset[int] = frozenset()
    closed: bool = False
    recovery: str = ""

    def must_be(self, version: int) -> KeyState | None:
        """The state that the ledger asks for, at least; None when it asks for nothing."""
        if self.closed or version in self.destroyed:
            return KeyState.DESTROYED
        if INDEX_VERSION < version < self.followed_by:
            return KeyState.COMPROMISED if version in self.compromised else KeyState.DEACTIVATED
        return None

    def forbids(self, version: int, state: KeyState, *, marked_compromised: bool) -> bool:
        """Whether a version cannot stand so. One further on than the ledger says is only just being written."""
        if state is KeyState.DESTROYED:
            return False
        if version in self.compromised and not marked_compromised:
            return True
        wanted = self.must_be(version)
        return wanted is KeyState.DESTROYED or (wanted is not None and state in _BEFORE_REST)


def remembered(scope: Scope) -> Remembered:
    """Raises BadRow for an entry that cannot be read. Ask it before the rows, which may then only be newer."""
    followed_by, compromised, destroyed, recovery = 0, set(), set(), ""
    for act in acts(scope, entries.STATES):
        match act.kind:
            case entries.ROTATION_FINISHED.name:
                followed_by = max(followed_by, int(act.details["version"]))
            case entries.KEY_COMPROMISED.name:
                compromised.add(int(act.details["version"]))
            case entries.DESTROYED.name:
                destroyed.add(str(act.details["what"]))
            case _:
                recovery = str(act.details.get("recovery") or "")
    return Remembered(
        followed_by=followed_by,
        compromised=frozenset(compromised),
        destroyed=frozenset(int(one.rpartition("_")[2]) for one in destroyed if one != _EVERY),
        closed=_EVERY in destroyed,
        recovery=recovery,
    )
