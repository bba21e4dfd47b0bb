"""One demo for the whole journey."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.demo import Running, running_demo

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def demo() -> Iterator[Running]:
    with running_demo() as running:
        yield running
