"""Whether the ledger is whole: how it stands, verifying it now, and what an auditor takes along."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.timesince import timesince
from django.views.decorators.http import require_POST

from bedside.doors.web.ledger.status import LEVEL_WORDS, finding_words, overall, statuses, todo_of
from bedside.doors.web.ledger.views import sees_ledger
from bedside.ground import clock
from bedside.ground.errors import NotFound
from bedside.ground.jobs import enqueue
from bedside.safeguards.audit.actions import record
from bedside.safeguards.audit.entries import LEDGER_EXPORTED
from bedside.safeguards.audit.findings import KEPT
from bedside.safeguards.audit.history import newest_checkpoint, verifications
from bedside.safeguards.audit.proving import export_lines
from bedside.safeguards.audit.signing import public_keys
from bedside.safeguards.audit.standing import last_verification, standing

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from bedside.ground.scope import Scope
    from bedside.safeguards.audit.signing import PublicKey
    from bedside.safeguards.audit.standing import Verification

VERIFICATIONS_SHOWN: Final = 20
WAIT_FOR_WORKER: Final = timedelta(seconds=30)
GIVE_UP_AFTER: Final = timedelta(hours=2)
_ASKED: Final = "ledger_verification_asked"


@sees_ledger
def verification(request: HttpRequest, scope: Scope) -> HttpResponse:
    """How the ledger stands, and the history of verifications."""
    at = clock.now()
    found = standing(scope, at=at)
    context = {
        "found": found,
        "age": _age(found.sealed_at, at),
        "overall": overall(found, at=at),
        "statuses": statuses(found, at=at),
        "level_words": LEVEL_WORDS,
        "last": _told(found.verification) if found.verification else None,
        "history": [_told(one) for one in verifications(scope, limit=VERIFICATIONS_SHOWN)],
        "anchors": [(anchor, anchor.outcome == KEPT) for anchor in found.anchors],
        "keys": list(reversed(public_keys(scope))) if found.key_fingerprint else [],
        **_progress(request, scope, at),
    }
    return render(request, "web/ledger/verification.html", context)


@require_POST
@sees_ledger
def verify(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Asks a worker to verify, and goes back to the page, which then shows how far it is."""
    at = clock.now()
    if not _progress(request, scope, at)["is_waiting"]:
        enqueue("ledger.verify_now", lock=f"ledger.verify {scope.practice_id}", practice_id=scope.practice_id)
        request.session[_ASKED] = at.isoformat()
    return redirect("ledger_verification")


@sees_ledger
def progress(request: HttpRequest, scope: Scope) -> HttpResponse:
    """A piece of the page, asked for each second while a verification is under way."""
    context = _progress(request, scope, clock.now())
    response = render(request, "web/ledger/verifying.html", context)
    if not context["is_waiting"]:
        response.headers["HX-Refresh"] = "true"
    return response


@sees_ledger
def key(request: HttpRequest, scope: Scope, fingerprint: str) -> HttpResponse:  # noqa: ARG001
    """A public key as a file for whoever verifies: a text that every tool for keys can read."""
    found = next((one for one in public_keys(scope) if one.fingerprint == fingerprint), None)
    if found is None:
        raise NotFound("There is no such key.")
    return _file(key_text(found), f"ledger-key-{found.version}.pem", "application/x-pem-file")


@sees_ledger
def checkpoint(request: HttpRequest, scope: Scope) -> HttpResponse:  # noqa: ARG001
    """The newest signed checkpoint, for whoever keeps it outside."""
    note = newest_checkpoint(scope)
    if not note:
        raise NotFound("Nothing is sealed yet, so there is no checkpoint.")
    return _file(note, "ledger-checkpoint.txt", "text/plain; charset=utf-8")


@require_POST
@sees_ledger
def export_sealed(request: HttpRequest, scope: Scope) -> HttpResponseBase:  # noqa: ARG001
    """The whole sealed ledger as `bedside-verify` reads it, streamed; the export becomes an entry first."""
    record(scope, LEDGER_EXPORTED, at=clock.now(), wanted_kind="all", about="all", form="bedside-ledger-1")
    response = StreamingHttpResponse(export_lines(scope), content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="ledger.export"'
    return response


def key_text(found: PublicKey) -> str:
    return found.key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _file(text: str, name: str, content_type: str) -> HttpResponse:
    response = HttpResponse(text, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _age(since: datetime | None, at: datetime) -> str:
    if since is None or at - since < timedelta(minutes=1):
        return "just now"
    return f"{timesince(since, at)} ago"


def _told(one: Verification) -> tuple[Verification, str, str]:
    """(verification, what it found, what to do)."""
    return one, finding_words(one.finding), todo_of(one)


def _progress(request: HttpRequest, scope: Scope, at: datetime) -> dict[str, Any]:
    """Whether the verification this session asked for is still to come."""
    asked = _asked(request)
    if asked is None or at - asked > GIVE_UP_AFTER:
        return {"is_waiting": False}
    last = last_verification(scope)
    if last is not None and last.at >= asked:
        del request.session[_ASKED]
        return {"is_waiting": False}
    seconds = int((at - asked).total_seconds())
    return {"is_waiting": True, "seconds": seconds, "is_late": at - asked > WAIT_FOR_WORKER}


def _asked(request: HttpRequest) -> datetime | None:
    text = request.session.get(_ASKED)
    return datetime.fromisoformat(text) if text else None
