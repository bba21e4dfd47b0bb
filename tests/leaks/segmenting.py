"""Segments as people ask for them: a draw that somebody gave a name, days typed, a code searched for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.leaks.acting import Acts

_NEW = "/segments/new/"


def asked(acts: Acts) -> None:
    """Pastes a rule, changes what it shows, searches for a code, and saves it."""
    seed = acts.mark("name of a draw")
    first, last = acts.keep("first day asked about", "1987-03-11"), acts.keep("last day", "1988-09-27")
    rule = {
        "all": [
            {"sample": {"percent": 40, "seed": "spring"}},
            {"chart": "visit", "is": "has", "when": {"from": "2001-01-01", "to": "2001-02-01"}},
        ]
    }
    shown = acts.do(_NEW, {"json": json.dumps(rule), "do": "json"}, having="json")
    typed = {".seed": seed, "_from": first, "_to": last}
    names = {one.name for form in shown.page.forms for one in form.controls}
    values = {name: value for end, value in typed.items() for name in names if name.endswith(end)}
    assert len(values) == len(typed), "the page shows no draw, or no days"
    searched = {"kind": "condition", "text": acts.mark("code looked for"), "path": "r-0"}
    acts.ask("/segments/codes/", searched, shown=shown)
    acts.do(
        _NEW,
        {**values, "name": acts.mark("name of a segment with a draw"), "do": "save"},
        having="json",
        shown=shown,
    )
