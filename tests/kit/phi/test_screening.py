"""What is found in texts, and what is not."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from bedside.kit.phi import Finding, Kind, Level, OwnRecord, Place, PlaceKind, Published, is_phi, screen


def found(text: str, kind: PlaceKind = PlaceKind.BODY, **known: object) -> list[tuple[str, str]]:
    """(kind, what stands there) of each finding."""
    return [(one.kind.value, text[one.start : one.end]) for one in findings(text, kind, **known)]


def findings(text: str, kind: PlaceKind = PlaceKind.BODY, **known: object) -> list[Finding]:
    return screen([Place(where="here", text=text, kind=kind)], **known)  # type: ignore[arg-type]


@pytest.mark.row("MIN-02", "DEID-01")
@pytest.mark.parametrize(
    ("text", "kind", "span"),
    [
        ("It is 219-09-9999.", "ssn", "219-09-9999"),
        ("Medicare: 1EG4-TE5-MK73", "mbi", "1EG4-TE5-MK73"),
        ("card 4111 1111 1111 1111", "card", "4111 1111 1111 1111"),
        ("NPI 1234567893", "npi", "1234567893"),
        ("MRN: 00482913", "mrn", "00482913"),
        ("Her cell is (312) 555-0142.", "phone", "(312) 555-0142"),
        ("from 203.0.113.9", "ip", "203.0.113.9"),
        ("from 2001:db8::1:7", "ip", "2001:db8::1:7"),
        ("plate no. 8KXZ214", "vehicle", "8KXZ214"),
        ("serial G7K-2290", "device", "G7K-2290"),
        ("write to tom.brandt77@example.net", "email", "tom.brandt77@example.net"),
        ("tom.brandt [at] example [dot] net", "email", "tom.brandt [at] example [dot] net"),
        ("He lives at 48 Birchwood Lane.", "address", "48 birchwood lane"),
        ("a 94-year-old", "age", "94-year-old"),
        ("a stored voice print", "biometric", "voice print"),
        ("DOB 3/14/62", "birth_date", "3/14/62"),
        ("born on the 14th of March 1962", "birth_date", "14th of march 1962"),
        ("date of birth 1962-03-14", "birth_date", "1962-03-14"),
        ("dob 14-Mar-1962", "birth_date", "14-mar-1962"),
        ("You were seen on March 9.", "date", "march 9"),
        ("Mrs. Alvarez called.", "name", "alvarez"),
        ("Thank you, Susan!", "name", "susan"),
    ],
)
def test_finds_identifiers(text, kind, span):
    assert (kind, span.lower()) in [(one, what.lower().rstrip(".")) for one, what in found(text)]


@pytest.mark.parametrize(
    "text",
    [
        "card 4111 1111 1111 1112",  # the check digit is wrong
        "It is 000-09-9999, 666-12-1234 or 219-00-9999.",  # never given out
        "version 1.2.3.4.5",
        "999.999.999.999",
        "Highway 4111, exit 12",
        "Save 219 dollars on 9999 items.",
        "on February 30, 1962",
        "Call us at 555-0100.",
        "hello@maple.example",
        "Meet Dr. Elena Rivera.",
        "Anthony Wells, MSN, our nurse practitioner",
        "Lincoln Park and Grace Church",
    ],
)
def test_leaves_numbers_and_names_that_are_of_nobody_alone(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("Your flu shot is due", "Flu shot season is here"),
        ("your flu shot is due", "flu shot season is here"),
        ("since your surgery", "since surgery"),
        ("We reviewed your results", "A message is waiting for you"),
        ("You are due for your annual physical", "Appointments for checkups are available"),
        ("As a patient with asthma", "For everybody"),
        ("Your diabetes", "Diabetes"),
        ("Your cardiology appointment", "Your appointment"),
    ],
)
def test_suggests_words_that_are_for_everybody(text, suggestion):
    sentence = f"{text}, and we are here."
    first = findings(sentence)[0]
    written = sentence[: first.start] + str(first.suggestion) + sentence[first.end :]

    assert first.is_health
    assert suggestion in written
    assert not [one for one in findings(written) if one.is_health], written


@pytest.mark.parametrize(
    "text",
    [
        "Flu season is here. Vaccines are free on Saturday.",
        "If you have diabetes, ask us about eye exams.",
        "Diabetes affects one in ten adults.",
        "A normal blood pressure is below 120/80.",
        "Dr. Patel treats asthma and eczema.",
        "Are you pregnant? Our class starts in May.",
    ],
)
def test_health_education_for_everybody_is_harmless(text):
    assert not is_phi(findings(text))


@pytest.mark.parametrize(
    ("telling", "harmless"),
    [
        ("Your tablets were changed on Tuesday.", "Tablets are to be kept from children."),
        ("Your ankle should feel stronger by now.", "Your ankles carry you through life."),
        ("Keep the wound dry until Friday.", "Keep your vaccine card in a safe place."),
        (
            "It has been a year since we fitted your lenses.",
            "It has been ten years since we opened our doors.",
        ),
        ("You told us that you sleep badly.", "You told us what you wanted in our survey."),
        ("See you tomorrow at 10:15", "See you tomorrow at the health fair"),
        ("Because you are on a diet, call first.", "If you are on a diet, call first."),
    ],
)
def test_tells_care_of_one_reader_from_what_is_said_to_all(telling, harmless):
    assert any(one.is_health for one in findings(telling))
    assert not is_phi(findings(harmless))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Oluwaseun Adeyemi dropped off the forms.", "Oluwaseun Adeyemi"),
        ("Thornquist's bill was paid.", "Thornquist"),
        ("Evangeline, we have your papers.", "Evangeline"),
        ("Room 12: Thaddeus Birch", "Thaddeus Birch"),
        ("Records for Alistair Penhaligon", "Alistair Penhaligon"),
    ],
)
def test_finds_names_that_no_list_knows_where_only_a_person_can_stand(text, name):
    assert ("name", name) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "Harvest Moon Bakery wants volunteers.",
        "October's bill of fare",
        "Sunday, we rest.",
        "Room 4: Quiet Room",
    ],
)
def test_capitals_alone_make_no_name(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Your d\u00adia\u200bbetes needs care.", "signs nobody sees"),
        ("Your ｄｉａｂｅｔｅｓ needs care.", "full-width letters"),
        ("SSN: ２１９-０９-９９９９", "full-width digits"),
        ("SSN: 219\u201109\u20119999", "hyphens that do not break"),
        ("Your\u00a0diabetes needs care.", "blanks that do not break"),
    ],
)
def test_finds_what_is_typed_otherwise(text, hidden):
    assert is_phi(findings(text)), hidden


def test_recognises_the_readers_own_record_in_any_form():
    own = OwnRecord(
        names=("Zebulon Quartermain",),
        birth_date=date(1962, 3, 14),
        dates=(date(2026, 5, 6),),
        numbers=("555-0142", "HX-55210"),
        emails=("zq@example.org",),
        addresses=("48 Birchwood Lane",),
        terms=("prurigo nodularis",),
    )
    text = (
        "For ZEBULON  quartermain, 14 March 1962, 5/6/26, 555.0142, hx-55210, zq@example.org, at 48 birchwood"
        " lane; prurigo nodularis."
    )
    certain = {
        (one.kind, text[one.start : one.end]) for one in findings(text, own=own) if one.level is Level.CERTAIN
    }

    assert {kind for kind, _ in certain} >= {
        Kind.NAME,
        Kind.BIRTH_DATE,
        Kind.DATE,
        Kind.MRN,
        Kind.EMAIL,
        Kind.ADDRESS,
    }
    assert (Kind.CONDITION, "prurigo nodularis") in certain
    assert not findings("Flu season is here.", own=own)


def test_what_a_practice_publishes_is_nobodys():
    published = Published(
        names=("Jane Rowe Clinic",),
        phones=("555-0142",),
        addresses=("48 Birchwood Lane, Dayton, OH 45402",),
        hosts=("rowe.example",),
    )
    text = "Jane Rowe: 48 Birchwood Lane, Dayton, OH 45402; her phone is 555-0142, jane.rowe@rowe.example."

    assert {kind for kind, _ in found(text)} == {"name", "address", "phone", "email"}
    assert found(text, published=published) == []


@pytest.mark.row("MIN-04", "MIN-10")
@pytest.mark.parametrize(
    ("address", "span"),
    [
        ("https://maple.example/form?lang=en&dob=1962-03-14", "&dob=1962-03-14"),
        ("https://maple.example/x?utm_campaign=diabetes_recall", "?utm_campaign=diabetes_recall"),
        ("https://maple.example/patients/48213/messages", "/48213"),
        ("https://maple.example/your-mammogram-results", "/your-mammogram-results"),
        ("https://maple.example/u/amy-ross", "/amy-ross"),
        ("https://maple.example/a#hiv-results", "#hiv-results"),
        ("https://maple.example/x?q=%68%69%76+results", "?q=%68%69%76+results"),
        ("mailto:hello@maple.example?subject=my%20diabetes", "?subject=my%20diabetes"),
    ],
)
def test_finds_what_an_address_tells(address, span):
    (one,) = findings(address, PlaceKind.LINK)

    assert address[one.start : one.end] == span
    assert one.suggestion == ""
    assert span in {what for _, what in found(f"See {address} today.")} or address.startswith("mailto")


@pytest.mark.parametrize(
    "address",
    [
        "https://maple.example/blog/diabetes-facts",
        "https://maple.example/?utm_source=newsletter&utm_campaign=october",
        "https://maple.example/providers/amy-ross",
        "tel:+15555550100",
        "{{ practice_url }}",
        "https://maple.example",
    ],
)
def test_leaves_addresses_that_are_for_everybody_alone(address):
    assert found(address, PlaceKind.LINK) == []


@pytest.mark.row("MIN-04", "MKT-19")
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("img/amy_ross.jpg", "name"),
        ("mammogram_results_2026.pdf", "test_result"),
        ("mrn_884120.pdf", "mrn"),
        ("BeforeAfterPsoriasis.png", "condition"),
        ("before-after.png", "health_picture"),
    ],
)
def test_finds_what_a_file_name_tells(name, kind):
    assert kind in {one for one, _ in found(name, PlaceKind.PICTURE)}


@pytest.mark.parametrize("name", ["team-photo.jpg", "flu-shot-banner.png", "dr-elena-rivera.jpg", "logo.svg"])
def test_leaves_file_names_for_everybody_alone(name):
    assert found(name, PlaceKind.PICTURE) == []


def test_findings_of_one_sort_never_lie_over_each_other():
    text = "Mrs. Alvarez, DOB 3/14/62, MRN 00482913, takes metformin 500 mg since her surgery on March 9."
    for is_health in (True, False):
        spans = [(one.start, one.end) for one in findings(text) if one.is_health is is_health]
        assert spans
        assert all(end <= start for (_, end), (start, _) in pairwise(spans))


def test_a_text_too_long_to_read_counts_as_telling():
    (one,) = findings("a " * 600_000)

    assert one.kind is Kind.UNREADABLE
    assert is_phi([one])
