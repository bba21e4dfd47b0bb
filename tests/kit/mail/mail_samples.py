"""The messages and people that the tests of this folder share. All invented."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from bedside.kit.mail import MessageParts, Origin, Recipient, parse_address

AT = datetime(2026, 11, 2, 9, 30, 15, tzinfo=UTC)

TEXT = (
    "Dear {{ first_name }},\n"
    "{{ clinic }}\n"
    "..and  two blanks at the end  \n"
    "\tA tab, {{ first_name }}{{ last_name }} ends.\n"
    "From here: https://maple.example/v?t={{ token }}&l=en\n"
    "{{ note }}"
)
HTML = (
    "<!DOCTYPE html>\n<html><head><title>For {{ first_name }}</title>\n"
    "<style>p{margin:0}@media print{a{color:red}}</style></head>\n"
    "<body>\n    <p>Dear {{ first_name }} {{ last_name }},</p>\n"
    '<p>{{ note }}</p><img alt="{{ clinic }} by day" src="cid:logo">\n'
    "<a href=\"https://maple.example/v?t={{ token }}&amp;l=en\" title='{{ clinic }}'>Your visit</a>\n"
    '<a href="{{ link }}">More</a> <a href="tel:{{ phone }}">Call</a>\n'
    ".dots\n…and more Umläute 漢字 🏥</body></html>"
)
SUBJECT = "{{ first_name }}, your visit at {{ clinic }}"


def parts(**changes: object) -> MessageParts:
    whole: dict[str, object] = {
        "subject": SUBJECT,
        "html": HTML,
        "text": TEXT,
        "from_name": "Maple Street Family Practice",
        "from_address": parse_address("news@maple.example"),
        "origin": Origin.CAMPAIGN,
        "reply_to": parse_address("desk@maple.example"),
        "organization": "Maple Street Family Practice",
        "list_id": "news.maple.example",
        "feedback_id": "spring:maple:news:mapleco",
    }
    return MessageParts(**(whole | changes))  # type: ignore[arg-type]


def recipient(**changes: object) -> Recipient:
    whole: dict[str, object] = {
        "to_address": parse_address("jane.roe@example.org"),
        "to_name": "Jane Roe",
        "message_id": "<0123456789abcdef.c1@maple.example>",
        "date": AT,
        "unsubscribe_url": "https://maple.example/u/abcdef",
    }
    return Recipient(**(whole | changes))  # type: ignore[arg-type]


def values(**changes: str) -> dict[str, str]:
    whole = {
        "first_name": "Jane",
        "last_name": "Roe",
        "clinic": "Maple Street",
        "token": "t0ken",
        "note": "See you.",
        "link": "https://maple.example/more?a=1&b=2",
        "phone": "+1 555-0100",
    }
    return whole | changes


UNUSUAL = (
    "",
    " ",
    ".",
    "..",
    ".hidden",
    "From here",
    "two  blanks",
    " both ends ",
    "tab\there",
    "=?utf-8?B?SGk=?=",
    "=3D=20=",
    'O\'Brien & "Sons" <b>',
    "Zoë",
    "e\u0301\u0301\u0301 combining",
    "שלום עולם",
    "\u202eright to left",
    "👩🏽‍⚕️🏥",
    "𝒜stral",
    "\u00a0no break",
    "a\r\nBcc: someone@example.net",
    "a\nb\rc\u2028d\u2029e\x85f\x0bg\x0ch",
    "nul\x00bell\x07",
    "{{ first_name }}",
    "-->]]></title></script>",
    "=_boundary--",
    "--=_",
    "N" * 75,
    "N" * 76,
    "N" * 4_000,
    "é" * 4_000,
    "漢" * 500,
    ("word " * 900).strip(),
    "." * 300,
)

any_value = st.one_of(
    st.sampled_from(UNUSUAL),
    st.text(max_size=120),
    st.text(alphabet=".=-_ FromA\r\n\té🏥<&\"'", max_size=200),
)
