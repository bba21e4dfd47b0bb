"""What the quality checks say of a mail: for each remark one mail that earns it and one, nearly the same, that does not."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedside.decisions.composer import quality
from bedside.decisions.composer.quality import Light
from bedside.decisions.composer.quality.colours import contrast, parsed, turned
from bedside.decisions.composer.quality.finished_page import read_page
from bedside.decisions.composer.quality.weighing import CLIPPED_BYTES
from bedside.decisions.composer.rules.compiling import examine
from bedside.decisions.composer.rules.document.dress import PLAIN_DRESS
from bedside.decisions.composer.rules.document.kinds import Kind
from bedside.decisions.composer.rules.document.nodes import Block, Document
from bedside.decisions.composer.rules.starters import starters
from bedside.decisions.gate.rules.classes import MessageClass
from tests.decisions.composer.conftest import make_draft, make_practice

PRACTICE = make_practice()
LONG = "We are open on most days and you can park behind the house. " * 12


def compiled(inside="", **changes):
    content = examine(make_draft(inside, **changes), PRACTICE, dress=PLAIN_DRESS, remuneration=False).content
    assert content is not None
    return content


def codes(content, subject="A word from your practice", **more):
    return {remark.code for remark in quality.look(content, subject=subject, practice=PRACTICE, **more)}


def button(words, address="https://www.maple.example/hours"):
    return f'<a href="{address}">{words}</a>'


def picture(alt, **more):
    href = f' href="{more["href"]}"' if "href" in more else ""
    return f'<mj-image src="https://www.maple.example/a.png" alt="{alt}"{href}/><mj-text>{LONG}</mj-text>'


WHITE_ON = '<p style="color:#ffffff;background-color:{ground}">Words to read</p>'


# --- each remark: (code, inside that earns it, inside that does not)

OF_TEXT = [
    ("contrast", '<p style="color:#aaaaaa">Words to read</p>', '<p style="color:#595959">Words to read</p>'),
    ("contrast", WHITE_ON.format(ground="#7fb3b1"), WHITE_ON.format(ground="#0f6b68")),
    # Large type needs less.
    ("contrast", '<p style="color:#808080">Words</p>', '<h1 style="color:#808080">Words</h1>'),
    ("contrast", '<p style="color:yellow">Words</p>', '<p style="color:navy">Words</p>'),
    # A link without a colour of its own is blue, whatever stands around it.
    (
        "contrast",
        f'<p style="background-color:#1f2a6b;color:#ffffff">See {button("our hours")}</p>',
        f'<p style="background-color:#ffffff;color:#000000">See {button("our hours")}</p>',
    ),
    # Yellow stays yellow in the dark; the letters on it turn white.
    (
        "contrast_dark",
        '<p style="color:#000000;background-color:#ffcc33">Words</p>',
        '<p style="color:#000000;background-color:#fff4cc">Words</p>',
    ),
    (
        "contrast_dark",
        WHITE_ON.format(ground="#0f6b68") + '<p style="background-color:yellow">W</p>',
        WHITE_ON.format(ground="#0f6b68"),
    ),
    ("small_type", '<p style="font-size:10px">Small words</p>', '<p style="font-size:13px">Small words</p>'),
    ("heading_first", "<h2>Title</h2>", "<h1>Title</h1>"),
    ("heading_skips", "<h1>Title</h1><h3>Part</h3>", "<h1>Title</h1><h2>Part</h2><h3>Part</h3>"),
    ("heading_empty", "<h1></h1>", "<h1>Title</h1>"),
    ("no_heading", f"<p>{LONG * 2}</p>", f"<h1>Title</h1><p>{LONG * 2}</p>"),
    ("link_vague", button("Click here"), button("See our hours")),
    ("link_vague", button("Read more…"), button("Read more about knees")),
    ("link_empty", button(""), button("Hours")),
    ("link_elsewhere", button("www.elsewhere.example"), button("maple.example")),
    ("link_elsewhere", button("https://maple.example.net/hours"), button("https://www.maple.example/hours")),
    (
        "link_same_words",
        button("Hours", "https://www.maple.example/a") + button("hours.", "https://www.maple.example/b"),
        button("Hours") + button("Hours"),
    ),
    (
        "many_links",
        "".join(button(f"Page {n}", f"https://www.maple.example/{n}") for n in range(21)),
        "".join(button(f"Page {n}", f"https://www.maple.example/{n}") for n in range(20)),
    ),
    ("spam_words", "<p>Act now and save.</p>", "<p>He will not act nowadays.</p>"),
    ("spam_words", "<p>It is FREE today.</p>", "<p>It is free of charge.</p>"),
    ("spam_words", "<p>$$$ for you</p>", "<p>$20 for you</p>"),
    ("exclaims", "<p>Come soon!!!</p>", "<p>Come soon!</p>"),
    ("capitals", "<p>CALL US NOW PLEASE today</p>", "<p>MRI, CT and the CDC; ask Dr. Lee</p>"),
    ("weight_promise", "<p>Lose 30 pounds in 30 days.</p>", "<p>Some people lose 30 pounds with us.</p>"),
    ("weight_promise", "<p>Drop two sizes without dieting.</p>", "<p>Drop in without an appointment.</p>"),
    ("weight_promise", "<p>It melts fat overnight.</p>", "<p>Butter is mostly fat.</p>"),
    ("misspelt", "<p>Your appointement is near.</p>", "<p>Your appointment is near.</p>"),
    ("misspelt", "<p>We recieve calls.</p>", "<p>Write to recieve@maple.example</p>"),
    ("written_twice", "<p>Come to the the office.</p>", "<p>We know that that helps; Walla Walla too.</p>"),
    ("long_sentence", f"<p>{'we and you ' * 11}.</p>", f"<p>{'we and you ' * 9}.</p>"),
]


@pytest.mark.parametrize(("code", "bad", "good"), OF_TEXT)
def test_remarks_on_what_could_be_better_and_on_nothing_else(code, bad, good):
    assert code in codes(compiled(bad))
    assert code not in codes(compiled(good))


_ROW = 2 * "<tr><td>Monday</td><td>9 to 5</td></tr>"
_HEADED = f"<tr><th>Day</th><th>Hours</th></tr>{_ROW}"
OF_COLUMNS = [
    ("table_heads", f"<mj-table>{_ROW}</mj-table>", f"<mj-table>{_HEADED}</mj-table>"),
    (
        "table_heads",
        f"<mj-table>{_ROW}</mj-table>",
        "<mj-table><tr><td>Monday</td></tr><tr><td>9 to 5</td></tr></mj-table>",
    ),
    ("picture_undescribed", picture("", href="https://www.maple.example/"), picture("")),
    ("picture_file_name", picture("IMG_2041.jpg"), picture("Our waiting room")),
    ("picture_file_name", picture("Logo"), picture("The logo of Maple Street")),
    ("picture_file_name", picture("dsc00172"), picture("Dr. Lee at her desk")),
    ("picture_long", picture("word " * 40), picture("word " * 20)),
    (
        "mostly_pictures",
        '<mj-image src="https://www.maple.example/a.png" alt="Our house"/>',
        picture("Our house"),
    ),
]


@pytest.mark.parametrize(("code", "bad", "good"), OF_COLUMNS)
def test_remarks_on_pictures_and_tables(code, bad, good):
    assert code in codes(compiled(column=bad))
    assert code not in codes(compiled(column=good))


SUBJECTS = [
    ("subject_deceives", "Re: your question", "Rethinking breakfast with us"),
    ("subject_deceives", "Your account has been locked", "An account of our first year"),
    ("subject_deceives", "Your lab results are ready", "What lab results can tell"),
    ("subject_deceives", "Final notice: book today", "The final week of our walk"),
    ("subject_capitals", "FLU SHOTS ARE HERE", "Flu shots are here"),
    ("subject_exclaims", "Flu shots are here!!", "Flu shots are here!"),
    ("subject_spam", "Last chance for a check-up", "A check-up before winter"),
    ("subject_short", "Hello", "Hello from the practice"),
    (
        "subject_long",
        "What everybody should know about ticks before the summer begins again",
        "Ticks in summer",
    ),
    ("misspelt", "Book your apointment today", "Book your appointment today"),
]


@pytest.mark.parametrize(("code", "bad", "good"), SUBJECTS)
def test_remarks_on_subjects(code, bad, good):
    content = replace(compiled("<p>Words</p>"), message_class=MessageClass.MARKETING)
    assert code in codes(content, bad)
    assert code not in codes(content, good)


def test_lets_a_notice_about_somebodys_own_affairs_say_so():
    said = "Your appointment is confirmed"
    assert "subject_deceives" not in codes(
        compiled("<p>Words</p>", message_class=MessageClass.TREATMENT), said
    )
    assert "subject_deceives" in codes(
        compiled("<p>Words</p>", message_class=MessageClass.GENERAL_HEALTH), said
    )
    assert quality.is_deceiving("Fwd: news")
    assert quality.is_deceiving("RE: news", commercial=False)
    assert not quality.is_deceiving("Reading glasses for everyone")


def test_lets_a_practice_write_its_own_name_in_capitals():
    shouting = make_practice(name="MAPLE STREET DENTAL CARE")
    content = compiled("<p>MAPLE STREET DENTAL CARE is open.</p>")
    found = {
        remark.code
        for remark in quality.look(content, subject="News of MAPLE STREET DENTAL CARE", practice=shouting)
    }
    assert not found & {"capitals", "subject_capitals"}


@pytest.mark.parametrize(
    ("size", "code"), [(CLIPPED_BYTES + 1, "clipped"), (90 * 1024, "nearly_clipped"), (70 * 1024, "")]
)
def test_tells_when_gmail_would_cut_the_mail(size, code):
    content = compiled("<p>Words</p>")
    padded = replace(
        content, html=content.html + "<!--" + "x" * (size - len(content.html.encode()) - 7) + "-->"
    )
    assert codes(padded) & {"clipped", "nearly_clipped"} == ({code} if code else set())


def test_tells_what_pictures_weigh():
    content = compiled(column=picture("Our house"))
    address = "https://www.maple.example/a.png"
    assert "heavy_picture" in codes(content, picture_sizes={address: 500_000})
    assert "heavy_pictures" in codes(content, picture_sizes={address: 1_500_000})
    assert "heavy_picture" not in codes(
        content, picture_sizes={address: 90_000, "https://else.example": 9_000_000}
    )


def test_tells_when_the_text_part_says_too_little():
    content = compiled(
        f"<p>{LONG} Parking, trains, bicycles, elevators, wheelchairs, insurance, forms and more.</p>"
    )
    assert not codes(content) & {"thin_text_part", "no_text_part"}
    assert "thin_text_part" in codes(replace(content, text="See our website."))
    assert "no_text_part" in codes(replace(content, text="  \n"))


def test_tells_when_no_language_is_said():
    content = compiled("<p>Words</p>")
    assert "language" not in codes(content)
    assert "language" in codes(replace(content, html=content.html.replace('lang="en" dir', "dir", 1)))
    assert "picture_undescribed" in codes(
        replace(content, html='<html lang="en"><img src="https://a.example/a.png"></html>')
    )


def test_puts_what_is_serious_first_and_says_what_to_do():
    found = quality.look(
        compiled(f'<h2>Title</h2><p style="color:#cccccc">Pale {button("here")}</p>'),
        subject="Hello",
        practice=PRACTICE,
    )
    lights = [remark.light for remark in found]
    assert lights == sorted(lights, key=lambda light: light is not Light.RED)
    assert Light.RED in lights
    assert Light.AMBER in lights
    assert all(remark.sentence.endswith((".", ")")) and remark.to_do for remark in found)


@pytest.mark.parametrize("key", list(starters()))
def test_our_own_starters_earn_no_remark(key):
    draft = replace(
        starters()[key].draft,
        message_class=MessageClass.TREATMENT,
        subject=starters()[key].draft.subject or "News from the practice",
    )
    content = examine(draft, PRACTICE, dress=PLAIN_DRESS, remuneration=False).content
    assert content is not None
    assert quality.look(content, subject=content.subject, practice=PRACTICE) == []


def test_counts_what_the_author_wrote_and_not_the_footer():
    content = compiled(f"<h1>Title</h1><p>{LONG}</p><p>{button('Hours')}</p>")
    figures = quality.figures(content)
    assert (figures.links, figures.pictures) == (1, 0)
    assert figures.words == 1 + len(LONG.split()) + 2  # a link counts its address, too
    assert figures.size_bytes == len(content.html.encode())
    assert figures.grade == quality.grade(content.text)


# --- where a remark leads


def told(draft):
    content = examine(draft, PRACTICE, dress=PLAIN_DRESS, remuneration=False).content
    assert content is not None
    found = quality.look(content, subject=draft.subject, practice=PRACTICE)
    return {remark.code: remark for remark in quality.placed(found, draft, PLAIN_DRESS)}


def test_leads_to_the_block_a_remark_is_about():
    blocks = (
        Block(kind=Kind.HEADING, text="News"),
        Block(kind=Kind.TEXT, text="See [here](https://www.maple.example/hours)."),
        Block(kind=Kind.TEXT, text="We recieve calls {{ first_name | friend }}."),
        Block(kind=Kind.BUTTON, text="Read more", link="https://www.maple.example/more"),
    )
    draft = replace(make_draft(mjml=""), document=Document(blocks=blocks), subject="Hi")
    content = examine(draft, PRACTICE, dress=PLAIN_DRESS, remuneration=False).content
    assert content is not None
    found = quality.placed(quality.look(content, subject="Hi", practice=PRACTICE), draft, PLAIN_DRESS)
    assert {(remark.code, remark.block) for remark in found} == {
        ("link_vague", 2),
        ("misspelt", 3),
        ("link_vague", 4),
        ("subject_short", None),
    }


def test_leads_to_the_line_of_the_authors_own_mjml():
    draft = make_draft(
        column="<mj-text><h1>Title</h1>\n<p>Words</p>\n<p>We <b>recieve</b> calls</p></mj-text>\n"
        '<mj-image src="https://www.maple.example/a.png" alt="logo"/>'
    )
    found = told(draft)
    assert (found["misspelt"].line, found["misspelt"].block) == (3, None)
    assert found["picture_file_name"].line == 4


def test_a_remark_on_the_whole_leads_nowhere():
    assert told(make_draft("<p>Words</p>", subject="Hi"))["subject_short"].line is None


# --- programs


def test_knows_what_some_programs_show_differently():
    plain = quality.differences(compiled("<p>Words</p>").html)
    assert plain == ()
    rounded = compiled(
        column='<mj-button href="https://www.maple.example" border-radius="6px">Hours</mj-button>'
        '<mj-image src="https://www.maple.example/a.webp" alt="House"/>'
    )
    features = {difference.feature for difference in quality.differences(rounded.html)}
    assert features == {"Round corners", "Pictures as WebP"}


# --- colours


@pytest.mark.parametrize(
    ("written", "rgb"),
    [
        ("#1f5fa8", (31, 95, 168)), ("#ABC", (170, 187, 204)), ("rgb(1, 2, 300)", (1, 2, 255)), ("Teal", (0, 128, 128)),
        ("chucknorris", None), ("", None), ("#12345", None),
    ],
)  # fmt: skip
def test_reads_colours(written, rgb):
    assert parsed(written) == rgb


def test_measures_contrast_as_the_standard_does():
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((255, 255, 255), (119, 119, 119)) == pytest.approx(4.48, abs=0.01)
    assert contrast((118, 118, 118), (255, 255, 255)) == pytest.approx(4.54, abs=0.01)


_CHANNEL = st.integers(0, 255)


@given(st.tuples(_CHANNEL, _CHANNEL, _CHANNEL))
def test_a_colour_turned_twice_is_itself_and_stays_a_colour(colour):
    assert all(0 <= channel <= 255 for channel in turned(colour))
    assert turned(turned(colour)) == colour


# --- whatever comes


_PIECES = st.sampled_from(
    [
        "<p>Words</p>", "<h1>T</h1>", "<h4></h4>", "<ul><li>a</li></ul>", '<a href="https://a.example">x</a>', "&amp;&#0;",
        "<p style='color:#fff'>q</p>", "<p style='font-size:10px;color:rgb(1,2,3)'>&#x202e;\U0001f600 \u05d0</p>", "!!! ??",
        "<blockquote>{{ first_name | you }}</blockquote>", "A B C D E F", "<strong>FREE</strong>", "é ü ß ł 漢字", "\u00a0",
        '<a href="tel:555-0100">555-0100</a>', '<a href="https://[::1]/x">www.a.example</a>',
    ]
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.lists(_PIECES, max_size=12).map("".join), st.text(max_size=80))
def test_never_fails_on_what_compiles(inside, subject):
    content = examine(make_draft(inside), PRACTICE, dress=PLAIN_DRESS, remuneration=False).content
    if content is not None:
        quality.look(content, subject=subject, practice=PRACTICE)
        quality.figures(content)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from("<>/ab p=\"'!-&;#h1tdstyle:{}"), max_size=200), st.text(max_size=200))
def test_never_fails_on_any_text(html, text):
    content = replace(_SOME, html=html, text=text)
    quality.look(content, subject=text, practice=PRACTICE)
    quality.differences(html)
    assert quality.grade(text) is None or quality.grade(text) >= 0


_SOME = compiled("<p>Words</p>")


def test_reads_a_page_that_never_ends_in_one_pass():
    began = time.process_time()
    read_page('<a "' * 30_000)
    read_page("<div>" * 30_000)
    read_page("<!--" * 30_000)
    assert time.process_time() - began < 5


def test_looks_at_a_hundred_kilobytes_at_once():
    """Some tens of milliseconds; the bound is wide enough for a busy machine, and too narrow for what is not linear."""
    part = f"<h2>Part</h2><p>{LONG}{button('Our hours')}</p>"
    content = compiled(f"<h1>Title</h1>{part * 100}")
    assert len(content.html) > 80_000
    began = time.process_time()
    quality.look(content, subject="A word from us", practice=PRACTICE)
    assert time.process_time() - began < 1
