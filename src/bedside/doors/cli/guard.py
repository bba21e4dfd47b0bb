"""Reading a text for what tells of a person or of their health, for example a public reply to a review."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bedside.doors.cli.shared import add_verb, print_result
from bedside.ground.errors import Refusal

if TYPE_CHECKING:
    import argparse

    from bedside.kit.phi import Finding

_BYTES_MAX = 25_000_000
_NONE_FOUND = "Nothing found that tells of a person or of their health. Read it once more yourself."


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verb = add_verb(
        verbs,
        "guard",
        "Read a text or a file for what tells of a person or of their health; nothing is kept.",
        guard,
        practice=False,
    )
    verb.add_argument(
        "file", nargs="?", type=Path, metavar="FILE", help="what to read; standard input without"
    )
    verb.add_argument(
        "--place",
        choices=["body", "subject", "link", "description"],
        default="body",
        help="what sort of place the text is for (default: body)",
    )
    verb.set_defaults(needs_django=False)


def guard(chosen: argparse.Namespace) -> None:
    content = _content(chosen.file)
    text, found = _read(chosen, content)
    rows = [_row(text, finding) for finding in found]
    lines = [_line(row) for row in rows] or [_NONE_FOUND]
    print_result(chosen, {"findings": rows, "phi": bool(rows)}, "\n".join(lines))


def _content(path: Path | None) -> bytes:
    try:
        if path is None:
            return sys.stdin.buffer.read(_BYTES_MAX + 1)
        with path.open("rb") as opened:
            return opened.read(_BYTES_MAX + 1)
    except OSError as error:
        raise Refusal("file", "The file cannot be opened; check its name.") from error


def _read(chosen: argparse.Namespace, content: bytes) -> tuple[str, list[Finding]]:
    """The text that findings count in, and the findings; a file that is no plain text is read as an attachment."""
    from bedside.kit.phi import Place, PlaceKind, screen
    from bedside.kit.phi.attachments import Attached, screen_attachment

    name = chosen.file.name if chosen.file else ""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = ""
    if text and len(content) <= _BYTES_MAX and not text.startswith("%PDF-"):
        return text, screen([Place(where=name or "text", text=text, kind=PlaceKind(chosen.place))])
    if not content:
        raise Refusal("empty", "There is nothing to read; give a file or a text.")
    return "", screen_attachment(Attached(name=name, content=content), where=name or "file")


def _row(text: str, finding: Finding) -> dict[str, Any]:
    return {
        "line": text.count("\n", 0, finding.start) + 1 if text else 0,
        "start": finding.start,
        "end": finding.end,
        "kind": finding.kind.value,
        "level": finding.level.value,
        "found": text[finding.start : finding.end],
        "why": finding.why,
        "suggestion": finding.suggestion,
    }


def _line(row: dict[str, Any]) -> str:
    place = f"Line {row['line']}: " if row["line"] else ""
    found = f"“{' '.join(row['found'].split())}” " if row["found"] else ""
    instead = row["suggestion"]
    advice = "" if instead is None else f" Write “{instead}” instead." if instead else " Leave it out."
    return f"{place}{found}({row['kind'].replace('_', ' ')}, {row['level']}): {row['why']}{advice}"
