"""Whatever stands in a hospital's file, the import ends, says what was wrong, and keeps what was right."""

from __future__ import annotations

import gzip
import io
import resource
import zipfile
from datetime import date

import pytest

from bedside.ground.errors import Refusal
from bedside.records.charts.queries import chart
from bedside.records.intake import actions, queries
from bedside.records.intake.clinical import importing, reading
from bedside.records.intake.nouns import ImportState
from bedside.records.patients import queries as patients
from tests.records.intake.clinical_files import (
    archive,
    bundle,
    condition,
    counts,
    hospital,
    import_clinical,
    message,
    ndjson,
    packed,
    patient,
    pid,
    ready,
    reasons,
    visit,
)


def test_keeps_what_stood_before_a_file_was_cut_off(scope, at):
    content = ndjson(patient(1), patient(2))[:-40]
    view = import_clinical(scope, content, at, hospital(scope, at))
    assert (counts(view), reasons(scope, view)) == ((1, 0, 0, 1, 0), [(2, "truncated")])


def test_keeps_what_stood_before_a_packed_file_was_cut_off(scope, at):
    whole = packed(ndjson(*(patient(number) for number in range(200))))
    view = import_clinical(scope, whole[:-200], at, hospital(scope, at))
    assert view.state is ImportState.FINISHED
    assert view.new > 0
    assert reasons(scope, view)[-1][1] in {"damaged_archive", "truncated"}


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b'{"resourceType":"Nonsense","id":"1"}', "unknown_type"),
        (b'{"resourceType":"Patient"}', "no_id"),
        (b'{"resourceType":"Patient","id":"1","name":"Ann"}', "wrong_shape"),
        (b'{"resourceType":"Patient","id":"1"}', "nobody_identified"),
        (b'{"resourceType":"Encounter","id":"1"}', "no_person"),
        (b"{]", "not_json"),
        (b"[1]", "not_an_object"),
        (b"\xff\xfe\x00", "not_json"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_rejects_a_bad_line_and_takes_the_others(scope, at, line, code):
    content = ndjson(patient(1)) + line + b"\n" + ndjson(patient(2))
    view = import_clinical(scope, content, at, hospital(scope, at))
    assert (counts(view), reasons(scope, view)) == ((2, 0, 0, 1, 0), [(2, code)])
    assert queries.rejected(scope, view.id, offset=0, limit=1)[0].sentence != "The row could not be read."


def test_counts_records_that_nobody_reads(scope, at):
    other = {"resourceType": "Observation", "id": "o1"}
    view = import_clinical(scope, ndjson(patient(1), other, other), at, hospital(scope, at))
    assert (counts(view), view.remark_counts["passed:Observation"]) == ((1, 0, 0, 0, 2), 2)


def test_ends_with_bundles_that_name_each_other_in_circles(scope, at):
    one = patient(1, link=[{"type": "replaced-by", "other": {"reference": "Patient/p2"}}])
    two = patient(2, link=[{"type": "replaced-by", "other": {"reference": "Patient/p1"}}])
    view = import_clinical(scope, bundle(one, two, visit(1)), at, hospital(scope, at))
    assert (view.state, *counts(view)) == (ImportState.FINISHED, 3, 0, 0, 0, 0)


def test_rejects_bundles_nested_without_end(scope, at):
    nested = patient(1)
    for _ in range(6):
        nested = {"resourceType": "Bundle", "entry": [{"resource": nested}]}
    view = import_clinical(scope, bundle(nested, patient(2)), at, hospital(scope, at))
    assert (view.new, reasons(scope, view)[0][1]) == (1, "too_deep")


def test_leaves_out_days_that_never_were(scope, at):
    never = visit(1, period={"start": "2026-02-30T09:00:00Z"})
    ill = condition(1, onsetDateTime="2023-02-29")
    view = import_clinical(scope, ndjson(patient(1), never, ill), at, hospital(scope, at))
    ann = patients.ids_by_mrn(scope, ["MR-1"])["MR-1"]
    assert counts(view) == (3, 0, 0, 0, 0)
    assert {each.day for each in chart(scope, ann)} == {None}
    assert [each.label for each in queries.remark_groups(view.remark_counts)] == [
        "Condition.onsetDateTime",
        "Encounter.period.start",
    ]


def test_reads_messages_of_other_alphabets_with_segments_in_any_order(scope, at):
    head = "MSH|^~\\&|EHR|MAPLE|BEDSIDE|MAPLE|20260301||ADT^A08|1|P|2.5.1||||||8859/1"
    segments = ["PV1|1|O|||||||||||||||||V1", pid(name="Müller^Zoë"), "EVN|A08|20260301"]
    content = "\r".join([head, *segments, ""]).encode("latin-1")
    import_clinical(scope, content, at, hospital(scope, at), name="adt.hl7")
    zoe = patients.get(scope, patients.ids_by_mrn(scope, ["MR-1"])["MR-1"])
    assert zoe.full_name == "Zoë Müller"


def test_passes_over_messages_of_other_sorts(scope, at):
    other = b"MSH|^~\\&|A|B|C|D|20260301||ORU^R01|1|P|2.5.1\rPID|1||X\r"
    view = import_clinical(scope, message("A08", pid()) + other, at, hospital(scope, at))
    assert counts(view) == (1, 0, 0, 0, 1)


def test_tells_two_facilities_numbers_apart(scope, at):
    other = pid(number="MR-1", name="Other^Zoe", birth="19500101").replace("MAPLE", "ELM")
    content = message("A08", pid()) + message("A08", other, control="2")
    view = import_clinical(scope, content, at, hospital(scope, at, numbers="other"))
    assert (counts(view), patients.count(scope)) == ((2, 0, 0, 0, 0), 2)


def test_an_older_message_that_comes_late_changes_nothing(scope, at):
    source_id = hospital(scope, at)
    import_clinical(scope, message("A08", pid(name="New^Ann"), at="20260401090000-0600"), at, source_id)
    view = import_clinical(scope, message("A08", pid(name="Old^Ann")), at, source_id)
    assert counts(view) == (0, 0, 1, 0, 0)
    both = message("A08", pid(name="Newest^Ann"), at="20260601090000-0600") + message(
        "A08", pid(name="Newer^Ann"), at="20260501090000-0600"
    )
    import_clinical(scope, both, at, source_id)
    ann = patients.get(scope, patients.ids_by_mrn(scope, ["MR-1"])["MR-1"])
    assert ann.last_name == "Newest"


def test_empties_only_what_a_message_says_to_empty(scope, at):
    source_id = hospital(scope, at)
    told = pid(f13="555-0102~^NET^Internet^ann@example.org", f15="es")
    import_clinical(scope, message("A08", told), at, source_id)
    import_clinical(scope, message("A08", pid(f15='""'), at="20260401090000-0600"), at, source_id)
    ann = patients.get(scope, patients.ids_by_mrn(scope, ["MR-1"])["MR-1"])
    assert (ann.language, ann.email, ann.phone) == ("", "ann@example.org", "555-0102")


@pytest.mark.parametrize("content", [b"", b"not a table of anything", b"\x00" * 400, b"%PDF-1.7 nothing"])
def test_refuses_what_is_no_file_of_ours(scope, at, content):
    with pytest.raises(Refusal):
        actions.receive(scope, name="x", pieces=[content], at=at)


# --- files made to do harm


def dense(size_bytes: int) -> bytes:
    held = io.BytesIO()
    with gzip.open(held, "wb", compresslevel=9) as out:
        out.write(ndjson(patient(1)))
        for _ in range(size_bytes // 1_000_000):
            out.write(b" " * 1_000_000)
    return held.getvalue()


def test_stops_at_a_file_that_unpacks_without_end(scope, at, monkeypatch):
    monkeypatch.setattr(reading, "DENSITY_FROM_BYTES", 1_000_000)
    view = import_clinical(scope, dense(4_000_000), at, hospital(scope, at))
    assert (view.state, view.failure) == (ImportState.FAILED, "too_dense")


def test_stops_at_an_archive_that_unpacks_without_end(scope, at, monkeypatch):
    monkeypatch.setattr(reading, "DENSITY_FROM_BYTES", 1_000_000)
    content = archive(Patient__ndjson=ndjson(patient(1)) + b" " * 4_000_000)
    view = import_clinical(scope, content, at, hospital(scope, at))
    assert (view.state, view.failure) == (ImportState.FAILED, "too_dense")


def test_stops_at_what_is_packed_twice(scope, at):
    view = import_clinical(
        scope, archive(a__ndjson=packed(packed(ndjson(patient(1))))), at, hospital(scope, at)
    )
    assert (view.state, view.failure) == (ImportState.FAILED, "packed_twice")


def test_stops_at_a_damaged_archive_and_says_so(scope, at):
    content = archive(Patient__ndjson=ndjson(patient(1)))
    view = import_clinical(scope, content[: len(content) // 2], at, hospital(scope, at))
    assert (view.state, view.failure) == (ImportState.FAILED, "damaged_archive")


def test_keeps_the_other_files_of_an_archive_with_a_damaged_one(scope, at):
    content = bytearray(archive(Patient__ndjson=ndjson(patient(1)), Encounter__ndjson=ndjson(visit(1))))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as held:
        start = held.getinfo("Encounter.ndjson").header_offset + 30 + len("Encounter.ndjson")
    content[start + 10 : start + 60] = b"\x00" * 50
    view = import_clinical(scope, bytes(content), at, hospital(scope, at))
    assert (view.state, view.new) == (ImportState.FINISHED, 1)
    assert reasons(scope, view)[-1][1] == "damaged_archive"


def test_refuses_an_archive_of_more_files_than_any_export_has(scope, at, monkeypatch):
    monkeypatch.setattr(reading, "ENTRIES_MAX", 1)
    content = archive(a__ndjson=ndjson(patient(1)), b__ndjson=ndjson(patient(2)))
    view = import_clinical(scope, content, at, hospital(scope, at))
    assert (view.state, view.failure) == (ImportState.FAILED, "too_many_files")


def test_keeps_some_rejected_rows_and_counts_all(scope, at, monkeypatch):
    monkeypatch.setattr(importing, "REJECTS_KEPT_MAX", 3)
    strangers = ndjson(*(visit(number, person=f"x{number}") for number in range(10)))
    view = import_clinical(scope, strangers, at, hospital(scope, at))
    assert (view.rejected, len(reasons(scope, view))) == (10, 3)
    assert view.remark_counts["refused:Visit:unknown_person"] == 10


def test_a_file_of_any_size_takes_the_same_memory(scope, at):
    """A hundred megabytes of records that nobody keeps: stored, read to the end, and never whole in memory."""
    source_id = hospital(scope, at)
    line = b'{"resourceType":"Observation","id":"o","valueString":"' + b"x" * 8_000 + b'"}\n'
    import_clinical(scope, line * 100, at, source_id)
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    import_id = actions.receive(scope, name="big.ndjson", pieces=(line * 32 for _ in range(400)), at=at)
    from bedside.records.intake.clinical.receiving import choose_source
    from bedside.records.intake.nouns import Provenance

    choose_source(scope, import_id, source_id=source_id, at=at)
    actions.prepare(scope, import_id, provenance=Provenance.OWN_SYSTEM, at=at)
    view = actions.run(scope, import_id, clock=lambda: at)
    assert (view.state, view.skipped) == (ImportState.FINISHED, 12_800)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb < 30_000


# --- going on


def test_goes_on_after_the_last_whole_batch(scope, at, monkeypatch):
    monkeypatch.setattr(importing, "BATCH_RECORDS", 2)
    monkeypatch.setattr(importing, "EVENTS_MAX", 2)
    content = archive(
        Patient__ndjson=ndjson(*(patient(number) for number in range(5))),
        Encounter__ndjson=ndjson(*(visit(number, person=f"p{number}") for number in range(5))),
    )
    import_id = ready(scope, content, at, hospital(scope, at))

    def stop(view):
        if view.read >= 4:
            actions.pause(scope, import_id, at=at)

    stopped = actions.run(scope, import_id, clock=lambda: at, seen=stop)
    assert (stopped.state, stopped.new) == (ImportState.PAUSED, 4)
    actions.resume_here(scope, import_id, at=at)
    view = actions.run(scope, import_id, clock=lambda: at)
    assert (view.state, *counts(view)) == (ImportState.FINISHED, 10, 0, 0, 0, 0)


@pytest.mark.parametrize("end", range(1, 12))
def test_loses_nothing_wherever_in_an_archive_it_stopped(scope, at, monkeypatch, end):
    """Places in a later file count on from those of the files before it, which are not read again."""
    monkeypatch.setattr(importing, "BATCH_RECORDS", 1)
    monkeypatch.setattr(importing, "EVENTS_MAX", 1)
    content = archive(
        Patient__ndjson=ndjson(*(patient(number) for number in range(3))) + b"\n",
        A_Encounter__ndjson=ndjson(*(visit(number, person="p1") for number in range(3))),
        B_Messages__hl7=b"".join(message("A04", pid("MR-7"), control=str(number)) for number in range(2)),
        C_Bundle__json=bundle(*(visit(number, person="p2") for number in range(3, 6))),
    )
    import_id = ready(scope, content, at, hospital(scope, at))

    def stop(view):
        if view.read == end:
            actions.pause(scope, import_id, at=at)

    actions.run(scope, import_id, clock=lambda: at, seen=stop)
    actions.resume_here(scope, import_id, at=at)
    view = actions.run(scope, import_id, clock=lambda: at)
    assert (view.state, view.new, view.rejected, view.read) == (ImportState.FINISHED, 10, 0, 11)


def test_a_second_worker_on_the_same_import_writes_nothing(scope, at):
    import_id = ready(scope, ndjson(patient(1)), at, hospital(scope, at))
    seen = []

    def other(_):
        seen.append(actions.run(scope, import_id, clock=lambda: at).new)

    view = actions.run(scope, import_id, clock=lambda: at, seen=other)
    assert (view.new, seen, patients.count(scope)) == (1, [1], 1)


def test_born_on_the_29th_of_february_is_kept(scope, at):
    import_clinical(scope, ndjson(patient(1, birthDate="1984-02-29")), at, hospital(scope, at))
    ann = patients.get(scope, patients.ids_by_mrn(scope, ["MR-1"])["MR-1"])
    assert ann.birth_date == date(1984, 2, 29)
