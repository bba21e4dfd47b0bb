"""What the seventeen questions are answered from: of one campaign, as it is now."""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass
from html import unescape
from threading import Lock
from typing import TYPE_CHECKING, Final, LiteralString
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from bedside.correspondence.campaigns.binding import APPROVE, content_of, is_labelled, is_still_approved
from bedside.correspondence.campaigns.models import ApprovalRow
from bedside.correspondence.campaigns.rules import CampaignState, RecipientState
from bedside.correspondence.campaigns.way_out import way_out
from bedside.decisions.composer import guarding, quality
from bedside.decisions.composer import queries as composer
from bedside.decisions.composer.rules.fields import FIELDS, PLACE
from bedside.decisions.composer.rules.footer import printable
from bedside.decisions.composer.rules.links import own_hosts
from bedside.decisions.gate.rules import CLASS_RULES, MessageClass
from bedside.decisions.preflight.queries import house
from bedside.decisions.preflight.rules import Facts, People, Sending, Written
from bedside.decisions.segments import queries as segments
from bedside.decisions.segments.rules import All, Condition, Operator, asks_special
from bedside.ground.errors import Refusal
from bedside.ground.scope import reading
from bedside.kit.phi import PlaceKind
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.queries import members
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from datetime import date, datetime

    from bedside.correspondence.campaigns.models import CampaignRow
    from bedside.correspondence.campaigns.way_out import WayOut
    from bedside.decisions.composer.rules import Content
    from bedside.decisions.segments.rules import Rule
    from bedside.ground.scope import Scope
    from bedside.safeguards.practices.rules import Profile

LOOKED_AT_MAX: Final = 20_000  # people of whom it is seen whether they ever had mail from here
FROZEN: Final = frozenset(CampaignState) - {
    CampaignState.DRAFT,
    CampaignState.PREPARING,
    CampaignState.CANCELLED,
}
_PICTURE = re.compile(r'(?:src|background)="(https?://[^"]+)"')
# As starters put it where only the practice knows what to say.
_STAND_IN = re.compile(r"[^\n.]*\bwrite here\b[^\n.]*", re.IGNORECASE)
_BODY_WORDS_MIN: Final = 5
_LOOKS_MAX: Final = 50
_ASKED_ELSEWHERE: Final = frozenset({"hard_to_read"})
# Where nothing about health or a person may stand, as an author calls it.
_PLACES: Final = {
    PlaceKind.SUBJECT: "subject",
    PlaceKind.PREVIEW: "preview line",
    PlaceKind.SENDER_NAME: "sender's name",
    PlaceKind.LINK: "a link",
    PlaceKind.PICTURE: "a picture's name",
    PlaceKind.DESCRIPTION: "a picture's description",
}
_UNSUBSCRIBE: Final = "{{ unsubscribe_url }}"
# How the gate names a person to whom there is no safe way.
_ROUTE_REASONS: Final = frozenset({"no_encrypted_route", "portal_missing"})


def facts_of(scope: Scope, row: CampaignRow, *, bound: str, prepare: bool, at: datetime) -> Facts:
    with reading(scope):
        practice = profile(scope)
        today = at.astimezone(practice.zone).date()
        content, problem = _content(scope, row)
        way = way_out(
            scope,
            campaign_id=row.id,
            content_hash=content.content_hash if content else b"",
            prepare=prepare,
            at=at,
        )
        return Facts(
            house=house(scope, today=today),
            written=_written(scope, row, practice, content, problem, today=today),
            people=_people(scope, row, today=today, at=at),
            sending=_sending(scope, row, practice, way, bound=bound),
        )


def _content(scope: Scope, row: CampaignRow) -> tuple[Content | None, str]:
    try:
        return content_of(scope, row), ""
    except Refusal as refusal:
        return None, refusal.sentence


# --- the message


def _written(
    scope: Scope, row: CampaignRow, practice: Profile, content: Content | None, problem: str, *, today: date
) -> Written:
    if content is None:
        return Written(
            content_hash="", problems=(problem,), subject="", telling=None, hints=0, grade=None, faults=(),
            has_text=False, unsubscribes=False, has_postal_address=False, is_labelled=False, fields=(),
            unfit_fields=(), pictures=0, unusable_pictures=0, stand_in="", foreign_hosts=(),
        )  # fmt: skip
    look = _look(scope, row, practice, content)
    used = {source.field for source in content.sources.values()}
    personal = sorted(name for name in used if not FIELDS[name].of_practice and not FIELDS[name].link)
    chosen = MessageClass(row.message_class)
    hosts = [urlsplit(unescape(address)).hostname or "" for address in _PICTURE.findall(content.html)]
    return Written(
        content_hash=content.content_hash.hex(),
        problems=(),
        subject=_subject(content),
        telling=look.telling,
        hints=look.hints,
        grade=look.grade,
        faults=look.faults,
        has_text=len(content.text.split()) >= _BODY_WORDS_MIN,
        unsubscribes=_UNSUBSCRIBE in content.html and _UNSUBSCRIBE in content.text,
        has_postal_address=_has_postal_address(content, practice),
        is_labelled=is_labelled(practice, row, content),
        fields=tuple(personal),
        unfit_fields=tuple(name for name in personal if chosen not in FIELDS[name].classes),
        pictures=len(hosts),
        unusable_pictures=_unusable(scope, row, today=today),
        stand_in=_stand_in(content),
        foreign_hosts=tuple(sorted({host for host in hosts if not _is_own(host, practice)})),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """What reading the message closely comes to; see `Written`."""

    telling: tuple[str, ...]
    hints: int
    grade: float | None
    faults: tuple[str, ...]


_looks: OrderedDict[tuple[bytes, Profile], _Look] = OrderedDict()
_lock = Lock()


def _look(scope: Scope, row: CampaignRow, practice: Profile, content: Content) -> _Look:
    """Kept by what was read, since it takes longer than all the rest together."""
    key = (content.content_hash, practice)
    with _lock:
        kept = _looks.get(key)
    if kept is not None:
        return kept
    assert row.message_id is not None  # noqa: S101  there is content
    draft = composer.draft_of(scope, row.message_id, revision=row.message_revision)
    found = guarding.findings(draft, practice)
    remarks = quality.look(content, subject=_subject(content), practice=practice)
    look = _Look(
        telling=tuple(dict.fromkeys(_PLACES.get(one.place, "the mail") for one in found if one.blocks)),
        hints=sum(not one.blocks for one in found),
        grade=quality.figures(content).grade,
        faults=tuple(one.sentence for one in remarks if one.code not in _ASKED_ELSEWHERE),
    )
    with _lock:
        _looks[key] = look
        while len(_looks) > _LOOKS_MAX:
            _looks.popitem(last=False)
    return look


def _subject(content: Content) -> str:
    """As an invented person reads it."""
    return PLACE.sub(lambda place: FIELDS[content.sources[place[1]].field].sample, content.subject)


def _unusable(scope: Scope, row: CampaignRow, *, today: date) -> int:
    """Asked each time, since whoever is in a picture may take their word back at any moment (MKT-19)."""
    if row.message_id is None or row.message_revision is None:
        return 0
    return len(composer.unusable_pictures(scope, row.message_id, row.message_revision, today=today))


def _stand_in(content: Content) -> str:
    found = _STAND_IN.search(content.text)
    return " ".join(found[0].split()) if found else ""


def _has_postal_address(content: Content, practice: Profile) -> bool:
    written = " ".join(printable(practice).postal_address.split())
    return bool(written) and written in " ".join(content.text.split())


def _is_own(host: str, practice: Profile) -> bool:
    own = own_hosts(practice) | {urlsplit(settings.BEDSIDE_PICKUP_URL).hostname or ""}
    return any(host == name or host.endswith(f".{name}") for name in own if name)


# --- the people


_NEW_TO_US: LiteralString = """
    SELECT count(*), count(*) FILTER (WHERE NOT EXISTS (
        SELECT 1 FROM campaigns_recipient AS before
        WHERE before.practice_id = %(practice)s AND before.patient_id = part.patient_id
          AND before.campaign_id <> %(campaign)s AND before.state = 'delivered'))
    FROM (SELECT patient_id FROM campaigns_recipient
          WHERE practice_id = %(practice)s AND campaign_id = %(campaign)s AND chunk_no >= 0
          ORDER BY id LIMIT %(limit)s) AS part
"""


def _people(scope: Scope, row: CampaignRow, *, today: date, at: datetime) -> People:
    rule = _rule(scope, row)
    if row.state not in FROZEN or rule is None:
        total = segments.count(scope, rule, today=today, at=at) if rule is not None else 0
        return People(
            total=total, allowed=None, suppressed=0, held=0, held_for_route=0, digest="", looked_at=0, new_to_us=0,
            unknown_relationship=_unknown(scope, rule, today=today, at=at),
            asks_special=rule is not None and asks_special(rule),
        )  # fmt: skip
    counts, for_route = _counted(scope, row)
    looked_at, new_to_us = _new_to_us(scope, row)
    left_out = counts.get(RecipientState.SUPPRESSED, 0), counts.get(RecipientState.HELD, 0)
    return People(
        total=row.audience_count,
        allowed=sum(counts.values()) - sum(left_out),
        suppressed=left_out[0],
        held=left_out[1],
        held_for_route=for_route,
        digest=bytes(row.audience_digest or b"").hex(),
        unknown_relationship=_unknown(scope, rule, today=today, at=at),
        new_to_us=new_to_us,
        looked_at=looked_at,
        asks_special=rule is not None and asks_special(rule),
    )


def _rule(scope: Scope, row: CampaignRow) -> Rule | None:
    return segments.segment(scope, row.segment_id).rule if row.segment_id else None


def _counted(scope: Scope, row: CampaignRow) -> tuple[dict[RecipientState, int], int]:
    from bedside.correspondence.campaigns.queries import count_people

    counts: dict[RecipientState, int] = {}
    for_route = 0
    for state, code, count in row.summary or count_people(scope, row.id):
        counts[RecipientState(state)] = counts.get(RecipientState(state), 0) + count
        if state == RecipientState.HELD and code in _ROUTE_REASONS:
            for_route += count
    return counts, for_route


def _new_to_us(scope: Scope, row: CampaignRow) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            _NEW_TO_US, {"practice": scope.practice_id, "campaign": row.id, "limit": LOOKED_AT_MAX}
        )
        looked_at, new_to_us = cursor.fetchone()
    return looked_at, new_to_us


def _unknown(scope: Scope, rule: Rule | None, *, today: date, at: datetime) -> int:
    if rule is None:
        return 0
    unknown = Condition(field="relationship", operator=Operator.UNKNOWN)
    return segments.count(scope, All((rule, unknown)), today=today, at=at)


# --- the rest


def _sending(scope: Scope, row: CampaignRow, practice: Profile, way: WayOut, *, bound: str) -> Sending:
    rules = CLASS_RULES[MessageClass(row.message_class)]
    paid = bool(row.remuneration)
    approvers = _approvers(row)
    return Sending(
        bound=bound,
        message_class=row.message_class,
        purpose=row.purpose,
        remuneration=row.remuneration,
        says_what_it_reveals=bool(row.sensitivities or row.revealed),
        reveal_level=row.reveal_level,
        needs_opt_out=rules.needs_opt_out(remuneration=paid),
        needs_postal_address=rules.needs_postal_address(remuneration=paid),
        needs_label=rules.needs_advertising_label(remuneration=paid),
        relay_host=way.host,
        dkim_bits=way.dkim_bits,
        sender_domain=practice.sender_domain,
        approved=_is_approved(scope, row),
        author_approved=row.author_id in approvers or bool(approvers & {*row.editor_ids}),
        approver_sees_special=_see_special(scope, approvers),
        begins_at=row.send_at.astimezone(practice.zone) if row.send_at else None,
        tests=way.tests,
    )


def _is_approved(scope: Scope, row: CampaignRow) -> bool | None:
    """None while nobody has been asked, or could have answered yet."""
    if row.state in {CampaignState.DRAFT, CampaignState.PREPARING, CampaignState.WAITING_FOR_APPROVAL}:
        return None
    try:
        return is_still_approved(scope, row)
    except Refusal:
        return False


def _approvers(row: CampaignRow) -> frozenset[str]:
    """Who said yes to it as it was approved last."""
    if row.approved_hash is None:
        return frozenset()
    rows = ApprovalRow.objects.filter(
        practice_id=row.practice_id,
        campaign_id=row.id,
        verdict=APPROVE,
        bound_hash=bytes(row.approved_hash),
    )
    return frozenset(rows.values_list("account_id", flat=True))


def _see_special(scope: Scope, accounts: frozenset[str]) -> bool | None:
    """Whether one of them may see what is specially protected; None without anybody."""
    if not accounts:
        return None
    return any(Right.SEE_SPECIAL in one.rights for one in members(scope) if str(one.account_id) in accounts)
