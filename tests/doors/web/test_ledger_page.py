"""The ledger's pages: search, words, runs, people of a batch, details with proof, exports."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from datetime import timedelta

import pytest

from bedside.ground.identity import new_id
from bedside.ground.scope import Actor, ActorKind, Purpose, Scope, in_scope
from bedside.records.patients import entries as about_patients
from bedside.records.patients.actions import add
from bedside.records.patients.rules import Patient
from bedside.safeguards.audit.actions import record, record_each, seal
from bedside.safeguards.practices.entries import PROFILE_CHANGED


@pytest.fixture
def rosa(scope, at):
    """Rosa Diaz, on record."""
    return known(scope, at, first_name="Rosa", last_name="Diaz", mrn="MS-1", email="rosa@example.org")


def known(scope, at, **values: object) -> Patient:
    patient = Patient(id=new_id(), **values)
    add(scope, patient, at=at)
    return patient


def note(scope, at, count: int = 1, subject: object = "") -> None:
    with in_scope(scope):
        for _ in range(count):
            record(scope, PROFILE_CHANGED, at=at, subject=subject)


def looked(scope, at, *people: Patient) -> None:
    with in_scope(scope):
        for person in people:
            record(scope, about_patients.PATIENT_SEEN, at=at, subject=person.id, page="record")


def listed(scope, at, *people: Patient) -> None:
    ids = [person.id for person in people]
    with in_scope(scope):
        record_each(scope, about_patients.PATIENTS_LISTED, at=at, about="", subjects=ids, count=len(ids))


def text_of(client, path: str, **options: object) -> str:
    """What a reader sees: without tags, with the entities as letters."""
    page = client.get(path, **options).content.decode()
    page = page[page.index("<main") : page.index("</main>")]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def rows_of(page: str) -> int:
    return page.count('data-label="What"')


# --- words


def test_says_who_did_what_in_words(signed_in, scope_of, at):
    note(scope_of("ana"), at)
    page = text_of(signed_in("omar"), "/ledger/")
    assert "Changed the practice's settings." in page
    assert "Nurse Ana" in page
    assert "Nov 20, 2026" in page
    assert "9:00:00 AM" in page  # 15:00 UTC in Chicago


def test_leaves_counts_of_nothing_out_of_sentences(signed_in, scope, at):
    from bedside.records.intake.entries import FINISHED

    with in_scope(scope):
        record(
            scope,
            FINISHED,
            at=at,
            subject=new_id(),
            added=1200,
            changed=0,
            unchanged=0,
            rejected=1,
            skipped=0,
        )
    assert "Import finished: 1,200 new, 1 rejected." in text_of(signed_in("omar"), "/ledger/")


def test_gathers_a_run_of_the_same_act_into_one_line(signed_in, scope_of, at, cast):
    for second in range(40):
        note(scope_of("ana"), at + timedelta(seconds=second))
    page = signed_in("omar").get("/ledger/?kind=practice.profile_changed").content.decode()
    assert rows_of(page) == 1
    assert "Changed the practice&#x27;s settings, 40 times" in page
    assert page.count("<li><span") == 10
    rest = html.unescape(re.search(r'href="(/ledger/[^"]+)">Show all of them', page)[1])
    assert f"who={cast['ana']}" in rest
    assert "40 times" in signed_in("omar").get(rest).content.decode()


def test_two_people_doing_the_same_are_two_lines(signed_in, scope_of, at):
    note(scope_of("ana"), at, count=3)
    note(scope_of("ada"), at, count=3)
    assert rows_of(signed_in("omar").get("/ledger/?kind=practice.profile_changed").content.decode()) == 2


def test_calls_a_campaign_by_its_name_and_no_id_by_its_tail(signed_in, scope, at):
    from bedside.decisions.segments.actions import save
    from bedside.decisions.segments.queries import EVERYBODY

    segment_id = save(scope, segment_id=None, name="Everybody over sixty", rule=EVERYBODY, at=at)
    page = text_of(signed_in("omar"), "/ledger/?kind=segment.saved")
    assert "Everybody over sixty" in page
    assert str(segment_id)[-8:] not in page


# --- search


def test_finds_by_kind_by_member_and_by_what_it_is_about(signed_in, scope_of, at, cast):
    about = new_id()
    note(scope_of("ana"), at, subject=about)
    note(scope_of("ada"), at)
    client = signed_in("omar")
    assert rows_of(client.get("/ledger/?kind=practice.profile_changed").content.decode()) == 2
    assert rows_of(client.get(f"/ledger/?who={cast['ana']}").content.decode()) == 1
    assert rows_of(client.get(f"/ledger/?about={about}").content.decode()) == 1
    assert "No entry fits this search." in text_of(client, f"/ledger/?about={new_id()}")


@pytest.mark.parametrize(
    ("who", "actor"),
    [
        ("bedside", Actor(kind=ActorKind.SYSTEM, id="delivery")),
        ("server", Actor(kind=ActorKind.SYSTEM, id="cli:root")),
        ("patient", Actor(kind=ActorKind.PATIENT, id="01a1ff94-0000-7000-8000-000000000000")),
    ],
)
def test_tells_bedside_patients_and_the_server_administrator_apart(
    signed_in, practice_id, cast, at, who, actor
):
    for one in (
        Actor(kind=ActorKind.SYSTEM, id="delivery"),
        Actor(kind=ActorKind.SYSTEM, id="cli:root"),
        Actor(kind=ActorKind.PATIENT, id="01a1ff94-0000-7000-8000-000000000000"),
    ):
        note(Scope(practice_id=practice_id, actor=one, purpose=Purpose.OPERATIONS), at)
    page = signed_in("omar").get(f"/ledger/?who={who}&kind=practice.profile_changed").content.decode()
    assert rows_of(page) == 1
    words = {"bedside": "Bedside itself", "server": "Server administrator", "patient": "A patient"}
    assert f'<td data-label="Who"><span>{words[who]}' in page


def test_finds_by_the_sort_of_act(signed_in, scope_of, scope, rosa, at):
    looked(scope_of("omar"), at, rosa)
    note(scope_of("omar"), at)
    client = signed_in("abe")
    seen = text_of(client, "/ledger/?did=read")
    assert "Opened a patient's record." in seen
    assert "Changed the practice's settings." not in seen
    both = text_of(client, "/ledger/?did=read&did=write")
    assert "Changed the practice's settings." in both


def test_filters_by_days_of_the_practice(signed_in, scope, at, cast):
    kind = "kind=practice.profile_changed"
    note(scope, at.replace(hour=4))  # the evening of the 19th in Chicago
    note(scope, at)
    client = signed_in("omar")
    assert rows_of(client.get(f"/ledger/?{kind}&from=2026-11-20&to=2026-11-20").content.decode()) == 1
    assert rows_of(client.get(f"/ledger/?{kind}&from=2026-11-19").content.decode()) == 2
    assert rows_of(client.get(f"/ledger/?{kind}&to=2026-11-19").content.decode()) == 1


def test_nobody_of_a_sort_ever_acted(signed_in, cast):
    for days in ("", "&from=2026-11-01&to=2026-11-30"):
        assert "Nothing found" in text_of(signed_in("omar"), f"/ledger/?who=patient{days}")
        assert "Nothing found" in text_of(signed_in("omar"), f"/ledger/?who=bedside{days}")


@pytest.mark.parametrize(
    "query",
    [
        "kind=nothing.known",
        "about=Rosa",
        "from=yesterday",
        "did=all",
        "who=Rosa",
        "from=2026-11-20&to=2026-11-19",
    ],
)
def test_says_one_sentence_about_a_filter_it_does_not_understand(signed_in, query):
    response = signed_in("omar").get(f"/ledger/?{query}")
    page = response.content.decode()
    assert response.status_code == 422
    assert page.count('role="alert"') == 1
    assert rows_of(page) == 0


@pytest.mark.parametrize("typed", ["Rosa", "diaz", "MS-1", "rosa@example.org"])
def test_finds_a_patient_by_name_number_or_address_without_any_of_it_in_an_address(
    signed_in, scope, rosa, at, typed
):
    from bedside.decisions.segments.index import rebuild

    rebuild(scope, at=at)
    response = signed_in("chloe").post("/ledger/", {"patient": typed, "who": "bedside"})
    assert response.headers["Location"] == f"/ledger/?person={rosa.id}&who=bedside"


def test_lets_one_choose_where_several_answer_and_records_whose_names_were_shown(
    signed_in, scope, rosa, at, ledger_of
):
    from bedside.decisions.segments.index import rebuild

    known(scope, at, first_name="Rosa", last_name="Almeida")
    rebuild(scope, at=at)
    client = signed_in("chloe")
    page = client.post("/ledger/", {"patient": "rosa", "from": "2026-11-01"}).content.decode()
    assert "Rosa Almeida" in page
    assert f'href="/ledger/?person={rosa.id}&amp;from=2026-11-01"' in page
    assert ledger_of("ledger.seen")[0].count == 2


def test_says_when_nobody_answers_to_a_name(signed_in, scope, rosa, at):
    response = signed_in("chloe").post("/ledger/", {"patient": "Zebulon"})
    assert response.status_code == 422
    page = response.content.decode()
    assert "No patient answers to that." in page
    assert 'value="Zebulon"' in page


def test_somebody_who_may_not_see_patients_looks_by_id_and_reads_no_name(
    signed_in, scope_of, rosa, at, ledger_of
):
    looked(scope_of("omar"), at, rosa)
    abe = signed_in("abe")
    assert abe.post("/ledger/", {"patient": "Rosa"}).status_code == 422
    found = abe.post("/ledger/", {"patient": str(rosa.id)}, follow=True).content.decode()
    assert "Opened a patient&#x27;s record." in found
    assert str(rosa.id) in found
    assert "Rosa" not in found
    assert "Diaz" not in found
    assert ledger_of("ledger.seen") == []


def test_showing_a_name_is_recorded_with_whose(signed_in, scope_of, rosa, at, ledger_of):
    looked(scope_of("omar"), at, rosa)
    assert "Rosa Diaz" in text_of(signed_in("chloe"), "/ledger/")
    [entry] = ledger_of("ledger.seen")
    assert (entry.subject, entry.details) == (str(rosa.id), {"page": "ledger"})


def test_sums_up_what_was_found(signed_in, scope, scope_of, cast, rosa, at):
    carl = known(scope, at, first_name="Carl", last_name="Ito")
    looked(scope_of("omar"), at, rosa, carl)
    listed(scope_of("omar"), at - timedelta(days=3), rosa, carl, known(scope, at))
    client = signed_in("abe")
    summary = "3 acts of Office manager Omar on 3 patients between Nov 17, 2026 and Nov 20, 2026"
    assert summary in text_of(client, f"/ledger/?who={cast['omar']}")
    hers = text_of(signed_in("chloe"), f"/ledger/?person={rosa.id}&who={cast['omar']}")
    assert "2 acts of Office manager Omar on Rosa Diaz between Nov 17, 2026 and Nov 20, 2026." in hers


def test_turns_pages_without_losing_or_doubling_entries(signed_in, scope, at):
    for hour in range(120):
        note(scope, at + timedelta(hours=hour))
    client, path, seen = signed_in("omar"), "/ledger/?kind=practice.profile_changed", []
    while path:
        page = client.get(path).content.decode()
        seen += re.findall(r'href="/ledger/(\d+)/"', page)
        older = re.search(r'href="(/ledger/\?[^"]+)" rel="next"', page)
        path = html.unescape(older[1]) if older else ""
    assert len(seen) == len(set(seen)) == 120


# --- many people at once


def test_a_list_says_on_how_many_and_opens_to_the_people(signed_in, scope, scope_of, rosa, at, ledger_of):
    listed(scope_of("omar"), at, rosa, known(scope, at, first_name="Carl", last_name="Ito"))
    chloe = signed_in("chloe")
    page = chloe.get("/ledger/?kind=patients.listed").content.decode()
    assert "2 patients" in page
    assert "Rosa Diaz" not in page
    piece = re.search(r'hx-get="(/ledger/\d+/people/)"', page)[1]
    names = chloe.get(piece).content.decode()
    assert "Rosa Diaz" in names
    assert "Carl Ito" in names
    assert ledger_of("ledger.seen")[0].count == 2
    ids = signed_in("abe").get(piece).content.decode()
    assert str(rosa.id) in ids
    assert "Rosa" not in ids


def test_one_persons_search_finds_the_list_they_were_in(signed_in, scope, scope_of, rosa, at):
    listed(scope_of("omar"), at, rosa, known(scope, at))
    listed(scope_of("omar"), at, known(scope, at), known(scope, at))
    page = signed_in("abe").get(f"/ledger/?person={rosa.id}&kind=patients.listed").content.decode()
    assert rows_of(page) == 1


# --- one entry


def newest_entry(scope, kind: str) -> int:
    from bedside.safeguards.audit.queries import entries

    return entries(scope, before_id=None, kind=kind, actor_id="", subject="", limit=1)[0].id


def test_an_entry_says_who_what_for_from_where_and_when(signed_in, scope_of, rosa, at, scope):
    from dataclasses import replace

    looked(replace(scope_of("omar"), origin="192.0.2.17"), at, rosa)
    page = text_of(signed_in("chloe"), f"/ledger/{newest_entry(scope, 'patient.seen')}/")
    for words in (
        "Who Office manager Omar", "On whom Rosa Diaz", "What for Running the practice", "192.0.2.17",
        "November 20, 2026, 9:00:00 AM", "Sort of act Looked at", "Outcome Done", "Not sealed yet",
    ):  # fmt: skip
        assert words in page


def test_a_sealed_entry_shows_its_place_and_gives_a_proof_that_holds_elsewhere(
    signed_in, scope, at, tmp_path
):
    note(scope, at, count=5)
    seal(scope, at=at)
    number = newest_entry(scope, "practice.profile_changed")
    abe = signed_in("abe")
    page = text_of(abe, f"/ledger/{number}/")
    assert "Sealed and unchanged" in page
    (tmp_path / "proof.json").write_bytes(abe.get(f"/ledger/{number}/proof/").content)
    key = re.search(
        r'href="(/ledger/verification/keys/\w+/)"', abe.get("/ledger/verification/").content.decode()
    )
    (tmp_path / "key.pem").write_bytes(abe.get(key[1]).content)
    assert verified("proof", tmp_path / "proof.json", "--key", tmp_path / "key.pem") == 0
    changed = json.loads((tmp_path / "proof.json").read_text())
    changed["body"] = changed["body"].replace("profile_changed", "profile_created")
    (tmp_path / "proof.json").write_text(json.dumps(changed, sort_keys=True, separators=(",", ":")))
    assert verified("proof", tmp_path / "proof.json", "--key", tmp_path / "key.pem") == 1


@pytest.mark.parametrize("forged", ["root", "note"])
def test_gives_no_proof_that_does_not_hold(signed_in, scope, at, forged):
    """As anybody with the database role may put a checkpoint there that nobody signed."""
    from bedside.safeguards.audit.models import Checkpoint, Entry

    note(scope, at, count=5)
    seal(scope, at=at)
    number = newest_entry(scope, "practice.profile_changed")
    abe = signed_in("abe")
    assert abe.get(f"/ledger/{number}/proof/").status_code == 200
    seal(scope, at=at)
    with in_scope(scope):
        exported = Entry.objects.filter(kind="ledger.exported").count()
        row = Checkpoint.objects.latest("size")
        if forged == "root":
            row.size, row.root = row.size + 1, b"\0" * 32
        else:
            note(scope, at)
            seal(scope, at=at)
            row = Checkpoint.objects.latest("size")
            row.note, row.size = row.note.replace("bedside", "another"), row.size + 1
        row.pk, row.start = None, row.size - 1
        row.save(force_insert=True)
    answer = abe.get(f"/ledger/{number}/proof/")
    assert answer.status_code == 422
    assert "This entry is not as it was sealed" in answer.content.decode()
    assert "Download the proof" not in abe.get(f"/ledger/{number}/").content.decode()
    with in_scope(scope):
        assert Entry.objects.filter(kind="ledger.exported").count() == exported


def verified(*arguments: object) -> int:
    """What `bedside-verify`, which knows nothing of Bedside, answers."""
    import subprocess
    import sys
    from pathlib import Path

    source = Path(__file__).resolve().parents[3] / "verify" / "src"
    command = [sys.executable, "-m", "bedside_verify", *map(str, arguments)]
    done = subprocess.run(
        command, env={"PYTHONPATH": str(source)}, capture_output=True, check=False, timeout=60
    )
    return done.returncode


def test_the_whole_ledger_leaves_as_a_file_that_verifies(signed_in, scope, at, tmp_path):
    note(scope, at, count=300)
    seal(scope, at=at)
    abe = signed_in("abe")
    (tmp_path / "ledger").write_bytes(b"".join(abe.post("/ledger/verification/export/").streaming_content))
    (tmp_path / "anchor").write_bytes(abe.get("/ledger/verification/checkpoint/").content)
    key = re.search(
        r'href="(/ledger/verification/keys/\w+/)"', abe.get("/ledger/verification/").content.decode()
    )
    (tmp_path / "key").write_bytes(abe.get(key[1]).content)
    assert verified(tmp_path / "ledger", "--key", tmp_path / "key", "--anchor", tmp_path / "anchor") == 0


def test_an_unknown_entry_is_not_found(signed_in, scope, at):
    note(scope, at)
    client = signed_in("abe")
    for path in ("/ledger/999999999/", "/ledger/999999999/people/", "/ledger/999999999/proof/"):
        assert client.get(path).status_code == 404
    number = newest_entry(scope, "practice.profile_changed")
    assert client.get(f"/ledger/{number}/?person={new_id()}").status_code == 404
    assert client.get(f"/ledger/{number}/?person=Rosa").status_code == 404


# --- files


def export(client, **filters: str) -> list[list[str]]:
    response = client.post("/ledger/export/", filters)
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(b"".join(response).decode("utf-8-sig"))))


def test_exports_what_was_searched_and_notes_it(signed_in, scope, at, ledger_of):
    note(scope, at, count=210)
    rows = export(signed_in("abe"), kind="practice.profile_changed")
    assert rows[0][:3] == ["number", "at", "who"]
    assert len(rows) == 211
    assert len({row[0] for row in rows}) == 211
    entry = ledger_of("ledger.exported")[0]
    assert entry.details == {"wanted_kind": "practice.profile_changed", "about": "all", "form": "csv"}


def test_an_export_about_a_patient_is_noted_on_them_and_holds_no_name(
    signed_in, scope_of, rosa, at, ledger_of
):
    looked(scope_of("omar"), at, rosa)
    rows = export(signed_in("chloe"), person=str(rosa.id))
    assert not any("Diaz" in cell for row in rows for cell in row)
    assert any(str(rosa.id) in cell for row in rows for cell in row)
    assert ledger_of("ledger.exported")[0].subject == str(rosa.id)


def test_never_exports_a_formula(signed_in, scope_of, at, cast):
    from bedside.safeguards.staff.models import Account

    Account.objects.filter(id=cast["ana"]).update(name="=1+1")
    note(scope_of("ana"), at)
    rows = export(signed_in("abe"), kind="practice.profile_changed")
    assert rows[1][2] == "'=1+1"


@pytest.mark.parametrize(
    "path", ["/ledger/export/", "/ledger/verification/export/", "/ledger/verification/now/"]
)
def test_exports_and_verifies_by_post_only(signed_in, path):
    assert signed_in("omar").get(path).status_code == 405
