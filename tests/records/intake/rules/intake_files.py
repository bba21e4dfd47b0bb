"""What the tests of intake share: fixtures by name, and a file written in any alphabet."""

from pathlib import Path

from bedside.records.intake.rules.layout import Layout
from bedside.records.intake.rules.reading import HEAD_BYTES, SourceRow, inspect, rows

FIXTURES = Path(__file__).parent.parent / "fixtures"


def fixture(name: str) -> bytes:
    return (FIXTURES / name).read_bytes()


def layout_of(content: bytes) -> Layout:
    return inspect(content[:HEAD_BYTES], size_bytes=len(content))


def read(content: bytes, *, piece_bytes: int = 65_536) -> list[SourceRow]:
    pieces = (content[start : start + piece_bytes] for start in range(0, len(content), piece_bytes))
    return list(rows(pieces, layout=layout_of(content)))
