"""The worker process: takes jobs from the queue until told to stop.

It must survive the database going away: it waits and starts again. A job of a worker that was killed is given
back after its heartbeat has been silent for a while (`correspondence.delivery` gives campaigns back sooner).
"""

from __future__ import annotations

import asyncio
import time

RECONNECT_WAIT_S = 2
QUEUES = ["default", "imports", "sending"]


def run(*, concurrency: int) -> None:
    """Runs until SIGTERM or SIGINT; then finishes the jobs in hand."""
    import django

    django.setup()
    from bedside.ground import logs

    logs.configure()
    log = logs.logger("worker")
    while True:
        try:
            _pick_up()
            asyncio.run(_work(concurrency))
        except Exception as error:  # noqa: BLE001  the database may be away; the worker outlives it
            log.warning("worker.waiting", error=type(error).__name__)
            time.sleep(RECONNECT_WAIT_S)
        else:
            return


def _pick_up() -> None:
    """What a worker that died here left behind comes first."""
    from django.db import connection

    from bedside.correspondence.delivery.actions import recover
    from bedside.ground import clock

    recover(at=clock.now())
    connection.close()


async def _work(concurrency: int) -> None:
    from procrastinate.contrib.django import app

    with app.replace_connector(app.connector.get_worker_connector()):  # type: ignore[attr-defined]
        async with app.open_async():
            await app.run_worker_async(
                queues=QUEUES,
                concurrency=concurrency,
                wait=True,
                fetch_job_polling_interval=2.0,
                delete_jobs="successful",
                install_signal_handlers=True,
            )
