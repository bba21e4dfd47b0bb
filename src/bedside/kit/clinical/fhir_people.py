"""Patient and Practitioner, Location, and the elements that only they have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bedside.kit.clinical import fhir_parts as parts
from bedside.kit.clinical.nouns import PERSON_FIELDS, Location, Person, Practitioner
from bedside.kit.clinical.outcomes import Doubt, Reason, Unreadable
from bedside.kit.clinical.preferring import ranked
from bedside.kit.clinical.values import (
    HumanName,
    Identifier,
    Language,
    Link,
    LinkKind,
    PostAddress,
    Sex,
    Telecom,
)
from bedside.kit.clinical.withheld import is_withheld

if TYPE_CHECKING:
    from bedside.kit.clinical.fhir_parts import Json
    from bedside.kit.clinical.values import Moment

_SEXES: Final = {sex.value: sex for sex in Sex}
_LINKS: Final = {kind.value: kind for kind in LinkKind}


def person(
    resource: Json, *, source_id: str, doubts: list[Doubt], fields: frozenset[str] = PERSON_FIELDS
) -> Person:
    """FHIR Patient; those of `PERSON_FIELDS` that are not in `fields` are not looked at. Raises Unreadable."""
    place = "Patient"
    numbers, withheld = identifiers(resource, place, doubts) if "identifiers" in fields else ((), 0)
    died = parts.moment(resource, "deceasedDateTime", place, doubts)
    has_home = "organization" in fields
    return Person(
        source_id=source_id,
        updated_at=parts.updated_at(resource, place, doubts),
        is_active=parts.truth(resource, "active", place),
        identifiers=numbers,
        identifiers_withheld=withheld,
        names=names(resource, place, doubts) if "names" in fields else (),
        telecoms=telecoms(resource, place, doubts) if "telecoms" in fields else (),
        addresses=_addresses(resource, place, doubts) if "addresses" in fields else (),
        birth=parts.moment(resource, "birthDate", place, doubts) if "birth" in fields else None,
        sex=_sex(resource, doubts=doubts) if "sex" in fields else Sex.UNKNOWN,
        is_deceased=_is_deceased(resource, died=died),
        deceased=died,
        languages=_languages(resource, doubts=doubts) if "languages" in fields else (),
        links=_links(resource, doubts=doubts),
        organization=parts.reference(resource, "managingOrganization", place, doubts) if has_home else None,
        practitioners=parts.references(resource, "generalPractitioner", place, doubts)
        if "practitioners" in fields
        else (),
        doubts=tuple(doubts),
    )


def practitioner(resource: Json, *, source_id: str, doubts: list[Doubt]) -> Practitioner:
    """FHIR Practitioner. Raises Unreadable."""
    numbers, withheld = identifiers(resource, "Practitioner", doubts)
    return Practitioner(
        source_id=source_id,
        updated_at=parts.updated_at(resource, "Practitioner", doubts),
        is_active=parts.truth(resource, "active", "Practitioner"),
        identifiers=numbers,
        identifiers_withheld=withheld,
        names=names(resource, "Practitioner", doubts),
        telecoms=telecoms(resource, "Practitioner", doubts),
        doubts=tuple(doubts),
    )


def location(resource: Json, *, source_id: str, doubts: list[Doubt]) -> Location:
    """FHIR Location. Raises Unreadable."""
    home = parts.child(resource, "address", "Location")
    return Location(
        source_id=source_id,
        updated_at=parts.updated_at(resource, "Location", doubts),
        status=parts.status(resource, "Location", doubts),
        name=parts.text(resource, "name", "Location", doubts),
        identifiers=identifiers(resource, "Location", doubts)[0],
        telecoms=telecoms(resource, "Location", doubts),
        address=_address(home, "Location.address", doubts) if home else None,
        organization=parts.reference(resource, "managingOrganization", "Location", doubts),
        doubts=tuple(doubts),
    )


def identifiers(resource: Json, place: str, doubts: list[Doubt]) -> tuple[tuple[Identifier, ...], int]:
    """The numbers that may be read, and how many may not."""
    found = parts.children(resource, "identifier", place, doubts)
    kept, withheld = [], 0
    for each in found:
        system = parts.text(each, "system", place, doubts)
        kind = parts.first_code(each, "type", place, doubts).upper()
        if is_withheld(kind, system=system):
            withheld += 1
        elif value := parts.text(each, "value", place, doubts):
            kept.append(
                Identifier(
                    value=value,
                    system=system,
                    kind=kind,
                    use=parts.text(each, "use", place, doubts),
                    period=parts.period(each, "period", place, doubts) if "period" in each else None,
                )
            )
    return tuple(kept), withheld


def names(resource: Json, place: str, doubts: list[Doubt]) -> tuple[HumanName, ...]:
    """Every name, in the order of the source. Titles such as Dr. or Mrs. are not read."""
    found, place = parts.children(resource, "name", place, doubts), f"{place}.name"
    read = [
        HumanName(
            family=parts.text(each, "family", place, doubts),
            given=parts.texts(each, "given", place, doubts),
            suffix=parts.texts(each, "suffix", place, doubts) if "suffix" in each else (),
            text=parts.text(each, "text", place, doubts),
            use=parts.text(each, "use", place, doubts),
            period=parts.period(each, "period", place, doubts) if "period" in each else None,
        )
        for each in found
    ]
    return tuple(read)


def telecoms(resource: Json, place: str, doubts: list[Doubt]) -> tuple[Telecom, ...]:
    """Every way to reach somebody, the preferred first."""
    found = parts.children(resource, "telecom", place, doubts)
    place = f"{place}.telecom"
    read = [
        Telecom(
            system=parts.text(each, "system", place, doubts),
            value=value,
            use=parts.text(each, "use", place, doubts),
            rank=_rank(each, place),
            period=parts.period(each, "period", place, doubts) if "period" in each else None,
        )
        for each in found
        if (value := parts.text(each, "value", place, doubts))
    ]
    return ranked(read)


def _rank(said: Json, place: str) -> int | None:
    rank = said.get("rank")
    if rank is None:
        return None
    if type(rank) is not int or rank < 1:
        raise Unreadable(Reason.WRONG_SHAPE, place=f"{place}.rank")
    return rank


def _addresses(resource: Json, place: str, doubts: list[Doubt]) -> tuple[PostAddress, ...]:
    found = parts.children(resource, "address", place, doubts)
    return tuple(_address(each, f"{place}.address", doubts) for each in found)


def _address(said: Json, place: str, doubts: list[Doubt]) -> PostAddress:
    return PostAddress(
        lines=parts.texts(said, "line", place, doubts),
        city=parts.text(said, "city", place, doubts),
        state=parts.text(said, "state", place, doubts),
        postal_code=parts.text(said, "postalCode", place, doubts),
        country=parts.text(said, "country", place, doubts),
        use=parts.text(said, "use", place, doubts),
        period=parts.period(said, "period", place, doubts) if "period" in said else None,
    )


def _sex(resource: Json, *, doubts: list[Doubt]) -> Sex:
    said = parts.text(resource, "gender", "Patient", doubts)
    found = _SEXES.get(said.lower()) if said else Sex.UNKNOWN
    if found is None:
        doubts.append(Doubt(place="Patient.gender", reason=Reason.UNKNOWN_VALUE))
        return Sex.UNKNOWN
    return found


def _is_deceased(resource: Json, *, died: Moment | None) -> bool | None:
    """Any sign of death counts, for nobody may be written to after it; also a date that cannot be read."""
    said = parts.truth(resource, "deceasedBoolean", "Patient")
    if died is not None or resource.get("deceasedDateTime") is not None:
        return True
    return said


def _languages(resource: Json, *, doubts: list[Doubt]) -> tuple[Language, ...]:
    found = parts.children(resource, "communication", "Patient", doubts)
    place = "Patient.communication"
    spoken = []
    for each in found:
        code = parts.first_code(each, "language", place, doubts)
        code = code or parts.concept(each, "language", place, doubts).text
        if code:
            spoken.append(Language(code=code, is_preferred=parts.truth(each, "preferred", place) is True))
    return tuple(spoken)


def _links(resource: Json, *, doubts: list[Doubt]) -> tuple[Link, ...]:
    """Raises Unreadable for a kind nobody knows: it could be the one that ends this record."""
    place, links = "Patient.link", []
    for each in parts.children(resource, "link", "Patient", doubts):
        kind = _LINKS.get(parts.text(each, "type", place, doubts))
        if kind is None:
            raise Unreadable(Reason.UNKNOWN_VALUE, place=f"{place}.type")
        other = parts.reference(each, "other", place, doubts)
        if other is None:
            raise Unreadable(Reason.WRONG_SHAPE, place=f"{place}.other")
        links.append(Link(kind=kind, other=other))
    return tuple(links)
