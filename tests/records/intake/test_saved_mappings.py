"""What somebody chose for the columns of a file is offered for the next one like it, and can be forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from bedside.ground.errors import NotAllowed
from bedside.ground.scope import in_scope
from bedside.records.intake import actions, queries, saved_mappings
from bedside.records.intake.models import SavedMapping
from bedside.records.intake.rules.nouns import DateOrder, PatientField
from bedside.records.intake.saved_mappings import forget_mapping, saved_mapping
from tests.records.intake.import_files import csv_of, receive
from tests.records.intake.workbook_making import row, sheet, workbook

HEADER = ("Chart", "Surname", "Contact", "Seen")
ANN = "7,Lee,ann@example.org,03/04/2026"
CHOSEN = {0: PatientField.MRN, 1: PatientField.LAST_NAME, 2: PatientField.EMAIL, 3: PatientField.LAST_VISIT}


def choose(scope, at, *, fields=CHOSEN, order=DateOrder.DAY_FIRST, header=HEADER):
    import_id = receive(scope, csv_of(ANN, header=",".join(header)), at)
    actions.choose_mapping(scope, import_id, fields=fields, date_order=order, at=at)
    return import_id


def proposed(scope, at, content: bytes):
    import_id = receive(scope, content, at)
    return actions.propose(scope, import_id, fields=None, date_order=None, at=at)


def fields_of(proposal) -> dict[str, PatientField]:
    return {each.header: each.field for each in proposal.columns if each.field is not None}


def test_offers_what_was_chosen_for_the_same_names_of_columns(scope, at):
    choose(scope, at)
    proposal = proposed(scope, at, csv_of(ANN, header=",".join(HEADER)))
    assert fields_of(proposal) == dict(zip(HEADER, CHOSEN.values(), strict=True))
    assert proposal.date_order is DateOrder.DAY_FIRST
    assert (proposal.saved.saved_at, proposal.saved.saved_by) == (at, scope.actor.id)


def test_offers_it_in_whatever_order_the_columns_stand(scope, at):
    choose(scope, at)
    proposal = proposed(
        scope, at, csv_of("03/04/2026,ann@example.org,Lee,7", header="Seen,Contact,Surname,Chart")
    )
    assert fields_of(proposal)["Chart"] is PatientField.MRN
    assert fields_of(proposal)["Seen"] is PatientField.LAST_VISIT


def test_offers_it_for_a_workbook_too(scope, at):
    choose(scope, at)
    proposal = proposed(
        scope, at, workbook({"P": sheet(row(*HEADER), row("7", "Lee", "ann@example.org", "x"))})
    )
    assert proposal.saved is not None


def test_takes_it_where_nobody_looks(scope, at):
    choose(scope, at)
    import_id = receive(scope, csv_of(ANN, header=",".join(HEADER)), at)
    actions.choose_mapping(scope, import_id, fields=None, date_order=None, at=at)
    assert actions.propose(scope, import_id, fields=None, date_order=None, at=at).mapping.columns_of(
        PatientField.MRN
    ) == (0,)


def test_proposes_our_own_for_other_names(scope, at):
    choose(scope, at)
    assert proposed(scope, at, csv_of(ANN, header="Chart,Surname,Contact,Visited")).saved is None


def test_believes_the_cells_where_they_leave_no_doubt(scope, at):
    choose(scope, at)
    proposal = proposed(scope, at, csv_of("7,Lee,ann@example.org,03/25/2026", header=",".join(HEADER)))
    assert proposal.date_order is DateOrder.MONTH_FIRST


def test_never_offers_what_the_cells_refuse_now(scope, at):
    choose(scope, at)
    rows = [f"{100 + n}-22-{3000 + n},Lee,ann@example.org,03/04/2026" for n in range(9)]
    proposal = proposed(scope, at, csv_of(*rows, header=",".join(HEADER)))
    assert "Chart" not in fields_of(proposal)
    assert proposal.columns[0].is_refused


def test_keeps_the_newest_choice_only(scope, at):
    choose(scope, at)
    choose(scope, at + timedelta(days=1), fields={1: PatientField.FULL_NAME})
    with in_scope(scope):
        assert SavedMapping.objects.filter(practice_id=scope.practice_id).count() == 1
    kept = saved_mapping(scope, HEADER)
    assert kept.fields == {"Surname": PatientField.FULL_NAME}
    assert kept.saved_at == at + timedelta(days=1)


def test_keeps_nothing_when_nobody_chose(scope, at):
    choose(scope, at, fields=None)
    assert saved_mapping(scope, HEADER) is None


def test_keeps_no_more_than_it_may(scope, at, monkeypatch):
    monkeypatch.setattr(saved_mappings, "KEPT_MAX", 2)
    for number in range(4):
        choose(scope, at + timedelta(days=number), header=("Chart", "Surname", "Contact", f"Seen {number}"))
    assert saved_mapping(scope, ("Chart", "Surname", "Contact", "Seen 3")) is not None
    assert saved_mapping(scope, ("Chart", "Surname", "Contact", "Seen 0")) is None


def test_keeps_the_names_of_columns_sealed(scope, at):
    choose(scope, at)
    with in_scope(scope):
        kept = SavedMapping.objects.get(practice_id=scope.practice_id)
    assert b"Surname" not in bytes(kept.sealed)
    assert b"mrn" not in bytes(kept.sealed)


def test_forgets_on_demand_and_says_so_in_the_ledger(scope, at):
    choose(scope, at)
    assert forget_mapping(scope, HEADER, at=at) is True
    assert saved_mapping(scope, HEADER) is None
    assert forget_mapping(scope, HEADER, at=at) is False


def test_lets_nobody_forget_without_the_right(scope, scope_of, at):
    choose(scope, at)
    with pytest.raises(NotAllowed):
        forget_mapping(scope_of("chloe"), HEADER, at=at)
    assert saved_mapping(scope, HEADER) is not None


def test_offers_nothing_of_another_practice(scope, stranger_scope, at):
    choose(scope, at)
    assert saved_mapping(stranger_scope, HEADER) is None


def test_says_on_the_page_when_it_was_chosen_and_forgets_there(signed_in, scope, at):
    choose(scope, at)
    omar = signed_in("omar")
    upload = SimpleUploadedFile("next.csv", csv_of(ANN, header=",".join(HEADER)))
    omar.post("/imports/new/", {"file": upload})
    import_id = queries.imports(scope, offset=0, limit=1)[0].id
    shown = omar.get(f"/imports/{import_id}/columns/").content.decode()
    assert "mapped it on Nov 20, 2026" in shown
    again = omar.post(f"/imports/{import_id}/forget-columns/", follow=True).content.decode()
    assert "mapped it on" not in again
    assert "Forgotten." in again
