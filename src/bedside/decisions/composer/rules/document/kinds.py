"""The kinds of block there are and the parts of each: the one table behind forms, JSON, checks and reference."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

LINE_LENGTH_MAX = 300
TEXT_LENGTH_MAX = 10_000
ADDRESS_LENGTH_MAX = 10_000  # what is stored; what may be sent is for `links`, which says so in words


class Kind(StrEnum):
    """What a block is. The values stand in stored documents for ever."""

    HEADER = "header"
    HERO = "hero"
    HEADING = "heading"
    TEXT = "text"
    BOX = "box"  # text in a tinted frame, for what must not be overlooked
    BUTTON = "button"
    PICTURE = "picture"
    LINE = "line"
    COLUMNS = "columns"
    PROVIDER = "provider"
    TOPIC = "topic"
    ARTICLE = "article"
    OFFER = "offer"
    APPOINTMENT = "appointment"
    SIGNATURE = "signature"
    SOCIAL = "social"


class Control(StrEnum):
    """How a part is typed: one line, several, an address to go to, or a picture."""

    LINE = "line"
    TEXT = "text"
    LINK = "link"
    PICTURE = "picture"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One thing to fill in. `name` is the attribute of `Block`. `marked`: the signs of `inline` have their meaning."""

    name: str
    label: str
    control: Control = Control.LINE
    required: bool = False
    marked: bool = False
    help: str = ""

    @property
    def length_max(self) -> int:
        if self.control is Control.TEXT:
            return TEXT_LENGTH_MAX
        return ADDRESS_LENGTH_MAX if self.control in {Control.LINK, Control.PICTURE} else LINE_LENGTH_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockKind:
    """A kind for people: its name, what it is for, and its parts in the order to fill them in."""

    kind: Kind
    label: str
    help: str
    parts: tuple[Part, ...] = ()

    def part(self, name: str) -> Part | None:
        return next((part for part in self.parts if part.name == name), None)


def _heading(label: str = "Heading", *, required: bool = True) -> Part:
    return Part(name="heading", label=label, required=required, marked=True)


def _text(label: str = "Text", *, required: bool = False) -> Part:
    return Part(name="text", label=label, control=Control.TEXT, required=required, marked=True)


def _link(label: str = "Where it leads", *, required: bool = False) -> Part:
    return Part(name="link", label=label, control=Control.LINK, required=required)


def _picture(label: str = "Picture", *, required: bool = False) -> Part:
    return Part(
        name="picture",
        label=label,
        control=Control.PICTURE,
        required=required,
        help="From your pictures, or an address on your own website: any other server would learn who opens the mail.",
    )


_DESCRIPTION = Part(
    name="description",
    label="What the picture shows",
    help="Read out to people who cannot see it. Leave empty if it only decorates.",
)
_ALL = (
    BlockKind(
        kind=Kind.HEADER, label="Header", help="Your logo, or your practice's name, from the brand kit."
    ),
    BlockKind(
        kind=Kind.HERO,
        label="Opening picture",
        help="A wide picture with the main heading below it.",
        parts=(_picture(), _DESCRIPTION, _heading(), _text()),
    ),
    BlockKind(
        kind=Kind.HEADING,
        label="Heading",
        help="A line that stands out.",
        parts=(Part(name="text", label="Words of the heading", required=True, marked=True),),
    ),
    BlockKind(kind=Kind.TEXT, label="Text", help="Paragraphs and lists.", parts=(_text(required=True),)),
    BlockKind(
        kind=Kind.BOX,
        label="Highlighted text",
        help="Text in a tinted frame, for what must not be overlooked.",
        parts=(_text(required=True),),
    ),
    BlockKind(
        kind=Kind.BUTTON,
        label="Button",
        help="One thing to do.",
        parts=(
            Part(name="text", label="Words on the button", required=True),
            _link(required=True),
        ),
    ),
    BlockKind(
        kind=Kind.PICTURE,
        label="Picture",
        help="A photo or drawing.",
        parts=(_picture(required=True), _DESCRIPTION, _link("Where a click on it leads")),
    ),
    BlockKind(kind=Kind.LINE, label="Dividing line", help="A thin line between two parts."),
    BlockKind(
        kind=Kind.COLUMNS,
        label="Two columns",
        help="Side by side on a computer, one below the other on a phone.",
    ),
    BlockKind(
        kind=Kind.PROVIDER,
        label="Provider",
        help="Somebody of your team, so that patients know the face.",
        parts=(
            _picture("Photo"),
            Part(name="name", label="Name", required=True),
            Part(name="credentials", label="Credentials and field"),
            _text("About them", required=True),
            _link("Page about them"),
        ),
    ),
    BlockKind(
        kind=Kind.TOPIC,
        label="Health topic",
        help="Something worth knowing, for everybody.",
        parts=(_heading(), _text(required=True), _picture(), _DESCRIPTION, _link("Where to read more")),
    ),
    BlockKind(
        kind=Kind.ARTICLE,
        label="Blog article",
        help="A link to an article on your own website.",
        parts=(
            _heading("Title of the article"),
            _text("What it says, in two sentences", required=True),
            _link("Address of the article", required=True),
        ),
    ),
    BlockKind(
        kind=Kind.OFFER,
        label="Service",
        help="A service of yours, with what to do next.",
        parts=(
            _heading("Name of the service"),
            _text("What it is and who it is for", required=True),
            Part(name="label", label="Words on the button", required=True),
            _link(required=True),
            Part(name="small", label="Small print", marked=True),
        ),
    ),
    BlockKind(
        kind=Kind.APPOINTMENT,
        label="Appointment",
        help="Day, time, place and your phone number, and nothing more. For care messages only.",
        parts=(_heading(required=False), _text("Words below it")),
    ),
    BlockKind(kind=Kind.SIGNATURE, label="Signature", help="The closing words of your brand kit."),
    BlockKind(
        kind=Kind.SOCIAL, label="Social links", help="Links to your pages elsewhere, from the brand kit."
    ),
)
KINDS: dict[Kind, BlockKind] = {one.kind: one for one in _ALL}
# What may stand in a column.
IN_COLUMN = frozenset({Kind.HEADING, Kind.TEXT, Kind.BUTTON, Kind.PICTURE, Kind.LINE})
