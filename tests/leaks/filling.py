"""What a visitor types into a control: its field's mark, in a shape that the field takes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.leaks.marks import Marks
    from tests.leaks.visiting import Control

TYPED_KINDS = frozenset(
    {"text", "search", "email", "tel", "url", "textarea", "password", "date", "file"}
)  # what a person writes by hand; the others are chosen from what is offered
_FIRST_DAY = date(1911, 1, 17)  # nobody else in these tests is as old
_NEXT_DAY = date(2031, 8, 13)
# Days that are searched for by staff among days, and no patient's.
_NO_PATIENTS_DAY = {"ledger"}


@dataclass(slots=True)
class Filler:
    """Fills forms and remembers what it planted: (area, control) of each typed control."""

    marks: Marks
    planted: set[tuple[str, str]]

    def fill(self, controls: list[Control], *, area: str, page: str) -> list[tuple[str, str]]:
        """Pairs to send. Files are left out; buttons are the caller's."""
        values: list[tuple[str, str]] = []
        chosen: set[str] = set()
        for control in controls:
            if not control.name or control.kind in {"submit", "button", "file", "reset"}:
                continue
            if control.kind == "radio":
                if control.name not in chosen and (
                    control.checked or not _one_checked(controls, control.name)
                ):
                    chosen.add(control.name)
                    values.append((control.name, control.value))
            elif control.kind == "checkbox":
                if control.checked or area != "settings":
                    values.append((control.name, control.value or "on"))
            else:
                values.append((control.name, self._value(control, area=area, page=page)))
        return values

    def _value(self, control: Control, *, area: str, page: str) -> str:
        if control.kind == "select":
            return control.value or next(filter(None, control.options), "")
        if control.kind == "datetime-local":
            return f"{_NEXT_DAY}T09:00"
        if control.kind not in TYPED_KINDS:
            return control.value or ("3" if control.kind == "number" else "")
        self.planted.add((area, control.name))
        field = f"web {page}: {control.name}"
        if control.kind == "date":
            return (
                "2026-01-01"
                if area in _NO_PATIENTS_DAY
                else self._day(field, later="expires" in control.name or "next" in control.name)
            )
        return _shape(control)(self.marks.of(field), control.value)

    def _day(self, field: str, *, later: bool) -> str:
        """A day that stands nowhere else."""
        base, step = (_NEXT_DAY, 1) if later else (_FIRST_DAY, 37)
        return self.marks.keep(field, str(base + timedelta(days=step * (len(self.marks.plain) + 1))))


def _one_checked(controls: list[Control], name: str) -> bool:
    return any(control.name == name and control.checked for control in controls)


def _shape(control: Control) -> Callable[[str, str], str]:
    """By name first, since most inputs say no more of themselves than that they take text."""
    name = control.name
    if name in {"domain", "website", "websites"} or name.endswith("_url"):
        scheme = "" if name == "domain" else "https://"
        return lambda mark, _held: f"{scheme}{mark.lower()}.example"
    if name.endswith("-link"):
        return lambda mark, _held: f"https://example.com/{mark.lower()}"
    if name == "mjml":
        return lambda mark, held: held.replace("</mj-text>", f"{mark}</mj-text>", 1)
    if name == "json":
        return lambda mark, _held: json.dumps({"field": "city", "is": "is", "value": mark})
    if control.kind == "email" or ("address" in name and name != "postal_address"):
        return lambda mark, _held: f"{mark.lower()}@example.org"
    if control.kind == "password":
        return lambda mark, _held: f"{mark} is no password"
    if control.kind == "textarea" or name == "postal_address":
        return lambda mark, held: f"{held}\n{mark}".strip()
    return lambda mark, _held: mark
