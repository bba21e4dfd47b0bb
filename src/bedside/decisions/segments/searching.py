"""Names, orders and values in use, in a snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from bedside.decisions.segments.rules.folding import fold

if TYPE_CHECKING:
    from bedside.decisions.segments.snapshot import Snapshot

SEARCH_WORDS_MAX = 8


def named(snapshot: Snapshot, meant: pl.Series, text: str) -> pl.DataFrame:
    """`slot` and `order` of those of the meant whose name, number, address or phone begins words with each word."""
    slots = None if len(snapshot.pieces) == 1 and meant.all() else meant.arg_true().cast(pl.UInt32)
    words = fold(text).split()[:SEARCH_WORDS_MAX]
    names = ("order", "search") if words else ("order",)
    found = pl.DataFrame({name: snapshot.values(name, slots) for name in names}).with_columns(
        pl.int_range(0, pl.len(), dtype=pl.UInt32).alias("slot") if slots is None else slots.alias("slot")
    )
    for word in words:
        begins = [pl.col(name).str.starts_with(word) for name in names]
        inside = [pl.col(name).str.contains(f" {word}", literal=True) for name in names]
        found = found.filter(pl.any_horizontal(begins + inside))
    return found


def ordered(
    snapshot: Snapshot, found: pl.DataFrame, *, column: str, newest_first: bool, offset: int, limit: int
) -> pl.DataFrame:
    """`id_hi` and `id_lo` of a page of them, those without a value last."""
    slots = found["slot"]
    by = {
        name: snapshot.values(name, slots)
        for name in dict.fromkeys((column, "id_hi", "id_lo"))
        if name != "order"
    }
    frame = found.select("order").with_columns(**by)
    # Lazily, so that only the rows up to this page are sorted: five times faster on the first pages.
    keys = [*dict.fromkeys((column, "order", "id_hi", "id_lo"))]
    newest = [newest_first and key == column for key in keys]
    sorted_lazily = frame.lazy().sort(keys, descending=newest, nulls_last=True)
    return sorted_lazily.slice(offset, limit).select("id_hi", "id_lo").collect()


def commonest(snapshot: Snapshot, field: str, *, limit: int) -> list[str]:
    """The commonest values of a text or list field, folded."""
    present = snapshot.present()
    if snapshot.dtype(field) == pl.UInt32 and field in snapshot.plain_names():
        numbers = snapshot.values(field, None).filter(present)
    else:
        parts = [
            frame["code"].filter(present.gather(frame["slot"])).cast(pl.UInt32)
            for frame in snapshot.long(field, ["code"])
        ]
        numbers = pl.concat([pl.Series([], dtype=pl.UInt32), *parts])
    counted = numbers.drop_nulls().alias("number").value_counts(sort=True).head(limit)
    return [str(word) for word in snapshot.words(field).gather(counted["number"]).to_list()]
