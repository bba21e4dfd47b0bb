"""From a draft to content: checked, compiled, with footer, as HTML and as text."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

import mjml

from bedside.decisions.composer.rules.content import Content, Problem, Where
from bedside.decisions.composer.rules.defaults import spelled_out
from bedside.decisions.composer.rules.document import darkness
from bedside.decisions.composer.rules.document.markup import to_mjml
from bedside.decisions.composer.rules.examining import check_body
from bedside.decisions.composer.rules.fields import LACKING, with_samples
from bedside.decisions.composer.rules.finished import Unfinished, check_finished
from bedside.decisions.composer.rules.footer import (
    footer_nodes,
    footer_text,
    footer_words,
    printable,
)
from bedside.decisions.composer.rules.headings import check_headings
from bedside.decisions.composer.rules.passages import with_passages
from bedside.decisions.composer.rules.places import Places
from bedside.decisions.composer.rules.plain import plain_text
from bedside.decisions.composer.rules.tree import Node, read_tree, write_tree

if TYPE_CHECKING:
    from bedside.decisions.composer.rules.content import Draft
    from bedside.decisions.composer.rules.document.dress import Dress
    from bedside.decisions.composer.rules.document.markup import Markup
    from bedside.safeguards.practices.rules import Profile

# Gmail shows the first 102 KB only: beyond it the reader would not see how to say no.
HTML_BYTES_MAX = 100_000
NO_SUBJECT_YET = "(no subject yet)"
_COLOUR_SCHEME = (
    '<meta name="color-scheme" content="light"><meta name="supported-color-schemes" content="light">'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A draft's problems, and its content if the body can be compiled. Fit for sending only without problems."""

    problems: tuple[Problem, ...]
    content: Content | None


def examine(draft: Draft, practice: Profile, *, dress: Dress, remuneration: bool) -> Examined:
    """Checks and compiles. `remuneration`: somebody pays for the sending, so it is labelled as advertising."""
    headings = tuple(check_headings(draft, practice))
    body = tuple(check_body(draft, practice, dress=dress))
    if any(problem.code != LACKING for problem in body):
        return Examined(problems=(*headings, *body), content=None)
    unfit = {problem.where for problem in headings if problem.code != LACKING}
    try:
        content = _compile(
            draft,
            printable(with_samples(practice)),
            dress,
            subject=NO_SUBJECT_YET if Where.SUBJECT in unfit else draft.subject,
            preheader="" if Where.PREHEADER in unfit else draft.preheader,
            remuneration=remuneration,
        )
    except Unfinished as error:
        return Examined(problems=(*headings, *body, _unfinished(error)), content=None)
    return Examined(problems=(*headings, *body, *_size_problems(content)), content=content)


def _compile(
    draft: Draft, practice: Profile, dress: Dress, *, subject: str, preheader: str, remuneration: bool
) -> Content:
    places = Places(practice)
    words = footer_words(draft.message_class, practice.name, remuneration=remuneration)
    named_subject = " ".join(places.in_text(subject).split())
    named_preheader = " ".join(places.in_text(preheader).split())
    markup = to_mjml(draft.document, dress) if draft.document is not None else None
    root = read_tree(markup.mjml if markup else draft.mjml)
    body = places.in_tree(_spelled(root, markup, places))
    dark = _has_classes(body)
    footer = tuple(places.in_tree(node) for node in footer_nodes(words, practice, dark=dark))
    html = _html(_document(root, body, footer, named_subject, named_preheader))
    html = html.replace("<head>", f"<head>{darkness.SCHEMES if dark else _COLOUR_SCHEME}", 1)
    if dark:
        shade = dress.shade(draft.document.colour if draft.document else None)
        html = html.replace("</head>", f"{darkness.style_sheet(shade.strong)}</head>", 1)
    text = f"{plain_text(body)}\n{footer_text(words, practice)}"
    check_finished(html, text, pictures={look.address for look in dress.pictures.values()})
    return Content(
        message_class=draft.message_class,
        subject=named_subject,
        preheader=named_preheader,
        html=html,
        text=text,
        fields=frozenset(places.sources),
        sources=dict(sorted(places.sources.items())),
        content_hash=_content_hash([draft.message_class or "", named_subject, html, text], places),
    )


def _spelled(root: Node, markup: Markup | None, places: Places) -> Node:
    """The body, with marks around what is for some people only."""
    body = spelled_out(root)
    return with_passages(body, markup, places) if markup else body


def _has_classes(node: Node) -> bool:
    """True for what is drawn for the dark, too; a message made before there was such must stay as it was."""
    return "css-class" in node.attributes or any(_has_classes(child) for child in node.elements)


def _document(root: Node, body: Node, footer: tuple[Node, ...], subject: str, preheader: str) -> Node:
    head = [Node(tag="mj-title", children=(subject,))]
    if preheader:
        head.append(Node(tag="mj-preview", children=(preheader,)))
    whole = Node(
        tag="mj-body",
        attributes=body.attributes,
        children=(*(child for child in body.children if isinstance(child, Node)), *footer),
    )
    return Node(
        tag="mjml",
        attributes={"lang": root.attributes.get("lang", "en"), "dir": root.attributes.get("dir", "ltr")},
        children=(Node(tag="mj-head", children=tuple(head)), whole),
    )


def _html(document: Node) -> str:
    return mjml.mjml2html(write_tree(document), fonts={}, include_loader=_no_includes)


def _no_includes(path: str) -> NoReturn:  # noqa: ARG001  the compiler's own signature
    raise Unfinished("an include")


def _content_hash(parts: list[str], places: Places) -> bytes:
    digest = hashlib.sha256(b"bedside message content 1\n")
    filled = [f"{name} {source.field} {source.fallback}" for name, source in sorted(places.sources.items())]
    for part in (*parts, *filled):
        octets = part.encode()
        digest.update(b"%d:" % len(octets) + octets)
    return digest.digest()


def _unfinished(error: Unfinished) -> Problem:
    return Problem(
        code="unfinished",
        where=Where.BODY,
        sentence=f"the finished mail would hold something that is not allowed ({error}); simplify the message.",
    )


def _size_problems(content: Content) -> list[Problem]:
    size = len(content.html.encode())
    if size <= HTML_BYTES_MAX:
        return []
    sentence = (
        f"the mail has {size // 1000} KB; some mail programs cut it at {HTML_BYTES_MAX // 1000} KB and hide the "
        "unsubscribe link. Shorten it."
    )
    return [Problem(code="size", where=Where.BODY, sentence=sentence)]
