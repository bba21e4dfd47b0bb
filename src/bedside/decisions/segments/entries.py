"""Kinds of ledger entries about segments."""

from bedside.safeguards.audit.rules import declare

SEGMENT_SAVED = declare("segment.saved", "Saved a segment (version {version}).", version=int)
SEGMENT_REMOVED = declare("segment.removed", "Removed a segment.")
SEGMENT_RESTORED = declare("segment.restored", "Restored a segment.")
SEGMENT_COUNTED = declare("segment.counted", "Counted a segment: {count}.", count=int, health=bool)
PATIENTS_SEARCHED = declare("patients.searched", "Searched patients; {count} found.", count=int)
