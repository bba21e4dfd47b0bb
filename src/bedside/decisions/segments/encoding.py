"""Records and charts as columns: numbers instead of words, and one long table for each list and kind of entry.

Nothing here touches a database. Rows of long tables name their person by `<table>.row`, counted from 0.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from bedside.decisions.segments.rules.fields import OWN_COLUMN, Field
from bedside.decisions.segments.rules.fields import Kind as FieldKind
from bedside.decisions.segments.rules.folding import fold
from bedside.kit.terminology import System
from bedside.records.charts.rules import Entry, Kind, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from uuid import UUID
    from zoneinfo import ZoneInfo

    from bedside.records.patients.rules import Patient

Columns = dict[str, pl.Series]

LISTS: Final = ("conditions", "medications", "interests", "tags")
# Lists as a spreadsheet brings them: each word of them stands for one active entry without a date.
LISTED: Final = {Kind.CONDITION: "conditions", Kind.MEDICATION: "medications"}
TEXTS: Final = ("sex", "city", "state", "postal_code", "provider", "language", "relationship")
DATES: Final = ("birth_date", "last_visit", "next_appointment")
MEANINGS: Final = "meanings"  # the words of charts: all codes of an entry together, since they mean one thing
STATUSES: Final = tuple(Status)
CHART_TABLES: Final = frozenset(kind.value for kind in Kind)
_BETWEEN_CODES, _WITHIN_CODE = "\x1e", "\x1f"
_NO_SEPARATORS = {0x1E: " ", 0x1F: " "}
_HALF: Final = 64
_LOW: Final = (1 << _HALF) - 1
_VERSION_7: Final = 7
LONG_PARTS: Final = {
    "code": pl.UInt32, "day": pl.Date, "until": pl.Date, "status": pl.UInt8, "provider": pl.UInt32, "place": pl.UInt32,
}  # fmt: skip


class Words:
    """Numbers for words, by the column they stand in; grows, and never gives a number twice."""

    def __init__(self, known: Mapping[str, Sequence[str]] | None = None) -> None:
        self._numbers = {
            name: {word: number for number, word in enumerate(words)} for name, words in (known or {}).items()
        }
        self._known = {name: len(words) for name, words in self._numbers.items()}

    def numbers_of(self, name: str) -> dict[str, int]:
        return self._numbers.setdefault(name, {})

    def fresh(self) -> dict[str, list[str]]:
        """Words that were not known at the beginning, in the order of their numbers."""
        added = {name: list(numbers)[self._known.get(name, 0) :] for name, numbers in self._numbers.items()}
        return {name: words for name, words in added.items() if words}


def dtype_of(name: str, *, own: Mapping[str, Field] | None = None) -> Any:
    """The type of a column in memory; of a practice's own field by its kind."""
    table, _, part = name.rpartition(".")
    if part == "row":
        return pl.UInt32
    if own is not None and name in own:
        return _OWN_TYPES.get(own[name].kind, pl.UInt32)
    if table and part in LONG_PARTS and (table in CHART_TABLES or part == "code"):
        return LONG_PARTS[part]
    return _TYPES.get(name, pl.UInt32)


_TYPES: Final[dict[str, Any]] = {
    "id_hi": pl.UInt64, "id_lo": pl.UInt64, "order": pl.String, "search": pl.String,
    **dict.fromkeys((*DATES, "added"), pl.Date), **dict.fromkeys(("email", "phone", "deceased"), pl.Boolean),
}  # fmt: skip
_OWN_TYPES: Final[dict[FieldKind, Any]] = {
    FieldKind.NUMBER: pl.Float64, FieldKind.DATE: pl.Date, FieldKind.YES_NO: pl.Boolean,
}  # fmt: skip


def words_of(name: str) -> str:
    """In which dictionary the numbers of a column stand."""
    table, _, part = name.rpartition(".")
    if table in CHART_TABLES:
        return {"code": MEANINGS, "provider": "providers", "place": "places"}.get(part, "")
    return table if part == "code" and table else name


def record_columns(
    patients: Sequence[Patient], words: Words, *, own: Mapping[str, Field], zone: ZoneInfo
) -> Columns:
    """One row for each patient; values folded, unknown ones null. `own` is by column."""
    rows = list(patients)
    ids = id_columns([patient.id for patient in rows])
    columns: Columns = {
        **ids,
        "added": _made_on(ids, zone),
        "email": pl.Series([bool(patient.email) for patient in rows], dtype=pl.Boolean),
        "phone": pl.Series([bool(patient.phone) for patient in rows], dtype=pl.Boolean),
        "deceased": pl.Series([patient.deceased for patient in rows], dtype=pl.Boolean),
        "order": pl.Series([fold(f"{one.last_name} {one.first_name}") for one in rows], dtype=pl.String),
        "search": pl.Series([_searchable(patient) for patient in rows], dtype=pl.String),
    }
    for name in DATES:
        columns[name] = pl.Series([getattr(patient, name) for patient in rows], dtype=pl.Date)
    for name in TEXTS:
        columns[name] = _texts([getattr(patient, name) for patient in rows], words.numbers_of(name))
    for name in LISTS:
        columns |= _list_table(name, [getattr(patient, name) for patient in rows], words)
    return columns | _own_columns([dict(patient.custom) for patient in rows], words, own=own)


def chart_columns(charts: Iterable[tuple[int, tuple[Entry, ...]]], words: Words) -> Columns:
    """One long table for each kind of entry, of the people whose charts come with their row, rows ascending."""
    tables: dict[str, dict[str, list[Any]]] = {
        kind: {part: [] for part in ("row", *LONG_PARTS)} for kind in Kind
    }
    numbers = _Numbers(words)
    for row, entries in charts:
        for entry in entries:
            if entry.status is not Status.WRONG:
                _put(tables[entry.kind], row, entry, numbers)
    return {
        f"{kind}.{part}": pl.Series(values, dtype=pl.UInt32 if part == "row" else LONG_PARTS[part])
        for kind, table in tables.items()
        for part, values in table.items()
        if table["row"]
    }


class _Numbers:
    """Numbers of what many entries have in common, looked up by what stands in the entry."""

    def __init__(self, words: Words) -> None:
        self._meanings = words.numbers_of(MEANINGS)
        self._texts = {part: words.numbers_of(part) for part in ("providers", "places")}
        self._by_codes: dict[tuple[tuple[System, str], ...], int | None] = {(): None}
        self._by_text: dict[tuple[str, str], int | None] = {}

    def meaning(self, codes: tuple[tuple[System, str], ...]) -> int | None:
        if codes not in self._by_codes:
            self._by_codes[codes] = _number(self._meanings, written_meaning(codes))
        return self._by_codes[codes]

    def text(self, name: str, text: str) -> int | None:
        if (name, text) not in self._by_text:
            folded = fold(text)
            self._by_text[name, text] = _number(self._texts[name], folded) if folded else None
        return self._by_text[name, text]


_STATUS_NUMBERS = {status: number for number, status in enumerate(STATUSES)}


def _put(table: dict[str, list[Any]], row: int, entry: Entry, numbers: _Numbers) -> None:
    table["row"].append(row)
    table["code"].append(numbers.meaning(entry.codes))
    table["day"].append(entry.day)
    table["until"].append(entry.until)
    table["status"].append(_STATUS_NUMBERS[entry.status])
    table["provider"].append(numbers.text("providers", entry.provider))
    table["place"].append(numbers.text("places", entry.place))


def written_meaning(codes: Iterable[tuple[System, str]]) -> str:
    """The codes as they were sent, since their names are known by that; compared in their plain form."""
    return _BETWEEN_CODES.join(
        f"{system}{_WITHIN_CODE}{code.translate(_NO_SEPARATORS)}" for system, code in codes
    )


def read_meaning(word: str) -> list[tuple[System, str]]:
    pairs = [code.partition(_WITHIN_CODE) for code in word.split(_BETWEEN_CODES) if code]
    return [(System(system), code) for system, _, code in pairs]


def id_columns(ids: Sequence[UUID]) -> Columns:
    """The two halves of each id: compared, sorted and sealed in half the time of sixteen bytes."""
    return {
        "id_hi": pl.Series([one.int >> _HALF for one in ids], dtype=pl.UInt64),
        "id_lo": pl.Series([one.int & _LOW for one in ids], dtype=pl.UInt64),
    }


def _made_on(ids: Columns, zone: ZoneInfo) -> pl.Series:
    """The day on which each record was made, as its time-ordered id says (`ground.identity`)."""
    high = ids["id_hi"]
    moments = (high // 2**16).cast(pl.Int64).cast(pl.Datetime("ms", "UTC"))
    is_timed = (high // 2**12) % 16 == _VERSION_7
    days = moments.dt.convert_time_zone(zone.key).dt.date()
    return pl.select(pl.when(is_timed).then(days)).to_series()


def _number(numbers: dict[str, int], word: str) -> int:
    return numbers.setdefault(word, len(numbers))


def _texts(values: Sequence[str], numbers: dict[str, int]) -> pl.Series:
    """Numbers of the folded values. Few of them differ, so each spelling is folded once."""
    known: dict[str, int | None] = {"": None}
    for value in dict.fromkeys(values):
        if value not in known:
            folded = fold(value)
            known[value] = _number(numbers, folded) if folded else None
    return pl.Series([known[value] for value in values], dtype=pl.UInt32)


def _list_table(name: str, held: Sequence[tuple[str, ...]], words: Words) -> Columns:
    rows = [row for row, values in enumerate(held) for _ in values]
    codes = _texts([value for values in held for value in values], words.numbers_of(name))
    table = pl.DataFrame({"row": pl.Series(rows, dtype=pl.UInt32), "code": codes}).drop_nulls()
    return {f"{name}.row": table["row"], f"{name}.code": table["code"]}


def _searchable(patient: Patient) -> str:
    """By what somebody is looked for besides the name, which is in `order`."""
    return fold(" ".join(filter(None, (patient.mrn, patient.email, patient.phone))))


# --- fields of the practice's own


def _own_columns(held: Sequence[Mapping[str, str]], words: Words, *, own: Mapping[str, Field]) -> Columns:
    columns: Columns = {}
    for name, field in own.items():
        key = name.removeprefix(OWN_COLUMN)
        values = [one.get(key, "") for one in held]
        if field.kind is FieldKind.LIST:
            columns |= _list_table(name, [own_list(value) for value in values], words)
        elif field.kind in _OWN_READERS:
            read = _OWN_READERS[field.kind]
            columns[name] = pl.Series(
                [read(value) if value else None for value in values], dtype=_OWN_TYPES[field.kind]
            )
        else:
            columns[name] = _texts(values, words.numbers_of(name))
    return columns


def own_list(text: str) -> tuple[str, ...]:
    """The values of a field of the practice's own that holds several, one a line."""
    if not text:
        return ()
    return tuple(part.strip() for part in text.splitlines() if part.strip())


def own_number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) != float("inf") and number == number else None  # noqa: PLR0124  not a number


def own_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def own_yes_no(text: str) -> bool | None:
    return {"yes": True, "no": False}.get(text)


_OWN_READERS: Final[dict[FieldKind, Callable[[str], Any]]] = {
    FieldKind.NUMBER: own_number, FieldKind.DATE: own_date, FieldKind.YES_NO: own_yes_no,
}  # fmt: skip
