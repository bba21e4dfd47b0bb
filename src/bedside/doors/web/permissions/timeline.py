"""The history of one person's permissions as a time line: each act in words, by day, with what proves it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.utils import timezone

from bedside.correspondence.letters.wording import exact
from bedside.correspondence.letters.words import KINDS as LETTER_NAMES
from bedside.correspondence.letters.words import STATES as LETTER_STATES
from bedside.doors.web.permissions.particulars import particulars
from bedside.doors.web.permissions.warning import wording_in_words
from bedside.records.consent.rules import EventKind, LetterState
from bedside.records.consent.rules.terms import read_document
from bedside.records.consent.sentences import sentence_of
from bedside.records.intake.queries import brought_by
from bedside.safeguards.staff.queries import names_of
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from bedside.ground.scope import Scope
    from bedside.records.consent.letter_claims import ShownLetter
    from bedside.records.consent.queries import ConsentEventView
    from bedside.records.consent.rules import Evidence


class LineKind(StrEnum):
    """What the time line can be narrowed to."""

    CONSENT = "consent"
    AUTHORIZATION = "authorization"
    RESTRICTION = "restriction"
    PREFERENCE = "preference"
    LETTER = "letter"


KIND_NAMES: Final = {
    LineKind.CONSENT: "Yes and no",
    LineKind.AUTHORIZATION: "Signed forms",
    LineKind.RESTRICTION: "Agreements",
    LineKind.PREFERENCE: "How and how often",
    LineKind.LETTER: "Mails about it",
}
_SIGNED: Final = frozenset(
    {
        EventKind.AUTHORIZATION_RECORDED, EventKind.AUTHORIZATION_REVOKED, EventKind.AUTHORIZATION_FOUND_FALSE,
        EventKind.PART2_CONSENTED, EventKind.PART2_REVOKED,
    }
)  # fmt: skip
_AGREED: Final = frozenset(
    {
        EventKind.RESTRICTED, EventKind.RESTRICTION_LIFTED, EventKind.REPRESENTATIVE_RECORDED,
        EventKind.REPRESENTATIVE_ENDED, EventKind.OTHER_WAY_ASKED, EventKind.OTHER_WAY_ENDED,
    }
)  # fmt: skip
_PREFERRED: Final = frozenset(
    {
        EventKind.FREQUENCY_CHOSEN, EventKind.PAUSED, EventKind.PAUSE_ENDED, EventKind.PLAIN_MAIL_CHOSEN,
        EventKind.PLAIN_MAIL_WITHDRAWN, EventKind.ADDRESS_PROVEN,
    }
)  # fmt: skip
# (sign, words for who cannot see it, class): what an act did to what may be sent.
_GAVE: Final = ("+", "Allows", "ok")
_TOOK: Final = ("−", "Takes away", "bad")  # noqa: RUF001  a minus is as wide as the plus
_LESS: Final = ("~", "Limits", "warn")
_NOTED: Final = ("•", "Notes", "info")
_MARKS: Final = {
    EventKind.GRANTED: _GAVE, EventKind.RESUMED: _GAVE, EventKind.REFUSAL_UNDONE: _GAVE,
    EventKind.AUTHORIZATION_RECORDED: _GAVE, EventKind.RESTRICTION_LIFTED: _GAVE, EventKind.PART2_CONSENTED: _GAVE,
    EventKind.COLLECTION_CONSENTED: _GAVE, EventKind.PAUSE_ENDED: _GAVE, EventKind.ADDRESS_PROVEN: _GAVE,
    EventKind.REPRESENTATIVE_RECORDED: _GAVE, EventKind.REFUSED: _TOOK, EventKind.STOPPED_EVERYTHING: _TOOK,
    EventKind.AUTHORIZATION_REVOKED: _TOOK, EventKind.AUTHORIZATION_FOUND_FALSE: _TOOK, EventKind.RESTRICTED: _TOOK,
    EventKind.PART2_REVOKED: _TOOK, EventKind.COLLECTION_WITHDRAWN: _TOOK, EventKind.REPRESENTATIVE_ENDED: _TOOK,
    EventKind.FREQUENCY_CHOSEN: _LESS, EventKind.PAUSED: _LESS, EventKind.OTHER_WAY_ASKED: _LESS,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The wording that somebody was shown: which, its SHA-256 and its text, each empty where it is not kept."""

    version: str
    sha256: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One act or one mail. `facts` are (label, value); `evidence` is None where there is none to open."""

    at: datetime
    kind: LineKind
    sign: str
    sign_words: str
    color: str
    sentence: str
    by: str
    facts: tuple[tuple[str, str], ...]
    verified: bool
    note: str
    wording: Shown | None
    evidence: tuple[tuple[str, str], ...] | None
    document_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The lines of one day of the practice, the newest first."""

    day: date
    lines: tuple[Line, ...]


def time_line(
    scope: Scope, events: Sequence[ConsentEventView], letters: Sequence[ShownLetter], *, only: LineKind | None
) -> list[Day]:
    """The newest day first; `only` narrows it to one kind."""
    lines = [*_acts(scope, events), *_mails(letters)]
    wanted = [line for line in lines if only is None or line.kind is only]
    wanted.sort(key=lambda line: line.at, reverse=True)
    return [
        Day(day=day, lines=tuple(of_day))
        for day, of_day in groupby(wanted, key=lambda line: timezone.localdate(line.at))
    ]


def kind_of(event_kind: str) -> LineKind:
    """Each act belongs to one."""
    kind = EventKind(event_kind)
    if kind in _SIGNED:
        return LineKind.AUTHORIZATION
    if kind in _AGREED:
        return LineKind.RESTRICTION
    return LineKind.PREFERENCE if kind in _PREFERRED else LineKind.CONSENT


def _acts(scope: Scope, events: Sequence[ConsentEventView]) -> list[Line]:
    brought = _brought_by(scope, events)
    staff = {event.actor_id for event in events if event.actor_kind == "staff"}
    files = {who for who in brought.values() if not who.startswith("cli:")}
    names = names_of(scope, staff | files)
    full = scope.may(Right.RECORD_CONSENT)
    shown = {view.evidence.wording for view in events if view.evidence and view.evidence.wording}
    wordings = {wording: _wording(scope, wording) for wording in shown}
    return [_act(view, who=_actor(view, brought, names), wordings=wordings, full=full) for view in events]


def _act(view: ConsentEventView, *, who: str, wordings: Mapping[str, Shown], full: bool) -> Line:
    event = view.event
    sign, words, color = _MARKS.get(EventKind(event.kind), _NOTED)
    if not event.verified:
        sign, words, color = "?", "Not verified", "warn"
    return Line(
        at=view.at,
        kind=kind_of(event.kind),
        sign=sign,
        sign_words=words,
        color=color,
        sentence=sentence_of(event),
        by=who,
        facts=particulars(event),
        verified=event.verified,
        note=view.evidence.note if view.evidence else "",
        wording=wordings.get(view.evidence.wording) if view.evidence else None,
        evidence=_evidence(view.evidence, full=full) if view.evidence else None,
        document_id=read_document(event.terms),
    )


def _wording(scope: Scope, wording: str) -> Shown:
    version, sha256, text = wording_in_words(scope, wording)
    return Shown(version=version, sha256=sha256, text=text)


def _evidence(evidence: Evidence, *, full: bool) -> tuple[tuple[str, str], ...]:
    """What else was kept. Whoever only reads needs no network address."""
    lines = [("Language", evidence.language)]
    if full:
        lines += [
            ("Address written to instead", evidence.address),
            ("Network address", evidence.network_address),
            ("Browser", evidence.user_agent),
        ]
    return tuple((label, value) for label, value in lines if value)


def _mails(letters: Iterable[ShownLetter]) -> list[Line]:
    return [_mail(letter) for letter in letters if letter.state is not LetterState.DROPPED]


def _mail(letter: ShownLetter) -> Line:
    facts = [("Language", letter.language), ("Handed to", letter.host)]
    return Line(
        at=letter.ended_at or letter.owed_at,
        kind=LineKind.LETTER,
        sign="@",
        sign_words="Mail",
        color="info" if letter.state in {LetterState.SENT, LetterState.OWED, LetterState.IN_HAND} else "warn",
        sentence=f"{LETTER_NAMES[letter.kind]}: {LETTER_STATES[letter.state].lower()}",
        by="this system",
        facts=tuple((label, value) for label, value in facts if value),
        verified=True,
        note="",
        wording=_text_of(letter.wording),
        evidence=None,
        document_id=None,
    )


def _text_of(mark: str) -> Shown | None:
    """The words of a mail that was written; the practice's name and the link stand in them as places."""
    if not mark:
        return None
    text, sha256 = exact(mark), mark.rpartition(":")[2]
    lines = (text.subject, *text.paragraphs, text.button, text.why) if text else ()
    return Shown(version="As sent", sha256=sha256, text="\n".join(line for line in lines if line))


def _brought_by(scope: Scope, events: Iterable[ConsentEventView]) -> dict[str, str]:
    """By source, who brought the file: a worker read it, and yet a person stands for what it says."""
    imports = {view.event.source: _import_id(view.event.source) for view in events}
    known = brought_by(scope, {import_id for import_id in imports.values() if import_id is not None})
    return {source: known[one] for source, one in imports.items() if one in known}


def _import_id(source: str) -> UUID | None:
    kind, _, text = source.partition(":")
    try:
        return UUID(text) if kind == "import" else None
    except ValueError:
        return None


def _actor(view: ConsentEventView, brought: Mapping[str, str], names: Mapping[str, str]) -> str:
    source = view.event.source
    if source in brought:
        return f"a file that {names.get(brought[source], 'an administrator')} brought"
    if source.startswith("import:"):
        return "a file"
    if view.actor_kind == "patient":
        return "the person"
    if view.actor_id.startswith("cli:"):
        return "an administrator of this system"
    return names.get(view.actor_id, "this system")
