"""The demo inbox: what the receiving server of a demonstration got. Not there in earnest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from bedside.doors.web.inbox.maildir import arrived, opened
from bedside.doors.web.messages.frames import FRAME_POLICY
from bedside.doors.web.pages import staff_page, whole_number
from bedside.ground.errors import NotFound
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from django.http import HttpRequest

    from bedside.doors.web.inbox.maildir import Mail
    from bedside.ground.scope import Scope

PAGE_MAILS = 25
sees_mail = staff_page(Right.SEE_PATIENTS)
# Links may open a new window of their own; nothing runs, nothing is sent, nothing is loaded but https pictures.
_POLICY = {**FRAME_POLICY, "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"]}


@sees_mail
def inbox(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Mails of this practice, newest first, by recipient. A search comes as POST: an address is PHI."""
    _require_demo()
    words = request.POST.get("words", "")[:100]
    page_no = request.POST.get("page", "1")
    number = whole_number(page_no, otherwise=1)
    sender = profile(scope).sender_address
    found, total = arrived(
        sender=sender, words=words, offset=(max(number, 1) - 1) * PAGE_MAILS, limit=PAGE_MAILS
    )
    page = Paginator(range(total), PAGE_MAILS).get_page(number)
    context = {"found": found, "total": total, "words": words, "page": page}
    return render(request, "web/inbox/inbox.html", context)


@sees_mail
def mail(request: HttpRequest, scope: Scope, name: str) -> HttpResponse:
    return render(request, "web/inbox/mail.html", {"mail": _opened(scope, name)})


@sees_mail
def frame(_request: HttpRequest, scope: Scope, name: str) -> HttpResponse:
    """The HTML part, in an answer where nothing can run."""
    html = _opened(scope, name).html
    response = HttpResponse(html.replace("<head>", '<head><base target="_blank">', 1))
    response._csp_config = _POLICY  # type: ignore[attr-defined]  # noqa: SLF001  django-csp reads this
    return response


def _opened(scope: Scope, name: str) -> Mail:
    _require_demo()
    found = opened(name, sender=profile(scope).sender_address)
    if found is None:
        raise NotFound
    return found


def _require_demo() -> None:
    if not settings.BEDSIDE_DEMO:
        raise NotFound
