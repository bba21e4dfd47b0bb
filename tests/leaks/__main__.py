"""`bin/leaks`: the whole search by itself, with what it planted, where it looked and what it found."""

from __future__ import annotations

import os
import sys
import tempfile


def main() -> int:
    with tempfile.TemporaryDirectory() as home:
        # Only for the names of addresses and fields; what is searched is an installation of its own.
        os.environ |= {
            "BEDSIDE_HOME": home,
            "BEDSIDE_MAKE_ROOT_KEY": "yes",
            "DJANGO_SETTINGS_MODULE": "bedside.config.settings",
        }
        import django

        django.setup()
        from tests.leaks.allowed import ALLOWED, not_allowed
        from tests.leaks.coverage import missing
        from tests.leaks.whole import Run

        outcome = Run().whole()
    leaks, gaps = not_allowed(outcome.findings), missing(outcome)
    # ruff: noqa: T201  a command speaks to its terminal
    for stage, seconds in outcome.seconds.items():
        print(f"{seconds:>7.1f} s  {stage}")
    print(f"Planted {len(outcome.marks.by_field) + len(outcome.marks.plain)} marks; looked through")
    print(f"{outcome.files_seen:,} files and {outcome.bytes_seen:,} bytes, dumps and views.")
    print(
        f"Visited {sum(map(len, outcome.visited.values()))} addresses, {len(outcome.controls)} typed controls,"
    )
    print(f"{len(outcome.arguments)} arguments of commands.")
    kept = "ships none" if outcome.statements is None else f"{outcome.statements:,} statements"
    print(f"Statistics of statements (pg_stat_statements): {kept}, {len(outcome.literals)} values in them.")
    for one in ALLOWED:
        print(f"In clear on purpose: {one.reason}.")
    for gap in gaps:
        print(f"NOT PLANTED  {gap}")
    for finding in leaks:
        print(f"FOUND  {finding.field}: {finding.place} ({finding.how})")
    print("Nothing else in clear." if not leaks else f"{len(leaks)} findings.")
    return 1 if leaks or gaps or outcome.broken or outcome.literals else 0


if __name__ == "__main__":
    sys.exit(main())
