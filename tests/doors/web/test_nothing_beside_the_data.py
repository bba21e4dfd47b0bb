"""What lies beside the data holds no value of a patient: statements, rows, statistics, logs, error pages, jobs.

A clear value that is never part of a statement can be in no log of the database, in none of its views of what is
running (`pg_stat_activity`, `pg_stat_statements`), and in no statistic of a column. So each statement is looked at.
"""

from __future__ import annotations

import base64
import logging
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, connection
from django.urls import reverse

from bedside.ground import logs
from bedside.ground.scope import in_scope
from tests.support.objects import make_objects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from django.test import Client

    from bedside.ground.scope import Scope

PATIENT_MARKS = ("zqvera", "zqmarked", "zqmrn", "zqfile", "zqreject")


def spellings() -> list[bytes]:
    """Each mark as it is, in hexadecimal as PostgreSQL shows bytes, and in the middle of base64."""
    found = []
    for mark in PATIENT_MARKS:
        for plain in (mark, mark.upper(), mark.capitalize()):
            found += [plain.encode(), plain.encode().hex().encode()]
            # The first and last signs of base64 depend on the neighbours.
            found += [base64.b64encode(b"\x00" * shift + plain.encode())[4:-4] for shift in range(3)]
    return [one for one in found if len(one) > 4]


def clear_in(text: bytes) -> list[bytes]:
    return [one for one in spellings() if one in text]


@pytest.fixture
def statements() -> Iterator[list[bytes]]:
    """Every statement with its parameters, as they go to the database."""
    seen: list[bytes] = []

    def look(execute: Callable, sql: str, params: object, many: bool, context: dict) -> object:
        seen.append(_bytes(sql) + b" " + _bytes(params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield seen


def _bytes(value: object) -> bytes:
    if isinstance(value, bytes | memoryview):
        return bytes(value)
    if isinstance(value, list | tuple):
        return b" ".join(_bytes(part) for part in value)
    if isinstance(value, dict):
        return _bytes(list(value.values()))
    return str(value).encode()


def test_no_statement_carries_a_value(
    statements: list[bytes], scope: Scope, cast: object, signed_in: Callable[[str], Client], at: datetime
) -> None:
    """Also none that fails: importing, changing, searching, exporting, previewing, asking the gate."""
    objects = make_objects(scope, at=at)
    client, chloe = signed_in("ana"), signed_in("chloe")
    patient = [objects.values["patient_id"]]
    client.post(reverse("patients"), {"text": "Zqvera"}, headers={"HX-Request": "true"})
    client.get(reverse("patient_edit", args=patient))
    client.post(
        reverse("patient_edit", args=patient), {"version": "1", "first_name": "Zqvera2", "mrn": "ZQMRN-2"}
    )
    client.post(reverse("patient_add"), {"first_name": "Zqvera", "mrn": "ZQMRN-2"})  # taken: fails
    client.post(reverse("suppressions"), {"act": "add", "address": "zqvera@example.org", "reason": "asked"})
    client.post(reverse("message_preview", args=[objects.values["message_id"]]), {"words": "zqvera"})
    everybody = {"do": "export", "purpose": "compliance", "suppressed": "yes"}  # she opted out just above
    exported = chloe.post(reverse("patients_export"), everybody)
    assert b"zqvera" in b"".join(exported.streaming_content).lower()
    assert len(statements) > 100
    assert [found for one in statements for found in clear_in(one)] == []


def test_no_row_holds_a_value_so_no_statistic_can(scope: Scope, cast: object, at: datetime) -> None:
    make_objects(scope, at=at)
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{table}" AS t')  # noqa: S608  the catalogue's own names
            text = "\n".join(row for (row,) in cursor.fetchall()).encode()
            assert clear_in(text) == [], table


def test_the_databases_log_shows_no_parameter(db: None) -> None:
    """The embedded server's own settings; with another server they are the administrator's (docs say so)."""
    with connection.cursor() as cursor:
        for name, wanted in (
            ("log_parameter_max_length", "0"),
            ("log_parameter_max_length_on_error", "0"),
            ("log_statement", "none"),
            ("log_min_error_statement", "panic"),
            ("log_error_verbosity", "terse"),
        ):
            cursor.execute("SELECT current_setting(%s)", [name])
            assert cursor.fetchone()[0] == wanted, name


def chained() -> None:
    """A fault as a database makes it: the value in a local variable, in the error, and in the one it came from."""
    zqlocal = "zqvera"
    try:
        raise ValueError(f"Key (mrn)=({zqlocal}) already exists.")
    except ValueError as error:
        raise IntegrityError(f"DETAIL: Failing row contains ({zqlocal})") from error


@pytest.fixture
def broken_page(
    signed_in: Callable[[str], Client], scope: Scope, monkeypatch: pytest.MonkeyPatch
) -> tuple[Client, str]:
    from bedside.doors.web.patients import views

    monkeypatch.setattr(views.queries, "get", lambda *_: chained())
    client = signed_in("ana")
    client.raise_request_exception = False
    return client, reverse("patient", args=[scope.practice_id])


def test_an_error_page_and_its_log_show_no_value(
    broken_page: tuple[Client, str], caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    client, path = broken_page
    with caplog.at_level(logging.DEBUG):
        answer = client.get(path)
    logged = "\n".join(logs.LibraryFormatter().format(record) for record in caplog.records)
    printed = capfd.readouterr()
    assert answer.status_code == 500
    assert caplog.records
    text = f"{answer.content.decode()}{answer.headers}{logged}{printed.out}{printed.err}"
    assert "zqvera" not in text
    assert "Failing row" not in text


def test_a_job_takes_ids_only(scope: Scope) -> None:
    from bedside.ground.jobs import enqueue

    for value in ("zqvera", {"name": "zqvera"}, ["zqvera"], b"zqvera"):
        with pytest.raises(TypeError) as refused:
            enqueue("segments.refresh", practice_id=value)
        assert "zqvera" not in str(refused.value)


@pytest.mark.parametrize("hidden", [b"a zqvera b", b"\\x007a717665726100", base64.b64encode(b"..Zqmarked..")])
def test_the_search_finds_what_is_there(hidden: bytes) -> None:
    assert clear_in(hidden)
