"""Owing a person a service mail: decided here, in the transaction of the act that asks for it, and sent elsewhere.

`correspondence.letters` takes what is due within seconds. A letter that is not owed any more when its turn comes is
never sent; one that was handed over is never owed again by itself.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bedside.ground.errors import Refusal
from bedside.ground.identity import new_id
from bedside.ground.jobs import enqueue
from bedside.ground.scope import Scope, in_scope, reading
from bedside.kit.mail.addresses import InvalidAddress, parse_address
from bedside.records.consent.models import LetterRow
from bedside.records.consent.rules import UNDER_WAY, LetterKind, LetterState
from bedside.safeguards.vault.queries import person_keys, practice_keys

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from bedside.kit.sealing import Place

LINK_LENGTH_MAX = 400
_TABLE = "consent_letter"


def owe_letter(
    scope: Scope,
    kind: LetterKind,
    *,
    patient_id: UUID | None,
    address: str = "",
    about: UUID | None,
    language: str,
    at: datetime,
    due_at: datetime | None = None,
    link: str = "",
) -> UUID | None:
    """Owes a letter from the commit of the caller's transaction on; None if just this one is under way already.

    Without `address` it goes to the patient's address of the moment when it is handed over. `link` is the path of a
    patients' page with its token, such as `c/<token>`; the caller made it. `language` is any code or name of one;
    English where we have no text in it. For verbs of other rooms, which ask for the right themselves.
    Raises Refusal for an address that is none, and for a patient who was erased.
    """
    if patient_id is None and not address:
        raise ValueError("a letter to nobody on record needs an address")
    if len(link) > LINK_LENGTH_MAX or "://" in link:
        raise ValueError("the link of a letter is a short path")
    letter_id, due = new_id(), due_at or at
    with in_scope(scope):
        sealed, own_sealed = _sealed(scope, letter_id, patient_id, address=_checked(address), link=link)
        row = LetterRow(
            id=letter_id, practice_id=scope.practice_id, kind=kind.value, patient_id=patient_id, about=about,
            language=short_language(language), sealed=sealed, own_sealed=own_sealed, owed_at=at, due_at=due,
            state=LetterState.OWED.value,
        )  # fmt: skip
        LetterRow.objects.bulk_create([row], ignore_conflicts=True)
        if not LetterRow.objects.filter(practice_id=scope.practice_id, id=letter_id).exists():
            return None
        enqueue("letters.send", at=due if due > at else None, practice_id=scope.practice_id)
    return letter_id


def drop_letters(scope: Scope, *, about: UUID) -> int:
    """Takes back whatever is owed about something and not yet being handed over. Gives how many letters."""
    return _drop(scope, about=about)


def drop_letters_to(scope: Scope, patient_id: UUID) -> int:
    """As `drop_letters`, for everything owed to one person."""
    return _drop(scope, patient_id=patient_id)


def drop_confirmations(scope: Scope, patient_id: UUID) -> int:
    """Takes back the mails that ask a person to confirm an address: it is confirmed, or another is asked about."""
    return _drop(scope, patient_id=patient_id, kind=LetterKind.CONFIRM_ADDRESS.value)


def letters_due(scope: Scope, *, at: datetime) -> bool:
    """Whether anything is due and in nobody's hand."""
    with reading(scope):
        rows = LetterRow.objects.filter(practice_id=scope.practice_id, state=LetterState.OWED.value)
        return rows.filter(due_at__lte=at).exists()


def is_under_way(scope: Scope, kind: LetterKind, *, patient_id: UUID) -> bool:
    """Whether a letter of this kind to this person is owed or being handed over."""
    with reading(scope):
        rows = LetterRow.objects.filter(practice_id=scope.practice_id, patient_id=patient_id, kind=kind.value)
        return rows.filter(state__in=_values(UNDER_WAY)).exists()


def handed_over_at(scope: Scope, kind: LetterKind, *, about: UUID) -> datetime | None:
    """When the newest letter of this kind about something was taken by a mail server; None if none was yet."""
    with reading(scope):
        rows = LetterRow.objects.filter(practice_id=scope.practice_id, kind=kind.value, about=about)
        sent = rows.filter(state=LetterState.SENT.value).order_by("-ended_at")
        return sent.values_list("ended_at", flat=True).first()


def short_language(language: str) -> str:
    """`es` for whatever means Spanish (es-MX, Spanish, español), otherwise `en`."""
    return "es" if language.strip().lower()[:2] in {"es", "sp"} else "en"


def letter_place(scope: Scope, letter_id: UUID, *, column: str) -> Place:
    """Where a letter's sealed text belongs; `column` is `sealed` or `own_sealed`."""
    return practice_keys(scope).place(table=_TABLE, row=str(letter_id), column=column, version=1)


def _drop(scope: Scope, **which: UUID | str) -> int:
    with in_scope(scope):
        rows = LetterRow.objects.filter(practice_id=scope.practice_id, **which)
        # What failed is not tried again either; nor must its address stay.
        rows.exclude(state__in=_values(UNDER_WAY)).update(sealed=None, own_sealed=None)
        owed = rows.filter(state=LetterState.OWED.value)
        return owed.update(state=LetterState.DROPPED.value, sealed=None, own_sealed=None)


def _values(states: Iterable[LetterState]) -> list[str]:
    return [state.value for state in states]


def _checked(address: str) -> str:
    try:
        return parse_address(address).wire if address else ""
    except InvalidAddress as error:
        raise Refusal("address", str(error)) from None


def _sealed(
    scope: Scope, letter_id: UUID, patient_id: UUID | None, *, address: str, link: str
) -> tuple[bytes | None, bytes | None]:
    """What stands in `sealed` and in `own_sealed`; nothing where there is nothing to keep."""
    if not address and not link:
        return None, None
    plain = json.dumps({"address": address, "link": link}).encode()
    if patient_id is None:
        return practice_keys(scope).seal(plain, table=_TABLE, row=str(letter_id), column="sealed"), None
    own = person_keys(scope, [patient_id]).get(patient_id)
    if own is None:
        raise Refusal("not_found", "That does not exist here.")
    return None, own.seal(plain, place=letter_place(scope, letter_id, column="own_sealed"))
