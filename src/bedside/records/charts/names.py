"""Names of codes, as the systems that sent them called them: one sealed list per lesson, in order.

A name never changes once it is learned: two systems that call one code differently would else take turns, and reading
the same file again would write.
"""

from __future__ import annotations

import threading
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import orjson
from django.db import connection

from bedside.ground.identity import new_id
from bedside.ground.scope import Scope, in_scope, reading
from bedside.kit.terminology import System
from bedside.records.charts.models import ChartNames
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    Names = Mapping[tuple[System, str], str]

NAME_CHARACTERS_MAX: Final = 120
NAMES_MAX: Final = 200_000  # of one practice; there are some 75,000 diagnoses in all of ICD-10-CM
_LESSONS_MAX = 50  # then they are joined into one
_PRACTICES_MAX = 50
_SYSTEMS = {system.value: system for system in System}
_known: dict[UUID, tuple[tuple[UUID, ...], Names]] = {}
_lock = threading.Lock()


def names(scope: Scope) -> Names:
    """What each code is called, as far as anybody said; read again only when more was learned."""
    with reading(scope):
        rows = ChartNames.objects.filter(practice_id=scope.practice_id).order_by("id")
        lessons = tuple(rows.values_list("id", flat=True))
        held = _known.get(scope.practice_id)
        if held is not None and held[0] == lessons:
            return held[1]
        found = _read(scope, lessons)
    with _lock:
        if len(_known) >= _PRACTICES_MAX:
            _known.clear()
        _known[scope.practice_id] = lessons, found
    return found


def learn_names(scope: Scope, learned: Names, *, at: datetime) -> int:
    """Keeps the names of codes that had none; gives how many. At most NAME_CHARACTERS_MAX of each, NAMES_MAX in all."""
    scope.require(Right.IMPORT_PATIENTS)
    with in_scope(scope):
        known = names(scope)
        fresh = {
            code: name.strip()[:NAME_CHARACTERS_MAX]
            for code, name in learned.items()
            if code not in known and name.strip() and name != code[1]
        }
        if not fresh or len(known) + len(fresh) > NAMES_MAX:
            return 0
        _join_lessons(scope, at=at)
        _write(scope, fresh, at=at)
    return len(fresh)


def _join_lessons(scope: Scope, *, at: datetime) -> None:
    """Writes all as one when there are many, by one at a time: two would each write what both read."""
    mine = ChartNames.objects.filter(practice_id=scope.practice_id)
    if mine.count() < _LESSONS_MAX:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 12))", [str(scope.practice_id)])
    lessons = tuple(mine.order_by("id").values_list("id", flat=True))
    joined = _read(scope, lessons)
    mine.filter(id__in=lessons).delete()
    _write(scope, joined, at=at)


def _read(scope: Scope, lessons: tuple[UUID, ...]) -> Names:
    keys = practice_keys(scope)
    found: dict[tuple[System, str], str] = {}
    rows = ChartNames.objects.filter(practice_id=scope.practice_id, id__in=lessons).order_by("id")
    for lesson, sealed in rows.values_list("id", "sealed"):
        plain = keys.open(bytes(sealed), table="charts_names", row=str(lesson), column="sealed")
        for system, code, name in orjson.loads(plain):
            found.setdefault((_SYSTEMS[system], code), name)
    return MappingProxyType(found)


def _write(scope: Scope, fresh: Names, *, at: datetime) -> None:
    lesson = new_id()
    plain = orjson.dumps([(system, code, name) for (system, code), name in fresh.items()])
    ChartNames.objects.create(
        id=lesson,
        practice_id=scope.practice_id,
        sealed=practice_keys(scope).seal(plain, table="charts_names", row=str(lesson), column="sealed"),
        learned_at=at,
    )
