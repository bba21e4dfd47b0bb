"""A passage is there whole or not at all, and leaving it out changes nothing around it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.kit.mail import InvalidTemplate, MissingValue, compile_message
from tests.kit.mail.mail_oracles import assert_transportable, parse, part_text
from tests.kit.mail.mail_samples import parts, recipient

HTML = "<p>Hello</p>{{ if day }}<p>On {{ day }}, {{ name }}</p>{{ end if }}<p>Bye {{ name }}</p>"
TEXT = "Hello\n\n{{ if day }}On {{ day }}, {{ name }}\n\n{{ end if }}Bye {{ name }}\n"


def rendered(values, *, html=HTML, text=TEXT):
    message = compile_message(parts(subject="A word", html=html, text=text))
    content = message.render(recipient(), values).content
    assert_transportable(content)
    return tuple(part_text(parse(content), kind) for kind in ("text/html", "text/plain"))


def test_stands_for_whom_the_field_has_a_value():
    html, text = rendered({"day": "Monday", "name": "Pia"})
    assert html.strip() == "<p>Hello</p><p>On Monday, Pia</p><p>Bye Pia</p>"
    assert text == "Hello\n\nOn Monday, Pia\n\nBye Pia\n"


def test_is_left_out_for_whom_the_field_is_empty():
    html, text = rendered({"day": "", "name": "Pia"})
    assert html.strip() == "<p>Hello</p><p>Bye Pia</p>"
    assert text == "Hello\n\nBye Pia\n"


def test_field_that_only_decides_is_never_shown():
    html, text = rendered({"has": "SECRET"}, html="<p>a</p>{{ if has }}<p>b</p>{{ end if }}", text="a\n")
    assert "SECRET" not in html + text
    assert "<p>b</p>" in html


def test_field_that_decides_must_be_given():
    message = compile_message(parts(subject="A word", html="a{{ if has }}b{{ end if }}", text="a"))
    assert message.fields == {"has"}
    with pytest.raises(MissingValue):
        message.render(recipient(), {})


@pytest.mark.parametrize(
    "html",
    [
        "{{ if a }}x",
        "x{{ end if }}",
        "{{ if a }}{{ if b }}x{{ end if }}{{ end if }}",
        "{{ end if }}x{{ if a }}",
        '<a href="{{ if a }}https://x.example/">x</a>{{ end if }}',
        '<p title="{{ if a }}x{{ end if }}">x</p>',
        '{{ if a }}<p title="{{ end if }}">x</p>',
        "<title>{{ if a }}x{{ end if }}</title>",
        "{{ if a }}<!-- {{ end if }} -->",
        "{{ if a }}<style>{{ end if }}</style>",
        "<{{ if a }}p>{{ end if }}",
    ],
)
def test_refuses_passages_that_do_not_stand_between_tags(html):
    with pytest.raises(InvalidTemplate):
        compile_message(parts(subject="A word", html=html, text="a"))


@pytest.mark.parametrize(
    "text", ["See https://maple.example/{{ if a }}x{{ end if }}\n", "{{ if a }}x{{ end if }}y\n"]
)
def test_refuses_passages_of_half_a_line_in_text(text):
    with pytest.raises(InvalidTemplate):
        compile_message(parts(subject="A word", html="<p>a</p>", text=text))


def test_refuses_passages_in_a_subject():
    with pytest.raises(InvalidTemplate):
        compile_message(parts(subject="{{ if a }}x{{ end if }}", html="<p>a</p>", text="a"))


def test_where_a_passage_ends_is_part_of_the_digest():
    first = compile_message(parts(subject="A", html="{{ if a }}<p>x</p>{{ end if }}<p>y</p>", text="a"))
    other = compile_message(parts(subject="A", html="{{ if a }}<p>x</p><p>y</p>{{ end if }}", text="a"))
    assert first.template_sha256 != other.template_sha256


@given(
    words=st.lists(st.text(alphabet="ab .<&\u00e9\n=", max_size=90), min_size=3, max_size=3),
    given=st.booleans(),
)
def test_what_stays_is_the_same_with_and_without(words, given):
    from html import escape

    before, inside, after = (escape(word) for word in words)
    html, _ = rendered(
        {"has": "yes" if given else ""},
        html=f"<p>{before}</p>{{{{ if has }}}}<p>{inside}</p>{{{{ end if }}}}<p>{after}</p>",
        text="a\n",
    )
    wanted = f"<p>{before}</p>{f'<p>{inside}</p>' if given else ''}<p>{after}</p>"
    assert html.strip("\n") == wanted.replace("\r\n", "\n").strip("\n")
