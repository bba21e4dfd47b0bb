"""Asking many people by mail to sign a form: from the forms, from a campaign, and by command."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from bedside.config import commands
from bedside.correspondence.campaigns import actions as campaigns
from bedside.correspondence.campaigns import queries
from bedside.doors.web.authorizations import rounds as pages
from bedside.ground import clock
from bedside.records.authorizations import actions, rounds
from bedside.records.authorizations.queries import version
from bedside.records.consent import actions as consent
from bedside.records.consent.letter_claims import letters_of
from bedside.records.consent.rules import LetterKind
from tests.correspondence.building import make_people, make_plan
from tests.records.authorizations.forms import BORN, form, published, signed
from tests.records.consent.people import add_patient

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from django.test import Client

    from bedside.ground.scope import Scope
    from bedside.records.patients.rules import Patient

ASKED = {LetterKind.AUTHORIZATION_ASKED, LetterKind.AUTHORIZATION_ENDS_SOON}


@pytest.fixture
def people(scope: Scope, at: datetime) -> list[Patient]:
    return make_people(scope, 6, at=at)


@pytest.fixture
def unsigned(scope: Scope, scope_of: Callable[[str], Scope], people: list[Patient], at: datetime) -> UUID:
    """A campaign of offers for people without an authorization, two of whom have stopped since."""
    ana = scope_of("ana")
    plan = make_plan(
        ana, message_class="marketing", at=at, purpose="offer", authorization_purpose="own_services"
    )
    made = campaigns.create(ana, plan, at=at)
    campaigns.submit(ana, made, at=at)
    for one in people[:2]:
        consent.stop_everything(scope, one.id, source="phone", at=at)
    return made


def letters(scope: Scope) -> int:
    return sum(one.kind in ASKED for one in letters_of(scope, at=clock.now()))


def sign_page(campaign_id: UUID, code: str = "authorization_missing") -> str:
    return reverse("campaign_ask_to_sign", args=[campaign_id, code])


@pytest.mark.row("AUT-25", "CON-11")
def test_asks_those_whom_a_campaign_does_not_reach(
    signed_in: Callable[[str], Client], scope: Scope, unsigned: UUID, at: datetime
) -> None:
    client = signed_in("omar")
    text = client.get(reverse("campaign_dropping", args=[unsigned])).content.decode()
    assert "Ask 6 people to sign" in text
    assert "No form fits" in client.get(sign_page(unsigned)).content.decode()
    published(scope, form(purposes=("cosmetic_offers",)), at=at)
    assert "No form fits" in client.get(sign_page(unsigned)).content.decode(), "another purpose"
    published(scope, form(purposes=("own_services",), name="Offers"), at=at)
    text = client.get(sign_page(unsigned)).content.decode()
    assert "4 of 6 people would get a mail" in text
    assert "Stopped, refused or paused all advertising</dt><dd>2" in text
    assert letters(scope) == 0, "looking sends nothing"
    answer = client.post(sign_page(unsigned))
    assert letters(scope) == 4
    shown = client.get(answer.url).content.decode()
    assert "4 people asked" in shown
    assert "Done" in shown
    assert "There is nobody left to ask." in client.get(sign_page(unsigned)).content.decode()


def test_lets_staff_choose_where_several_forms_fit(
    signed_in: Callable[[str], Client], scope: Scope, unsigned: UUID, at: datetime
) -> None:
    client = signed_in("omar")
    first = published(scope, form(purposes=("own_services",), name="Offers"), at=at)
    published(scope, form(purposes=("cosmetic_offers", "own_services"), name="All of it"), at=at)
    assert "Which form are they to sign?" in client.get(sign_page(unsigned)).content.decode()
    assert client.post(sign_page(unsigned)).status_code == 200
    assert letters(scope) == 0, "nobody is asked before somebody has chosen"
    assert "4 of 6" in client.get(sign_page(unsigned), {"form": str(first)}).content.decode()
    client.post(sign_page(unsigned), {"form": str(first)})
    assert letters(scope) == 4


def test_does_not_ask_for_what_nobody_can_sign(signed_in: Callable[[str], Client], unsigned: UUID) -> None:
    assert signed_in("omar").get(sign_page(unsigned, "authorization_revoked")).status_code == 404
    assert signed_in("ada").get(sign_page(unsigned)).status_code == 403


@pytest.mark.row("AUT-25")
def test_asks_those_whose_form_ends_and_shows_what_was_asked(
    signed_in: Callable[[str], Client], scope: Scope, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    version_id = published(scope, form(), at=at)
    jane = add_patient(scope, at=at, last_name="Roe", birth_date=BORN)
    signed(scope, jane.id, version_id, at=at)
    near = at + timedelta(days=340)
    monkeypatch.setattr(clock, "now", lambda: near)
    client, form_id = signed_in("omar"), version(scope, version_id).template_id
    ending = reverse("form_ask", args=[form_id, "ending"])
    assert ending in client.get(reverse("form_rounds")).content.decode()
    assert "1 of 1 person would get a mail" in client.get(ending).content.decode()
    answer = client.post(ending)
    assert letters(scope) == 1
    assert answer.url in client.get(reverse("form_rounds")).content.decode()
    assert client.get(reverse("form_ask", args=[form_id, "whoever"])).status_code == 404


def test_many_are_a_workers_and_the_page_can_stop_it(
    signed_in: Callable[[str], Client],
    scope: Scope,
    unsigned: UUID,
    at: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from bedside.records.authorizations.jobs import ask_round

    monkeypatch.setattr(pages, "HERE_MAX", 3)
    published(scope, form(purposes=("own_services",)), at=at)
    client = signed_in("omar")
    answer = client.post(sign_page(unsigned))
    assert letters(scope) == 0
    shown = client.get(answer.url).content.decode()
    assert "0 of 6" in shown
    assert "every 1s" in shown
    again = client.post(sign_page(unsigned))
    assert again.status_code == 422
    assert "already" in again.content.decode()
    [running] = rounds.recent_rounds(scope, limit=5)
    client.post(reverse("form_round_stop", args=[running.id]))
    ask_round(str(scope.practice_id), str(running.id))
    assert letters(scope) == 0
    client.post(sign_page(unsigned))
    newest = rounds.recent_rounds(scope, limit=1)[0]
    ask_round(str(scope.practice_id), str(newest.id))
    assert letters(scope) == 4


def test_says_who_asked_also_from_the_command_line(
    signed_in: Callable[[str], Client], scope: Scope, people: list[Patient], at: datetime
) -> None:
    version_id = published(scope, form(), at=at)
    assert scope.actor.id.startswith("cli:")
    actions.work_round(scope, actions.start_round(scope, version_id, [people[0].id], at=at, here=True), at=at)
    assert "the command line" in signed_in("omar").get(reverse("form_rounds")).content.decode()


def run(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, object]:
    chosen = commands.build_parser().parse_args([*words, "--practice", "maple", "--json"])
    chosen.needs_django = False
    assert commands.perform(chosen) == 0, capsys.readouterr().err
    return json.loads(capsys.readouterr().out)


@pytest.mark.row("AUT-25")
def test_the_command_counts_before_it_asks(
    scope: Scope, unsigned: UUID, at: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    form_id = str(version(scope, published(scope, form(purposes=("own_services",)), at=at)).template_id)
    words = ("authorizations", "ask", form_id, "--campaign", str(unsigned))
    assert run(capsys, *words) == {"would_ask": 4, "left_alone": {"wants_none": 2}}
    assert letters(scope) == 0
    assert run(capsys, *words, "--yes")["asked"] == 4
    assert letters(scope) == 4
    assert run(capsys, *words)["would_ask"] == 0
    [row] = run(capsys, "authorizations", "asked")["rows"]  # type: ignore[misc]
    assert (row["state"], row["asked"], row["total"]) == ("done", 4, 6)


@pytest.mark.row("AUT-25")
def test_the_gate_decides_about_each_mail(
    signed_in: Callable[[str], Client], scope: Scope, unsigned: UUID, people: list[Patient], at: datetime
) -> None:
    """Whoever stops between being asked and the mail's turn gets none."""
    from bedside.correspondence.letters.asking import ask
    from bedside.correspondence.letters.sending import letters_scope
    from bedside.decisions.gate.queries import Cleared
    from bedside.ground.identity import new_id
    from bedside.records.consent.letter_claims import take_letters
    from bedside.safeguards.practices.queries import profile

    published(scope, form(purposes=("own_services",)), at=at)
    signed_in("omar").post(sign_page(unsigned))
    consent.restrict_email(scope, people[5].id, source="phone", at=clock.now())
    own, now = letters_scope(scope.practice_id), clock.now() + timedelta(minutes=1)
    taken = take_letters(own, claim_id=new_id(), machine=new_id(), limit=20, at=now)
    mine = [one for one in taken if one.kind in ASKED]
    answers = {one.patient_id: ask(own, one, profile(own), at=now) for one in mine}
    assert len(answers) == 4
    assert [who for who, answer in answers.items() if not isinstance(answer, Cleared)] == [people[5].id]
    assert queries.campaign(scope, unsigned).audience_count == 6
    assert actions.stop_round(scope, rounds.recent_rounds(scope, limit=1)[0].id, at=now) is False
