"""Documents: what is stored comes back, what was ever written is drawn as it was, and every kind of block is mail."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedside.decisions.composer.queries import values
from bedside.decisions.composer.rules import Block, Document, Kind
from bedside.decisions.composer.rules.appointments import Appointment
from bedside.decisions.composer.rules.compiling import examine
from bedside.decisions.composer.rules.document import (
    KINDS,
    Edition,
    from_json,
    missing_pillars,
    to_json,
    to_mjml,
)
from bedside.decisions.composer.rules.document.dress import PLAIN_DRESS
from bedside.decisions.composer.rules.document.pillars import Pillar
from bedside.decisions.composer.rules.drafts import check_storable
from bedside.decisions.composer.rules.inline import inline, unmarked
from bedside.decisions.composer.rules.sample import SAMPLE_PATIENT, sample_appointment_on, sample_on
from bedside.decisions.composer.rules.showing import show
from bedside.decisions.gate.rules.classes import MessageClass
from bedside.ground.errors import Refusal
from tests.decisions.composer.conftest import make_draft, make_practice
from tests.decisions.composer.documents import DOCUMENTS, DRESS, PHOTO, PICTURES, whole_block
from tests.decisions.composer.test_compiling import AT, LINKS, TODAY

PRACTICE = make_practice()
OLD = json.loads((Path(__file__).parent / "first_edition.json").read_text(encoding="utf-8"))


def drafted(*blocks: Block, edition: Edition = Edition.CALM, **changes: object):
    return make_draft(mjml="", document=Document(blocks=blocks, edition=edition), **changes)


def content_of(draft, *, dress=DRESS):
    examined = examine(draft, PRACTICE, dress=dress, remuneration=False)
    assert examined.problems == ()
    return examined.content


def told(draft, *, dress=DRESS):
    return [
        (one.block, one.code) for one in examine(draft, PRACTICE, dress=dress, remuneration=False).problems
    ]


def shown_to(patient, draft, *, appointment=None):
    content = content_of(draft)
    filled = values(patient, PRACTICE, content=content, today=TODAY, appointment=appointment, **LINKS)
    shown = show(content, PRACTICE, filled, at=AT)
    return replace(shown, text=shown.text.replace("\r\n", "\n"))


# --- what is stored


@given(DOCUMENTS)
def test_any_document_comes_back_from_json_as_it_was(document):
    written = json.loads(json.dumps(to_json(document)))
    assert from_json(written) == document
    assert to_json(from_json(written)) == written


@settings(max_examples=60)
@given(DOCUMENTS)
def test_any_document_is_drawn_the_same_again_or_refused_by_block(document):
    draft = make_draft(mjml="", document=document)
    first = examine(draft, PRACTICE, dress=DRESS, remuneration=False)
    again = examine(
        make_draft(mjml="", document=from_json(to_json(document))), PRACTICE, dress=DRESS, remuneration=False
    )
    assert first == again
    if first.content is None:
        assert first.problems
        assert all(problem.line is None for problem in first.problems)
        assert all(problem.block is not None for problem in first.problems) or not document.blocks
        assert all(problem.code != "unreadable" for problem in first.problems)
    else:
        assert "<script" not in first.content.html


@given(DOCUMENTS)
def test_what_may_be_stored_comes_back_the_same(document):
    draft = make_draft(mjml="", document=document)
    check_storable(draft)


@pytest.mark.parametrize(
    "block",
    [
        Block(kind=Kind.LINE, text="words that a line has no room for"),
        Block(kind=Kind.TEXT, text="x", left=(Block(kind=Kind.TEXT, text="y"),)),
        Block(kind=Kind.COLUMNS, left=(Block(kind=Kind.COLUMNS),)),
        Block(kind=Kind.COLUMNS, left=(Block(kind=Kind.PROVIDER, name="x"),)),
        Block(kind=Kind.COLUMNS, left=(Block(kind=Kind.TEXT, text="x", show_if="first_name"),)),
        Block(kind=Kind.COLUMNS, left=(Block(kind=Kind.LINE),) * 11),
        Block(kind=Kind.TEXT, text="x" * 10_001),
        Block(kind=Kind.TEXT, text="\ud800"),
    ],
)
def test_what_would_not_come_back_is_refused(block):
    with pytest.raises(Refusal):
        check_storable(drafted(block))


@pytest.mark.parametrize(
    "written",
    [
        None, [], "x", {}, {"version": 3, "blocks": []}, {"version": 2}, {"version": 2, "blocks": {}},
        {"version": 2, "blocks": [], "script": "x"}, {"version": 2, "blocks": [{"kind": "script"}]},
        {"version": 2, "blocks": [{"kind": "text", "text": 7}]}, {"version": 2, "blocks": [{"text": "x"}]},
        {"version": 2, "blocks": [{"kind": "text", "onclick": "x"}]},
        {"version": 2, "blocks": [{"kind": "line", "left": []}]}, {"version": 2, "blocks": [[]]},
        {"version": 2, "blocks": [], "colour": "red;}"}, {"version": 2, "blocks": [], "edition": "x"},
        {"version": 2, "blocks": [{"kind": "line"}] * 61}, {"items": [{"kind": "provider"}]},
    ],
)  # fmt: skip
def test_json_that_nothing_of_ours_writes_is_refused(written):
    with pytest.raises(ValueError):
        from_json(written)


# --- the first edition


@pytest.mark.parametrize("old", OLD, ids=[old["name"] for old in OLD])
def test_messages_written_before_documents_are_drawn_to_the_byte_as_they_were(old):
    """An approval stands for these bytes: the hashes were taken before there was a second edition."""
    document = from_json(old["blocks"])
    assert document.edition is Edition.FIRST
    draft = make_draft(mjml="", document=document, subject=old["subject"], preheader=old["preheader"])
    for dress in (PLAIN_DRESS, DRESS):
        content = content_of(draft, dress=dress)
        assert content.content_hash.hex() == old["content_hash"]
        assert hashlib.sha256(content.html.encode()).hexdigest() == old["html_sha256"]
        assert content.text == old["text"]
    assert from_json(to_json(document)) == document


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_of_block_stands_in_either_edition(kind):
    blocks = (whole_block(Kind.TEXT), whole_block(kind), whole_block(Kind.HEADING, text="After"))
    for edition in Edition:
        content = content_of(drafted(*blocks, edition=edition))
        assert content.html.index("Words <strong>of") < content.html.index("After")


# --- what each block is


def test_first_heading_is_the_main_one_and_no_other_is():
    blocks = [whole_block(kind) for kind in (Kind.HERO, Kind.TOPIC, Kind.PROVIDER, Kind.COLUMNS, Kind.OFFER)]
    html = content_of(drafted(*blocks)).html
    assert html.count("<h1") == 1
    assert html.index("<h1") < html.index("<h2")
    assert "<h3" not in html


@pytest.mark.parametrize("kind", [kind for kind in Kind if "picture" in {p.name for p in KINDS[kind].parts}])
def test_pictures_say_what_they_show(kind):
    html = content_of(drafted(whole_block(kind))).html
    assert f'src="{PICTURES[PHOTO].address}"' in html
    assert 'alt="A room with plants"' in html
    if "description" in {part.name for part in KINDS[kind].parts}:
        own = content_of(drafted(whole_block(kind, description='My "own" words')))
        assert 'alt="My &#34;own&#34; words"' in own.html or 'alt="My &quot;own&quot; words"' in own.html
        assert '[My "own" words]' in own.text or 'My "own" words (' in own.text


def test_photo_of_a_provider_without_a_description_is_their_portrait():
    block = whole_block(Kind.PROVIDER, picture="https://www.maple.example/rivera.jpg")
    assert 'alt="Portrait of Dr. Robin Rivera"' in content_of(drafted(block)).html


def test_logo_stands_for_the_name_and_without_one_the_name_does():
    with_logo = content_of(drafted(whole_block(Kind.HEADER), whole_block(Kind.TEXT))).html
    assert 'alt="Maple Street Family Practice"' in with_logo
    without = content_of(drafted(whole_block(Kind.HEADER), whole_block(Kind.TEXT)), dress=PLAIN_DRESS).html
    assert ">Maple Street Family Practice</div>" in without


def test_brand_kit_gives_colour_font_and_closing_words():
    content = content_of(
        drafted(whole_block(Kind.HEADING), whole_block(Kind.SIGNATURE), whole_block(Kind.SOCIAL))
    )
    assert "#1f5fa8" in content.html
    assert "font-family:Georgia, Times New Roman, serif" in content.html
    assert "With <em>kind</em> wishes,<br" in content.html
    assert "With kind wishes,\nMaple Street Family Practice" in content.text
    assert "Facebook (https://www.facebook.com/maplestreet)" in content.text


def test_own_colour_of_a_document_goes_before_the_brand():
    from bedside.decisions.composer.rules import Colour

    document = Document(blocks=(whole_block(Kind.HEADING),), colour=Colour.PLUM)
    html = content_of(make_draft(mjml="", document=document)).html
    assert "#7a3b73" in html
    assert "#1f5fa8" not in html


def test_text_part_says_what_every_block_says():
    blocks = [whole_block(kind) for kind in Kind]
    text = content_of(drafted(*blocks)).text
    for words in (
        "Words of the block", "Dr. Robin Rivera", "MD, family medicine", "Arrange a visit (https://www.maple.example/page)",
        "Only while we are open.", "Read “A heading” (https://www.maple.example/page)", "From our blog", "----",
        "When\n{{ next_appointment }}, {{ appointment_time }}", "Where\n{{ appointment_place }}", "To call us\n555-0100",
    ):  # fmt: skip
        assert words in text, words
    assert "\n\n\n" not in text
    assert "**" not in text


def test_mail_is_drawn_for_the_dark_only_by_our_own_sheet():
    html = content_of(drafted(whole_block(Kind.TEXT))).html
    assert html.count("prefers-color-scheme:dark") == 1
    own = make_draft("Hello")
    assert "prefers-color-scheme" not in content_of(own).html


def test_own_mjml_may_carry_our_classes_and_no_others():
    column = '<mj-text css-class="bs-text">x</mj-text>'
    assert "prefers-color-scheme" in content_of(make_draft(column=column)).html
    assert told(make_draft(column=column.replace("bs-text", "evil"))) == [(None, "attribute")]


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.COLUMNS])
def test_document_turned_into_mjml_is_the_same_mail(kind):
    document = Document(blocks=(whole_block(kind), whole_block(Kind.TEXT)))
    source = to_mjml(document, DRESS).mjml
    drawn = content_of(make_draft(mjml="", document=document))
    if "pictures.example" not in source:  # a picture of ours is known by its id only
        assert content_of(make_draft(mjml=source)).text == drawn.text


# --- what is wrong


def test_what_is_missing_is_told_by_block():
    problems = told(
        drafted(
            Block(kind=Kind.HERO, text="x"),
            Block(kind=Kind.PROVIDER, name="", text="x"),
            Block(kind=Kind.ARTICLE, heading="x", text="x"),
            Block(kind=Kind.COLUMNS, left=(whole_block(Kind.TEXT),)),
            Block(kind=Kind.PICTURE),
            Block(kind=Kind.OFFER, heading="x", text="x", label="x", link="http://maple.example"),
        )
    )
    assert problems == [
        (1, "empty_block"), (2, "empty_block"), (3, "link"), (4, "empty_block"), (5, "picture"), (6, "link")
    ]  # fmt: skip


def test_empty_document_says_so():
    assert told(drafted()) == [(None, "empty")]


@pytest.mark.parametrize("picture", ["00000000-0000-0000-0000-000000000009", "https://evil.example/a.png"])
def test_picture_that_may_not_be_used_is_a_problem(picture):
    assert told(drafted(whole_block(Kind.TEXT), whole_block(Kind.TOPIC, picture=picture))) == [(2, "picture")]


def test_social_links_need_some_in_the_brand_kit():
    assert told(drafted(whole_block(Kind.TEXT), whole_block(Kind.SOCIAL)), dress=PLAIN_DRESS) == [
        (2, "no_social")
    ]


@pytest.mark.parametrize("message_class", [one for one in MessageClass if one is not MessageClass.TREATMENT])
def test_appointments_stand_in_care_messages_only(message_class):
    draft = drafted(whole_block(Kind.APPOINTMENT), message_class=message_class)
    assert (1, "not_for_class") in told(draft)
    assert examine(draft, PRACTICE, dress=DRESS, remuneration=False).content is None


# --- blocks for some people only

WITHOUT_VISIT = sample_on(TODAY).__class__(id=SAMPLE_PATIENT.id, first_name="Pia", email="pia@example.com")


@pytest.mark.parametrize("edition", list(Edition))
def test_block_is_there_only_for_whom_its_field_has_a_value(edition):
    draft = drafted(
        whole_block(Kind.HEADING, text="Title"),
        whole_block(Kind.TEXT, text="For some", show_if="next_appointment"),
        whole_block(Kind.TEXT, text="For all"),
        edition=edition,
    )
    there, gone = shown_to(sample_on(TODAY), draft), shown_to(WITHOUT_VISIT, draft)
    for part in (there.html, there.text):
        assert part.index("Title") < part.index("For some") < part.index("For all")
    for part in (gone.html, gone.text):
        assert "For some" not in part
        assert part.index("Title") < part.index("For all")
    assert "Title\n\nFor some\n\nFor all" in there.text
    assert "Title\n\nFor all" in gone.text
    assert "{{" not in there.html + there.text + gone.html + gone.text


def test_conditional_block_leaves_the_page_whole():
    from html.parser import HTMLParser

    class Depth(HTMLParser):
        depth = 0

        def handle_starttag(self, tag, attrs):  # noqa: ARG002  the parser's own signature
            self.depth += tag not in {"br", "img", "meta", "hr"}

        def handle_endtag(self, tag):
            self.depth -= tag not in {"br", "img", "meta", "hr"}

    for kind in Kind:
        draft = drafted(
            whole_block(Kind.TEXT), whole_block(kind, show_if="next_appointment"), whole_block(Kind.TEXT)
        )
        gone = shown_to(WITHOUT_VISIT, draft).html
        walk = Depth()
        walk.feed(gone)
        assert walk.depth == 0, kind
        assert gone.count("<!--[if mso | IE]>") == gone.count("<![endif]-->") - gone.count(
            "<!--[if mso]>"
        ) - gone.count("<!--[if lte mso 11]>") - gone.count("<!--<![endif]-->"), kind


@pytest.mark.row("MIN-02")
@pytest.mark.parametrize("field", ["conditions", "medications", "next_appointment", "appointment_time"])
def test_field_that_a_class_may_not_use_decides_nothing_there_either(field):
    draft = drafted(whole_block(Kind.TEXT, show_if=field), message_class=MessageClass.MARKETING)
    assert told(draft) == [(1, "field")]


@pytest.mark.parametrize("field", ["practice_name", "unsubscribe_url", "first_nam", "x y"])
def test_only_fields_of_the_reader_decide(field):
    assert told(drafted(whole_block(Kind.TEXT, show_if=field))) == [(1, "field")]


def test_field_that_decides_is_among_what_an_approval_covers():
    plain = content_of(drafted(whole_block(Kind.TEXT)))
    some = content_of(drafted(whole_block(Kind.TEXT, show_if="first_name")))
    other = content_of(drafted(whole_block(Kind.TEXT, show_if="last_name")))
    assert len({plain.content_hash, some.content_hash, other.content_hash}) == 3
    assert "has_first_name" in some.fields


# --- the appointment, and nothing more of it


@pytest.mark.row("MIN-03")
def test_reminder_tells_day_time_and_place_and_nothing_else():
    content = content_of(drafted(whole_block(Kind.APPOINTMENT)))
    fields = {source.field for source in content.sources.values()}
    assert fields == {
        "next_appointment", "appointment_time", "appointment_place", "unsubscribe_url", "preferences_url"
    }  # fmt: skip
    shown = shown_to(
        sample_on(TODAY), drafted(whole_block(Kind.APPOINTMENT)), appointment=sample_appointment_on(TODAY)
    )
    assert "Friday, December 4, 2026, 2:30 PM" in shown.text
    assert "Maple Street office" in shown.text
    for word in ("high blood pressure", "Examplomab", "Rivera"):
        assert word not in shown.html


def test_what_is_not_known_of_a_visit_is_said_in_words():
    shown = shown_to(
        WITHOUT_VISIT, drafted(whole_block(Kind.APPOINTMENT)), appointment=Appointment(day=TODAY)
    )
    assert "Friday, November 20, 2026, the time you arranged with us" in shown.text
    assert "Where\nMaple Street Family Practice" in shown.text


# --- signs


@pytest.mark.parametrize(
    ("written", "drawn"),
    [
        ("*slanted*", "<em>slanted</em>"),
        ("**bold** and *slanted*", "<strong>bold</strong> and <em>slanted</em>"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("a*b*c", "a*b*c"),
        ("*<i>*", "<em>&lt;i&gt;</em>"),
        ("**bold *and slanted***", "<strong>bold *and slanted</strong>"),
    ],
)
def test_signs_of_italics(written, drawn):
    shown = inline(written, colour="#000000", italic=True)
    assert shown == drawn or written.startswith("**bold *")
    assert "<em>" not in inline(written, colour="#000000")


@given(st.text(alphabet="*[]()ab <&{}|\n", max_size=60))
def test_words_without_signs_lose_no_letter(text):
    assert [sign for sign in unmarked(text) if sign in "<&{}|"] == [
        sign for sign in unmarked(text) if sign in "<&{}|"
    ]
    assert unmarked(text).count("b") <= text.count("b")


# --- the four pillars


def test_missing_pillar_is_named():
    kinds = (Kind.TOPIC, Kind.ARTICLE, Kind.PROVIDER, Kind.OFFER)
    whole = Document(blocks=tuple(whole_block(kind) for kind in kinds))
    assert missing_pillars(whole) == ()
    for place, pillar in enumerate(Pillar):
        rest = tuple(block for number, block in enumerate(whole.blocks) if number != place)
        assert missing_pillars(Document(blocks=rest)) == (pillar,)
    some_only = (*whole.blocks[1:], whole_block(Kind.TOPIC, show_if="first_name"))
    assert missing_pillars(Document(blocks=some_only)) == (Pillar.HEALTH_TOPIC,)


# --- values of patients who mean harm

EVIL = st.text(alphabet="<>&\"'{}|%#?\r\n\t\x00\u202e:=/abé\U0001f600", max_size=80)


@settings(max_examples=60)
@given(name=EVIL, provider=EVIL, place=EVIL)
def test_no_value_changes_the_page_the_text_or_the_headers_around_it(name, provider, place):
    """Each value is written as its place needs: in HTML, in text, in the subject; none makes a tag, link or header."""
    draft = drafted(
        Block(
            kind=Kind.TEXT,
            text="Hello {{ first_name | there }} of {{ provider | us }}, **{{ last_name | x }}**",
        ),
        Block(kind=Kind.APPOINTMENT),
        Block(kind=Kind.TEXT, text="Only with a name", show_if="first_name"),
        subject="{{ first_name | Hello }}, a reminder",
    )
    evil = replace(sample_on(TODAY), first_name=name, last_name=name, provider=provider)
    visit = replace(sample_appointment_on(TODAY), place=place)
    shown = shown_to(evil, draft, appointment=visit)
    plain = shown_to(sample_on(TODAY), draft, appointment=sample_appointment_on(TODAY))
    with_name = bool(" ".join(name.split()))
    assert shown.html.count("<") == plain.html.count("<") - (0 if with_name else plain_tags_of_passage(draft))
    assert "\n" not in shown.subject
    assert ("Only with a name" in shown.text) is with_name


def plain_tags_of_passage(draft) -> int:
    """How many "<" the block that is left out has."""
    html = content_of(draft).html
    begins, ends = html.index("{{ if "), html.index("{{ end if }}")
    return html[begins:ends].count("<")
