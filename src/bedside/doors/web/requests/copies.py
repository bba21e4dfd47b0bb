"""The copy that answers a request: one file to read, the same for other software, and what was signed."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile

from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string

from bedside.doors.web.pages import staff_page
from bedside.ground import clock
from bedside.ground.scope import Purpose
from bedside.oversight.evidence.copying import copy_for
from bedside.records.consent import requests
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest

    from bedside.ground.scope import Scope
    from bedside.oversight.evidence.copying import PersonsCopy


@staff_page(Right.EXPORT_PATIENTS, purpose=Purpose.PATIENT_REQUEST)
def copy(request: HttpRequest, scope: Scope, access_request_id: UUID) -> HttpResponse:
    """POST gives the file, whose name says nothing about the person; a GET leads to the list."""
    if request.method != "POST":
        requests.require(scope, access_request_id)
        return redirect("requests")
    made = copy_for(scope, access_request_id, at=clock.now())
    response = HttpResponse(_zipped(made), content_type="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="copy-{access_request_id}.zip"'
    return response


def _zipped(made: PersonsCopy) -> bytes:
    names = [f"signed-{number}.html" for number in range(1, len(made.documents) + 1)]
    page = render_to_string(
        "web/requests/copy.html",
        {
            "held": made.held,
            "record": [(_in_words(name), _shown(value)) for name, value in made.held["record"].items()],
            "signed": list(zip(made.held["signed"], names, strict=True)),
        },
    )
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as out:
        out.writestr("copy.html", page)
        out.writestr("copy.json", made.as_json)
        for name, text in zip(names, made.documents, strict=True):
            out.writestr(name, text)
    return packed.getvalue()


def _in_words(name: str) -> str:
    return {"mrn": "Record number", "id": "Number in Bedside"}.get(name, name.replace("_", " ").capitalize())


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return {True: "Yes", False: "No"}[value] if isinstance(value, bool) else str(value)
