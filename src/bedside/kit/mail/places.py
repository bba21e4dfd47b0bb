"""Merge places: where a person's values go, and what may stand there.

A place is `{{ field }}` with a name of small letters and underscores; there are no expressions and no filters, so a
template cannot compute. Each place is given its kind when the campaign is compiled, from what surrounds it, never
from the value. A passage, `{{ if field }}` to `{{ end if }}`, is left out for whom the field is empty; passages do
not nest and stand in no subject.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from bedside.kit.mail.errors import InvalidTemplate

_PLACE = re.compile(r"\{\{[ \t]*(?:(?P<if>if[ \t]+)?(?P<field>[a-z_]{1,64})|(?P<end>end[ \t]+if))[ \t]*\}\}")
_HOST_BEFORE = re.compile(r"https?://[^\s<>\"/?#]*\Z")
_URL_BEFORE = re.compile(r"https?://[^\s<>\"]*\Z")


class PlaceKind(StrEnum):
    """How a value is made safe for the place it goes to."""

    TEXT = "text"  # plain text part
    TEXT_URL_PART = "text_url_part"  # behind `https://…` in the plain text part: percent-encoded
    HTML_TEXT = "html_text"  # between tags: escaped, line breaks become <br>
    HTML_ATTRIBUTE = "html_attribute"  # in quotes, or in <title>: escaped, line breaks kept by reference
    URL_WHOLE = "url_whole"  # at the start of a link: must itself be an https, mailto or tel link
    URL_PART = "url_part"  # behind the start of a link: percent-encoded, slashes and colons too
    URL_OPAQUE = "url_opaque"  # behind `tel:` or `mailto:`: as a part, but + and @ stay
    IF = "if"  # a passage begins; the value decides and is never shown
    END = "end"  # the passage ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One merge place and where it stands in the template (character positions).

    `edge` is IF or END where a passage begins or ends, None for a value; the end of one has no field.
    """

    field: str
    start: int
    end: int
    edge: PlaceKind | None = None


def find_places(template: str, *, part: str) -> tuple[Place, ...]:
    """Give all places of one part, in order.

    Raises: InvalidTemplate for `{{` that is not a well-formed place: better here than in 10,000 inboxes.
    """
    places = tuple(_place(match) for match in _PLACE.finditer(template))
    if template.count("{{") != len(places) or "{{{" in template:
        raise InvalidTemplate(
            "“{{” must be followed by a field name of small letters and underscores, and “}}”.", part=part
        )
    _check_passages(places, part=part)
    return places


def _place(match: re.Match[str]) -> Place:
    edge = PlaceKind.END if match["end"] else PlaceKind.IF if match["if"] else None
    return Place(field=match["field"] or "", start=match.start(), end=match.end(), edge=edge)


def _check_passages(places: tuple[Place, ...], *, part: str) -> None:
    """Each that begins must end before another begins."""
    expected = PlaceKind.IF
    for edge in (place.edge for place in places if place.edge is not None):
        if edge is not expected or part == "subject":
            raise InvalidTemplate(
                "“{{ if … }}” and “{{ end if }}” must stand in turn, and not in the subject.", part=part
            )
        expected = PlaceKind.END if edge is PlaceKind.IF else PlaceKind.IF
    if expected is PlaceKind.END:
        raise InvalidTemplate("a passage begins with “{{ if … }}” and does not end.", part=part)


def literals_between(template: str, places: tuple[Place, ...]) -> tuple[str, ...]:
    """Give the fixed texts around the places: always one more than there are places."""
    starts = [0, *(place.end for place in places)]
    ends = [*(place.start for place in places), len(template)]
    return tuple(template[start:end] for start, end in zip(starts, ends, strict=True))


def without_places(template: str) -> str:
    """Give the template with a letter for each place, to look at what surrounds one."""
    return _PLACE.sub("x", template)


def text_kind(template: str, place: Place) -> PlaceKind:
    """Tell whether a place of the plain text part continues a link that began before it on the line.

    Raises: InvalidTemplate where a value could change which host the link leads to, and where a passage is not
    made of whole lines, so that leaving one out can join no two lines to another link.
    """
    line_start = template.rfind("\n", 0, place.start) + 1
    if place.edge is not None:
        if template[line_start : place.start]:
            raise InvalidTemplate("a passage must begin and end at the start of a line.", part="text")
        return place.edge
    before = without_places(template[line_start : place.start])
    if _HOST_BEFORE.search(before):
        raise InvalidTemplate(
            f"the field “{place.field}” stands in the host name of a link; use a field that is the whole link.",
            part="text",
        )
    return PlaceKind.TEXT_URL_PART if _URL_BEFORE.search(before) else PlaceKind.TEXT
