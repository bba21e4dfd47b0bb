"""The home page: what needs doing, and nothing a person may not see."""

from __future__ import annotations

import pytest

from bedside.doors.web.home.views import greeting


def test_shows_a_new_practice_its_next_steps(signed_in):
    page = signed_in("omar").get("/").content.decode()
    assert "Getting started" in page
    assert "Add somebody who approves" in page


def test_shows_numbers_and_ledger_by_right(signed_in):
    omar, ana, abe = (signed_in(who).get("/").content.decode() for who in ("omar", "ana", "abe"))
    assert "patients on record" in omar
    assert "What happened last" in omar
    assert "patients on record" in ana
    assert "What happened last" not in ana
    assert "patients on record" not in abe
    assert "What happened last" in abe


def test_shows_only_pages_that_the_person_may_open(signed_in):
    page = signed_in("ada").get("/").content.decode()
    assert 'href="/staff/"' not in page
    assert 'href="/ledger/"' not in page
    assert 'href="/settings/"' not in page


def test_marks_the_present_page_in_the_navigation(signed_in):
    page = signed_in("omar").get("/staff/add/").content.decode()
    assert (
        page.count('<a href="/staff/" aria-current="page">') == 2
    )  # beside the page and in the phone's menu
    assert '<a href="/" aria-current="page">' not in page


@pytest.mark.parametrize(
    ("hour", "words"),
    [(0, "Good morning"), (11, "Good morning"), (12, "Good afternoon"), (18, "Good evening")],
)
def test_greets_by_the_hour(hour, words):
    assert greeting(hour) == words
