"""What an approval is bound to, as it is at this moment."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, LiteralString

from bedside.correspondence.campaigns import revealing
from bedside.correspondence.campaigns.models import ApprovalRow
from bedside.correspondence.campaigns.rules import ID_BYTES, Approvable, approval_hash, audience_digest
from bedside.correspondence.campaigns.sealed import CAMPAIGN, unseal
from bedside.decisions.composer import queries as composer
from bedside.decisions.composer.rules.footer import footer_words, printable
from bedside.decisions.gate.rules import MessageClass, MessageFacts
from bedside.ground.errors import Refusal
from bedside.ground.rows import fetch_binary
from bedside.records.consent.rules import Category, Sensitivity
from bedside.safeguards.practices.queries import profile

if TYPE_CHECKING:
    from uuid import UUID

    from bedside.correspondence.campaigns.models import CampaignRow
    from bedside.decisions.composer.rules import Content
    from bedside.ground.scope import Scope
    from bedside.safeguards.practices.rules import Profile

APPROVE = "approve"  # the verdict of a yes
_UNSUBSCRIBE_FIELD = "unsubscribe_url"
_CONTENTS_MAX = 8
_contents: OrderedDict[tuple[UUID, int, bool, Profile], Content] = OrderedDict()
_contents_lock = Lock()


def content_of(scope: Scope, row: CampaignRow) -> Content:
    """The compiled message; Raises Refusal when the campaign has none yet, or one with problems.

    Kept by everything it is made of, since compiling costs as much as sending a hundred messages.
    """
    if row.message_id is None or row.message_revision is None:
        raise Refusal("no_message", "Choose the message of this campaign first.")
    key = (row.message_id, row.message_revision, bool(row.remuneration), profile(scope))
    with _contents_lock:
        kept = _contents.get(key)
    if kept is not None:
        return kept
    made = composer.compiled(scope, row.message_id, row.message_revision, remuneration=bool(row.remuneration))
    with _contents_lock:
        _contents[key] = made
        while len(_contents) > _CONTENTS_MAX:
            _contents.popitem(last=False)
    return made


def present_hash(scope: Scope, row: CampaignRow) -> bytes:
    """The hash over all of it, every part read anew: content, people, sender, schedule."""
    people = _people(scope, row.id)
    return approval_hash(
        _approvable(scope, row, digest=audience_digest(people), count=len(people) // ID_BYTES)
    )


def frozen_digest(scope: Scope, campaign_id: UUID) -> bytes:
    """The digest of the audience as its rows are now."""
    return audience_digest(_people(scope, campaign_id))


_PEOPLE: LiteralString = """
    SELECT string_agg(uuid_send(patient_id), ''::bytea ORDER BY patient_id) FROM campaigns_recipient
    WHERE practice_id = %s AND campaign_id = %s
"""


def _people(scope: Scope, campaign_id: UUID) -> bytes:
    """The ids of the audience in order, joined: of a million people 16 MB, and no object for each."""
    ((joined,),) = fetch_binary(_PEOPLE, [scope.practice_id, campaign_id])
    return joined or b""


def hash_with_kept_audience(scope: Scope, row: CampaignRow) -> bytes:
    """As `present_hash`, with the audience's digest as it was taken: for each chunk of a campaign that started."""
    digest = bytes(row.audience_digest or b"")
    return approval_hash(_approvable(scope, row, digest=digest, count=row.audience_count))


def is_approved(scope: Scope, row: CampaignRow) -> bool:
    """True if somebody approved the campaign exactly as it is now: the column says so, and so does the record."""
    return _approved_as(row, present_hash(scope, row))


def is_still_approved(scope: Scope, row: CampaignRow) -> bool:
    """As `is_approved`, cheaply, once the campaign has started."""
    return _approved_as(row, hash_with_kept_audience(scope, row))


def _approved_as(row: CampaignRow, present: bytes) -> bool:
    """The column can be written; the record of approvals only added to. One of an earlier submission is not enough."""
    if row.approved_hash is None or bytes(row.approved_hash) != present or row.submitted_at is None:
        return False
    return ApprovalRow.objects.filter(
        practice_id=row.practice_id,
        campaign_id=row.id,
        verdict=APPROVE,
        bound_hash=present,
        at__gte=row.submitted_at,
    ).exists()


def _approvable(scope: Scope, row: CampaignRow, *, digest: bytes, count: int) -> Approvable:
    sender = profile(scope)
    return Approvable(
        campaign_id=row.id,
        content_hash=content_of(scope, row).content_hash,
        audience_rule=unseal(scope, row.rule_sealed, table=CAMPAIGN, row=str(row.id), column="rule"),
        audience_digest=digest,
        audience_count=count,
        sender_name=sender.sender_name,
        sender_address=sender.sender_address,
        reply_address=sender.reply_address,
        postal_address=sender.postal_address,
        message_class=row.message_class,
        category=row.category,
        purpose=row.purpose,
        remuneration=bool(row.remuneration),
        basis_recorded=row.basis_recorded,
        send_at=row.send_at,
        authorization_purpose=row.authorization_purpose,
        sensitivities=tuple(row.sensitivities),
        revealed=row.revealed,
        found=revealing.mark(scope, row),
    )


def message_facts(
    scope: Scope, row: CampaignRow, *, content: Content, approved: bool, encrypted_route: bool
) -> MessageFacts:
    """What the gate is told about the message itself."""
    sender = profile(scope)
    return MessageFacts(
        campaign_id=row.id,
        message_class=MessageClass(row.message_class),
        category=Category(row.category),
        remuneration=row.remuneration,
        opt_in_required=sender.opt_in_required,
        approved=approved,
        postal_address_present=bool(sender.postal_address.strip()),
        unsubscribe_present=_UNSUBSCRIBE_FIELD in content.fields,
        encrypted_route=encrypted_route,
        research_basis_recorded=row.basis_recorded,
        fundraising_notice_recorded=row.basis_recorded,
        sensitivities=tuple(sorted(_sensitivities(scope, row))),
        authorization_purpose=row.authorization_purpose,
        advertising_labelled=is_labelled(sender, row, content),
        monthly_cap=sender.monthly_caps.get(row.category),
        part2_program=sender.part2_program,
        address_proof_required=sender.address_proof_required,
    )


def _sensitivities(scope: Scope, row: CampaignRow) -> frozenset[Sensitivity]:
    """What its author said that it may reveal, and what was found that it does."""
    said = frozenset(Sensitivity(one) for one in row.sensitivities)
    return said | revealing.classes(revealing.kept(scope, row))


def is_labelled(sender: Profile, row: CampaignRow, content: Content) -> bool:
    """True if the message says that it is advertising, in the words that every footer has for it."""
    name, paid = printable(sender).name, bool(row.remuneration)
    label = footer_words(MessageClass(row.message_class), name, remuneration=paid).label
    return bool(label) and label in content.text
