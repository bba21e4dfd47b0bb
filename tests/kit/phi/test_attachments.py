"""The text inside files is read within bounds, and what cannot be read counts as PHI."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedside.kit.phi import Kind, is_phi
from bedside.kit.phi.attachments import Attached, Unreadable, read_attachment, screen_attachment

_WORD = '<w:document xmlns:w="urn:w"><w:body>{}</w:body></w:document>'


def office(**parts: str | bytes) -> bytes:
    """A zip whose parts are named with `__` for `/` and `_dot_` for a point."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in parts.items():
            opened.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return made.getvalue()


def paragraph(*runs: str) -> str:
    return "<w:p>" + "".join(f"<w:r><w:t>{run}</w:t></w:r>" for run in runs) + "</w:p>"


def screened(content: bytes, name: str = "letter.docx") -> set[Kind]:
    return {one.kind for one in screen_attachment(Attached(name=name, content=content), where="a")}


def test_reads_words_over_runs_and_apart_by_paragraphs():
    content = office(
        word__document_dot_xml=_WORD.format(paragraph("Your di", "abetes") + paragraph("Hello."))
    )

    assert read_attachment(Attached(name="a.docx", content=content)).text.split() == [
        "Your",
        "diabetes",
        "Hello.",
    ]
    assert screened(content) == {Kind.HEALTH_STATEMENT}


def test_a_harmless_document_has_no_findings():
    content = office(word__document_dot_xml=_WORD.format(paragraph("Flu season is here.")))

    assert screened(content, "newsletter.docx") == set()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (office(word__document_dot_xml="<a>" * 3), "damaged"),
        (office(word__document_dot_xml='<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "document type"),
        (office(word__embeddings__x_dot_bin=b"1"), "inside"),
        (office(**{f"word__p{number}_dot_xml": "<a/>" for number in range(2_100)}), "too many parts"),
        (office(word__document_dot_xml=b"<a>" + b" " * 21_000_000 + b"</a>"), "larger unpacked"),
        (b"PK\x03\x04 and no more", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600, "before 2007"),
        (b"\x89PNG\r\n", "of this kind"),
    ],
)
def test_what_cannot_be_read_counts_as_telling(content, why):
    with pytest.raises(Unreadable, match=why):
        read_attachment(Attached(name="a.docx", content=content))
    found = screen_attachment(Attached(name="a.docx", content=content), where="a")
    assert {one.kind for one in found} == {Kind.UNREADABLE}
    assert is_phi(found)


def test_pictures_inside_are_told_of():
    content = office(
        word__document_dot_xml=_WORD.format(paragraph("Hello.")), word__media__a_dot_png=b"\x89PNG"
    )

    assert screened(content, "newsletter.docx") == {Kind.UNREADABLE}


def test_a_pdf_is_read_or_counts_as_telling():
    assert screened(b"%PDF-1.7\n%%EOF", "a.pdf") == {Kind.UNREADABLE}


@settings(max_examples=100, deadline=None)
@given(
    head=st.sampled_from([b"PK\x03\x04", b"%PDF-1.4\n", b"", b"\xff\xfe"]),
    rest=st.binary(max_size=200),
    name=st.sampled_from(["a.txt", "a.docx", "a"]),
)
def test_never_raises_for_any_bytes(head, rest, name):
    for one in screen_attachment(Attached(name=name, content=head + rest), where="a"):
        assert one.where == "a"
        assert 0 <= one.start <= one.end
