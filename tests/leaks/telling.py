"""What staff write down of what people said: permissions of one person, and addresses kept from mail."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.leaks.acting import id_in

if TYPE_CHECKING:
    from tests.leaks.acting import Acts

_DAYS_AHEAD = 463  # a pause may last two years at most


def registered(acts: Acts, who: str, **more: str) -> str:
    """A person of whom nobody else reads or erases anything; `more` are further fields. Gives the id."""
    names = {name: acts.mark(f"{who}, {name}") for name in ("first_name", "last_name")}
    email = f"{acts.mark(f'{who}, email').lower()}@example.org"
    return id_in(acts.do("/patients/add/", {**names, **more, "email": email}, having="last_name").url)


def own_fields(acts: Acts) -> None:
    """A field of the practice's own with choices, and a value in another, of somebody who is on record."""
    fields, label = "/patients/fields/", acts.mark("own field")
    choices = f"{acts.mark('choice of an own field')}\n{acts.mark('other choice of an own field')}"
    told: dict[str, str | list[str]] = {"label": f"{label} choices", "kind": "choice", "choices": choices}
    acts.do(fields, told, having="kind")
    acts.do(fields, {"label": label}, having="kind=text")
    registered(acts, "who has an own field", **{f"own-{label.lower()}": acts.mark("value of an own field")})


def heard(acts: Acts, patient: str) -> None:
    """Everything that staff may note of what a person said, of somebody whose mail does not matter to the others."""
    today = datetime.now(tz=UTC).date()
    path, how = f"/patients/{patient}/permissions/record/", {"source": "phone"}
    until = acts.keep("day of a pause", str(today + timedelta(days=_DAYS_AHEAD)))
    last = acts.keep("last day to act for", str(today + timedelta(days=_DAYS_AHEAD + 1)))
    told: tuple[tuple[str, dict[str, str | list[str]]], ...] = (
        ("pause", {"about": "promotional", "until": until}),
        ("end_pause", {"about": "promotional"}),
        ("often", {"about": "newsletter", "number": "2"}),
        ("restrict_kinds", {"categories": ["offers"]}),
        ("lift", {}),
        ("plain_mail", {"warned": "yes"}),
        ("end_plain_mail", {}),
        ("identified", {"looked": "yes"}),
        ("appoint", {"authority": acts.mark("authority of a representative"), "until": last}),
        ("end_representative", {}),
        ("appoint", {"authority": acts.mark("authority of another"), "no_end": "yes"}),
        ("only_reminders", {}),
        ("other_way", {"way": "other_email", "address": f"{acts.mark('other address').lower()}@example.org"}),
        ("end_other_way", {}),
        ("other_way", {"way": "other_email", "address": f"{acts.mark('other address, kept').lower()}@example.org"}),
    )  # fmt: skip
    for number, (act, values) in enumerate(told):
        source = {} if act == "identified" else how
        note = {} if act == "other_way" else {"note": acts.mark(f"note {number} of {act}")}
        acts.do(path, {**values, **source, **note, "act": act}, having=f"act={act}")
    acts.do(
        f"/patients/{patient}/permissions/",
        {"source": "phone", "note": acts.mark("note of an answer"), "about": "newsletter", "answer": "no"},
        having="about",
        taken=False,
    )
    for page in ("permissions/", "permissions/what-if/?class=newsletter&paid=yes", "mails/"):
        acts.see(f"/patients/{patient}/{page}")


def kept_from_mail(acts: Acts) -> None:
    """A domain, an address that is let go again with a note, and lists: one undone, one thrown away, one exported."""
    path, every = "/suppressions/", {"covers": "everything"}
    acts.do(
        path, {**every, "domain": f"{acts.mark('domain').lower()}.example", "act": "domain"}, having="domain"
    )
    address = f"{acts.mark('suppressed address').lower()}@example.org"
    acts.do(path, {**every, "address": address, "reason": "staff", "act": "add"}, having="reason")
    found = acts.do(path, {"address": address, "act": "look"}, having="address")
    lifting = next(link for link in found.page.links if link.endswith("/lift/"))
    acts.do(lifting, {"because": "entered_by_mistake", "note": acts.mark("note of a lift")}, having="because")
    for end in ("undo/", "cancel/"):
        lines = [
            "address,scope,reason",
            f"{acts.mark(f'listed address, {end}').lower()}@example.org,everything,",
            f"@{acts.mark(f'listed domain, {end}').lower()}.example,everything,",
            f"{acts.mark(f'bad line of a list, {end}')} at nowhere,everything,",
        ]
        content = "\r\n".join(lines).encode()
        name = f"{acts.mark('file name of a list')}.csv"
        view = acts.do("/suppressions/lists/new/", {}, having="file", file=(name, content)).url
        one = urlsplit(view).path
        acts.do(one, {}, to=f"{one}bad-lines/", taken=False)
        if end == "undo/":
            acts.do(one, {**every, "origin": "own_list"}, having="origin")
            _until(acts, one, "Done")
        acts.do(one if end == "cancel/" else f"{one}{end}", {}, to=f"{one}{end}")


def _until(acts: Acts, path: str, words: str) -> None:
    for _ in range(100):
        if words in acts.see(path).text:
            return
        time.sleep(0.2)
    raise AssertionError(f"{path} never said {words}")
