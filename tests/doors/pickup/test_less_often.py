"""Less often, a break, only reminders, one paper at a time, and why a mail came: the page for choices in full."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bedside.doors.pickup.words import TEXTS, Language
from bedside.ground import clock
from bedside.ground.identity import new_id
from bedside.records.consent import actions, queries
from bedside.records.consent.preferring import months_later, paused_on
from bedside.records.consent.rules import PROMOTIONAL, Answer, Category
from bedside.safeguards.audit.queries import entries
from bedside.safeguards.practices.queries import profile
from tests.records.consent.test_answers import PAPER

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.test import Client

    from bedside.ground.scope import Scope
    from bedside.records.consent.rules import PersonPermissions

ONE_CLICK = "List-Unsubscribe=One-Click"
FORM = "application/x-www-form-urlencoded"


def held(scope: Scope, who: UUID) -> PersonPermissions:
    return queries.permissions_of(scope, [who])[who]


def today(scope: Scope) -> object:
    return clock.now().astimezone(profile(scope).zone).date()


@pytest.mark.row("CON-10", "CON-09")
def test_keeps_how_often_and_shows_it(
    door: Client, scope: Scope, jane: UUID, token_for: Callable[..., str]
) -> None:
    token = token_for(None)
    page = door.post(f"/p/{token}", {"newsletter": "yes", "often-newsletter": "1"}).content.decode()
    assert "Saved." in page
    assert '<option value="1" selected>At most once a month</option>' in page
    assert held(scope, jane).monthly_max == {Category.NEWSLETTER: 1}
    door.post(f"/p/{token}", {"often-newsletter": ""})
    assert held(scope, jane).monthly_max == {}
    assert 'name="often-reminders"' not in page, "nobody is to miss a visit"


def test_an_old_link_makes_it_less_and_never_more(
    door: Client, scope: Scope, jane: UUID, token_for: Callable[..., str]
) -> None:
    old = token_for(None, days=400)
    door.post(f"/p/{old}", {"often-offers": "1"})
    page = door.post(f"/p/{old}", {"often-offers": ""}).content.decode()
    assert "Please ask us" in page
    assert held(scope, jane).monthly_max == {Category.OFFERS: 1}
    door.post(f"/p/{token_for(None)}", {"often-offers": ""})
    assert held(scope, jane).monthly_max == {}


@pytest.mark.parametrize("number", ["0", "-1", "32", "1.5", "x", "١"])
def test_takes_no_number_that_the_form_does_not_offer(
    door: Client, scope: Scope, jane: UUID, token_for: Callable[..., str], number: str
) -> None:
    door.post(f"/p/{token_for(None)}", {"often-offers": number})
    assert queries.history(scope, jane) == []


@pytest.mark.parametrize("months", [1, 3, 6])
def test_takes_a_break_of_so_many_months(
    door: Client, scope: Scope, jane: UUID, token_for: Callable[..., str], months: int
) -> None:
    page = door.post(f"/p/{token_for(None)}", {"act": "pause", "months": str(months)}).content.decode()
    last = months_later(today(scope), months)
    assert f"The last day of it is {last:%B} {last.day}, {last.year}." in page
    assert paused_on(held(scope, jane), last) == PROMOTIONAL


def test_a_break_to_a_day_twice_is_one(
    door: Client, scope: Scope, jane: UUID, token_for: Callable[..., str]
) -> None:
    chosen = {"act": "pause", "day": (today(scope) + timedelta(days=9)).isoformat()}
    for _ in range(2):
        page = door.post(f"/p/{token_for(None, days=900)}", chosen).content.decode()
    assert "Nothing was changed." in page
    assert len(queries.history(scope, jane)) == 1


@pytest.mark.parametrize("day", ["", "2020-02-30", "2020-01-01", "9999-12-31", "tomorrow"])
def test_says_which_day_it_cannot_take(
    door: Client, scope: Scope, jane: UUID, token_for: Callable[..., str], day: str
) -> None:
    page = door.post(f"/p/{token_for(None)}", {"act": "pause", "day": day}).content.decode()
    assert TEXTS[Language.ENGLISH]["break_wrong"] in page
    assert queries.history(scope, jane) == []


def test_ends_a_break_with_a_fresh_link_only(
    door: Client, scope: Scope, jane: UUID, token_for: Callable[..., str]
) -> None:
    door.post(f"/p/{token_for(None)}", {"act": "pause", "months": "1"})
    page = door.post(f"/p/{token_for(None, days=400)}", {"act": "end_pause"}).content.decode()
    assert "Please ask us" in page
    assert paused_on(held(scope, jane), today(scope)) == PROMOTIONAL
    door.post(f"/p/{token_for(None)}", {"act": "end_pause"})
    assert paused_on(held(scope, jane), today(scope)) == frozenset()


@pytest.mark.row("CON-11", "CON-13", "CSP-08")
def test_one_button_leaves_reminders_and_nothing_else(
    door: Client, scope: Scope, jane: UUID, token_for: Callable[..., str]
) -> None:
    """CON-13: one page, one button, nothing to fill in."""
    token = token_for(Category.OFFERS, days=2000)
    assert "required" not in door.get(f"/p/{token}").content.decode()
    page = door.post(f"/p/{token}", {"act": "only_reminders"}).content.decode()
    said = held(scope, jane).permissions
    assert {one for one, told in said.items() if told.answer is Answer.REFUSED} == PROMOTIONAL
    assert "Send me only reminders" not in page
    door.post(f"/p/{token}", {"act": "only_reminders"})
    assert len(queries.history(scope, jane)) == len(PROMOTIONAL)


@pytest.mark.row("AUT-15", "AUT-16")
def test_takes_one_paper_back_and_leaves_the_other(
    door: Client, scope: Scope, jane: UUID, token_for: Callable[..., str]
) -> None:
    from bedside.records.consent.rules import Terms

    ids = [new_id(), new_id()]
    for one in ids:
        actions.record_authorization(
            scope, jane, paper=PAPER, source="paper", at=clock.now(), terms=Terms(document_id=one)
        )
    token = token_for(Category.OFFERS)
    door.post(f"/u/{token}")
    assert [one.revoked_at for one in held(scope, jane).authorizations] == [None, None], (
        "a no is no revocation"
    )
    page = door.get(f"/p/{token}").content.decode()
    assert page.count("Take this one back") >= 2
    assert "Signed on November 1, 2026" in page
    door.post(f"/p/{token}", {"act": "revoke", "document": ids[0].hex})
    left = {one.document_id: one.revoked_at for one in held(scope, jane).authorizations}
    assert left[ids[0]] is not None
    assert left[ids[1]] is None
    for wrong in ("no-such", new_id().hex):
        assert door.post(f"/p/{token}", {"act": "revoke", "document": wrong}).status_code == 200
    assert held(scope, jane).authorizations[1].revoked_at is None


@pytest.mark.row("CON-12", "CSP-06")
def test_says_why_a_mail_came_and_changes_nothing(
    door: Client, scope: Scope, jane: UUID, token_for: Callable[..., str]
) -> None:
    token = token_for(Category.OFFERS, days=400)
    for code in ("en", "es"):
        page = door.get(f"/p/{token}/why?lang={code}")
        assert page.status_code == 200
        assert TEXTS[Language(code)]["why_title"] in page.content.decode()
        assert "Jane" not in page.content.decode()
    assert door.post(f"/p/{token}/why").status_code == 405
    assert queries.history(scope, jane) == []


@pytest.mark.row("CON-06", "CSP-07")
def test_a_mail_program_gets_a_short_answer_and_the_no_is_in_force(
    door: Client, scope: Scope, jane: UUID, token_for: Callable[..., str]
) -> None:
    token = token_for(Category.OFFERS)
    for _ in range(2):
        answer = door.post(f"/u/{token}", ONE_CLICK, content_type=FORM)
        assert (answer.status_code, answer.content) == (200, b"Done.\n")
        assert answer["Cache-Control"] == "no-store"
    assert held(scope, jane).permissions[Category.OFFERS].answer is Answer.REFUSED
    found = entries(scope, before_id=None, kind="", actor_id="", subject=str(jane), limit=9)
    assert [one.kind for one in found] == ["consent.refused", "patient.added"], "nothing was shown to anybody"


def test_stops_everything_for_a_link_without_a_kind(
    door: Client, scope: Scope, jane: UUID, token_for: Callable[..., str]
) -> None:
    door.post(f"/u/{token_for(None)}", ONE_CLICK, content_type=FORM)
    assert held(scope, jane).stopped_everything_at is not None


@pytest.mark.django_db
def test_a_mail_program_is_told_when_the_link_is_none_of_ours(door: Client) -> None:
    assert door.post("/u/forged", ONE_CLICK, content_type=FORM).status_code == 404
