"""The command `bedside`."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Runs one verb and ends with its exit code: 0 done, 1 refused, 2 wrong usage, 3 the outside world failed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bedside.config.settings")
    from bedside.config.commands import run
    from bedside.ground.memory import leave_no_core

    leave_no_core()

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
