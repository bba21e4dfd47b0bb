"""Kinds of ledger entries about segments."""

from bedside.safeguards.audit.rules import Deed, declare

SEGMENT_SAVED = declare("segment.saved", "Saved a segment (version {version}).", version=int)
SEGMENT_REMOVED = declare("segment.removed", "Removed a segment.")
SEGMENT_RESTORED = declare("segment.restored", "Restored a segment.")
SEGMENT_COUNTED = declare(
    "segment.counted", "Counted a segment: {count}.", Deed.SEARCH, count=int, health=bool
)
SEGMENT_PREVIEWED = declare(
    "segment.previewed", "Saw {count} patients whom a rule means.", Deed.PREVIEW, count=int, health=bool
)
