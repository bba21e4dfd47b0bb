"""Whose request it is: behind a proxy the connection is the proxy's, and the caller's address is in a header.

Sign-in limits and the ledger go by the address. A header that anybody can send is never believed further than
the proxies that `BEDSIDE_PROXIES` says there are: each of them appends the address it was called from, so the
caller stands that many places from the end and everything before it is hearsay.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

_HEADER = "HTTP_X_FORWARDED_FOR"
_HEADER_LENGTH_MAX = 1000


class CallerAddress:
    """Puts the caller's address where everybody looks for it (`REMOTE_ADDR`)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        told = request.META.get(_HEADER, "")
        request.META["REMOTE_ADDR"] = caller(
            request.META.get("REMOTE_ADDR", ""), told, proxies=settings.BEDSIDE_PROXIES
        )
        return self.get_response(request)


def caller(connected: str, forwarded: str, *, proxies: int) -> str:
    """`connected` is who opened the connection, `forwarded` the header. What is no address is never given."""
    parts = forwarded[-_HEADER_LENGTH_MAX:].split(",")
    if proxies and len(parts) >= proxies:
        told = _address(parts[-proxies])
        if told:
            return told
    return _address(connected)


def _address(text: str) -> str:
    """In one spelling: without a scope, and IPv4 as such."""
    try:
        found = ipaddress.ip_address(text.strip().partition("%")[0])
    except ValueError:
        return ""
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return str(mapped or found)
