"""Sessions kept sealed in the database: what a page says next, or a second factor in the making, is nobody's.

Django signs sessions but stores them readable, under the very key that the cookie holds; a dump of the database
would show their contents and let whoever has it go on with every session that is open (promise P3). Here the
row stands under a hash of that key, and what is in it opens in that row only.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING, Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.contrib.sessions.serializers import JSONSerializer
from django.utils import timezone

from bedside.kit.sealing import Place, Unsealable
from bedside.safeguards.vault.queries import installation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.contrib.sessions.base_session import AbstractBaseSession

    from bedside.kit.sealing import Sealer

_KEY_CHARACTERS = 40  # what Django's column holds: 160 bits


class SessionStore(DatabaseSessionStore):
    """Django's database sessions with sealed contents; one that does not open is an empty one."""

    def encode(self, session_dict: Mapping[str, Any]) -> str:
        plain = JSONSerializer().dumps(dict(session_dict))
        return base64.b64encode(_sealer().seal(plain, place=self._place())).decode()

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        try:
            plain = _sealer().open(base64.b64decode(session_data, validate=True), place=self._place())
        except (Unsealable, binascii.Error):
            return {}
        return dict(JSONSerializer().loads(plain))

    def exists(self, session_key: str) -> bool:
        return bool(self.model.objects.filter(session_key=stored_key(session_key)).exists())

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        key = self._get_or_create_session_key()  # type: ignore[attr-defined]  # decides the place of the contents
        return self.model(
            session_key=stored_key(key), session_data=self.encode(data), expire_date=self.get_expiry_date()
        )

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            self.model.objects.filter(session_key=stored_key(key)).delete()

    def _get_session_from_db(self) -> AbstractBaseSession | None:
        rows = self.model.objects.filter(
            session_key=stored_key(self.session_key or ""), expire_date__gt=timezone.now()
        )
        found = rows.first()
        if found is None:
            self._session_key = None  # as Django does: a key that somebody made up is never taken on
        return found

    def _place(self) -> Place:
        return Place(
            practice="",
            table="django_session",
            row=stored_key(self.session_key or ""),
            column="session_data",
            version=1,
        )


def stored_key(session_key: str) -> str:
    """What the table holds of a session's key. The key itself is random, so a plain hash cannot be guessed back."""
    return hashlib.sha256(session_key.encode(errors="replace")).hexdigest()[:_KEY_CHARACTERS]


def _sealer() -> Sealer:
    return installation().child("session")
