"""Where a list comes from is stated and kept (CON-15); one that looks made up waits for a person (CSP-13)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bedside.ground.errors import NotFound, Refusal
from bedside.records.intake import actions, queries
from bedside.records.intake.nouns import ImportState, Method, Origin, Provenance
from bedside.records.intake.rules.bursts import Burst, Pattern
from bedside.records.patients.queries import count
from tests.records.intake.import_files import csv_of, many, ready, receive

ORIGIN = Origin(provenance=Provenance.OWN_FORMS, method=Method.PAPER_FORM, collected_by=date(2026, 5, 1))


def addresses(*given: str) -> bytes:
    return csv_of(*(f"Ann,Lee{n},{one}" for n, one in enumerate(given)), header="First,Last,Email")


def pattern(*given: str) -> Pattern | None:
    burst = Burst()
    for one in given:
        burst.take(one)
    return burst.found


@pytest.mark.row("CON-15")
def test_keeps_source_method_day_and_who_attests(scope, at):
    import_id = receive(scope, csv_of("M1,Ann,Lee,1980-05-04,ann@example.org,,"), at)
    actions.attest(scope, import_id, origin=ORIGIN, at=at)
    view = queries.view(scope, import_id)
    assert (view.provenance, view.method, view.collected_by) == (
        Provenance.OWN_FORMS, Method.PAPER_FORM, date(2026, 5, 1)
    )  # fmt: skip
    assert view.attested_by == scope.actor.id


@pytest.mark.row("CON-15")
def test_refuses_a_day_that_lies_ahead_and_strangers(scope, stranger_scope, at):
    import_id = receive(scope, csv_of("M1,Ann,Lee,1980-05-04,ann@example.org,,"), at)
    late = Origin(
        provenance=Provenance.OWN_FORMS, method=Method.PAPER_FORM, collected_by=at.date() + timedelta(9)
    )
    with pytest.raises(Refusal, match="cannot lie ahead"):
        actions.attest(scope, import_id, origin=late, at=at)
    with pytest.raises(NotFound):
        actions.attest(stranger_scope, import_id, origin=ORIGIN, at=at)


@pytest.mark.row("CSP-13")
@pytest.mark.parametrize(
    ("given", "found"),
    [
        ([f"user{n}@example.org" for n in range(40)], Pattern.NUMBERED),
        ([f"a{chr(97 + n)}b{chr(97 + n)}@example.org" for n in range(20)], None),
        ([f"list{chr(97 + n)}@example.org" for n in range(25)], Pattern.RUN),
        (
            [f"{role}@x{n}.example.org" for n, role in enumerate(["info", "sales", "admin"] * 5)],
            Pattern.ROLES,
        ),
        ([f"ann{year}@example.org" for year in range(1930, 2010, 4)], None),
        (["info@example.org", "ann@example.org"], None),
        ([], None),
    ],
)
def test_knows_made_up_lists_from_people(given, found):
    assert pattern(*given) is found


@pytest.mark.row("CSP-13")
def test_holds_a_numbered_list_back_until_somebody_has_looked(scope, stranger_scope, at):
    import_id = ready(scope, addresses(*(f"user{n}@example.org" for n in range(40))), at)
    held = actions.run(scope, import_id, clock=lambda: at)
    assert (held.state, held.failure, count(scope)) == (ImportState.HELD, "numbered_addresses", 0)
    with pytest.raises(NotFound):
        actions.confirm(stranger_scope, import_id, at=at, here=True)
    with pytest.raises(Refusal):
        actions.resume_here(scope, import_id, at=at)
    actions.confirm(scope, import_id, at=at, here=True)
    assert actions.run(scope, import_id, clock=lambda: at).state is ImportState.FINISHED
    assert count(scope) == 40


@pytest.mark.row("CSP-13")
def test_a_held_list_can_be_thrown_away(scope, at):
    import_id = ready(scope, addresses(*(f"user{n}@example.org" for n in range(40))), at)
    actions.run(scope, import_id, clock=lambda: at)
    actions.cancel(scope, import_id, at=at)
    assert queries.view(scope, import_id).state is ImportState.CANCELLED
    assert count(scope) == 0


def test_rows_about_patients_with_a_number_and_a_birth_date_are_not_held(scope, at):
    assert actions.run(scope, ready(scope, many(40), at), clock=lambda: at).state is ImportState.FINISHED
