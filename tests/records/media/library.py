"""Pictures in a library, and patients who agreed to be shown, or did not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bedside.records.media import actions
from bedside.records.media.rules import People
from tests.kit.pictures.files import photo
from tests.records.authorizations.forms import form, published, signed
from tests.records.consent.people import add_patient

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from bedside.ground.scope import Scope

PHOTO = photo(900, 600)


def added(scope: Scope, *, at: datetime, **changes: Any) -> UUID:
    """A picture of nobody; `changes` are arguments of `actions.add`."""
    told = {
        "name": "Front door", "content": PHOTO, "description": "Our front door with flowers beside it.",
        "shows_people": People.NOBODY, "authorization_id": None, **changes,
    }  # fmt: skip
    return actions.add(scope, at=at, **told)


def story(
    scope: Scope, *, at: datetime, purposes: tuple[str, ...] = ("testimonial",), **changes: Any
) -> UUID:
    """The version of a form to be shown to others."""
    return published(scope, form(purposes=purposes, remuneration=False, **changes), at=at)


def agreed(scope: Scope, *, at: datetime, version_id: UUID | None = None, **person: Any) -> tuple[UUID, UUID]:
    """Somebody who signed to be shown: (patient, document)."""
    patient_id = add_patient(scope, at=at, **person).id
    return patient_id, signed(scope, patient_id, version_id or story(scope, at=at), at=at)


def added_of_patient(scope: Scope, document_id: UUID, *, at: datetime, **changes: Any) -> UUID:
    told = {
        "name": "Jane smiles", "description": "A woman smiles at her dentist.", "shows_people": People.PATIENT,
        "authorization_id": document_id, **changes,
    }  # fmt: skip
    return added(scope, at=at, **told)
