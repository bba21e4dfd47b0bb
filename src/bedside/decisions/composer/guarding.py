"""Reads a draft as a privacy officer would: what tells of a person or their health, where, and what to write instead.

Nothing here decides whether a message may go; it finds, says which findings block, and changes what an author agrees
to. In the subject, the preview line, the sender's name and links a finding blocks, since everybody on the way reads
them (MIN-04, MIN-10). Elsewhere it makes the message PHI, and the route does the rest.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit
from uuid import UUID

from bedside.decisions.composer.rules.content import Problem, Where
from bedside.decisions.composer.rules.fields import FIELDS, PLACE
from bedside.ground.errors import Refusal
from bedside.kit.phi import OPEN_PLACES, Finding, Kind, Level, Place, PlaceKind, Published, screen
from bedside.kit.phi.readable import from_markup, from_signs, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from bedside.decisions.composer.rules.content import Draft
    from bedside.kit.phi import OwnRecord
    from bedside.kit.phi.readable import Stretch
    from bedside.safeguards.practices.rules import Profile

Path = tuple[str | int, ...]

SENDER_NAME: Final[Path] = ("sender_name",)
_GREETED: Final = ("dear ", "hi ", "hello ", "hey ", "good morning ", "good afternoon ")
_FIRST_NAME: Final = "{{ first_name | there }}"
# Parts that are choices of a closed list, or for the author's own list only.
_UNREAD: Final = frozenset({"kind", "colour", "version", "edition", "id"})
_KINDS: Final = {
    "link": PlaceKind.LINK,
    "href": PlaceKind.LINK,
    "url": PlaceKind.LINK,
    "address": PlaceKind.LINK,
    "picture": PlaceKind.PICTURE,
    "image": PlaceKind.PICTURE,
    "photo": PlaceKind.PICTURE,
    "src": PlaceKind.PICTURE,
    "description": PlaceKind.DESCRIPTION,
    "alt": PlaceKind.DESCRIPTION,
    "subject": PlaceKind.SUBJECT,
    "preheader": PlaceKind.PREVIEW,
    "sender_name": PlaceKind.SENDER_NAME,
}
_WHERES: Final = {"subject": Where.SUBJECT, "preheader": Where.PREHEADER}


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftText:
    """One string of a draft as it is written, and the way to it. `part` is the last name on that way."""

    path: Path
    text: str = field(repr=False)
    part: str

    @property
    def where(self) -> Where:
        return _WHERES.get(self.part, Where.BODY)

    @property
    def block(self) -> int | None:
        """The number, from 1, of the outermost block it is in."""
        numbers = [step for step in self.path if isinstance(step, int)]
        return numbers[0] + 1 if numbers else None

    @property
    def is_condition(self) -> bool:
        return self.part == "show_if"

    def stretches(self) -> list[Stretch]:
        if self.part == "mjml":
            return from_markup(self.text)
        kind = _KINDS.get(self.part, PlaceKind.BODY)
        return from_signs(self.text) if kind is PlaceKind.BODY else plain(self.text, kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """A finding in a draft. Its `start` and `end` count in the string at `path`, as it is written.

    `found` is what stands there. `blocks`: the message cannot be sent before it is gone. `line` is of MJML, from 1.
    """

    finding: Finding
    path: Path
    place: PlaceKind
    where: Where
    block: int | None
    line: int | None
    blocks: bool
    found: str = field(repr=False)

    @property
    def key(self) -> str:
        """Names this finding among those of the same draft, without any of its text."""
        steps = ".".join(map(str, self.path))
        return f"{steps}:{self.finding.start}-{self.finding.end}:{self.finding.kind.value}"


def findings(
    draft: Draft, profile: Profile, *, own: OwnRecord | None = None, today: date | None = None
) -> list[Guarded]:
    """Everything found: the heading first, then the body in its order. Never raises for what a draft may hold."""
    texts = [DraftText(path=SENDER_NAME, text=profile.sender_name, part="sender_name"), *texts_of(draft)]
    published = _published(profile, draft)
    found: list[Guarded] = []
    for text in texts:
        found += _fields_of_health(text)
        if text.is_condition:
            continue
        stretches = text.stretches()
        places = [
            Place(where=str(number), text=stretch.text, kind=stretch.kind)
            for number, stretch in enumerate(stretches)
        ]
        for finding in screen(places, own=own, today=today, published=published):
            found.append(_guarded(text, stretches[int(finding.where)], finding))
    return found


def problems(found: list[Guarded]) -> list[Problem]:
    """Those that block, as what an author has to put right."""
    return [
        Problem(
            code="phi",
            where=one.where,
            sentence=f"{one.finding.why} {_PLACE_SENTENCES[one.place]}",
            line=one.line,
            block=one.block,
        )
        for one in found
        if one.blocks
    ]


_PLACE_SENTENCES: Final = {
    **dict.fromkeys(PlaceKind, "Take it out."),
    PlaceKind.SUBJECT: "Subjects are read by everybody on the way; take it out.",
    PlaceKind.PREVIEW: "Preview lines are shown on locked screens; take it out.",
    PlaceKind.SENDER_NAME: "It stands in the sender's name; change that in Settings.",
    PlaceKind.LINK: "Addresses are written down by servers on the way; use one that is the same for everybody.",
}


def apply(draft: Draft, guarded: Guarded) -> Draft:
    """The draft with the suggestion in place of what was found.

    Raises Refusal `no_suggestion`, or `changed_meanwhile` where something else stands there now.
    """
    suggestion = guarded.finding.suggestion
    if suggestion is None or guarded.path == SENDER_NAME:
        raise Refusal("no_suggestion", "There is no other wording for this; change the text yourself.")
    written = _at(draft, guarded.path)
    start, end = guarded.finding.start, guarded.finding.end
    if not isinstance(written, str) or written[start:end] != guarded.found:
        raise Refusal("changed_meanwhile", "The text has changed since; look at the findings again.")
    if not suggestion and written[:start].endswith(" ") and written[end : end + 1] in {"", " ", ".", ","}:
        start -= 1  # the blank before goes with the word
    return cast("Draft", _with(draft, guarded.path, written[:start] + suggestion + written[end:]))


def texts_of(draft: Draft) -> list[DraftText]:
    """Every string that people may come to read, whatever a document is made of; not the draft's own name.

    Left out: choices of closed lists, ids of pictures, and the name on a provider's card, which is for everybody.
    """
    return [
        text
        for step in fields(draft)
        if step.name != "name"
        for text in _strings(getattr(draft, step.name), (step.name,))
    ]


def _strings(node: object, path: Path) -> Iterator[DraftText]:
    if isinstance(node, Enum | UUID) or node is None:
        return
    if isinstance(node, str):
        part = next(step for step in reversed(path) if isinstance(step, str))
        if node.strip() and part not in _UNREAD and not _is_id(node):
            yield DraftText(path=path, text=node, part=part)
        return
    steps = _steps(node)
    provider = "credentials" in dict(steps) and bool(dict(steps)["credentials"])
    for step, inner in steps:
        if not (provider and step == "name"):
            yield from _strings(inner, (*path, step))


def _steps(node: object) -> list[tuple[str | int, Any]]:
    """What is inside, each with the step that leads to it; nothing in what is no container."""
    if is_dataclass(node) and not isinstance(node, type):
        return [(one.name, getattr(node, one.name)) for one in fields(node)]
    if isinstance(node, dict):
        return [(str(name), value) for name, value in node.items()]
    return list(enumerate(node)) if isinstance(node, list | tuple) else []


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _at(node: object, path: Path) -> object:
    for step in path:
        known: Mapping[str | int, Any] = dict(_steps(node))
        if step not in known:
            return None
        node = known[step]
    return node


def _with(node: Any, path: Path, text: str) -> Any:
    """The same tree with another string at the end of the way."""
    if not path:
        return text
    step, rest = path[0], path[1:]
    if isinstance(node, dict):
        return {**node, step: _with(node[step], rest, text)}
    if isinstance(node, list | tuple):
        inner = list(node)
        inner[cast("int", step)] = _with(inner[cast("int", step)], rest, text)
        return type(node)(inner)
    return replace(node, **{str(step): _with(getattr(node, str(step)), rest, text)})


def _published(profile: Profile, draft: Draft) -> Published:
    website = profile.website if "://" in profile.website else f"https://{profile.website}"
    host = (urlsplit(website).hostname or "").removeprefix("www.")
    return Published(
        names=(profile.name, profile.sender_name, *_providers(draft)),
        phones=(profile.phone,),
        addresses=(profile.postal_address,),
        hosts=tuple(filter(None, (host, profile.sender_domain))),
    )


def _providers(node: object) -> Iterator[str]:
    known = dict(_steps(node))
    if known.get("credentials") and isinstance(known.get("name"), str):
        yield known["name"]
    for inner in known.values():
        if not isinstance(inner, str):
            yield from _providers(inner)


def _fields_of_health(text: DraftText) -> Iterator[Guarded]:
    """Merge fields that tell of health: what they are filled with needs no guessing (MIN-02)."""
    matches = [(text.text.strip(), 0, len(text.text))] if text.is_condition else [
        (match[1], *match.span()) for match in PLACE.finditer(text.text)
    ]  # fmt: skip
    for name, start, end in matches:
        if name in FIELDS and FIELDS[name].health:
            why = f"The field “{FIELDS[name].label}” tells of the reader's care."
            finding = Finding(
                where="", start=start, end=end, kind=Kind.HEALTH_STATEMENT, level=Level.CERTAIN, why=why
            )
            yield _placed(text, _KINDS.get(text.part, PlaceKind.BODY), finding)


def _guarded(text: DraftText, stretch: Stretch, finding: Finding) -> Guarded:
    """A finding in what is read, as one in what is written; without a suggestion where signs or tags lie between."""
    start, end = stretch.written(finding.start, max(finding.end, finding.start + 1))
    suggestion = finding.suggestion
    if text.text[start:end] != stretch.text[finding.start : finding.end]:
        suggestion = None
    elif finding.kind is Kind.NAME and stretch.text[: finding.start].lower().endswith(_GREETED):
        suggestion = _FIRST_NAME
    return _placed(
        text, stretch.kind, replace(finding, where="", start=start, end=end, suggestion=suggestion)
    )


def _placed(text: DraftText, kind: PlaceKind, finding: Finding) -> Guarded:
    return Guarded(
        finding=finding,
        path=text.path,
        place=kind,
        where=text.where,
        block=text.block,
        line=text.text.count("\n", 0, finding.start) + 1 if text.part == "mjml" else None,
        blocks=kind in OPEN_PLACES,
        found=text.text[finding.start : finding.end],
    )
