"""A process that writes and seals without end, for tests that kill it: python -m ... PRACTICE_ID."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from uuid import UUID


def main() -> None:
    import django

    django.setup()
    from bedside.ground.identity import new_id
    from bedside.safeguards.audit.actions import record, record_each, seal
    from bedside.safeguards.audit.keeping import ledger_scope
    from bedside.safeguards.audit.rules import declare

    kind = declare("sample.written", "Wrote.")
    scope = ledger_scope(UUID(sys.argv[1]))
    while True:
        at = datetime.now(tz=UTC)
        for _ in range(20):
            record(scope, kind, at=at, subject=new_id())
        record_each(scope, kind, at=at, about="", subjects=[new_id() for _ in range(300)])
        sealed = seal(scope, at=at)
        sys.stdout.write(f"{sealed.size if sealed else 0}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
