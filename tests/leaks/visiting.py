"""A visitor without a browser: follows links, reads forms, fills them in, over real HTTP."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urljoin, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

REDIRECTS_MAX = 5
_BOUNDARY = "----------------------------an-edge-between-parts"


@dataclass(slots=True, kw_only=True)
class Control:
    """One thing of a form. `kind`: the input's type, or textarea, select, button."""

    name: str
    kind: str
    value: str = ""
    checked: bool = False
    options: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Form:
    action: str
    method: str
    multipart: bool = False
    controls: list[Control] = field(default_factory=list)
    others: list[str] = field(default_factory=list)  # further addresses that parts of the page send it to

    @property
    def buttons(self) -> list[Control]:
        return [control for control in self.controls if control.kind in {"button", "submit"}]


@dataclass(frozen=True)
class Answer:
    status: int
    url: str
    text: str
    headers: Mapping[str, str]
    redirected: bool

    @cached_property
    def page(self) -> Page:
        page = Page()
        page.feed(self.text)
        return page


class Page(HTMLParser):
    """Links and forms of one page."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._by_id: dict[str, Form] = {}
        self._form: Form | None = None
        self._textarea: Control | None = None
        self._select: Control | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(
                has.get("action", ""), has.get("method", "get").lower(), "multipart" in has.get("enctype", "")
            )
            self.forms.append(self._form)
            if "id" in has:
                self._by_id[has["id"]] = self._form
        for name in ("href", "hx-get", "src"):
            if tag in {"a", "div", "section", "iframe", "p", "button"} and has.get(name):
                self.links.append(has[name])
        if self._form is not None:
            self._form.others += [has[name] for name in ("hx-post", "formaction") if has.get(name)]
        self._control(tag, has)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if tag == "textarea":
            self._textarea = None
        if tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._textarea is not None:
            self._textarea.value += data

    def _control(self, tag: str, has: dict[str, str]) -> None:
        form = self._by_id.get(has.get("form", ""), self._form)
        if tag == "option" and self._select is not None:
            self._select.options.append(has.get("value", ""))
            if "selected" in has:
                self._select.value = has.get("value", "")
        if form is None or tag not in {"input", "textarea", "select", "button"} or "disabled" in has:
            return
        kind = has.get("type", "submit" if tag == "button" else "text") if tag in {"input", "button"} else tag
        made = Control(
            name=has.get("name", ""), kind=kind, value=has.get("value", ""), checked="checked" in has
        )
        form.controls.append(made)
        if tag == "textarea":
            self._textarea = made
        if tag == "select":
            self._select = made


class Visitor:
    """One session at one door. Every request carries `headers`, and what it asked and got is kept in order."""

    def __init__(self, base: str, *, headers: Mapping[str, str]) -> None:
        parts = urlsplit(base)
        assert parts.hostname
        self.base, self._host, self._port = base, parts.hostname, parts.port
        self._headers = dict(headers)
        self.cookies: dict[str, str] = {}

    def get(self, path: str) -> Answer:
        return self._follow("GET", urljoin(self.base + "/", path), None, "")

    def post(self, path: str, values: list[tuple[str, str]], *, referrer: str) -> Answer:
        body = urlencode(values).encode()
        return self._follow("POST", urljoin(self.base + "/", path), body, referrer)

    def upload(
        self, path: str, values: list[tuple[str, str]], *, file: tuple[str, str, bytes], referrer: str
    ) -> Answer:
        """`file` is (control, file name, content)."""
        parts = [
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in values
        ]
        control, name, content = file
        head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{control}"; filename="{name}"\r\nContent-Type: text/csv\r\n\r\n'
        body = "".join(parts).encode() + head.encode() + content + f"\r\n--{_BOUNDARY}--\r\n".encode()
        return self._follow(
            "POST",
            urljoin(self.base + "/", path),
            body,
            referrer,
            f"multipart/form-data; boundary={_BOUNDARY}",
        )

    def send_json(self, path: str, body: object, *, headers: Mapping[str, str]) -> Answer:
        """As another system does, which has no session: no cookie goes with it."""
        other = Visitor(self.base, headers={**self._headers, **headers})
        return other._follow(
            "POST", urljoin(self.base + "/", path), json.dumps(body).encode(), "", "application/json"
        )

    def _follow(
        self, method: str, url: str, body: bytes | None, referrer: str,
        kind: str = "application/x-www-form-urlencoded",
    ) -> Answer:  # fmt: skip
        redirected = False
        for _ in range(REDIRECTS_MAX):
            status, headers, text = self._ask(method, url, body, referrer, kind)
            if status not in {301, 302, 303}:
                return Answer(status, url, text, headers, redirected)
            url, method, body, redirected = urljoin(url, headers["Location"]), "GET", None, True
        raise AssertionError(f"led in a circle: {urlsplit(url).path}")

    def _ask(
        self, method: str, url: str, body: bytes | None, referrer: str, kind: str
    ) -> tuple[int, Mapping[str, str], str]:
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(self._host, self._port, timeout=60)
        headers = {
            **self._headers,
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        if body is not None:
            headers |= {"Content-Type": kind, "Origin": self.base, "Referer": referrer or url}
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        try:
            connection.request(method, target, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, answer.headers, text
