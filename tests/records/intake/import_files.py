"""Small files of invented people, and the whole way of one through the room."""

from __future__ import annotations

from pathlib import Path

from bedside.records.intake import actions, queries
from bedside.records.intake.nouns import Provenance

FIXTURES = Path(__file__).parent / "fixtures"
HEADER = "MRN,First,Last,DOB,Email,EmailOptIn,NewsletterOptIn"
ANN = "M1,Ann,Lee,1980-05-04,ann@example.org,Yes,Yes"
BOB = "M2,Bob,Lee,1975-01-02,bob@example.org,,"


def csv_of(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


def many(count: int, *, start: int = 0, city: str = "Bloom") -> bytes:
    """`count` people with numbers from `start` on."""
    rows = (
        f"N{number},Ann,Hart{number},{1930 + number % 80}-{1 + number % 12:02d}-01,p{number}@example.org,{city}"
        for number in range(start, start + count)
    )
    return csv_of(*rows, header="MRN,First,Last,DOB,Email,City")


def receive(scope, content: bytes, at, *, name: str = "patients.csv"):
    return actions.receive(scope, name=name, pieces=[content], at=at)


def ready(scope, content: bytes, at, *, fields=None):
    """An import that only needs to be run."""
    import_id = receive(scope, content, at)
    actions.choose_mapping(scope, import_id, fields=fields, date_order=None, at=at)
    actions.prepare(scope, import_id, provenance=Provenance.OWN_SYSTEM, at=at)
    return import_id


def import_file(scope, content: bytes, at, *, fields=None) -> queries.ImportView:
    import_id = ready(scope, content, at, fields=fields)
    return actions.run(scope, import_id, clock=lambda: at)


def counts(view: queries.ImportView) -> tuple[int, int, int, int]:
    return view.new, view.changed, view.unchanged, view.rejected


def reasons(scope, view: queries.ImportView) -> list[tuple[int, str]]:
    return [(each.line, each.code) for each in queries.rejected(scope, view.id, offset=0, limit=100)]
