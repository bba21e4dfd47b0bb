"""What `bedside patients show` says of a chart and of the practice's own fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bedside.ground.scope import Scope
    from bedside.records.patients.rules import Patient


def own_fields(scope: Scope, patient: Patient) -> dict[str, str]:
    """What stands in the practice's own fields, by key."""
    from bedside.records.patients.fields import shown_fields
    from bedside.records.patients.own_fields import practice_fields
    from bedside.safeguards.staff.rules import Right

    held = dict(patient.custom)
    fields = shown_fields(practice_fields(scope), special=scope.may(Right.SEE_SPECIAL))
    return {field.key: held[field.key] for field in fields if field.key in held}


def chart_of(scope: Scope, patient: Patient) -> tuple[list[dict[str, str]], list[str]]:
    """The entries as rows and as lines, with the look in the ledger; what is protected as on the page."""
    from bedside.ground import clock
    from bedside.records.charts.actions import note_chart_seen
    from bedside.records.charts.queries import chart, names
    from bedside.records.charts.rules import ENTRIES_MAX
    from bedside.records.charts.showing import sections_of
    from bedside.safeguards.staff.rules import Right

    sections = sections_of(
        chart(scope, patient.id),
        names=names(scope),
        special=scope.may(Right.SEE_SPECIAL),
        is_part2=patient.part2,
        lines_max=ENTRIES_MAX,
    )
    shown = [(section.kind.value, line) for section in sections for line in section.lines]
    masked = sum(section.masked for section in sections)
    is_special = any(line.is_special for _, line in shown)
    note_chart_seen(
        scope, patient.id, shown=len(shown), masked=masked, special=is_special, page="cli", at=clock.now()
    )
    rows = [
        {
            "kind": kind,
            "name": line.name,
            "code": line.code,
            "state": line.state,
            "from": str(line.starts_at or line.day or ""),
            "until": str(line.until or ""),
            "where": line.where,
        }
        for kind, line in shown
    ]
    lines = [f"{row['kind']:<17}{row['from']}  {row['name']} ({row['state'].lower()})" for row in rows]
    if masked:
        lines.append(f"{masked} specially protected entries are hidden.")
    return rows, lines
