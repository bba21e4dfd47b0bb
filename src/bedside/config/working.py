"""The worker process: takes jobs from the queue until told to stop.

It must survive the database going away: it waits and starts again. A job of a worker that was killed is given
back after its heartbeat has been silent for a while (`correspondence.delivery` gives campaigns back sooner).
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import FrameType

    from procrastinate.connector import BaseAsyncConnector

RECONNECT_WAIT_S = 2
# Behind the doors, where cores are short: a page, or a patient's no, waits for no mailing.
_NICE = 10
# How long the queue waits for a connection before it gives a spell of work up and this loop begins another.
CONNECTION_WAIT_S = 5
QUEUES = ["default", "imports", "sending"]
_ENDING = (signal.SIGTERM, signal.SIGINT)


def run(*, concurrency: int) -> None:
    """Runs until SIGTERM or SIGINT; then finishes the jobs in hand."""
    import django

    django.setup()
    from bedside.ground import logs

    logs.configure()
    log = logs.logger("worker")
    from bedside.ground import clock
    from bedside.ground.collecting import collect_seldom
    from bedside.safeguards.audit.keeping import Keeper

    collect_seldom()
    os.nice(_NICE)
    keeper = Keeper(clock=clock.now)
    keeper.start()
    try:
        _run(concurrency, log)
    finally:
        keeper.stop()


def _run(concurrency: int, log: Any) -> None:
    # Kept outside the spells of work: one that ends with an error must not make the worker forget it.
    told_to_end = threading.Event()
    while not told_to_end.is_set():
        _end_when_told()
        try:
            _pick_up()
            asyncio.run(_work(concurrency, told_to_end))
        except Exception as error:  # noqa: BLE001  the database may be away; the worker outlives it
            log.warning("worker.waiting", error=type(error).__name__)
        if not told_to_end.is_set():
            _end_when_told()
            time.sleep(RECONNECT_WAIT_S)


def _end_when_told() -> None:
    """Between two spells of work there is nothing to finish."""
    for number in _ENDING:
        signal.signal(number, _end)


def _end(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _pick_up() -> None:
    """What a worker that died here left behind comes first."""
    from django.db import connection

    from bedside.correspondence.delivery.actions import recover
    from bedside.ground import clock

    recover(at=clock.now())
    connection.close()


async def _work(concurrency: int, told: threading.Event) -> None:
    """One spell of work: until the queue gives up, or a signal sets `told` and the jobs in hand are done."""
    from procrastinate.contrib.django import app

    with app.replace_connector(_connector()):
        async with app.open_async():
            spell = asyncio.create_task(
                app.run_worker_async(
                    queues=QUEUES,
                    concurrency=concurrency,
                    wait=True,
                    fetch_job_polling_interval=2.0,
                    delete_jobs="successful",
                    install_signal_handlers=False,
                )
            )
            _cancel_on_signal(spell, told)
            # Cancelled, the queue finishes the jobs in hand first.
            with suppress(asyncio.CancelledError):
                await spell


def _cancel_on_signal(spell: asyncio.Task[None], told: threading.Event) -> None:
    def end() -> None:
        told.set()
        spell.cancel()

    for number in _ENDING:
        asyncio.get_running_loop().add_signal_handler(number, end)


def _connector() -> BaseAsyncConnector:
    """The queue's own connections; as Procrastinate makes them for Django, but giving up soon."""
    from procrastinate import PsycopgConnector
    from procrastinate.contrib.django.utils import connector_params

    return PsycopgConnector(kwargs=connector_params("default"), timeout=CONNECTION_WAIT_S)
