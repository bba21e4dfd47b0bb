"""Kinds of ledger entries about imports."""

from bedside.safeguards.audit.rules import Deed, declare

RECEIVED = declare("import.received", "Uploaded a file of {size_bytes} bytes for import.", size_bytes=int)
SHEET_CHOSEN = declare("import.sheet_chosen", "Chose another sheet of a workbook for import.")
MAPPING_FORGOTTEN = declare("import.mapping_forgotten", "Forgot the columns kept for files with these names.")
PULL_SET = declare("pull.set", "Set up fetching from a system every {every_hours} hours.", every_hours=int)
PULL_KEY_MADE = declare("pull.key_made", "Made our own key for fetching from a system.")
PULL_ASKED = declare("pull.asked", "Let fetching from a system go on.")
PULL_BEGUN = declare("pull.begun", "Asked a system for an export.")
PULL_FINISHED = declare("pull.finished", "Fetched all of an export of a system.")
PULL_STOPPED = declare("pull.stopped", "Fetching from a system stopped ({code}).", code=str)
PREVIEWED = declare(
    "import.previewed",
    "Looked at the first rows of a file for import ({rows} rows).",
    Deed.PREVIEW,
    rows=int,
)
COLUMNS_CHOSEN = declare("import.columns_chosen", "Chose {columns} columns to import.", columns=int)
STARTED = declare(
    "import.started",
    "Started an import; the people come from {provenance}, and the list was not bought, rented or harvested.",
    provenance=str,
)
HELD = declare("import.held", "Held an import back, for its addresses look made up ({code}).", code=str)
LOOKED_AT = declare(
    "import.looked_at",
    "Said that the addresses of an import were not made up or collected ({code}).",
    code=str,
)
ATTESTED = declare(
    "import.attested",
    "Stated how and by when the addresses of an import were got ({method}, {collected_by}).",
    method=str,
    collected_by=str,
)
PAUSED = declare("import.paused", "Paused an import.")
RESUMED = declare("import.resumed", "Let an import go on.")
CANCELLED = declare("import.cancelled", "Cancelled an import; rows already taken stay.")
FINISHED = declare(
    "import.finished",
    "Import finished: {added} new, {changed} changed, {unchanged} unchanged, {rejected} rejected.",
    added=int,
    changed=int,
    unchanged=int,
    rejected=int,
    skipped=int,
    for_member=str,
)
FAILED = declare("import.failed", "An import stopped ({code}).", code=str)
FILE_REMOVED = declare("import.file_removed", "Removed the file and the rejected rows of an import.")
REJECTS_EXPORTED = declare(
    "import.rejects_exported", "Downloaded {count} rejected rows of an import.", Deed.EXPORT, count=int
)
REPRESENTATIVES_TAKEN = declare(
    "representatives.taken",
    "Took over a list of who may act for whom: {recorded} new, {known} stood already, {rejected} rejected.",
    recorded=int,
    known=int,
    rejected=int,
    source=str,
)
SOURCE_ADDED = declare("source.added", "Added a system that sends records ({code}).", code=str, part2=bool)
SOURCE_CHANGED = declare("source.changed", "Changed a system that sends records.", part2=bool)
SOURCE_PAUSED = declare("source.paused", "Paused taking records from a system.")
SOURCE_RESUMED = declare("source.resumed", "Let records of a system come in again.")
ITEM_KEPT = declare("keeping.on", "From now on, {item} of the records that come in is kept.", item=str)
ITEM_DROPPED = declare(
    "keeping.off", "From now on, {item} of the records that come in is not kept.", item=str
)
SOURCE_CHOSEN = declare("import.source_chosen", "Said which system an import is from.", source=str)
