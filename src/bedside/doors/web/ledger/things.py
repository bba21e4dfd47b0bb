"""What the ids in the ledger are: looked up when somebody reads them, by what that person may see, never stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.urls import reverse

from bedside.correspondence.campaigns.queries import campaign
from bedside.decisions.composer.queries import message
from bedside.decisions.segments.queries import segment
from bedside.ground.errors import Refusal
from bedside.records.intake.queries import view as import_view
from bedside.records.patients import queries as patients
from bedside.safeguards.audit.rules import kinds
from bedside.safeguards.staff.queries import names_of
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from bedside.ground.scope import Scope
    from bedside.records.patients.rules import Patient

# A page names at most so many different campaigns, messages and so on: each is a question of its own.
LOOK_UPS_MAX: Final = 60


class Sort(StrEnum):
    """What an id can be the id of."""

    PATIENT = "patient"
    CAMPAIGN = "campaign"
    MESSAGE = "message"
    SEGMENT = "segment"
    IMPORT = "import"
    MEMBER = "member"
    PRACTICE = "practice"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """One id: its sort, its name if the reader may know it, and the page that shows it if they may open that."""

    id: str
    sort: Sort
    name: str = ""
    page: str = ""

    @property
    def words(self) -> str:
        """Its name, or what it is; a code that is no id stands for itself."""
        return self.name or UNNAMED[self.sort] or ("" if _uuid(self.id) else self.id.replace("_", " "))

    @property
    def phrase(self) -> str:
        """The words as they go on inside a sentence."""
        return self.name or f"{self.words[:1].lower()}{self.words[1:]}"

    @property
    def is_patient(self) -> bool:
        return self.sort is Sort.PATIENT

    @property
    def can_be_sought(self) -> bool:
        return self.sort not in {Sort.OTHER, Sort.PRACTICE} and _uuid(self.id) is not None

    @property
    def search(self) -> str:
        """The query part of the ledger's address for everything on or about this."""
        return f"{'person' if self.is_patient else 'about'}={self.id}"


UNNAMED: Final = {
    Sort.PATIENT: "A patient",
    Sort.CAMPAIGN: "A campaign",
    Sort.MESSAGE: "A message",
    Sort.SEGMENT: "A segment",
    Sort.IMPORT: "An import",
    Sort.MEMBER: "A member of staff",
    Sort.PRACTICE: "The practice",
    Sort.OTHER: "",
}
SORT_WORDS: Final = {
    Sort.PATIENT: "patients",
    Sort.CAMPAIGN: "campaigns",
    Sort.MESSAGE: "messages",
    Sort.SEGMENT: "segments",
    Sort.IMPORT: "imports",
    Sort.MEMBER: "members of staff",
    Sort.PRACTICE: "practices",
    Sort.OTHER: "different things",
}
# What the subject of a kind usually is, by the kind's noun.
NOUNS: Final = {
    "authorization": Sort.PATIENT,
    "campaign": Sort.CAMPAIGN,
    "consent": Sort.PATIENT,
    "erasure": Sort.PATIENT,
    "hold": Sort.PATIENT,
    "holds": Sort.PATIENT,
    "ledger": Sort.PATIENT,
    "import": Sort.IMPORT,
    "message": Sort.MESSAGE,
    "patient": Sort.PATIENT,
    "patients": Sort.PATIENT,
    "permissions": Sort.PATIENT,
    "practice": Sort.PRACTICE,
    "representative": Sort.PATIENT,
    "restriction": Sort.PATIENT,
    "segment": Sort.SEGMENT,
    "staff": Sort.MEMBER,
}
# Details that are ids of ours, by their name.
DETAILS: Final = {
    "account": Sort.MEMBER,
    "campaign": Sort.CAMPAIGN,
    "for_member": Sort.MEMBER,
    "import": Sort.IMPORT,
    "message": Sort.MESSAGE,
    "segment": Sort.SEGMENT,
}
_SUBJECT_OF_KIND: Final = {"message.previewed": Sort.PATIENT}
_OTHERWISE: Final = (Sort.CAMPAIGN, Sort.MESSAGE, Sort.SEGMENT, Sort.IMPORT)


@dataclass(slots=True)
class Things:
    """The ids of one page, resolved together. `named_patients` are those whose names the page can show."""

    scope: Scope
    names_patients: bool = True
    _found: dict[str, Thing] = field(default_factory=dict)
    _look_ups: int = 0

    @property
    def named_patients(self) -> list[UUID]:
        return [UUID(thing.id) for thing in self._found.values() if thing.is_patient and thing.name]

    @property
    def names(self) -> Mapping[str, str]:
        return {identifier: thing.name for identifier, thing in self._found.items() if thing.name}

    def add(self, wanted: Iterable[tuple[str, Sort]]) -> None:
        """Looks up ids with what they probably are; those that are none of our ids are passed over."""
        fresh = {one: sort for one, sort in wanted if one and one not in self._found and _uuid(one)}
        by_id = {
            one: Thing(id=one, sort=Sort.PRACTICE) for one in fresh if one == str(self.scope.practice_id)
        }
        by_id |= _members(
            self.scope, {one for one, sort in fresh.items() if sort in {Sort.MEMBER, Sort.OTHER}}
        )
        left = {one: sort for one, sort in fresh.items() if one not in by_id}
        by_id |= self._patients({one for one, sort in left.items() if sort in {Sort.PATIENT, Sort.OTHER}})
        by_id |= {one: self._other(one, sort) for one, sort in left.items() if one not in by_id}
        self._found |= by_id

    def get(self, identifier: str, sort: Sort) -> Thing:
        return self._found.get(identifier) or Thing(id=identifier, sort=sort)

    def add_patients(self, people: Iterable[UUID]) -> None:
        self.add((str(person), Sort.PATIENT) for person in people)

    def _patients(self, ids: set[str]) -> dict[str, Thing]:
        """Names only for who may see patients; whoever has been erased has none."""
        if not ids or not self.names_patients or not self.scope.may(Right.SEE_PATIENTS):
            return {}
        return {str(one.id): _patient(one) for one in patients.by_ids(self.scope, [UUID(one) for one in ids])}

    def _other(self, identifier: str, sort: Sort) -> Thing:
        for candidate in (sort, *(one for one in _OTHERWISE if one is not sort)):
            if (look := _LOOK.get(candidate)) is None:
                continue
            if self._look_ups >= LOOK_UPS_MAX:
                break
            self._look_ups += 1
            try:
                name, page = look(self.scope, UUID(identifier))
            except Refusal:  # not found: perhaps it is of another sort
                continue
            return Thing(id=identifier, sort=candidate, name=name, page=page)
        return Thing(id=identifier, sort=sort)


def sort_of(kind: str) -> Sort:
    """What an entry of this kind is most probably about."""
    return _SUBJECT_OF_KIND.get(kind) or NOUNS.get(kind.partition(".")[0], Sort.OTHER)


def kinds_on(sort: Sort) -> frozenset[str]:
    """The kinds whose single entries are usually about that sort of thing."""
    return frozenset(kind for kind in kinds() if sort_of(kind) is sort)


def sort_of_detail(name: str) -> Sort:
    return DETAILS.get(name, Sort.OTHER)


def patient_name(patient: Patient) -> str:
    return patient.full_name or "Without a name"


def _patient(patient: Patient) -> Thing:
    identifier = str(patient.id)
    page = reverse("patient", args=[identifier])
    return Thing(id=identifier, sort=Sort.PATIENT, name=patient_name(patient), page=page)


def _members(scope: Scope, ids: set[str]) -> dict[str, Thing]:
    may_open = scope.may(Right.MANAGE_STAFF)
    return {
        one: Thing(
            id=one, sort=Sort.MEMBER, name=name, page=reverse("staff_member", args=[one]) if may_open else ""
        )
        for one, name in (names_of(scope, ids) if ids else {}).items()
    }


def _campaign(scope: Scope, identifier: UUID) -> tuple[str, str]:
    return campaign(scope, identifier).name, _page(scope, Right.SEE_REPORTS, "campaign", identifier)


def _message(scope: Scope, identifier: UUID) -> tuple[str, str]:
    return message(scope, identifier).name, _page(scope, Right.WRITE_MESSAGES, "message", identifier)


def _segment(scope: Scope, identifier: UUID) -> tuple[str, str]:
    return segment(scope, identifier).name, _page(scope, Right.BUILD_SEGMENTS, "segment", identifier)


def _import(scope: Scope, identifier: UUID) -> tuple[str, str]:
    """A file's name is free text and may be a patient's, so it is for who may import."""
    found = import_view(scope, identifier)
    may_see = scope.may(Right.IMPORT_PATIENTS)
    return found.name if may_see else "", _page(scope, Right.IMPORT_PATIENTS, "import", identifier)


_LOOK: Final[dict[Sort, Callable[[Scope, UUID], tuple[str, str]]]] = {
    Sort.CAMPAIGN: _campaign,
    Sort.MESSAGE: _message,
    Sort.SEGMENT: _segment,
    Sort.IMPORT: _import,
}


def _page(scope: Scope, right: Right, name: str, identifier: UUID) -> str:
    return reverse(name, args=[identifier]) if scope.may(right) else ""


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
