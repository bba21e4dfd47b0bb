"""Why a clinical record, or a value of one, was not taken, in words; and what the counts of an import stand for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bedside.kit.clinical import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

_REFUSALS: Final = {
    "unknown_person": (
        "The person it is about is not on record from this system. Import the file with the people, then this one "
        "again."
    ),
    "survivor_unknown": (
        "The person it was merged into is not on record from this system. Import the file with that person, then "
        "this one again."
    ),
    Reason.NOT_JSON.value: "The line is no FHIR record.",
    Reason.NOT_AN_OBJECT.value: "The line is no FHIR record.",
    Reason.NOT_A_MESSAGE.value: "This is no HL7 message.",
    Reason.TRUNCATED.value: "The file ends in the middle of this record. Fetch or make the file again.",
    Reason.TOO_LARGE.value: "The record is larger than any real one.",
    Reason.TOO_DEEP.value: "The record holds bundles within bundles within bundles.",
    Reason.TOO_MANY.value: "The record names more people than its kind can be about.",
    Reason.TOO_LONG.value: "A value of the record is longer than any real one.",
    Reason.DAMAGED_ARCHIVE.value: "The packed file is damaged from here on. Fetch or make it again.",
    Reason.UNKNOWN_TYPE.value: "This is no kind of record that FHIR R4 knows.",
    Reason.WRONG_SHAPE.value: "The record is not built as its kind must be.",
    Reason.NO_ID.value: "The record has no id, so it could not be recognised when it comes again.",
    Reason.NO_PERSON.value: "The record does not say whom it is about.",
    Reason.UNKNOWN_VALUE.value: "The record has a word where only certain ones may stand.",
    Reason.UNREADABLE_DATE.value: "A date of the record cannot be read.",
    Reason.IMPOSSIBLE_DATE.value: "A date of the record never was.",
    Reason.UNKNOWN_CHARSET.value: "The message is written in an alphabet that is not known.",
    Reason.WRONG_CHARSET.value: "The message is not written in the alphabet that it names.",
    Reason.UNPAIRED_MERGE.value: "The message merges people without saying clearly who into whom.",
}
_DOUBTS: Final = {
    Reason.TOO_MANY.value: "More values than any real record has; the first ones were read.",
    Reason.TOO_LONG.value: "Longer than any real value, so it was left out.",
    Reason.UNKNOWN_VALUE.value: "Not one of the words that may stand here, so it was left out.",
    Reason.UNREADABLE_DATE.value: "Not a date, so it was left out.",
    Reason.IMPOSSIBLE_DATE.value: "A day that never was or cannot be, so it was left out.",
    Reason.UNKNOWN_CHARSET.value: "The alphabet is not known; letters may be wrong.",
    Reason.WRONG_CHARSET.value: "Not written in the alphabet that the message names; letters may be wrong.",
}
_COUNTS: Final = ("count:", "passed:", "refused:")
SORTS: Final = {
    "person": "People",
    "visit": "Visits",
    "appointment": "Appointments",
    "condition": "Conditions",
    "medication": "Medications",
    "immunization": "Immunizations",
    "procedure": "Procedures",
    "coverage": "Coverage",
    "programme": "Programmes",
    "name": "Clinicians and places",
    "consent": "Consents told by the system",
    "special": "Specially protected records",
}
"""What is counted, in the order in which it is shown."""

COLUMNS: Final = ("new", "changed", "unchanged", "not_kept")
"""What an import tells of its records; every fate falls into one of them."""
_COLUMN_OF: Final = {
    "new": "new", "changed": "changed", "merged": "changed", "unchanged": "unchanged", "stale": "unchanged",
}  # fmt: skip


def refusal_sentence(code: str) -> str:
    """Empty for a code that is not of a clinical record."""
    return _REFUSALS.get(code, "")


def doubt_sentence(code: str) -> str:
    return _DOUBTS.get(code, "Not understood, so it was left out.")


def is_remark(key: str) -> bool:
    """Whether a key of an import's `remark_counts` is about a value, and not a count of records."""
    return not key.startswith(_COUNTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class SortCount:
    """What became of the records of one sort. `not_kept` were not asked for, or no room was left for them."""

    label: str
    new: int
    changed: int
    unchanged: int
    not_kept: int


def sort_counts(remark_counts: Mapping[str, int]) -> list[SortCount]:
    """The counts of a clinical import by sort; what has no name here is one line at the end."""
    by_sort: dict[str, Counter[str]] = {}
    others: Counter[str] = Counter()
    for key, count in remark_counts.items():
        what, _, rest = key.partition(":")
        if what == "count":
            sort, _, fate = rest.partition(":")
            found = by_sort.setdefault(sort, Counter()) if sort in SORTS else others
            found[column_of(fate)] += count
        elif what == "passed":
            others["not_kept"] += count
    order = [sort for sort in SORTS if sort in by_sort]
    shown = [SortCount(label=SORTS[sort], **_columns(by_sort[sort])) for sort in order]
    if others:
        shown.append(SortCount(label="Records of other kinds", **_columns(others)))
    return shown


def column_of(fate: str) -> str:
    """Which of COLUMNS a fate counts in. What is not listed was not kept, for whatever reason."""
    return _COLUMN_OF.get(fate, "not_kept")


def by_column(counts: Mapping[tuple[str, str], int]) -> Counter[str]:
    """Counts by sort and fate, summed by column."""
    found: Counter[str] = Counter()
    for (_, fate), count in counts.items():
        found[column_of(fate)] += count
    return found


def _columns(counts: Counter[str]) -> dict[str, int]:
    return {name: counts[name] for name in COLUMNS}
