"""How long the server takes for each page of the office, over a practice of 100,000 patients.

Django's test client: routing, middleware, session, view, database and template, without network and browser.
"""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

from bench import _installation as made

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.test import Client

    from bedside.ground.scope import Scope

NAME = "pages"
ABOUT = "server time of the office's pages at 100,000 patients, in milliseconds"
ROUNDS = 15
PATIENTS, PATIENTS_QUICK = 100_000, 10_000
HTMX = {"HX-Request": "true"}
RULE = {
    "all": [
        {"field": "last_visit", "is": "not_within_days", "value": 182},
        {
            "any": [
                {"field": "conditions", "is": "has", "value": "asthma"},
                {"field": "age", "is": "at_least", "value": 50},
            ]
        },
    ]
}
DRAFT = {
    "r.how": "all",
    "r-0.shape": "condition", "r-0.field": "last_visit", "r-0.is": "not_within_days", "r-0.value": "182",
    "r-1.shape": "group", "r-1.how": "any",
    "r-1-0.shape": "condition", "r-1-0.field": "conditions", "r-1-0.is": "has", "r-1-0.value": "asthma",
    "r-1-1.shape": "condition", "r-1-1.field": "age", "r-1-1.is": "at_least", "r-1-1.value": "50",
}  # fmt: skip
PLAIN = ("imports", "messages", "campaigns", "reports", "ledger", "staff", "settings")


def run(*, quick: bool) -> dict[str, object]:
    """Medians of warm requests after one that warms; a page this version does not have is left out."""
    count = PATIENTS_QUICK if quick else PATIENTS
    with made.installation():
        from bedside.decisions.segments.index import rebuild

        scope = made.practice()
        patients = made.patients(scope, count)
        started = time.perf_counter()
        rebuild(scope, at=made.AT)
        built_s = time.perf_counter() - started
        client, first_ms = _signed_in(scope), {}
        medians: dict[str, float] = {}
        processor: dict[str, float] = {}
        for name, ask in _pages(client, patients[count // 2], _segment(scope)).items():
            taken = [_timed(ask) for _ in range(ROUNDS + 1)]
            first_ms[name] = round(taken[0][0], 1)
            medians[name] = round(statistics.median(wall for wall, _ in taken[1:]), 1)
            processor[name] = round(statistics.median(cpu for _, cpu in taken[1:]), 1)
    return {
        "patients": count,
        "columns_built_s": round(built_s, 1),
        "median_ms": medians,
        "slowest_ms": max(medians.values()),
        "own_cpu_ms": processor,
        "first_ms": first_ms,
    }


def _pages(client: Client, patient_id: UUID, segment_id: UUID) -> dict[str, Callable[[], object]]:
    from django.urls import NoReverseMatch, reverse

    pages: dict[str, Callable[[], object]] = {
        "home": lambda: client.get("/"),
        "patients": lambda: client.get("/patients/"),
        "patients, far page": lambda: client.post("/patients/", {"page": "150"}, headers=HTMX),
        "patient search": lambda: client.post("/patients/", {"text": "hartwell77 al"}, headers=HTMX),
        "one patient": lambda: client.get(f"/patients/{patient_id}/"),
        "segments": lambda: client.get("/segments/"),
        "segment, saved": lambda: client.get(f"/segments/{segment_id}/"),
        "segment count": lambda: client.post(
            "/segments/new/", DRAFT, headers={**HTMX, "HX-Target": "result"}
        ),
        "segment builder": lambda: client.post(
            "/segments/new/", DRAFT, headers={**HTMX, "HX-Target": "builder"}
        ),
    }
    for name in PLAIN:
        try:
            address = reverse(name)
        except NoReverseMatch:
            continue
        pages[name] = lambda address=address: client.get(address)  # type: ignore[misc]
    return pages


def _timed(ask: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds by the clock, and of this process's processors: the latter hardly knows of a busy machine."""
    started, used = time.perf_counter(), time.process_time()
    response = ask()
    taken = (time.perf_counter() - started) * 1000, (time.process_time() - used) * 1000
    assert getattr(response, "status_code", 0) == 200, response
    return taken


def _signed_in(scope: Scope) -> Client:
    from django.conf import settings
    from django.test import Client

    from bedside.safeguards.staff.models import Account
    from bedside.safeguards.staff.rules import Role

    account_id = made.member(scope, list(Role))
    client = Client(SERVER_NAME=settings.ALLOWED_HOSTS[0])
    client.force_login(Account.objects.get(id=account_id))
    return client


def _segment(scope: Scope) -> UUID:
    from bedside.decisions.segments.actions import save
    from bedside.decisions.segments.rules import from_json

    return save(scope, segment_id=None, name="Not seen for six months", rule=from_json(RULE), at=made.AT)
