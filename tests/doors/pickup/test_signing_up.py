"""The sign-up form as the patients' door serves it: hosted, in a frame, posted by a website, and by a robot."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bedside.ground import clock
from bedside.records.consent import actions as consent
from bedside.records.consent.queries import history, permissions_of
from bedside.records.consent.rules import Answer, Category, SuppressionReason
from bedside.records.patients.queries import count, ids_by_address
from bedside.records.signups.links import FormLink, make_stamp, seal_form_link
from tests.records.consent.people import add_patient
from tests.records.signups.forms import ADDRESS, mailed_links, promise, published

if TYPE_CHECKING:
    from datetime import datetime

    from django.test import Client

    from bedside.ground.scope import Scope
    from bedside.records.signups.queries import Published

AMISS, TOO_MANY, MISSING, GONE = 422, 429, 404, 410


@pytest.fixture
def form(scope: Scope, at: datetime) -> Published:
    return published(scope, at=at)


def path(scope: Scope, form: Published, *, lang: str = "en") -> str:
    return f"/f/{seal_form_link(FormLink(practice_id=scope.practice_id, form_id=form.form_id))}?lang={lang}"


def filled_in(form: Published, **changes: object) -> dict[str, object]:
    stamp = make_stamp(form.form_id, at=clock.now() - timedelta(seconds=30))
    return {"email": ADDRESS, "first_name": "Paula", "mail": ["newsletter"], "stamp": stamp, **changes}


def links(scope: Scope) -> list[str]:
    return mailed_links(scope, at=clock.now() + timedelta(seconds=1))


@pytest.mark.row("CON-04", "CON-10", "CON-25", "SEN-15")
@pytest.mark.parametrize("lang", ["en", "es"])
def test_no_box_comes_ticked_and_all_is_said_before_the_button(
    door: Client, scope: Scope, form: Published, lang: str
) -> None:
    page = door.get(path(scope, form, lang=lang)).content.decode()
    before_button = page[: page.index('<button class="main">')]
    assert page.count('type="checkbox"') == 5
    assert "checked" not in page
    assert "https://maple.example/notice" in before_button
    assert "https://maple.example/health-data" in before_button
    often = {"en": "At most 4 mails a month.", "es": "Como máximo 4 correos al mes."}[lang]
    stop = {"en": "You can stop at any time", "es": "Puede parar en todo momento"}[lang]
    assert often in before_button
    assert stop in before_button
    assert f'lang="{lang}"' in page


@pytest.mark.row("CON-05", "CON-06", "CON-26")
def test_signs_up_in_two_steps(door: Client, scope: Scope, form: Published) -> None:
    answer = door.post(path(scope, form, lang="es"), filled_in(form))
    assert "Ahora mire su buzón" in answer.content.decode()
    [token] = links(scope)
    for _ in range(3):  # what a mail scanner does
        assert door.get(f"/s/{token}").status_code == 200
        door.head(f"/s/{token}")
    assert count(scope) == 0
    assert "<ul><li>Health tips</li></ul>" in door.get(f"/s/{token}").content.decode()
    assert "<ul><li>Consejos de salud</li></ul>" in door.get(f"/s/{token}?lang=es").content.decode()
    assert "You are signed up" in door.post(f"/s/{token}").content.decode()
    assert "Health tips" not in door.get(f"/s/{token}").content.decode()
    [patient_id] = ids_by_address(scope, ADDRESS)
    assert (
        permissions_of(scope, [patient_id])[patient_id].permissions[Category.NEWSLETTER].answer
        is Answer.GRANTED
    )
    before = history(scope, patient_id)
    assert "You did this before" in door.post(f"/s/{token}").content.decode()
    assert history(scope, patient_id) == before


def test_says_the_same_for_an_address_that_is_known_shared_or_suppressed(
    door: Client, scope: Scope, form: Published, at: datetime
) -> None:
    add_patient(scope, at=at, email="known@example.org")
    for _ in range(2):
        add_patient(scope, at=at, email="shared@example.org")
    consent.suppress_address(scope, "kept@example.org", reason=SuppressionReason.STAFF, at=at)
    pages = {
        door.post(path(scope, form), filled_in(form, email=f"{who}@example.org")).content
        for who in ("new", "known", "shared", "kept")
    }
    assert len(pages) == 1


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"website": "http://buy.example"}, AMISS),
        ({"stamp": "forged"}, AMISS),
        ({"stamp": ""}, AMISS),
        ({"email": "paula at example"}, AMISS),
        ({"birth_date": "2/30/2000"}, AMISS),
    ],
)
def test_a_robot_gets_a_clear_page_and_a_person_loses_nothing(
    door: Client, scope: Scope, form: Published, changes: dict[str, object], status: int
) -> None:
    sent = filled_in(form, last_name="Poe & Sons", **changes)
    answer = door.post(path(scope, form), sent)
    page = answer.content.decode()
    assert answer.status_code == status
    assert "Not sent yet." in page
    assert "Poe &amp; Sons" in page
    assert links(scope) == []
    # Once more "Send", as the page asks, after the time that a person needs.
    stamp = re.search(r'name="stamp" value="([^"]+)"', page)
    assert stamp is not None
    later = filled_in(form, last_name="Poe & Sons")
    assert "Thank you" in door.post(path(scope, form), later).content.decode()
    assert len(links(scope)) == 1


@pytest.mark.row("CON-04")
def test_ticks_of_a_page_that_is_not_ours_are_not_shown_as_ticked(
    door: Client, scope: Scope, form: Published
) -> None:
    for sent in (
        {"email": ADDRESS, "first_name": "Paula", "mail": ["newsletter", "offers"]},
        filled_in(form, stamp="forged"),
    ):
        page = door.post(path(scope, form), sent).content.decode()
        assert "checked" not in page
        assert ADDRESS in page
    kept = door.post(path(scope, form), filled_in(form, email="")).content.decode()
    assert kept.count(" checked") == 1  # the person's own tick on our page
    assert links(scope) == []


def test_a_double_click_sends_one_mail(door: Client, scope: Scope, form: Published) -> None:
    sent = filled_in(form)
    pages = {door.post(path(scope, form), sent).content for _ in range(2)}
    assert len(pages) == 1
    assert len(links(scope)) == 1


def test_only_listed_websites_may_show_the_form_in_a_frame(
    door: Client, scope: Scope, form: Published, at: datetime
) -> None:
    listed = door.get(path(scope, form))
    assert "frame-ancestors https://www.maple.example" in listed.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in listed.headers
    assert "X-Bedside-Frames" not in listed.headers
    alone = door.get(path(scope, published(scope, at=at, websites=())))
    assert "frame-ancestors 'none'" in alone.headers["Content-Security-Policy"]
    assert alone.headers["X-Frame-Options"] == "DENY"


def test_keeps_where_the_form_stood_without_what_a_website_adds(
    door: Client, scope: Scope, form: Published
) -> None:
    page = door.get(path(scope, form), headers={"Referer": "https://www.maple.example/join?email=x"}).content
    assert b'name="page" value="https://www.maple.example/join"' in page
    elsewhere = door.get(path(scope, form), headers={"Referer": "https://evil.example/"}).content
    assert b'name="page" value="http://localhost/f/' in elsewhere


@pytest.mark.row("CON-07")
def test_wrong_links_open_nothing(door: Client, scope: Scope, stranger_scope: Scope, form: Published) -> None:
    whole = path(scope, form).removeprefix("/f/").partition("?")[0]
    elsewhere = seal_form_link(FormLink(practice_id=stranger_scope.practice_id, form_id=form.form_id))
    for token in (whole[:-1], whole[:9] + ("A" if whole[9] != "A" else "B") + whole[10:], elsewhere, "x"):
        for method in (door.get, door.post):
            assert method(f"/f/{token}").status_code == MISSING
            assert method(f"/s/{token}").status_code == MISSING
    assert door.get(f"/s/{whole}").status_code == MISSING


def test_a_link_that_is_too_old_says_so(
    door: Client, scope: Scope, form: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    door.post(path(scope, form), filled_in(form))
    [token] = links(scope)
    late = clock.now() + timedelta(days=7)
    monkeypatch.setattr(clock, "now", lambda: late)
    shown = door.get(f"/s/{token}")
    assert shown.status_code == GONE
    assert "Health tips" not in shown.content.decode()
    assert "too old" in door.post(f"/s/{token}").content.decode()
    assert count(scope) == 0


def test_a_form_that_promises_too_little_is_closed(
    door: Client, scope: Scope, form: Published, at: datetime
) -> None:
    promise(scope, at=at, monthly_caps={"newsletter": 9, "offers": 1})
    answer = door.post(path(scope, form), filled_in(form))
    assert "closed for now" in answer.content.decode()
    assert links(scope) == []


def test_takes_no_endless_body(door: Client, scope: Scope, form: Published) -> None:
    answer = door.post(path(scope, form), filled_in(form, first_name="x" * 30_000))
    assert answer.status_code == 413
