"""Asking many people by mail to sign one form."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bedside.ground.errors import NotAllowed, NotFound, Refusal
from bedside.ground.scope import in_scope
from bedside.records.authorizations import actions, asking, rounds
from bedside.records.authorizations.models import RequestRow, RoundRow
from bedside.records.authorizations.queries import version
from bedside.records.authorizations.rounds import RoundState
from bedside.records.authorizations.rules.left_alone import LeftAlone
from bedside.records.authorizations.whom import Which, people_with, prospect
from bedside.records.consent import actions as consent
from bedside.records.consent.models import LetterRow
from bedside.records.consent.rules import LetterKind
from bedside.records.patients import actions as patients
from bedside.safeguards.audit.queries import entries
from tests.records.authorizations.forms import BORN, form, published, request_of, signed
from tests.records.consent.people import add_patient, as_patient

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from bedside.ground.scope import Scope

DAY = timedelta(days=1)


@pytest.fixture
def form_id(scope: Scope, at: datetime) -> UUID:
    """The version that they are asked to sign."""
    return published(scope, form(), at=at)


@pytest.fixture
def several(scope: Scope, at: datetime) -> list[UUID]:
    return [
        add_patient(scope, at=at, email=f"person{number}@example.org", last_name="Roe", birth_date=BORN).id
        for number in range(5)
    ]


def owed(scope: Scope) -> list[tuple[str, UUID | None]]:
    with in_scope(scope):
        rows = LetterRow.objects.filter(practice_id=scope.practice_id, kind__startswith="authorization_")
        return list(rows.exclude(kind="authorization_copy").order_by("id").values_list("kind", "patient_id"))


def run(scope: Scope, form_id: UUID, people: list[UUID], *, at: datetime) -> rounds.RoundView:
    return actions.work_round(scope, actions.start_round(scope, form_id, people, at=at, here=True), at=at)


@pytest.mark.row("AUT-25")
def test_asks_each_once_by_a_mail_of_their_own_and_tells_the_ledger(
    scope: Scope, form_id: UUID, several: list[UUID], at: datetime
) -> None:
    found = run(scope, form_id, [*several, several[0]], at=at)
    assert (found.state, found.total, found.asked, found.percent) == (RoundState.DONE, 5, 5, 100)
    assert owed(scope) == [(LetterKind.AUTHORIZATION_ASKED.value, one) for one in several]
    with in_scope(scope):
        assert RequestRow.objects.filter(practice_id=scope.practice_id).count() == 5
        assert bytes(RoundRow.objects.get(id=found.id).people) == b"", "nobody's id is kept once it is over"
    (ended,) = entries(
        scope, before_id=None, kind="form.round_ended", actor_id="", subject=str(found.id), limit=5
    )
    assert (ended.details["asked"], ended.details["left"]) == (5, 0)


@pytest.mark.row("AUT-25")
def test_asks_nobody_twice_in_thirty_days(
    scope: Scope, form_id: UUID, several: list[UUID], at: datetime
) -> None:
    run(scope, form_id, several[:2], at=at)
    again = run(scope, form_id, several, at=at + 29 * DAY)
    assert again.asked == 3
    assert again.left_alone == {LeftAlone.ASKED_LATELY: 2}
    with in_scope(scope):
        LetterRow.objects.filter(state="owed").update(state="sent")
    assert run(scope, form_id, several[:2], at=at + 31 * DAY).asked == 2


LEFT = {
    "stopped": LeftAlone.WANTS_NONE,
    "only reminders": LeftAlone.WANTS_NONE,
    "restricted": LeftAlone.NO_EMAIL,
    "dead": LeftAlone.DECEASED,
    "no address": LeftAlone.NO_ADDRESS,
    "said no": LeftAlone.SAID_NO,
    "took it back": LeftAlone.TOOK_BACK,
    "signed": LeftAlone.SIGNED,
    "nobody": LeftAlone.GONE,
}


@pytest.mark.row("AUT-14", "AUT-25", "CON-11")
@pytest.mark.parametrize("how", LEFT)
def test_leaves_alone_whoever_does_not_want_it_or_need_it(
    scope: Scope, form_id: UUID, several: list[UUID], at: datetime, how: str
) -> None:
    one, when = several[0], at + 60 * DAY
    if how == "stopped":
        consent.stop_everything(scope, one, source="phone", at=at)
    elif how == "only reminders":
        consent.only_reminders(scope, one, source="phone", at=at)
    elif how == "restricted":
        consent.restrict_email(scope, one, source="phone", at=at)
    elif how == "dead":
        patients.set_deceased(scope, one, deceased=True, at=at)
    elif how == "no address":
        one = add_patient(scope, at=at, email="", last_name="Roe", birth_date=BORN).id
    elif how == "said no":
        token = actions.ask_to_sign(scope, one, form_id, at=at)
        asking.decline(as_patient(scope, one), request_of(token), at=at)
    elif how in {"took it back", "signed"}:
        document_id = signed(scope, one, form_id, at=at)
        if how == "took it back":
            actions.revoke(scope, one, document_id, source="letter", at=at + DAY)
    elif how == "nobody":
        from bedside.ground.identity import new_id

        one = new_id()
    looked = prospect(scope, version(scope, form_id), [one, several[1]], at=when)
    assert (looked.asked, looked.left_alone) == (1, {LEFT[how]: 1})
    assert run(scope, form_id, [one, several[1]], at=when).left_alone == {LEFT[how]: 1}
    assert [patient_id for _, patient_id in owed(scope)] == [several[1]]


@pytest.mark.row("AUT-25")
def test_finds_those_whose_form_ends_or_has_ended_and_says_so_in_the_mail(
    scope: Scope, form_id: UUID, several: list[UUID], at: datetime
) -> None:
    for one in several[:2]:
        signed(scope, one, form_id, at=at)
    template_id, near = version(scope, form_id).template_id, at + 345 * DAY

    def with_form(which: Which, when: datetime) -> list[UUID]:
        return people_with(scope, template_id, which=which, today=when.date())

    assert with_form(Which.ENDING, at + 100 * DAY) == []
    assert sorted(with_form(Which.ENDING, near)) == sorted(several[:2])
    assert with_form(Which.ENDED, near) == []
    assert run(scope, form_id, several[:1], at=near).asked == 1
    assert actions.ask_again(scope, at=near) == 1, "the other one; nobody is reminded twice"
    late = at + 380 * DAY
    assert sorted(with_form(Which.ENDED, late)) == sorted(several[:2])
    assert run(scope, form_id, several[:2], at=late + 60 * DAY).asked == 2
    kinds = [kind for kind, _ in owed(scope)]
    assert kinds == [
        "authorization_ends_soon",
        "authorization_ends_soon",
        "authorization_asked",
        "authorization_asked",
    ]
    assert with_form(Which.ENDED, at + 800 * DAY) == []


@pytest.mark.row("AUT-25")
def test_the_daily_reminder_waits_after_a_round(
    scope: Scope, form_id: UUID, several: list[UUID], at: datetime
) -> None:
    signed(scope, several[0], form_id, at=at)
    end = at + 365 * DAY
    assert run(scope, form_id, several[:1], at=end - 33 * DAY).asked == 1
    with in_scope(scope):
        LetterRow.objects.filter(state="owed").update(state="sent")
    assert [actions.ask_again(scope, at=end - days * DAY) for days in (30, 27, 24)] == [0, 0, 1]


def test_goes_on_after_the_last_whole_batch(
    scope: Scope, form_id: UUID, several: list[UUID], at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "BATCH", 2)
    round_id = actions.start_round(scope, form_id, several, at=at)
    real, calls = rounds.owe_letter, []

    def dies(*given: object, **named: object) -> object:
        calls.append(1)
        if len(calls) == 4:
            raise OSError
        return real(*given, **named)

    monkeypatch.setattr(rounds, "owe_letter", dies)
    with pytest.raises(OSError):
        actions.work_round(scope, round_id, at=at)
    assert (rounds.round_of(scope, round_id).done, len(owed(scope))) == (2, 2)
    assert actions.work_round(scope, round_id, at=at).asked == 5
    assert sorted(one for _, one in owed(scope)) == sorted(several)


def test_stops_when_told_and_when_the_form_is_retired(
    scope: Scope, form_id: UUID, several: list[UUID], at: datetime
) -> None:
    first = actions.start_round(scope, form_id, several, at=at)
    with pytest.raises(Refusal, match="already"):
        actions.start_round(scope, form_id, several, at=at)
    assert actions.stop_round(scope, first, at=at)
    assert not actions.stop_round(scope, first, at=at)
    assert actions.work_round(scope, first, at=at).state is RoundState.STOPPED
    second = actions.start_round(scope, form_id, several, at=at)
    actions.retire(scope, version(scope, form_id).template_id, at=at)
    assert actions.work_round(scope, second, at=at).state is RoundState.STOPPED
    assert owed(scope) == []
    with pytest.raises(Refusal, match="in use"):
        actions.start_round(scope, form_id, several, at=at)


def test_only_who_records_consent_asks_and_no_stranger_sees_it(
    scope: Scope,
    scope_of: Callable[[str], Scope],
    stranger_scope: Scope,
    form_id: UUID,
    several: list[UUID],
    at: datetime,
) -> None:
    with pytest.raises(NotAllowed):
        actions.start_round(scope_of("ada"), form_id, several, at=at)
    round_id = actions.start_round(scope, form_id, several, at=at)
    with pytest.raises(NotFound):
        rounds.round_of(stranger_scope, round_id)


def test_refuses_nobody_and_too_many(
    scope: Scope, form_id: UUID, several: list[UUID], at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Refusal, match="nobody"):
        actions.start_round(scope, form_id, [], at=at)
    monkeypatch.setattr(rounds, "PEOPLE_MAX", 4)
    with pytest.raises(Refusal, match="At most 4"):
        actions.start_round(scope, form_id, several, at=at)


@pytest.mark.row("AUT-25")
def test_whoever_signed_anew_after_taking_it_back_may_be_asked(
    scope: Scope, form_id: UUID, several: list[UUID], at: datetime
) -> None:
    first = signed(scope, several[0], form_id, at=at)
    actions.revoke(scope, several[0], first, source="letter", at=at + DAY)
    signed(scope, several[0], form_id, at=at + 2 * DAY)
    looked = prospect(scope, version(scope, form_id), several[:1], at=at + 340 * DAY)
    assert (looked.asked, looked.left) == (1, 0)
