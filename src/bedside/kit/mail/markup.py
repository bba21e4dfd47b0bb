"""Finds out what kind of HTML surrounds each merge place.

Promise: a place is accepted only where an escaped value cannot change the structure of the page: in text,
in a short list of quoted attributes, and in links. Everywhere else (scripts, styles, comments, tag and
attribute names, unquoted values, event handlers) the template is refused; what the scanner does not
understand is refused too. The tokens are those of the HTML standard (section 13.2.5), so that no mail
program sees a tag where this scanner saw text.
Not covered: the template's own markup, which the composer cleans.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from bedside.kit.mail.errors import InvalidTemplate
from bedside.kit.mail.places import Place, PlaceKind, without_places

# The five blanks of the HTML standard; Python's \s knows more and would see tags end too early.
_B = r" \t\n\f\r"
_COMMENT = re.compile(r"<!--(?:-?>|.*?(?:--!?>|\Z))", re.DOTALL)
_DECLARATION = re.compile(r"<[!?/][^>]*(?:>|\Z)")
_TAG_START = re.compile(rf"<(/?)([A-Za-z][^{_B}/>]*)")
# The possessive *+ matters: giving a blank back would let an unclosed quote pass for an empty value.
_ATTRIBUTE = re.compile(
    rf"[{_B}/]*([^{_B}/>][^{_B}/>=]*+)"
    rf"(?:[{_B}]*+=[{_B}]*+(\"[^\"]*\"|'[^']*'|(?![\"'])[^{_B}>]*))?"
)
_LOOKS_LIKE_MARKUP = re.compile(r"<[A-Za-z/!?]")
_UNCLOSED_QUOTE = re.compile(rf"[{_B}]*=[{_B}]*[\"']")
_TAG_END = re.compile(rf"[{_B}/]*>")

# Inside these, browsers read by other rules, some of them only with scripts on; mail programs drop them all.
_NOT_BESIDE_PLACES = frozenset({"math", "noscript", "script", "svg"})
_RAW_TEXT = frozenset({"style", "xmp", "iframe", "noembed", "noframes", "plaintext"})
_ESCAPABLE_RAW_TEXT = frozenset({"title", "textarea"})
_NO_PLACE_IN_TAGS = frozenset({"base", "embed", "iframe", "link", "meta", "object", "style"})
_LINK_ATTRIBUTES = frozenset({"background", "href", "src"})
_TEXT_ATTRIBUTES = frozenset({"abbr", "alt", "aria-description", "aria-label", "label", "summary", "title"})

_WEB_LINK = re.compile(r"\s*https?://[^/?#]+[/?#]", re.IGNORECASE)
_OPAQUE_LINK = re.compile(r"\s*(?:mailto|tel):", re.IGNORECASE)
# A value directly behind one of these would finish a tag or a character reference that the template began.
_UNFINISHED = re.compile(r"(?:<[/!?]?|&#?[0-9A-Za-z]*)\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """A stretch of the page in which places are allowed; `attribute` is empty between tags."""

    start: int
    end: int
    attribute: str = ""
    escapable_raw: bool = False


def html_kinds(html: str, places: tuple[Place, ...]) -> tuple[PlaceKind, ...]:
    """Give the kind of each place, in the same order.

    Raises: InvalidTemplate, naming the field, for a place where no value can be safe.
    """
    if not places:
        return ()
    spans = list(_spans(html))
    starts = [span.start for span in spans]
    return tuple(_kind(html, place, _span_around(spans, starts, place)) for place in places)


def _span_around(spans: list[_Span], starts: list[int], place: Place) -> _Span:
    index = bisect_right(starts, place.start) - 1
    if index >= 0 and place.end <= spans[index].end:
        return spans[index]
    raise _refusal(
        place, "stands where no value can be safe; use it in text, or inside a quoted link or description"
    )


def _kind(html: str, place: Place, span: _Span) -> PlaceKind:
    before = html[span.start : place.start]
    if _UNFINISHED.search(before):
        raise _refusal(place, "follows directly on “<” or “&”; write “&lt;” or “&amp;” there")
    if place.edge is not None:
        # Between tags at both ends: what is left out can then change no token of what stays.
        if span.attribute or span.escapable_raw:
            raise _refusal(place, "begins or ends a passage; put it between paragraphs")
        return place.edge
    if span.attribute in _LINK_ATTRIBUTES:
        return _link_kind(place, without_places(before))
    if span.attribute or span.escapable_raw:
        return PlaceKind.HTML_ATTRIBUTE
    return PlaceKind.HTML_TEXT


def _link_kind(place: Place, before: str) -> PlaceKind:
    if not before.strip():
        return PlaceKind.URL_WHOLE
    if _OPAQUE_LINK.match(before):
        return PlaceKind.URL_OPAQUE
    if _WEB_LINK.match(before):
        return PlaceKind.URL_PART
    raise _refusal(
        place, "must be a whole link, or follow on https:// and a host name and a slash, mailto:, or tel:"
    )


def _spans(html: str) -> Iterator[_Span]:
    """Walk the page once, token by token."""
    position = text_start = 0
    while (position := html.find("<", position)) >= 0:
        token_end, spans, raw_name = _token(html, position)
        if token_end == position:  # a “<” that begins nothing is text
            position += 1
            continue
        yield _Span(start=text_start, end=position)
        yield from spans
        if raw_name:
            raw_end = _raw_text_end(html, token_end, raw_name)
            if raw_name in _ESCAPABLE_RAW_TEXT:
                yield _Span(start=token_end, end=raw_end, escapable_raw=True)
            token_end = raw_end
        position = text_start = token_end
    yield _Span(start=text_start, end=len(html))


def _token(html: str, position: int) -> tuple[int, list[_Span], str]:
    """Read the token at a “<”: its end, the attribute values in it, and the raw text element it opens."""
    if match := _COMMENT.match(html, position):
        return match.end(), [], ""
    if start := _TAG_START.match(html, position):
        return _tag(html, start)
    if match := _DECLARATION.match(html, position):
        return match.end(), [], ""
    return position, [], ""


def _tag(html: str, start: re.Match[str]) -> tuple[int, list[_Span], str]:
    name = start[2].lower()
    if name in _NOT_BESIDE_PLACES:
        raise InvalidTemplate(f"a page with merge places may not contain <{name}>.", part="HTML")
    position = start.end()
    spans = []
    while not (end := _TAG_END.match(html, position)):
        attribute = _ATTRIBUTE.match(html, position)
        if not attribute or _UNCLOSED_QUOTE.match(html, attribute.end()):
            return len(html), [], ""  # the page ends inside a tag: nothing behind it can be trusted
        if _takes_places(name, attribute):
            spans.append(
                _Span(start=attribute.start(2) + 1, end=attribute.end(2) - 1, attribute=attribute[1].lower())
            )
        position = attribute.end()
    opens_raw = not start[1] and name in _RAW_TEXT | _ESCAPABLE_RAW_TEXT
    return end.end(), spans, name if opens_raw else ""


def _takes_places(tag_name: str, attribute: re.Match[str]) -> bool:
    value = attribute[2]
    quoted = bool(value) and len(value) > 1 and value[0] in "\"'" and value[-1] == value[0]
    return (
        quoted
        and tag_name not in _NO_PLACE_IN_TAGS
        and attribute[1].lower() in _LINK_ATTRIBUTES | _TEXT_ATTRIBUTES
    )


def _raw_text_end(html: str, position: int, name: str) -> int:
    """Find where an element ends whose content is no markup, and make sure that nobody can see markup in it.

    A browser that ignores the opening tag (inside <select>, say) reads the content as tags.
    """
    found = re.compile(rf"</{name}(?=[{_B}/>])", re.IGNORECASE).search(html, position)
    end = found.start() if found and name != "plaintext" else len(html)
    if _LOOKS_LIKE_MARKUP.search(html, position, end):
        raise InvalidTemplate(f"the content of <{name}> may not look like tags or comments.", part="HTML")
    return end


def _refusal(place: Place, sentence: str) -> InvalidTemplate:
    return InvalidTemplate(f"the field “{place.field}” {sentence}.", part="HTML")
