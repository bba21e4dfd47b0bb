from __future__ import annotations

import pytest

from tests.kit.transport.transport_world import World, make_world


@pytest.fixture(scope="session")
def world(tmp_path_factory) -> World:
    return make_world(tmp_path_factory.mktemp("certificates"))
