"""A file becomes patients, permissions, counts and rejected rows; the same file again changes nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection

from bedside.ground.errors import NotAllowed, NotFound, Refusal
from bedside.ground.scope import in_scope
from bedside.records.consent import actions as consent
from bedside.records.consent.queries import permissions_of
from bedside.records.consent.rules import Answer, Category
from bedside.records.intake import actions, batches, queries
from bedside.records.intake.nouns import ImportState, Provenance
from bedside.records.intake.rules.nouns import DateOrder, PatientField
from bedside.records.patients import actions as patients_actions
from bedside.records.patients import queries as patients
from bedside.safeguards.audit.queries import entries
from tests.records.intake.import_files import (
    ANN,
    BOB,
    FIXTURES,
    counts,
    csv_of,
    import_file,
    many,
    ready,
    reasons,
    receive,
)


def one(scope, mrn):
    return patients.get(scope, patients.ids_by_mrn(scope, [mrn])[mrn])


def kinds(scope, subject=""):
    found = entries(scope, before_id=None, kind="", actor_id="", subject=str(subject), limit=100)
    return [entry.kind for entry in reversed(found)]


def waiting_jobs(task):
    with connection.cursor() as cursor:
        cursor.execute("SELECT lock, args FROM procrastinate_jobs WHERE task_name = %s", [task])
        return [(lock, json.loads(args)) for lock, args in cursor.fetchall()]


def test_takes_new_patients_with_their_permissions(scope, at):
    view = import_file(scope, csv_of(ANN, BOB), at)
    assert (view.state, *counts(view)) == (ImportState.FINISHED, 2, 0, 0, 0)
    ann = one(scope, "M1")
    assert (ann.full_name, ann.birth_date, ann.email) == ("Ann Lee", date(1980, 5, 4), "ann@example.org")
    said = permissions_of(scope, [ann.id])[ann.id].permissions[Category.NEWSLETTER]
    assert (said.answer, said.verified, said.source) == (Answer.GRANTED, False, f"import:{view.id}")


def test_changes_nothing_when_the_same_file_comes_again(scope, at):
    import_file(scope, csv_of(ANN, BOB), at)
    before = patients.last_change(scope)
    view = import_file(scope, csv_of(ANN, BOB), at)
    assert counts(view) == (0, 0, 2, 0)
    assert patients.last_change(scope) == before
    assert queries.imported_before(scope, view.id) == at


@pytest.mark.parametrize("name", sorted(path.name for path in FIXTURES.iterdir()))
def test_changes_nothing_when_a_difficult_file_comes_again(scope, at, name):
    content = (FIXTURES / name).read_bytes()
    first = import_file(scope, content, at)
    second = import_file(scope, content, at)
    assert first.new > 0
    assert counts(second) == (0, 0, first.accepted, first.rejected)
    assert patients.count(scope) == first.new


def test_counts_every_kind_of_fault_in_the_messy_file(scope, at):
    view = import_file(scope, (FIXTURES / "messy.csv").read_bytes(), at)
    assert (view.read, view.skipped) == (15, 3)
    assert [code for _, code in reasons(scope, view)] == [
        "too_few_cells", "too_many_cells", "undecodable", "nul_bytes", "unclosed_quote", "stray_quote",
        "nobody_identified",
    ]  # fmt: skip
    assert {
        "birth_date:not_a_date",
        "first_name:formula",
        "email:several_addresses",
    } <= view.remark_counts.keys()


def test_changes_only_what_differs(scope, at):
    import_file(scope, csv_of(ANN, BOB), at)
    bob = one(scope, "M2")
    view = import_file(scope, csv_of(ANN, "M2,Bob,Lee,1975-01-02,robert@example.org,,"), at)
    assert counts(view) == (0, 1, 1, 0)
    assert one(scope, "M2") == replace(bob, email="robert@example.org")


def test_keeps_what_an_empty_cell_does_not_say(scope, at):
    import_file(scope, csv_of(ANN), at)
    view = import_file(scope, csv_of("M1,Ann,Lee,,,,"), at)
    assert counts(view) == (0, 0, 1, 0)
    assert one(scope, "M1").email == "ann@example.org"


def test_rejects_a_number_that_belongs_to_somebody_else(scope, at):
    import_file(scope, csv_of(ANN), at)
    view = import_file(scope, csv_of("M1,Zed,Moss,1999-09-09,zed@example.org,Yes,"), at)
    assert counts(view) == (0, 0, 0, 1)
    assert reasons(scope, view) == [(2, "number_of_another")]
    assert one(scope, "M1").last_name == "Lee"


def test_finds_an_unnumbered_patient_by_address_birth_date_and_name(scope, at):
    import_file(scope, csv_of(",Ann,Lee,1980-05-04,ann@example.org,,"), at)
    view = import_file(scope, csv_of("M1,ANN,Lee,1980-05-04,Ann@Example.org,,"), at)
    assert counts(view) == (0, 1, 0, 0)
    assert patients.count(scope) == 1


def test_keeps_a_family_at_one_address_apart(scope, at):
    family = [
        f",{name},Lee,{born},family@example.org,,"
        for name, born in (("Ann", "1980-05-04"), ("Bob", "1980-05-04"), ("Ann", "2012-01-01"))
    ]
    view = import_file(scope, csv_of(*family), at)
    assert counts(view) == (3, 0, 0, 0)


@pytest.mark.parametrize(
    "row",
    [",Ann,Lee,,ann@example.org,,", ",Ann,Lee,1980-05-04,,,", ",,Lee,,,,"],
    ids=["no birth date", "no address", "a last name only"],
)
def test_adds_nobody_twice_whose_row_has_no_sure_key(scope, at, row):
    assert counts(import_file(scope, csv_of(row), at)) == (1, 0, 0, 0)
    assert counts(import_file(scope, csv_of(row), at)) == (0, 0, 1, 0)
    assert patients.count(scope) == 1


def test_updates_somebody_without_a_sure_key_from_a_later_file(scope, at):
    header = "First,Last,Email,City"
    import_file(scope, csv_of("Ann,Lee,ann@example.org,Bath", header=header), at)
    view = import_file(scope, csv_of("Ann,Lee,ann@example.org,Ulm", header=header), at)
    assert counts(view) == (0, 1, 0, 0)


def test_rejects_a_namesake_that_nothing_tells_apart(scope, at):
    header = "First,Last,Email,City"
    rows = ["Ann,Lee,ann@example.org,Bath", "Ann,Lee,ann@example.org,Bath", "Ann,Lee,ann@example.org,Ulm"]
    view = import_file(scope, csv_of(*rows, header=header), at)
    assert counts(view) == (1, 0, 1, 1)
    assert reasons(scope, view) == [(4, "repeated")]


def test_rejects_who_may_be_on_record_already(scope, at):
    import_file(scope, csv_of(ANN), at)
    view = import_file(scope, csv_of(",Ann,Lee,,ann@example.org,,Yes"), at)
    assert reasons(scope, view) == [(2, "perhaps_known")]


def test_rejects_an_unnumbered_row_at_an_address_of_very_many(scope, at):
    crowd = [f"C{number},P{number},Lee,1980-01-01,home@example.org,," for number in range(30)]
    import_file(scope, csv_of(*crowd), at)
    rows = [",New,Moss,1990-01-01,home@example.org,,", "C99,New,Moss,1990-01-01,home@example.org,,"]
    view = import_file(scope, csv_of(*rows), at)
    assert counts(view) == (1, 0, 0, 1)
    assert reasons(scope, view) == [(2, "crowded_address")]


def test_takes_a_stop_and_no_yes_beside_it(scope, at):
    rows = [
        "M1,Ann,Lee,1980-05-04,ann@example.org,No,Yes",
        "M2,Bob,Lee,1975-01-02,bob@example.org,DO NOT EMAIL,",
    ]
    import_file(scope, csv_of(*rows), at)
    for mrn in ("M1", "M2"):
        patient_id = one(scope, mrn).id
        held = permissions_of(scope, [patient_id])[patient_id]
        assert held.stopped_everything_at == at
        assert held.permissions[Category.NEWSLETTER].answer is not Answer.GRANTED


def test_stop_outweighs_a_yes_much_further_down_the_same_file(scope, at, monkeypatch):
    monkeypatch.setattr(batches, "BATCH_ROWS", 2)
    stop = "M1,Ann,Lee,1980-05-04,ann@example.org,No,"
    content = csv_of(
        stop, BOB, "M3,Cy,Lee,1971-01-01,cy@example.org,,", "M4,Di,Lee,1971-01-02,di@example.org,,", ANN
    )
    for _ in range(2):
        import_file(scope, content, at)
        patient_id = one(scope, "M1").id
        held = permissions_of(scope, [patient_id])[patient_id]
        assert held.stopped_everything_at is not None
        assert held.permissions[Category.NEWSLETTER].answer is not Answer.GRANTED


def test_file_does_not_overrule_what_the_patient_said(scope, at):
    import_file(scope, csv_of(BOB), at)
    bob = one(scope, "M2")
    consent.stop_everything(scope, bob.id, source="phone", at=at)
    import_file(scope, csv_of("M2,Bob,Lee,1975-01-02,bob@example.org,Yes,Yes"), at)
    assert permissions_of(scope, [bob.id])[bob.id].stopped_everything_at is not None


def test_imported_authorization_stays_unverified(scope, at):
    header = "MRN,Last,Email,Marketing authorization signed on"
    content = csv_of("M1,Lee,ann@example.org,2026-01-05", header=header)
    view = import_file(scope, content, at, fields={
        0: PatientField.MRN, 1: PatientField.LAST_NAME, 2: PatientField.EMAIL,
        3: PatientField.AUTHORIZATION_SIGNED_ON,
    })  # fmt: skip
    assert counts(view) == (1, 0, 0, 0)
    patient_id = one(scope, "M1").id
    held = permissions_of(scope, [patient_id])[patient_id].authorization
    assert held is not None
    assert (held.signed_on, held.verified) == (date(2026, 1, 5), False)


def test_counts_who_cannot_be_mailed(scope, at):
    view = import_file(scope, csv_of(ANN, "M2,Bob,Lee,1975-01-02,none,,"), at)
    assert view.without_address == 1


def test_gives_rejected_rows_back_as_they_were_written(scope, at):
    view = import_file(scope, csv_of(ANN, "M2,Bob,Lee", "M3,Cy,Lee,1980-01-01,cy@example.org,,,extra"), at)
    found = list(queries.every_rejected(scope, view.id))
    assert [(each.line, each.cells) for each in found] == [
        (3, ("M2", "Bob", "Lee")),
        (4, ("M3", "Cy", "Lee", "1980-01-01", "cy@example.org", "", "", "extra")),
    ]
    assert all(each.sentence.endswith(".") for each in found)


def test_counts_across_batches_as_in_one(scope, at, monkeypatch):
    whole = import_file(scope, many(25), at)
    monkeypatch.setattr(batches, "BATCH_ROWS", 10)
    parts = import_file(scope, many(30, city="Ulm"), at)
    assert counts(whole) == (25, 0, 0, 0)
    assert counts(parts) == (5, 25, 0, 0)
    saved = entries(scope, before_id=None, kind="patients.saved", actor_id="", subject="", limit=9)
    assert [(entry.details["added"], entry.details["changed"]) for entry in saved] == [
        (0, 5), (5, 0), (0, 10), (0, 10), (25, 0),
    ]  # fmt: skip


def test_ledger_tells_the_whole_way_without_a_value(scope, at):
    view = import_file(scope, csv_of(ANN, BOB), at)
    assert kinds(scope, view.id) == [
        "import.received", "import.columns_chosen", "import.started", "patients.saved", "permissions.imported",
        "import.finished",
    ]  # fmt: skip
    started = entries(scope, before_id=None, kind="import.started", actor_id="", subject="", limit=1)[0]
    assert started.details == {"provenance": "own_system"}


def test_asks_for_fresh_segments_at_the_end(scope, at):
    import_file(scope, csv_of(ANN), at)
    assert [args for _, args in waiting_jobs("segments.refresh")] == [{"practice_id": str(scope.practice_id)}]


def test_queues_one_import_of_a_practice_at_a_time(scope, at):
    for _ in range(2):
        import_id = receive(scope, csv_of(ANN), at)
        actions.choose_mapping(scope, import_id, fields=None, date_order=None, at=at)
        actions.start(scope, import_id, provenance=Provenance.OWN_FORMS, at=at)
    jobs = waiting_jobs("intake.run")
    assert {lock for lock, _ in jobs} == {f"import:{scope.practice_id}"}
    assert {frozenset(args) for _, args in jobs} == {frozenset({"practice_id", "import_id"})}


def test_job_does_the_work_and_finds_nothing_left_the_second_time(scope, at):
    from bedside.records.intake.jobs import run

    import_id = ready(scope, csv_of(ANN), at)
    for _ in range(2):
        run.func(str(scope.practice_id), str(import_id))
        assert counts(queries.view(scope, import_id)) == (1, 0, 0, 0)


def test_pauses_after_a_batch_and_resumes_where_it_was(scope, at, monkeypatch):
    monkeypatch.setattr(batches, "BATCH_ROWS", 10)
    import_id = ready(scope, many(35), at)

    def pause_soon(view):
        if view.new == 20:
            actions.pause(scope, import_id, at=at)

    paused = actions.run(scope, import_id, clock=lambda: at, seen=pause_soon)
    assert (paused.state, paused.new, patients.count(scope)) == (ImportState.PAUSED, 20, 20)
    actions.resume(scope, import_id, at=at)
    done = actions.run(scope, import_id, clock=lambda: at)
    assert (done.state, done.new, patients.count(scope)) == (ImportState.FINISHED, 35, 35)


def test_cancelled_import_keeps_what_it_took(scope, at, monkeypatch):
    monkeypatch.setattr(batches, "BATCH_ROWS", 10)
    import_id = ready(scope, many(35), at)

    def cancel_soon(view):
        if view.new == 10:
            actions.cancel(scope, import_id, at=at)

    done = actions.run(scope, import_id, clock=lambda: at, seen=cancel_soon)
    assert (done.state, done.new, patients.count(scope)) == (ImportState.CANCELLED, 10, 10)
    assert waiting_jobs("segments.refresh")
    with pytest.raises(Refusal, match="was cancelled"):
        actions.resume(scope, import_id, at=at)


def test_resumes_a_running_import_only_when_its_worker_is_gone(scope, at, monkeypatch):
    monkeypatch.setattr(batches, "BATCH_ROWS", 10)
    import_id = ready(scope, many(15), at)

    def die(view):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        actions.run(scope, import_id, clock=lambda: at, seen=die)
    assert queries.view(scope, import_id).state is ImportState.RUNNING
    with pytest.raises(Refusal, match="is running"):
        actions.resume(scope, import_id, at=at + timedelta(seconds=5))
    actions.resume(scope, import_id, at=at + timedelta(seconds=90))
    assert actions.run(scope, import_id, clock=lambda: at).new == 15


def test_second_worker_on_the_same_import_stops_by_itself(scope, at, monkeypatch):
    monkeypatch.setattr(batches, "BATCH_ROWS", 10)
    import_id = ready(scope, many(30), at)

    def overtake(view):
        if view.new == 10:
            actions.run(scope, import_id, clock=lambda: at)

    done = actions.run(scope, import_id, clock=lambda: at, seen=overtake)
    assert (done.state, done.new, patients.count(scope)) == (ImportState.FINISHED, 30, 30)


def test_failure_leaves_whole_batches_and_can_be_resumed(scope, at, monkeypatch):
    monkeypatch.setattr(batches, "BATCH_ROWS", 10)
    import_id = ready(scope, many(25), at)
    monkeypatch.setattr(batches, "_save_permissions", break_once_after(10, scope, ZeroDivisionError))
    with pytest.raises(ZeroDivisionError):
        actions.run(scope, import_id, clock=lambda: at)
    failed = queries.view(scope, import_id)
    assert (failed.state, failed.failure, failed.new, patients.count(scope)) == (
        ImportState.FAILED,
        "broken",
        10,
        10,
    )
    monkeypatch.undo()
    actions.resume(scope, import_id, at=at)
    assert actions.run(scope, import_id, clock=lambda: at).new == 25
    assert patients.count(scope) == 25


def break_once_after(count, scope, error):
    """Breaks in the middle of the batch that follows `count` patients."""

    def broken(*_, **__):
        if patients.count(scope) > count:
            raise error

    return broken


def test_says_when_the_disk_is_full(scope, at, monkeypatch):
    from django.db import OperationalError
    from psycopg.errors import DiskFull

    monkeypatch.setattr(batches, "BATCH_ROWS", 10)
    import_id = ready(scope, many(25), at)
    full = OperationalError("no space")
    full.__cause__ = DiskFull("no space")
    monkeypatch.setattr(batches, "_save_permissions", break_once_after(10, scope, full))
    with pytest.raises(OperationalError):
        actions.run(scope, import_id, clock=lambda: at)
    failed = queries.view(scope, import_id)
    assert (failed.state, failed.failure, failed.new, patients.count(scope)) == (
        ImportState.FAILED,
        "disk_full",
        10,
        10,
    )


def test_removes_the_file_and_keeps_the_numbers(scope, at):
    view = import_file(scope, csv_of(ANN, "short,row"), at)
    actions.remove_file(scope, view.id, at=at)
    after = queries.view(scope, view.id)
    assert (counts(after), after.file_removed_at) == (counts(view), at)
    assert list(queries.every_rejected(scope, view.id)) == []
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM intake_piece")
        assert cursor.fetchone() == (0,)
    with pytest.raises(Refusal, match="removed"):
        actions.propose(scope, view.id, fields=None, date_order=None, at=at)


def test_does_not_remove_the_file_of_an_import_under_way(scope, at):
    import_id = ready(scope, csv_of(ANN), at)
    with pytest.raises(Refusal, match="waiting for its turn"):
        actions.remove_file(scope, import_id, at=at)


def test_proposes_with_samples_and_hides_what_is_never_imported(scope, at):
    content = csv_of("M1,Lee,ann@example.org,999-12-3456", header="MRN,Last,Email,SSN")
    import_id = receive(scope, content, at)
    proposal = actions.propose(scope, import_id, fields=None, date_order=None, at=at)
    assert [(column.field, column.samples) for column in proposal.columns] == [
        (PatientField.MRN, ("M1",)), (PatientField.LAST_NAME, ("Lee",)),
        (PatientField.EMAIL, ("ann@example.org",)), (None, ()),
    ]  # fmt: skip
    assert proposal.columns[3].is_refused
    assert [row.patient.mrn for row in proposal.preview] == ["M1"]
    assert "import.previewed" in kinds(scope, import_id)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "nobody_identified"),
        ({0: PatientField.EMAIL, 1: PatientField.EMAIL}, "field_taken_twice"),
        ({0: PatientField.MRN, 3: PatientField.TAGS}, "column_refused"),
        ({0: PatientField.MRN, 9: PatientField.CITY}, "no_such_column"),
    ],
)
def test_refuses_a_choice_that_cannot_be_right(scope, at, fields, code):
    content = csv_of("M1,Lee,ann@example.org,999-12-3456", header="MRN,Last,Email,SSN")
    import_id = receive(scope, content, at)
    with pytest.raises(Refusal) as refused:
        actions.choose_mapping(scope, import_id, fields=fields, date_order=None, at=at)
    assert refused.value.code == code
    assert queries.view(scope, import_id).state is ImportState.UPLOADED


def test_reads_dates_in_the_chosen_order(scope, at):
    content = csv_of("M1,Lee,03/04/1980", header="MRN,Last,DOB")
    import_id = receive(scope, content, at)
    actions.choose_mapping(scope, import_id, fields=None, date_order=DateOrder.DAY_FIRST, at=at)
    actions.prepare(scope, import_id, provenance=Provenance.OWN_SYSTEM, at=at)
    actions.run(scope, import_id, clock=lambda: at)
    assert one(scope, "M1").birth_date == date(1980, 4, 3)


def test_starts_only_what_has_its_columns_chosen(scope, at):
    import_id = receive(scope, csv_of(ANN), at)
    with pytest.raises(Refusal, match="Choose the columns"):
        actions.start(scope, import_id, provenance=Provenance.OWN_SYSTEM, at=at)


def test_shows_nothing_to_another_practice(scope, stranger_scope, at):
    view = import_file(scope, csv_of(ANN, "short,row"), at)
    assert queries.imports(stranger_scope, offset=0, limit=10) == []
    assert list(queries.every_rejected(stranger_scope, view.id)) == []
    for act in (
        lambda: queries.view(stranger_scope, view.id),
        lambda: actions.propose(stranger_scope, view.id, fields=None, date_order=None, at=at),
        lambda: actions.cancel(stranger_scope, view.id, at=at),
        lambda: actions.remove_file(stranger_scope, view.id, at=at),
        lambda: actions.export_rejects(stranger_scope, view.id, at=at),
        lambda: actions.run(stranger_scope, view.id, clock=lambda: at),
    ):
        with pytest.raises(NotFound):
            act()


def test_same_number_in_another_practice_is_another_person(scope, stranger_scope, at):
    import_file(scope, csv_of(ANN), at)
    view = import_file(stranger_scope, csv_of("M1,Zed,Moss,1999-09-09,zed@example.org,,"), at)
    assert counts(view) == (1, 0, 0, 0)
    assert one(scope, "M1").last_name == "Lee"


@pytest.mark.parametrize("who", ["ada", "chloe", "abe"])
def test_refuses_whoever_may_not_import(scope_of, at, who):
    with pytest.raises(NotAllowed):
        receive(scope_of(who), csv_of(ANN), at)


def test_does_not_overwrite_a_record_that_staff_made_meanwhile_under_the_number(scope, at):
    from bedside.ground.identity import new_id
    from bedside.records.patients.rules import Patient

    import_id = ready(scope, csv_of(ANN), at)
    mine = Patient(id=new_id(), mrn="M1", last_name="Moss", birth_date=date(1999, 9, 9))
    patients_actions.add(scope, mine, at=at)
    view = actions.run(scope, import_id, clock=lambda: at)
    assert counts(view) == (0, 0, 0, 1)
    assert one(scope, "M1").last_name == "Moss"
