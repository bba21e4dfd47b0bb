"""Run as a process against a database of its own: a key is stored while the root key is changed.

python -m tests.safeguards.vault.storing before    it is stored but not committed when the change begins
python -m tests.safeguards.vault.storing during    it is stored while the practice is being rewrapped
"""

from __future__ import annotations

import json
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from unittest import mock

if TYPE_CHECKING:
    from collections.abc import Callable

    from bedside.ground.scope import Scope

AT = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
PATIENCE_S = 20


class Root:
    """What `roots()` gives: the old key alone, and once `changed`, the new one with the old beside it."""

    def __init__(self) -> None:
        from bedside.kit.sealing import random_key
        from bedside.safeguards.vault.queries import roots
        from bedside.safeguards.vault.roots.local import LocalRoot

        self.old, self.new = roots().present, LocalRoot(random_key())
        self.changed = False

    def __call__(self) -> Any:
        from bedside.safeguards.vault.roots import Roots

        return Roots(self.new, self.old) if self.changed else Roots(self.old, None)


def before(scope: Scope, root: Root) -> None:
    from bedside.ground.scope import in_scope
    from bedside.safeguards.vault.locks import wait_for_keys_being_stored
    from bedside.safeguards.vault.rooting import rewrap_practice

    wrapped, go_on = threading.Event(), threading.Event()

    def store() -> None:
        with in_scope(scope):
            _store(scope)
            wrapped.set()
            assert go_on.wait(PATIENCE_S)

    def change() -> None:
        wait_for_keys_being_stored()
        rewrap_practice(scope, at=AT)

    with ThreadPoolExecutor(2) as pool:
        storing = pool.submit(_closing(store))
        assert wrapped.wait(PATIENCE_S)
        root.changed = True
        changing = pool.submit(_closing(change))
        threading.Timer(0.5, go_on.set).start()
        storing.result(PATIENCE_S)
        changing.result(PATIENCE_S)


def during(scope: Scope, root: Root) -> None:
    from bedside.ground.scope import in_scope
    from bedside.safeguards.vault.rooting import rewrap_practice

    with ThreadPoolExecutor(1) as pool:
        with in_scope(scope):
            rewrap_practice(scope, at=AT)
            storing = pool.submit(_closing(lambda: _store(scope)))
            threading.Event().wait(0.5)
            root.changed = True
        storing.result(PATIENCE_S)


def _store(scope: Scope) -> None:
    from bedside.kit.sealing import random_key
    from bedside.safeguards.vault.actions import store_practice_key
    from bedside.safeguards.vault.rules import KeyState

    store_practice_key(scope, version=2, key=random_key(), state=KeyState.PRE_ACTIVE, at=AT)


def _closing(act: Callable[[], None]) -> Callable[[], None]:
    from django.db import connection

    def closing() -> None:
        try:
            act()
        finally:
            connection.close()

    return closing


def main(verb: str) -> dict[str, object]:
    from bedside.doors.cli.shared import administrator_scope
    from bedside.ground.scope import Purpose, in_scope
    from bedside.safeguards.vault.models import PracticeKey
    from tests.conftest import make_practice

    scope = administrator_scope(
        make_practice("maple", "Maple Street Family Practice"), purpose=Purpose.ADMINISTRATION
    )
    root = Root()
    with (
        mock.patch("bedside.safeguards.vault.actions.roots", root),
        mock.patch("bedside.safeguards.vault.rooting.roots", root),
    ):
        {"before": before, "during": during}[verb](scope, root)
    with in_scope(scope):
        by = PracticeKey.objects.order_by("version").values_list("wrapped_by", flat=True)
        return {"new": [name == root.new.name for name in by]}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bedside.config.settings")
    import django

    django.setup()
    sys.stdout.write(json.dumps(main(sys.argv[1])))
