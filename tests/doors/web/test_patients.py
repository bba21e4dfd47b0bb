"""Patients' pages: found without a trace in an address, recorded at each look, edited without losing anything."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import date

import pytest

from bedside.ground.identity import new_id
from bedside.kit.terminology import Sensitivity
from bedside.records.patients import actions, queries
from bedside.records.patients.exporting import NOT_SHOWN, header, rows
from bedside.records.patients.fields import PracticeField
from bedside.records.patients.own_fields import add_field
from bedside.records.patients.rules import Patient
from bedside.safeguards.audit.queries import entries, who_looked
from bedside.safeguards.staff.rules import Right

HTMX = {"HX-Request": "true"}


def pia(**changes):
    known = {
        "id": new_id(), "mrn": "MS-1", "first_name": "Pia", "last_name": "Zqmark",
        "birth_date": date(1980, 2, 29), "email": "pia@example.org", "phone": "555-0101",
        "conditions": ("asthma",), "last_visit": date(2026, 1, 5), "city": "Fairhaven",
    }  # fmt: skip
    return Patient(**{**known, **changes})


@pytest.fixture
def people(scope, at):
    """Pia, Quentin without an address, and sixty others."""
    saved = [
        pia(),
        pia(id=new_id(), mrn="MS-2", first_name="Quentin", last_name="Hartwell", email="", city=""),
    ]
    saved += [
        pia(
            id=new_id(),
            mrn=f"X-{n}",
            first_name="Other",
            last_name=f"Person{n:02}",
            email=f"p{n}@example.org",
        )
        for n in range(60)
    ]
    actions.save_many(scope, new=saved, changed=[], source="test", at=at)
    return saved


def ledger(scope, kind):
    return entries(scope, before_id=None, kind=kind, actor_id="", subject="", limit=50)


def text(response):
    return response.content.decode()


# --- the list


def test_lists_fifty_at_a_time_and_records_the_look(signed_in, people, scope):
    page = text(signed_in("ana").get("/patients/"))
    assert "62 patients, 1 to 50 shown" in page
    assert page.count('<th scope="row">') == 50
    [entry] = ledger(scope, "patients.listed")
    assert (entry.details, entry.count) == ({"count": 50}, 50)
    shown = [found for found in people if who_looked(scope, found.id, before_id=None, limit=5)]
    assert len(shown) == 50


def test_turns_the_page_without_script(signed_in, people):
    client = signed_in("ana")
    page = client.post("/patients/", {"page": "2"}, follow=True)
    assert "51 to 62 shown" in text(page)
    assert re.fullmatch(r"/patients/\?kept=[\w-]+", page.redirect_chain[0][0])


def test_a_page_beyond_the_last_is_the_last(signed_in, people):
    assert "51 to 62 shown" in text(signed_in("ana").post("/patients/", {"page": "99999"}, follow=True))


@pytest.mark.parametrize("words", ["zqmark", "PIA zqm", "ms-1", "pia@example.org", "Zqmark Pia"])
def test_finds_by_name_number_and_address(signed_in, people, words):
    page = text(signed_in("ana").post("/patients/", {"text": words}, headers=HTMX))
    assert "1 patient found" in page
    assert "Zqmark" in page
    assert "Hartwell" not in page


def test_what_is_searched_for_is_in_no_address_and_back_shows_it_again(signed_in, people, scope):
    client = signed_in("ana")
    response = client.post("/patients/", {"text": "zqmark"}, headers=HTMX)
    address = response.headers["HX-Replace-Url"]
    assert "zqmark" not in address.lower()
    assert "<html" not in text(response)
    again = text(client.get(address))
    assert "1 patient found" in again
    assert 'value="zqmark"' in again
    found = who_looked(scope, people[0].id, before_id=None, limit=5)
    assert [entry.kind for entry in found] == ["patients.searched"] * 2
    assert ledger(scope, "patients.listed") == []


def test_a_search_in_the_address_is_not_taken(signed_in, people):
    assert "62 patients" in text(signed_in("ana").get("/patients/?text=zqmark"))


def test_no_link_or_form_of_the_list_carries_a_value(signed_in, people):
    page = text(signed_in("ana").post("/patients/", {"text": "zqmark"}, follow=True))
    addresses = re.findall(r'(?:href|action|formaction|hx-post|hx-get)="([^"]*)"', page)
    assert addresses
    assert not [address for address in addresses if "zqmark" in address.lower()]


def test_a_kept_search_is_not_another_persons(signed_in, people):
    address = signed_in("ana").post("/patients/", {"text": "zqmark"}, headers=HTMX).headers["HX-Replace-Url"]
    assert "62 patients" in text(signed_in("omar").get(address))


def test_filters_by_a_saved_segment(signed_in, people, scope, at):
    from bedside.decisions.segments.actions import save
    from bedside.decisions.segments.rules import from_json

    rule = from_json({"field": "email", "is": "is", "value": "no"})
    segment_id = save(scope, segment_id=None, name="Unreachable", rule=rule, at=at)
    page = text(signed_in("ana").post("/patients/", {"segment": str(segment_id)}, headers=HTMX))
    assert "1 patient found" in page
    assert "Hartwell" in page


def test_says_what_to_do_when_nobody_is_found(signed_in, people):
    page = text(signed_in("ana").post("/patients/", {"text": "nobody of that name"}, headers=HTMX))
    assert "Clear the search" in page


def test_leads_to_the_import_when_there_is_nobody_yet(signed_in):
    assert "No patients yet" in text(signed_in("ana").get("/patients/"))


@pytest.mark.parametrize("odd", ["\x00", "((((", "a" * 5000, "🏥", "%' OR 1=1"])
def test_any_search_text_gets_an_answer(signed_in, people, odd):
    response = signed_in("ana").post(
        "/patients/", {"text": odd, "segment": odd, "order": odd, "page": odd}, headers=HTMX
    )
    assert response.status_code == 200


# --- rights


def test_an_auditor_sees_no_patient(signed_in, people):
    client = signed_in("abe")
    for address in ("/patients/", f"/patients/{people[0].id}/", f"/patients/{people[0].id}/mails/"):
        assert client.get(address).status_code == 403
    assert "Zqmark" not in text(client.post("/patients/", {"text": "zqmark"}))


def test_an_approver_sees_but_does_not_edit(signed_in, people):
    client = signed_in("ada")
    assert "Edit</a>" not in text(client.get(f"/patients/{people[0].id}/"))
    for address in ("add/", f"{people[0].id}/edit/", f"{people[0].id}/deceased/"):
        assert client.get(f"/patients/{address}").status_code == 403
        assert client.post(f"/patients/{address}", {"last_name": "X"}).status_code == 403


def test_another_practices_patient_does_not_exist_here(signed_in, stranger_scope, at):
    theirs = pia()
    actions.add(stranger_scope, theirs, at=at)
    client = signed_in("omar")
    for page in ("", "edit/", "deceased/", "mails/"):
        response = client.get(f"/patients/{theirs.id}/{page}")
        assert response.status_code == 404
        assert "Zqmark" not in text(response)
    assert client.post(f"/patients/{theirs.id}/deceased/", {"deceased": "yes"}).status_code == 404
    assert queries.get(stranger_scope, theirs.id).deceased is False


def test_somebody_not_signed_in_is_sent_to_sign_in(client, people):
    response = client.get(f"/patients/{people[0].id}/")
    assert response.status_code == 302
    assert response.url.startswith("/account/login/")


# --- one patient


def test_opens_a_record_and_records_who_did(signed_in, people, scope, cast):
    response = signed_in("ada").get(f"/patients/{people[0].id}/")
    page = text(response)
    assert "February 29, 1980" in page
    assert "asthma" in page
    assert "no-store" in response.headers["Cache-Control"]
    [entry] = ledger(scope, "patient.seen")
    assert (entry.subject, entry.actor_id, entry.purpose) == (
        str(people[0].id),
        str(cast["ada"]),
        "operations",
    )


def test_the_title_of_a_record_has_no_name(signed_in, people):
    page = text(signed_in("ada").get(f"/patients/{people[0].id}/"))
    assert "Zqmark" not in re.search(r"<title>.*?</title>", page, re.DOTALL).group()


def test_shows_that_no_campaign_reached_them(signed_in, people):
    assert "No campaign" in text(signed_in("ada").get(f"/patients/{people[0].id}/mails/"))


# --- writing


def form_of(page):
    """What a browser would send back: every field with its value."""
    fields = dict(re.findall(r'<input [^>]*?name="([^"]+)" value="([^"]*)"', page))
    fields |= {
        n: v.lstrip("\n")
        for n, v in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>([^<]*)</textarea>', page)
    }
    return fields


def test_saves_what_was_typed(signed_in, people, scope):
    client = signed_in("ana")
    address = f"/patients/{people[0].id}/edit/"
    typed = {
        **form_of(text(client.get(address))),
        "email": " New@Example.ORG ",
        "next_appointment": "12/1/2026",
    }
    typed["conditions"] = "asthma\r\n\r\n migraine \r\n"
    assert client.post(address, typed).status_code == 302
    saved = queries.get(scope, people[0].id)
    assert saved.email == "New@example.org"
    assert saved.next_appointment == date(2026, 12, 1)
    assert saved.conditions == ("asthma", "migraine")
    assert (saved.last_name, saved.phone) == ("Zqmark", "555-0101")
    assert ledger(scope, "patient.changed")[0].details == {"version": 2}


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("email", "no address", "needs an @ sign"),
        ("birth_date", "1/31/2999", "not come yet"),
        ("birth_date", "soon", "such as 2026-01-31"),
        ("birth_date", "1/1/1700", "Check the year"),
        ("sex", "robot", "Choose one of the list"),
        ("last_name", "a" * 81, "at most 80 letters"),
        ("mrn", "ms-2", "Another patient has this record number"),
        ("conditions", "\n".join(f"c{n}" for n in range(51)), "at most 50 lines"),
    ],
)
def test_keeps_what_was_typed_and_says_what_is_wrong_beside_it(
    signed_in, people, scope, field, value, sentence
):
    client = signed_in("ana")
    address = f"/patients/{people[0].id}/edit/"
    typed = {**form_of(text(client.get(address))), "street": "12 Kept Street", field: value}
    response = client.post(address, typed)
    page = text(response)
    assert response.status_code == 422
    assert sentence in re.search(rf'id="{field}-error">([^<]*)<', page).group(1)
    assert 'value="12 Kept Street"' in page
    assert queries.get(scope, people[0].id).street == ""


def test_an_edit_over_a_newer_version_is_noticed_and_shown(signed_in, people, scope, at):
    client = signed_in("ana")
    address = f"/patients/{people[0].id}/edit/"
    typed = {**form_of(text(client.get(address))), "street": "12 Kept Street"}
    actions.change(scope, pia(id=people[0].id, phone="555-0199"), at=at)
    response = client.post(address, typed)
    page = text(response)
    assert response.status_code == 422
    assert "Somebody else changed this record" in page
    assert "555-0199" in page
    assert queries.get(scope, people[0].id).phone == "555-0199"
    again = {**form_of(page), "phone": "555-0199"}
    assert client.post(address, again).status_code == 302
    saved = queries.get(scope, people[0].id)
    assert (saved.street, saved.phone) == ("12 Kept Street", "555-0199")


def test_an_odd_value_from_an_import_does_not_block_other_changes(signed_in, scope, at):
    odd = pia(state="A" * 60, birth_date=date(1790, 1, 1))
    actions.add(scope, odd, at=at)
    client = signed_in("ana")
    address = f"/patients/{odd.id}/edit/"
    typed = {**form_of(text(client.get(address))), "city": "Larkspur"}
    assert client.post(address, typed).status_code == 302
    assert queries.get(scope, odd.id).city == "Larkspur"


def test_adds_a_patient(signed_in, scope):
    response = signed_in("ana").post("/patients/add/", {"first_name": "Nora", "last_name": "Quill"})
    assert response.status_code == 302
    [found] = queries.page(scope, after=None, limit=5)
    assert found.full_name == "Nora Quill"


def test_does_not_add_somebody_without_name_or_number(signed_in, scope):
    response = signed_in("ana").post("/patients/add/", {"city": "Larkspur"})
    assert response.status_code == 422
    assert "at least a name" in text(response)
    assert queries.count(scope) == 0


def test_records_a_death_and_takes_it_back(signed_in, people, scope):
    client = signed_in("ana")
    address = f"/patients/{people[0].id}/deceased/"
    client.post(address, {"deceased": "yes"})
    assert queries.get(scope, people[0].id).deceased is True
    assert "Deceased" in text(client.get(f"/patients/{people[0].id}/"))
    client.post(address, {"deceased": "no"})
    assert queries.get(scope, people[0].id).deceased is False
    assert ledger(scope, "patient.deceased")
    assert ledger(scope, "patient.living")


# --- export


def exported(client, **wanted):
    response = client.post("/patients/export/", {"do": "export", "purpose": "compliance", **wanted})
    assert response.status_code == 200
    content = b"".join(response.streaming_content)
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_exports_the_list_as_it_is_filtered_and_records_it_with_its_purpose(signed_in, people, scope):
    header, *rows = exported(signed_in("chloe"), text="zqmark")
    assert header[:3] == ["First name", "Last name", "Record number"]
    assert [row[1] for row in rows] == ["Zqmark"]
    [entry] = ledger(scope, "patients.exported")
    assert (entry.details["count"], entry.purpose) == (1, "compliance")


def test_exports_everybody_in_batches(signed_in, people, monkeypatch):
    from bedside.records.patients import exporting

    monkeypatch.setattr(exporting, "BATCH_PATIENTS", 7)
    rows = exported(signed_in("chloe"))[1:]
    assert sorted(row[1] for row in rows) == sorted(person.last_name for person in people)


def test_no_exported_cell_runs_as_a_formula(signed_in, scope, at):
    actions.add(scope, pia(last_name='=HYPERLINK("x")'), at=at)
    assert exported(signed_in("chloe"))[1][1] == '\'=HYPERLINK("x")'


def test_exports_own_fields_and_hides_what_is_protected_from_whoever_may_not_see_it(scope, at):
    def kept(label, sensitivity):
        return add_field(scope, PracticeField(key="", label=label, sensitivity=sensitivity), at=at).key

    own = (
        (kept("Pharmacy", Sensitivity.CONTACT), "On the corner"),
        (kept("Status", Sensitivity.HIV), "zqstatus"),
    )
    mine = pia(conditions=("HIV", "asthma"), medications=("albuterol",), custom=tuple(sorted(own)))
    actions.add(scope, mine, at=at)
    whole = dict(zip(header(scope), next(rows(scope, [mine.id])), strict=True))
    assert (whole["Pharmacy"], whole["Status"], whole["Conditions"]) == (
        "On the corner",
        "zqstatus",
        "HIV; asthma",
    )
    narrow = replace(scope, rights=scope.rights - {Right.SEE_SPECIAL})
    shown = dict(zip(header(narrow), next(rows(narrow, [mine.id])), strict=True))
    assert (shown["Pharmacy"], shown["Conditions"], shown["Medications"]) == (
        "On the corner",
        NOT_SHOWN,
        "albuterol",
    )
    assert "Status" not in shown


def test_asks_before_it_exports_and_says_how_many(signed_in, people, scope):
    page = text(signed_in("chloe").post("/patients/export/", {"text": "zqmark"}))
    assert "Export 1 patient?" in page
    assert "recorded in the ledger" in page
    assert ledger(scope, "patients.exported") == []


def test_exports_nothing_without_a_purpose_or_without_the_right(signed_in, people, scope):
    response = signed_in("chloe").post("/patients/export/", {"do": "export"})
    assert response.status_code == 422
    assert "Say what the file is for" in text(response)
    for member in ("ana", "ada", "abe"):
        refused = signed_in(member).post("/patients/export/", {"do": "export", "purpose": "operations"})
        assert refused.status_code == 403
    assert ledger(scope, "patients.exported") == []
