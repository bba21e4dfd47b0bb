"""A rendered message means its template with the values in place, and nothing else."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage
from hashlib import sha256
from html import escape, unescape
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedside.kit.mail import (
    InvalidHeader,
    InvalidTemplate,
    MailError,
    MissingValue,
    Origin,
    UnsafeValue,
    compile_message,
    parse_address,
)
from tests.kit.mail.mail_oracles import (
    as_lines,
    as_one_line,
    assert_transportable,
    display_name,
    header_names,
    parse,
    part_text,
    standard_message,
)
from tests.kit.mail.mail_samples import AT, HTML, SUBJECT, TEXT, UNUSUAL, any_value, parts, recipient, values

CAMPAIGN = compile_message(parts())

some_values = st.fixed_dictionaries(
    {name: any_value for name in values() if name != "link"}, optional={}
).map(lambda chosen: values(**chosen))


def expected_text(filled: dict[str, str]) -> str:
    text = TEXT.replace("?t={{ token }}", "?t=" + quote(as_lines(filled["token"]), safe=""))
    return _replaced(text, {name: as_lines(value) for name, value in filled.items()}) + "\n"


def expected_html(filled: dict[str, str]) -> str:
    escaped = {name: escape(as_lines(value)) for name, value in filled.items()}
    html = HTML.replace("?t={{ token }}", "?t=" + quote(as_lines(filled["token"]), safe=""))
    html = html.replace("tel:{{ phone }}", "tel:" + quote(as_lines(filled["phone"]), safe="+@"))
    for quoted in ("{{ clinic }} by", "'{{ clinic }}'", "For {{ first_name }}"):
        html = _replaced_in(
            html, quoted, {name: value.replace("\n", "&#10;") for name, value in escaped.items()}
        )
    return _replaced(html, {name: value.replace("\n", "<br>") for name, value in escaped.items()}) + "\n"


def _replaced_in(template: str, part: str, filled: dict[str, str]) -> str:
    # A value may itself look like a place; hide its braces until all places are filled.
    return template.replace(part, _fill(part, filled))


def _fill(template: str, filled: dict[str, str]) -> str:
    for name, value in filled.items():
        template = template.replace("{{ %s }}" % name, value.replace("{{", "\ue000"))  # noqa: UP031
    return template


def _replaced(template: str, filled: dict[str, str]) -> str:
    return _fill(template, filled).replace("\ue000", "{{")


@settings(max_examples=150, deadline=None)
@given(filled=some_values, to_name=st.one_of(st.none(), any_value))
def test_means_what_the_standard_library_would_have_sent(filled: dict[str, str], to_name: str | None) -> None:
    rendered = CAMPAIGN.render(recipient(to_name=to_name), filled)
    message = parse(rendered.content)
    subject = as_one_line(_replaced(SUBJECT, filled))
    oracle = standard_message(subject=subject, text=expected_text(filled), html=expected_html(filled))

    assert message["Subject"] == subject
    assert part_text(message, "text/plain") == part_text(oracle, "text/plain") == expected_text(filled)
    assert part_text(message, "text/html") == part_text(oracle, "text/html") == expected_html(filled)
    (to,) = message["To"].addresses
    assert to.addr_spec == "jane.roe@example.org"
    assert display_name(rendered.content, "To") == as_one_line(to_name or "")
    assert_transportable(rendered.content)


@settings(max_examples=150, deadline=None)
@given(attack=any_value)
def test_no_value_adds_or_changes_a_header(attack: str) -> None:
    plain = CAMPAIGN.render(recipient(), values())
    attacked = CAMPAIGN.render(
        recipient(to_name=attack, extra_headers=(("X-Note", f"n{attack[:900]}"),)),
        values(first_name=attack, clinic=attack),
    )
    expected = [*header_names(plain.content)]
    expected.insert(expected.index("List-Unsubscribe-Post") + 1, "X-Note")
    assert header_names(attacked.content) == expected
    assert parse(attacked.content).get_content_type() == "multipart/alternative"
    assert len(list(parse(attacked.content).iter_parts())) == 2
    assert attacked.content.count(b"\r\n--=_") == plain.content.count(b"\r\n--=_") == 3


@pytest.mark.parametrize("value", UNUSUAL, ids=range(len(UNUSUAL)))
def test_carries_each_unusual_value_in_every_place(value: str) -> None:
    filled = values(first_name=value, last_name=value, clinic=value, note=value, token=value, phone=value)
    rendered = CAMPAIGN.render(recipient(to_name=value), filled)
    message = parse(rendered.content)
    assert_transportable(rendered.content)
    assert part_text(message, "text/plain") == expected_text(filled)
    assert part_text(message, "text/html") == expected_html(filled)
    assert message["Subject"] == as_one_line(_replaced(SUBJECT, filled))
    assert display_name(rendered.content, "To") == as_one_line(value)


@settings(max_examples=60, deadline=None)
@given(text=any_value, html=any_value, from_name=any_value, subject=any_value)
def test_carries_any_fixed_template(text: str, html: str, from_name: str, subject: str) -> None:
    text, html, subject = f"T{text}".replace("{{", ""), f"<p>{escape(html)}".replace("{{", ""), f"S{subject}"
    from_name, subject = from_name.replace("{{", ""), subject.replace("{{", "")
    rendered = compile_message(parts(text=text, html=html, subject=subject, from_name=from_name)).render(
        recipient(), {}
    )
    message = parse(rendered.content)
    assert_transportable(rendered.content)
    assert message["Subject"] == as_one_line(subject)
    assert display_name(rendered.content, "From") == as_one_line(from_name)
    assert part_text(message, "text/plain").removesuffix("\n") == as_lines(text).removesuffix("\n")
    assert part_text(message, "text/html").removesuffix("\n") == as_lines(html).removesuffix("\n")


def test_writes_each_obligatory_header_once() -> None:
    counts = Counter(header_names(CAMPAIGN.render(recipient(), values()).content))
    assert set(counts.values()) == {1}
    assert {"From", "To", "Subject", "Date", "Message-ID", "Reply-To", "MIME-Version"} <= set(counts)


def test_puts_the_text_part_first() -> None:
    message = parse(CAMPAIGN.render(recipient(), values()).content)
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert all(part.get_content_charset() == "utf-8" for part in message.iter_parts())


def test_writes_date_in_utc_and_message_id_as_given() -> None:
    local = AT.astimezone(timezone(timedelta(hours=-7)))
    message = parse(CAMPAIGN.render(recipient(date=local), values()).content)
    assert message["Date"] == "Mon, 02 Nov 2026 09:30:15 +0000"
    assert message["Date"].datetime == AT
    assert message["Message-ID"] == "<0123456789abcdef.c1@maple.example>"


def test_digests_exactly_the_bytes_it_gives_and_splits_them() -> None:
    rendered = CAMPAIGN.render(recipient(), values())
    assert rendered.sha256 == sha256(rendered.content).digest()
    assert rendered.headers + b"\r\n" + rendered.body == rendered.content
    assert rendered.headers.endswith(b'"\r\n')
    assert rendered.body.startswith(b"--=_")


def test_gives_the_same_bytes_for_the_same_input() -> None:
    again = compile_message(parts()).render(recipient(), values())
    assert again.content == CAMPAIGN.render(recipient(), values()).content


def test_forgets_one_persons_values_before_the_next() -> None:
    first = CAMPAIGN.render(recipient(), values(first_name="Quentin", note="Quince"))
    second = CAMPAIGN.render(recipient(), values())
    assert b"Quentin" in first.content
    assert b"Qu" not in second.content.replace(b"Quoted", b"")


def test_names_all_fields_a_person_must_have() -> None:
    assert CAMPAIGN.fields == {"first_name", "last_name", "clinic", "token", "note", "link", "phone"}


@pytest.mark.parametrize("field", sorted(CAMPAIGN.fields))
def test_refuses_a_missing_value_and_names_only_the_field(field: str) -> None:
    filled = values(first_name="Quentin")
    del filled[field]
    with pytest.raises(MissingValue) as caught:
        CAMPAIGN.render(recipient(), filled)
    assert caught.value.field == field
    assert "Quentin" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        " JavaScript:x",
        "data:text/html,x",
        "//evil.example",
        "",
        "https://",
        "https://a b",
        "https://a\nb",
        "http://plain.example/",
    ],
)
def test_refuses_a_link_that_is_not_one_and_does_not_repeat_it(link: str) -> None:
    with pytest.raises(UnsafeValue) as caught:
        CAMPAIGN.render(recipient(), values(link=link))
    assert caught.value.field == "link"
    assert not link.strip() or link.strip() not in str(caught.value).replace("https://, ", "")


def test_keeps_a_good_link_whole_and_encodes_what_is_not_ascii() -> None:
    message = parse(CAMPAIGN.render(recipient(), values(link="https://maple.example/é?a=1&b=%20")).content)
    assert 'href="https://maple.example/%C3%A9?a=1&amp;b=%20"' in part_text(message, "text/html")


def test_refuses_a_value_of_unbounded_length() -> None:
    CAMPAIGN.render(recipient(), values(note="x" * 100_000))
    with pytest.raises(UnsafeValue, match="note"):
        CAMPAIGN.render(recipient(), values(note="x" * 100_001))


def test_writes_one_click_unsubscribe_exactly() -> None:
    """RFC 8058 section 3.1; rows EML-10 and MBX-05."""
    content = CAMPAIGN.render(recipient(), values()).content
    assert b"\r\nList-Unsubscribe: <https://maple.example/u/abcdef>\r\n" in content
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in content
    without = CAMPAIGN.render(recipient(unsubscribe_url=None), values()).content
    assert b"List-Unsubscribe" not in without


@pytest.mark.parametrize(
    "url",
    [
        "http://maple.example/u",
        "mailto:u@maple.example",
        "https://maple.example/u>\r\nBcc: x@example.net",
        "https://maple.example/a b",
        "https://müller.example/",
        "https://",
        "https://maple.example/u>, <mailto:x@example.net",
        "https://a.example/" + "x" * 1_000,
    ],
)
def test_refuses_an_unsubscribe_link_that_is_not_plain_https(url: str) -> None:
    with pytest.raises(InvalidHeader) as caught:
        CAMPAIGN.render(recipient(unsubscribe_url=url), values())
    assert url not in str(caught.value)


@pytest.mark.parametrize("message_id", ["", "a@b", "<a@b>\r\nX: y", "<a b@c>", "<a>", "<é@b>", "<a@b> <c@d>"])
def test_refuses_a_malformed_message_id(message_id: str) -> None:
    with pytest.raises(InvalidHeader, match="Message-ID"):
        CAMPAIGN.render(recipient(message_id=message_id), values())


def test_refuses_a_time_without_a_zone() -> None:
    with pytest.raises(InvalidHeader, match="Date"):
        CAMPAIGN.render(recipient(date=datetime(2026, 11, 2)), values())  # noqa: DTZ001


@pytest.mark.parametrize(
    ("origin", "present", "absent"),
    [
        (Origin.CAMPAIGN, b"\r\nPrecedence: bulk\r\n", b"Auto-Submitted"),
        (Origin.AUTOMATIC, b"\r\nAuto-Submitted: auto-generated\r\n", b"Precedence"),
        (Origin.PERSONAL, b"\r\nMIME-Version: 1.0\r\n", b"Precedence"),
    ],
)
def test_marks_mail_by_what_made_it_be_sent(origin: Origin, present: bytes, absent: bytes) -> None:
    """RFC 3834 section 5.1; row EML-20."""
    content = compile_message(parts(origin=origin)).render(recipient(), values()).content
    assert present in content
    assert absent not in content


@pytest.mark.parametrize(
    "name",
    [
        "From",
        "to",
        "BCC",
        "Sender",
        "Content-Type",
        "content-foo",
        "DKIM-Signature",
        "Resent-To",
        "Received",
        "Subject",
        "List-Unsubscribe",
        "Bad Name",
        "X:Y",
        "",
        "X\r\nBcc",
        "É",
        "X" * 61,
    ],
)
def test_refuses_headers_that_are_not_the_callers(name: str) -> None:
    with pytest.raises(InvalidHeader):
        compile_message(parts(extra_headers=((name, "value"),)))
    with pytest.raises(InvalidHeader):
        CAMPAIGN.render(recipient(extra_headers=((name, "value"),)), values())


@settings(max_examples=80, deadline=None)
@given(value=any_value, name=st.sampled_from(["X-A", "X-" + "Long" * 9]))
def test_carries_extra_headers_or_refuses_them(value: str, name: str) -> None:
    try:
        rendered = CAMPAIGN.render(recipient(extra_headers=((name, value),)), values())
    except InvalidHeader:
        line = as_one_line(value)
        assert not line or any(len(word) > 900 for word in line.split(" "))
        return
    assert_transportable(rendered.content)
    if "=?" not in value:
        assert parse(rendered.content)[name].strip(" ") == as_one_line(value)


@pytest.mark.parametrize(
    "change",
    [
        {"subject": " \r\n"}, {"subject": "x" * 10_001}, {"subject": "{{ Name }}"}, {"text": ""}, {"html": " "},
        {"text": "{{ a.b }}"}, {"text": "{{}}"}, {"html": "{{ a | upper }}"}, {"html": "{{{ a }}}"}, {"text": "{{ a1 }}"},
        {"text": "see https://{{ clinic }}/x"}, {"text": "see https://maple.example{{ token }}"},
    ],
    ids=str,
)  # fmt: skip
def test_refuses_a_template_it_cannot_fill_safely(change: dict[str, str]) -> None:
    with pytest.raises(InvalidTemplate):
        compile_message(parts(**change))


@pytest.mark.parametrize(
    "change",
    [
        {"from_name": "{{ first_name }}"}, {"organization": "{{ clinic }}"}, {"list_id": "{{ token }}"},
        {"list_id": "nodot"}, {"list_id": "a.b>\r\nX: y"}, {"feedback_id": "a b"}, {"feedback_id": "a:b:c:d:e"},
        {"extra_headers": (("X-A", "{{ first_name }}"),)},
    ],
    ids=str,
)  # fmt: skip
def test_refuses_merge_places_and_oddities_in_fixed_headers(change: dict[str, object]) -> None:
    with pytest.raises(InvalidHeader):
        compile_message(parts(**change))


def test_says_when_only_an_smtputf8_server_can_take_it() -> None:
    idn = CAMPAIGN.render(recipient(to_address=parse_address("jorg@müller.example")), values())
    assert not idn.needs_smtputf8
    assert idn.headers.isascii()
    assert parse(idn.content)["To"].addresses[0].addr_spec == "jorg@xn--mller-kva.example"

    utf8 = CAMPAIGN.render(recipient(to_address=parse_address("jörg@müller.example")), values())
    assert utf8.needs_smtputf8
    assert "<jörg@xn--mller-kva.example>" in utf8.headers.decode()
    sender = parts(reply_to=parse_address("jörg@maple.example"))
    assert compile_message(sender).render(recipient(), values()).needs_smtputf8


def test_template_digest_changes_with_anything_that_is_sent() -> None:
    base = parts()
    changes = [
        replace(base, subject=base.subject + "!"),
        replace(base, text=base.text.replace("Dear", "Hello")),
        replace(base, text=base.text.replace("{{ note }}", "{{ clinic }}")),
        replace(base, html=base.html.replace("color:red", "color:blue")),
        replace(base, from_name="Elm Street"),
        replace(base, list_id="other.maple.example"),
        replace(base, origin=Origin.AUTOMATIC),
    ]
    digests = {compile_message(changed).template_sha256 for changed in [base, *changes]}
    assert len(digests) == len(changes) + 1
    assert compile_message(parts()).template_sha256 == CAMPAIGN.template_sha256


def test_no_error_or_repr_shows_a_person() -> None:
    person = recipient(to_name="Quentin Quince", to_address=parse_address("quentin@example.org"))
    rendered = CAMPAIGN.render(person, values(first_name="Quentin"))
    assert "uentin" not in repr(person) + repr(rendered) + repr(person.to_address) + repr(CAMPAIGN)
    with pytest.raises(MailError) as caught:
        CAMPAIGN.render(replace(person, message_id="quentin"), values())
    assert "uentin" not in str(caught.value)


def test_escaped_html_reads_as_the_value() -> None:
    value = 'O\'Brien & "Sons" <b>'
    message = parse(CAMPAIGN.render(recipient(), values(first_name=value)).content)
    html = part_text(message, "text/html")
    assert unescape(html.partition("<title>For ")[2].partition("</title>")[0]) == value


def test_is_accepted_by_the_standard_library_as_a_well_formed_tree() -> None:
    message = parse(CAMPAIGN.render(recipient(), values()).content)
    assert isinstance(message, EmailMessage)
    assert message.get_body(("html",)) is not None
    assert message["List-Id"] == "<news.maple.example>"
    assert message["Feedback-ID"] == "spring:maple:news:mapleco"
