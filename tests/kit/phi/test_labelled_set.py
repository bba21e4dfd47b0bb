"""The labelled lines are well formed and name nobody real; what a guard makes of them is measured elsewhere."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "labelled"
LINES_AT_LEAST = {"harmless": 170, "identifiers": 130, "health": 130}
LABEL_OF_FILE = {"harmless": "harmless", "identifiers": "identifier", "health": "health"}
PLACES = {"body", "subject", "preview", "link", "picture", "attachment", "sender"}
IDENTIFIERS = {
    "name", "birth_date", "date", "phone", "email", "address", "ssn", "mbi", "npi",
    "mrn", "account", "card", "ip", "plate", "device", "url",
}  # fmt: skip
HEALTH = {"drug", "condition", "procedure_or_test", "health_statement", "test_result", "appointment_detail"}

EMAIL_DOMAIN = re.compile(r"[\w.+-](?:@|%40)([\w.-]*\w)")
WEB_HOST = re.compile(r"https?://([^/\s?]+)")
RESERVED_DOMAIN = re.compile(r"(?:[\w-]+\.)*example\.(?:com|org|net)")
PHONE_SHAPED = re.compile(r"(?<!\d)(?:\(?\d{3}\)?[-./ ]{0,3})?(\d{3}) ?[-. ] ?(\d{4})(?!\d)")
# CMS, "Understanding the Medicare Beneficiary Identifier Format": no S, L, O, I, B, Z.
MBI = re.compile(
    r"[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d[AC-HJKMNP-RT-Y]{2}\d{2}"
)
# SSA, "Social Security Number Randomization": areas 9xx and 666 are never given out. The other two were
# printed as samples (in wallets, on a pamphlet) and made void.
VOID_SSN = re.compile(r"9\d{8}|666\d{6}|078051120|219099999")
# RFC 5737 and RFC 3849.
DOCUMENTATION_NETWORKS = [
    ip_network(written) for written in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    file: str
    text: str
    place: str
    label: str
    spans: list[dict[str, object]]

    def values(self, kind):
        return [self.text[span["start"] : span["end"]] for span in self.spans if span["kind"] == kind]


def lines_of(file):
    written = (FOLDER / f"{file}.jsonl").read_text(encoding="utf-8").splitlines()
    return [Line(file=file, **json.loads(line)) for line in written]


@pytest.fixture(scope="module")
def lines():
    return [line for file in LABEL_OF_FILE for line in lines_of(file)]


def values(lines, kind):
    found = [value for line in lines for value in line.values(kind)]
    assert found, kind
    return found


def digits(value):
    return re.sub(r"\D", "", value)


def passes_luhn(number):
    doubled = [int(digit) * (1 + index % 2) for index, digit in enumerate(reversed(number))]
    return sum(sum(divmod(value, 10)) for value in doubled) % 10 == 0


@pytest.mark.parametrize("file", LABEL_OF_FILE)
def test_each_file_holds_enough_lines_of_its_own_label(file):
    found = lines_of(file)
    assert len(found) >= LINES_AT_LEAST[file]
    assert {line.label for line in found} == {LABEL_OF_FILE[file]}


def test_the_set_is_large_enough_and_covers_every_place_in_each_file(lines):
    assert len(lines) >= 420
    for file in LABEL_OF_FILE:
        assert {line.place for line in lines if line.file == file} == PLACES


def test_no_line_occurs_twice(lines):
    seen = Counter(" ".join(line.text.casefold().split()) for line in lines)
    assert [text for text, times in seen.items() if times > 1] == []


def test_lines_are_single_trimmed_and_free_of_marks_left_by_writing(lines):
    odd = [
        line.text
        for line in lines
        if line.text != line.text.strip() or re.search(r"[\n⟦⟧{}|]|\[\[", line.text)
    ]
    assert odd == []


def test_spans_lie_inside_in_order_and_apart(lines):
    for line in lines:
        end = 0
        for span in line.spans:
            assert set(span) == {"start", "end", "kind"}
            assert end <= span["start"] < span["end"] <= len(line.text), line.text
            end = span["end"]


def test_spans_begin_and_end_at_whole_words(lines):
    for line in lines:
        for span in line.spans:
            for edge in (span["start"], span["end"]):
                around = line.text[max(edge - 1, 0) : edge + 1]
                assert not (0 < edge < len(line.text) and around.isalpha()), line.text
                assert not (0 < edge < len(line.text) and around.isdigit()), line.text
            assert line.text[span["start"] : span["end"]].strip() == line.text[span["start"] : span["end"]]


def test_every_kind_is_known_and_used(lines):
    assert {span["kind"] for line in lines for span in line.spans} == IDENTIFIERS | HEALTH


def test_harmless_lines_have_no_spans_and_the_others_have_one_of_their_sort(lines):
    for line in lines:
        kinds = {span["kind"] for span in line.spans}
        match line.label:
            case "harmless":
                assert not kinds, line.text
            case "identifier":
                assert kinds <= IDENTIFIERS, line.text
                assert kinds, line.text
            case "health":
                assert kinds & HEALTH or (line.place == "link" and kinds == {"url"}), line.text


def test_addresses_and_links_stay_under_the_example_domains(lines):
    named = [name for line in lines for name in EMAIL_DOMAIN.findall(line.text) + WEB_HOST.findall(line.text)]
    assert len(named) > 20
    assert [name for name in named if not RESERVED_DOMAIN.fullmatch(name.lower())] == []


def test_phones_are_among_those_kept_for_fiction(lines):
    shaped = [found for line in lines for found in PHONE_SHAPED.findall(line.text)]
    assert len(shaped) > 20
    assert [found for found in shaped if not (found[0] == "555" and found[1].startswith("01"))] == []
    for value in values(lines, "phone"):
        number = digits(value.split("ext")[0])
        assert re.fullmatch(r"(?:1?\d{3}555)?01\d\d", number), value


def test_numbers_of_a_known_shape_have_it(lines):
    assert all(passes_luhn("80840" + digits(value)) for value in values(lines, "npi"))
    assert all(MBI.fullmatch(re.sub(r"[- ]", "", value).upper()) for value in values(lines, "mbi"))
    whole_cards = [digits(value) for value in values(lines, "card") if len(digits(value)) > 4]
    assert whole_cards
    assert all(passes_luhn(card) for card in whole_cards)


def test_social_security_numbers_were_never_anybodys(lines):
    whole = [digits(value) for value in values(lines, "ssn") if len(digits(value)) > 4]
    assert whole
    assert all(VOID_SSN.fullmatch(number) for number in whole)


def test_network_addresses_are_those_kept_for_documentation(lines):
    for value in values(lines, "ip"):
        assert any(ip_address(value) in network for network in DOCUMENTATION_NETWORKS), value


@pytest.mark.parametrize(("number", "passes"), [("4111111111111111", True), ("4111111111111112", False)])
def test_the_checksum_itself_tells_right_from_wrong(number, passes):
    assert passes_luhn(number) is passes
