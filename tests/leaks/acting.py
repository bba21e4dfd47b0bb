"""What somebody does on purpose and with success: a round over every form also sends much that is refused.

Each act is a form as its page shows it, with marks where words are typed, and has to be taken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.leaks.filling import TYPED_KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.leaks.crawling import Crawl
    from tests.leaks.visiting import Answer, Control, Form

    Values = Mapping[str, str | list[str]]

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


@dataclass(slots=True)
class Acts:
    """One visitor's acts; what was answered is kept with the round `crawl` of the same visitor."""

    crawl: Crawl

    def mark(self, name: str) -> str:
        return self.crawl.filler.marks.of(f"act {name}")

    def keep(self, name: str, value: str) -> str:
        """A value that no mark fits in, sought as it is."""
        return self.crawl.filler.marks.keep(f"act {name}", value)

    def do(
        self,
        path: str,
        values: Values,
        *,
        having: str = "",
        shown: Answer | None = None,
        to: str = "",
        file: tuple[str, bytes] | None = None,
        taken: bool = True,
    ) -> Answer:
        """Sends the form of the page `path` that goes to `to`, by itself, and has `having`: "name" or "name=value".

        `values` replace what it holds; `shown` is the page if it came as an answer. With `taken` the answer must be a
        page that led on, or one that opened.
        """
        crawl = self.crawl
        page = shown or self.see(path)
        own = urlsplit(page.url).path
        goal = to or own
        forms = [one for one in page.page.forms if (urlsplit(one.action).path or own) == goal]
        form = next((one for one in forms if not having or _has(one, having)), None)
        assert form is not None, f"{path}: no form with {having or goal} ({page.status}) {problem_of(page)}"
        sent = [*_held(form.controls, values), *_pairs_of(values)]
        area = crawl._area(goal)
        crawl.filler.planted |= {
            (area, one.name) for one in form.controls if one.kind in TYPED_KINDS and one.name in values
        }
        referrer, name = crawl.visitor.base + path, crawl._name(goal) or ""
        if file is None:
            answer = crawl._kept(name, crawl.visitor.post(goal, sent, referrer=referrer))
        else:
            control = next(one for one in form.controls if one.kind == "file")
            crawl.filler.planted.add((area, control.name))
            answer = crawl._kept(
                name, crawl.visitor.upload(goal, sent, file=(control.name, *file), referrer=referrer)
            )
        accepted = answer.status in {200, 302} or not taken
        assert accepted, f"{goal} {having}: {answer.status} {problem_of(answer)}"
        return answer

    def ask(self, path: str, values: Values, *, shown: Answer) -> Answer:
        """Sends what a script of the page `shown` sends, which stands in none of its forms."""
        crawl, token = self.crawl, "csrfmiddlewaretoken"
        held = [one for form in shown.page.forms for one in form.controls if one.name == token]
        values = {**values, token: held[0].value}
        answer = crawl.visitor.post(path, _pairs_of(values), referrer=crawl.visitor.base + path)
        assert answer.status == 200, f"{path}: {answer.status} {problem_of(answer)}"
        return crawl._kept(crawl._name(path) or "", answer)

    def see(self, path: str) -> Answer:
        """Looks at a page."""
        answer = self.crawl.visitor.get(path)
        name = self.crawl._name(urlsplit(path).path) or ""
        return self.crawl._kept(name, answer)


def _has(form: Form, having: str) -> bool:
    name, _, value = having.partition("=")
    return any(one.name == name and (not value or one.value == value) for one in form.controls)


def _held(controls: list[Control], values: Values) -> list[tuple[str, str]]:
    """What the page has filled in already; nothing is ticked that is not."""
    return [
        (one.name, one.value)
        for one in controls
        if one.name
        and one.name not in values
        and one.kind not in {"submit", "button", "file", "reset"}
        and (one.kind not in {"checkbox", "radio"} or one.checked)
    ]


def _pairs_of(values: Values) -> list[tuple[str, str]]:
    return [
        (name, one) for name, told in values.items() for one in ([told] if isinstance(told, str) else told)
    ]


def problem_of(answer: Answer) -> str:
    """What the page says is amiss, or how it begins."""
    text = " ".join(re.sub(r"<[^>]+>", " ", answer.text.partition('role="alert"')[2] or answer.text).split())
    return text[:400]


def id_in(url: str) -> str:
    found = re.findall(_UUID, urlsplit(url).path)
    assert found, f"no id in {urlsplit(url).path}"
    return str(found[-1])


def controls_of(page: Answer) -> list[Control]:
    """Of every form of a page."""
    return [control for form in page.page.forms for control in form.controls]
