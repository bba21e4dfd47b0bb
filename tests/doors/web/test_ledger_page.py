"""The ledger page: filters, pages, words, export."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from bedside.ground.identity import new_id
from bedside.ground.scope import in_scope
from bedside.safeguards.audit.actions import record
from bedside.safeguards.practices.entries import PROFILE_CHANGED


def note(scope, at, count: int = 1, subject: object = "") -> None:
    with in_scope(scope):
        for _ in range(count):
            record(scope, PROFILE_CHANGED, at=at, subject=subject)


def rows_of(page: str) -> int:
    return page.count('data-label="What"')


def test_says_who_did_what_in_words(signed_in, scope_of, at):
    note(scope_of("ana"), at)
    page = signed_in("omar").get("/ledger/").content.decode()
    assert "Changed the practice&#x27;s settings." in page
    assert "Nurse Ana" in page
    assert "Nov 20, 2026" in page
    assert "9:00:00 AM" in page  # 15:00 UTC in Chicago


def test_filters_by_kind_member_and_subject(signed_in, scope_of, at, cast):
    about = new_id()
    note(scope_of("ana"), at, subject=about)
    note(scope_of("ada"), at)
    client = signed_in("omar")
    assert rows_of(client.get("/ledger/?kind=practice.profile_changed").content.decode()) == 2
    assert rows_of(client.get(f"/ledger/?member={cast['ana']}").content.decode()) == 1
    assert rows_of(client.get(f"/ledger/?about={about}").content.decode()) == 1
    nothing = client.get(f"/ledger/?about={new_id()}").content.decode()
    assert "No entry fits this search." in nothing


def test_filters_by_days_of_the_practice(signed_in, scope, at, cast):
    kind = "kind=practice.profile_changed"
    note(scope, at.replace(hour=4))  # the evening of the 19th in Chicago
    note(scope, at)
    client = signed_in("omar")
    assert rows_of(client.get(f"/ledger/?{kind}&from=2026-11-20&to=2026-11-20").content.decode()) == 1
    assert rows_of(client.get(f"/ledger/?{kind}&from=2026-11-19").content.decode()) == 2
    assert rows_of(client.get(f"/ledger/?{kind}&to=2026-11-19").content.decode()) == 1


@pytest.mark.parametrize("query", ["kind=nothing.known", "about=Rosa", "from=yesterday"])
def test_says_one_sentence_about_a_filter_it_does_not_understand(signed_in, query):
    response = signed_in("omar").get(f"/ledger/?{query}")
    page = response.content.decode()
    assert response.status_code == 422
    assert page.count('role="alert"') == 1
    assert rows_of(page) == 0


def test_turns_pages_without_losing_or_doubling_entries(signed_in, scope, at):
    for minute in range(120):
        note(scope, at + timedelta(minutes=minute))
    client, path, seen = signed_in("omar"), "/ledger/?kind=practice.profile_changed", []
    while path:
        page = client.get(path).content.decode()
        seen.append(rows_of(page))
        path = ""
        if 'rel="next"' in page:
            path = "/ledger/?" + page.split('rel="next"')[0].rsplit('href="?', 1)[1].split('"')[0].replace(
                "&amp;", "&"
            )
    assert seen == [50, 50, 20]


def export(client, **filters: str) -> list[list[str]]:
    response = client.post("/ledger/export/", filters)
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(b"".join(response).decode())))


def test_exports_what_was_searched_and_notes_it(signed_in, scope, at, ledger_of):
    note(scope, at, count=210)
    rows = export(signed_in("abe"), kind="practice.profile_changed")
    assert rows[0][:3] == ["number", "at", "who"]
    assert len(rows) == 211
    assert len({row[0] for row in rows}) == 211
    entry = ledger_of("ledger.exported")[0]
    assert entry.details == {"wanted_kind": "practice.profile_changed", "about": "all"}


def test_never_exports_a_formula(signed_in, scope_of, at, cast):
    from bedside.safeguards.staff.models import Account

    Account.objects.filter(id=cast["ana"]).update(name="=1+1")
    note(scope_of("ana"), at)
    rows = export(signed_in("abe"), kind="practice.profile_changed")
    assert rows[1][2] == "'=1+1"


def test_exports_by_post_only(signed_in):
    assert signed_in("omar").get("/ledger/export/").status_code == 405
