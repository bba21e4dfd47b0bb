"""Places in HTML get the kind their surroundings demand, or the template is refused."""

from html.parser import HTMLParser

import nh3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedside.kit.mail import CompiledMessage, InvalidTemplate, UnsafeValue, compile_message
from bedside.kit.mail.markup import html_kinds
from bedside.kit.mail.places import PlaceKind, find_places
from tests.kit.mail.mail_oracles import parse, part_text
from tests.kit.mail.mail_samples import any_value, parts, recipient


def kinds(html: str) -> list[PlaceKind]:
    return list(html_kinds(html, find_places(html, part="HTML")))


@pytest.mark.parametrize(
    ("html", "kind"),
    [
        ("{{ a }}", PlaceKind.HTML_TEXT),
        ("<p>x {{a}} y</p>", PlaceKind.HTML_TEXT),
        ("1 < 2 {{ a }}", PlaceKind.HTML_TEXT),
        ("<!-- x > --><p>{{ a }}", PlaceKind.HTML_TEXT),
        ("<!--[if !mso]><!-->{{ a }}<!--<![endif]-->", PlaceKind.HTML_TEXT),
        ("<!-->{{ a }}", PlaceKind.HTML_TEXT),
        ("<!---->{{ a }}", PlaceKind.HTML_TEXT),
        ("<style>a{b:c}</style>{{ a }}", PlaceKind.HTML_TEXT),
        ("<STYLE>@media (width<=9px){a{}}</style >{{ a }}", PlaceKind.HTML_TEXT),
        ("<a title='>'>{{ a }}</a>", PlaceKind.HTML_TEXT),
        ("<br/>{{ a }}", PlaceKind.HTML_TEXT),
        ("</p>{{ a }}", PlaceKind.HTML_TEXT),
        ("&amp;{{ a }}", PlaceKind.HTML_TEXT),
        ("<title>{{ a }}</title>", PlaceKind.HTML_ATTRIBUTE),
        ("<textarea>a < b {{ a }}</textarea>", PlaceKind.HTML_ATTRIBUTE),
        ('<img alt="by {{ a }}">', PlaceKind.HTML_ATTRIBUTE),
        ("<img src=x.png ALT = '{{ a }}' >", PlaceKind.HTML_ATTRIBUTE),
        ('<td\n  aria-label="{{ a }}"\n>', PlaceKind.HTML_ATTRIBUTE),
        ('<a href="{{ a }}">', PlaceKind.URL_WHOLE),
        ('<a href=" {{ a }}/more">', PlaceKind.URL_WHOLE),
        ('<img src="https://maple.example/{{ a }}.png">', PlaceKind.URL_PART),
        ('<a href="HTTPS://maple.example?x={{ a }}">', PlaceKind.URL_PART),
        ("<a href='https://maple.example/#{{ a }}'>", PlaceKind.URL_PART),
        ('<a href="mailto:{{ a }}">', PlaceKind.URL_OPAQUE),
        ('<a href="tel:{{ a }}">', PlaceKind.URL_OPAQUE),
    ],
)
def test_tells_the_kind_from_what_surrounds_the_place(html: str, kind: PlaceKind) -> None:
    assert kinds(html) == [kind]


@pytest.mark.parametrize(
    "html",
    [
        "<script>{{ a }}</script>", "<script></script>{{ a }}", "<style>p{color:{{ a }}}</style>", "<!-- {{ a }} -->", "<!--[if mso]>{{ a }}<![endif]-->",
        "<!-- never closed {{ a }}", "<!DOCTYPE {{ a }}>", "<?php {{ a }} ?>", "</ {{ a }}>",
        "<{{ a }}>", "</{{ a }}>", "<p{{ a }}>", "<p {{ a }}>", "<p {{ a }}='x'>", "<a title={{ a }}>", "<a title=x{{ a }}>",
        '<a onclick="{{ a }}">', '<p style="{{ a }}">', '<p class="{{ a }}">', '<img srcset="{{ a }} 2x">', '<iframe srcdoc="{{ a }}">',
        '<iframe src="{{ a }}"></iframe>', '<meta content="{{ a }}">', '<base href="{{ a }}">', '<link href="{{ a }}">', '<object data="{{ a }}">',
        '<a title="{{ a }}', "<a title='{{ a }}", '<a title="x>{{ a }}', "<a title='x>{{ a }}", '<a title = "x>{{ a }}', "<a {{ a }}",
        "<title><a {{ a }}></title>", "<select><title></select><a {{ a }}></title>", "<svg><textarea></svg><a {{ a }}", "<math></math>{{ a }}",
        "<noscript><title></noscript><a {{ a }}></title>", "<style><!-- a{} --></style>{{ a }}",
        "<noframes>{{ a }}</noframes>", "<xmp>{{ a }}</xmp>", "<plaintext>{{ a }}</plaintext>",
        "&{{ a }};", "&#{{ a }};", "&#x{{ a }};", "&am{{ a }}", '<a title="&{{ a }}">', '<a href="https://x.example/?a&{{ a }}">',
        '<a href="javascript:{{ a }}">', '<a href="java{{ a }}">', '<a href="/x/{{ a }}">', '<a href="?{{ a }}">', '<a href="data:,{{ a }}">',
        '<a href="&#106;avascript:{{ a }}">', '<a href="https://{{ a }}/">', '<a href="https://x.example{{ a }}">', '<a href="https:/{{ a }}">',
        '<a href="{{ b }}{{ a }}">', '<a href="https://{{ b }}/{{ a }}">',
        "<a\x0btitle='{{ a }}'>", "<p\u00a0title='{{ a }}'>",
    ],
)  # fmt: skip
def test_refuses_places_where_no_value_is_safe(html: str) -> None:
    with pytest.raises(InvalidTemplate) as caught:
        kinds(html)
    assert caught.value.part == "HTML"


def test_judges_the_html_that_is_sent_not_the_html_that_was_given() -> None:
    """A vertical tab becomes a line break, so the attribute exists in what is sent."""
    compiled = compile_message(parts(html="<a\x0btitle='{{ note }}'>x</a>"))
    content = compiled.render(
        recipient(), {"first_name": "J", "clinic": "M", "note": "'>", **_rest()}
    ).content
    assert "<a\ntitle='&#x27;&gt;'>" in part_text(parse(content), "text/html")


def test_takes_html_without_places_as_it_is() -> None:
    assert kinds("<script>anything</script><p") == []


class Structure(HTMLParser):
    """The tags and attribute names of a page, and the schemes of its links."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[object] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, [name for name, _ in attrs]))
        self.seen += [(value or "").split("x.example")[0] for name, value in attrs if name == "href"]

    def handle_endtag(self, tag: str) -> None:
        self.seen.append(tag)

    def handle_comment(self, data: str) -> None:  # noqa: ARG002
        self.seen.append("comment")


SNIPPETS = (
    "<p>{{ note }}</p>", "{{ note }}", '<img alt="{{ note }}">', "<a title='{{ note }}'>go</a>",
    '<a href="https://x.example/{{ note }}?a={{ note }}&amp;b=1">go</a>', "<b>", "</b>", " text & more ", "<!-- c -->",
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(snippets=st.lists(st.sampled_from(SNIPPETS), min_size=1, max_size=8), value=any_value)
def test_no_value_changes_the_structure_of_the_page(snippets: list[str], value: str) -> None:
    html = "<body>" + "".join(snippets) + "</body>"
    assert structure(html, value) == structure(html, "harmless")


ATTACKS = (
    '"><b>x</b>',
    "'><b>x</b>",
    " b=c",
    "lt;b>x",
    "/b><b>",
    "--><b>x</b>",
    "</title></style></p><b>x</b>",
    "javascript:x",
    "`><b>",
    "=x y=",
)

html_soup = st.lists(
    st.sampled_from(
        [
            "{{ note }}", "{{ note }}", "<", ">", "/", "=", '"', "'", " ", "\t", "&", "&#", "<!--", "-->", "--!>", "<!", "</", "<p", "<p>", "</p>", "<a ",
            "<a", "<i title", " title=", " title = ", " href=", "href", ' alt="', " alt='", "x", "https://x.example/", "mailto:", "<style>", "</style>",
            "<title>", "</title>", "<title", "<textarea>", "</textarea>", "<select>", "</select>", "<![CDATA[", "]]>", "\x0b", "\u00a0", "<img ",
        ]
    ),
    min_size=1,
    max_size=14,
)  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(soup=html_soup, attack=st.sampled_from(ATTACKS))
def test_no_value_changes_a_page_as_an_html5_parser_sees_it(soup: list[str], attack: str) -> None:
    """nh3 parses as browsers do; whatever template is accepted must hold its shape for every value."""
    html = "<body>" + "".join(soup) + "</body>"
    try:
        campaign = compile_message(parts(html=html))
    except InvalidTemplate:
        return
    harmless, attacked = rendered_html(campaign, "harmless"), rendered_html(campaign, attack)
    if harmless is not None and attacked is not None:
        assert browser_shape(harmless) == browser_shape(attacked)


def rendered_html(campaign: CompiledMessage, value: str) -> str | None:
    """The page, or None where a whole link refuses the value."""
    try:
        content = campaign.render(recipient(), {**_rest(), "note": value}).content
    except UnsafeValue:
        return None
    return part_text(parse(content), "text/html")


def browser_shape(html: str) -> list[object]:
    clean = nh3.clean(
        html,
        tags={"a", "p", "i", "b", "img", "title", "textarea", "svg"},
        attributes={name: {"title", "alt", "b", "y"} for name in ("a", "p", "i", "b", "img")},
        clean_content_tags=set(),
        link_rel=None,
    )
    page = Structure()
    page.feed(clean)
    page.close()
    return page.seen


def structure(html: str, value: str) -> list[object]:
    content = compile_message(parts(html=html)).render(recipient(), {"note": value, **_rest()}).content
    page = Structure()
    page.feed(part_text(parse(content), "text/html"))
    page.close()
    # A line break in a value is the one tag a value may bring, and only ours.
    return [seen for seen in page.seen if seen != ("br", [])]


@given(value=any_value)
def test_only_links_of_known_kinds_come_from_values(value: str) -> None:
    campaign = compile_message(parts(html='<a href="{{ link }}">x</a>'))
    filled = {**_rest(), "note": "n", "link": value}
    with pytest.raises(UnsafeValue):
        campaign.render(recipient(), filled)
    campaign.render(recipient(), filled | {"link": "tel:+15550100"})


def _rest() -> dict[str, str]:
    return {"first_name": "J", "last_name": "R", "clinic": "M", "token": "t"}
