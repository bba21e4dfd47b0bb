"""A list of who may act for whom, taken over at once (RGT-15, 45 CFR 164.502(g))."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bedside.ground.errors import NotAllowed, Refusal
from bedside.records.consent import actions as consent
from bedside.records.consent.queries import history, permissions_of
from bedside.records.intake.representatives import TakenOver, take_representatives
from bedside.records.intake.rules.representatives import (
    SENTENCES,
    BadRepresentatives,
    read_representatives,
)
from bedside.safeguards.audit.queries import entries
from tests.records.consent.people import add_patient

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from bedside.ground.scope import Scope

HEAD = "patient number,representative,relationship,until,evidence"
TODAY = date(2026, 11, 20)


def csv_of(*lines: str, head: str = HEAD) -> bytes:
    return "\r\n".join((head, *lines)).encode()


@pytest.fixture
def children(scope: Scope, at: datetime) -> dict[str, UUID]:
    return {
        mrn: add_patient(
            scope, at=at, email=f"{mrn}@example.org", mrn=mrn, last_name="Roe", birth_date=date(2015, 5, 4)
        ).id
        for mrn in ("K-1", "K-2", "K-3")
    }


def take(scope: Scope, content: bytes, *, at: datetime) -> TakenOver:
    return take_representatives(scope, content, source="paper", at=at, lines_max=100)


@pytest.mark.row("RGT-15")
def test_records_who_may_act_and_until_when(scope: Scope, children: dict[str, UUID], at: datetime) -> None:
    found = take(
        scope,
        csv_of(
            "k-1,Ann Roe,mother,2033-05-03,Birth certificate seen",
            'K-2,"Roe, Tom",guardian by court order,05/03/2033,Order of the court seen',
            "K-3,Sue Roe,legal guardian,none,Letter of the court",
        ),
        at=at,
    )
    assert (found.recorded, found.known, found.rejected) == (3, 0, ())
    held = permissions_of(scope, children.values())
    assert [held[one].represented_until for one in children.values()] == [date(2033, 5, 3)] * 2 + [None]
    assert all(held[one].represented_on(TODAY) for one in children.values())
    [view] = history(scope, children["K-2"])
    assert view.evidence is not None
    assert view.evidence.note == "guardian by court order: Roe, Tom. Order of the court seen"
    [entry] = entries(scope, before_id=None, kind="representatives.taken", actor_id="", subject="", limit=5)
    assert (entry.details["recorded"], entry.details["rejected"]) == (3, 0)
    appointed = entries(
        scope, before_id=None, kind="representative.appointed", actor_id="", subject="", limit=9
    )
    assert {one.subject for one in appointed} == {str(one) for one in children.values()}


@pytest.mark.row("RGT-15")
def test_records_nothing_twice_and_whatever_differs(
    scope: Scope, children: dict[str, UUID], at: datetime
) -> None:
    content = csv_of("K-1,Ann Roe,mother,2033-05-03,Seen", "K-2,Ann Roe,mother,none,Seen")
    take(scope, content, at=at)
    again = take(scope, content, at=at)
    assert (again.recorded, again.known) == (0, 2)
    changed = take(scope, csv_of("K-1,Tom Roe,father,2033-05-03,Seen", "K-2,Ann Roe,mother,none,Seen"), at=at)
    assert (changed.recorded, changed.known) == (1, 1)
    assert len(history(scope, children["K-1"])) == 2
    consent.end_representative(scope, children["K-2"], source="phone", at=at)
    assert take(scope, csv_of("K-2,Ann Roe,mother,none,Seen"), at=at).recorded == 1, "ended, so recorded anew"


def test_what_staff_recorded_by_hand_stands(scope: Scope, children: dict[str, UUID], at: datetime) -> None:
    from bedside.records.consent.rules import Evidence

    consent.appoint_representative(
        scope, children["K-1"], authority="mother: Ann Roe", until=None, source="paper", at=at,
        evidence=Evidence(note="Seen"),
    )  # fmt: skip
    assert take(scope, csv_of("K-1,Ann Roe,mother,none,Seen"), at=at).known == 1


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (",Ann Roe,mother,none,Seen", "mrn"),
        ("K-1,,mother,none,Seen", "name"),
        ("K-1,Ann Roe,,none,Seen", "relationship"),
        ("K-1,Ann Roe,mother,,Seen", "until_missing"),
        ("K-1,Ann Roe,mother,when of age,Seen", "until"),
        ("K-1,Ann Roe,mother,02/30/2030,Seen", "until"),
        ("K-1,Ann Roe,mother,2026-11-19,Seen", "past"),
        ("K-1,Ann Roe,mother,none,", "evidence"),
        (f"K-1,{'x' * 201},mother,none,Seen", "too_long"),
        ("K-9,Ann Roe,mother,none,Seen", "unknown"),
        ("K-1", "name"),
    ],
)
def test_rejects_a_line_and_says_why_while_the_rest_is_recorded(
    scope: Scope, children: dict[str, UUID], at: datetime, line: str, code: str
) -> None:
    found = take(scope, csv_of(line, "K-2,Ann Roe,mother,2026-11-20,Seen"), at=at)
    assert [(one.line, one.code) for one in found.rejected] == [(2, code)]
    assert found.rejected[0].sentence == SENTENCES[code]
    assert found.recorded == 1
    assert not permissions_of(scope, [children["K-1"]])[children["K-1"]].representative_recorded


def test_takes_one_line_for_each_patient(scope: Scope, children: dict[str, UUID], at: datetime) -> None:
    found = take(scope, csv_of("K-1,Ann Roe,mother,none,Seen", "k-1,Tom Roe,father,none,Seen"), at=at)
    assert (found.recorded, [one.code for one in found.rejected]) == (1, ["twice"])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "lacks these columns"),
        (csv_of(head="patient number,representative"), "relationship, until, evidence"),
        (b"\xff\xfe\x00x", "UTF-8"),
        (csv_of(*["K-1,Ann Roe,mother,none,Seen"] * 101), "at most 100 lines"),
    ],
)
def test_refuses_what_is_no_such_list(scope: Scope, at: datetime, content: bytes, says: str) -> None:
    with pytest.raises(Refusal, match=says):
        take(scope, content, at=at)


def test_only_who_records_consent_and_never_in_another_practice(
    scope: Scope,
    scope_of: Callable[[str], Scope],
    stranger_scope: Scope,
    children: dict[str, UUID],
    at: datetime,
) -> None:
    content = csv_of("K-1,Ann Roe,mother,none,Seen")
    with pytest.raises(NotAllowed):
        take(scope_of("ada"), content, at=at)
    assert [one.code for one in take(stranger_scope, content, at=at).rejected] == ["unknown"]
    assert history(scope, children["K-1"]) == []


@given(content=some.one_of(some.binary(max_size=300), some.text(max_size=200).map(csv_of)))
def test_every_line_stands_in_one_of_the_two_lists(content: bytes) -> None:
    try:
        found = read_representatives(content, today=TODAY)
    except BadRepresentatives:
        return
    numbers = [one.line for one in (*found.lines, *found.rejected)]
    assert len(numbers) == len(set(numbers))
    assert all(one.until is None or one.until >= TODAY for one in found.lines)
