"""Taking owed letters in hand and storing what became of them: for `correspondence.letters` alone.

Every write is guarded by the claim that took the letter and by its state, so a process that was given up changes
nothing any more, and nothing that is settled is settled again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, LiteralString

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from bedside.ground.errors import NotFound, Refusal
from bedside.ground.jobs import enqueue
from bedside.ground.scope import Scope, in_scope, reading
from bedside.records.consent.models import LetterRow
from bedside.records.consent.owing import letter_place
from bedside.records.consent.rules import LetterKind, LetterState, TakenLetter
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault.queries import person_keys, practice_keys

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from bedside.kit.sealing import Sealer

KEPT_FOR_RETRY: Final = timedelta(days=30)  # what a letter that failed needs to be tried again
LIST_MAX: Final = 200
_MAY_BE_RETRIED: Final = (LetterState.FAILED, LetterState.IN_DOUBT)
_TAKE: LiteralString = """
    WITH due AS (
        SELECT id, row_number() OVER (ORDER BY due_at, id) AS number FROM (
            SELECT id, due_at FROM consent_letter
            WHERE practice_id = %(practice)s AND state = 'owed' AND due_at <= %(at)s
            ORDER BY due_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED) AS picked)
    UPDATE consent_letter AS held SET state = 'in_hand', claim_id = %(claim)s, machine = %(machine)s, taken_at = %(at)s,
        place = due.number, attempt = held.attempt + 1, first_attempt_at = coalesce(held.first_attempt_at, %(at)s)
    FROM due WHERE held.id = due.id AND held.practice_id = %(practice)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """How the receiving server answered, over which connection. Hashes as hex."""

    host: str
    tls_version: str
    cipher: str
    certificate_sha256: str
    reply_code: int
    enhanced: str
    content_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What became of a letter in hand. OWED means another try at `due_at`, which is set then and only then.

    `tried` is False where nothing was attempted: the attempt does not count.
    """

    state: LetterState
    codes: tuple[str, ...]
    due_at: datetime | None = None
    wording: str = ""
    handed_over: HandedOver | None = None
    tried: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLetter:
    """A letter as staff see it: never its address or link. `ended_at` is None while it is under way."""

    id: UUID
    kind: LetterKind
    patient_id: UUID | None
    language: str
    state: LetterState
    codes: tuple[str, ...]
    owed_at: datetime
    due_at: datetime
    attempt: int
    ended_at: datetime | None
    wording: str
    host: str
    tls_version: str
    may_be_retried: bool


def take_letters(
    scope: Scope, *, claim_id: UUID, machine: UUID, limit: int, at: datetime
) -> list[TakenLetter]:
    """Takes what is due for this claim alone, in the order of becoming due."""
    values: dict[str, UUID | int | datetime] = {
        "practice": scope.practice_id, "claim": claim_id, "machine": machine, "limit": limit, "at": at,
    }  # fmt: skip
    with in_scope(scope):
        with connection.cursor() as cursor:
            cursor.execute(_TAKE, values)
        return in_hand(scope, claim_id)


def in_hand(scope: Scope, claim_id: UUID) -> list[TakenLetter]:
    """What a claim has taken and not settled, by place. Of somebody erased neither address nor link opens."""
    with reading(scope):
        rows = list(_held(scope, claim_id).order_by("place"))
        people = person_keys(scope, {row.patient_id for row in rows if row.patient_id and row.own_sealed})
    return [_taken(scope, row, people) for row in rows]


def settle_letter(scope: Scope, letter_id: UUID, *, claim_id: UUID, ending: Ending, at: datetime) -> bool:
    """Stores what became of a letter; False if it is not this claim's any more, and then nothing was changed."""
    with in_scope(scope):
        row = _held(scope, claim_id).filter(id=letter_id).select_for_update().first()
        if row is None:
            return False
        _end(row, ending, at=at)
        row.save()
        if ending.due_at is not None:
            enqueue("letters.send", at=ending.due_at, practice_id=scope.practice_id)
    return True


def vanished(scope: Scope, *, before: datetime) -> list[tuple[UUID, UUID]]:
    """(claim, machine) of whatever was taken before then and never settled."""
    with reading(scope):
        rows = LetterRow.objects.filter(
            practice_id=scope.practice_id, state=LetterState.IN_HAND.value, taken_at__lt=before
        )
        found = (
            rows.exclude(claim_id=None).exclude(machine=None).values_list("claim_id", "machine").distinct()
        )
        return [(claim, machine) for claim, machine in found if claim and machine]


def put_back(scope: Scope, letter_id: UUID, *, at: datetime) -> tuple[LetterKind, UUID | None]:
    """Owes a letter that failed, or that may not have arrived, once more. Gives its kind and whose it is.

    Raises NotFound, and Refusal where it is too old or the same is under way already.
    """
    scope.require(Right.RECORD_CONSENT)
    try:
        with in_scope(scope), transaction.atomic():
            rows = LetterRow.objects.select_for_update().filter(practice_id=scope.practice_id, id=letter_id)
            row = rows.filter(state__in=[state.value for state in _MAY_BE_RETRIED]).first()
            if row is None:
                raise NotFound(
                    "That letter cannot be tried again; only those that failed or are in doubt can."
                )
            if row.ended_at is None or at - row.ended_at > KEPT_FOR_RETRY:
                raise Refusal("letter_too_old", "That letter is too old; begin what it was about anew.")
            row.state, row.codes, row.due_at = LetterState.OWED.value, [], at
            row.attempt, row.first_attempt_at, row.ended_at = 0, None, None
            row.save()
            enqueue("letters.send", practice_id=scope.practice_id)
    except IntegrityError:
        raise Refusal("letter_under_way", "The same letter is under way already; wait for it.") from None
    return LetterKind(row.kind), row.patient_id


def empty_old(scope: Scope, *, at: datetime) -> int:
    """Forgets the addresses and links of letters that failed long ago. Gives how many."""
    with in_scope(scope):
        rows = LetterRow.objects.filter(practice_id=scope.practice_id, ended_at__lt=at - KEPT_FOR_RETRY)
        rows = rows.filter(Q(sealed__isnull=False) | Q(own_sealed__isnull=False))
        return rows.update(sealed=None, own_sealed=None)


def letters_of(
    scope: Scope, *, patient_id: UUID | None = None, state: LetterState | None = None, at: datetime
) -> Sequence[ShownLetter]:
    """The newest letters, at most LIST_MAX: of one person, or of everybody and nobody on record."""
    with reading(scope):
        rows = LetterRow.objects.filter(practice_id=scope.practice_id)
        if patient_id is not None:
            rows = rows.filter(patient_id=patient_id)
        if state is not None:
            rows = rows.filter(state=state.value)
        return [_shown(row, at) for row in rows.order_by("-owed_at", "-id")[:LIST_MAX]]


def asked_since(scope: Scope, kind: LetterKind, people: Collection[UUID], *, since: datetime) -> set[UUID]:
    """Those of `people` to whom such a letter was owed since then, whatever became of it."""
    with reading(scope):
        rows = LetterRow.objects.filter(practice_id=scope.practice_id, kind=kind.value, owed_at__gte=since)
        asked = rows.filter(patient_id__in=people).values_list("patient_id", flat=True)
        return {patient_id for patient_id in asked if patient_id is not None}


def _held(scope: Scope, claim_id: UUID) -> QuerySet[LetterRow]:
    return LetterRow.objects.filter(
        practice_id=scope.practice_id, claim_id=claim_id, state=LetterState.IN_HAND.value
    )


def _end(row: LetterRow, ending: Ending, *, at: datetime) -> None:
    row.state, row.codes, row.wording = ending.state.value, list(ending.codes), ending.wording
    row.claim_id = row.machine = row.taken_at = row.place = None
    if not ending.tried:
        row.attempt -= 1
    if ending.due_at is not None:
        row.due_at = ending.due_at
    else:
        row.ended_at = at
    if ending.state not in {LetterState.OWED, *_MAY_BE_RETRIED}:
        row.sealed = row.own_sealed = None
    told = ending.handed_over
    if told is not None:
        row.host, row.tls_version, row.cipher = told.host, told.tls_version, told.cipher
        row.certificate_sha256, row.content_sha256 = told.certificate_sha256, told.content_sha256
        row.reply_code, row.enhanced = told.reply_code, told.enhanced


def _taken(scope: Scope, row: LetterRow, people: Mapping[UUID, Sealer]) -> TakenLetter:
    if row.place is None or row.first_attempt_at is None:
        raise AssertionError("a letter in hand has its place and its first attempt")
    kept = _opened(scope, row, people)
    return TakenLetter(
        id=row.id,
        place=row.place,
        kind=LetterKind(row.kind),
        patient_id=row.patient_id,
        about=row.about,
        language=row.language,
        attempt=row.attempt,
        first_attempt_at=row.first_attempt_at,
        address=kept.get("address", ""),
        link=kept.get("link", ""),
    )


def _opened(scope: Scope, row: LetterRow, people: Mapping[UUID, Sealer]) -> dict[str, str]:
    plain = b"{}"
    if row.sealed is not None:
        plain = practice_keys(scope).open(
            bytes(row.sealed), table="consent_letter", row=str(row.id), column="sealed"
        )
    elif row.own_sealed is not None and row.patient_id is not None and row.patient_id in people:
        place = letter_place(scope, row.id, column="own_sealed")
        plain = people[row.patient_id].open(bytes(row.own_sealed), place=place)
    kept: dict[str, str] = json.loads(plain)
    return kept


def _shown(row: LetterRow, at: datetime) -> ShownLetter:
    state = LetterState(row.state)
    is_young = row.ended_at is not None and at - row.ended_at <= KEPT_FOR_RETRY
    return ShownLetter(
        id=row.id,
        kind=LetterKind(row.kind),
        patient_id=row.patient_id,
        language=row.language,
        state=state,
        codes=tuple(row.codes),
        owed_at=row.owed_at,
        due_at=row.due_at,
        attempt=row.attempt,
        ended_at=row.ended_at,
        wording=row.wording,
        host=row.host,
        tls_version=row.tls_version,
        may_be_retried=state in _MAY_BE_RETRIED and is_young,
    )
