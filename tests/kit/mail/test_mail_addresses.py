"""One mailbox in, one normal form out, or a refusal that says why and repeats nothing."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedside.kit.mail import AddressFault, EmailAddress, InvalidAddress, parse_address
from bedside.kit.mail.addresses import lookup_key_of


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("jane@example.org", "jane@example.org"),
        ("  Jane.Roe@EXAMPLE.Org\n", "Jane.Roe@example.org"),
        ("\u00a0jane@example.org\t", "jane@example.org"),
        ("a@b.co", "a@b.co"),
        ("o'brien+news!#$%&*/=?^_`{|}~-@example.org", "o'brien+news!#$%&*/=?^_`{|}~-@example.org"),
        ("jane@3com.example", "jane@3com.example"),
        ("jane@a-b.c--d.example.org", "jane@a-b.c--d.example.org"),
        ("jörg@müller.example", "jörg@müller.example"),
        ("jo\u0308rg@mu\u0308ller.example", "jörg@müller.example"),
        ("jane@XN--MLLER-KVA.example", "jane@müller.example"),
        ("用户@例子.example", "用户@例子.example"),
        ("jane@straße.example", "jane@straße.example"),
        ("l" * 64 + "@example.org", "l" * 64 + "@example.org"),
    ],
)
def test_reads_an_address_into_its_normal_form(text: str, normal: str) -> None:
    assert parse_address(text).text == normal


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", AddressFault.EMPTY),
        (" \t ", AddressFault.EMPTY),
        ("jane", AddressFault.NO_AT_SIGN),
        ("jane.example.org", AddressFault.NO_AT_SIGN),
        ("@example.org", AddressFault.LOCAL_PART),
        ("jane@", AddressFault.DOMAIN),
        ("jane@@example.org", AddressFault.SEVERAL_AT_SIGNS),
        ("jane@home@example.org", AddressFault.SEVERAL_AT_SIGNS),
        ("jane@example.org, ann@example.org", AddressFault.SEVERAL_ADDRESSES),
        ("jane@example.org;ann@example.org", AddressFault.SEVERAL_ADDRESSES),
        ("jane\u037eann@example.org", AddressFault.SEVERAL_ADDRESSES),  # becomes a semicolon by NFC
        ("Jane <jane@example.org>", AddressFault.DISPLAY_NAME),
        ("<jane@example.org>", AddressFault.DISPLAY_NAME),
        ('"jane roe"@example.org', AddressFault.DISPLAY_NAME),
        ("jane(home)@example.org", AddressFault.DISPLAY_NAME),
        ("jane roe@example.org", AddressFault.BLANK_INSIDE),
        ("jane\u3000roe@example.org", AddressFault.BLANK_INSIDE),
        ("jane@exam ple.org", AddressFault.DOMAIN),
        ("jane\u0000@example.org", AddressFault.CONTROL_CHARACTER),
        ("jane\u200b@example.org", AddressFault.CONTROL_CHARACTER),
        ("\u202ejane@example.org", AddressFault.CONTROL_CHARACTER),
        ("jane\r\nBcc: x@example.org", AddressFault.CONTROL_CHARACTER),
        ("jane\ud800@example.org", AddressFault.CONTROL_CHARACTER),
        (".jane@example.org", AddressFault.LOCAL_PART),
        ("jane.@example.org", AddressFault.LOCAL_PART),
        ("jane..roe@example.org", AddressFault.LOCAL_PART),
        ("jörg..roe@example.org", AddressFault.LOCAL_PART),
        ("mailto:jane@example.org", AddressFault.LOCAL_PART),
        ("jane\\@example.org", AddressFault.LOCAL_PART),
        ("jane[1]@example.org", AddressFault.LOCAL_PART),
        ("jane\ue000@example.org", AddressFault.LOCAL_PART),  # private use
        ("l" * 65 + "@example.org", AddressFault.LOCAL_PART_TOO_LONG),
        ("é" * 33 + "@example.org", AddressFault.LOCAL_PART_TOO_LONG),
        (
            "jane@" + "d" * 60 + "." + "e" * 60 + "." + "f" * 60 + "." + "g" * 60 + ".example",
            AddressFault.TOO_LONG,
        ),
        ("jjjj@" + ".".join(["d" * 60] * 4) + ".example", AddressFault.TOO_LONG),
        ("j" * 1_001, AddressFault.TOO_LONG),
        ("jane@localhost", AddressFault.DOMAIN_WITHOUT_DOT),
        ("jane@192.0.2.1", AddressFault.NUMERIC_DOMAIN),
        ("jane@[192.0.2.1]", AddressFault.NUMERIC_DOMAIN),
        ("jane@[ipv6:2001:db8::1]", AddressFault.DOMAIN_WITHOUT_DOT),
        ("jane@example.123", AddressFault.NUMERIC_DOMAIN),
        ("jane@-example.org", AddressFault.DOMAIN),
        ("jane@example-.org", AddressFault.DOMAIN),
        ("jane@example..org", AddressFault.DOMAIN),
        ("jane@.example.org", AddressFault.DOMAIN),
        ("jane@example.org.", AddressFault.DOMAIN),
        ("jane@exam_ple.org", AddressFault.DOMAIN),
        ("jane@" + "d" * 64 + ".org", AddressFault.DOMAIN),
        ("jane@xn--\u00fc.example", AddressFault.DOMAIN),
        ("jane@xn--99999999.example", AddressFault.DOMAIN),
        ("jane@☃.example", AddressFault.DOMAIN),  # not a letter: IDNA 2008 refuses symbols
        ("jane@exa\u2044mple.example", AddressFault.DOMAIN),
    ],
)
def test_refuses_what_is_not_one_address(text: str, reason: AddressFault) -> None:
    with pytest.raises(InvalidAddress) as caught:
        parse_address(text)
    assert caught.value.reason == reason
    assert len(text.strip()) < 5 or text.strip() not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("text", "wire", "needs_smtputf8"),
    [
        ("jane@müller.example", "jane@xn--mller-kva.example", False),
        ("jörg@müller.example", "jörg@xn--mller-kva.example", True),
        ("jane@example.org", "jane@example.org", False),
    ],
)
def test_asks_for_smtputf8_only_when_nothing_else_will_do(text: str, wire: str, needs_smtputf8: bool) -> None:
    """RFC 6531 section 3; row EML-22."""
    address = parse_address(text)
    assert (address.wire, address.needs_smtputf8) == (wire, needs_smtputf8)


def test_finds_one_mailbox_by_all_its_spellings() -> None:
    spellings = [
        "Jörg@Müller.example",
        "jo\u0308rg@MU\u0308LLER.example",
        "JÖRG@xn--mller-kva.example",
        " jörg@müller.example ",
    ]
    assert {parse_address(spelling).lookup_key for spelling in spellings} == {"jörg@xn--mller-kva.example"}
    assert parse_address("jane@example.org").lookup_key != parse_address("jane@example.net").lookup_key


def test_keeps_the_case_of_the_local_part() -> None:
    """RFC 5321 section 2.4: only the receiving host may interpret it; row EML-23."""
    assert parse_address("Jane@Example.org").local == "Jane"


@settings(max_examples=400)
@given(
    text=st.from_regex(
        r"\A[a-z0-9_+]{1,3}([.-]{1,2}[a-z0-9]{1,70})?@([a-z0-9]{1,70}-{0,2}[a-z0-9]?\.){1,3}[a-z0-9]{1,4}\Z"
    )
)
def test_finds_plain_addresses_as_it_reads_them(text: str) -> None:
    """The short way to the lookup key takes nothing that reading it would refuse or spell otherwise."""
    try:
        wanted = parse_address(text).lookup_key
    except InvalidAddress:
        with pytest.raises(InvalidAddress):
            lookup_key_of(text)
    else:
        assert lookup_key_of(text) == wanted


@settings(max_examples=400)
@given(
    text=st.one_of(
        st.emails(), st.text(max_size=40), st.text(alphabet='aé.@-" <>,:;\r\n\t\u0308\u037e', max_size=20)
    )
)
def test_gives_an_address_that_is_safe_anywhere_or_refuses(text: str) -> None:
    try:
        address = parse_address(text)
    except InvalidAddress:
        with pytest.raises(InvalidAddress):
            lookup_key_of(text)
        return
    assert lookup_key_of(text) == address.lookup_key
    assert not re.search(r"[\x00-\x20\x7f-\xa0<>()\[\]\\,;:\"]", address.wire)
    assert address.wire.count("@") == 1
    assert len(address.wire.encode()) <= 254
    assert parse_address(address.text) == parse_address(address.wire) == address
    assert parse_address(address.lookup_key).lookup_key == address.lookup_key


@pytest.mark.parametrize(
    ("local", "domain"),
    [
        ("a\r\nBcc: x", "example.org"),
        ("a@b", "example.org"),
        ("a>,<b", "example.org"),
        ("a", "exa mple.org"),
        ("a", "müller.example"),
        ("a", "b>\r\nX: y"),
    ],
)
def test_an_address_made_by_hand_still_cannot_break_out(local: str, domain: str) -> None:
    with pytest.raises(InvalidAddress):
        EmailAddress(local=local, domain_ascii=domain)


def test_every_reason_has_a_sentence_of_its_own() -> None:
    sentences = {str(InvalidAddress(reason)) for reason in AddressFault}
    assert len(sentences) == len(AddressFault)
    assert all(sentence.endswith(".") for sentence in sentences)
