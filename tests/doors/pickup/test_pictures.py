"""Pictures at the patients' door: quick, the same for everybody, and without a trace of who asked."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bedside.ground import clock
from bedside.ground.identity import new_id
from bedside.ground.scope import in_scope
from bedside.records.media import actions, queries, serving
from bedside.records.media.links import PictureLink, seal_picture_link
from bedside.records.media.queries import Shown
from bedside.records.media.rules import ANSWERS_AFTER_ARCHIVING
from bedside.records.media.serving import REMEMBERED_S, Remembered
from bedside.safeguards.vault.actions import destroy_person_keys
from tests.kit.pictures.files import logo, opened, saved
from tests.records.media.library import added, added_of_patient, agreed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

    from django.test import Client

    from bedside.ground.scope import Scope


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    serving.remembered.forget()
    yield
    serving.remembered.forget()


def path_of(scope: Scope, picture_id: UUID, *, width: int = 600) -> str:
    return queries.address_of(scope, picture_id, at_most=width).removeprefix("http://localhost")


def test_gives_the_picture_to_whoever_has_its_address(door: Client, scope: Scope, at: datetime) -> None:
    photo_id, logo_id = added(scope, at=at), added(scope, at=at, content=saved(logo(), "PNG"))
    response = door.get(path_of(scope, photo_id, width=1200))
    assert (response.status_code, response.headers["Content-Type"]) == (200, "image/jpeg")
    assert opened(response.content).size == (900, 600)
    assert response.headers["Content-Length"] == str(len(response.content))
    assert door.get(path_of(scope, logo_id)).headers["Content-Type"] == "image/png"
    assert door.head(path_of(scope, photo_id)).status_code == 200


def test_says_that_it_may_be_kept_and_cannot_run(door: Client, scope: Scope, at: datetime) -> None:
    headers = door.get(path_of(scope, added(scope, at=at))).headers
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert not {"Set-Cookie", "Vary", "ETag", "Last-Modified"} & set(headers)


def test_answers_alike_whatever_is_wrong_with_an_address(door: Client, scope: Scope, at: datetime) -> None:
    path = path_of(scope, added(scope, at=at))
    never = seal_picture_link(PictureLink(practice_id=scope.practice_id, picture_id=new_id()))
    nowhere = seal_picture_link(PictureLink(practice_id=new_id(), picture_id=new_id()))
    wrong = [
        path.replace("/600", "/601"), path.replace("/600", "/0"), f"{path[:20]}{'A' if path[20] != 'A' else 'B'}{path[21:]}",
        f"/p/{never}/600", f"/p/{nowhere}/600", "/p/x/600", f"/p/{'A' * 83}/1200", "/p/x/99999999999999999999",
    ]  # fmt: skip
    answers = {
        (response.status_code, response.content, str(sorted(response.headers.items())))
        for response in map(door.get, wrong)
    }
    assert [status for status, *_ in answers] == [404]
    assert "no-store" in answers.pop()[2]


def test_takes_nothing_but_a_look(door: Client, scope: Scope, at: datetime) -> None:
    path = path_of(scope, added(scope, at=at))
    for method in ("post", "put", "delete", "options"):
        response = getattr(door, method)(path)
        assert (response.status_code, response.headers["Cache-Control"]) == (405, "no-store")


def test_keeps_nothing_about_who_asked(
    door: Client, scope: Scope, at: datetime, capfd: pytest.CaptureFixture[str]
) -> None:
    path = path_of(scope, added(scope, at=at))
    with CaptureQueriesContext(connection) as asked:
        for visitor in ("192.0.2.7", "198.51.100.4"):
            door.get(path, headers={"User-Agent": "Zqreader"}, REMOTE_ADDR=visitor)
    written = [
        one["sql"] for one in asked if one["sql"].lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))
    ]
    assert written == []
    told = capfd.readouterr()
    assert "192.0.2.7" not in told.out + told.err
    assert path not in told.out + told.err


def test_an_archived_picture_answers_for_two_years(
    door: Client, scope: Scope, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture_id = added(scope, at=at)
    actions.archive(scope, picture_id, at=at)
    path = path_of(scope, picture_id)
    for days, status in (
        (0, 200),
        (ANSWERS_AFTER_ARCHIVING.days, 200),
        (ANSWERS_AFTER_ARCHIVING.days + 1, 410),
    ):
        serving.remembered.forget()
        monkeypatch.setattr(clock, "now", lambda days=days: at + timedelta(days=days))
        assert door.get(path).status_code == status


def test_a_picture_that_was_taken_out_says_so(door: Client, scope: Scope, at: datetime) -> None:
    picture_id = added(scope, at=at)
    actions.archive(scope, picture_id, at=at)
    path = path_of(scope, picture_id)
    assert door.get(path).status_code == 200
    actions.remove(scope, picture_id, at=at)
    serving.remembered.forget()
    response = door.get(path)
    assert (response.status_code, response.headers["Cache-Control"]) == (410, "no-store")


def test_a_picture_of_somebody_erased_is_gone_even_where_its_rows_came_back(
    door: Client, scope: Scope, at: datetime
) -> None:
    patient_id, document_id = agreed(scope, at=at)
    path = path_of(scope, added_of_patient(scope, document_id, at=at))
    assert door.get(path).status_code == 200
    with in_scope(scope):
        destroy_person_keys(scope, [patient_id], at=at)
    serving.remembered.forget()
    assert door.get(path).status_code == 410


def test_asks_the_database_once_for_many(door: Client, scope: Scope, at: datetime) -> None:
    path = path_of(scope, added(scope, at=at))
    first = door.get(path).content
    with CaptureQueriesContext(connection) as asked:
        assert {door.get(path).content for _ in range(20)} == {first}
    assert len(asked) == 0


class TestRemembering:
    def test_lets_go_after_a_minute(self) -> None:
        now = [100.0]
        held = Remembered(clock_s=lambda: now[0])
        held.keep(("a", 600), shown(10))
        now[0] += REMEMBERED_S - 0.1
        assert held.get(("a", 600)) == shown(10)
        now[0] += 0.2
        assert held.get(("a", 600)) is None
        assert held.size_bytes == 0

    def test_keeps_to_its_room_and_lets_go_of_what_nobody_asks_for(self) -> None:
        held = Remembered(bytes_max=100)
        for name in "abcd":
            held.keep((name, 600), shown(25))
        assert held.get(("a", 600)) is not None
        held.keep(("e", 600), shown(25))
        assert held.get(("b", 600)) is None
        assert held.get(("a", 600)) is not None
        held.keep(("large", 600), shown(26))
        assert held.get(("large", 600)) is None
        held.keep(("a", 600), shown(5))
        assert held.size_bytes == 80


def shown(size: int) -> Shown:
    return Shown(media_type="image/jpeg", content=bytes(size))
