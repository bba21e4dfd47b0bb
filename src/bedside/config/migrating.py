"""Runs the migrations as the owner of the tables, then hands the runtime role its grants."""

from __future__ import annotations

import os
import sys

LOCK = 7_205_759
TOLD = "migrating: "  # begins each line that holds no value of anybody


def run() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bedside.config.settings")
    import django
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection, transaction

    from bedside.ground.memory import keep_to_itself
    from bedside.ground.rowsecurity import runtime_grants

    keep_to_itself()
    django.setup()
    from bedside.ground import clock
    from bedside.safeguards.vault.marking import mark_every_practice

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        # At once: statement by statement a running part could change the ledger between a grant and its revoke.
        with transaction.atomic():
            for statement in runtime_grants(settings.DATABASE_TARGET.app_user):
                cursor.execute(statement)
        mark_every_practice(at=clock.now())
        cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _tell(error: BaseException) -> None:
    """What the parent may show: our own sentences, and of anything else its type and place (as in logs).

    The database quotes whole rows in its errors, so their text never leaves this process.
    """
    from bedside.ground.errors import Fault, Refusal
    from bedside.ground.logs import place_of

    seen: BaseException | None = error
    while seen is not None:
        told = f"{type(seen).__name__} at {place_of(seen.__traceback__)}"
        if isinstance(seen, Fault | Refusal):
            told = seen.sentence
        sys.stderr.write(f"{TOLD}{told}\n")
        seen = seen.__cause__


if __name__ == "__main__":
    try:
        run()
    except Exception as error:  # noqa: BLE001  whatever a migration raises
        _tell(error)
        sys.exit(1)
