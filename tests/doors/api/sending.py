"""Another system that sends, with a key of its own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.test import Client

from bedside.records.intake.nouns import SourceKind
from bedside.records.intake.sources import add_source
from bedside.safeguards.apikeys.actions import make_api_key
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from bedside.ground.scope import Scope

MESSAGE = (
    "MSH|^~\\&|EHR|MAPLE|BEDSIDE|MAPLE|20260301090000+0000||ADT^A08|{control}|P|2.5.1\r"
    "EVN|A08|20260301090000+0000\r"
    "PID|1||{number}^^^MAPLE^MR||{last}^Ann||19800504|F|||1 Maple Street^^Springfield^KS^66000"
    "||^NET^Internet^ann{number}@example.org\r"
)


def message(number: int = 1, *, control: str = "", last: str = "Lee", event: str = "A08") -> bytes:
    text = MESSAGE.format(number=number, control=control or f"C{number}", last=last)
    return text.replace("A08", event).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """Sends with its key; `client` refuses whatever would need a CSRF token."""

    key: str
    source_id: UUID
    client: Client

    def post(self, address: str, body: object, *, kind: str = "application/json", **headers: str) -> Any:
        plain = body if isinstance(body, bytes) else json.dumps(body).encode()
        bearer = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        return self.client.post(f"/api/v1/{address}", plain, content_type=kind, headers={**bearer, **headers})

    def get(self, address: str) -> Any:
        return self.client.get(address, headers={"Authorization": f"Bearer {self.key}"})


def system(scope: Scope, at: datetime, *, name: str = "Maple Hospital") -> System:
    source_id = add_source(scope, name=name, kind=SourceKind.REST, is_part2=False, settings={}, at=at)
    code = name.casefold().replace(" ", "-")
    key = make_api_key(scope, name=code, right=Right.IMPORT_PATIENTS, source_id=source_id, at=at)
    return System(key=key, source_id=source_id, client=Client(enforce_csrf_checks=True))
