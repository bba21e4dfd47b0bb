"""Whether somebody else could sign in as an account, from the ledger.

Apart from `queries`, which needs the tables of the second step: the patients' door has no sign-in and none of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.safeguards.audit import queries as ledger
from bedside.safeguards.staff import entries

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from bedside.ground.scope import Scope
    from bedside.safeguards.audit.queries import LedgerEntry

_PAGE = ledger.PAGE_ENTRIES_MAX


def sign_in_was_reset(scope: Scope, account_id: str, *, since: datetime) -> bool:
    """True if somebody else set the account's password anew or took its second step away, at `since` or later.

    The first password of an account does not count: before it nobody could sign in.
    """
    return any(
        entry.actor_id != account_id and not entry.details.get("first", False)
        for kind in (entries.PASSWORD_SET, entries.SECOND_FACTOR_RESET)
        for entry in _about(scope, account_id, kind=kind.name, since=since)
    )


def _about(scope: Scope, account_id: str, *, kind: str, since: datetime) -> Iterator[LedgerEntry]:
    """Page by page, so that no number of newer entries hides one."""
    before: int | None = None
    while True:
        page = ledger.entries(
            scope, before_id=before, kind=kind, actor_id="", subject=account_id, limit=_PAGE, since=since
        )
        yield from page
        if len(page) < _PAGE:
            return
        before = page[-1].id
