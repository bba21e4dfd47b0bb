"""People in plain JSON, for systems that speak neither FHIR nor HL7: the same as a FHIR Patient with fewer words."""

from __future__ import annotations

from typing import Any, Final

import orjson

from bedside.ground.errors import Refusal

PEOPLE_MAX: Final = 1_000
TEXTS: Final = frozenset(
    {
        "id", "updated_at", "mrn", "first_name", "last_name", "email", "phone", "street", "city", "state",
        "postal_code", "birth_date", "sex", "language",
    }
)  # fmt: skip
YES_NO: Final = frozenset({"deceased"})
_RECORD_NUMBER: Final = {"coding": [{"code": "MR"}]}


def read_people(content: bytes) -> list[dict[str, Any]]:
    """FHIR Patients from one person or a list. Raises Refusal naming the person's place in the list, never a value."""
    try:
        plain = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise Refusal("json", "This is no JSON.") from None
    people = plain if isinstance(plain, list) else [plain]
    if not people:
        raise Refusal("nobody", "The list is empty; send at least one person.")
    if len(people) > PEOPLE_MAX:
        raise Refusal("too_many_records", f"Send at most {PEOPLE_MAX:,} people at once.")
    return [_patient(one, number=number) for number, one in enumerate(people, start=1)]


def _patient(one: Any, *, number: int) -> dict[str, Any]:
    if not isinstance(one, dict):
        raise Refusal("person", f"Person {number} is no JSON object.")
    if one.keys() - TEXTS - YES_NO:
        raise Refusal(
            "unknown_field", f"Person {number} has a field that is not known; see the list of fields."
        )
    if any(not isinstance(one[name], str) for name in TEXTS & one.keys() if one[name] is not None):
        raise Refusal("person", f"Person {number} has a field that is no text, though it should be.")
    if any(not isinstance(one[name], bool | None) for name in YES_NO & one.keys()):
        raise Refusal(
            "person", f"Person {number} has a field that is neither true nor false, though it should be."
        )
    said = {name: value.strip() if isinstance(value, str) else value for name, value in one.items()}
    if not said.get("id"):
        raise Refusal("no_id", f"Person {number} has no id; give the one that your system knows them by.")
    return _resource({name: value for name, value in said.items() if value not in {"", None}})


def _resource(said: dict[str, Any]) -> dict[str, Any]:
    """Only what was said, in FHIR's places."""
    found: dict[str, Any] = {"resourceType": "Patient", "id": said["id"]}
    if "updated_at" in said:
        found["meta"] = {"lastUpdated": said["updated_at"]}
    if "mrn" in said:
        found["identifier"] = [{"type": _RECORD_NUMBER, "value": said["mrn"]}]
    if said.keys() & {"first_name", "last_name"}:
        given = [said["first_name"]] if "first_name" in said else []
        found["name"] = [{"given": given, **({"family": said["last_name"]} if "last_name" in said else {})}]
    ways = [{"system": name, "value": said[name]} for name in ("email", "phone") if name in said]
    if ways:
        found["telecom"] = ways
    if home := _address(said):
        found["address"] = [home]
    for name, place in (("birth_date", "birthDate"), ("sex", "gender"), ("deceased", "deceasedBoolean")):
        if name in said:
            found[place] = said[name]
    if "language" in said:
        found["communication"] = [{"language": {"coding": [{"code": said["language"]}]}, "preferred": True}]
    return found


def _address(said: dict[str, Any]) -> dict[str, Any]:
    names = {"city": "city", "state": "state", "postal_code": "postalCode"}
    home: dict[str, Any] = {place: said[name] for name, place in names.items() if name in said}
    return {**home, "line": [said["street"]]} if "street" in said else home
