"""What staff hear from a person beyond yes and no, recorded with one form for each thing."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from django.http import QueryDict
from django.shortcuts import render

from bedside.doors.web.pages import done, staff_page
from bedside.doors.web.permissions.forms import read_category, read_evidence, read_source
from bedside.doors.web.permissions.holding import facts_of
from bedside.doors.web.permissions.particulars import WAY_NAMES
from bedside.doors.web.permissions.warning import PRESENT_WARNING, WARNINGS
from bedside.doors.web.permissions.words import STAFF_SOURCES
from bedside.ground import clock
from bedside.ground.errors import Refusal
from bedside.records.consent import actions, queries
from bedside.records.consent.proving import is_proven
from bedside.records.consent.rules import PROMOTIONAL, Category, Evidence, Source, Way
from bedside.records.consent.rules.terms import MONTHLY_MAX
from bedside.records.consent.sentences import CATEGORY_NAMES
from bedside.records.patients import queries as patients
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from bedside.ground.scope import Scope

    Act = Callable[[Scope, UUID, QueryDict, datetime], str]

SAME: Final = "That was recorded already; nothing was changed."


@staff_page(Right.RECORD_CONSENT)
def hear(request: HttpRequest, scope: Scope, patient_id: UUID) -> HttpResponse:
    """The forms; POST records one act and goes back to the permissions."""
    if request.method != "POST":
        return _page(request, scope, patient_id, QueryDict(), problem="")
    try:
        sentence = record(scope, patient_id, request.POST, at=clock.now())
    except Refusal as error:
        return _page(request, scope, patient_id, request.POST, problem=error.sentence)
    return done(request, sentence, "permissions", patient_id)


def record(scope: Scope, patient_id: UUID, typed: QueryDict, *, at: datetime) -> str:
    """One act. Gives what to tell whoever recorded it. Raises Refusal."""
    act = ACTS.get(typed.get("act", ""))
    if act is None:
        raise Refusal("act", "Choose what you want to record.")
    return act(scope, patient_id, typed, at)


def _page(
    request: HttpRequest, scope: Scope, patient_id: UUID, typed: QueryDict, *, problem: str
) -> HttpResponse:
    patient = patients.get(scope, patient_id)
    actions.note_seen(scope, patient_id, at=clock.now())
    held = queries.permissions_of(scope, [patient_id])[patient_id]
    today = _today(scope, clock.now())
    proven = bool(patient.email) and is_proven(scope, patient_id)
    opened = typed.get("act", "") or request.GET.get("open", "")
    context = {
        "patient": patient,
        "held": held,
        "facts": facts_of(
            held,
            today=today,
            minor=patient.is_minor_on(today) is True,
            proven=proven,
            has_address=bool(patient.email),
        ),
        "proven": proven,
        "typed": typed,
        "opened": opened if opened in ACTS else "",
        "chosen": typed.getlist("categories"),
        "problem": problem,
        "today": today,
        "sources": [(source.value, words) for source, words in STAFF_SOURCES.items()],
        "categories": [(one.value, CATEGORY_NAMES[one]) for one in Category],
        "promotional": [(one.value, CATEGORY_NAMES[one]) for one in sorted(PROMOTIONAL)],
        "ways": [(way.value, words) for way, words in WAY_NAMES.items()],
        "numbers": range(MONTHLY_MAX + 1),
        "warning": WARNINGS[PRESENT_WARNING],
    }
    return render(request, "web/permissions/hear.html", context, status=422 if problem else 200)


def _today(scope: Scope, at: datetime) -> date:
    return at.astimezone(profile(scope).zone).date()


def _how(scope: Scope, typed: Mapping[str, str]) -> tuple[str, Evidence]:
    return read_source(typed), read_evidence(typed, origin=scope.origin)


def _pause(scope: Scope, patient_id: UUID, typed: QueryDict, at: datetime) -> str:
    source, evidence = _how(scope, typed)
    until = _needed_day(typed, "Give the last day without mail.")
    changed = actions.pause(
        scope, patient_id, until=until, category=_about(typed), source=source, at=at, evidence=evidence
    )
    return "Recorded the pause. It ends by itself." if changed else SAME


def _end_pause(scope: Scope, patient_id: UUID, typed: QueryDict, at: datetime) -> str:
    source, evidence = _how(scope, typed)
    changed = actions.end_pause(
        scope, patient_id, category=_about(typed), source=source, at=at, evidence=evidence
    )
    return "Recorded that the pause is over." if changed else "No such pause is running."


def _often(scope: Scope, patient_id: UUID, typed: QueryDict, at: datetime) -> str:
    source, evidence = _how(scope, typed)
    category = read_category(typed)
    if category is None:
        raise Refusal("category", "Choose which mail this is about.")
    number = typed.get("number", "")
    if number not in {"", *map(str, range(MONTHLY_MAX + 1))}:
        raise Refusal("monthly_max", f"Choose how often as a number from 0 to {MONTHLY_MAX} a month.")
    changed = actions.choose_frequency(
        scope, patient_id, category=category, monthly_max=int(number) if number else None, source=source, at=at,
        evidence=evidence,
    )  # fmt: skip
    return "Recorded how often." if changed else SAME


def _only_reminders(scope: Scope, patient_id: UUID, typed: QueryDict, at: datetime) -> str:
    source, evidence = _how(scope, typed)
    changed = actions.only_reminders(scope, patient_id, source=source, at=at, evidence=evidence)
    return "Recorded: reminders and notices only." if changed else SAME


def _restrict(scope: Scope, patient_id: UUID, typed: QueryDict, at: datetime) -> str:
    source, evidence = _how(scope, typed)
    known = {one.value: one for one in Category}
    chosen = [known[code] for code in typed.getlist("categories") if code in known]
    changed = actions.restrict_categories(
        scope, patient_id, categories=chosen, source=source, at=at, evidence=evidence
    )
    return "Recorded: we do not use email for that." if changed else SAME


def _lift(scope: Scope, patient_id: UUID, typed: QueryDict, at: datetime) -> str:
    source, evidence = _how(scope, typed)
    changed = actions.lift_restriction(scope, patient_id, source=source, at=at, evidence=evidence)
    return "Recorded: email is all right again, for all mail." if changed else SAME


def _other_way(scope: Scope, patient_id: UUID, typed: QueryDict, at: datetime) -> str:
    """No note is read: a practice may not ask why (45 CFR 164.522(b)(2)(iii)), so there is nowhere to write it."""
    way = str(typed.get("way", ""))
    if way not in set(Way):
        raise Refusal("other_way", "Choose how they want to be reached.")
    evidence = Evidence(wording="staff-1", language="en", network_address=scope.origin)
    changed = actions.ask_other_way(
        scope, patient_id, way=Way(way), address=typed.get("address", "").strip(),
        source=read_source(typed), at=at, evidence=evidence,
    )  # fmt: skip
    return "Recorded how they want to be reached." if changed else SAME


def _end_other_way(scope: Scope, patient_id: UUID, typed: QueryDict, at: datetime) -> str:
    source, evidence = _how(scope, typed)
    changed = actions.end_other_way(scope, patient_id, source=source, at=at, evidence=evidence)
    return "Recorded: the address on record counts again." if changed else SAME


def _appoint(scope: Scope, patient_id: UUID, typed: QueryDict, at: datetime) -> str:
    source, evidence = _how(scope, typed)
    until = _day(typed.get("until", ""), "Give the last day on which they may act as a date.")
    if until is None and typed.get("no_end") != "yes":
        raise Refusal("until", "Give the last day on which they may act, or tick that there is none.")
    actions.appoint_representative(
        scope, patient_id, authority=typed.get("authority", ""), until=until, source=source, at=at,
        evidence=evidence,
    )  # fmt: skip
    return "Recorded who may act for this person."


def _end_representative(scope: Scope, patient_id: UUID, typed: QueryDict, at: datetime) -> str:
    source, evidence = _how(scope, typed)
    changed = actions.end_representative(scope, patient_id, source=source, at=at, evidence=evidence)
    return "Recorded that nobody acts for this person any more." if changed else SAME


def _plain_mail(scope: Scope, patient_id: UUID, typed: QueryDict, at: datetime) -> str:
    """The words that were told are kept by version and hash, so the page says later which they were."""
    source = read_source(typed)
    if typed.get("warned") != "yes":
        raise Refusal("warning", "Tell them the warning first, word by word, and tick that you did.")
    note = read_evidence(typed, origin=scope.origin).note
    evidence = Evidence(wording=PRESENT_WARNING, language="en", network_address=scope.origin, note=note)
    changed = actions.choose_plain_mail(scope, patient_id, source=source, at=at, evidence=evidence)
    return "Recorded that they prefer unencrypted mail." if changed else SAME


def _end_plain_mail(scope: Scope, patient_id: UUID, typed: QueryDict, at: datetime) -> str:
    source, evidence = _how(scope, typed)
    changed = actions.withdraw_plain_mail(scope, patient_id, source=source, at=at, evidence=evidence)
    return "Recorded: encrypted mail only." if changed else SAME


def _end_part2(scope: Scope, patient_id: UUID, typed: QueryDict, at: datetime) -> str:
    source, evidence = _how(scope, typed)
    changed = actions.revoke_part2_consent(scope, patient_id, source=source, at=at, evidence=evidence)
    return "Recorded that the consent is revoked." if changed else SAME


def _identified(scope: Scope, patient_id: UUID, typed: QueryDict, at: datetime) -> str:
    if typed.get("looked") != "yes":
        raise Refusal("looked", "Look at an ID and at the address on record first, and tick that you did.")
    evidence = read_evidence(typed, origin=scope.origin)
    changed = actions.prove_address(
        scope, patient_id, source=Source.IN_PERSON.value, at=at, evidence=evidence
    )
    return "Recorded that the address is theirs." if changed else SAME


def _ask_to_prove(scope: Scope, patient_id: UUID, typed: QueryDict, at: datetime) -> str:
    del typed
    language = patients.get(scope, patient_id).language
    owed = actions.ask_to_prove(scope, patient_id, language=language, at=at)
    return (
        "The confirmation mail goes out within seconds."
        if owed
        else "That address is shown to be theirs already."
    )


def _about(typed: Mapping[str, str]) -> Category | None:
    """None for all mail that is not about care. Raises Refusal."""
    about = typed.get("about", "")
    return (
        None if about == "promotional" else read_category({"about": about if about != "everything" else ""})
    )


def _needed_day(typed: Mapping[str, str], sentence: str) -> date:
    found = _day(typed.get("until", ""), sentence)
    if found is None:
        raise Refusal("until", sentence)
    return found


def _day(text: str, sentence: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Refusal("until", sentence) from None


ACTS: Final[Mapping[str, Act]] = MappingProxyType(
    {
        "pause": _pause,
        "end_pause": _end_pause,
        "often": _often,
        "only_reminders": _only_reminders,
        "restrict_kinds": _restrict,
        "lift": _lift,
        "other_way": _other_way,
        "end_other_way": _end_other_way,
        "appoint": _appoint,
        "end_representative": _end_representative,
        "plain_mail": _plain_mail,
        "end_plain_mail": _end_plain_mail,
        "end_part2": _end_part2,
        "identified": _identified,
        "ask_to_prove": _ask_to_prove,
    }
)
