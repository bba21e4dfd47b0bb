"""Runs the migrations as the owner of the tables, then hands the runtime role its grants."""

from __future__ import annotations

import os

LOCK = 7_205_759


def run() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bedside.config.settings")
    import django
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection, transaction

    from bedside.ground.rowsecurity import runtime_grants

    django.setup()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        # At once: statement by statement a running part could change the ledger between a grant and its revoke.
        with transaction.atomic():
            for statement in runtime_grants(settings.DATABASE_TARGET.app_user):
                cursor.execute(statement)
        cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


if __name__ == "__main__":
    run()
