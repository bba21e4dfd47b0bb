"""A patient who may sign."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from bedside.ground.scope import Scope


@pytest.fixture
def jane(scope: Scope, at: datetime) -> UUID:
    from tests.records.authorizations.forms import BORN
    from tests.records.consent.people import add_patient

    return add_patient(scope, at=at, last_name="Roe", birth_date=BORN).id
