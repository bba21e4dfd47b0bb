"""Questions about a practice's brand kit, and what a message is drawn with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bedside.decisions.composer.models import BrandRow
from bedside.decisions.composer.rules.document.dress import Brand, Dress, picture_id
from bedside.decisions.composer.rules.document.kinds import Kind
from bedside.decisions.composer.sealed import open_brand
from bedside.ground.errors import NotFound
from bedside.ground.scope import Scope, reading
from bedside.records.media.queries import every_look
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from bedside.decisions.composer.rules.document.nodes import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandLine:
    """One state in the kit's history."""

    number: int
    at: datetime
    author_kind: str
    author_id: str


def brand(scope: Scope, *, number: int | None) -> Brand:
    """The kit in force for None, or one of its states; what a practice begins with if it has none. Raises NotFound."""
    with reading(scope):
        rows = BrandRow.objects.filter(practice_id=scope.practice_id)
        row = (rows.filter(number=number) if number else rows.order_by("-number")).first()
    if row is None:
        if number:
            raise NotFound
        return Brand()
    return open_brand(
        practice_keys(scope), bytes(row.sealed), practice_id=scope.practice_id, number=row.number
    )


def brand_of_revision(scope: Scope, number: int | None) -> Brand:
    """The kit that a revision is drawn with: the state it names, or none at all for None. Raises NotFound."""
    return brand(scope, number=number) if number else Brand()


def brand_number(scope: Scope) -> int | None:
    """The number of the state in force; None before there is any."""
    with reading(scope):
        rows = BrandRow.objects.filter(practice_id=scope.practice_id)
        return rows.order_by("-number").values_list("number", flat=True).first()


def brand_history(scope: Scope) -> list[BrandLine]:
    """Every state, newest first."""
    with reading(scope):
        rows = BrandRow.objects.filter(practice_id=scope.practice_id).defer("sealed").order_by("-number")
        return [
            BrandLine(number=row.number, at=row.at, author_kind=row.author_kind, author_id=row.author_id)
            for row in rows
        ]


def dress_for(scope: Scope, document: Document | None, *, brand_of: Brand) -> Dress:
    """The kit, and every picture of the document and of the kit that is there.

    Whether they may go out on a day is another question (`unusable_pictures`): a look at the calendar must not change
    the bytes that somebody approved.
    """
    wanted = picture_ids(document, brand_of)
    return Dress(brand=brand_of, pictures=every_look(scope, wanted) if wanted else {})


def picture_ids(document: Document | None, brand_of: Brand) -> frozenset[UUID]:
    """The practice's own pictures in a document drawn with a kit; those that are addresses are not among them."""
    blocks = () if document is None else (block for _, block in document.every_block())
    found = {picture_id(block.picture) for block in blocks}
    if document is not None and any(block.kind is Kind.HEADER for block in document.blocks):
        found.add(brand_of.logo)
    return frozenset(one for one in found if one is not None)
