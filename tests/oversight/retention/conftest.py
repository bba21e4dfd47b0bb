"""Jane, with something of her in every room of the house. What needs Django is imported when it is set up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from bedside.ground.scope import Scope
    from bedside.records.patients.rules import Patient


@pytest.fixture(autouse=True)
def _a_relay_is_named(settings) -> None:
    """Without one nothing is ready to be sent; nothing answers there."""
    settings.BEDSIDE_RELAY_HOST = settings.BEDSIDE_RELAY_HOST or "relay.example"


@pytest.fixture
def officer(scope_of: Callable[[str], Scope]) -> Scope:
    """Compliance officer Chloe, who may erase."""
    return scope_of("chloe")


@pytest.fixture
def jane(scope: Scope, at: datetime) -> Patient:
    """In the records, in an import, with a signed authorization and notes, and beside two others."""
    from tests.oversight.retention.building import make_jane

    return make_jane(scope, at=at)
