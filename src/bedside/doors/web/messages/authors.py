"""Names of who wrote, for lists and histories."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from bedside.safeguards.staff.queries import names_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bedside.ground.scope import Scope

ON_THE_SERVER = "Somebody on the server"


def author_names(scope: Scope, author_ids: Iterable[str]) -> dict[str, str]:
    """A name for each id. Commands run on the server have no account, and former staff keep their name."""
    wanted = set(author_ids)
    known = names_of(scope, {author_id for author_id in wanted if _is_account(author_id)})
    return {author_id: known.get(author_id, ON_THE_SERVER) for author_id in wanted}


def _is_account(author_id: str) -> bool:
    try:
        UUID(author_id)
    except ValueError:
        return False
    return True
