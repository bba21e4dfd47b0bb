"""`POST /intake/v1/people`: another system sends one person, with what they answered.

No sign-in and no cookie: the key in the header is all that counts, so there is nothing for a foreign page to ride on
and no CSRF check. The answer is the same for somebody new and somebody known; errors are RFC 9457 problems.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import orjson
from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt

from bedside.ground import clock
from bedside.ground.errors import Fault, NotFound, Refusal
from bedside.records.signups import actions
from bedside.records.signups.rules import read_person
from bedside.safeguards.practices.queries import profile

if TYPE_CHECKING:
    from django.http import HttpRequest

BODY_BYTES_MAX: Final = 64 * 1024
_STATUS: Final = {"repeat_key": 400, "body": 400, "too_many": 429}
_AMISS, _TAKEN = 422, 201


@csrf_exempt  # see the head of this file
def people(request: HttpRequest) -> HttpResponse:
    answer = _answer(request)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _answer(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _problem(405, "method", "Send people with POST.", allow="POST")
    try:
        return _take(request)
    except Refusal as refusal:
        return _problem(_STATUS.get(refusal.code, _AMISS), refusal.code, refusal.sentence)
    except Fault as fault:
        return _problem(503, fault.code, fault.sentence)


def _take(request: HttpRequest) -> HttpResponse:
    at, told = clock.now(), request.headers.get("Authorization", "")
    key = told.removeprefix("Bearer ").strip() if told.startswith("Bearer ") else ""
    caller = actions.caller(key, origin=request.META.get("REMOTE_ADDR", ""), at=at)
    if caller is None:
        return _problem(401, "key", "Send a key that is in force as Authorization: Bearer.")
    if request.content_type != "application/json":
        return _problem(415, "content_type", "Send JSON as application/json.")
    if _body_bytes(request) > BODY_BYTES_MAX:
        return _problem(413, "too_large", f"Send at most {BODY_BYTES_MAX} bytes.")
    body = request.body
    try:
        plain = orjson.loads(body)
    except orjson.JSONDecodeError:
        return _problem(400, "json", "This is no JSON.")
    try:
        today = at.astimezone(profile(caller.scope).zone).date()
    except NotFound:
        return _problem(401, "key", "Send a key that is in force as Authorization: Bearer.")
    person = read_person(plain, today=today)
    repeat_key = request.headers.get("Idempotency-Key", "")
    status = actions.take_person(caller, person, repeat_key=repeat_key, body=body, at=at)
    return HttpResponse(orjson.dumps({"status": status}), content_type="application/json", status=_TAKEN)


def _problem(status: int, code: str, sentence: str, *, allow: str = "") -> HttpResponse:
    plain = {"type": "about:blank", "title": sentence, "status": status, "code": code}
    answer = HttpResponse(orjson.dumps(plain), content_type="application/problem+json", status=status)
    if status == 401:  # noqa: PLR2004
        answer.headers["WWW-Authenticate"] = "Bearer"
    if status == 429:  # noqa: PLR2004
        answer.headers["Retry-After"] = "3600"
    if allow:
        answer.headers["Allow"] = allow
    return answer


def _body_bytes(request: HttpRequest) -> int:
    told = request.META.get("CONTENT_LENGTH") or "0"
    return int(told) if told.isascii() and told.isdigit() else BODY_BYTES_MAX + 1
