"""Verbs on the pictures of a practice: the only place that writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Sum

from bedside.ground.errors import NotFound, Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import Scope, in_scope
from bedside.kit.pictures import BadPicture, CleanPicture, clean
from bedside.records.authorizations.disclosing import disclosure
from bedside.records.media import entries
from bedside.records.media.models import PictureRow, RenditionRow
from bedside.records.media.rules import People, check_room, check_words
from bedside.records.media.sealed import (
    PICTURES,
    RENDITIONS,
    UNDER_PERSON,
    UNDER_PRACTICE,
    Keys,
    Words,
    open_rendition,
)
from bedside.safeguards.audit.actions import record
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


def add(
    scope: Scope,
    *,
    name: str,
    content: bytes,
    description: str,
    shows_people: People,
    authorization_id: UUID | None,
    at: datetime,
    decorative: bool = False,
) -> UUID:
    """Keeps a picture, cleaned of all but its pixels, and gives its number. The file itself is kept nowhere.

    Raises Refusal for a file that is none, without a description, for a patient without an authorization to be shown
    that is in force (MKT-19), and when the library is full; NotAllowed.
    """
    words = _words(name, description, decorative=decorative)
    _require(scope, shows_people)
    cleaned = _cleaned(content)  # first: it takes time, and nothing is locked yet
    size_bytes = sum(len(one.content) for one in cleaned.renditions)
    with in_scope(scope):
        patient_id, document_id = _shown(scope, shows_people, authorization_id, at=at)
        _check_room(scope, size_bytes)
        keys = Keys.of(scope, [patient_id])
        row = _row(scope, words, cleaned, keys, patient_id=patient_id, at=at)
        row.people, row.authorization_id, row.decorative = shows_people.value, document_id, decorative
        row.size_bytes = size_bytes
        row.save(force_insert=True)
        RenditionRow.objects.bulk_create(_renditions(row, cleaned, keys))
        record(
            scope, entries.ADDED, at=at, subject=row.id, people=shows_people.value, authorization_id=document_id,
            patient_id=patient_id, size_bytes=size_bytes,
        )  # fmt: skip
    return row.id


def change(
    scope: Scope,
    picture_id: UUID,
    *,
    name: str,
    description: str,
    shows_people: People,
    authorization_id: UUID | None,
    at: datetime,
    decorative: bool = False,
    based_on: int | None = None,
) -> None:
    """Says something else of a picture. The picture itself never changes: mails that were sent show it.

    `based_on` is the version that was read; None overwrites whatever stands there. Raises as `add`, NotFound, and
    Refusal when somebody else has changed it since.
    """
    words = _words(name, description, decorative=decorative)
    _require(scope, shows_people)
    with in_scope(scope):
        row = _locked(scope, picture_id)
        if based_on is not None and based_on != row.version:
            raise Refusal(
                "changed_meanwhile",
                "Somebody else has changed this meanwhile; look at it again and save then.",
            )
        if row.people == People.PATIENT:
            scope.require(Right.SEE_PATIENTS)
        patient_id, document_id = row.patient_id, row.authorization_id
        if (shows_people.value, authorization_id) != (row.people, row.authorization_id):
            patient_id, document_id = _shown(scope, shows_people, authorization_id, at=at)
        keys = Keys.of(scope, [row.patient_id, patient_id])
        if patient_id != row.patient_id:
            _seal_anew(row, keys, patient_id=patient_id)
        row.people, row.authorization_id, row.decorative = shows_people.value, document_id, decorative
        row.patient_id, row.version = patient_id, row.version + 1
        row.sealed_under = _under(patient_id)
        row.sealed = _seal_words(words, keys, row)
        row.save()
        record(
            scope, entries.CHANGED, at=at, subject=row.id, people=shows_people.value, authorization_id=document_id,
            patient_id=patient_id, version=row.version,
        )  # fmt: skip


def archive(scope: Scope, picture_id: UUID, *, at: datetime) -> None:
    """Puts it away: new mail cannot show it, mail that was sent still does. Done again it does nothing."""
    scope.require(Right.WRITE_MESSAGES)
    with in_scope(scope):
        row = _locked(scope, picture_id)
        if row.archived_at is None:
            PictureRow.objects.filter(practice_id=scope.practice_id, id=row.id).update(archived_at=at)
            record(scope, entries.ARCHIVED, at=at, subject=row.id)


def restore(scope: Scope, picture_id: UUID, *, at: datetime) -> None:
    """Takes it out of the archive. Done again it does nothing."""
    scope.require(Right.WRITE_MESSAGES)
    with in_scope(scope):
        row = _locked(scope, picture_id)
        if row.archived_at is not None:
            PictureRow.objects.filter(practice_id=scope.practice_id, id=row.id).update(archived_at=None)
            record(scope, entries.RESTORED, at=at, subject=row.id)


def remove(scope: Scope, picture_id: UUID, *, at: datetime) -> None:
    """Deletes an archived picture for good; mail that was sent shows an empty place from then on.

    Raises NotFound, and Refusal for one that is in use: archiving first gives time to think again.
    """
    scope.require(Right.WRITE_MESSAGES)
    with in_scope(scope):
        row = _locked(scope, picture_id)
        if row.archived_at is None:
            raise Refusal("not_archived", "Put the picture into the archive first.")
        empty(scope, row, at=at)


def note_seen(scope: Scope, picture_id: UUID, *, patient_id: UUID, at: datetime) -> None:
    """Records that the actor looked at a picture of this patient."""
    with in_scope(scope):
        record(scope, entries.SEEN, at=at, subject=patient_id, picture_id=picture_id)


def empty(scope: Scope, row: PictureRow, *, at: datetime) -> None:
    """Deletes what a picture shows and says; its row stays, so that its address can say that it is gone.

    Within the caller's transaction, with the row locked.
    """
    RenditionRow.objects.filter(practice_id=scope.practice_id, picture_id=row.id).delete()
    PictureRow.objects.filter(practice_id=scope.practice_id, id=row.id).update(
        sealed=None, removed_at=at, size_bytes=0
    )
    record(scope, entries.REMOVED, at=at, subject=row.id, patient_id=row.patient_id)


def _words(name: str, description: str, *, decorative: bool) -> Words:
    """What decorates says nothing, so a description of it is not kept either. Raises Refusal."""
    said = Words(name=" ".join(name.split()), description="" if decorative else " ".join(description.split()))
    check_words(name=said.name, description=said.description, decorative=decorative)
    return said


def _require(scope: Scope, people: People) -> None:
    """Who chooses a signed form sees who signed it."""
    scope.require(Right.WRITE_MESSAGES)
    if people is People.PATIENT:
        scope.require(Right.SEE_PATIENTS)


def _cleaned(content: bytes) -> CleanPicture:
    try:
        return clean(content)
    except BadPicture as refused:
        raise Refusal(f"picture_{refused.code}", refused.sentence) from None


def _shown(
    scope: Scope, people: People, authorization_id: UUID | None, *, at: datetime
) -> tuple[UUID | None, UUID | None]:
    """Whom the picture shows and what they signed; neither for one that shows no patient. Raises Refusal (MKT-19)."""
    if people is not People.PATIENT:
        return None, None
    if authorization_id is None:
        raise Refusal(
            "authorization_needed",
            "Choose the form by which this patient agreed to be shown; without it the picture cannot be kept.",
        )
    today = at.astimezone(profile(scope).zone).date()
    try:
        found = disclosure(scope, authorization_id, today=today)
    except NotFound:
        found = None
    if found is None or not found.in_force:
        raise Refusal(
            "authorization_not_in_force",
            "This form does not let the patient be shown today; choose another, or ask the patient to sign one.",
        )
    return found.patient_id, authorization_id


def _check_room(scope: Scope, added_bytes: int) -> None:
    rows = PictureRow.objects.filter(practice_id=scope.practice_id, removed_at__isnull=True)
    held = rows.aggregate(pictures=Count("id"), stored=Sum("size_bytes"))
    check_room(pictures=held["pictures"], stored_bytes=held["stored"] or 0, added_bytes=added_bytes)


def _row(
    scope: Scope, words: Words, cleaned: CleanPicture, keys: Keys, *, patient_id: UUID | None, at: datetime
) -> PictureRow:
    """Not yet saved, and without who is in it."""
    row = PictureRow(
        id=new_id(),
        practice_id=scope.practice_id,
        patient_id=patient_id,
        sealed_under=_under(patient_id),
        version=1,
        width=cleaned.width,
        height=cleaned.height,
        added_at=at,
        added_by=scope.actor.id,
    )
    row.sealed = _seal_words(words, keys, row)
    return row


def _seal_words(words: Words, keys: Keys, row: PictureRow) -> bytes:
    return _seal(
        keys, words.to_bytes(), table=PICTURES, row=row.id, version=row.version, whose=row.patient_id
    )


def _renditions(row: PictureRow, cleaned: CleanPicture, keys: Keys) -> list[RenditionRow]:
    made = []
    for one in cleaned.renditions:
        own = new_id()
        sealed = _seal(keys, one.content, table=RENDITIONS, row=own, version=1, whose=row.patient_id)
        made.append(
            RenditionRow(
                id=own, practice_id=row.practice_id, picture_id=row.id, at_most=one.at_most, width=one.width,
                height=one.height, media_type=one.media_type.value, sealed_under=row.sealed_under, sealed=sealed,
                version=1,
            )
        )  # fmt: skip
    return made


def _seal_anew(row: PictureRow, keys: Keys, *, patient_id: UUID | None) -> None:
    """Somebody else is shown, or nobody: the same pixels under the key of whom they show."""
    for one in RenditionRow.objects.filter(
        practice_id=row.practice_id, picture_id=row.id
    ).select_for_update():
        try:
            plain = open_rendition(keys, one, patient_id=row.patient_id)
        except KeyError:
            raise NotFound from None
        version = one.version + 1
        sealed = _seal(keys, plain, table=RENDITIONS, row=one.id, version=version, whose=patient_id)
        one.sealed, one.version, one.sealed_under = sealed, version, _under(patient_id)
        one.save(update_fields=["sealed", "version", "sealed_under"])


def _seal(keys: Keys, plain: bytes, *, table: str, row: UUID, version: int, whose: UUID | None) -> bytes:
    """Raises NotFound for a patient who was erased meanwhile."""
    try:
        return keys.seal(plain, table=table, row=row, version=version, patient_id=whose)
    except KeyError:
        raise NotFound from None


def _under(patient_id: UUID | None) -> str:
    return UNDER_PRACTICE if patient_id is None else UNDER_PERSON


def _locked(scope: Scope, picture_id: UUID) -> PictureRow:
    rows = PictureRow.objects.filter(practice_id=scope.practice_id, id=picture_id, removed_at__isnull=True)
    row = rows.select_for_update().first()
    if row is None:
        raise NotFound
    return row
