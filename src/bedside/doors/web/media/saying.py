"""What is typed and chosen about a picture, read from a form and shown again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from bedside.ground import clock
from bedside.ground.errors import Refusal
from bedside.records.authorizations.disclosing import offered_disclosures
from bedside.records.media.rules import (
    DESCRIPTION_LENGTH_MAX,
    NAME_LENGTH_MAX,
    PEOPLE_NAMES,
    People,
)
from bedside.records.patients.actions import note_listed
from bedside.records.patients.queries import by_ids
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from datetime import date

    from django.http import QueryDict

    from bedside.ground.scope import Scope
    from bedside.records.media.rules import Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A form about a picture as it was filled in; `people` is empty until that question is answered."""

    name: str = ""
    description: str = ""
    decorative: bool = False
    people: str = ""
    authorization: str = ""

    @classmethod
    def read(cls, post: QueryDict) -> Typed:
        return cls(
            name=post.get("name", "")[: NAME_LENGTH_MAX * 2],
            description=post.get("description", "")[: DESCRIPTION_LENGTH_MAX * 2],
            decorative="decorative" in post,
            people=post.get("people", ""),
            authorization=post.get("authorization", ""),
        )

    @classmethod
    def of(cls, picture: Picture) -> Typed:
        return cls(
            name=picture.name,
            description=picture.description,
            decorative=picture.decorative,
            people=picture.shows_people.value,
            authorization=str(picture.authorization_id or ""),
        )

    def people_answered(self) -> People:
        """Raises Refusal until somebody has said who can be recognised."""
        try:
            return People(self.people)
        except ValueError:
            raise Refusal("people_unanswered", "Say who can be recognised in the picture.") from None

    def authorization_id(self) -> UUID | None:
        """None for none, also for what is no number of a form."""
        try:
            return UUID(self.authorization)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedForm:
    """A form in force by which somebody may be shown, as it stands in the list to choose from."""

    id: str
    person: str
    signed_on: date
    expires_on: date | None


def today(scope: Scope) -> date:
    return clock.now().astimezone(profile(scope).zone).date()


def signed_forms(scope: Scope) -> list[SignedForm]:
    """By name, for whoever may see who is a patient; that they saw it is recorded. Raises NotAllowed."""
    scope.require(Right.SEE_PATIENTS)
    found = offered_disclosures(scope, today=today(scope))
    people = {one.id: one.full_name for one in by_ids(scope, {one.patient_id for one in found})}
    if people:
        note_listed(scope, [*people], searched=True, at=clock.now())
    forms = [
        SignedForm(
            id=str(one.document_id),
            person=people.get(one.patient_id, "") or "Without a name",
            signed_on=one.signed_on,
            expires_on=one.expires_on,
        )
        for one in found
    ]
    return sorted(forms, key=lambda one: one.person.casefold())


def choices(scope: Scope, typed: Typed, *, with_forms: bool = False) -> dict[str, object]:
    """What the fields about a picture need. The forms are listed only where a patient is to be shown."""
    may = scope.may(Right.SEE_PATIENTS)
    listed = may and (with_forms or typed.people == People.PATIENT)
    return {
        "typed": typed,
        "people": [
            {"code": one.value, "label": label, "help": told, "closed": one is People.PATIENT and not may}
            for one, (label, told) in PEOPLE_NAMES.items()
        ],
        "forms_listed": listed,
        "signed_forms": signed_forms(scope) if listed else [],
        "name_max": NAME_LENGTH_MAX,
        "description_max": DESCRIPTION_LENGTH_MAX,
    }
