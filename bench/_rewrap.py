"""Persons' keys rewrapped after a rotation of the practice's key, by the very steps that the job takes."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

from bench._installation import AT

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from bedside.ground.scope import Scope

_AT_ONCE = 20_000


def rewrapping(scope: Scope, *, persons: int) -> dict[str, object]:
    """Keys a second through reading, opening, wrapping, storing and the progress row, each batch committed."""
    from bedside.ground.identity import new_id
    from bedside.safeguards.vault.actions import make_person_keys

    for start in range(0, persons, _AT_ONCE):
        make_person_keys(scope, [new_id() for _ in range(min(_AT_ONCE, persons - start))], at=AT)
    rotation_id, clock = _until_rewrapping(scope)
    began = time.perf_counter()
    done = _through(scope, rotation_id, clock)
    seconds = time.perf_counter() - began
    return {
        "rewrap_keys": done,
        "rewrap_s": round(seconds, 2),
        "rewrap_per_s": round(done / seconds),
        "rewrap_million_s": round(1_000_000 / (done / seconds)),
    }


def _until_rewrapping(scope: Scope, *, number: int = 0) -> tuple[object, Callable[[], datetime]]:
    """A rotation whose minutes of waiting have passed, by a clock that is set ahead."""
    from bedside.safeguards.vault.rotation import advance, rotate
    from bedside.safeguards.vault.rules import MARGIN

    began = AT + timedelta(hours=number)
    rotation_id = rotate(scope, at=began)
    for step in (1, 2):
        advance(scope, rotation_id, clock=lambda step=step: began + step * MARGIN)
    return rotation_id, lambda: began + 3 * MARGIN


def _through(scope: Scope, rotation_id: object, clock: Callable[[], datetime]) -> int:
    from bedside.safeguards.vault.inventory import rotation_standing
    from bedside.safeguards.vault.rotation import advance
    from bedside.safeguards.vault.rules import Step

    while True:
        advance(scope, rotation_id, clock=clock)  # type: ignore[arg-type]
        standing = rotation_standing(scope)
        if standing is not None and standing.step is Step.FINISHED:
            return standing.done
