"""What of segments and their columns is sealed under the practice's key, for the vault."""

from bedside.safeguards.vault.columns import Under, bound_by, declare_column

_SHARDS_AT_ONCE = 8  # one column of ten thousand patients each

declare_column(
    "segments_segment", "sealed", under=Under.PRACTICE,
    bound=bound_by("id", "version", place=lambda segment, version: (segment, "sealed", version)),
)  # fmt: skip
declare_column(
    "segments_shard", "sealed", under=Under.PRACTICE,
    bound=bound_by(
        "delta", "number", "column", "generation",
        place=lambda delta, number, column, generation: (f"{delta}.{number}", column, generation),
        key_type="bigint", at_once=_SHARDS_AT_ONCE,
    ),
)  # fmt: skip
