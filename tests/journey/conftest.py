"""One demo for every journey; the one at whose end the demo is stopped and its disk searched comes last."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.demo import Running, running_demo

if TYPE_CHECKING:
    from collections.abc import Iterator


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: "demo_at_its_end" in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def demo() -> Iterator[Running]:
    with running_demo() as running:
        yield running


@pytest.fixture
def demo_at_its_end(demo: Running) -> Running:
    """For the one test that stops it: whatever the others left on its disk is there by then."""
    return demo
