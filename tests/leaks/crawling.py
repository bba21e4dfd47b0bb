"""Goes over every page of a door, follows what links there are, and sends every form with each of its buttons."""

from __future__ import annotations

import re
from collections import Counter, deque
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urljoin, urlsplit

from django.urls import NoReverseMatch, Resolver404, resolve, reverse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.leaks.filling import Filler
    from tests.leaks.visiting import Answer, Form, Visitor

VISITS_PER_ADDRESS = 2
PRESSES_PER_BUTTON = 1
_WRONG_METHOD, _BROKEN_FROM = 405, 500
_NUMBERS = re.compile(r"\d+")  # the second block of a message is as the first
# Their forms end what the visitor works with. Signing out is done at the very end, by hand.
LEFT_ALONE = {
    "account_logout": "ends the session",
    "mfa_activate_totp": "tried by its own request: a second step would stop every later sign-in",
    "mfa_generate_recovery_codes": "needs a second step",
    "switch_practice": "there is one practice",
}
LAST = ("remove", "cancel", "end", "erase", "destroy", "lift", "password", "second", "deceased", "pause")


@dataclass(slots=True)
class Crawl:
    """One visitor's round.

    `protected`: ids whose pages are looked at and never acted on, such as the visitor's own account."""

    visitor: Visitor
    filler: Filler
    urlconf: str
    file: tuple[str, bytes]
    protected: frozenset[str] = frozenset()
    only: str = ""  # a pattern of the names of addresses, empty for all
    visited: Counter[str] = field(default_factory=Counter)
    pressed: Counter[tuple[str, ...]] = field(default_factory=Counter)
    statuses: dict[str, set[int]] = field(default_factory=dict)
    accepted: set[tuple[str, str]] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    token: str = ""
    sent_from: set[str] = field(default_factory=set)

    def run(self, start: Iterable[str]) -> None:
        """Pages first, then forms, destructive ones last; what forms lead to is looked at, too."""
        pages = self._look_around(start)
        forms = [(path, form) for path, answer in pages for form in answer.page.forms]
        forms.sort(key=lambda pair: any(word in self._target(*pair) for word in LAST))
        more: list[str] = []
        for path, form in forms:
            more += self._try_form(path, form)
        for path, answer in self._look_around(more):
            for form in answer.page.forms:
                self._try_form(path, form)

    def knock_everywhere(self, names: Iterable[str]) -> None:
        """Addresses that no link led to: asked for by hand, with ids seen elsewhere, and posted to."""
        for name in sorted(set(names) - set(self.statuses) - set(LEFT_ALONE)):
            path = self._address(name)
            if path is None or self._is_protected(path):
                continue
            answer = self._kept(name, self.visitor.get(path))
            for form in answer.page.forms:
                self._try_form(path, form)
            if answer.status == _WRONG_METHOD:
                self._post_by_hand(name, path)

    def _address(self, name: str) -> str | None:
        """None if it asks for an id that was never seen."""
        known = {"verb": "pause", "name": "none", **self.ids}
        for kwargs in ({}, *({one: known[one]} for one in known), *_pairs(known)):
            try:
                return reverse(name, urlconf=self.urlconf, kwargs=kwargs)
            except NoReverseMatch:
                continue
        return None

    def _post_by_hand(self, name: str, path: str) -> None:
        area = self._area(path)
        fields = {control for where, control in self.filler.planted if where == area}
        values = [
            (control, self.filler.marks.of(f"web {name}: {control}, by hand")) for control in sorted(fields)
        ]
        values.append(("csrfmiddlewaretoken", self.token))
        self._kept(name, self.visitor.post(path, values, referrer=self.visitor.base + path))

    def _look_around(self, start: Iterable[str]) -> list[tuple[str, Answer]]:
        waiting, found = deque(start), []
        while waiting:
            path = waiting.popleft()
            name = self._name(path)
            if (
                name is None
                or not re.search(self.only, name)
                or self.visited[name] >= VISITS_PER_ADDRESS
                or (name, path) in self.accepted
            ):
                continue
            self.visited[name] += 1
            self.accepted.add((name, path))
            self.ids |= {
                key: str(value)
                for key, value in resolve(urlsplit(path).path, urlconf=self.urlconf).kwargs.items()
            }
            mark = self.filler.marks.of(f"query of {name}")
            answer = self._kept(name, self.visitor.get(path + ("&" if "?" in path else "?") + f"zq={mark}"))
            found.append((path, answer))
            waiting.extend(self._links(path, answer))
        return found

    def _links(self, path: str, answer: Answer) -> list[str]:
        joined = (urlsplit(urljoin(self.visitor.base + path, link)) for link in answer.page.links)
        host = urlsplit(self.visitor.base).netloc
        return [
            parts.path + (f"?{parts.query}" if parts.query else "")
            for parts in joined
            if parts.netloc == host
        ]

    def _try_form(self, path: str, form: Form, *, as_shown: bool = False) -> list[str]:
        """Sends the form once for each button and each address it may go to; gives pages it led to.

        `as_shown`: a form out of an answer, such as one block longer, which asking for the page anew would lose.
        """
        led_to = []
        for action, button in self._ways(path, form):
            name = self._name(action) or ""
            controls = sorted({f"{control.name} {control.kind}" for control in form.controls})
            way = tuple(_NUMBERS.sub("N", part) for part in (name, *button, *controls))
            if (
                name in LEFT_ALONE
                or self.pressed[way] >= PRESSES_PER_BUTTON
                or self._is_protected(path + action)
            ):
                continue
            self.pressed[way] += 1
            # Asked for anew once something was sent from it: it holds the present version then.
            now = self._fresh(path, form) if path in self.sent_from and not as_shown else form
            self.sent_from.add(path)
            answer = self._send(path, now, action, button, name)
            if answer.redirected:
                led_to.append(urlsplit(answer.url).path)
            elif not as_shown and answer.status < _BROKEN_FROM:
                for shown in answer.page.forms:
                    led_to += self._try_form(path, shown, as_shown=True)
        return led_to

    def _ways(self, path: str, form: Form) -> list[tuple[str, tuple[str, ...]]]:
        own = urlsplit(urljoin(self.visitor.base + path, form.action or path)).path
        ways = [(own, (button.name, button.value)) for button in form.buttons] or [(own, ())]
        return ways + [(urlsplit(urljoin(self.visitor.base + path, other)).path, ()) for other in form.others]

    def _send(self, path: str, fresh: Form, action: str, button: tuple[str, ...], name: str) -> Answer:
        area = self._area(action)
        values = self.filler.fill(fresh.controls, area=area, page=name)
        self.token = next(
            (value for control, value in values if control == "csrfmiddlewaretoken"), self.token
        )
        if button and button[0]:
            values.append((button[0], button[1]))
        if fresh.method != "post":
            return self._kept(name, self.visitor.get(f"{action}?{urlencode(values)}"))
        files = [control for control in fresh.controls if control.kind == "file"]
        if files:
            self.filler.planted.add((area, files[0].name))
            return self._kept(
                name,
                self.visitor.upload(
                    action, values, file=(files[0].name, *self.file), referrer=self.visitor.base + path
                ),
            )
        return self._kept(name, self.visitor.post(action, values, referrer=self.visitor.base + path))

    def _fresh(self, path: str, form: Form) -> Form:
        """The same form as the page shows it now: it holds the present version and token."""
        now = self.visitor.get(path).page.forms
        names = {control.name for control in form.controls}
        same = [
            other
            for other in now
            if other.action == form.action and {c.name for c in other.controls} == names
        ]
        return same[0] if same else form

    def _kept(self, name: str, answer: Answer) -> Answer:
        self.statuses.setdefault(name, set()).add(answer.status)
        if answer.status >= _BROKEN_FROM:
            self.broken.append(f"{name} answered {answer.status}")
        return answer

    def _target(self, path: str, form: Form) -> str:
        return (
            self._name(urlsplit(urljoin(self.visitor.base + path, form.action or path)).path) or ""
        ) + form.action

    def _is_protected(self, path: str) -> bool:
        return any(one in path for one in self.protected)

    def _name(self, path: str) -> str | None:
        return _name_of(urlsplit(path).path, self.urlconf)

    def _area(self, path: str) -> str:
        """The folder of the view that takes it: `patients`, `segments`, or `allauth`."""
        module = resolve(urlsplit(path).path, urlconf=self.urlconf).func.__module__
        parts = module.split(".")
        return (
            parts[3]
            if parts[:2] == ["bedside", "doors"] and len(parts) > 4
            else parts[0]
            if parts[0] != "bedside"
            else parts[2]
        )


@cache
def _name_of(path: str, urlconf: str) -> str | None:
    """Kept: every link of every page asks for it."""
    try:
        return resolve(path, urlconf=urlconf).url_name
    except Resolver404:
        return None


def _pairs(known: dict[str, str]) -> Iterator[dict[str, str]]:
    for one, other in combinations(known, 2):
        yield {one: known[one], other: known[other]}
