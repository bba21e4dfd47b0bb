"""People who come by themselves: a form to sign up built and filled in, and what another system sends."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bedside.records.signups.rules import FILL_SECONDS_MIN
from tests.leaks.acting import problem_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.leaks.acting import Acts
    from tests.leaks.visiting import Answer

# Days that are nobody else's.
BORN = {"at once": "1920-08-29", "signed up": "1921-03-07", "pending": "1922-11-19", "sent": "1923-04-23"}


def promised(acts: Acts, **more: str) -> None:
    """What a practice says of itself, as forms by which people sign up repeat it; `more` are other settings."""
    site = f"https://{acts.mark('settings').lower()}.example"
    texts = {
        "notice_url": f"{site}/notice",
        "consumer_policy_url": f"{site}/policy",
        "notice_version": acts.mark("notice version"),
    }
    monthly = {f"monthly_{kind}": "4" for kind in ("newsletter", "offers", "services")}
    acts.do("/settings/", {**texts, **monthly, **more}, having="notice_url")


def form_to_sign_up(acts: Acts) -> str:
    """Builds and publishes one; gives its path at the patients' door."""
    path = urlsplit(acts.do("/sign-ups/", {}, to="/sign-ups/new/").url).path
    words: dict[str, str | list[str]] = {
        f"{part}_{language}": acts.mark(f"{part} of a form in {language}")
        for part in ("title", "why", "topics")
        for language in ("en", "es")
    }
    asked = ["first_name", "last_name", "phone", "state", "language", "birth_date"]
    chosen = {
        "categories": ["newsletter", "offers"],
        "asked": asked,
        "relationship": "prospect",
        "do": "save",
    }
    sites = f"https://{acts.mark('website of a form').lower()}.example"
    acts.do(
        path, {**words, **chosen, "name": acts.mark("name of a form"), "websites": sites}, having="websites"
    )
    acts.do(path, {}, having="based_on", to=f"{path}publish/")
    link = re.search(r"https?://[^\"<]+(/f/[\w~.-]+)", acts.see(path).text)
    assert link, "the form was not published"
    return link[1]


def opened(acts: Acts, path: str, who: Iterable[str]) -> dict[str, Answer]:
    """The form as each of them has it before them, long enough ago: filling it in takes a person some seconds."""
    shown = {one: acts.see(path) for one in who}
    time.sleep(FILL_SECONDS_MIN + 1)
    return shown


def signs_up(acts: Acts, path: str, who: str, *, shown: Answer) -> None:
    names = {name: acts.mark(f"{who}, {name}") for name in ("first_name", "last_name", "phone")}
    values: dict[str, str | list[str]] = {
        **names, "email": f"{acts.mark(f'{who}, email').lower()}@example.org", "state": "KS", "language": "en",
        "birth_date": acts.keep(f"{who}, birth_date", BORN[who]),
        "mail": ["newsletter", "offers", "collection"], "topic": ["0"],
    }  # fmt: skip
    answer = acts.do(path, values, having="email", shown=shown)
    assert "mailbox" in answer.text or "thank" in answer.text.lower(), problem_of(answer)


def sent_by_another_system(acts: Acts) -> None:
    """Makes a key, and sends one person with all there is to say, and one whose body is refused."""
    name = f"website-{len(acts.crawl.filler.marks.by_field)}"
    made = acts.do("/sign-ups/keys/", {"name": name}, having="name")
    key = re.search(r"bedside_intake_[\w-]+", made.text)
    assert key, problem_of(made)
    page = f"https://{acts.mark('page of a yes').lower()}.example/{acts.mark('path of a yes')}"
    evidence = {
        "wording": acts.mark("wording of a yes"),
        "shown_at": "2026-02-03T09:00:00-06:00",
        "page": page,
        "ip": "192.0.2.7",
    }
    names = {
        name: acts.mark(f"sent {name}")
        for name in ("mrn", "first_name", "last_name", "phone", "state", "language")
    }
    names["language"], names["state"] = "en", names["state"][:40]
    person = {
        **names, "email": f"{acts.mark('sent email').lower()}@example.org", "relationship": "prospect",
        "birth_date": acts.keep("sent birth_date", BORN["sent"]),
        "answers": [
            {"category": "newsletter", "answer": "yes", "evidence": evidence},
            {"category": "offers", "answer": "no", "evidence": evidence},
        ],
    }  # fmt: skip
    odd = {**person, acts.mark("unknown member"): acts.mark("value of an unknown member")}
    for number, (body, status) in enumerate(
        ((person, 201), (person, 201), (odd, 422), ({**person, "email": acts.mark("no address")}, 422))
    ):
        headers = {
            "Authorization": f"Bearer {key[0]}",
            "Idempotency-Key": f"{acts.mark('repeat key')}{number}",
        }
        answer = acts.crawl.visitor.send_json("/intake/v1/people", body, headers=headers)
        assert answer.status == status, f"{answer.status} {answer.text}"
        acts.crawl._kept("intake_people", answer)
