"""Persons' keys rewrapped while a campaign is being sent, by workers of the product that share the machine's cores."""

from __future__ import annotations

import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench._installation import AT, installation, practice

if TYPE_CHECKING:
    from bedside.ground.scope import Scope

_KEYS_AT_ONCE = 20_000


def beside_campaign(*, people: int, keys: int) -> dict[str, object]:
    """Keys a second quiet, then as many again beside a campaign to `people`; and what the sending loses by it.

    The campaign runs in a worker process and PostgreSQL as always; the rewrapping in this process, by the steps of its
    job. Both must be going on for all of the measured time, or the run does not count.
    """
    from bench.campaign import RELAY_NAME, _prepare, _receiver, worker

    with tempfile.TemporaryDirectory() as folder, _receiver(Path(folder)) as (port, authority):
        settings = {
            "BEDSIDE_RELAY_HOST": "127.0.0.1",
            "BEDSIDE_RELAY_PORT": str(port),
            "BEDSIDE_RELAY_TLS_NAME": RELAY_NAME,
            "BEDSIDE_RELAY_CA_FILE": str(authority),
        }
        with installation(**settings):
            scope = practice()
            campaign_id, _ = _prepare(scope, people * 8 // 7)
            _keys(scope, keys)
            quiet = _rewrapped_per_s(scope, number=0)
            with worker() as sender:
                return _both(scope, campaign_id, sender, quiet=quiet)


def _both(
    scope: Scope, campaign_id: object, worker: object, *, quiet: tuple[int, float]
) -> dict[str, object]:
    from bench.campaign import _checked, _send

    sent: dict[str, float] = {}

    def send() -> None:
        from django.db import connection

        sent["s"] = _send(scope, campaign_id, worker)[0]  # type: ignore[arg-type]
        sent["at"] = time.perf_counter()
        connection.close()

    sending = threading.Thread(target=send)
    sending.start()
    time.sleep(1)
    done, seconds = _rewrapped_per_s(scope, number=1)
    ended = time.perf_counter()
    sending.join()
    delivered = _checked(scope, campaign_id)  # type: ignore[arg-type]
    return {
        "rewrap_keys": done,
        "quiet_per_s": round(quiet[0] / quiet[1]),
        "beside_campaign_per_s": round(done / seconds),
        "share_of_quiet": round((done / seconds) / (quiet[0] / quiet[1]), 2),
        "million_keys_beside_campaign_s": round(1_000_000 / (done / seconds)),
        "campaign_was_on_for_all_of_it": sent["at"] >= ended,
        "campaign_recipients": delivered,
        "campaign_messages_per_s": round(delivered / sent["s"], 1),
    }


def _keys(scope: Scope, count: int) -> None:
    from bedside.ground.identity import new_id
    from bedside.safeguards.vault.actions import make_person_keys

    for start in range(0, count, _KEYS_AT_ONCE):
        make_person_keys(scope, [new_id() for _ in range(min(_KEYS_AT_ONCE, count - start))], at=AT)


def _rewrapped_per_s(scope: Scope, *, number: int) -> tuple[int, float]:
    """(keys, seconds) of one whole rotation; each next one begins an hour later."""
    from bench._rewrap import _through, _until_rewrapping

    rotation_id, clock = _until_rewrapping(scope, number=number)
    began = time.perf_counter()
    return _through(scope, rotation_id, clock), time.perf_counter() - began
