"""Whether every field there is was planted: asked of the code, so that a new field is missing until it is."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from pathlib import Path
from typing import TYPE_CHECKING

from tests.leaks.filling import TYPED_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.leaks.whole import Outcome

TEMPLATES = Path("doors/web/templates")
PATIENTS_TEMPLATES = Path("doors/pickup/templates")
_TAG = re.compile(r"<(input|textarea)\b([^>]*(?:\{[%{].*?[%}]\}[^>]*)*)>", re.DOTALL)
_NAME, _KIND = re.compile(r'\bname="([^"]+)"'), re.compile(r'\btype="([^"]+)"')
_PLACE = re.compile(r"\{\{.*?\}\}")
# Folders of templates whose forms are taken by views elsewhere.
_AREAS = {"account": "allauth", "mfa": "allauth"}

# The view itself answered, if only that something must be put right; 204 and 286 tell htmx that nothing new has come.
OPENED = {200, 204, 286, 302, 409, 422}
# Addresses that no visit comes to, each with its reason.
NOT_VISITED = {
    "account_inactive": "closed for everybody", "account_set_password": "closed for everybody",
    "account_signup": "closed for everybody", "account_email": "closed for everybody",
    "account_email_verification_sent": "closed for everybody",
    "account_logout": "ends the visit",
    "mfa_authenticate": "only between password and second step", "mfa_reauthenticate": "only with a second step",
    "mfa_deactivate_totp": "only with a second step", "mfa_view_recovery_codes": "only with a second step",
    "mfa_generate_recovery_codes": "only with a second step", "mfa_download_recovery_codes": "only with a second step",
    "account_reauthenticate": "only long after signing in",
    "form_round": "only once many people were asked to sign; takes nothing typed",
    "form_round_stop": "only once many people were asked to sign; takes nothing typed",
    "key_request": "only while the destruction of a key waits",
    "switch_practice": "there is one practice",
    "session": "asked by a script, takes nothing",
    "staff_second_step": "only for somebody with a second step",
}  # fmt: skip
# What holds of a patient and no mark fits in; both lie inside the sealed record.
NO_WORDS = {"relationship": "one of three codes", "part2": "yes or no", "id": "a number of our own"}
# Typed controls that no page showed, each with its reason.
NOT_SHOWN: dict[tuple[str, str], str] = {
    ("", "code"): "the code of a second step: six digits, never stored",
    ("campaigns", "code"): "the same, beside a decision",
}


def missing(outcome: Outcome) -> list[str]:
    """One line for each field, address and argument that was not planted; empty when all were."""
    return [
        *_columns(outcome),
        *_controls(outcome),
        *_forms(outcome),
        *_addresses(outcome),
        *_answers(outcome),
    ]


def _columns(outcome: Outcome) -> Iterator[str]:
    from bedside.records.intake.rules.nouns import PatientField
    from bedside.records.patients.rules import Patient
    from bedside.records.patients.typed import FIELDS

    planted = {*outcome.marks.by_field, *outcome.marks.plain}
    for field in PatientField:
        if not {f"csv {field.value}", f"csv odd {field.value}"} & planted:
            yield f"column {field.value} of an import"
    for name in FIELDS:
        if ("patients", name) not in outcome.controls and name != "sex":
            yield f"field {name} of a patient's form"
    if not any(area == "patients" and name.startswith("own-") for area, name in outcome.controls):
        yield "a field of the practice's own, on a patient's form"
    known = {*FIELDS, *(field.value for field in PatientField), "custom"}
    yield from (
        f"{name} of a patient, by any way"
        for name in inspect.signature(Patient).parameters
        if name not in known and name not in NO_WORDS
    )


def _controls(outcome: Outcome) -> Iterator[str]:
    """What stands in the templates, whether or not a visit came to see it."""
    import bedside

    product = Path(next(iter(bedside.__path__)))
    for path in sorted((product / TEMPLATES).rglob("*.html")):
        parts = path.relative_to(product / TEMPLATES).parts
        area = parts[1] if parts[0] == "web" and len(parts) > 2 else _AREAS.get(parts[0], "")
        yield from _controls_in(path, parts, outcome, area=area)
    for path in sorted((product / PATIENTS_TEMPLATES).rglob("*.html")):
        parts = path.relative_to(product / PATIENTS_TEMPLATES).parts
        yield from _controls_in(path, parts, outcome, area="pickup")


def _controls_in(path: Path, parts: tuple[str, ...], outcome: Outcome, *, area: str) -> Iterator[str]:
    for tag, attributes in _TAG.findall(path.read_text()):
        name = _NAME.search(attributes)
        kind = (_KIND.search(attributes) or ["", "text"])[1] if tag == "input" else tag
        if name and (kind in TYPED_KINDS or "{{" in kind) and not _was_planted(outcome, area, name[1]):
            yield f"control {name[1]} in {'/'.join(parts)}"


def _was_planted(outcome: Outcome, area: str, name: str) -> bool:
    if (area, name) in NOT_SHOWN:
        return True
    pattern = re.compile(".+".join(re.escape(part) for part in _PLACE.split(name)))
    return any(pattern.fullmatch(control) and (area in {"", where}) for where, control in outcome.controls)


def _forms(outcome: Outcome) -> Iterator[str]:
    """Fields of Django's forms, which templates need not name."""
    from django import forms

    import bedside.doors.web

    for found in pkgutil.walk_packages(bedside.doors.web.__path__, "bedside.doors.web."):
        if not found.name.endswith(".forms"):
            continue
        area = found.name.split(".")[3]
        for _, form in inspect.getmembers(importlib.import_module(found.name), inspect.isclass):
            if issubclass(form, forms.Form) and form.__module__ == found.name:
                for name, field in form.base_fields.items():
                    if (
                        type(field) is forms.CharField
                        and name != "time_zone"
                        and (area, name) not in outcome.controls
                    ):
                        yield f"field {name} of {form.__name__}"


def _addresses(outcome: Outcome) -> Iterator[str]:
    for urlconf, visited in outcome.visited.items():
        names = addresses_of(urlconf)
        yield from (f"address {name}" for name in sorted(names - visited - set(NOT_VISITED)))


def addresses_of(urlconf: str) -> set[str]:
    """The name of each address of a door."""
    from django.urls import get_resolver

    return {name for name in _names(get_resolver(urlconf).url_patterns) if name}


def _names(patterns: list[object]) -> Iterator[str | None]:
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            yield from _names(pattern.url_patterns)
        else:
            yield getattr(pattern, "name", None)


def _answers(outcome: Outcome) -> Iterator[str]:
    """A form whose every sending was refused has stored nothing, so nothing of it was looked for."""
    for name, found in outcome.statuses.items():
        if not found & OPENED and name not in NOT_VISITED:
            yield f"address {name}, which answered {sorted(found)} only"
    yield from (f"broken: {one}" for one in outcome.broken)
