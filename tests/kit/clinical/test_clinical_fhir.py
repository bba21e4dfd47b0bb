"""FHIR resources, one a line, into nouns; and what becomes of those that cannot be."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime
from hashlib import sha256
from itertools import pairwise

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.kit.clinical import (
    Code,
    LinkKind,
    Passed,
    Person,
    Precision,
    Reason,
    Reference,
    Rejected,
    Sex,
    Visit,
    read_ndjson,
    read_resource,
)
from bedside.kit.clinical.fhir import RESOURCE_TYPES
from tests.kit.clinical.clinical_samples import JANE, as_line, jane


def outcomes(content: bytes, **options):
    return [outcome for _, outcome in read_ndjson([content], **options)]


def read(resource):
    return read_resource(resource, line=1)


def test_reads_a_patient():
    found = read(JANE)
    assert isinstance(found, Person)
    assert found.source_id == "jane-1"
    assert found.updated_at == datetime(2026, 3, 1, 15, 0, 0, 123000, tzinfo=UTC)
    assert [(each.kind, each.value) for each in found.identifiers] == [("MR", "MS-1001")]
    assert [(name.use, name.family, name.given) for name in found.names] == [
        ("official", "Roe", ("Jane", "Ann")),
        ("maiden", "Doe", ("Jane",)),
    ]
    assert found.names[1].period.end.precision is Precision.MONTH
    assert found.birth.day == date(1984, 2, 29)
    assert (found.sex, found.is_deceased, found.is_active) == (Sex.FEMALE, False, True)
    assert found.addresses[0].lines == ("12 Maple Street", "Apt 3")
    assert [(each.code, each.is_preferred) for each in found.languages] == [("es", True), ("English", False)]
    assert found.practitioners == (Reference(resource_type="Practitioner", id="ash"),)
    assert found.organization == Reference(resource_type="Organization", id="maple")
    assert [(link.kind, link.other.id) for link in found.links] == [(LinkKind.REPLACES, "jane-0")]
    assert found.doubts == ()


def test_puts_the_preferred_address_first_and_old_ones_last():
    assert [each.value for each in read(JANE).telecoms] == [
        "first@example.org",
        "jane@example.org",
        "555-0101",
        "old@example.org",
    ]


def test_never_reads_numbers_of_state_papers():
    found = read(JANE)
    assert found.identifiers_withheld == 2
    assert "000-00" not in repr(found)


@pytest.mark.parametrize(
    ("element", "is_deceased"),
    [
        ({"deceasedBoolean": True}, True),
        ({"deceasedBoolean": False}, False),
        ({"deceasedBoolean": None}, None),
        ({"deceasedBoolean": None, "deceasedDateTime": "2025-05"}, True),
        ({"deceasedBoolean": False, "deceasedDateTime": "2025-05-01"}, True),
        ({"deceasedBoolean": None, "deceasedDateTime": "last spring"}, True),
    ],
)
def test_counts_any_sign_of_death(element, is_deceased):
    assert read(jane(**element)).is_deceased is is_deceased


@pytest.mark.parametrize(
    ("said", "day", "precision"),
    [
        ("1984", date(1984, 1, 1), Precision.YEAR),
        ("1984-06", date(1984, 6, 1), Precision.MONTH),
        ("1984-02-29", date(1984, 2, 29), Precision.DAY),
        ("1984-06-30T23:30:00-05:00", date(1984, 6, 30), Precision.TIME),
        ("1984-06-30T24:00:00Z", date(1984, 7, 1), Precision.TIME),
        ("2016-12-31T23:59:60Z", date(2016, 12, 31), Precision.TIME),
        ("1984-06-30T23:30:00", date(1984, 6, 30), Precision.TIME),
    ],
)
def test_keeps_dates_as_precise_as_they_were_said(said, day, precision):
    found = read(jane(birthDate=said)).birth
    assert (found.day, found.precision) == (day, precision)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("1985-02-29", Reason.IMPOSSIBLE_DATE),
        ("1984-13-01", Reason.IMPOSSIBLE_DATE),
        ("0001-01-01", Reason.IMPOSSIBLE_DATE),
        ("9999-12-31", Reason.IMPOSSIBLE_DATE),
        ("1984-01-01T25:00:00Z", Reason.IMPOSSIBLE_DATE),
        ("1984-01-01T10:00:00+99:00", Reason.IMPOSSIBLE_DATE),
        ("9999-12-31T24:00:00Z", Reason.IMPOSSIBLE_DATE),
        ("02/29/1984", Reason.UNREADABLE_DATE),
        ("1984-W01-1", Reason.UNREADABLE_DATE),
        ("19840229", Reason.UNREADABLE_DATE),
        ("１984-02-29", Reason.UNREADABLE_DATE),
        ("", Reason.UNREADABLE_DATE),
    ],
)
def test_leaves_out_a_date_that_never_was_and_says_so(said, reason):
    found = read(jane(birthDate=said))
    assert found.birth is None
    assert [(doubt.place, doubt.reason) for doubt in found.doubts] == [("Patient.birthDate", reason)]


@pytest.mark.parametrize(
    ("changed", "reason", "place"),
    [
        ({"id": None}, Reason.NO_ID, "Patient.id"),
        ({"id": "x" * 300}, Reason.NO_ID, "Patient.id"),
        ({"id": "a\nb"}, Reason.NO_ID, "Patient.id"),
        ({"name": "Jane Roe"}, Reason.WRONG_SHAPE, "Patient.name"),
        ({"name": ["Jane Roe"]}, Reason.WRONG_SHAPE, "Patient.name"),
        ({"name": [{"family": ["Roe"]}]}, Reason.WRONG_SHAPE, "Patient.name.family"),
        ({"birthDate": 1984}, Reason.WRONG_SHAPE, "Patient.birthDate"),
        ({"active": "yes"}, Reason.WRONG_SHAPE, "Patient.active"),
        ({"deceasedBoolean": "false"}, Reason.WRONG_SHAPE, "Patient.deceasedBoolean"),
        ({"telecom": [{"value": "x", "rank": True}]}, Reason.WRONG_SHAPE, "Patient.telecom.rank"),
        (
            {"link": [{"type": "eats", "other": {"reference": "Patient/1"}}]},
            Reason.UNKNOWN_VALUE,
            "Patient.link.type",
        ),
        ({"link": [{"type": "replaced-by"}]}, Reason.WRONG_SHAPE, "Patient.link.other"),
    ],
)
def test_rejects_a_patient_by_place_without_a_value(changed, reason, place):
    assert read(jane(**changed)) == Rejected(line=1, resource_type="Patient", reason=reason, place=place)


def test_an_unknown_gender_is_a_doubt():
    found = read(jane(gender="F"))
    assert found.sex is Sex.UNKNOWN
    assert [doubt.reason for doubt in found.doubts] == [Reason.UNKNOWN_VALUE]


def test_no_more_repetitions_than_sense():
    found = read(jane(name=[{"family": "Roe"}] * 500))
    assert len(found.names) == 200
    assert [doubt.reason for doubt in found.doubts] == [Reason.TOO_MANY]


def test_text_loses_control_characters_and_overlong_text_is_left_out():
    found = read(jane(name=[{"family": "Ro\u0000e\n", "given": ["x" * 5_000, None]}]))
    assert (found.names[0].family, found.names[0].given) == ("Ro e", ())
    assert [doubt.reason for doubt in found.doubts] == [Reason.TOO_LONG]


def test_every_line_gets_one_outcome_with_its_number():
    content = b"".join(
        (
            b"\xef\xbb\xbf" + as_line(JANE).replace(b"\n", b"\r\n"),
            b"\n  \n",
            b"[1, 2]\n",
            b"{not json}\n",
            as_line({"resourceType": "Observation", "id": "o"}),
            as_line({"resourceType": "Jane Roe", "id": "o"}),
            as_line({"id": "o"}),
            as_line(JANE)[:-20],
        )
    )
    found = list(read_ndjson([content]))
    assert [line for line, _ in found] == [1, 4, 5, 6, 7, 8, 9]
    assert [getattr(outcome, "reason", type(outcome).__name__) for _, outcome in found] == [
        "Person",
        Reason.NOT_AN_OBJECT,
        Reason.NOT_JSON,
        "Passed",
        Reason.UNKNOWN_TYPE,
        Reason.UNKNOWN_TYPE,
        Reason.TRUNCATED,
    ]
    assert "Roe" not in repr([outcome for _, outcome in found[1:]])


def test_a_last_line_without_a_break_counts_if_it_is_whole():
    assert isinstance(outcomes(as_line(JANE)[:-1])[0], Person)


def test_passes_over_types_that_nobody_wants_unread():
    broken = {"resourceType": "Condition", "id": 7}
    assert outcomes(as_line(broken), wanted=frozenset({"Patient"})) == [Passed(resource_type="Condition")]
    assert isinstance(outcomes(as_line(broken))[0], Rejected)


def test_does_not_look_at_what_a_practice_does_not_want():
    resource = jane(address="nonsense", birthDate="nonsense", deceasedDateTime="2025")
    found = read_resource(resource, line=1, person_fields=frozenset({"names"}))
    assert [name.family for name in found.names] == ["Roe", "Doe"]
    assert (found.telecoms, found.identifiers, found.birth, found.doubts) == ((), (), None, ())
    assert (found.is_deceased, found.links[0].other.id) == (True, "jane-0")


def test_a_line_beyond_all_bounds_is_rejected_and_the_next_one_read():
    content = b'{"resourceType":"' + b"x" * 5_000 + b'"}\n' + as_line(JANE)
    for size in (1, 7, 1_000, len(content)):
        pieces = [content[start : start + size] for start in range(0, len(content), size)]
        found = list(read_ndjson(pieces, line_bytes_max=4_000))
        assert [(line, getattr(each, "reason", None)) for line, each in found] == [
            (1, Reason.TOO_LARGE),
            (2, None),
        ]


@given(cuts=st.lists(st.integers(0, 4_000), max_size=20), packed=st.booleans())
def test_reads_the_same_however_the_bytes_are_cut(cuts, packed):
    content = as_line(JANE) + b"\n" + as_line(jane(id="2")) + b"oops"
    expected = list(read_ndjson([content]))
    content = gzip.compress(content[:700]) + gzip.compress(content[700:]) + b"\0" * 9 if packed else content
    edges = [0, *sorted(min(cut, len(content)) for cut in cuts), len(content)]
    pieces = [content[start:end] for start, end in pairwise(edges)]
    assert list(read_ndjson(pieces)) == expected


def test_a_compressed_file_that_ends_too_early_gives_what_was_whole():
    packed = gzip.compress(
        as_line(JANE) * 3 + b"".join(sha256(bytes([each])).digest() for each in range(125))
    )
    found = outcomes(packed[:-1_500])
    assert [type(each) for each in found[:3]] == [Person] * 3
    assert found[-1].reason is Reason.DAMAGED_ARCHIVE


@pytest.mark.parametrize("length", range(262_140, 262_180))
def test_what_was_whole_is_given_to_its_last_byte_when_only_the_checksum_is_missing(length):
    packed = gzip.compress(b" " * (length - 3) + b"[]\n")[:-8]
    assert [each.reason for each in outcomes(packed)] == [Reason.NOT_AN_OBJECT, Reason.DAMAGED_ARCHIVE]


def test_a_bomb_costs_no_memory():
    packed = gzip.compress(b" " * 200_000_000, compresslevel=1)
    assert [each.reason for each in outcomes(packed, line_bytes_max=1_000_000)] == [Reason.TOO_LARGE]


def test_deep_nesting_is_rejected():
    assert outcomes(b'{"a":' * 100_000 + b"\n")[0].reason is Reason.NOT_JSON


_keys = st.sampled_from(
    [
        "id",
        "meta",
        "identifier",
        "name",
        "telecom",
        "address",
        "birthDate",
        "deceasedDateTime",
        "communication",
        "link",
        "type",
        "coding",
        "code",
        "system",
        "value",
        "subject",
        "patient",
        "beneficiary",
        "reference",
        "period",
        "start",
        "end",
        "participant",
        "actor",
        "provision",
        "class",
        "contained",
        "status",
        "medicationReference",
        "medicationCodeableConcept",
        "onsetPeriod",
        "performedPeriod",
        "lastUpdated",
        "rank",
        "given",
        "line",
        "other",
    ]
)
_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False)
    | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=4),
    max_leaves=12,
)


@given(name=st.sampled_from(sorted(RESOURCE_TYPES)), elements=st.dictionaries(_keys, _json, max_size=8))
def test_any_resource_is_read_or_rejected(name, elements):
    elements.setdefault("id", "1")
    found = read_resource({"resourceType": name, **elements}, line=3)
    assert isinstance(found, Rejected) or found.source_id == elements["id"]


@given(st.binary(max_size=300))
def test_any_bytes_give_outcomes(content):
    for _, outcome in read_ndjson([content]):
        assert isinstance(outcome, Rejected | Passed | Person)


@given(st.randoms(use_true_random=False))
def test_the_order_of_elements_does_not_matter(rnd):
    def shuffled(node):
        if isinstance(node, list):
            return [shuffled(each) for each in node]
        if not isinstance(node, dict):
            return node
        keys = list(node)
        rnd.shuffle(keys)
        return {key: shuffled(node[key]) for key in keys}

    assert read(shuffled(JANE)) == read(JANE)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("Patient/1", Reference(resource_type="Patient", id="1")),
        ("Patient/1/_history/2", Reference(resource_type="Patient", id="1")),
        (
            "https://ehr.example/fhir/Patient/1",
            Reference(resource_type="Patient", id="1", server="https://ehr.example/fhir"),
        ),
        ("Patient?identifier=urn:x|7", Reference(resource_type="Patient", system="urn:x", value="7")),
        ("urn:uuid:7", Reference(resource_type="", id="urn:uuid:7")),
    ],
)
def test_reads_references(address, expected):
    found = read({"resourceType": "Encounter", "id": "e", "subject": {"reference": address}})
    assert found.person == expected


def test_reads_a_visit():
    found = read(
        {
            "resourceType": "Encounter",
            "id": "e",
            "status": "finished",
            "class": {"system": "v3-ActCode", "code": "AMB"},
            "subject": {"reference": "Patient/1"},
            "participant": [
                {"individual": {"identifier": {"system": "npi", "value": "77"}, "type": "Practitioner"}}
            ],
            "period": {"start": "2026-03-08T01:30:00-06:00", "end": "2026-03-08T03:10:00-05:00"},
            "reasonCode": [{"coding": [{"system": "icd", "code": "Z23"}]}],
        }
    )
    assert isinstance(found, Visit)
    assert found.setting == Code(system="v3-ActCode", code="AMB")
    assert (found.period.end.at - found.period.start.at).total_seconds() == 2_400
    assert found.practitioners == (Reference(resource_type="Practitioner", system="npi", value="77"),)
    assert found.reasons[0].codes[0].code == "Z23"


@pytest.mark.parametrize(
    ("resource", "place"),
    [
        ({"resourceType": "Condition", "id": "1"}, "Condition.subject"),
        ({"resourceType": "Condition", "id": "1", "subject": {"reference": "Group/1"}}, "Condition.subject"),
        ({"resourceType": "Coverage", "id": "1", "beneficiary": {}}, "Coverage.beneficiary"),
        ({"resourceType": "Appointment", "id": "1", "participant": []}, "Appointment.participant"),
        (
            {
                "resourceType": "Appointment",
                "id": "1",
                "participant": [{"status": "declined", "actor": {"reference": "Patient/1"}}],
            },
            "Appointment.participant",
        ),
    ],
)
def test_rejects_an_event_of_nobody(resource, place):
    assert read(resource) == Rejected(
        line=1, resource_type=resource["resourceType"], reason=Reason.NO_PERSON, place=place
    )


def test_reads_an_appointment_with_those_who_take_part():
    found = read(
        {
            "resourceType": "Appointment",
            "id": "a",
            "status": "booked",
            "start": "2026-12-01T14:00:00Z",
            "end": "2026-12-01T14:30:00Z",
            "participant": [
                {"actor": {"reference": "Patient/1"}, "status": "accepted"},
                {"actor": {"reference": "Practitioner/ash"}, "status": "accepted"},
                {"actor": {"reference": "Location/room"}, "status": "accepted"},
            ],
        }
    )
    assert [each.id for each in (*found.people, *found.practitioners, *found.locations)] == [
        "1",
        "ash",
        "room",
    ]
    assert found.start.at == datetime(2026, 12, 1, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("elements", "has_abated", "day"),
    [
        ({}, False, None),
        ({"abatementDateTime": "2024-05-01"}, True, date(2024, 5, 1)),
        ({"abatementPeriod": {"start": "2024"}}, True, date(2024, 1, 1)),
        ({"abatementString": "in spring"}, True, None),
        ({"abatementBoolean": False}, False, None),
    ],
)
def test_a_condition_knows_whether_it_is_over(elements, has_abated, day):
    found = read({"resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/1"}, **elements})
    assert found.has_abated is has_abated
    assert (found.abatement and found.abatement.day) == day


def test_finds_a_medicine_within_its_request_even_if_it_contains_itself():
    found = read(
        {
            "resourceType": "MedicationRequest",
            "id": "m",
            "subject": {"reference": "Patient/1"},
            "medicationReference": {"reference": "#x"},
            "contained": [
                {
                    "resourceType": "Medication",
                    "id": "x",
                    "code": {"coding": [{"code": "314076"}]},
                    "contained": [{"id": "x"}],
                }
            ],
        }
    )
    assert (found.concept.codes[0].code, found.reference) == ("314076", None)


@pytest.mark.parametrize(("said", "permits"), [("permit", True), ("deny", False), (None, None)])
def test_a_consent_says_yes_or_no(said, permits):
    rule = {"type": said, "provision": [{"type": "deny"}]}
    found = read(
        {"resourceType": "Consent", "id": "c", "patient": {"reference": "Patient/1"}, "provision": rule}
    )
    assert (found.permits, found.exceptions) == (permits, 1)


def test_a_consent_that_is_neither_yes_nor_no_is_rejected():
    found = read(
        {
            "resourceType": "Consent",
            "id": "c",
            "patient": {"reference": "Patient/1"},
            "provision": {"type": "maybe"},
        }
    )
    assert (found.reason, found.place) == (Reason.UNKNOWN_VALUE, "Consent.provision.type")


def test_a_rejection_never_repeats_what_was_rejected():
    secret = "Zyxwvut"
    for key in JANE:
        for value in (secret, [secret], {secret: secret}, [[secret]], 7):
            resource = {**JANE, key: value}
            found = read_resource(orjson.loads(orjson.dumps(resource)), line=1)
            if isinstance(found, Rejected):
                assert secret not in repr(found)
            assert secret not in repr(getattr(found, "doubts", ()))
