"""HL7 v2 messages into the same nouns, from senders of every habit."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bedside.kit.clinical import (
    AckCode,
    Event,
    Identifier,
    Precision,
    Reason,
    Reference,
    Rejected,
    Sex,
    Told,
    acknowledge,
    code_for,
    read_message,
    read_messages,
    times,
)
from bedside.kit.clinical.hl7_segments import Delimiters, escaped, split_message, unescaped
from tests.kit.clinical.clinical_samples import A40, ADT, SIU, ZONE

AT = datetime(2026, 11, 2, 15, 31, tzinfo=UTC)


def read(text, *, encoding="utf-8"):
    content = text if isinstance(text, bytes) else text.encode(encoding)
    return read_message(content, line=1, zone=ZONE)


def test_reads_a_person():
    told = read(ADT)
    assert isinstance(told, Told)
    person = told.people[0]
    assert (told.event, told.control_id) == (Event.UPDATED, "MSG-1")
    assert told.updated_at == datetime(2026, 11, 2, 15, 30, tzinfo=UTC)
    assert person.source_id == "MS-1001"
    assert person.identifiers == (Identifier(value="MS-1001", system="MAPLE", kind="MR"),)
    assert person.identifiers_withheld == 1
    assert [(name.use, name.family, name.given, name.suffix) for name in person.names] == [
        ("official", "Roe", ("Jane", "Ann"), ("II",)),
        ("maiden", "Doe", ("Jane",), ()),
    ]
    assert (person.birth.day, person.sex) == (date(1984, 2, 29), Sex.FEMALE)
    assert person.addresses[0].lines == ("12 Maple Street", "Apt 3")
    assert [(each.system, each.value, each.use) for each in person.telecoms] == [
        ("phone", "555-0101", "home"),
        ("email", "jane@example.org", "home"),
        ("phone", "555-0102", "work"),
    ]
    assert [each.code for each in person.languages] == ["es"]
    assert [each.value for each in person.practitioners] == ["77"]
    assert (person.doubts, told.doubts, person.cleared) == ((), (), ())


def test_reads_a_visit_and_its_diagnosis():
    told = read(ADT)
    assert (told.visit.source_id, told.visit.setting.code) == ("V-500", "AMB")
    assert told.visit.person == Reference(resource_type="Patient", system="MAPLE", value="MS-1001")
    assert told.visit.period.start.at == datetime(2026, 11, 2, 15, tzinfo=UTC)
    assert [(each.concept.codes[0].code, each.concept.codes[0].system) for each in told.conditions] == [
        ("E11.9", "I10")
    ]


def test_reads_an_appointment():
    told = read(SIU)
    appointment = told.appointment
    assert (appointment.source_id, appointment.status) == ("F-9", "booked")
    assert appointment.start.instant(ZONE) == datetime(2026, 12, 1, 20, tzinfo=UTC)
    assert appointment.end.instant(ZONE) == datetime(2026, 12, 1, 20, 30, tzinfo=UTC)
    assert [each.value for each in appointment.practitioners] == ["77"]
    assert [each.value for each in appointment.locations] == ["CLINIC"]
    assert appointment.people == (Reference(resource_type="Patient", system="MAPLE", value="MS-1001"),)


def test_takes_the_times_of_the_service_when_the_schedule_names_none():
    told = read(SIU.replace("^^^20261201140000^20261201143000", ""))
    assert told.appointment.end.clock.isoformat() == "14:30:00"


@pytest.mark.parametrize(
    ("event", "said", "status"),
    [
        ("S12", "Booked", "booked"),
        ("S13", "", "booked"),
        ("S14", "Cancelled", "cancelled"),
        ("S15", "Booked", "cancelled"),
        ("S16", "", "cancelled"),
        ("S17", "", "entered-in-error"),
        ("S17", "Complete", "entered-in-error"),
        ("S26", "", "noshow"),
    ],
)
def test_an_event_says_what_became_of_an_appointment(event, said, status):
    told = read(SIU.replace("SIU^S12", f"SIU^{event}").replace("Booked", said))
    assert told.appointment.status == status


@pytest.mark.parametrize(
    ("event", "status"),
    [("A01", "in-progress"), ("A03", "finished"), ("A04", "in-progress"), ("A05", "planned")],
)
def test_an_event_says_what_became_of_a_visit(event, status):
    assert read(ADT.replace("ADT^A08", f"ADT^{event}")).visit.status == status


@pytest.mark.parametrize("event", ["A28", "A31"])
def test_reads_a_person_without_a_visit(event):
    told = read("\r".join(ADT.replace("ADT^A08", f"ADT^{event}").split("\r")[:4]))
    assert (told.visit, told.people[0].source_id) == (None, "MS-1001")


def test_a_merge_names_who_survives_and_whose_numbers_no_longer_count():
    told = read(A40)
    assert [(each.survivor.source_id, [number.value for number in each.prior]) for each in told.merges] == [
        ("MS-1001", ["MS-0999"])
    ]


def test_several_merges_pair_by_their_order_among_themselves():
    again = "PID|2||MS-2001^^^MAPLE^MR||Doe^John\rMRG|MS-1999^^^MAPLE^MR\r"
    told = read(A40 + again)
    assert [(each.survivor.source_id, each.prior[0].value) for each in told.merges] == [
        ("MS-1001", "MS-0999"),
        ("MS-2001", "MS-1999"),
    ]


@pytest.mark.parametrize(
    ("message", "reason", "place"),
    [
        (A40.replace("MRG|MS-0999^^^MAPLE^MR\r", ""), Reason.UNPAIRED_MERGE, "MRG"),
        (A40 + "MRG|MS-3^^^MAPLE^MR\r", Reason.UNPAIRED_MERGE, "MRG"),
        (A40.replace("MRG|MS-0999^^^MAPLE^MR", "MRG|"), Reason.NO_ID, "MRG-1"),
        (ADT.replace("MS-1001^^^MAPLE^MR~", ""), Reason.NO_ID, "PID-3"),
        (ADT + "PID|2||MS-7^^^MAPLE^MR\r", Reason.TOO_MANY, "PID"),
        (ADT.replace("PID|", "ZID|"), Reason.NO_PERSON, "PID"),
        (SIU.replace("SCH|", "ZCH|"), Reason.WRONG_SHAPE, "SCH"),
        (SIU.replace("P-1|F-9", "|"), Reason.NO_ID, "SCH-2"),
    ],
)
def test_rejects_by_place_without_a_value(message, reason, place):
    found = read(message)
    assert (found.reason, found.place) == (reason, place)
    assert "MS-" not in repr(found)


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"MSH", b"PID|1", b"MSH|^^^^|", b"MSHa^~\\&a", b"MSH|^~\\&|\rMSH|^~\\&|"],
)
def test_rejects_what_is_no_message(content):
    assert read(content).reason is Reason.NOT_A_MESSAGE


@pytest.mark.parametrize("kind", ["ADT^A02", "ORU^R01", "ADT^S12", "", "A08"])
def test_rejects_events_that_are_not_read(kind):
    assert read(ADT.replace("ADT^A08^ADT_A01", kind)).reason is Reason.UNKNOWN_TYPE


@given(st.permutations(ADT.rstrip("\r").split("\r")))
def test_the_order_of_segments_does_not_matter(segments):
    assert read("\r".join(segments)) == read(ADT)


@pytest.mark.parametrize("ending", ["\r", "\n", "\r\n", "\r\r\n"])
def test_segments_may_end_in_any_way(ending):
    assert read(ADT.replace("\r", ending)) == read(ADT)


def test_a_line_feed_within_a_text_starts_no_segment():
    told = read(ADT.replace("Type 2 diabetes", "Type 2\nPID|diabetes"))
    assert len(told.people) == 1


def test_other_separators_are_heeded():
    table = str.maketrans("|^~\\&", "#:+?*")
    assert read(ADT.translate(table)) == read(ADT)


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("UNICODE UTF-8", "utf-8"),
        ("8859/1", "iso8859-1"),
        ("8859/15", "iso8859-15"),
        ("", "utf-8"),
    ],
)
def test_reads_the_alphabet_the_sender_names(name, encoding):
    told = read(ADT.replace("UNICODE UTF-8", name).replace("Roe^Jane", "Núñez^Zoë"), encoding=encoding)
    assert (told.people[0].names[0].family, told.people[0].names[0].given[0]) == ("Núñez", "Zoë")
    assert told.doubts == ()


@pytest.mark.parametrize(
    ("name", "family", "encoding"),
    [
        ("8859/5", "Иванова", "iso8859-5"),
        ("GB 18030-2000", "王", "gb18030"),
        ("ISO IR87", "山田", "iso2022_jp"),
    ],
)
def test_reads_other_scripts(name, family, encoding):
    told = read(ADT.replace("UNICODE UTF-8", name).replace("Roe^Jane", f"{family}^Jane"), encoding=encoding)
    assert told.people[0].names[0].family == family


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("ASCII", Reason.WRONG_CHARSET),
        ("UNICODE UTF-8", Reason.WRONG_CHARSET),
        ("KLINGON", Reason.UNKNOWN_CHARSET),
        ("", Reason.WRONG_CHARSET),
    ],
)
def test_a_guessed_alphabet_is_a_doubt(name, reason):
    told = read(ADT.replace("UNICODE UTF-8", name).replace("Roe^Jane", "Núñez^Jane"), encoding="cp1252")
    assert told.people[0].names[0].family == "Núñez"
    assert [doubt.reason for doubt in told.doubts] == [reason]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_reads_sixteen_bits_and_marks(encoding):
    assert read(ADT, encoding=encoding) == read(ADT)


def test_sixteen_bits_that_do_not_come_out_even_are_rejected():
    assert read(ADT.encode("utf-16-le") + b"x").reason is Reason.WRONG_CHARSET


_MARKS = Delimiters(field="|", component="^", repetition="~", escape="\\", subcomponent="&")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (r"a\F\b\S\c\T\d\R\e\E\f", "a|b^c&d~e\\f"),
        (r"Zo\XC3AB\ ", "Zoë "),
        (r"Zo\XEB\ ", "Zoë "),
        (r"one\.br\two", "one two"),
        (r"\H\bold\N\ ", "bold "),
        (r"\XZZ\x", "x"),
        ("path\\to", "path\\to"),
        ("\\", "\\"),
        (r"\Zfoo\x\C2842\y", "xy"),
    ],
)
def test_carries_out_escapes(said, meant):
    assert unescaped(said, delimiters=_MARKS) == meant


def test_carries_out_escapes_within_a_message():
    told = read(ADT.replace("Roe^Jane", "Roe\\T\\Doe^Jane"))
    assert told.people[0].names[0].family == "Roe&Doe"


@given(st.text(max_size=40))
def test_escaped_text_reads_as_it_was_meant(said):
    written = escaped(said, delimiters=_MARKS)
    assert not set(written) & set("|^~&\r\n")
    assert unescaped(written, delimiters=_MARKS) == escaped_free(said)


def escaped_free(said):
    from bedside.kit.clinical.texts import clean

    return clean(said)


def test_says_which_fields_the_sender_empties():
    told = read(ADT.replace("|19840229|", '|""|').replace("|es\r", '|""\r'))
    assert told.people[0].cleared == ("birth", "languages")
    assert told.people[0].birth is None


@pytest.mark.parametrize(
    ("died", "said", "expected"),
    [
        ("", "", None),
        ("", "N", False),
        ("", "Y", True),
        ("", "1", True),
        ("20250301", "N", True),
        ("spring", "", True),
    ],
)
def test_counts_any_sign_of_death(died, said, expected):
    told = read(ADT.replace("|es\r", "|es" + "|" * 14 + f"{died}|{said}\r"))
    assert told.people[0].is_deceased is expected


@pytest.mark.parametrize(
    ("said", "precision", "reason"),
    [
        ("1984", Precision.YEAR, None),
        ("198402", Precision.MONTH, None),
        ("198402291230", Precision.TIME, None),
        ("19850229", None, Reason.IMPOSSIBLE_DATE),
        ("00000000", None, Reason.IMPOSSIBLE_DATE),
        ("1984-02-29", None, Reason.UNREADABLE_DATE),
    ],
)
def test_reads_dates_as_precise_as_they_are(said, precision, reason):
    person = read(ADT.replace("|19840229|", f"|{said}|")).people[0]
    assert (person.birth and person.birth.precision) == precision
    assert [doubt.reason for doubt in person.doubts] == ([reason] if reason else [])


def test_a_time_without_offset_is_of_the_senders_zone_also_when_clocks_change():
    twice = read(A40.replace("20261102093000", "20261101013000"))
    assert twice.updated_at == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("field", "system", "value"),
    [
        ("jane@example.org", "email", "jane@example.org"),
        ("^NET^Internet^jane@example.org", "email", "jane@example.org"),
        ("^PRN^CP^^1^555^0101", "phone", "15550101"),
        ("^PRN^PH^^^^^^^^^555-0101", "phone", "555-0101"),
    ],
)
def test_finds_a_way_to_reach_somebody_wherever_it_was_put(field, system, value):
    told = read(ADT.replace("555-0101^PRN^PH~^NET^Internet^jane@example.org", field))
    assert (told.people[0].telecoms[0].system, told.people[0].telecoms[0].value) == (system, value)


@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_give_an_outcome_and_an_answer(content, with_head):
    content = (b"MSH|^~\\&|A|B|C|D|2026||ADT^A08|7|P|2.5\r" if with_head else b"") + content
    found = read_message(content, line=1, zone=ZONE)
    assert isinstance(found, Told | Rejected)
    rejected = found if isinstance(found, Rejected) else None
    answer = acknowledge(content, code=code_for(found), at=AT, control_id="1", rejected=rejected)
    assert split_message(answer).first("MSA").text(1) == code_for(found).value


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["PID", "PV1", "DG1", "SCH", "AIS", "MRG", "PD1"]),
            st.lists(st.text('aA1^~&\\"|2026é\n', max_size=8), max_size=48),
        ),
        max_size=6,
    ),
    st.sampled_from(["ADT^A08", "ADT^A40", "SIU^S12"]),
)
def test_any_fields_give_an_outcome(segments, kind):
    lines = [
        f"MSH|^~\\&|A|B|C|D|2026||{kind}|7|P|2.5",
        *("|".join([name, *fields]) for name, fields in segments),
    ]
    assert isinstance(read("\r".join(lines)), Told | Rejected)


def test_the_answer_goes_back_to_the_sender():
    answer = acknowledge(ADT.encode(), code=AckCode.ACCEPTED, at=AT, control_id="R-1")
    assert answer == (
        b"MSH|^~\\&|BEDSIDE|MAPLE|EHR|MAPLE^1.2.3^ISO|20261102153100+0000||ACK^A08|R-1|P|2.5.1\rMSA|AA|MSG-1\r"
    )


def test_a_refusal_says_where_and_why_but_not_what():
    content = ADT.replace("MS-1001^^^MAPLE^MR~", "").encode()
    found = read(content)
    answer = acknowledge(content, code=code_for(found), at=AT, control_id="R-1", rejected=found)
    assert answer.split(b"\r")[1:3] == [
        b"MSA|AE|MSG-1",
        b"ERR||PID^1^3|101^Required field missing^HL70357|E|no_id",
    ]
    assert b"Roe" not in answer


def test_what_is_no_message_is_answered_by_a_rejection_to_nobody():
    found = read(b"hello")
    answer = acknowledge(b"hello", code=code_for(found), at=AT, control_id="R-1", rejected=found)
    assert answer.startswith(b"MSH|^~\\&|||||20261102153100+0000||ACK|R-1|P|2.5.1\rMSA|AR|\r")


def test_an_answer_cannot_be_made_to_hold_more_segments():
    content = ADT.replace("|EHR|", "|E\\X0D\\MSA\\F\\AA|").encode()
    answer = acknowledge(content, code=AckCode.ERROR, at=AT, control_id="R-1")
    assert len(split_message(answer).all("MSA")) == 1


@pytest.mark.parametrize("size", [1, 13, 100_000])
@pytest.mark.parametrize("ending", ["\r", "\n", "\r\n"])
def test_reads_files_of_messages(size, ending):
    text = "FHS|^~\\&|\rBHS|^~\\&|\r" + ADT + "\r" + SIU + "\x0b" + A40 + "\x1c\rBTS|3\rFTS|1\r"
    content = text.replace("\r", ending).encode()
    pieces = [content[start : start + size] for start in range(0, len(content), size)]
    found = list(read_messages(pieces, zone=ZONE))
    assert [(line, told.control_id) for line, told in found] == [(1, "MSG-1"), (2, "MSG-2"), (3, "MSG-3")]
    assert found == list(read_messages([gzip.compress(content)], zone=ZONE))


def test_a_file_with_damage_gives_the_rest():
    content = b"rubbish\r" + ADT.encode() + b"NTE|" + b"x" * 3_000 + b"\r" + SIU.encode()
    found = [outcome for _, outcome in read_messages([content], zone=ZONE, message_bytes_max=2_000)]
    assert [getattr(each, "reason", "told") for each in found] == [
        Reason.NOT_A_MESSAGE,
        Reason.TOO_LARGE,
        "told",
    ]


def test_a_compressed_file_that_ends_too_early_says_so():
    found = [each for _, each in read_messages([gzip.compress(ADT.encode())[:-12]], zone=ZONE)]
    assert found[-1].reason is Reason.DAMAGED_ARCHIVE


# --- times, in the two ways in which they are read

_DIGITS = st.from_regex(r"(?:18|19|20|21|22)[0-9]{2}[0-9]{4}(?:[0-9]{6}[+-][0-9]{4})?", fullmatch=True)
_REAL = st.datetimes(datetime(1850, 1, 1), datetime(2200, 12, 31)).map(lambda at: f"{at:%Y%m%d%H%M%S}")  # noqa: DTZ001


def _read(reader, text):
    try:
        return reader(text)
    except times.BadTime as bad:
        return bad.reason


@given(_DIGITS | st.builds("{}{}".format, _REAL, st.sampled_from(["-0600", "+0000", "+1345", "-2400", ""])))
@example("20261231235960-0600")
@example("20261102240000+0100")
@example("20260230093015-0600")
@example("2026११०२")
def test_reads_usual_times_as_it_does_others(text):
    assert _read(times.hl7_moment, text) == _read(times._hl7_with_care, text)
