"""Run as a process against a database of its own: so many owed letters, told as JSON; or how they stand."""

from __future__ import annotations

import collections
import json
import sys
from uuid import UUID


def prepare(count: int) -> dict[str, str]:
    """A practice that owes letters to so many people who have just signed up."""
    from bedside.doors.cli.shared import administrator_scope
    from bedside.ground import clock
    from bedside.ground.scope import Purpose
    from tests.conftest import make_practice
    from tests.correspondence.letters.writing_to import owe

    practice_id = make_practice("maple", "Maple Street Family Practice")
    scope = administrator_scope(practice_id, purpose=Purpose.OPERATIONS)
    for number in range(count):
        owe(scope, clock.now(), address=f"planted.{number}@example.org")
    return {"practice_id": str(practice_id)}


def report(practice_id: str) -> dict[str, int]:
    """How many letters are in each state, and how many the ledger says were sent."""
    from django.db import connection

    from bedside.doors.cli.shared import administrator_scope
    from bedside.ground.scope import Purpose, in_scope
    from bedside.records.consent.models import LetterRow

    scope = administrator_scope(UUID(practice_id), purpose=Purpose.OPERATIONS)
    with in_scope(scope):
        states = collections.Counter(LetterRow.objects.values_list("state", flat=True))
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM audit_entry WHERE kind = 'letter.sent'")
            return {**states, "in_ledger": cursor.fetchone()[0]}


def main() -> None:
    import django

    django.setup()
    verb, argument = sys.argv[1:]
    told = prepare(int(argument)) if verb == "prepare" else report(argument)
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
