"""The conversation with a FHIR server: sign in, begin an export, ask whether it is ready, fetch its files, let it go.

Source: HL7 FHIR Bulk Data Access 2.0, SMART App Launch 2.2 "Backend Services". Nothing here remembers anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode, urljoin

import orjson

from bedside.records.intake.pulling.assertion import assertion
from bedside.records.intake.pulling.problems import Problem, Stopped

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bedside.records.intake.pulling.assertion import PrivateKey
    from bedside.records.intake.pulling.fetching import Fetcher, Reply

FILES_MAX: Final = 10_000
WAIT_S_MIN, WAIT_S_MAX, WAIT_S_USUAL = 5.0, 3600.0, 30.0
_FHIR_JSON: Final = "application/fhir+json"
_NDJSON: Final = "application/fhir+ndjson"
_SIGN_IN: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_FIRST: Final = ("Patient", "Practitioner", "Location")


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One server and how Bedside is known to it. `fhir_url` without a slash at its end; `group` may be empty."""

    fhir_url: str
    token_url: str
    client_id: str
    key_id: str
    token_scope: str
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file of an export. `count` is -1 where the server does not say it."""

    sort: str
    url: str
    count: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A finished export: `at` as the server wrote it, for the next one; files with people first."""

    at: str
    files: tuple[File, ...]
    needs_token: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NotReady:
    """Ask again after so many seconds."""

    wait_s: float


def sign_in(fetcher: Fetcher, server: Server, *, key: PrivateKey, at: datetime, token_id: str) -> str:
    """A bearer token. Raises Stopped."""
    signed = assertion(
        key,
        client_id=server.client_id,
        token_url=server.token_url,
        key_id=server.key_id,
        at=at,
        token_id=token_id,
    )
    form = {
        "grant_type": "client_credentials",
        "scope": server.token_scope,
        "client_assertion_type": _SIGN_IN,
        "client_assertion": signed,
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    reply = fetcher.ask(server.token_url, method="POST", headers=headers, body=urlencode(form).encode())
    if reply.status in {400, 401, 403}:
        raise Stopped(Problem.SIGN_IN)
    _check(reply, wanted={200}, at=at)
    token = _object(reply).get("access_token")
    if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable():
        raise Stopped(Problem.ANSWER)
    return token


def begin(
    fetcher: Fetcher, server: Server, *, token: str, sorts: Iterable[str], since: str, at: datetime
) -> str:
    """Asks for an export; gives the address to ask at. `since` is an earlier one's `at`, or empty. Raises Stopped."""
    whose = f"Group/{quote(server.group, safe='')}" if server.group else "Patient"
    asked = {
        "_type": ",".join(sorted(sorts)),
        "_outputFormat": _NDJSON,
        **({"_since": since} if since else {}),
    }
    reply = fetcher.ask(
        f"{server.fhir_url}/{whose}/$export?{urlencode(asked)}",
        headers={"Accept": _FHIR_JSON, "Prefer": "respond-async"},
        token=token,
    )
    if reply.status in {400, 404, 405, 501}:
        raise Stopped(Problem.NO_EXPORT)
    _check(reply, wanted={202}, at=at)
    found = reply.headers.get("content-location", "")
    if not found:
        raise Stopped(Problem.ANSWER)
    return urljoin(f"{server.fhir_url}/", found)


def look(fetcher: Fetcher, address: str, *, token: str, at: datetime) -> Export | NotReady:
    """Whether the export is ready. Raises Stopped."""
    reply = fetcher.ask(address, headers={"Accept": "application/json"}, token=token)
    if reply.status in {404, 410}:
        raise Stopped(Problem.EXPORT_GONE)
    if reply.status == 202:  # noqa: PLR2004
        return NotReady(wait_s=_wait_s(reply, at=at))
    _check(reply, wanted={200}, at=at)
    return _export(_object(reply))


def let_go(fetcher: Fetcher, address: str, *, token: str) -> None:
    """Tells the server that its files may go. Whatever it answers, they go by themselves some day."""
    fetcher.ask(address, method="DELETE", token=token)


def check_file(reply: Reply, *, at: datetime) -> None:
    """Whether what comes is the file. Raises Stopped; a token that is over shows as SIGN_IN, as for `sign_in`."""
    if reply.status in {404, 410}:
        raise Stopped(Problem.EXPORT_GONE)
    _check(reply, wanted={200}, at=at)


def _check(reply: Reply, *, wanted: set[int], at: datetime) -> None:
    if reply.status in wanted:
        return
    if reply.status == 401:  # noqa: PLR2004
        raise Stopped(Problem.SIGN_IN)
    if reply.status == 403:  # noqa: PLR2004
        raise Stopped(Problem.NOT_ALLOWED)
    if reply.status in {429, 503}:
        raise Stopped(Problem.BUSY, retry_after_s=_wait_s(reply, at=at))
    if reply.status >= 500:  # noqa: PLR2004
        raise Stopped(Problem.SERVER_ERROR)
    raise Stopped(Problem.ANSWER)


def _wait_s(reply: Reply, *, at: datetime) -> float:
    """Retry-After in seconds or as a date (RFC 9110 section 10.2.3), never absurdly soon or late."""
    told = reply.headers.get("retry-after", "").strip()
    seconds = WAIT_S_USUAL
    if told.isascii() and told.isdigit() and len(told) < 8:  # noqa: PLR2004
        seconds = float(told)
    elif told:
        try:
            seconds = (parsedate_to_datetime(told) - at).total_seconds()
        except (ValueError, TypeError):
            seconds = WAIT_S_USUAL
    return min(max(seconds, WAIT_S_MIN), WAIT_S_MAX)


def _object(reply: Reply) -> dict[str, Any]:
    try:
        plain = orjson.loads(reply.body)
    except orjson.JSONDecodeError as error:
        raise Stopped(Problem.ANSWER) from error
    if not isinstance(plain, dict):
        raise Stopped(Problem.ANSWER)
    return plain


def _export(plain: dict[str, Any]) -> Export:
    at, output, errors = plain.get("transactionTime"), plain.get("output"), plain.get("error", [])
    if not isinstance(at, str) or not isinstance(output, list) or len(output) > FILES_MAX:
        raise Stopped(Problem.ANSWER)
    try:
        datetime.fromisoformat(at)
    except ValueError as error:
        raise Stopped(Problem.ANSWER) from error
    if errors:
        raise Stopped(Problem.EXPORT_ERRORS)
    files = sorted(
        map(_file, output), key=lambda each: _FIRST.index(each.sort) if each.sort in _FIRST else len(_FIRST)
    )
    return Export(at=at, files=tuple(files), needs_token=plain.get("requiresAccessToken") is not False)


def _file(each: Any) -> File:
    sort, url = (each.get("type"), each.get("url")) if isinstance(each, dict) else (None, None)
    if not isinstance(sort, str) or not isinstance(url, str):
        raise Stopped(Problem.ANSWER)
    count = each.get("count")
    return File(sort=sort[:80], url=url, count=count if type(count) is int and count >= 0 else -1)
