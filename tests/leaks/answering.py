"""What people answer by the links in their mails, and what the office does about it: each link is opened and pressed."""

from __future__ import annotations

import email
import email.policy
import re
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.leaks import joining, papers, picturing, segmenting, systems, telling

if TYPE_CHECKING:
    from pathlib import Path

    from tests.leaks.acting import Acts

_LINK = re.compile(r"http://[\d.:]+/[a-z]/[\w~.-]+")
_MAIL_WITHIN_S, _ALL = 60, 1000
_BORN, _DAYS_AHEAD = "1924-06-11", 131


def links_in_mails(received: Path, *, newest: int) -> list[str]:
    """Paths of the patients' door in the newest mails, the newest last."""
    files = [path for path in received.rglob("*") if path.is_file()]
    mails = sorted(files, key=lambda path: path.stat().st_mtime)[-newest:]
    text = "\n".join(_text(path.read_bytes()) for path in mails)
    return list(dict.fromkeys(urlsplit(link).path for link in _LINK.findall(text)))


def _text(mail: bytes) -> str:
    whole = email.message_from_bytes(mail, policy=email.policy.default)
    parts = [part for part in whole.walk() if part.get_content_maintype() == "text"]
    return "\n".join(str(part.get_content()) for part in parts)


def everybody(omar: Acts, chloe: Acts, people: Acts, received: Path) -> list[str]:
    """The whole story; gives paths of the patients' door that are worth a look."""
    telling.own_fields(omar)
    person = telling.registered(omar, "person")
    telling.heard(omar, person)
    chloe.do(f"/patients/{person}/permissions/", {}, to=f"/patients/{person}/permissions/evidence/")
    telling.kept_from_mail(omar)
    for form in ("keyed", "plain"):
        answer = chloe.do("/suppressions/export/", {"form": form}, having="form")
        if form == "keyed":
            chloe.do("/suppressions/export/", {}, having="list_key", shown=answer)
    signs = telling.registered(omar, "who signs", birth_date=omar.keep("birth date of who signs", _BORN))
    signed = papers.signed(omar, signs, people, born=_BORN)
    signed += papers.signed(omar, person, people, born="")
    joining.promised(omar)
    form = joining.form_to_sign_up(omar)
    joining.sent_by_another_system(omar)
    systems.sent_over_the_api(omar)
    systems.workbook_chosen(omar)
    systems.hospitals_file(omar)
    systems.fetched_from(omar)
    picture = picturing.brought(omar)
    segmenting.asked(omar)
    before = joining.opened(people, form, ("at once", "signed up", "pending"))
    joining.signs_up(people, form, "at once", shown=before["at once"])
    joining.promised(omar, double_opt_in="on")
    for who in ("signed up", "pending"):
        joining.signs_up(people, form, who, shown=before[who])
    confirmed = _press(people, received, "/s/")
    _proves(omar, people, received)
    _asks_what_we_hold(omar, chloe, people, received)
    _many_at_once(omar)
    _takes_a_break(people, received)
    return [*signed, form, confirmed, picture]


def _proves(omar: Acts, people: Acts, received: Path) -> None:
    person = telling.registered(omar, "person to prove")
    record = f"/patients/{person}/permissions/record/"
    omar.do(f"/patients/{person}/permissions/", {}, having="act=ask_to_prove", to=record)
    _press(people, received, "/c/")


def _many_at_once(omar: Acts) -> None:
    """Who may act for whom, from a list; and how many would be asked to sign, which sends nothing."""
    told = [omar.mark(f"representative {part}") for part in ("patient", "name", "relationship", "evidence")]
    lines = f"patient number,representative,relationship,until,evidence\n{','.join([*told[:3], 'none', told[3]])}\n"
    file = (f"{omar.mark('file name of representatives')}.csv", lines.encode())
    omar.do("/permissions/representatives/", {"source": "paper"}, having="source", file=file)
    form = re.search(r"/forms/([0-9a-f-]{36})/", omar.see("/forms/").text)
    campaign = re.search(r"/campaigns/([0-9a-f-]{36})/", omar.see("/campaigns/").text)
    assert form
    assert campaign
    omar.see(f"/forms/{form[1]}/ask/ended/")
    omar.see(f"/campaigns/{campaign[1]}/drop-outs/sign/authorization_missing/")


def _asks_what_we_hold(omar: Acts, chloe: Acts, people: Acts, received: Path) -> None:
    """Two people, since a request that was answered cannot be put off."""
    choices = _choices(received)
    for number, end in enumerate(("extend", "answered")):
        people.do(f"{choices[number]}/held", {})
        _press(people, received, "/r/", number=number)
        page = omar.see("/requests/")
        ways = [urlsplit(form.action).path for form in page.page.forms]
        asked = next(way for way in ways if way.endswith(f"/{end}/"))
        chloe.do("/requests/", {}, to=asked.replace(f"/{end}/", "/copy/"))
        omar.do("/requests/", {}, to=asked)


def _takes_a_break(people: Acts, received: Path) -> None:
    path = _choices(received)[2]
    day = str(datetime.now(tz=UTC).date() + timedelta(days=_DAYS_AHEAD))
    pause = {"months": "", "day": people.keep("day of a break", day)}
    people.do(path, {**pause, "act": "pause"}, having="act=pause")
    people.do(path, {"act": "end_pause"}, having="act=end_pause")


def _choices(received: Path) -> list[str]:
    """Of the oldest mails first, each of which went to somebody else."""
    return [path for path in links_in_mails(received, newest=_ALL) if path.startswith("/p/")]


def _press(people: Acts, received: Path, kind: str, *, number: int = 0) -> str:
    """Waits for the mail with a link of this kind, opens it and presses its one button."""
    until = time.monotonic() + _MAIL_WITHIN_S
    while time.monotonic() < until:
        found = [path for path in links_in_mails(received, newest=_ALL) if path.startswith(kind)]
        if len(found) > number:
            people.do(found[number], {})
            return found[number]
        time.sleep(0.5)
    raise AssertionError(f"no mail with a link {kind} has come")
