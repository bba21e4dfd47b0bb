"""Everything that must be right in the markup of a message, each problem in one sentence with its line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.decisions.composer.rules.content import Problem, Where
from bedside.decisions.composer.rules.elements import ELEMENTS, REFUSED
from bedside.decisions.composer.rules.fields import (
    FALLBACK_LENGTH_MAX,
    FIELDS,
    LACKING,
    fields_for,
    nearest_field,
    practice_lacks,
    stray_braces,
    written_places,
)
from bedside.decisions.composer.rules.links import image_problem, link_problem
from bedside.decisions.composer.rules.tree import Node, Unreadable, read_tree
from bedside.decisions.gate.rules.classes import CLASS_RULES

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from bedside.decisions.composer.rules.elements import Element
    from bedside.decisions.composer.rules.fields import Written
    from bedside.decisions.gate.rules.classes import MessageClass
    from bedside.safeguards.practices.rules import Profile


def _word_problems(
    text: str, message_class: MessageClass | None, practice: Profile
) -> Iterator[tuple[str, str]]:
    """What is wrong with the fields in a stretch of words."""
    if stray_braces(text):
        yield (
            "field",
            "“{{” and “}}” belong around a field's name, such as {{ first_name }}; put the missing part.",
        )
    for place in written_places(text):
        if lacking := practice_lacks(place.field, practice):
            yield LACKING, lacking
        elif sentence := place_problem(place, message_class):
            yield "field", sentence


def place_problem(place: Written, message_class: MessageClass | None) -> str | None:
    known = FIELDS.get(place.field)
    if known is None:
        return unknown_field(place.field, message_class)
    if known.link:
        return f"the field “{known.name}” is a web address; use it as the address of a link or button."
    if message_class is not None and message_class not in known.classes:
        return not_for(place.field, message_class)
    if known.of_practice:
        return _same_for_all(place) if place.fallback is not None else None
    if place.fallback is not None and not 1 <= len(place.fallback) <= FALLBACK_LENGTH_MAX:
        return f"after “|” in “{known.name}” there should be 1 to {FALLBACK_LENGTH_MAX} characters."
    return None


def unknown_field(name: str, message_class: MessageClass | None) -> str:
    near = nearest_field(name)
    if near:
        return f"there is no field “{name}”; did you mean “{near}”?"
    allowed = ", ".join(field.name for field in fields_for(message_class) if not field.link)
    return f"there is no field “{name}”; there are {allowed}."


def not_for(name: str, message_class: MessageClass) -> str:
    allowed = ", ".join(field.name for field in fields_for(message_class) if not field.link)
    label = CLASS_RULES[message_class].label
    return f"the field “{name}” may not be used in messages of the kind “{label}”; use {allowed}."


def _same_for_all(place: Written) -> str:
    return f"the field “{place.field}” is the same for everybody; remove the words after “|”."


def check_markup(
    source: str, message_class: MessageClass | None, practice: Profile, *, pictures: Container[str] = ()
) -> Iterator[Problem]:
    """Each problem with its line. `pictures`: addresses of pictures that come from our own pick-up door."""
    try:
        root = read_tree(source)
    except Unreadable as error:
        yield _problem("unreadable", error.sentence, error.line)
        return
    if root.tag != "mjml":
        yield _problem("no_mjml", "the first element must be <mjml>.", root.line)
        return
    if [child.tag for child in root.elements].count("mj-body") != 1:
        yield _problem("no_body", "there must be one <mj-body> inside <mjml>.", root.line)
    for node, parents in _walk(root, ()):
        found = _node_problems(node, parents, message_class, practice)
        if node.attributes.get("src", "") in pictures:
            found = ((code, sentence) for code, sentence in found if code != "picture")
        for code, sentence in found:
            yield _problem(code, sentence, node.line)


def _walk(node: Node, parents: tuple[str, ...]) -> Iterator[tuple[Node, tuple[str, ...]]]:
    """Each element with its parents; what stands in a refused one is not looked at."""
    yield node, parents
    if node.tag in ELEMENTS:
        for child in node.elements:
            yield from _walk(child, (*parents, node.tag))


def _node_problems(
    node: Node, parents: tuple[str, ...], message_class: MessageClass | None, practice: Profile
) -> Iterator[tuple[str, str]]:
    known = ELEMENTS.get(node.tag)
    if known is None:
        yield "element", _unknown_element(node.tag)
        return
    if node.tag == "a" and {"a", "mj-button"} & set(parents):
        yield "place", "a link cannot stand inside another link or a button."
    elif parents and node.tag not in ELEMENTS[parents[-1]].children:
        yield "place", f"<{node.tag}> cannot stand inside <{parents[-1]}>."
    defaults = bool(parents) and parents[-1] == "mj-attributes"
    yield from _attribute_problems(node, known, defaults=defaults)
    yield from _meaning_problems(node, message_class, practice, defaults=defaults)
    for text in (child for child in node.children if isinstance(child, str)):
        if not known.text and text.strip():
            yield "text", f"words cannot stand directly in <{node.tag}>; put them into <mj-text>."
        yield from _word_problems(text, message_class, practice)


def _unknown_element(tag: str) -> str:
    reason = REFUSED.get(tag.lower())
    return (
        f"<{tag}>: {reason}." if reason else f"<{tag}> is not known here; remove it or use another element."
    )


def _attribute_problems(node: Node, known: Element, *, defaults: bool) -> Iterator[tuple[str, str]]:
    for name, value in node.attributes.items():
        check = known.attributes.get(name)
        if defaults and node.tag in {"mj-all", "mj-class"}:
            if node.tag == "mj-class" and name == "name":
                continue
            check = _DEFAULTABLE.get(name)
        if check is None:
            yield "attribute", f"<{node.tag}> has no attribute “{name}”; remove it."
        elif "{{" in value and name not in _WORDED:
            yield "attribute", f"“{name}” cannot hold a field; write the value itself."
        elif wanted := check(value):
            yield "attribute", f"“{name}” of <{node.tag}> should be {wanted}."


_WORDED = frozenset({"alt", "title", "href", "src"})
_DEFAULTABLE = {
    name: check
    for tag, element in ELEMENTS.items()
    if tag.startswith("mj-")
    for name, check in element.attributes.items()
    if name not in _WORDED and name != "mj-class"
}


def _meaning_problems(
    node: Node, message_class: MessageClass | None, practice: Profile, *, defaults: bool
) -> Iterator[tuple[str, str]]:
    """Links, pictures and descriptions, judged by what they say."""
    if defaults:
        for name in _WORDED & node.attributes.keys():
            yield "attribute", f"“{name}” cannot be a default; write it on each element."
        return
    yield from _link_problems(node, message_class, practice)
    if node.tag == "mj-image":
        sentence = image_problem(node.attributes.get("src", ""), practice)
        if sentence:
            yield "picture", sentence
        if "alt" not in node.attributes:
            yield (
                "description",
                'a picture needs alt="…" that says what it shows; alt="" if it only decorates.',
            )
    for name in ("alt", "title"):
        yield from _word_problems(node.attributes.get(name, ""), message_class, practice)


def _link_problems(
    node: Node, message_class: MessageClass | None, practice: Profile
) -> Iterator[tuple[str, str]]:
    if "href" not in node.attributes:
        if node.tag in {"a", "mj-button"}:
            yield "link", f'<{node.tag}> needs href="https://…" that says where it leads.'
        return
    address = node.attributes["href"]
    if sentence := link_problem(address):
        yield "link", sentence
        return
    for place in written_places(address):
        if lacking := practice_lacks(place.field, practice):
            yield LACKING, lacking
        elif place.field not in FIELDS:
            yield "field", unknown_field(place.field, message_class)


def _problem(code: str, sentence: str, line: int) -> Problem:
    return Problem(code=code, where=Where.BODY, sentence=sentence, line=line)
