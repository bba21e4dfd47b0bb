"""What whoever looks after compliance needs to know first, each in one line with a word, a sentence and a way to go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from bedside.decisions.preflight.queries import statements
from bedside.decisions.preflight.rules import REGISTER_NAMES
from bedside.decisions.preflight.rules.questions import ENDS_SOON_DAYS
from bedside.doors.web.ledger.reviewing import practice_began
from bedside.doors.web.ledger.status import LEVEL_WORDS, Level, overall
from bedside.ground.errors import Fault, Refusal
from bedside.oversight.evidence import permission_reviews
from bedside.oversight.evidence.watching import last_comparison
from bedside.records.consent.foreign_links import DAYS_KEPT, foreign_links
from bedside.safeguards.audit.reviews import REVIEW_EACH, is_overdue, reviews
from bedside.safeguards.audit.standing import standing
from bedside.safeguards.audit.tallies import acts_by_kind
from bedside.safeguards.staff.queries import names_of
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault.inventory import inventory

if TYPE_CHECKING:
    from bedside.ground.scope import Scope
    from bedside.safeguards.vault.inventory import Inventory

REFUSED_DAYS: Final = 7
KEYS_DUE_WITHIN: Final = timedelta(days=30)
COMPARED_WITHIN: Final = timedelta(days=2)  # it is done each day
REFUSED: Final = "access.refused"
ERASURES: Final = frozenset({"patient.erased", "hold.placed", "hold.lifted"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """One line: how it is, what it is, and where to go; `address` is empty when there is no page for it."""

    title: str
    level: Level
    sentence: str
    action: str
    address: str

    @property
    def word(self) -> str:
        return LEVEL_WORDS[self.level]


def concerns(scope: Scope, *, at: datetime) -> list[Concern]:
    """In the order in which somebody should look: ledger, records, the review, refusals, statements, keys, erasures."""
    found = [_ledger(scope, at=at), _records(scope, at=at), _review(scope, at=at), _refused(scope, at=at)]
    found.append(_statements(scope, at=at))
    if scope.may(Right.RECORD_CONSENT):
        found.append(_permissions(scope, at=at))
    if scope.may(Right.SEE_KEYS):
        found.append(_keys(scope, at=at))
    return [*found, _erasures(scope, at=at), *_foreign_links(at=at)]


def _ledger(scope: Scope, *, at: datetime) -> Concern:
    status = overall(standing(scope, at=at), at=at)
    return Concern(
        title="Ledger",
        level=status.level,
        sentence=status.sentence,
        action="Verification",
        address=reverse("ledger_verification"),
    )


def _records(scope: Scope, *, at: datetime) -> Concern:
    """What the daily comparison of the table with the ledger came to."""
    last = last_comparison(scope)
    if last is None:
        level, sentence = Level.OK, "Records are compared with the ledger each day; not yet."
    elif last.differing:
        people = "1 person" if last.differing == 1 else f"{last.differing:,} people"
        level = Level.BAD
        sentence = (
            f"The record or key of {people} does not stand as the ledger says; somebody may have put an old row "
            "back. Whoever runs the server lists them: bedside patients compare"
        )
    elif at - last.at > COMPARED_WITHIN:
        level, sentence = (
            Level.WARN,
            "Records were not compared with the ledger for two days; is a worker running?",
        )
    else:
        level, sentence = Level.OK, f"All {last.compared:,} records stand as the ledger says."
    return Concern(title="Records", level=level, sentence=sentence, action="", address="")


def _review(scope: Scope, *, at: datetime) -> Concern:
    today = timezone.localdate(at)
    newest = next(iter(reviews(scope, limit=1)), None)
    began = practice_began(scope)
    late, due = is_overdue(newest, began=began, today=today), began + REVIEW_EACH
    level = Level.WARN if late else Level.OK
    if newest is None:
        sentence = "Nobody has signed a review of what was done yet."
        if not late:  # the first is not due before the practice has a week behind it
            level, sentence = Level.INFO, f"{sentence.rstrip('.')}; the first is due {_day(due)}."
    else:
        who = names_of(scope, {newest.reviewer_id}).get(newest.reviewer_id, "a former member of staff")
        sentence = f"Reviewed up to {_day(newest.last_day)} by {who}."
    return Concern(
        title="Weekly review",
        level=level,
        sentence=sentence,
        action="Review",
        address=reverse("ledger_review"),
    )


def _statements(scope: Scope, *, at: datetime) -> Concern:
    """What every campaign asks of the practice itself (COMPLIANCE section U)."""
    today = timezone.localdate(at)
    held = statements(scope, today=today)
    lacking = [name for register, (name, _) in REGISTER_NAMES.items() if register not in held]
    ending = [one.until for one in held.values() if (one.until - today).days <= ENDS_SOON_DAYS]
    if lacking:
        level, sentence = (
            Level.WARN,
            f"{_counted(len(lacking), 'thing is', 'things are')} not stated, so mail waits.",
        )
    elif ending:
        level, sentence = Level.WARN, f"A statement of the practice ends on {_day(min(ending))}."
    else:
        level, sentence = Level.OK, "All that a mail asks of the practice is stated."
    return Concern(
        title="Before mail is sent",
        level=level,
        sentence=sentence,
        action="Statements",
        address=reverse("statements"),
    )


def _permissions(scope: Scope, *, at: datetime) -> Concern:
    """When somebody last looked through old, unverified and ending permissions (CON-14)."""
    newest = next(iter(permission_reviews.reviews(scope, limit=1)), None)
    if newest is None:
        level, sentence = Level.INFO, "Nobody has signed a review of permissions yet."
    else:
        late = at - newest.at > permission_reviews.REVIEW_EACH
        who = names_of(scope, {newest.reviewer_id}).get(newest.reviewer_id, "a former member of staff")
        level = Level.WARN if late else Level.OK
        sentence = f"Permissions were last reviewed on {_day(timezone.localdate(newest.at))} by {who}."
    return Concern(
        title="Permissions",
        level=level,
        sentence=sentence,
        action="Review",
        address=reverse("permission_review"),
    )


def _refused(scope: Scope, *, at: datetime) -> Concern:
    since = timezone.localdate(at) - timedelta(days=REFUSED_DAYS - 1)
    until = at + timedelta(seconds=1)
    count = acts_by_kind(scope, since=_midnight(since), until=until, kinds=frozenset({REFUSED}))[REFUSED]
    times = "once" if count == 1 else f"{count:,} times"
    return Concern(
        title="Refused access",
        level=Level.WARN if count else Level.OK,
        sentence=f"In the last {REFUSED_DAYS} days somebody asked for what is not theirs {times}."
        if count
        else f"Nobody asked for what is not theirs in the last {REFUSED_DAYS} days.",
        action="Show" if count else "",
        address=f"{reverse('ledger')}?kind={REFUSED}&from={since.isoformat()}" if count else "",
    )


def _keys(scope: Scope, *, at: datetime) -> Concern:
    try:
        level, sentence = _keys_in_words(inventory(scope, at=at), at=at)
    except (Refusal, Fault) as error:
        level, sentence = Level.BAD, error.sentence
    return Concern(title="Keys", level=level, sentence=sentence, action="Keys", address=_address("keys"))


def _keys_in_words(found: Inventory, *, at: datetime) -> tuple[Level, str]:
    """What matters most: a changed key, a destruction, an age, and then what would only be wise."""
    problem = next((key.problem for key in found.keys if key.problem), "")
    if problem:
        return Level.BAD, problem
    if found.requests:
        released = any(request.due_at is not None for request in found.requests)
        then = "will be done soon" if released else "waits for a second person"
        return Level.WARN, f"The destruction of keys was asked for and {then}."
    overdue = sum(key.overdue for key in found.keys)
    if overdue:
        return (
            Level.WARN,
            "1 key is past its time." if overdue == 1 else f"{overdue} keys are past their time.",
        )
    if found.recovery.problem:
        return Level.BAD, found.recovery.problem
    if found.recovery.made_at is None:
        return Level.WARN, "There are no recovery shares: were the root key lost, everything would be."
    if found.recovery.missing:
        return Level.WARN, "The recovery shares would not bring every key back."
    soon = sum(key.due_at is not None and key.due_at - at <= KEYS_DUE_WITHIN for key in found.keys)
    if soon:
        who = "1 key falls" if soon == 1 else f"{soon} keys fall"
        return Level.OK, f"{who} due for rotation within 30 days."
    return Level.OK, "No key falls due within 30 days."


def _erasures(scope: Scope, *, at: datetime) -> Concern:
    first = timezone.localdate(at).replace(day=1)
    until = at + timedelta(seconds=1)
    counted = acts_by_kind(scope, since=_midnight(first), until=until, kinds=ERASURES)
    parts = [
        _counted(counted["patient.erased"], "person erased", "people erased"),
        _counted(counted["hold.placed"], "legal hold placed", "legal holds placed"),
        _counted(counted["hold.lifted"], "legal hold lifted", "legal holds lifted"),
    ]
    told = ", ".join(part for part in parts if part)
    return Concern(
        title="Erasures and holds",
        level=Level.OK,
        sentence=f"This month: {told}." if told else "No erasure and no new legal hold this month.",
        action="Erasures",
        address=_address("erasures"),
    )


def _day(day: date) -> str:
    return f"{day:%B} {day.day}"


def _foreign_links(*, at: datetime) -> list[Concern]:
    """Of the whole installation: a link that is not ours names no practice that could be believed."""
    count = foreign_links(at=at)
    if not count:
        return []
    links, they = ("link was", "It") if count == 1 else ("links were", "They")
    sentence = (
        f"In the last {DAYS_KEPT} days at least {count:,} {links} tried at the patients' pages that this installation "
        f"did not make. {they} opened nothing."
    )
    return [Concern(title="Links not ours", level=Level.INFO, sentence=sentence, action="", address="")]


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}" if count else ""


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())


def _address(page: str) -> str:
    """Empty while this version has no such page."""
    try:
        return reverse(page)
    except NoReverseMatch:
        return ""
