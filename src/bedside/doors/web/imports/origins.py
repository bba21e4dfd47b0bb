"""Where a list comes from, as the form of an import states it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bedside.ground.errors import Refusal
from bedside.records.intake.nouns import Method, Origin, Provenance

if TYPE_CHECKING:
    from django.http import QueryDict


def read_origin(posted: QueryDict) -> Origin:
    """Raises Refusal unless somebody says where the list comes from, how and by when, and that it was not bought."""
    value = posted.get("provenance", "")
    if value not in set(Provenance):
        raise Refusal("provenance", "Say where these people come from.")
    method = posted.get("method", "")
    if method not in set(Method):
        raise Refusal("method", "Say how these people gave you their addresses.")
    try:
        day = date.fromisoformat(posted.get("collected_by", ""))
    except ValueError:
        raise Refusal("collected_by", "Give the day by which the addresses were got.") from None
    if posted.get("attested") != "yes":
        raise Refusal(
            "attested",
            "Tick that the list was not bought, rented or collected from the web; else do not import it.",
        )
    return Origin(provenance=Provenance(value), method=Method(method), collected_by=day)
