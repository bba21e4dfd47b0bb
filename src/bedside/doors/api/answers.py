"""What the API answers with: JSON, and for errors RFC 9457 problems of one plain sentence and a stable code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson
from django.http import HttpResponse

from bedside.records.intake.rules.refusing import refusal_sentence

if TYPE_CHECKING:
    from bedside.records.intake.live import NotTaken, Taken

REFUSED_SHOWN_MAX: Final = 500
STATUS: Final = {
    "not_found": 404,
    "source_paused": 409,
    "import_state": 409,
    "too_many": 429,
    "too_many_imports": 429,
    "file_too_large": 413,
    "too_many_records": 413,
}
_AMISS: Final = 422
_SECONDS: Final = "60"


def answer(plain: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return HttpResponse(orjson.dumps(plain), content_type="application/json", status=status)


def problem(status: int, code: str, sentence: str) -> HttpResponse:
    plain = {"type": "about:blank", "title": sentence, "status": status, "code": code}
    made = HttpResponse(orjson.dumps(plain), content_type="application/problem+json", status=status)
    if status == 401:  # noqa: PLR2004
        made.headers["WWW-Authenticate"] = "Bearer"
    if status in {429, 503}:
        made.headers["Retry-After"] = _SECONDS
    return made


def refused(code: str, sentence: str) -> HttpResponse:
    return problem(STATUS.get(code, _AMISS), code, sentence)


def taken(what: Taken) -> HttpResponse:
    """Every record once; the reasons of the first refused ones."""
    return answer(
        {
            "new": what.new,
            "changed": what.changed,
            "unchanged": what.unchanged,
            "not_kept": what.not_kept,
            "refused": len(what.refused),
            "reasons": [_reason(each) for each in what.refused[:REFUSED_SHOWN_MAX]],
        }
    )


def _reason(each: NotTaken) -> dict[str, Any]:
    sentence = refusal_sentence(each.code) or "The record could not be taken."
    return {"record": each.record, "sort": each.sort, "code": each.code, "sentence": sentence}
