"""How well and how fast the PHI guard reads: recall and false alarms over labelled lines, and time for a message.

Two sets are measured apart. `labelled` was written by somebody who did not write the rules, and no rule is tuned to
it; `examples` are the rules' author's own, and their figures only say that the author's cases still hold. A span
counts as found when a finding of its sort (identifier or health) lies over it; a harmless line is a false alarm
with any finding at all.
"""

from __future__ import annotations

import json
import re
import statistics
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bedside.kit.phi import IDENTIFIER_KINDS, Finding, Kind, Place, PlaceKind, screen

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = "guard"
ABOUT = "recall, precision and false alarms of the PHI guard over labelled lines, and ms for 10 KB"

SETS = {"labelled": "labelled", "examples": "examples"}
_ROOT = Path(__file__).parent.parent / "tests" / "kit" / "phi"
_PLACES = {
    "preheader": PlaceKind.PREVIEW,
    "preview_line": PlaceKind.PREVIEW,
    "url": PlaceKind.LINK,
    "utm": PlaceKind.LINK,
    "alt": PlaceKind.DESCRIPTION,
    "image_name": PlaceKind.PICTURE,
    "file_name": PlaceKind.ATTACHMENT_NAME,
    "filename": PlaceKind.ATTACHMENT_NAME,
    "sender": PlaceKind.SENDER_NAME,
}
_KINDS_OF_IDENTIFIERS = frozenset(kind.value for kind in IDENTIFIER_KINDS)
_KINDS = frozenset(kind.value for kind in Kind)
_FILE_NAME = re.compile(r"\A[^\n]{1,120}\.(?:pdf|docx?|xlsx?|pptx?|csv|txt|zip|jpe?g|png)\Z", re.IGNORECASE)
_LETTER_BYTES = 10_240


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One labelled text with the findings of the guard."""

    text: str
    label: str
    place: PlaceKind
    spans: list[dict[str, Any]]
    findings: list[Finding]


def run(*, quick: bool) -> dict[str, object]:
    """Give figures of both sets, the independent one first and at the top, and the time for one message."""
    figures: dict[str, object] = {"ms_per_10kb": round(_ms_per_10kb(5 if quick else 25), 1)}
    for name, folder in SETS.items():
        lines = read(folder)
        if lines:
            figures[name] = measured(lines)
    labelled = figures.get("labelled")
    if isinstance(labelled, dict):
        for key in ("recall_identifiers", "recall_health", "false_alarm_rate"):
            figures[key] = labelled[key]
    return figures


def read(folder: str) -> list[Line]:
    lines: list[Line] = []
    for path in sorted((_ROOT / folder).glob("*.jsonl")):
        rows = path.read_text(encoding="utf-8").split("\n")
        lines += [_line(json.loads(row)) for row in rows if row.strip()]
    return lines


def _line(row: dict[str, Any]) -> Line:
    place = _place(str(row.get("place", "body")), row["text"])
    found = screen([Place(where="line", text=row["text"], kind=place)])
    return Line(text=row["text"], label=row["label"], place=place, spans=row.get("spans", []), findings=found)


def _place(name: str, text: str) -> PlaceKind:
    if name == "attachment" and _FILE_NAME.search(text):
        return PlaceKind.ATTACHMENT_NAME
    try:
        return PlaceKind(name)
    except ValueError:
        return _PLACES.get(name, PlaceKind.BODY)


def measured(lines: list[Line]) -> dict[str, object]:
    """Shares of spans and of lines, to three places, with the counts they are of."""
    spans = [(line, span) for line in lines for span in line.spans]
    identifiers = [pair for pair in spans if is_identifier(*pair)]
    health = [pair for pair in spans if not is_identifier(*pair)]
    harmless = [line for line in lines if line.label == "harmless"]
    findings = [(line, finding) for line in lines for finding in line.findings]
    flagged = [line for line in lines if line.findings]
    by_label = Counter(line.label for line in lines)
    return {
        "lines": dict(by_label),
        "recall_identifiers": _share(sum(found(*pair) for pair in identifiers), len(identifiers)),
        "recall_health": _share(sum(found(*pair) for pair in health), len(health)),
        "false_alarm_rate": _share(sum(bool(line.findings) for line in harmless), len(harmless)),
        "precision_findings": _share(sum(right(*pair) for pair in findings), len(findings)),
        "precision_lines": _share(sum(line.label != "harmless" for line in flagged), len(flagged)),
        "recall_lines_identifier": _lines_found(lines, "identifier"),
        "recall_lines_health": _lines_found(lines, "health"),
        "recall_by_kind": _by(spans, lambda _line, span: str(span.get("kind", ""))),
        "recall_by_place": _by(spans, lambda line, _span: line.place.value),
        "false_alarms_by_kind": dict(
            Counter(finding.kind.value for line in harmless for finding in line.findings)
        ),
        "identifier_spans": len(identifiers),
        "health_spans": len(health),
    }


def is_identifier(line: Line, span: dict[str, Any]) -> bool:
    """Whether a labelled span is one, by its kind, or by the label of its line where the kind is not ours."""
    kind = span.get("kind", "")
    if kind not in _KINDS:
        return line.label == "identifier"
    return kind in _KINDS_OF_IDENTIFIERS


def found(line: Line, span: dict[str, Any]) -> bool:
    wanted = is_identifier(line, span)
    return any(
        finding.is_health is not wanted and finding.start < span["end"] and span["start"] < finding.end
        for finding in line.findings
    )


def right(line: Line, finding: Finding) -> bool:
    """True where a finding lies over a labelled span, of whichever sort."""
    return any(finding.start < span["end"] and span["start"] < finding.end for span in line.spans)


def _by(
    spans: list[tuple[Line, dict[str, Any]]], key: Callable[[Line, dict[str, Any]], str]
) -> dict[str, str]:
    """Give how many of how many spans were found, apart by kind or by place."""
    whole = Counter(key(*pair) for pair in spans)
    part = Counter(key(*pair) for pair in spans if found(*pair))
    return {name: f"{part[name]} of {whole[name]}" for name in sorted(whole)}


def _lines_found(lines: list[Line], label: str) -> float | None:
    of_label = [line for line in lines if line.label == label]
    return _share(sum(bool(line.findings) for line in of_label), len(of_label))


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None


def _ms_per_10kb(rounds: int) -> float:
    """Take the median over rounds for one newsletter of 10 KB in prose, after the tables are read."""
    letter = (_LETTER * (_LETTER_BYTES // len(_LETTER) + 1))[:_LETTER_BYTES]
    place = Place(where="letter", text=letter)
    screen([place])
    taken = []
    for _ in range(rounds):
        start = time.process_time()
        screen([place])
        taken.append((time.process_time() - start) * 1000)
    return statistics.median(taken)


_LETTER = """Dear {{ first_name | there }},

Flu season is here, and vaccines are free on Saturday, October 3, from 9 am to noon. No appointment is needed.
Meet Dr. Elena Rivera, who joins our practice this fall. She treats children and adults, and she loves hiking.
If you have asthma or diabetes, ask us about a plan for the winter. One in ten adults has diabetes and many do not
know it. A normal blood pressure is below 120/80. Walk thirty minutes a day, sleep well, and eat more vegetables.

Your flu shot is due. We have missed you since your surgery. Call Mrs. Alvarez at 555-0142 about her mammogram.

Our office is at 12 Maple Street, Springfield, IL 62701. Call 555-0100, or book at https://maple.example/book.
"""
