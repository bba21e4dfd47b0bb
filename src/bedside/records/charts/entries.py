"""Kinds of ledger entries about charts. Those on many people have one leaf for each of them."""

from bedside.safeguards.audit.rules import Deed, declare

CHARTS_SAVED = declare(
    "charts.saved",
    "Saved {new} new and {changed} changed entries of the charts of {people} patients.",
    new=int,
    changed=int,
    people=int,
    parts=str,  # the versions written, as `charts.versions.code_of`
    source=str,
    for_member=str,
)
CHART_SEEN = declare(
    "chart.seen",
    "Saw {shown} entries of a patient's chart; {masked} stayed hidden.",
    Deed.READ,
    shown=int,
    masked=int,
    special=bool,
    page=str,
)
CHART_MOVED = declare(
    "chart.moved",
    "Moved {count} entries of a chart to another record of the same person.",
    count=int,
    to=str,
    parts=str,  # the versions written of the record they went to
)
PATIENTS_JOINED = declare(
    "patients.joined",
    "Joined this record to another of the same person ({entries} entries, {restrictions} restrictions).",
    survivor=str,
    entries=int,
    restrictions=int,
)
