"""Sessions kept sealed in the database: what a page says next, or a second factor in the making, is nobody's.

Django signs sessions but stores them readable; a dump of the database would show them (promise P3).
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.contrib.sessions.serializers import JSONSerializer

from bedside.kit.sealing import Place, Unsealable
from bedside.safeguards.vault.queries import root

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bedside.kit.sealing import Sealer

_PLACE = Place(practice="", table="django_session", row="", column="session_data", version=1)


class SessionStore(DatabaseSessionStore):
    """Django's database sessions with sealed contents; one that does not open is an empty one."""

    def encode(self, session_dict: Mapping[str, Any]) -> str:
        plain = JSONSerializer().dumps(dict(session_dict))
        return base64.b64encode(_sealer().seal(plain, place=_PLACE)).decode()

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        try:
            plain = _sealer().open(base64.b64decode(session_data, validate=True), place=_PLACE)
        except (Unsealable, binascii.Error):
            return {}
        return dict(JSONSerializer().loads(plain))


def _sealer() -> Sealer:
    return root().child("session")
