"""Patient and Practitioner, Location, and the elements that only they have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bedside.kit.clinical import fhir_parts as parts
from bedside.kit.clinical.nouns import Location, Person, Practitioner
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


def person(resource: Json, *, source_id: str, doubts: list[Doubt]) -> Person:
    """FHIR Patient. Raises Unreadable."""
    numbers, withheld = identifiers(resource, place="Patient", doubts=doubts)
    died = parts.moment(resource, "deceasedDateTime", place="Patient", doubts=doubts)
    return Person(
        source_id=source_id,
        updated_at=parts.updated_at(resource, place="Patient", doubts=doubts),
        is_active=parts.truth(resource, "active", place="Patient"),
        identifiers=numbers,
        identifiers_withheld=withheld,
        names=names(resource, place="Patient", doubts=doubts),
        telecoms=telecoms(resource, place="Patient", doubts=doubts),
        addresses=_addresses(resource, place="Patient", doubts=doubts),
        birth=parts.moment(resource, "birthDate", place="Patient", doubts=doubts),
        sex=_sex(resource, doubts=doubts),
        is_deceased=_is_deceased(resource, died=died),
        deceased=died,
        languages=_languages(resource, doubts=doubts),
        links=_links(resource, doubts=doubts),
        organization=parts.reference(resource, "managingOrganization", place="Patient", doubts=doubts),
        practitioners=parts.references(resource, "generalPractitioner", place="Patient", doubts=doubts),
        doubts=tuple(doubts),
    )


def practitioner(resource: Json, *, source_id: str, doubts: list[Doubt]) -> Practitioner:
    """FHIR Practitioner. Raises Unreadable."""
    numbers, withheld = identifiers(resource, place="Practitioner", doubts=doubts)
    return Practitioner(
        source_id=source_id,
        updated_at=parts.updated_at(resource, place="Practitioner", doubts=doubts),
        is_active=parts.truth(resource, "active", place="Practitioner"),
        identifiers=numbers,
        identifiers_withheld=withheld,
        names=names(resource, place="Practitioner", doubts=doubts),
        telecoms=telecoms(resource, place="Practitioner", doubts=doubts),
        doubts=tuple(doubts),
    )


def location(resource: Json, *, source_id: str, doubts: list[Doubt]) -> Location:
    """FHIR Location. Raises Unreadable."""
    home = parts.child(resource, "address", place="Location")
    return Location(
        source_id=source_id,
        updated_at=parts.updated_at(resource, place="Location", doubts=doubts),
        status=parts.status(resource, place="Location", doubts=doubts),
        name=parts.text(resource, "name", place="Location", doubts=doubts),
        identifiers=identifiers(resource, place="Location", doubts=doubts)[0],
        telecoms=telecoms(resource, place="Location", doubts=doubts),
        address=_address(home, place="Location.address", doubts=doubts) if home else None,
        organization=parts.reference(resource, "managingOrganization", place="Location", doubts=doubts),
        doubts=tuple(doubts),
    )


def identifiers(resource: Json, *, place: str, doubts: list[Doubt]) -> tuple[tuple[Identifier, ...], int]:
    """The numbers that may be read, and how many may not."""
    found = parts.children(resource, "identifier", place=place, doubts=doubts)
    kept, withheld = [], 0
    for each in found:
        system = parts.text(each, "system", place=place, doubts=doubts)
        kind = parts.first_code(each, "type", place=place, doubts=doubts).upper()
        if is_withheld(kind, system=system):
            withheld += 1
        elif value := parts.text(each, "value", place=place, doubts=doubts):
            kept.append(
                Identifier(
                    value=value,
                    system=system,
                    kind=kind,
                    use=parts.text(each, "use", place=place, doubts=doubts),
                    period=parts.period(each, "period", place=place, doubts=doubts),
                )
            )
    return tuple(kept), withheld


def names(resource: Json, *, place: str, doubts: list[Doubt]) -> tuple[HumanName, ...]:
    """Every name, in the order of the source. Titles such as Dr. or Mrs. are not read."""
    found, place = parts.children(resource, "name", place=place, doubts=doubts), f"{place}.name"
    return tuple(
        HumanName(
            family=parts.text(each, "family", place=place, doubts=doubts),
            given=parts.texts(each, "given", place=place, doubts=doubts),
            suffix=parts.texts(each, "suffix", place=place, doubts=doubts),
            text=parts.text(each, "text", place=place, doubts=doubts),
            use=parts.text(each, "use", place=place, doubts=doubts),
            period=parts.period(each, "period", place=place, doubts=doubts),
        )
        for each in found
    )


def telecoms(resource: Json, *, place: str, doubts: list[Doubt]) -> tuple[Telecom, ...]:
    """Every way to reach somebody, the preferred first."""
    found = parts.children(resource, "telecom", place=place, doubts=doubts)
    place = f"{place}.telecom"
    read = [
        Telecom(
            system=parts.text(each, "system", place=place, doubts=doubts),
            value=value,
            use=parts.text(each, "use", place=place, doubts=doubts),
            rank=_rank(each, place=place),
            period=parts.period(each, "period", place=place, doubts=doubts),
        )
        for each in found
        if (value := parts.text(each, "value", place=place, doubts=doubts))
    ]
    return ranked(read)


def _rank(said: Json, *, place: str) -> int | None:
    rank = said.get("rank")
    if rank is None:
        return None
    if type(rank) is not int or rank < 1:
        raise Unreadable(Reason.WRONG_SHAPE, place=f"{place}.rank")
    return rank


def _addresses(resource: Json, *, place: str, doubts: list[Doubt]) -> tuple[PostAddress, ...]:
    found = parts.children(resource, "address", place=place, doubts=doubts)
    return tuple(_address(each, place=f"{place}.address", doubts=doubts) for each in found)


def _address(said: Json, *, place: str, doubts: list[Doubt]) -> PostAddress:
    return PostAddress(
        lines=parts.texts(said, "line", place=place, doubts=doubts),
        city=parts.text(said, "city", place=place, doubts=doubts),
        state=parts.text(said, "state", place=place, doubts=doubts),
        postal_code=parts.text(said, "postalCode", place=place, doubts=doubts),
        country=parts.text(said, "country", place=place, doubts=doubts),
        use=parts.text(said, "use", place=place, doubts=doubts),
        period=parts.period(said, "period", place=place, doubts=doubts),
    )


def _sex(resource: Json, *, doubts: list[Doubt]) -> Sex:
    said = parts.text(resource, "gender", place="Patient", doubts=doubts)
    found = _SEXES.get(said.lower()) if said else Sex.UNKNOWN
    if found is None:
        doubts.append(Doubt(place="Patient.gender", reason=Reason.UNKNOWN_VALUE))
        return Sex.UNKNOWN
    return found


def _is_deceased(resource: Json, *, died: Moment | None) -> bool | None:
    """Any sign of death counts, for nobody may be written to after it; also a date that cannot be read."""
    said = parts.truth(resource, "deceasedBoolean", place="Patient")
    if died is not None or resource.get("deceasedDateTime") is not None:
        return True
    return said


def _languages(resource: Json, *, doubts: list[Doubt]) -> tuple[Language, ...]:
    found = parts.children(resource, "communication", place="Patient", doubts=doubts)
    place = "Patient.communication"
    spoken = []
    for each in found:
        tongue = parts.concept(each, "language", place=place, doubts=doubts)
        code = tongue.codes[0].code if tongue.codes else tongue.text
        if code:
            spoken.append(
                Language(code=code, is_preferred=parts.truth(each, "preferred", place=place) is True)
            )
    return tuple(spoken)


def _links(resource: Json, *, doubts: list[Doubt]) -> tuple[Link, ...]:
    """Raises Unreadable for a kind nobody knows: it could be the one that ends this record."""
    place, links = "Patient.link", []
    for each in parts.children(resource, "link", place="Patient", doubts=doubts):
        kind = _LINKS.get(parts.text(each, "type", place=place, doubts=doubts))
        if kind is None:
            raise Unreadable(Reason.UNKNOWN_VALUE, place=f"{place}.type")
        other = parts.reference(each, "other", place=place, doubts=doubts)
        if other is None:
            raise Unreadable(Reason.WRONG_SHAPE, place=f"{place}.other")
        links.append(Link(kind=kind, other=other))
    return tuple(links)
