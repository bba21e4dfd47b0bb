"""What comes out: HTML and text that hold what was written, a footer nobody can remove, and nothing active."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.decisions.composer.queries import missing_values, values
from bedside.decisions.composer.rules import Block, Document, Kind
from bedside.decisions.composer.rules.compiling import HTML_BYTES_MAX, examine
from bedside.decisions.composer.rules.document import SHADES
from bedside.decisions.composer.rules.document.dress import PLAIN_DRESS
from bedside.decisions.composer.rules.filling import day_for_people, listed
from bedside.decisions.composer.rules.finished import Unfinished, check_finished
from bedside.decisions.composer.rules.sample import SAMPLE_PATIENT
from bedside.decisions.composer.rules.showing import show
from bedside.decisions.composer.rules.starters import starters
from bedside.decisions.gate.rules.classes import CLASS_RULES, MessageClass
from bedside.records.patients.rules import Patient
from tests.decisions.composer.conftest import make_draft, make_practice

PRACTICE = make_practice()
AT = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
TODAY = AT.date()
LINKS = {"unsubscribe_url": "https://u.example/a", "preferences_url": "https://p.example/a"}


def content_of(draft, *, practice=PRACTICE, dress=PLAIN_DRESS, remuneration=False):
    examined = examine(draft, practice, dress=PLAIN_DRESS, remuneration=remuneration)
    assert examined.problems == ()
    assert examined.content is not None
    return examined.content


def shown_to(patient, draft):
    content = content_of(draft)
    return show(content, PRACTICE, values(patient, PRACTICE, content=content, today=TODAY, **LINKS), at=AT)


def written(starter, message_class):
    """A starter as somebody would finish it: with a subject where it has none."""
    return replace(starter.draft, message_class=message_class, subject=starter.draft.subject or "News")


@pytest.mark.parametrize("message_class", list(MessageClass))
@pytest.mark.parametrize("key", list(starters()))
def test_every_starter_compiles_and_renders_for_each_class(key, message_class):
    draft = written(starters()[key], message_class)
    if key == "appointment" and message_class is not MessageClass.TREATMENT:
        assert (
            examine(draft, PRACTICE, dress=PLAIN_DRESS, remuneration=False).content is None
        )  # a visit's day is for care only
        return
    shown = shown_to(SAMPLE_PATIENT, draft)
    assert PRACTICE.postal_address in shown.html
    assert "{{" not in shown.html + shown.text + shown.subject


def test_no_starter_chooses_a_class():
    assert all(starter.draft.message_class is None for starter in starters().values())


# --- the footer

_INSIDE = st.lists(
    st.sampled_from(
        [
            "<p>Words</p>",
            "<h1>Title</h1>",
            '<p style="color:#ffffff;background-color:#ffffff;font-size:10px">pale</p>',
            '<p style="margin:120px">far</p>',
            "Hello {{ first_name | you }}",
            '<a href="{{ unsubscribe_url }}">mine</a>',
        ]
    ),
    max_size=6,
).map("".join)
_DEFAULTS = st.sampled_from(
    [
        "",
        '<mj-all color="#eef1f4" font-size="10px" padding="0" />',
        '<mj-text color="#eef1f4" font-size="10px" align="right" />',
        '<mj-section background-color="#000000" direction="rtl" padding="120px" />',
        '<mj-column width="1px" />',
    ]
)


@given(
    inside=_INSIDE,
    defaults=_DEFAULTS,
    message_class=st.sampled_from(list(MessageClass)),
    remuneration=st.booleans(),
)
def test_footer_is_always_whole_and_always_the_same(inside, defaults, message_class, remuneration):
    mjml = (
        f"<mjml><mj-head><mj-attributes>{defaults}</mj-attributes></mj-head><mj-body><mj-section><mj-column>"
        f"<mj-text>x{inside}</mj-text></mj-column></mj-section></mj-body></mjml>"
    )
    draft = make_draft(mjml=mjml, message_class=message_class)
    content = content_of(draft, remuneration=remuneration)
    plain = content_of(make_draft("x", message_class=message_class), remuneration=remuneration)
    assert footer_of(content.html) == footer_of(plain.html)
    assert content.text.partition("--------\n")[2] == plain.text.partition("--------\n")[2]
    for part in (content.html, content.text):
        assert PRACTICE.postal_address in part
        assert part.count("{{ unsubscribe_url }}") >= 1
        assert part.count("{{ preferences_url }}") >= 1
    assert {"unsubscribe_url", "preferences_url"} <= content.fields


def footer_of(html: str) -> str:
    return html[html.rindex("<!--[if mso | IE]><table", 0, html.rindex("{{ unsubscribe_url }}")) :]


@pytest.mark.parametrize("remuneration", [False, True])
@pytest.mark.parametrize("message_class", list(MessageClass))
def test_advertising_label_follows_class_and_payment(message_class, remuneration):
    content = content_of(make_draft("x", message_class=message_class), remuneration=remuneration)
    wanted = CLASS_RULES[message_class].needs_advertising_label(remuneration=remuneration)
    assert ("Advertisement from Maple Street" in content.html) is wanted
    assert ("Advertisement from Maple Street" in content.text) is wanted


def test_footer_never_speaks_of_conditions():
    for message_class in MessageClass:
        content = content_of(make_draft("x", message_class=message_class))
        assert not re.search(r"diagnos|condition|medic|prescri", content.text, re.IGNORECASE)


def test_practice_with_braces_and_markup_in_its_name_stays_text():
    practice = make_practice(name="{{ first_name }} <b>&", postal_address='1 "Maple" St <i>, {{x}} }} {{')
    content = content_of(make_draft("{{ practice_name }}"), practice=practice)
    assert content.fields == {"unsubscribe_url", "preferences_url"}
    assert "<b>" not in content.html
    assert "<i>" not in content.html
    assert "{ { first_name } } &lt;b&gt;&amp;" in content.html


# --- nothing active, nothing foreign


def test_result_loads_nothing():
    for key, starter in starters().items():
        html = content_of(written(starter, MessageClass.TREATMENT)).html
        assert not re.search(r"<link|@import|<script|url\(|googleapis", html), key


@pytest.mark.parametrize(
    "inside",
    [
        "<script>x</script>",
        '<p onclick="x">a</p>',
        '<a href="javascript:x">a</a>',
        '<p style="background:url(x)">a</p>',
        '<img src="http://a.example/">',
        '<img src="data:image/svg+xml,x">',
        "<iframe></iframe>",
        "<svg></svg>",
        "<form></form>",
        '<link rel="stylesheet" href="https://a.example/">',
        '<meta http-equiv="refresh" content="0;url=https://a.example">',
        "<style>@import 'x'</style>",
        "<!-- words -->",
        "<!--[if mso]><script>x</script><![endif]-->",
        "<?php ?>",
        "<![CDATA[x]]>",
        '<base href="https://a.example/">',
    ],
)
def test_last_look_catches_what_the_first_missed(inside):
    content = content_of(make_draft("x"))
    check_finished(content.html, content.text)
    with pytest.raises(Unfinished):
        check_finished(content.html.replace("</body>", f"{inside}</body>"), content.text)


def test_last_look_misses_no_footer():
    content = content_of(make_draft("x"))
    with pytest.raises(Unfinished):
        check_finished(content.html.replace("{{ unsubscribe_url }}", "https://a.example"), content.text)
    with pytest.raises(Unfinished):
        check_finished(content.html, content.text.replace("{{ preferences_url }}", ""))


def test_mail_that_would_be_cut_before_its_footer_is_refused():
    draft = make_draft("<p>" + "word " * (HTML_BYTES_MAX // 5) + "</p>")
    examined = examine(draft, PRACTICE, dress=PLAIN_DRESS, remuneration=False)
    assert [problem.code for problem in examined.problems] == ["size"]


def test_escaped_markup_of_the_author_stays_escaped():
    content = content_of(make_draft("&lt;script&gt;alert(1)&lt;/script&gt; <![CDATA[<b onclick='x'>]]>"))
    assert "&lt;script&gt;" in content.html
    assert "&lt;b onclick=" in content.html


# --- the text part


def test_text_part_says_what_the_page_says():
    draft = make_draft(
        column=(
            "<mj-text><h1>Title</h1><p>One <b>bold</b><br/>two</p><ul><li>a</li><li>b</li></ul><ol><li>c</li></ol>"
            '<p><a href="https://maple.example/x">site</a> <a href="mailto:a@maple.example">a@maple.example</a></p></mj-text>'
            '<mj-button href="tel:+15555550100">Call</mj-button><mj-divider/>'
            '<mj-image src="https://maple.example/a.png" alt="Our house"/>'
            "<mj-table><tr><th>Day</th><td>Hours</td></tr></mj-table>"
        )
    )
    text = content_of(draft).text
    assert text.startswith(
        "Title\n\nOne bold\ntwo\n\n- a\n- b\n\n1. c\n\nsite (https://maple.example/x) a@maple.example\n\n"
        "Call (+15555550100)\n\n----\n\n[Our house]\n\nDay | Hours\n\n--------\n"
    )


# --- values


def test_missing_values_become_words():
    nobody = Patient(id=SAMPLE_PATIENT.id)
    draft = make_draft(
        "{{ first_name }}/{{ first_name | friend }}/[{{ last_name }}]/{{ full_name }}/{{ provider }}/"
        "{{ next_appointment }}/{{ last_visit | before }}/{{ conditions }}/{{ medications }}"
    )
    assert (
        "there/friend/[]/patient/Maple Street Family Practice/the day you arranged with us/before/"
        "your condition/your prescription" in shown_to(nobody, draft).text
    )


def test_values_are_for_people():
    draft = make_draft("{{ full_name }}: {{ next_appointment }}, {{ medications }}")
    someone = replace(
        SAMPLE_PATIENT,
        next_appointment=date(2026, 12, 4),
        medications=("Examplomab", "Samplitol", "Testivir"),
    )
    shown = shown_to(someone, draft)
    assert "Maria Jones: Friday, December 4, 2026, Examplomab, Samplitol and Testivir" in shown.text


def test_appointment_of_yesterday_is_no_next_appointment():
    content = content_of(make_draft("{{ next_appointment }}"))
    for day, missing in ((date(2026, 11, 19), {"next_appointment": 1}), (date(2026, 11, 20), {})):
        someone = replace(SAMPLE_PATIENT, next_appointment=day)
        assert missing_values(content, [someone], today=TODAY) == missing


def test_values_give_only_what_the_message_needs():
    content = content_of(make_draft("{{ first_name | you }}"))
    filled = values(SAMPLE_PATIENT, PRACTICE, content=content, today=TODAY, **LINKS)
    assert filled == {"first_name_or_a": "Maria", **LINKS}


def test_one_field_may_have_several_fallbacks():
    content = content_of(
        make_draft("{{ first_name | a }}{{ first_name | b }}{{ first_name | a }}{{ first_name }}")
    )
    assert sorted(content.fields) == [
        "first_name",
        "first_name_or_a",
        "first_name_or_b",
        "preferences_url",
        "unsubscribe_url",
    ]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=80))
def test_values_can_never_become_markup(name):
    someone = replace(SAMPLE_PATIENT, first_name=f"<img src=x onerror=alert(1)>{name}\n&amp;🙂")
    shown = shown_to(someone, make_draft("Hello {{ first_name }}!", subject="For {{ first_name }}"))
    assert "<img" not in shown.html
    assert "&lt;img src=x onerror=alert(1)&gt;" in shown.html
    assert "&amp;amp;🙂!" in shown.html
    assert "\n" not in shown.subject
    assert "{{" not in shown.html.replace(name, "")


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 12, 4), "Friday, December 4, 2026"),
        (date(2028, 2, 29), "Tuesday, February 29, 2028"),
        (date(2027, 1, 1), "Friday, January 1, 2027"),
    ],
)
def test_days_are_said_in_words(day, said):
    assert day_for_people(day) == said


def test_lists_are_said_in_words():
    assert [listed(words) for words in ((), ("a",), ("a", "b"), ("a", " ", "b", "c"))] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


# --- documents; more of them in test_documents


@given(st.text(alphabet="<>&\"'*[](){}-• \nabx", max_size=120))
def test_words_in_blocks_are_words(text):
    blocks = Document(blocks=(Block(kind=Kind.TEXT, text=text), Block(kind=Kind.HEADING, text="h")))
    examined = examine(make_draft(mjml="", document=blocks), PRACTICE, dress=PLAIN_DRESS, remuneration=False)
    assert all(problem.code != "unreadable" for problem in examined.problems)


def test_blocks_tell_which_one_is_wrong():
    items = (
        Block(kind=Kind.HEADING, text="Title"),
        Block(kind=Kind.TEXT, text="Hello {{ frist_name }}\n\n[here](http://maple.example)"),
        Block(kind=Kind.BUTTON, text="Go", link=""),
        Block(kind=Kind.PICTURE, picture="", description=""),
        Block(kind=Kind.TEXT, text="  "),
    )
    examined = examine(
        make_draft(mjml="", document=Document(blocks=items)), PRACTICE, dress=PLAIN_DRESS, remuneration=False
    )
    assert [(problem.block, problem.code) for problem in examined.problems] == [
        (2, "field"),
        (2, "link"),
        (3, "link"),
        (4, "picture"),
        (5, "empty_block"),
    ]


def test_signs_of_the_simple_editor():
    text = "**Bold** and [site](https://maple.example) and [call]({{ practice_url }})\n\n- one\n- **two**"
    blocks = Document(blocks=(Block(kind=Kind.TEXT, text=text),))
    content = content_of(make_draft(mjml="", document=blocks))
    assert "<strong>Bold</strong>" in content.html
    assert 'href="https://www.maple.example"' in content.html
    assert "- one\n- two" in content.text


def test_white_on_each_brand_colour_is_readable():
    for shade in SHADES.values():
        assert _contrast(shade.strong, "#ffffff") >= 4.5
        assert _contrast(shade.strong, shade.pale) >= 4.5


def _contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio."""

    def light(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_same_draft_same_bytes_and_any_change_another_hash():
    draft = make_draft("Hello {{ first_name | you }}")
    first, again = content_of(draft), content_of(draft)
    assert first == again
    changed = [
        make_draft("Hello {{ first_name | he }}"),
        make_draft("Hello {{ first_name | you }}", subject="Another"),
        make_draft("Hello {{ first_name | you }}", preheader="Another"),
        make_draft("Hello {{ first_name | you }}", message_class=MessageClass.PAYMENT),
    ]
    hashes = {first.content_hash, *(content_of(other).content_hash for other in changed)}
    assert len(hashes) == 5
