"""What may stand in clear, each with its reason, and where. Of a patient only until when something holds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.leaks.searching import Finding

# The tables in which the fields below lie, as dumps, files of the server and statistics of their columns show them.
_OWN_PLACES = r"dump of ({tables})|(plain|custom) dump|pg_stats of ({tables})|postgres/data/(base|pg_wal)/.*"


@dataclass(frozen=True, slots=True)
class Allowed:
    """`fields` and `places` are whole-text patterns."""

    fields: str
    places: str
    reason: str

    def covers(self, finding: Finding) -> bool:
        return bool(re.fullmatch(self.fields, finding.field) and re.fullmatch(self.places, finding.place))


def _in(*tables: str) -> str:
    return _OWN_PLACES.format(tables="|".join(tables))


ALLOWED = (
    Allowed(
        r"csv authorization_signed_on|web authorization: (signed_on|expires_on)"
        r"|act (day of a pause|day of a break|last day to act for)",
        _in("consent_event", "audit_entry"),
        "until which days a signed paper, a pause or a right to act holds, kept as evidence like the time of every act "
        "(docs/security-model.md)",
    ),
    Allowed(
        r"web settings: (name|sender_name|sender_address|reply_address|postal_address|phone|website|notice_url|notice_version|consumer_policy_url)|act (settings|notice version)|command practice (create|edit) .*",
        _in("practices_practice", "practices_practiceprofile", "delivery_dkimkey"),
        "what the practice prints on every mail and door: its own name and addresses",
    ),
    Allowed(
        r"web staff_add: (name|email)|command staff (name|address)",
        _in("staff_account"),
        "members of staff sign in by their address before any practice's key may be opened",
    ),
)


def not_allowed(findings: set[Finding]) -> list[Finding]:
    return sorted(finding for finding in findings if not any(one.covers(finding) for one in ALLOWED))


def unused(findings: set[Finding]) -> list[str]:
    """Reasons that excuse nothing any more: a list that only grows would end up hiding something."""
    return [one.reason for one in ALLOWED if not any(one.covers(finding) for finding in findings)]
