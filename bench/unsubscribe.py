"""One-click unsubscribes a second, through the whole patients' door in one process, each committed to the database."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bench._installation import installation, patients, practice

if TYPE_CHECKING:
    from uuid import UUID

    from bedside.ground.scope import Scope

NAME = "unsubscribe"
ABOUT = "one-click unsubscribes a second in one process, committed; microseconds a token"

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def run(*, quick: bool) -> dict[str, object]:
    """Every person says no once, then once more (which must write nothing)."""
    people, tokens = (200, 5_000) if quick else (1_000, 50_000)
    with installation(BEDSIDE_DOOR="pickup"):
        scope = practice()
        made = [_seal(scope, patient_id) for patient_id in patients(scope, people)]
        first_s, again_s = _post_all(made), _post_all(made)
        assert _events(scope) == people
        seal_us, open_us = _token_costs(scope, made[0], tokens)
    return {
        "people": people,
        "per_s": round(people / first_s, 1),
        "repeated_per_s": round(people / again_s, 1),
        "seal_token_us": seal_us,
        "open_token_us": open_us,
    }


def _seal(scope: Scope, patient_id: UUID) -> str:
    from bedside.records.consent.links import seal_link
    from bedside.records.consent.rules import Category

    return seal_link(
        practice_id=scope.practice_id, patient_id=patient_id, campaign_id=patient_id, category=Category.OFFERS
    )


def _post_all(tokens: list[str]) -> float:
    from django.conf import settings
    from django.test import Client

    client = Client(enforce_csrf_checks=True, headers={"host": settings.ALLOWED_HOSTS[0]})
    start = time.perf_counter()
    for token in tokens:
        assert client.post(f"/u/{token}", ONE_CLICK).status_code == 200
    return time.perf_counter() - start


def _events(scope: Scope) -> int:
    from django.db import connection

    from bedside.ground.scope import in_scope

    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM consent_event")
        return int(cursor.fetchone()[0])


def _token_costs(scope: Scope, token: str, count: int) -> tuple[float, float]:
    """In processor time, since both are pure."""
    from bedside.ground.identity import new_id
    from bedside.records.consent.links import open_link

    patient_id = new_id()
    _seal_many(scope, patient_id, 1_000)  # derives the keys of the lanes
    start = time.process_time()
    _seal_many(scope, patient_id, count)
    sealed = time.process_time()
    for _ in range(count):
        open_link(token)
    opened = time.process_time()
    return tuple(round(seconds / count * 1_000_000, 2) for seconds in (sealed - start, opened - sealed))  # type: ignore[return-value]


def _seal_many(scope: Scope, patient_id: UUID, count: int) -> None:
    for _ in range(count):
        _seal(scope, patient_id)
