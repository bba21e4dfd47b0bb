"""How good a message is: remarks with a way to each, figures, what mail programs change, whether its links answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.shortcuts import render
from django.views.decorators.http import require_POST

from bedside.decisions.composer import link_checks, queries
from bedside.decisions.composer import quality as checks
from bedside.decisions.composer.brands import brand, dress_for
from bedside.decisions.composer.rules.compiling import examine
from bedside.decisions.composer.rules.outcomes import FINE, Outcome
from bedside.decisions.composer.rules.places import filled_in
from bedside.doors.web.messages.forms import edit_from
from bedside.doors.web.pages import done, staff_page
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from bedside.decisions.composer.link_checks import Checked
    from bedside.decisions.composer.rules import Content, Draft
    from bedside.ground.scope import Scope

_SHOWN_LENGTH_MAX = 60
_WORDS = {
    Outcome.WORKS: "works",
    Outcome.MOVED: "moved: it leads on to another address for good; use that one",
    Outcome.GONE: "gone: there is no such page",
    Outcome.SHUT: "answers, but does not let us look; try it yourself",
    Outcome.BROKEN: "does not work: the server reports a fault",
    Outcome.SILENT: "does not answer",
    Outcome.CERTIFICATE: "has a certificate that cannot be verified; browsers warn of it",
    Outcome.UNENCRYPTED: "leads on to an address without encryption",
    Outcome.INSIDE: "leads into a private network, where no patient gets",
    Outcome.NO_PICTURE: "is no picture",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkLine:
    """One link or picture as the panel shows it. `words` is empty before it was asked."""

    address: str
    is_picture: bool
    words: str
    is_fine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Everything the panel shows of content that could be compiled."""

    remarks: list[checks.Remark]
    figures: checks.Figures
    differences: tuple[checks.Difference, ...]
    links: list[LinkLine]
    asked_at: datetime | None


@staff_page(Right.WRITE_MESSAGES)
def quality(request: HttpRequest, scope: Scope, message_id: UUID) -> HttpResponse:
    """Of the saved message as a page, or of what is being typed (POST) as a piece of one. Saves nothing."""
    saved = queries.message(scope, message_id)
    draft = edit_from(request.POST).draft if request.method == "POST" else saved.draft
    context: dict[str, Any] = {
        "panel": panel_of(scope, message_id, draft),
        "message_id": message_id,
        "saved": saved,
        "grade_max": checks.GRADE_MAX,
    }
    template = "quality.html" if request.method == "POST" else "quality_page.html"
    return render(request, f"web/messages/{template}", context)


@staff_page(Right.WRITE_MESSAGES)
@require_POST
def ask_links(request: HttpRequest, scope: Scope, message_id: UUID) -> HttpResponse:
    """Has the links of what is saved asked."""
    saved = queries.message(scope, message_id)
    link_checks.order(scope, message_id, revision=saved.revision)
    sentence = "The links of what is saved are being asked. Come back to this page in a minute."
    return done(request, sentence, "message_quality", message_id)


def panel_of(scope: Scope, message_id: UUID, draft: Draft) -> Panel | None:
    """None where problems keep the message from being compiled."""
    practice = profile(scope)
    dress = dress_for(scope, draft.document, brand_of=brand(scope, number=None))
    content = examine(draft, practice, dress=dress, remuneration=False).content
    if content is None:
        return None
    targets = link_checks.targets(content.html)
    known = {checked.target: checked for checked in link_checks.known(scope, message_id, targets)}
    sizes = {
        target.address: found.size_bytes for target, found in known.items() if found.size_bytes is not None
    }
    remarks = checks.look(content, subject=_subject(content), practice=practice, picture_sizes=sizes)
    return Panel(
        remarks=checks.placed(remarks, draft, dress),
        figures=checks.figures(content),
        differences=checks.differences(content.html),
        links=[_line(target, known.get(target)) for target in targets],
        asked_at=min((found.at for found in known.values()), default=None),
    )


def _subject(content: Content) -> str:
    """As somebody reads it about whom nothing is known."""
    return filled_in(
        content.subject, {name: source.fallback or "Sam" for name, source in content.sources.items()}
    )


def _line(target: link_checks.Target, found: Checked | None) -> LinkLine:
    parts = urlsplit(target.address)
    shown = f"{parts.hostname or ''}{parts.path}".rstrip("/")
    return LinkLine(
        address=shown if len(shown) <= _SHOWN_LENGTH_MAX else f"{shown[:_SHOWN_LENGTH_MAX]}\u2026",
        is_picture=target.is_picture,
        words=_WORDS[found.outcome] if found is not None else "",
        is_fine=found is not None and found.outcome in FINE,
    )
