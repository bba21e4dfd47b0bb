"""Which messages show a picture; messages know pictures and not the other way round, so a door asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bedside.decisions.composer import queries as composer
from bedside.records.media.queries import address_of

if TYPE_CHECKING:
    from uuid import UUID

    from bedside.decisions.composer.queries import MessageLine
    from bedside.ground.scope import Scope

LOOKED_AT_MAX: Final = 200  # each is opened; a practice with more has long forgotten the oldest


def messages_using(scope: Scope, picture_id: UUID) -> list[MessageLine]:
    """Messages in use whose newest state names the picture by its number or its address, changed last first."""
    signs = (str(picture_id), address_of(scope, picture_id).rpartition("/")[0])
    return [
        line
        for line in composer.messages(scope)[:LOOKED_AT_MAX]
        if any(sign in repr(composer.draft_of(scope, line.id, revision=None)) for sign in signs)
    ]
