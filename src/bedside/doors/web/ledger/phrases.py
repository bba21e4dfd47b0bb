"""Entries as sentences: counts of nothing left out, one as one, codes as words; and kinds for choosing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from bedside.doors.web.ledger.codes import code_words, words_of
from bedside.safeguards.audit.rules import Deed, kinds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bedside.safeguards.audit.rules import EntryKind

DEED_WORDS: Final = {
    Deed.READ: "Looked at",
    Deed.SEARCH: "Searched",
    Deed.PREVIEW: "Previewed",
    Deed.EXPORT: "Exported",
    Deed.SEND: "Sent",
    Deed.DECIDE: "Decided",
    Deed.WRITE: "Changed",
    Deed.ACCESS: "Signed in or refused",
}
OUTCOME_WORDS: Final = {"done": "Done", "refused": "Refused", "failed": "Failed"}
PURPOSE_WORDS: Final = {
    "treatment": "Treatment",
    "payment": "Payment",
    "operations": "Running the practice",
    "marketing": "Marketing",
    "fundraising": "Fundraising",
    "research": "Research",
    "compliance": "Compliance",
    "patient_request": "A patient's request",
    "administration": "Administration",
}
GROUPS: Final = {
    "access": "Staff and access",
    "authorization": "Permissions",
    "consent": "Permissions",
    "patient": "Patients",
    "permissions": "Permissions",
    "representative": "Permissions",
    "restriction": "Permissions",
    "staff": "Staff and access",
    "suppression": "Permissions",
}
# Where a list inside the sentence reads badly with a part left out.
_REWORDED: Final = {
    "patients.saved": "Saved patients: {added} new, {changed} changed.",
    "permissions.imported": (
        "Took over permissions from a file: {granted} yes, {refused} no, {authorizations} unverified authorizations; "
        "{kept} times the person's own no stood."
    ),
}
_LIST = re.compile(r"(?P<mark>[:;]) (?P<items>\{\w+\}[^{}:;.,]*(?:, \{\w+\}[^{}:;.,]*)*)")
_PLACE = re.compile(r"\{(\w+)\}")
_ASIDE = re.compile(r" \([^()]*\{[^()]*\)|[:;] [^:;]*\{.*(?=\.)")
_ONE = re.compile(
    r"(?<![\d,.])1 ((?:\w+ )?)(patient|row|column|recipient|chunk|message|person|authorization|byte|entrie)s\b"
)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")


def sentence(kind: str, details: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """One entry in words. `names` are what the ids in the details are called; an id without one is left out."""
    declared = kinds().get(kind)
    if declared is None:
        return f"{kind} (an entry of another version of Bedside)."
    template = _LIST.sub(lambda found: _without_nothing(found, details), _template(declared))
    words = _PLACE.sub(lambda found: _value(found[1], details.get(found[1]), names), template)
    return _ONE.sub(r"1 \1\2", words).replace("1 entrie ", "1 entry ").replace("  ", " ")


def phrase(words: str) -> str:
    """A sentence as it goes on after a name."""
    return words[:1].lower() + words[1:]


def kind_words(kind: EntryKind) -> str:
    """The kind for choosing: its sentence without what differs from entry to entry."""
    return _PLACE.sub("…", _ASIDE.sub("", _template(kind))).rstrip(".")


def kind_words_of(name: str) -> str:
    declared = kinds().get(name)
    return name if declared is None else kind_words(declared)


def kind_groups() -> list[tuple[str, list[tuple[str, str]]]]:
    """(heading, [(kind, words)]) for choosing, both in the order of the alphabet."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for name, kind in kinds().items():
        noun = name.partition(".")[0]
        heading = GROUPS.get(noun, noun.replace("_", " ").capitalize())
        groups.setdefault(heading, []).append((name, kind_words(kind)))
    return [
        (heading, sorted(choices, key=lambda choice: choice[1]))
        for heading, choices in sorted(groups.items())
    ]


def _template(kind: EntryKind) -> str:
    return _REWORDED.get(kind.name, kind.sentence)


def _without_nothing(found: re.Match[str], details: Mapping[str, Any]) -> str:
    items = [item for item in found["items"].split(", ") if _counts(item, details)]
    return f"{found['mark']} {', '.join(items)}" if items else ""


def _counts(item: str, details: Mapping[str, Any]) -> bool:
    name = _PLACE.search(item)
    value = details.get(name[1]) if name else None
    return value is not None and (isinstance(value, bool) or value != 0)


def _value(name: str, value: Any, names: Mapping[str, str]) -> str:
    if value is None:
        return ""
    if name != "about" and _UUID.match(str(value)):
        called = names.get(str(value), "")
        return f"“{called}”" if called else ""
    return plain(name, value)


def plain(name: str, value: Any) -> str:
    """The value of the detail `name` in words: numbers with commas, yes and no, codes as what they mean."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return _asked_for(str(value)) if name == "wanted_kind" else code_words(name, str(value))


def _asked_for(value: str) -> str:
    """What an export of the ledger was of: one kind, sorts of acts, or all."""
    if value in kinds():
        return f"“{kind_words_of(value)}”"
    sorts: dict[str, str] = {deed.value: words.lower() for deed, words in DEED_WORDS.items()}
    return ", ".join(sorts.get(part, words_of(part)) for part in value.split("+"))
