"""Questions about the pictures of a practice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Sum

from bedside.ground.errors import NotFound
from bedside.ground.scope import Scope, reading
from bedside.kit.pictures import WIDTHS
from bedside.records.authorizations.disclosing import disclosure
from bedside.records.authorizations.rules import DefectCode
from bedside.records.media.links import PictureLink, picture_address
from bedside.records.media.models import PictureRow, RenditionRow
from bedside.records.media.rules import (
    People,
    Picture,
    PictureLook,
    Unusable,
    matches,
    shown_size,
    still_answers,
)
from bedside.records.media.sealed import Keys, open_rendition, open_words
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from django.db.models import QuerySet


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How full the library is, the archive included. `stored_bytes` of all renditions."""

    pictures: int
    stored_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One rendition, opened."""

    media_type: str
    content: bytes


def pictures(scope: Scope, *, search: str = "", archived: bool = False) -> list[Picture]:
    """Those in use, or those in the archive, added last first; with every word of `search` in name or description."""
    with reading(scope):
        rows = _rows(scope).filter(archived_at__isnull=not archived)
        found = _opened(scope, list(rows.order_by("-added_at", "-id")))
    return [one for one in found if matches(one, search)]


def picture(scope: Scope, picture_id: UUID) -> Picture:
    """In use or in the archive. Raises NotFound, also for one that was taken out for good."""
    with reading(scope):
        found = _opened(scope, list(_rows(scope).filter(id=picture_id)))
    if not found:
        raise NotFound
    return found[0]


def looks(scope: Scope, ids: Iterable[UUID], *, today: date) -> dict[UUID, PictureLook]:
    """How a mail shows each of these that may be used; the others are left out, and `unusable` says why."""
    with reading(scope):
        found = _opened(scope, list(_rows(scope).filter(id__in=set(ids))))
        refused = _refused(scope, found, today=today)
        return {one.id: _look(scope, one) for one in found if one.id not in refused}


def every_look(scope: Scope, ids: Iterable[UUID]) -> dict[UUID, PictureLook]:
    """How a mail shows each of these that is there at all, whether or not it may be used on a day: ask `unusable`.

    For drawing again, to the byte, what somebody approved; nothing here says that it may go out.
    """
    with reading(scope):
        found = _opened(scope, list(_rows(scope).filter(id__in=set(ids))))
        return {one.id: _look(scope, one) for one in found}


def unusable(scope: Scope, ids: Iterable[UUID], *, today: date) -> dict[UUID, Unusable]:
    """Why each of these may not be put into a message, or go out in one, on this day; empty when all may.

    Asked of what is frozen or approved, too: a patient may have taken the permission back since.
    """
    wanted = set(ids)
    with reading(scope):
        removed = PictureRow.objects.filter(practice_id=scope.practice_id, removed_at__isnull=False)
        gone = set(removed.filter(id__in=wanted).values_list("id", flat=True))
        found = _opened(scope, list(_rows(scope).filter(id__in=wanted)))
        refused = _refused(scope, found, today=today)
    known = {one.id for one in found}
    missing = {one: Unusable.REMOVED if one in gone else Unusable.UNKNOWN for one in wanted - known}
    return {**missing, **refused}


def seen_by(scope: Scope, found: Sequence[Picture], *, today: date) -> list[Picture]:
    """Without the patients' pictures that may not be shown, for whoever may not see who is a patient."""
    if scope.may(Right.SEE_PATIENTS):
        return [*found]
    with reading(scope):
        refused = _refused(scope, [one for one in found if one.patient_id], today=today)
    return [one for one in found if one.patient_id is None or one.id not in refused]


def shown(scope: Scope, picture_id: UUID, *, at_most: int) -> Shown:
    """A picture at one of the widths, for staff. Raises NotFound; KeyError never."""
    with reading(scope):
        row = _rows(scope).filter(id=picture_id).first()
        found = None if row is None else _rendition(scope, row, at_most=at_most)
    if found is None:
        raise NotFound
    return found


def served(scope: Scope, picture_id: UUID, *, at_most: int, at: datetime) -> Shown | None:
    """A picture as anybody gets it who has its address. None once it was taken out, erased or archived for long.

    Raises NotFound for a picture that never was.
    """
    with reading(scope):
        row = PictureRow.objects.filter(practice_id=scope.practice_id, id=picture_id).first()
        if row is None:
            raise NotFound
        if row.removed_at is not None or not still_answers(row.archived_at, at=at):
            return None
        return _rendition(scope, row, at_most=at_most)


def room(scope: Scope) -> Room:
    """How many pictures there are, and of how many bytes."""
    with reading(scope):
        told = _rows(scope).aggregate(pictures=Count("id"), stored_bytes=Sum("size_bytes"))
    return Room(pictures=told["pictures"], stored_bytes=told["stored_bytes"] or 0)


def address_of(scope: Scope, picture_id: UUID, *, at_most: int = WIDTHS[-1]) -> str:
    """Where anybody finds it: absolute, the same for every mail, and not to be guessed."""
    return picture_address(PictureLink(practice_id=scope.practice_id, picture_id=picture_id), at_most=at_most)


def _rows(scope: Scope) -> QuerySet[PictureRow]:
    return PictureRow.objects.filter(practice_id=scope.practice_id, removed_at__isnull=True)


def _opened(scope: Scope, rows: Collection[PictureRow]) -> list[Picture]:
    """In this order, without those of people who were erased: a backup may have put their rows back."""
    keys = Keys.of(scope, (row.patient_id for row in rows))
    return [_picture(keys, row) for row in rows if keys.opens(row.patient_id)]


def _picture(keys: Keys, row: PictureRow) -> Picture:
    words = open_words(keys, row)
    return Picture(
        id=row.id,
        name=words.name,
        description=words.description,
        width=row.width,
        height=row.height,
        bytes=row.size_bytes,
        shows_people=People(row.people),
        authorization_id=row.authorization_id,
        patient_id=row.patient_id,
        added_at=row.added_at,
        archived_at=row.archived_at,
        decorative=row.decorative,
        version=row.version,
    )


def _rendition(scope: Scope, row: PictureRow, *, at_most: int) -> Shown | None:
    """The widest that is no wider than asked for; None where the person's key is gone."""
    keys = Keys.of(scope, [row.patient_id])
    rows = RenditionRow.objects.filter(practice_id=scope.practice_id, picture_id=row.id, at_most__lte=at_most)
    found = rows.order_by("-at_most").first()
    if found is None or not keys.opens(row.patient_id):
        return None
    content = open_rendition(keys, found, patient_id=row.patient_id)
    return Shown(media_type=found.media_type, content=content)


def _refused(scope: Scope, found: Iterable[Picture], *, today: date) -> dict[UUID, Unusable]:
    asked: dict[UUID | None, Unusable | None] = {}
    refused = {}
    for one in found:
        why = Unusable.ARCHIVED if one.archived_at is not None else None
        if why is None and one.shows_people is People.PATIENT:
            if one.authorization_id not in asked:
                asked[one.authorization_id] = _why_not(scope, one, today=today)
            why = asked[one.authorization_id]
        if why is not None:
            refused[one.id] = why
    return refused


def _why_not(scope: Scope, one: Picture, *, today: date) -> Unusable | None:
    """MKT-19: whether the person's authorization to be shown is in force on this day."""
    if one.authorization_id is None:
        return Unusable.NO_AUTHORIZATION
    try:
        found = disclosure(scope, one.authorization_id, today=today)
    except NotFound:  # its six years were over, and it was deleted
        return Unusable.NO_AUTHORIZATION
    if found.patient_id != one.patient_id:
        return Unusable.NO_AUTHORIZATION
    if found.defect is not None:
        reasons = {DefectCode.EXPIRED: Unusable.EXPIRED, DefectCode.REVOKED: Unusable.REVOKED}
        return reasons.get(found.defect.code, Unusable.DEFECTIVE)
    return None if found.fits else Unusable.NOT_FITTING


def _look(scope: Scope, one: Picture) -> PictureLook:
    width, height = shown_size(one.width, one.height)
    return PictureLook(
        address=address_of(scope, one.id), width=width, height=height, description=one.description
    )
