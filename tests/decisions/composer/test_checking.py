"""What may stand in a message, and what is said about what may not."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.decisions.composer.rules.compiling import examine
from bedside.decisions.composer.rules.document.dress import PLAIN_DRESS
from bedside.decisions.composer.rules.examining import PROBLEMS_MAX, check_body, check_draft
from bedside.decisions.composer.rules.fields import FIELDS
from bedside.decisions.composer.rules.tree import SOURCE_LENGTH_MAX, Unreadable, read_tree, write_tree
from bedside.decisions.gate.rules.classes import MessageClass
from tests.decisions.composer.conftest import make_draft, make_practice

PRACTICE = make_practice()
TEXT = "mj-text"


def sentences(draft) -> list[str]:
    return [problem.sentence for problem in check_draft(draft, PRACTICE, dress=PLAIN_DRESS)]


def codes(draft) -> list[str]:
    return [problem.code for problem in check_draft(draft, PRACTICE, dress=PLAIN_DRESS)]


@pytest.mark.parametrize(
    "inside",
    [
        "Plain words",
        "<p>One<br>two &nbsp; &copy; &amp; &lt;3</p><ul><li>item</li></ul>",
        '<a href="https://maple.example/a?b=1&amp;c=2" style="color:#1f5fa8">here</a>',
        '<a href="mailto:hello@maple.example?subject=Hello%20there">write</a>',
        '<a href="tel:+1 555-555-0100">call</a> <a href="tel:{{ practice_phone }}">call</a>',
        '<a href="{{ practice_url }}">site</a> <a href="{{ unsubscribe_url }}">no</a>',
        "Hello {{ first_name | there }}, {{next_appointment}}",
        '<p lang="es" dir="ltr" style="margin:0 0 8px 0;font-weight:bold">Hola</p>',
        "<!-- a note to myself --><p>x</p>",
        "<![CDATA[ a < b ]]>",
    ],
)
def test_allows_plain_content(inside):
    assert sentences(make_draft(inside)) == []


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("<script>alert(1)</script>", "scripts never run"),
        ("<SCRIPT>alert(1)</SCRIPT>", "scripts never run"),
        ("<style>p{}</style>", "style sheets are not allowed"),
        ('<p onclick="x()">a</p>', "no attribute “onclick”"),
        ('<p onClick="x()">a</p>', "no attribute “onClick”"),
        ('<a href="javascript:alert(1)">a</a>', "must begin with https://"),
        ('<a href=" JaVaScRiPt:alert(1)">a</a>', "must begin with https://"),
        ('<a href="java&#9;script:alert(1)">a</a>', "must begin with https://"),
        ('<a href="&#106;avascript:alert(1)">a</a>', "must begin with https://"),
        ('<a href="data:text/html,x">a</a>', "must begin with https://"),
        ('<a href="//evil.example">a</a>', "must begin with https://"),
        ('<a href="http://maple.example">a</a>', "not encrypted"),
        ('<a href="https://maple.example/{{ first_name }}">a</a>', "may not carry a field"),
        ('<a href="mailto:{{ first_name }}@x.example">a</a>', "may not carry a field"),
        ('<a href="{{ first_name }}">a</a>', "is no web address"),
        ('<a href="https://user@evil.example/">a</a>', "must begin with https://"),
        ('<a href="https://bit.ly/x">a</a>', "hides where a link leads"),
        ("<a>a</a>", "needs href"),
        ('<a href="https://a.example"><b><a href="https://b.example">x</a></b></a>', "inside another link"),
        ('<p style="background:url(https://x.example/a.png)">a</p>', "plain styles"),
        ('<p style="position:fixed;top:0">a</p>', "plain styles"),
        ('<p style="display:none">a</p>', "plain styles"),
        ('<p style="margin:-900px">a</p>', "margin should be"),
        ('<p style="margin:0 0 900px 0">a</p>', "margin should be"),
        ('<p style="font-size:1px">a</p>', "font-size should be"),
        ('<p style="color:expression(alert(1))">a</p>', "color should be"),
        ('<p class="x">a</p>', "no attribute “class”"),
        ('<p id="x">a</p>', "no attribute “id”"),
        ("<iframe/>", "frames are not allowed"),
        ("<form/>", "forms do not work"),
        ('<img src="https://maple.example/a.png"/>', "use mj-image"),
        ("<object/>", "not known here"),
        ("<svg/>", "not known here"),
        ("<mj-text>nested</mj-text>", "cannot stand inside"),
        ("<ul>words</ul>", "words cannot stand directly"),
        ("{{ frist_name }}", "did you mean “first_name”"),
        ("{{ First Name }}", "belong around a field's name"),
        ("{{ first_name }", "belong around a field's name"),
        ("{{ zzzzqqq }}", "there is no field “zzzzqqq”; there are first_name"),
        ("{{ first_name | }}", "1 to 60 characters"),
        ("{{ practice_name | us }}", "the same for everybody"),
        ("{{ unsubscribe_url }}", "is a web address"),
        ("a & b", "stands alone"),
        ("a < b", "stands alone"),
        ("<p>", "not closed"),
        ("<p></b>", "not closed"),
        ('<p style="a" style="b">x</p>', "twice"),
        ("&nosuchsign;", "no such sign"),
        ("<?php x ?>", "is not allowed"),
    ],
)
def test_refuses_with_one_clear_sentence(inside, expected):
    found = sentences(make_draft(inside))
    assert any(expected in sentence for sentence in found), found
    assert examine(make_draft(inside), PRACTICE, dress=PLAIN_DRESS, remuneration=False).content is None


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("<mj-raw><b/></mj-raw>", "raw HTML is not allowed"),
        ('<mj-include path="/etc/passwd"/>', "including other files"),
        ("<mj-style>p{}</mj-style>", "style sheets are not allowed"),
        ("<mj-foo/>", "not known here"),
        ("<mj-social/>", "another company's server"),
        ('<mj-image src="https://maple.example/a.png"/>', "needs alt"),
        ('<mj-image src="https://tracker.example/a.png" alt=""/>', "pictures must come from maple.example"),
        ('<mj-image src="https://notmaple.example/a.png" alt=""/>', "pictures must come from"),
        ('<mj-image src="http://maple.example/a.png" alt=""/>', "must begin with https://"),
        ('<mj-image src="data:image/png;base64,AAAA" alt=""/>', "must begin with https://"),
        ('<mj-image src="cid:a" alt=""/>', "must begin with https://"),
        ('<mj-image src="https://maple.example/{{ first_name }}.png" alt=""/>', "may not carry a field"),
        ("<mj-button>Go</mj-button>", "needs href"),
        (
            '<mj-button href="https://a.example"><a href="https://b.example">x</a></mj-button>',
            "inside another link",
        ),
        ('<mj-text font-family="Roboto">x</mj-text>', "fonts that every machine has"),
        ('<mj-text css-class="x">x</mj-text>', "“css-class” of <mj-text> should be one of"),
        ('<mj-text color="{{ first_name }}">x</mj-text>', "cannot hold a field"),
        ('<mj-text color="red;background:url(x)">x</mj-text>', "should be a colour"),
        ('<mj-text padding="1px 2px 3px 4px 5px">x</mj-text>', "one to four lengths"),
        ("words", "put them into <mj-text>"),
    ],
)
def test_refuses_components(column, expected):
    assert any(expected in sentence for sentence in sentences(make_draft(column=column)))


def test_allows_pictures_of_the_practice_and_its_subdomains():
    for host in ("maple.example", "www.maple.example", "img.maple.example"):
        column = f'<mj-image src="https://{host}/a.png" alt="Our house"/>'
        assert sentences(make_draft(column=column)) == []


@pytest.mark.parametrize(
    ("source", "expected", "line"),
    [
        ("", "nothing here yet", 1),
        ("<html/>", "first element must be <mjml>", 1),
        ("<mjml/>", "one <mj-body>", 1),
        ("<mjml>\n<mj-body/>\n<mj-body/></mjml>", "one <mj-body>", 1),
        ("<mjml>\n<mj-body>\n<mj-section>\n</mj-body></mjml>", "<mj-section> from line 3 is not closed", 4),
        ("<mjml><mj-body/></mjml>\n<b/>", "something follows", 2),
        ('<!DOCTYPE x [<!ENTITY a "b">]><mjml/>', "DOCTYPE", 1),
        ("<mjml>\n<mj-head><mj-title>x</mj-title></mj-head><mj-body/></mjml>", "subject is the title", 2),
    ],
)
def test_says_the_line(source, expected, line):
    first = check_draft(make_draft(mjml=source), PRACTICE, dress=PLAIN_DRESS)[0]
    assert expected in first.sentence
    assert first.line == line
    assert first.told.startswith(f"Line {line}: ")


def test_entity_bomb_is_refused_at_once():
    lines = ['<!ENTITY a0 "ha">'] + [f'<!ENTITY a{n} "&a{n - 1};&a{n - 1};">' for n in range(1, 60)]
    bomb = "<!DOCTYPE mjml [" + "".join(lines) + "]><mjml>&a59;</mjml>"
    began = time.perf_counter()
    assert codes(make_draft(mjml=bomb)) == ["unreadable"]
    assert time.perf_counter() - began < 0.5


def test_external_entity_is_not_read():
    source = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><mjml>&e;</mjml>'
    with pytest.raises(Unreadable):
        read_tree(source)


@pytest.mark.parametrize(
    "source",
    [
        "<mjml>" + "a" * 10_000_000 + "</mjml>",
        "<mjml>" + "<p>" * 5_000,
        "<mjml>" + "<br/>" * 40_000,
        "<mjml>" + "<p>" * 29 + "x" + "</p>" * 29 * 100,
        "{{" * 90_000,
        "<br " * 40_000,
        '<mjml a="' + "&amp;" * 30_000,
    ],
)
def test_huge_and_deep_documents_end_quickly(source):
    began = time.perf_counter()
    found = check_draft(make_draft(mjml=source), PRACTICE, dress=PLAIN_DRESS)
    assert 1 <= len(found) <= PROBLEMS_MAX
    assert time.perf_counter() - began < 2


def test_many_problems_are_cut_off():
    found = check_draft(make_draft("<p id='x'>a</p>" * 500), PRACTICE, dress=PLAIN_DRESS)
    assert len(found) == PROBLEMS_MAX


@pytest.mark.parametrize("message_class", list(MessageClass))
@pytest.mark.parametrize("name", [name for name, field in FIELDS.items() if not field.link])
def test_fields_are_kept_to_their_classes(name, message_class):
    draft = make_draft("{{ " + name + " }}", message_class=message_class)
    allowed = message_class in FIELDS[name].classes
    assert (sentences(draft) == []) is allowed
    if not allowed:
        assert f"“{name}” may not be used" in sentences(draft)[0]


def test_health_fields_never_reach_marketing():
    commercial = {
        MessageClass.MARKETING,
        MessageClass.PROSPECT_COMMERCIAL,
        MessageClass.FUNDRAISING,
        MessageClass.OPERATIONS_OWN_SERVICE,
        MessageClass.GENERAL_HEALTH,
    }
    assert all(not (field.classes & commercial) for field in FIELDS.values() if field.health)
    assert all(not field.heading for field in FIELDS.values() if field.health)


@pytest.mark.parametrize("where", ["subject", "preheader"])
@pytest.mark.parametrize("name", list(FIELDS))
def test_headings_hold_nothing_but_a_first_name(where, name):
    draft = make_draft("x", **{where: "News {{ " + name + " }}"})
    assert (sentences(draft) == []) is (name in {"first_name", "practice_name", "practice_phone"})


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"subject": ""}, "write a subject"),
        ({"subject": "x" * 151}, "shorten the subject"),
        ({"subject": "a\nb"}, "signs that cannot be seen"),
        ({"subject": "a\u202eb"}, "signs that cannot be seen"),
        ({"preheader": "x" * 201}, "shorten the preview line"),
        ({"message_class": None}, "choose what kind"),
        ({"subject": "RE: your results", "message_class": MessageClass.MARKETING}, "Re:"),
        ({"subject": "Hello {{ frist_name }}"}, "did you mean “first_name”"),
        ({"subject": "Hello {{ first_name | }}"}, "write the words"),
    ],
)
def test_headings_are_checked(changes, expected):
    assert any(expected in sentence for sentence in sentences(make_draft("x", **changes)))


def test_practice_fields_need_the_practice_to_have_them():
    bare = make_practice(phone="", website="")
    draft = make_draft('{{ practice_phone }} <a href="{{ practice_url }}">x</a>')
    assert [problem.code for problem in check_draft(draft, bare, dress=PLAIN_DRESS)] == [
        "practice_lacks",
        "practice_lacks",
    ]
    assert (
        examine(draft, bare, dress=PLAIN_DRESS, remuneration=False).content is not None
    )  # can be shown, cannot be sent


@given(st.text(max_size=300))
def test_no_text_breaks_the_checker(text):
    for draft in (make_draft(text), make_draft(mjml=text), make_draft("x", subject=text, preheader=text)):
        examine(draft, PRACTICE, dress=PLAIN_DRESS, remuneration=False)


@given(
    st.lists(
        st.sampled_from([*"<>/&;\"'{}| =-!?[]abp", "mjml", "mj-text", "{{ first_name }}", "<br>"]),
        max_size=60,
    )
)
def test_no_markup_breaks_the_checker(pieces):
    examine(make_draft("".join(pieces)), PRACTICE, dress=PLAIN_DRESS, remuneration=False)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=200))
def test_written_tree_reads_back_the_same(text):
    from html import escape

    read = read_tree(f'<mjml lang="{escape(text)}">{escape(text)}</mjml>')
    again = read_tree(write_tree(read))
    assert again.children == read.children
    assert again.attributes == read.attributes


def test_limit_of_the_source_is_exact():
    room = SOURCE_LENGTH_MAX - len("<mjml></mjml>")
    read_tree(f"<mjml>{'a' * room}</mjml>")
    with pytest.raises(Unreadable):
        read_tree(f"<mjml>{'a' * (room + 1)}</mjml>")


def test_body_problems_do_not_hide_heading_problems():
    draft = make_draft("<p>", subject="")
    assert codes(draft) == ["empty", "unreadable"]
    assert [problem.code for problem in check_body(draft, PRACTICE, dress=PLAIN_DRESS)] == ["unreadable"]
