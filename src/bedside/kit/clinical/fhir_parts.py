"""The elements FHIR resources share: texts, codes, references, times, names, addresses.

A wrong shape (a list for an object, a number for a text) raises `Unreadable` with the element's name. A value that is
no date, or too long, is left out and noted in `doubts`, for the rest of the record can still be right.
Arguments go by position throughout: these are called forty times a patient, and names would cost a third more.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeGuard, cast

from bedside.kit.clinical.outcomes import Doubt, Reason, Unreadable
from bedside.kit.clinical.texts import clean
from bedside.kit.clinical.times import YEAR_MAX, YEAR_MIN, BadTime, fhir_moment, instant_of
from bedside.kit.clinical.values import Code, Concept, Moment, Period, Reference

if TYPE_CHECKING:
    from collections.abc import Sequence

Json = dict[str, Any]

REPEATS_MAX: Final = 200
TEXT_CHARACTERS_MAX: Final = 2_000
ID_CHARACTERS_MAX: Final = 200
_INSTANT_CHARACTERS_MIN: Final = len("2026-11-02T09:30:15Z")

_NOTHING = Concept()
_NAMED: Final = ("Practitioner", "Location", "Organization")


def text(holder: Json, key: str, place: str, doubts: list[Doubt]) -> str:
    """One text without control characters and blanks around it; empty if it is not there."""
    value = holder.get(key)
    if value is None:
        return ""
    if type(value) is str and len(value) <= TEXT_CHARACTERS_MAX:
        return value.strip() if value.isprintable() else clean(value)
    if type(value) is not str:
        raise Unreadable(Reason.WRONG_SHAPE, place=f"{place}.{key}")
    doubts.append(Doubt(place=f"{place}.{key}", reason=Reason.TOO_LONG))
    return ""


def truth(holder: Json, key: str, place: str) -> bool | None:
    """True, False, or None if it is not said."""
    value = holder.get(key)
    if value is None or type(value) is bool:
        return value
    raise Unreadable(Reason.WRONG_SHAPE, place=f"{place}.{key}")


def child(holder: Json, key: str, place: str) -> Json:
    """The object under a key; an empty one if it is not there."""
    value = holder.get(key)
    if value is None:
        return {}
    if type(value) is not dict:
        raise Unreadable(Reason.WRONG_SHAPE, place=f"{place}.{key}")
    return value


def children(holder: Json, key: str, place: str, doubts: list[Doubt]) -> Sequence[Json]:
    """The objects of a list, at most `REPEATS_MAX`; none if it is not there."""
    found = holder.get(key)
    if found is None:
        return ()
    if type(found) is not list:
        raise Unreadable(Reason.WRONG_SHAPE, place=f"{place}.{key}")
    if len(found) > REPEATS_MAX:
        doubts.append(Doubt(place=f"{place}.{key}", reason=Reason.TOO_MANY))
        found = found[:REPEATS_MAX]
    for each in found:
        if type(each) is not dict:
            raise Unreadable(Reason.WRONG_SHAPE, place=f"{place}.{key}")
    return found


def texts(holder: Json, key: str, place: str, doubts: list[Doubt]) -> tuple[str, ...]:
    """The texts of a list, without empty ones (FHIR puts null where only an extension stands)."""
    found = holder.get(key)
    if found is None:
        return ()
    if type(found) is not list or len(found) > REPEATS_MAX:
        raise Unreadable(Reason.WRONG_SHAPE, place=f"{place}.{key}")
    said = [each.strip() if _is_usual(each) else text({key: each}, key, place, doubts) for each in found]
    return tuple(said) if all(said) else tuple(filter(None, said))


def _is_usual(value: object) -> TypeGuard[str]:
    """Whether a value is a short text that can be taken as it is."""
    return type(value) is str and value.isprintable() and len(value) <= ID_CHARACTERS_MAX


def moment(holder: Json, key: str, place: str, doubts: list[Doubt]) -> Moment | None:
    """A date or time; None with a doubt if it cannot be one."""
    value = holder.get(key)
    if value is None:
        return None
    if type(value) is not str:
        raise Unreadable(Reason.WRONG_SHAPE, place=f"{place}.{key}")
    try:
        return fhir_moment(value)
    except BadTime as bad:
        doubts.append(Doubt(place=f"{place}.{key}", reason=bad.reason))
        return None


def updated_at(resource: Json, place: str, doubts: list[Doubt]) -> datetime | None:
    """`meta.lastUpdated` in UTC."""
    meta = resource.get("meta")
    if meta is None:
        return None
    said = child(resource, "meta", place).get("lastUpdated")
    if type(said) is str and len(said) >= _INSTANT_CHARACTERS_MIN:
        found = _instant_at_once(said)
        if found is not None:
            return found
    known = moment(meta, "lastUpdated", f"{place}.meta", doubts)
    return None if known is None else instant_of(known, zone=UTC)


def _instant_at_once(said: str) -> datetime | None:
    """The usual form, read by the machine's own parser; None leaves it to the careful one."""
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        return None
    if found.tzinfo is None or said[10] != "T" or not YEAR_MIN < found.year < YEAR_MAX:
        return None
    return found.astimezone(UTC)


def period(holder: Json, key: str, place: str, doubts: list[Doubt]) -> Period | None:
    """A FHIR Period, or None."""
    if holder.get(key) is None:
        return None
    said, place = child(holder, key, place), f"{place}.{key}"
    draft: Any = _PeriodDraft()
    draft.start = moment(said, "start", place, doubts)
    draft.end = moment(said, "end", place, doubts)
    draft.__class__ = Period
    return cast("Period", draft)


class _PeriodDraft:
    """A period while it is built: the same slots, not yet frozen; a frozen one is built at twice the price."""

    __slots__ = Period.__slots__


@lru_cache(maxsize=8_192)
def _code(system: str, code: str, display: str) -> Code:
    """The same few codes come in every record; holding them once saves memory, too."""
    return Code(system=system, code=code, display=display)


def coding(holder: Json, place: str, doubts: list[Doubt]) -> Code:
    """One FHIR Coding."""
    system, code, display = holder.get("system"), holder.get("code"), holder.get("display")
    if type(code) is str and type(system) is str and (display is None or type(display) is str):
        known = _usual_code(system, code, display or "")
        if known is not None:
            return known
    return _code(
        text(holder, "system", place, doubts),
        text(holder, "code", place, doubts),
        text(holder, "display", place, doubts),
    )


@lru_cache(maxsize=8_192)
def _usual_code(system: str, code: str, display: str) -> Code | None:
    """None for one that holds what `text` would change or leave out."""
    said = (system, code, display)
    is_usual = all(each.isprintable() and each == each.strip() for each in said)
    return _code(*said) if is_usual and max(map(len, said)) <= TEXT_CHARACTERS_MAX else None


def concept(holder: Json, key: str, place: str, doubts: list[Doubt]) -> Concept:
    """A CodeableConcept; an empty one if it is not there."""
    if holder.get(key) is None:
        return _NOTHING
    return _concept(child(holder, key, place), f"{place}.{key}", doubts)


def concepts(holder: Json, key: str, place: str, doubts: list[Doubt]) -> tuple[Concept, ...]:
    """A list of CodeableConcepts."""
    found = children(holder, key, place, doubts)
    if not found:
        return ()
    return tuple(_concept(each, f"{place}.{key}", doubts) for each in found)


def _concept(said: Json, place: str, doubts: list[Doubt]) -> Concept:
    codings = children(said, "coding", place, doubts)
    codes = tuple([coding(each, place, doubts) for each in codings])
    if "text" not in said and len(codes) == 1:
        return _of_one_code(codes[0])
    return Concept(codes=codes, text=text(said, "text", place, doubts))


@lru_cache(maxsize=8_192)
def _of_one_code(code: Code) -> Concept:
    return Concept(codes=(code,))


def first_code(holder: Json, key: str, place: str, doubts: list[Doubt]) -> str:
    """The first code of a CodeableConcept as it stands, for those where nothing else matters."""
    said = holder.get(key)
    if said is None:
        return ""
    place = f"{place}.{key}"
    codings = children(child(holder, key, place), "coding", place, doubts)
    return text(codings[0], "code", place, doubts) if codings else ""


def status(resource: Json, place: str, doubts: list[Doubt], key: str = "status") -> str:
    """A status in small letters."""
    return text(resource, key, place, doubts).lower()


def reference(holder: Json, key: str, place: str, doubts: list[Doubt]) -> Reference | None:
    """Whom or what a FHIR Reference names, or None if it names nothing."""
    if holder.get(key) is None:
        return None
    return reference_of(child(holder, key, place), f"{place}.{key}", doubts)


def references(holder: Json, key: str, place: str, doubts: list[Doubt]) -> tuple[Reference, ...]:
    """A list of References, without those that name nothing."""
    found = children(holder, key, place, doubts)
    if not found:
        return ()
    named = (reference_of(each, f"{place}.{key}", doubts) for each in found)
    return tuple(each for each in named if each is not None)


def reference_of(said: Json, place: str, doubts: list[Doubt]) -> Reference | None:
    """By address if there is one, else by identifier."""
    address = said.get("reference")
    if _is_usual(address) and "display" not in said:
        known = _whose(address)
        if known is not None:
            return known
    address = text(said, "reference", place, doubts)
    if address:
        is_named = "display" in said and address.startswith(_NAMED)
        return _addressed(address, text(said, "display", place, doubts) if is_named else "")
    number = child(said, "identifier", place)
    value = text(number, "value", place, doubts)
    if not value:
        return None
    kind = text(said, "type", place, doubts)
    return Reference(
        resource_type=kind,
        system=text(number, "system", place, doubts),
        value=value,
        display=text(said, "display", place, doubts) if kind.startswith(_NAMED) else "",
    )


@lru_cache(maxsize=16_384)
def _whose(address: str) -> Reference | None:
    """What an address alone names; None for one that is empty or has blanks around it."""
    return _addressed(address, "") if address and address == address.strip() else None


@lru_cache(maxsize=16_384)  # a person's events follow each other, and the same few clinicians come with all
def _addressed(address: str, display: str) -> Reference:
    """Type/id, server/Type/id/_history/version, Type?identifier=system|value, #contained, urn:uuid:…"""
    if address.startswith(("#", "urn:")):
        return Reference(resource_type="", id=address)
    path, _, query = address.partition("?")
    if query.startswith("identifier="):
        system, bar, value = query.removeprefix("identifier=").partition("|")
        return Reference(
            resource_type=path.rpartition("/")[2],
            system=system if bar else "",
            value=value if bar else system,
            display=display,
        )
    before, _, after = path.partition("/")
    if after and "/" not in after:
        return Reference(resource_type=before, id=after, display=display)
    rest, _, own_id = path.partition("/_history/")[0].rpartition("/")
    server, _, resource_type = rest.rpartition("/")
    return Reference(resource_type=resource_type, id=own_id, server=server, display=display)
