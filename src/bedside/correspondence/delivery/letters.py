"""One cleared person to one finished, signed message."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from bedside.decisions.composer.queries import appointments, values
from bedside.decisions.gate.rules import CLASS_RULES, MessageClass
from bedside.kit.mail import (
    CompiledMessage,
    InvalidAddress,
    MailError,
    MessageParts,
    Origin,
    Recipient,
    compile_message,
    parse_address,
    sign,
)
from bedside.records.consent.links import address_mark, preferences_address, seal_link, unsubscribe_address
from bedside.records.consent.rules import Category
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

    from bedside.correspondence.campaigns.nouns import Campaign
    from bedside.correspondence.campaigns.progress import Claimed
    from bedside.decisions.composer.rules import Content
    from bedside.decisions.composer.rules.appointments import Appointment
    from bedside.decisions.gate.queries import Cleared
    from bedside.ground.scope import Scope
    from bedside.kit.mail import DkimKey
    from bedside.records.patients.rules import Patient
    from bedside.safeguards.practices.rules import Profile

_COMPILED_MAX = 8
_compiled: OrderedDict[tuple[bytes, Profile], CompiledMessage] = OrderedDict()
_lock = Lock()


class Unwritable(Exception):
    """This person's message cannot be made: a value is missing or unfit. Never says which value it had."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Letter:
    """A message ready for the wire. `sha256` is over the message without its signature header."""

    claimed: Claimed
    mail_from: str
    rcpt_to: str
    content: bytes = field(repr=False)
    needs_smtputf8: bool
    sha256: bytes


class Writer:
    """Writes one campaign's messages; for one claim. Cheap to make: what can be kept is kept by the process."""

    def __init__(self, scope: Scope, campaign: Campaign, content: Content, *, key: DkimKey) -> None:
        self._scope = scope
        self._practice_id = scope.practice_id
        self._campaign = campaign
        self._content = content
        self._profile = profile(scope)
        self._zone = self._profile.zone
        self._keys = practice_keys(scope)
        self._signers = (key,)
        self._compiled = _compiled_for(content, self._profile)
        rules = CLASS_RULES[MessageClass(campaign.plan.message_class)]
        self._has_one_click = rules.needs_opt_out(remuneration=bool(campaign.plan.remuneration))
        self._category = Category(campaign.category)

    def visits(self, patients: Iterable[Patient], *, at: datetime) -> Mapping[UUID, Appointment]:
        """What of their charts the message tells; of nobody, and unread, if it tells nothing of a visit (MIN-02)."""
        today = at.astimezone(self._zone).date()
        return appointments(self._scope, self._content, patients, today=today, zone=self._zone)

    def write(self, cleared: Cleared, claimed: Claimed, *, visit: Appointment | None, at: datetime) -> Letter:
        """Raises Unwritable. `visit` is from `visits`; `at` becomes the message's date."""
        try:
            return self._write(cleared, claimed, visit=visit, at=at)
        except (MailError, InvalidAddress) as error:
            raise Unwritable from error

    def _write(
        self, cleared: Cleared, claimed: Claimed, *, visit: Appointment | None, at: datetime
    ) -> Letter:
        patient = cleared.patient
        address = parse_address(patient.email)
        token = seal_link(
            practice_id=self._practice_id,
            patient_id=patient.id,
            campaign_id=self._campaign.id,
            category=self._category,
            address_mark=address_mark(self._keys, address.lookup_key),
            written_at=at,
        )
        unsubscribe = unsubscribe_address(token)
        filled = values(
            patient,
            self._profile,
            content=self._content,
            unsubscribe_url=unsubscribe,
            preferences_url=preferences_address(token),
            today=at.astimezone(self._zone).date(),
            appointment=visit,
        )
        recipient = Recipient(
            to_address=address,
            message_id=self._message_id(patient.id),
            date=at,
            unsubscribe_url=unsubscribe if self._has_one_click else None,
        )
        rendered = self._compiled.render(recipient, filled)
        return Letter(
            claimed=claimed,
            mail_from=self._profile.sender_address,
            rcpt_to=address.wire,
            content=sign(rendered, self._signers, at) + rendered.content,
            needs_smtputf8=rendered.needs_smtputf8,
            sha256=rendered.sha256,
        )

    def _message_id(self, patient_id: UUID) -> str:
        """The same for every attempt, so that a second copy is recognised; says nothing about the person."""
        joined = f"{self._campaign.id}/{patient_id}"
        return f"<{self._keys.blind_index('message id', joined).hex()[:32]}@{self._profile.sender_domain}>"


def _compiled_for(content: Content, sender: Profile) -> CompiledMessage:
    key = (content.content_hash, sender)
    with _lock:
        kept = _compiled.get(key)
    if kept is not None:
        return kept
    made = compile_message(
        MessageParts(
            subject=content.subject,
            html=content.html,
            text=content.text,
            from_name=sender.sender_name,
            from_address=parse_address(sender.sender_address),
            reply_to=parse_address(sender.reply_address) if sender.reply_address else None,
            origin=Origin.CAMPAIGN,
            list_id=f"mail.{sender.sender_domain}",
        )
    )
    with _lock:
        _compiled[key] = made
        while len(_compiled) > _COMPILED_MAX:
            _compiled.popitem(last=False)
    return made
