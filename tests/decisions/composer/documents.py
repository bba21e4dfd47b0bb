"""Documents as the editor can make them, for properties, and a dress with every part."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from hypothesis import strategies as st

from bedside.decisions.composer.rules.document import (
    IN_COLUMN,
    KINDS,
    Block,
    Brand,
    Colour,
    Control,
    Document,
    Dress,
    Edition,
    Font,
    Kind,
    Network,
)

PHOTO, LOGO = UUID(int=7), UUID(int=8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    address: str
    width: int = 1200
    height: int = 800
    description: str = "A room with plants"


PICTURES = {
    PHOTO: Look(address="https://pictures.example/p/abcdefgh/1200"),
    LOGO: Look(address="https://pictures.example/p/ijklmnop/600", width=600, height=200, description="Logo"),
}
DRESS = Dress(
    brand=Brand(
        strong="#1f5fa8",
        pale="#e9f1fa",
        logo=LOGO,
        font=Font.GEORGIA,
        signature="With *kind* wishes,\n{{ practice_name }}",
        social=((Network.FACEBOOK, "https://www.facebook.com/maplestreet"),),
    ),
    pictures=PICTURES,
)

# No control signs and no half pairs: what is no text is refused before it is stored.
_WORDS = st.text(
    alphabet=st.one_of(
        st.sampled_from("<>&\"'*[](){}|-• \nabc é\u202e\u05d0\U0001f600"),
        st.characters(exclude_categories=("Cs", "Cc")),
    ),
    max_size=40,
)
_LINKS = st.sampled_from(
    [
        "",
        "https://maple.example/a?b=1&c=2",
        "{{ practice_url }}",
        "javascript:x",
        '"><script>',
        "tel:555-0100",
    ]
)
_PICTURES = st.sampled_from(
    [
        "",
        str(PHOTO),
        str(UUID(int=9)),
        "https://www.maple.example/a.png",
        "https://evil.example/a.png",
        '"><img',
    ]
)
_FIELDS = st.sampled_from(
    ["", "", "first_name", "next_appointment", "conditions", "practice_name", "nonsense"]
)


def _part(control: Control) -> st.SearchStrategy[str]:
    match control:
        case Control.LINK:
            return _LINKS
        case Control.PICTURE:
            return _PICTURES
        case _:
            return _WORDS


def blocks(kind: Kind) -> st.SearchStrategy[Block]:
    """Blocks of a kind with any words in each of its parts."""
    parts = {part.name: _part(part.control) for part in KINDS[kind].parts}
    if kind is Kind.COLUMNS:
        side = st.lists(st.sampled_from(sorted(IN_COLUMN)).flatmap(inner_blocks), max_size=2).map(tuple)
        parts |= {"left": side, "right": side}
    return st.builds(Block, kind=st.just(kind), show_if=_FIELDS, **parts)


def inner_blocks(kind: Kind) -> st.SearchStrategy[Block]:
    parts = {part.name: _part(part.control) for part in KINDS[kind].parts}
    return st.builds(Block, kind=st.just(kind), **parts)


DOCUMENTS = st.builds(
    Document,
    blocks=st.lists(st.sampled_from(list(Kind)).flatmap(blocks), max_size=6).map(tuple),
    colour=st.sampled_from([None, *Colour]),
    edition=st.sampled_from(list(Edition)),
)


def whole_block(kind: Kind, **changes: object) -> Block:
    """A block of a kind with everything filled in that it has room for."""
    from dataclasses import replace

    words = {
        "text": "Words **of** the block",
        "link": "https://www.maple.example/page",
        "picture": str(PHOTO),
        "description": "",
        "heading": "A heading",
        "name": "Dr. Robin Rivera",
        "credentials": "MD, family medicine",
        "label": "Arrange a visit",
        "small": "Only while we are open.",
    }
    block = Block(kind=kind, **{part.name: words[part.name] for part in KINDS[kind].parts})
    if kind is Kind.COLUMNS:
        inner = tuple(whole_block(one) for one in sorted(IN_COLUMN))
        block = replace(block, left=inner, right=inner)
    return replace(block, **changes)
