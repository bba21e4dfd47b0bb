"""PID, PD1 and MRG: who a message is about, and which of a person's numbers no longer count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bedside.kit.clinical.nouns import Person
from bedside.kit.clinical.outcomes import Doubt, Reason, Unreadable
from bedside.kit.clinical.preferring import ranked
from bedside.kit.clinical.times import BadTime, hl7_moment
from bedside.kit.clinical.values import (
    HumanName,
    Identifier,
    Language,
    Period,
    PostAddress,
    Reference,
    Sex,
    Telecom,
)
from bedside.kit.clinical.withheld import is_withheld

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from bedside.kit.clinical.hl7_segments import Parts, Segment
    from bedside.kit.clinical.values import Moment

_SEXES: Final = {
    "F": Sex.FEMALE,
    "M": Sex.MALE,
    "O": Sex.OTHER,
    "A": Sex.OTHER,
    "N": Sex.OTHER,
    "X": Sex.OTHER,
    "U": Sex.UNKNOWN,
    "": Sex.UNKNOWN,
}
_NAME_USES: Final = {
    "L": "official",
    "C": "official",
    "D": "usual",
    "N": "nickname",
    "P": "nickname",
    "M": "maiden",
    "B": "old",
    "NOUSE": "old",
    "BAD": "old",
    "T": "temp",
    "S": "anonymous",
}
_ADDRESS_USES: Final = {"H": "home", "B": "work", "O": "work", "C": "temp", "BA": "old", "BI": "billing"}
_PHONE_USES: Final = {"PRN": "home", "ORN": "home", "VHN": "home", "WPN": "work", "PRS": "mobile"}
_CLEARABLE: Final = (
    (5, "names"),
    (7, "birth"),
    (8, "sex"),
    (11, "addresses"),
    (13, "telecoms"),
    (15, "languages"),
    (29, "deceased"),
    (30, "is_deceased"),
)


def person(pid: Segment, *, more: Segment | None, updated_at: datetime | None, doubts: list[Doubt]) -> Person:
    """PID and, if there is one, PD1. Raises Unreadable for somebody without any number (`no_id`)."""
    numbers, withheld = numbers_of(pid)
    if not numbers:
        raise Unreadable(Reason.NO_ID, place="PID-3")
    died = moment(pid, 29, doubts=doubts)
    return Person(
        source_id=source_id(numbers),
        updated_at=updated_at,
        identifiers=numbers,
        identifiers_withheld=withheld,
        names=tuple(name for each in pid.repetitions(5) if (name := _name(each)) is not None),
        telecoms=ranked(_telecoms(pid)),
        addresses=tuple(_address(each) for each in pid.repetitions(11)),
        birth=moment(pid, 7, doubts=doubts),
        sex=_sex(pid, doubts=doubts),
        is_deceased=_is_deceased(pid, doubts=doubts),
        deceased=died,
        languages=_languages(pid),
        practitioners=clinicians(more.repetitions(4)) if more is not None else (),
        cleared=tuple(field for number, field in _CLEARABLE if pid.is_emptied(number)),
        doubts=tuple(doubts),
    )


def numbers_of(pid: Segment) -> tuple[tuple[Identifier, ...], int]:
    """PID-3, and PID-2 of old senders; how many were withheld. PID-19 (social security) is never read."""
    kept, withheld = [], 0
    for each in pid.repetitions(3) or pid.repetitions(2):
        number = identifier(each)
        if number is not None and is_withheld(number.kind, system=number.system):
            withheld += 1
        elif number is not None:
            kept.append(number)
    return tuple(kept), withheld


def identifier(said: Parts) -> Identifier | None:
    """CX: number, its giver (a name, or the OID that goes with it), its kind, from when to when."""
    value = said.text(1)
    if not value:
        return None
    begins, ends = _time_or_none(said.text(7)), _time_or_none(said.text(8))
    return Identifier(
        value=value,
        system=said.text(4) or said.text(4, 2),
        kind=said.text(5).upper(),
        period=Period(start=begins, end=ends) if begins or ends else None,
    )


def source_id(numbers: tuple[Identifier, ...]) -> str:
    """The patient number if one is named so, else the first: what the sender calls the person by."""
    return next((each.value for each in numbers if each.kind in {"MR", "PI", "PT"}), numbers[0].value)


def clinicians(found: Iterable[Parts]) -> tuple[Reference, ...]:
    """XCN: each clinician by number, with first and last name."""
    return tuple(
        Reference(
            resource_type="Practitioner",
            system=each.text(9),
            value=number,
            display=" ".join(filter(None, (each.text(3), each.text(2)))),
        )
        for each in found
        if (number := each.text(1))
    )


def moment(segment: Segment, field: int, *, doubts: list[Doubt]) -> Moment | None:
    """A field's date or time; None with a doubt if it cannot be one."""
    said = segment.text(field)
    if not said:
        return None
    try:
        return hl7_moment(said)
    except BadTime as bad:
        doubts.append(Doubt(place=f"{segment.name}-{field}", reason=bad.reason))
        return None


def _time_or_none(said: str) -> Moment | None:
    try:
        return hl7_moment(said) if said else None
    except BadTime:
        return None


def _name(said: Parts) -> HumanName | None:
    family, first, middle = said.text(1), said.text(2), said.text(3)
    if not (family or first):
        return None
    return HumanName(
        family=family,
        given=(first, middle) if middle else (first,) if first else (),
        suffix=(suffix,) if (suffix := said.text(4)) else (),
        use=_NAME_USES.get(said.text(7).upper(), ""),
    )


def _address(said: Parts) -> PostAddress:
    street, other = said.text(1) or said.text(1, 2), said.text(2)
    return PostAddress(
        lines=tuple(line for line in (street, other) if line),
        city=said.text(3),
        state=said.text(4),
        postal_code=said.text(5),
        country=said.text(6),
        use=_ADDRESS_USES.get(said.text(7).upper(), ""),
    )


def _telecoms(pid: Segment) -> list[Telecom]:
    """PID-13 at home, PID-14 at work, PID-40 since v2.7."""
    found = []
    for field, use in ((13, "home"), (14, "work"), (40, "")):
        for each in pid.repetitions(field):
            telecom = _telecom(each, use=use)
            if telecom is not None:
                found.append(telecom)
    return found


def _telecom(said: Parts, *, use: str) -> Telecom | None:
    equipment, mail, number = said.text(3).upper(), said.text(4), said.text(1) or said.text(12)
    use = _PHONE_USES.get(said.text(2).upper(), use)
    if "@" in mail or equipment == "INTERNET" or said.text(2).upper() == "NET":
        mail = mail or number
        return Telecom(system="email", value=mail, use=use) if mail else None
    number = number or "".join(said.text(component) for component in (5, 6, 7))
    if not number:
        return None
    if "@" in number:  # many senders write the address where the phone number belongs
        return Telecom(system="email", value=number, use=use)
    return Telecom(
        system="fax" if equipment == "FX" else "phone",
        value=number,
        use="mobile" if equipment == "CP" else use,
    )


def _sex(pid: Segment, *, doubts: list[Doubt]) -> Sex:
    found = _SEXES.get(pid.text(8).upper())
    if found is None:
        doubts.append(Doubt(place="PID-8", reason=Reason.UNKNOWN_VALUE))
        return Sex.UNKNOWN
    return found


def _is_deceased(pid: Segment, *, doubts: list[Doubt]) -> bool | None:
    """Any sign of death counts, also a date of death that cannot be read, or an answer nobody knows."""
    if pid.text(29):
        return True
    said = pid.text(30).upper()
    if said in {"", "N"}:
        return False if said else None
    if said != "Y":
        doubts.append(Doubt(place="PID-30", reason=Reason.UNKNOWN_VALUE))
    return True


def _languages(pid: Segment) -> tuple[Language, ...]:
    code = pid.text(15)
    return (Language(code=code, is_preferred=True),) if code else ()
