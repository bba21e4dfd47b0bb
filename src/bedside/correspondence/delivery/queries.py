"""Questions about delivery: what to publish in DNS, and whether all books agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bedside.correspondence.campaigns import queries as campaigns
from bedside.correspondence.campaigns.entries import CHUNK_SENT
from bedside.correspondence.campaigns.rules import RecipientState
from bedside.correspondence.delivery.claims import journal_folder
from bedside.correspondence.delivery.journal import leftovers
from bedside.correspondence.delivery.keys import known_keys
from bedside.correspondence.delivery.models import ClaimRow
from bedside.correspondence.delivery.rules import SENTENCES
from bedside.decisions.gate.rules import REASONS
from bedside.ground.scope import Scope, reading
from bedside.kit.mail import dns_record
from bedside.safeguards.audit.queries import PAGE_ENTRIES_MAX, entries

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from bedside.safeguards.audit.queries import LedgerEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsRecord:
    """One TXT record to publish."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Whether everybody of a campaign is in exactly one state, and rows, ledger and journals tell the same.

    `open_claims` and `open_journals` are 0 when nothing is under way.
    """

    audience: int
    counted: int
    delivered: int
    delivered_in_ledger: int
    in_doubt: int
    in_doubt_in_ledger: int
    open_claims: int
    open_journals: int

    @property
    def agrees(self) -> bool:
        return (
            self.audience == self.counted
            and self.delivered == self.delivered_in_ledger
            and self.in_doubt == self.in_doubt_in_ledger
            and not self.open_claims
            and not self.open_journals
        )


def signing_records(scope: Scope) -> list[DnsRecord]:
    """The DKIM records of the practice's domains; empty before the first key is made."""
    return [DnsRecord(name=name, text=text) for name, text in map(dns_record, known_keys(scope))]


def balance(scope: Scope, campaign_id: UUID) -> Balance:
    """Adds up all books of a campaign. Raises NotFound."""
    with reading(scope):
        campaign = campaigns.campaign(scope, campaign_id)
        numbers = campaigns.numbers(scope, campaign_id)
        told = [entry.details for entry in _chunk_entries(scope, campaign_id)]
        claims = ClaimRow.objects.filter(
            practice_id=scope.practice_id, campaign_id=campaign_id, ended_at=None
        )
        own = set(claims.values_list("id", flat=True))
        return Balance(
            audience=campaign.audience_count,
            counted=numbers.total,
            delivered=numbers.count(RecipientState.DELIVERED),
            delivered_in_ledger=sum(details["delivered"] for details in told),
            in_doubt=numbers.count(RecipientState.IN_DOUBT),
            in_doubt_in_ledger=sum(details["in_doubt"] for details in told),
            open_claims=len(own),
            open_journals=len(
                {claim.hex for claim in own} & {path.stem for path in leftovers(journal_folder())}
            ),
        )


def _chunk_entries(scope: Scope, campaign_id: UUID) -> Iterator[LedgerEntry]:
    before: int | None = None
    while True:
        page = entries(
            scope, before_id=before, kind=CHUNK_SENT.name, actor_id="", subject=str(campaign_id),
            limit=PAGE_ENTRIES_MAX,
        )  # fmt: skip
        yield from page
        if len(page) < PAGE_ENTRIES_MAX:
            return
        before = page[-1].id


def reason_sentence(code: str) -> str:
    """One sentence for any code a recipient can have; the code itself for one that is not known any more."""
    if code in REASONS:
        return REASONS[code].sentence
    return SENTENCES.get(code, code)


def reason_citation(code: str) -> str:
    """What the gate's rule rests on; empty for what the wire says."""
    return REASONS[code].citation if code in REASONS else ""
