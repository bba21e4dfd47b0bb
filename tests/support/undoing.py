"""Many cases over one world: each sees it as it was made, and what it did is taken back.

To make everything that a practice can have takes a second; a walk over two hundred commands makes it once.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from django.db import transaction

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def undone() -> Iterator[None]:
    """What is written in here is gone afterwards. Only inside a test's own transaction."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
