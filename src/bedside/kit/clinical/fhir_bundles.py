"""FHIR bundles: many resources in one document, which may name each other by addresses of their own.

Only these addresses are put in place of the real ones; no reference is ever followed, so bundles whose records
name each other in circles are as good as others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson

from bedside.kit.clinical.fhir import RESOURCE_TYPES, read_resource
from bedside.kit.clinical.nouns import PERSON_FIELDS
from bedside.kit.clinical.outcomes import Passed, Reason, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedside.kit.clinical.nouns import Noun

BUNDLE_BYTES_MAX: Final = 64 * 1024 * 1024
NESTING_MAX: Final = 3
_NODES_DEPTH_MAX: Final = 60


def read_bundle(
    content: bytes,
    *,
    wanted: frozenset[str] = RESOURCE_TYPES,
    person_fields: frozenset[str] = PERSON_FIELDS,
    bytes_max: int = BUNDLE_BYTES_MAX,
) -> Iterator[tuple[int, Noun | Rejected | Passed]]:
    """Read a Bundle, or a single resource as a bundle of one.

    Gives: (entry from 1, outcome) for each entry; entries of a bundle within are counted on. Never raises for what
    the bytes hold.
    """
    if len(content) > bytes_max:
        yield 1, Rejected(line=1, resource_type="Bundle", reason=Reason.TOO_LARGE)
        return
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError:
        yield 1, Rejected(line=1, resource_type="", reason=Reason.NOT_JSON)
        return
    own_names: dict[str, str] = {}
    found = list(_entries(document, own_names=own_names, nesting=0))
    for line, resource in enumerate(found, start=1):
        if isinstance(resource, Reason):
            yield line, Rejected(line=line, resource_type="Bundle", reason=resource, place="Bundle.entry")
            continue
        named = _with_real_names(resource, own_names=own_names, depth=0)
        yield line, read_resource(named, line=line, wanted=wanted, person_fields=person_fields)


def _entries(document: Any, *, own_names: dict[str, str], nesting: int) -> Iterator[Any | Reason]:
    """Every resource, or why an entry has none; fills `own_names` on the way."""
    if type(document) is not dict or document.get("resourceType") != "Bundle":
        yield document
        return
    entries = document.get("entry", [])
    if type(entries) is not list:
        yield Reason.WRONG_SHAPE
        return
    if nesting == NESTING_MAX:
        yield Reason.TOO_DEEP
        return
    for entry in entries:
        resource = entry.get("resource") if type(entry) is dict else None
        if type(resource) is not dict:
            yield Reason.WRONG_SHAPE
            continue
        _note_name(entry.get("fullUrl"), resource=resource, own_names=own_names)
        yield from _entries(resource, own_names=own_names, nesting=nesting + 1)


def _note_name(address: Any, *, resource: dict[str, Any], own_names: dict[str, str]) -> None:
    kind, own_id = resource.get("resourceType"), resource.get("id")
    if type(address) is str and address.startswith("urn:") and type(kind) is str:
        if own_id is None:  # records yet to be created have no other id
            own_id = resource["id"] = address.rpartition(":")[2]
        own_names[address] = f"{kind}/{own_id}"


def _with_real_names(node: Any, *, own_names: dict[str, str], depth: int) -> Any:
    """A copy in which "urn:uuid:…" under `reference` reads "Patient/…"; what lies deeper than sense is left."""
    if not own_names or depth > _NODES_DEPTH_MAX:
        return node
    if type(node) is list:
        return [_with_real_names(each, own_names=own_names, depth=depth + 1) for each in node]
    if type(node) is not dict:
        return node
    return {
        key: own_names.get(value, value)
        if key == "reference" and type(value) is str
        else _with_real_names(value, own_names=own_names, depth=depth + 1)
        for key, value in node.items()
    }
