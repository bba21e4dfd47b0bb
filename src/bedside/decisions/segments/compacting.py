"""One new base of a base and its deltas, made of their columns: no record is opened for it.

Whoever is gone is left out, and so is every word that nobody has any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from bedside.decisions.segments import storing
from bedside.decisions.segments.encoding import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bedside.decisions.segments.encoding import Columns
    from bedside.decisions.segments.snapshot import Snapshot
    from bedside.decisions.segments.storing import Manifest
    from bedside.ground.scope import Scope

_Long = dict[str, pl.DataFrame]


def compact(scope: Scope, found: Snapshot, *, generation: int, shard_rows: int) -> Manifest:
    """Stores the snapshot as the base of a new generation. Raises storing.Superseded."""
    order = _order(found)
    plain = {name: found.values(name, order) for name in found.plain_names()}
    long = {table: _long_table(found, table, parts, order) for table, parts in found.long_names().items()}
    words = _renumber(found, plain, long)
    return storing.write_piece(
        scope,
        generation,
        0,
        shards=_cut(plain, long, rows=len(order), shard_rows=shard_rows),
        words=lambda: words,
    )


def _order(found: Snapshot) -> pl.Series:
    """The slots of all who are there, in the order of their ids."""
    slots = found.present().arg_true().cast(pl.UInt32)
    return found.ids(slots).with_columns(slots.alias("slot")).sort("id_hi", "id_lo")["slot"]


def _long_table(found: Snapshot, table: str, parts: Sequence[str], order: pl.Series) -> pl.DataFrame:
    """By `row`, which is the place in the order."""
    places = pl.repeat(None, found.height, dtype=pl.UInt32, eager=True)
    places = places.scatter(order, pl.int_range(0, len(order), dtype=pl.UInt32, eager=True))
    empty = pl.DataFrame(
        schema={"row": pl.UInt32, **{part: found.dtype(f"{table}.{part}") for part in parts}}
    )
    frames = [
        frame.with_columns(places.gather(frame["slot"]).alias("row")).drop("slot").drop_nulls("row")
        for frame in found.long(table, parts)
    ]
    whole = pl.concat([empty, *(frame.select(empty.columns).cast(empty.schema) for frame in frames)])
    return whole.sort("row", maintain_order=True)


def _renumber(found: Snapshot, plain: Columns, long: _Long) -> dict[str, list[str]]:
    """Gives numbers anew, to words that somebody has; gives those words in their order."""
    words: dict[str, list[str]] = {}
    for name, places in _numbered(found, plain, long).items():
        columns = [long[table][part] if table else plain[part] for table, part in places]
        used = pl.concat([column.drop_nulls().unique() for column in columns]).unique().sort()
        known = found.words(name)
        words[name] = known.gather(used).to_list()
        fresh = pl.repeat(None, len(known), dtype=pl.UInt32, eager=True)
        if len(used):
            fresh = fresh.scatter(used, pl.int_range(0, len(used), dtype=pl.UInt32, eager=True))
        for (table, part), column in zip(places, columns, strict=True):
            numbers = fresh.gather(column).alias(part)
            if table:
                long[table] = long[table].with_columns(numbers)
            else:
                plain[part] = numbers
    return words


def _numbered(found: Snapshot, plain: Columns, long: _Long) -> dict[str, list[tuple[str, str]]]:
    """Which columns, as (table, part) or ("", name), hold numbers of each dictionary."""
    dictionaries = {name for piece in found.pieces for name in piece.dictionaries()}
    columns = [("", name) for name in plain]
    columns += [(table, part) for table, frame in long.items() for part in frame.columns]
    found_in: dict[str, list[tuple[str, str]]] = {}
    for table, part in columns:
        name = words_of(f"{table}.{part}" if table else part)
        if name in dictionaries:
            found_in.setdefault(name, []).append((table, part))
    return found_in


def _cut(plain: Columns, long: _Long, *, rows: int, shard_rows: int) -> Iterator[tuple[Columns, int, int]]:
    """As `storing.write_piece` takes it; rows of long tables counted from the beginning of their shard."""
    for start in range(0, max(rows, 1), shard_rows):
        many = min(shard_rows, rows - start)
        columns = {name: column.slice(start, many) for name, column in plain.items()}
        for table, frame in long.items():
            first, last = (int(frame["row"].search_sorted(row)) for row in (start, start + many))
            part = frame.slice(first, last - first).with_columns(pl.col("row") - start)
            columns |= {f"{table}.{name}": part[name] for name in part.columns}
        yield columns, many, many
