"""Messages compiled once for a campaign and filled once for a person.

Promise: what comes out is a complete RFC 5322 message (CRLF throughout, every body line at most 76
characters, one From, To, Subject, Date and Message-ID), whose meaning is the template with the values in
place of the fields. No value can add a header, a recipient, a tag or a link; a place without a value is an
error and never a gap. The body is its own DKIM canonical form and needs no dot-stuffing.
Not covered: what the template itself says or loads (the composer's task), attachments, and how a mail
program shows letters of mixed direction.
Compatibility: the same parts, recipient and values always give the same bytes, so that an archive may keep
the values instead of the message; a release that changes a byte says so and keeps the old way readable.
Memory: encoded values are remembered, within bounds, as long as the compiled message lives.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256

from bedside.kit.mail.addresses import EmailAddress
from bedside.kit.mail.errors import InvalidHeader, InvalidTemplate, MissingValue, UnsafeValue
from bedside.kit.mail.headers import address_header, extra_header, one_line, text_header
from bedside.kit.mail.markup import html_kinds
from bedside.kit.mail.own_headers import (
    Origin,
    date_header,
    feedback_id_header,
    list_id_header,
    message_id_header,
    origin_header,
    unsubscribe_headers,
)
from bedside.kit.mail.places import Place, PlaceKind, find_places, literals_between, text_kind
from bedside.kit.mail.quoted import clean_text, encode_quoted
from bedside.kit.mail.values import CACHED_VALUES_MAX, Encoder, UnfitValue, encoder_of

PART_CHARACTERS_MAX = 2_000_000
SUBJECT_CHARACTERS_MAX = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageParts:
    """What a campaign's message consists of, before it is compiled.

    `subject`, `html` and `text` may hold places `{{ field }}`; nothing else may. `list_id` is a neutral dotted
    name (RFC 2919) and `feedback_id` up to four tokens with colons (Gmail); neither may say anything about
    the people on the list. `extra_headers` are pairs of name and value.
    """

    subject: str
    html: str
    text: str
    from_name: str
    from_address: EmailAddress
    origin: Origin
    reply_to: EmailAddress | None = None
    organization: str | None = None
    list_id: str | None = None
    feedback_id: str | None = None
    extra_headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Recipient:
    """Who one message goes to, and what the caller has fixed for it.

    `message_id` has its angle brackets and is stable for campaign and person, so that a message sent again
    is recognised; it must be opaque. `date` is aware. `unsubscribe_url` is https and itself identifies person
    and list (RFC 8058), or None where the class of message needs none.
    """

    to_address: EmailAddress
    message_id: str
    date: datetime
    to_name: str | None = None
    unsubscribe_url: str | None = None
    extra_headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RenderedMessage:
    """One finished message, unsigned.

    `content` is the whole message with CRLF line ends; `sha256` is the digest of exactly those bytes (a DKIM
    header put before them is not in it); `header_size` counts the headers and the blank line after them.
    `needs_smtputf8` says that the headers hold raw UTF-8 (RFC 6532), because an address does.
    """

    content: bytes
    sha256: bytes
    header_size: int
    needs_smtputf8: bool

    @property
    def headers(self) -> bytes:
        """All header lines, without the blank line that ends them."""
        return self.content[: self.header_size - 2]

    @property
    def body(self) -> bytes:
        """Everything after the blank line; its own canonical form for DKIM, simple and relaxed."""
        return self.content[self.header_size :]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class CompiledMessage:
    """A campaign's message with everything done that does not depend on the person.

    `fields` are the names a recipient must have values for; `template_sha256` covers every fixed byte and the
    name and kind of every place, and so is what an approval can be bound to.
    """

    fields: frozenset[str]
    template_sha256: bytes
    _subject: "_Subject"
    _head_start: bytes
    _head_end: bytes
    _pieces: list[bytes]
    _slots: tuple[tuple[str, Encoder], ...]
    _slot_of_piece: tuple[tuple[int, int], ...]
    _passages: tuple["_Passage", ...]
    _sender_needs_smtputf8: bool

    def render(self, recipient: Recipient, values: Mapping[str, str]) -> RenderedMessage:
        """Fill the places for one person.

        Takes: a value for every name in `fields`; others are ignored.
        Raises: MissingValue, UnsafeValue (both name the field only), InvalidHeader.
        Never: reads a clock; logs; keeps the recipient.
        """
        head = b"".join(
            (
                self._head_start,
                address_header("To", recipient.to_address, display_name=recipient.to_name),
                self._subject.header(values),
                date_header(recipient.date),
                message_id_header(recipient.message_id),
                unsubscribe_headers(recipient.unsubscribe_url),
                *(extra_header(name, value) for name, value in recipient.extra_headers),
                self._head_end,
            )
        )
        pieces = self._filled_pieces(values)
        pieces[0] = head
        content = b"".join(pieces)
        return RenderedMessage(
            content=content,
            sha256=sha256(content).digest(),
            header_size=len(head),
            needs_smtputf8=self._sender_needs_smtputf8 or recipient.to_address.needs_smtputf8,
        )

    def _filled_pieces(self, values: Mapping[str, str]) -> list[bytes]:
        """Encode each field once for each kind of place it stands in, then put it wherever it belongs."""
        encoded = []
        field = ""
        try:
            for field, encode in self._slots:
                encoded.append(encode(values[field]))
        except KeyError:
            raise MissingValue(field) from None
        except UnfitValue as unfit:
            raise UnsafeValue(field, str(unfit)) from None
        pieces = self._pieces.copy()
        for piece, slot in self._slot_of_piece:
            pieces[piece] = encoded[slot]
        for passage in self._passages:
            if passage.field not in values:
                raise MissingValue(passage.field)
            if not values[passage.field]:
                pieces[passage.start : passage.end] = [b""] * (passage.end - passage.start)
        return pieces


@dataclass(frozen=True, slots=True, kw_only=True)
class _Passage:
    """The pieces that are left out for whom the field is empty. Whole lines by how pieces are encoded."""

    field: str
    start: int
    end: int


_EDGES = frozenset({PlaceKind.IF, PlaceKind.END})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    """The subject line; encoded whole, because encoded words cannot be joined piece by piece."""

    literals: tuple[str, ...]
    fields: tuple[str, ...]
    encode: Callable[[str], bytes]

    def header(self, values: Mapping[str, str]) -> bytes:
        text = self.literals[0]
        for field, literal in zip(self.fields, self.literals[1:], strict=True):
            if field not in values:
                raise MissingValue(field)
            text += values[field] + literal
        if len(text) > SUBJECT_CHARACTERS_MAX:
            raise UnsafeValue(self.fields[0], "makes the subject too long.")
        return self.encode(text)


def compile_message(parts: MessageParts) -> CompiledMessage:
    """Check a message and serialise all of it but the values, once for a campaign.

    Raises: InvalidTemplate, InvalidHeader.
    """
    subject = _compile_subject(parts.subject)
    text = _compile_text(_whole_lines(parts.text, part="text"))
    html = _compile_html(_whole_lines(parts.html, part="HTML"))
    head_start, head_end = _fixed_headers(parts)
    digest = _template_digest(head_start + head_end, subject, text, html)
    boundary = f"=_{digest.hex()[:32]}"
    pieces, places, passages = _multipart(text, html, boundary=boundary.encode())
    slots = tuple(dict.fromkeys(places.values()))
    encoders = {kind: encoder_of(kind) for kind in PlaceKind if kind not in _EDGES}
    return CompiledMessage(
        fields=frozenset(subject.fields) | {field for field, _ in slots} | {one.field for one in passages},
        template_sha256=digest,
        _subject=subject,
        _head_start=head_start,
        _head_end=head_end + _multipart_headers(boundary),
        _pieces=pieces,
        _slots=tuple((field, encoders[kind]) for field, kind in slots),
        _slot_of_piece=tuple((piece, slots.index(slot)) for piece, slot in places.items()),
        _passages=tuple(passages),
        _sender_needs_smtputf8=parts.from_address.needs_smtputf8
        or (parts.reply_to is not None and parts.reply_to.needs_smtputf8),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One body part: encoded literals, and between each two of them a field and its kind."""

    literals: tuple[bytes, ...]
    slots: tuple[tuple[str, PlaceKind], ...]


def _compile_subject(template: str) -> _Subject:
    if not one_line(template) or len(template) > SUBJECT_CHARACTERS_MAX:
        raise InvalidTemplate("it must have between 1 and 10,000 characters.", part="subject")
    places = find_places(template, part="subject")
    return _Subject(
        literals=literals_between(template, places),
        fields=tuple(place.field for place in places),
        encode=lru_cache(maxsize=CACHED_VALUES_MAX)(_subject_header),
    )


def _subject_header(text: str) -> bytes:
    return text_header("Subject", text)


def _whole_lines(template: str, *, part: str) -> str:
    """Clean before anything looks at it, so that what was checked is what is sent; end in a line end."""
    if not template.strip() or len(template) > PART_CHARACTERS_MAX:
        raise InvalidTemplate("it must have between 1 and 2,000,000 characters.", part=part)
    cleaned = clean_text(template)
    return cleaned if cleaned.endswith("\n") else cleaned + "\n"


def _compile_text(template: str) -> _Part:
    places = find_places(template, part="text")
    return _part(template, places, tuple(text_kind(template, place) for place in places))


def _compile_html(template: str) -> _Part:
    places = find_places(template, part="HTML")
    return _part(template, places, html_kinds(template, places))


def _part(template: str, places: tuple[Place, ...], kinds: tuple[PlaceKind, ...]) -> _Part:
    literals = literals_between(template, places)
    return _Part(
        literals=tuple(encode_quoted(literal, soft_end=True) for literal in literals),
        slots=tuple((place.field, kind) for place, kind in zip(places, kinds, strict=True)),
    )


def _template_digest(headers: bytes, subject: _Subject, text: _Part, html: _Part) -> bytes:
    """Digest every fixed byte and every place; counts and lengths stand before them, so that none can slide."""
    digest = sha256(b"bedside mail template 1\n")
    for group in (
        [headers],
        [literal.encode(errors="surrogatepass") for literal in subject.literals],
        [field.encode() for field in subject.fields],
        *(part.literals for part in (text, html)),
        *([f"{field} {kind}".encode() for field, kind in part.slots] for part in (text, html)),
    ):
        digest.update(b"%d of\n" % len(group))
        for block in group:
            digest.update(b"%d:" % len(block) + block)
    return digest.digest()


def _fixed_headers(parts: MessageParts) -> tuple[bytes, bytes]:
    for name, text in (("From", parts.from_name), ("Organization", parts.organization or "")):
        if "{{" in text:
            raise InvalidHeader(name, "merge places may stand in subject, HTML and text only.")
    start = address_header("From", parts.from_address, display_name=parts.from_name)
    end = [
        address_header("Reply-To", parts.reply_to, display_name=None) if parts.reply_to else b"",
        text_header("Organization", parts.organization) if parts.organization else b"",
        list_id_header(parts.list_id) if parts.list_id else b"",
        feedback_id_header(parts.feedback_id) if parts.feedback_id else b"",
        origin_header(parts.origin),
        *(_fixed_extra_header(name, value) for name, value in parts.extra_headers),
    ]
    return start, b"".join(end)


def _fixed_extra_header(name: str, value: str) -> bytes:
    if "{{" in value:
        raise InvalidHeader(name, "merge places may stand in subject, HTML and text only.")
    return extra_header(name, value)


def _multipart_headers(boundary: str) -> bytes:
    return (
        b"MIME-Version: 1.0\r\n"
        b'Content-Type: multipart/alternative;\r\n boundary="%b"\r\n\r\n' % boundary.encode()
    )


def _multipart(
    text: _Part, html: _Part, *, boundary: bytes
) -> tuple[list[bytes], dict[int, tuple[str, PlaceKind]], list[_Passage]]:
    """Give the body's pieces, the first kept free for the headers, which of them are places, and the passages."""
    pieces = [b""]
    places = {}
    passages: list[_Passage] = []
    begun = ("", 0)
    for part, media_type in ((text, b"text/plain"), (html, b"text/html")):
        pieces.append(_part_start(media_type, boundary=boundary) + part.literals[0])
        for slot, literal in zip(part.slots, part.literals[1:], strict=True):
            if slot[1] is PlaceKind.IF:
                begun = (slot[0], len(pieces))
            elif slot[1] is PlaceKind.END:
                passages.append(_Passage(field=begun[0], start=begun[1], end=len(pieces)))
            else:
                places[len(pieces)] = slot
            pieces += [b"", literal]
        pieces.append(b"\r\n")
    pieces.append(b"--%b--\r\n" % boundary)
    return pieces, places, passages


def _part_start(media_type: bytes, *, boundary: bytes) -> bytes:
    return (
        b"--%b\r\n"
        b"Content-Type: %b; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" % (boundary, media_type)
    )
