"""All columns of a practice as of one moment: the base, and pieces of those who changed since, which win over it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from bedside.decisions.segments import storing
from bedside.decisions.segments.encoding import CHART_TABLES, MEANINGS, dtype_of, read_meaning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from uuid import UUID

    from bedside.decisions.segments.encoding import Columns
    from bedside.decisions.segments.rules import Field
    from bedside.decisions.segments.storing import Manifest
    from bedside.ground.scope import Scope
    from bedside.kit.terminology import System

    Tests = Callable[[pl.DataFrame], Sequence[pl.Expr]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A piece in the database, opened column by column within a scope of its practice."""

    scope: Scope
    generation: int
    delta: int
    manifest: Manifest

    @property
    def rows(self) -> int:
        return self.manifest.rows

    @property
    def chart_rows(self) -> int:
        return self.manifest.chart_rows

    @property
    def slots(self) -> int:
        return self.manifest.slots

    def columns(self, names: Iterable[str]) -> Columns:
        """Those there are. Raises storing.Superseded."""
        return storing.read_columns(self.scope, self.generation, self.delta, self.manifest, names)

    def words(self, name: str) -> pl.Series:
        return self.columns([storing.WORDS + name]).get(storing.WORDS + name, pl.Series([], dtype=pl.String))

    def names(self) -> list[str]:
        return [name for name in self.manifest.heights if not name.startswith(storing.WORDS)]

    def dictionaries(self) -> list[str]:
        return [
            name.removeprefix(storing.WORDS)
            for name in self.manifest.heights
            if name.startswith(storing.WORDS)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A piece in memory only: what changed since the last that was stored."""

    rows: int
    chart_rows: int
    slots: int
    held: Columns
    added: Mapping[str, Sequence[str]]

    def columns(self, names: Iterable[str]) -> Columns:
        return {name: self.held[name] for name in names if name in self.held}

    def words(self, name: str) -> pl.Series:
        return pl.Series(self.added.get(name, []), dtype=pl.String)

    def names(self) -> list[str]:
        return list(self.held)

    def dictionaries(self) -> list[str]:
        return list(self.added)


Piece = Stored | Held


@dataclass(slots=True, kw_only=True, eq=False)
class Snapshot:
    """What a practice's columns say at one moment. A patient's `slot` is the same in all of them.

    `key`: two snapshots of equal keys answer alike. `pieces`: the base first, later ones win. `gone`: slots of those
    erased since. `own`: the practice's own fields by column. `meant`: what a question already meant, by question.
    `seen`: what changed after the last stored piece, by number of the change.
    """

    key: tuple[Any, ...]
    pieces: Sequence[Piece]
    gone: Sequence[int]
    own: Mapping[str, Field]
    names: Mapping[tuple[System, str], str] = field(default_factory=dict)
    meant: dict[object, pl.Series] = field(default_factory=dict)
    seen: Mapping[tuple[str, UUID], int] = field(default_factory=dict)
    _words: dict[str, pl.Series] = field(default_factory=dict)
    _places: dict[str, pl.Series] = field(default_factory=dict)
    _newest_known: dict[tuple[int, str], pl.Series | None] = field(default_factory=dict)
    _meanings: list[list[tuple[System, str]]] | None = None

    @property
    def height(self) -> int:
        """How many slots there are, those of the gone among them."""
        return self.pieces[-1].slots

    @property
    def base(self) -> Piece:
        return self.pieces[0]

    def plain_names(self) -> list[str]:
        """The columns with one value for each person."""
        return [name for name in self._names() if "." not in name]

    def long_names(self) -> dict[str, list[str]]:
        """The parts of each long table but `row`, by table."""
        parts: dict[str, list[str]] = {}
        for name in self._names():
            table, _, part = name.rpartition(".")
            if table and part != "row":
                parts.setdefault(table, []).append(part)
        return parts

    def _names(self) -> list[str]:
        names = dict.fromkeys(name for piece in self.pieces for name in piece.names())
        return [name for name in names if name not in {"slot", "chart.slot"}]

    def open(self, names: Iterable[str]) -> None:
        """Opens columns that will be asked for: together that takes a fraction of the time of one after the other."""
        together = [*names, "slot", "chart.slot"]
        for piece in self.pieces:
            piece.columns(together)

    def present(self) -> pl.Series:
        """By slot: whether there is a record."""
        return scattered(repeated(value=True, many=self.height), self.gone, value=False)

    def words(self, name: str) -> pl.Series:
        """The words of a dictionary in the order of their numbers."""
        if name not in self._words:
            self._words[name] = pl.concat([piece.words(name) for piece in self.pieces])
        return self._words[name]

    def numbers_meant(self, name: str, words: Iterable[str]) -> pl.Series:
        """The numbers of those of the words that somebody has."""
        wanted = pl.Series([*words], dtype=pl.String)
        return self.words(name).is_in(wanted.implode()).arg_true()

    def dtype(self, name: str) -> Any:
        return dtype_of(name, own=self.own)

    def records(self, name: str) -> list[tuple[pl.Series | None, pl.Series]]:
        """(slots, values) of each piece; slots are None for the base, where they are the rows themselves."""
        return [(slots_in(piece), self._column(piece, name)) for piece in self.pieces if piece.rows]

    def values(self, name: str, slots: pl.Series | None) -> pl.Series:
        """The values of these slots, or of all."""
        parts = [self._column(piece, name) for piece in self.pieces]
        if len(parts) == 1:
            return parts[0] if slots is None else parts[0].gather(slots)
        places = self._place("records") if slots is None else self._place("records").gather(slots)
        dtype = self.dtype(name)  # each piece has numbers as narrow as it can
        return pl.concat([part if part.dtype == dtype else part.cast(dtype) for part in parts]).gather(places)

    def long(self, table: str, parts: Sequence[str]) -> list[pl.DataFrame]:
        """A long table, one frame for each piece that has any of it: `slot` and these parts of what counts now."""
        frames = []
        for frame, newest, slots in self._tables(table, parts):
            kept = frame if newest is None else frame.filter(newest.gather(frame["slot"]))
            frames.append(
                kept if slots is None else kept.with_columns(slots.gather(kept["slot"]).alias("slot"))
            )
        return frames

    def entries(self, table: str, parts: Sequence[str], tests: Tests) -> list[pl.Series]:
        """The slots of those rows of a long table that count now and pass all tests, a series for each piece.

        `tests` are asked for each frame. What somebody had before is left out last, when few rows are left.
        """
        found = []
        for frame, newest, slots in self._tables(table, parts):
            rows = frame.select(pl.col("slot").filter(*tests(frame)))["slot"]
            if newest is not None:
                rows = rows.filter(newest.gather(rows))
            found.append(rows if slots is None else slots.gather(rows).alias("slot"))
        return found

    def _tables(
        self, table: str, parts: Sequence[str]
    ) -> Iterator[tuple[pl.DataFrame, pl.Series | None, pl.Series | None]]:
        """Of each piece that has any of a long table: its rows, with the piece's own numbers of people as `slot`.

        With them which of these people are in no later piece, None for all, and their slots, None if they are the
        numbers.
        """
        of = "charts" if table in CHART_TABLES else "records"
        names = [f"{table}.{part}" for part in ("row", *parts)]
        start = 0
        for number, piece in enumerate(self.pieces):
            many = piece.rows if of == "records" else piece.chart_rows
            columns = piece.columns(names)
            if names[0] in columns and many:
                frame = pl.DataFrame(
                    {
                        "slot": columns[names[0]],
                        **{name.rpartition(".")[2]: columns[name] for name in names[1:]},
                    }
                )
                slots = slots_in(piece, of=of)
                yield frame, self._newest(number, of, slots, range(start, start + many)), slots
            start += many

    def _newest(self, number: int, of: str, slots: pl.Series | None, places: range) -> pl.Series | None:
        """By row of a piece that lies at these places: whether nobody later says otherwise; None if all are."""
        if len(self.pieces) == 1:
            return None
        if (number, of) not in self._newest_known:
            here = pl.int_range(places.start, places.stop, dtype=pl.UInt32, eager=True)
            held = self._place(of) if slots is None else self._place(of).gather(slots)
            newest = held.head(len(here)) == here
            self._newest_known[number, of] = None if newest.all() else newest
        return self._newest_known[number, of]

    def _place(self, of: str) -> pl.Series:
        """By slot: where its newest row lies when the rows of all pieces are put one behind the other."""
        if of not in self._places:
            start = self.base.rows if of == "records" else self.base.chart_rows
            places = pl.int_range(0, self.height, dtype=pl.UInt32, eager=True)
            for piece in self.pieces[1:]:
                many = piece.rows if of == "records" else piece.chart_rows
                if many:
                    here = pl.int_range(start, start + many, dtype=pl.UInt32, eager=True)
                    places = places.scatter(slots_in(piece, of=of), here)
                start += many
            self._places[of] = places
        return self._places[of]

    def _column(self, piece: Piece, name: str) -> pl.Series:
        # Without rows a stored column knows no type, and none is stored of a field that came later.
        found = piece.columns([name]) if piece.rows else {}
        if name in found:
            return found[name]
        return pl.repeat(None, piece.rows, dtype=self.dtype(name), eager=True)

    def ids(self, slots: pl.Series) -> pl.DataFrame:
        """`id_hi` and `id_lo` of these slots, in this order."""
        return pl.DataFrame({name: self.values(name, slots) for name in ("id_hi", "id_lo")})

    def slots_of(self, ids: pl.DataFrame) -> pl.DataFrame:
        """`id_hi`, `id_lo` and `slot` of those of the ids that are known, gone ones too, in no order."""
        wanted = ids.unique()
        high = wanted["id_hi"].implode()
        found = [pl.DataFrame(schema={"id_hi": pl.UInt64, "id_lo": pl.UInt64, "slot": pl.UInt32})]
        for piece in self.pieces:
            columns = piece.columns(["id_hi", "id_lo", "slot"])
            if not piece.rows:
                continue
            rows = columns["id_hi"].is_in(high).arg_true().cast(pl.UInt32)
            known = columns["slot"].gather(rows) if "slot" in columns else rows
            parts = {name: columns[name].gather(rows) for name in ("id_hi", "id_lo")}
            found.append(pl.DataFrame({**parts, "slot": known}))
        return wanted.join(pl.concat(found).unique(), on=["id_hi", "id_lo"], how="inner")

    def name_of(self, system: System, code: str) -> str:
        """What the practice's sources call a code; empty if nothing."""
        return self.names.get((system, code), "")

    def meanings(self) -> list[list[tuple[System, str]]]:
        """The codes of each number of a chart's `code`."""
        if self._meanings is None:
            self._meanings = [read_meaning(word) for word in self.words(MEANINGS).to_list()]
        return self._meanings


def slots_in(piece: Piece, *, of: str = "records") -> pl.Series | None:
    """The slots of a piece's rows; None if the rows are the slots, as in the base."""
    name = "slot" if of == "records" else "chart.slot"
    return piece.columns([name]).get(name)


def repeated(*, value: bool, many: int) -> pl.Series:
    return pl.repeat(value, many, dtype=pl.Boolean, eager=True)


def scattered(mask: pl.Series, slots: Sequence[int] | pl.Series, *, value: bool | pl.Series) -> pl.Series:
    """A mask with other values in some slots; the mask given stays as it is."""
    return mask.clone().scatter(slots, value) if len(slots) else mask
